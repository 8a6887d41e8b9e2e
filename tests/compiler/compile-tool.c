// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The compiler as a filter for the tests: `compile-tool FILE PREFIX [TARGET WORD…]`.
 *
 * Prints diagnostics as LINE:COLUMN: SEVERITY: message [rule], hints in a line of
 * their own, and writes PREFIX.N.spv for kernel N. Exit status 0: compiled; 1: the
 * text is not a program; 2: anything else. The command line of users is pxos-gpu;
 * this one exposes what only tests may choose, and nothing around the compiler.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pxos/limits.h"
#include "pxos_compiler.h"
#include "target.h"

static char text[PXOS_PROGRAM_BYTES_MAX + 4096];

static int write_module(const char *prefix, uint32_t number, const struct pxos_kernel *kernel)
{
	char name[4096];
	FILE *file;
	size_t n;

	snprintf(name, sizeof(name), "%s.%u.spv", prefix, number);
	file = fopen(name, "wb");
	if (!file) {
		perror(name);
		return 2;
	}
	n = fwrite(kernel->spirv, sizeof(*kernel->spirv), kernel->n_words, file);
	if (fclose(file) || n != kernel->n_words) {
		perror(name);
		return 2;
	}
	return 0;
}

static void print_diagnostics(const struct pxos_program *program)
{
	for (uint32_t i = 0; i < program->n_diagnostics; i++) {
		const struct pxos_diagnostic *d = &program->diagnostics[i];

		printf("%u:%u: %s: %s [%s]\n", d->line, d->column,
		       d->severity == PXOS_ERROR ? "error" : "warning", d->message, d->rule);
		if (d->hint)
			printf("\thint: %s\n", d->hint);
	}
	if (program->truncated)
		printf("and more\n");
}

int main(int argc, char **argv)
{
	struct pxos_program *program;
	struct pxos_target target;
	FILE *file;
	size_t length;
	int r;

	pxos_target_init(&target);
	for (int i = 3; i < argc; i++) {
		if (!target_word(&target, argv[i])) {
			fprintf(stderr, "compile-tool: '%s' says nothing of a target\n", argv[i]);
			return 2;
		}
	}
	file = argc < 3 ? NULL : fopen(argv[1], "rb");
	if (!file) {
		fprintf(stderr, "usage: compile-tool FILE PREFIX [TARGET WORD...]\n");
		return 2;
	}
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	r = pxos_compile(text, length, &target, &program);
	if (r < 0) {
		fprintf(stderr, "compile-tool: %s: %s\n", argv[1], strerror(-r));
		return 2;
	}
	print_diagnostics(program);
	for (uint32_t i = 0, bad; i < program->n_kernels; i++) {
		bad = (uint32_t)write_module(argv[2], i, &program->kernels[i]);
		if (bad)
			r = (int)bad;
	}
	pxos_program_free(program);
	return r;
}
