// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The compiler takes any text. Two bytes choose the target, the rest is the text.
 *
 * Checked of each: memory stays inside its bound; errors and kernels exclude each
 * other; diagnostics point into the text; compiling again gives the same, word for
 * word; the modules are valid SPIR-V (where the tree is built with SPIRV-Tools).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "pxos/limits.h"
#include "pxos_compiler.h"

#if PXOS_HAVE_SPIRV_TOOLS
#include <spirv-tools/libspirv.h>
#endif

/* Texts up to here must compile within the bound of memory, whatever they hold. */
#define SMALL_BYTES 8192

#define REQUIRE(condition)                                                              \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

static void choose_target(struct pxos_target *target, uint32_t bits)
{
	pxos_target_init(target);
	target->flags = bits & 0x3ff;
	if (bits & 0x400)
		target->threads_max = 64;
	if (bits & 0x800)
		target->arrays_max = 3;
	if (bits & 0x1000)
		target->shared_bytes_max = 1024;
	if (bits & 0x2000)
		target->push_bytes_max = 256;
	if (bits & 0x4000)
		target->subgroup_size = 32;
}

/* Characters of line @number, and whether there is such a line. */
static uint32_t line_characters(const char *text, size_t length, uint32_t number)
{
	uint32_t characters = 0, line = 1;

	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		length -= 3;
	}
	for (size_t i = 0; i < length && line <= number; i++) {
		if (text[i] == '\n')
			line++;
		else if (line == number)
			characters += ((unsigned char)text[i] & 0xc0) != 0x80;
	}
	REQUIRE(line >= number);
	return characters;
}

static void check_diagnostics(const struct pxos_program *program, const char *text, size_t length)
{
	uint32_t errors = 0;

	REQUIRE(program->n_diagnostics <= PXOS_DIAGNOSTICS_MAX);
	for (uint32_t i = 0; i < program->n_diagnostics; i++) {
		const struct pxos_diagnostic *d = &program->diagnostics[i];

		errors += d->severity == PXOS_ERROR;
		REQUIRE(d->line && d->column);
		REQUIRE(d->column <= line_characters(text, length, d->line) + 1);
		REQUIRE(!i || d[-1].line <= d->line);
		REQUIRE(d->rule && *d->rule && d->message && *d->message);
		REQUIRE(!strchr(d->message, '\n'));
		REQUIRE(!d->hint || *d->hint);
	}
	REQUIRE(errors == program->n_errors);
}

static void check_module(const struct pxos_kernel *kernel)
{
	REQUIRE(kernel->n_words > 5 && kernel->n_words < PXOS_COMPILE_BYTES_MAX / 4);
	REQUIRE(kernel->spirv[0] == 0x07230203);
#if PXOS_HAVE_SPIRV_TOOLS
	spv_context context = spvContextCreate(SPV_ENV_VULKAN_1_1);
	spv_const_binary_t binary = { kernel->spirv, kernel->n_words };
	spv_diagnostic diagnostic = NULL;

	if (spvValidate(context, &binary, &diagnostic) != SPV_SUCCESS) {
		fprintf(stderr, "kernel %s: %s\n", kernel->name,
			diagnostic ? diagnostic->error : "no valid SPIR-V");
		abort();
	}
	spvDiagnosticDestroy(diagnostic);
	spvContextDestroy(context);
#endif
}

static void check_kernel(const struct pxos_kernel *kernel)
{
	uint32_t scalars[PXOS_SCALARS_MAX];
	uint64_t cost;

	check_module(kernel);
	REQUIRE(kernel->n_arrays <= PXOS_ARRAYS_MAX && kernel->n_scalars <= PXOS_SCALARS_MAX);
	REQUIRE(kernel->coarsen == 1 || kernel->coarsen == 4);
	REQUIRE(kernel->coarsen_reason && kernel->repeat_reason);
	for (uint32_t i = 0; i < kernel->n_arrays; i++)
		REQUIRE(kernel->arrays[i].type > PXOS_TYPE_BOOL);
	for (uint32_t i = 0; i < kernel->n_loops; i++)
		REQUIRE(kernel->loops[i].parent == UINT32_MAX || kernel->loops[i].parent < i);
	memset(scalars, 0xff, sizeof(scalars));
	pxos_kernel_cost(kernel, scalars, &cost);
	REQUIRE(cost >= kernel->straight_cost);
	if (kernel->flags & PXOS_KERNEL_MATMUL)
		REQUIRE(pxos_kernel_matmul_groups(kernel, scalars) <= (uint64_t)1 << 50);
}

static void check_same(const struct pxos_program *a, const struct pxos_program *b)
{
	REQUIRE(a->n_kernels == b->n_kernels && a->n_launches == b->n_launches);
	REQUIRE(a->n_diagnostics == b->n_diagnostics && a->arena_bytes == b->arena_bytes);
	for (uint32_t i = 0; i < a->n_kernels; i++) {
		const struct pxos_kernel *k = &a->kernels[i], *l = &b->kernels[i];

		REQUIRE(k->n_words == l->n_words && k->hash == l->hash);
		REQUIRE(!memcmp(k->spirv, l->spirv, k->n_words * sizeof(*k->spirv)));
	}
	for (uint32_t i = 0; i < a->n_diagnostics; i++)
		REQUIRE(!strcmp(a->diagnostics[i].message, b->diagnostics[i].message));
}

/* @text is copied to a block of its own size, so that reading past it is noticed. */
static struct pxos_program *compile(const char *text, size_t length,
				    const struct pxos_target *target)
{
	struct pxos_program *program = NULL;
	char *copy = malloc(length ? length : 1);
	int r;

	REQUIRE(copy);
	memcpy(copy, text, length);
	r = pxos_compile(copy, length, target, &program);
	free(copy);
	if (r == -ENOMEM) {
		REQUIRE(length > SMALL_BYTES && !program);
		return NULL;
	}
	REQUIRE(program);
	REQUIRE(r == 0 || r == PXOS_COMPILE_E_INVALID);
	REQUIRE((r == 0) == !program->n_errors);
	REQUIRE((r == 0) == (program->n_kernels > 0));
	REQUIRE((r == 0) == (program->n_launches > 0));
	REQUIRE(program->arena_bytes <= PXOS_COMPILE_BYTES_MAX);
	return program;
}

int fuzz_compile(const uint8_t *data, size_t size)
{
	struct pxos_program *program, *again;
	struct pxos_target target;
	const char *text;

	if (size < 2)
		return 0;
	choose_target(&target, (uint32_t)(data[0] | data[1] << 8));
	text = (const char *)data + 2;
	program = compile(text, size - 2, &target);
	again = compile(text, size - 2, &target);
	REQUIRE(!program == !again);
	if (!program)
		return 0;
	check_diagnostics(program, text, size - 2);
	for (uint32_t i = 0; i < program->n_kernels; i++)
		check_kernel(&program->kernels[i]);
	check_same(program, again);
	pxos_program_free(program);
	pxos_program_free(again);
	return 0;
}
