/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_PROGRAM_H
#define PXOS_CLI_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

struct pxos_kernel;
struct pxos_program;
struct pxos_target;

/* A program's text, and what the compiler made of it. */
struct program {
	const char *file; /* for messages: "<stdin>" for - */
	char *text;
	size_t text_bytes;
	struct pxos_program *checked; /* by program_check(): for no GPU in particular */
	struct pxos_program *compiled; /* what is used: the same, or for a target */
	uint64_t compile_ns;
};

int program_load(struct program *program, const char *file);
int program_check(struct program *program, const struct pxos_target *target);
int program_compile(struct program *program, const struct pxos_target *target);
void program_deinit(struct program *program);

int program_kernel(const struct program *program, const char *name,
		   const struct pxos_kernel **ret_kernel);

#endif
