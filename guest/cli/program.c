/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program from file to compiled kernels, with its diagnostics shown.
 *
 * Diagnostics are lines of the form that compilers have, FILE:LINE:COLUMN: error: …,
 * which editors and CI systems find their way by. They quote the file, which may
 * hold anything: no control character of it reaches the terminal.
 *
 * A program is compiled twice when it is to run. First for a GPU that has all that
 * the language allows: that takes a millisecond and no GPU, and tells what is wrong
 * with the text, or what arguments it wants, before half a second is spent on
 * opening one. Then for the GPU that it will run on, which may have less.
 */
#include "guest/cli/program.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/nearest.h"
#include "guest/cli/cli.h"
#include "pxos/limits.h"
#include "pxos_compiler.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * program_load() - read the text of @file.
 * @program: zero before; needs program_deinit() after, also on failure
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int program_load(struct program *program, const char *file)
{
	int r;

	program->file = strcmp(file, "-") == 0 ? "<stdin>" : file;
	r = file_read(file, PXOS_PROGRAM_BYTES_MAX, &program->text, &program->text_bytes);
	switch (r) {
	case 0:
	case -ENOMEM:
		return r;
	case FILE_E_TOO_LARGE:
		return error_say("%s: larger than %d KiB, the most that a program may have",
				 program->file, PXOS_PROGRAM_BYTES_MAX / 1024);
	default:
		return error_say_errno(r, "cannot read %s", program->file);
	}
}

static void print_clean(const char *text)
{
	for (const char *c = text; *c; c++)
		putc((unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c, stderr);
}

static void print_diagnostics(const struct program *program, const struct pxos_program *compiled)
{
	for (uint32_t i = 0; i < compiled->n_diagnostics; i++) {
		const struct pxos_diagnostic *d = &compiled->diagnostics[i];

		print_clean(program->file);
		fprintf(stderr, ":%" PRIu32 ":%" PRIu32 ": %s: ", d->line, d->column,
			d->severity == PXOS_ERROR ? "error" : "warning");
		print_clean(d->message);
		if (d->hint) {
			fputs("; ", stderr);
			print_clean(d->hint);
		}
		putc('\n', stderr);
	}
	if (compiled->truncated) {
		print_clean(program->file);
		fprintf(stderr, ": more was found than the %d shown\n", PXOS_DIAGNOSTICS_MAX);
	}
}

/* Shared memory of the largest block there is; only for checking a text. */
#define SHARED_BYTES_MAX (256u << 10)

static struct pxos_target largest_target(void)
{
	struct pxos_target target;

	pxos_target_init(&target);
	target.threads_max = PXOS_BLOCK_THREADS_MAX;
	target.shared_bytes_max = SHARED_BYTES_MAX;
	target.arrays_max = PXOS_ARRAYS_MAX;
	return target;
}

/**
 * program_check() - compile the text and show what the compiler has to say.
 * @target: NULL: a GPU that has all that the language allows
 *
 * Return: 0, CLI_E_SAID (program->compiled then holds the diagnostics), -ENOMEM.
 */
int program_check(struct program *program, const struct pxos_target *target)
{
	const struct pxos_target largest = largest_target();
	int r;

	r = pxos_compile(program->text, program->text_bytes, target ? target : &largest,
			 &program->checked);
	if (r < 0)
		return r;
	print_diagnostics(program, program->checked);
	program->compiled = program->checked;
	return r == 0 ? 0 : CLI_E_SAID;
}

/**
 * program_compile() - compile the text, which program_check() found right, for @target.
 *
 * Return: 0, CLI_E_SAID (it asks for more than the target has), -ENOMEM.
 */
int program_compile(struct program *program, const struct pxos_target *target)
{
	struct pxos_program *compiled;
	uint64_t start_ns = clock_ns();
	int r;

	r = pxos_compile(program->text, program->text_bytes, target, &compiled);
	program->compile_ns = clock_ns() - start_ns;
	if (r < 0)
		return r;
	if (r)
		print_diagnostics(program, compiled);
	program->compiled = compiled;
	return r == 0 ? 0 : CLI_E_SAID;
}

void program_deinit(struct program *program)
{
	if (program->compiled != program->checked)
		pxos_program_free(program->compiled);
	pxos_program_free(program->checked);
	free(program->text);
	*program = (struct program){ 0 };
}

/**
 * program_kernel() - the kernel that --kernel names.
 *
 * Return: 0, CLI_E_SAID.
 */
int program_kernel(const struct program *program, const char *name,
		   const struct pxos_kernel **ret_kernel)
{
	const struct pxos_program *compiled = program->compiled;
	struct nearest nearest;

	nearest_init(&nearest, name, strlen(name));
	for (uint32_t i = 0; i < compiled->n_kernels; i++) {
		if (strcmp(compiled->kernels[i].name, name) == 0) {
			*ret_kernel = &compiled->kernels[i];
			return 0;
		}
		nearest_try(&nearest, compiled->kernels[i].name);
	}
	return error_say("%s: no kernel '%s'%s%s%s", program->file, name,
			 nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
			 nearest.best ? "?" : "");
}
