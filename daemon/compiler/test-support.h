/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the unit tests: a program from a few statements, and what became of it.
 */
#ifndef PXOS_COMPILER_TEST_SUPPORT_H
#define PXOS_COMPILER_TEST_SUPPORT_H

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pxos_compiler.h"

__attribute__((unused)) static struct pxos_program *compile_text(const char *text, uint32_t flags)
{
	struct pxos_program *program = NULL;
	struct pxos_target target;
	int r;

	pxos_target_init(&target);
	target.flags = flags;
	r = pxos_compile(text, strlen(text), &target, &program);
	assert(r == 0 || r == PXOS_COMPILE_E_INVALID);
	assert((r == 0) == !program->n_errors);
	return program;
}

/* Statements in a kernel that has arrays a int[], f float[], u uint[], b u8[], scalars n int,
 * m uint, x float, c u8, a shared array s of 64 int, and a launch of 2 × 64 threads. */
__attribute__((unused)) static struct pxos_program *compile_statements(const char *statements,
								       uint32_t flags)
{
	static char text[1 << 17];

	snprintf(text, sizeof(text),
		 "GPU_KERNEL k\n"
		 "GPU_PARAM a int[]\nGPU_PARAM f float[]\nGPU_PARAM u uint[]\nGPU_PARAM b u8[]\n"
		 "GPU_PARAM n int\nGPU_PARAM m uint\nGPU_PARAM x float\nGPU_PARAM c u8\n"
		 "GPU_SHARED s int 64\n"
		 "GPU_THREAD_CODE:\n%s\nGPU_END\n"
		 "GPU_LAUNCH k BLOCKS 2 THREADS 64\n",
		 statements);
	return compile_text(text, flags);
}

/* The line of the first of the statements above. */
#define FIRST_LINE 12

__attribute__((unused)) static const struct pxos_diagnostic *
find_rule(const struct pxos_program *program, const char *rule)
{
	for (uint32_t i = 0; i < program->n_diagnostics; i++)
		if (!strcmp(program->diagnostics[i].rule, rule))
			return &program->diagnostics[i];
	return NULL;
}

#endif
