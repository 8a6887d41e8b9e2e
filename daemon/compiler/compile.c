// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Compilation from end to end: the public calls.
 *
 * text → parse → (typing → uniformity) for each kernel → (traits → emission) for
 * each kernel. Nothing is emitted if anything is wrong. The arena lives in the
 * object the caller gets, so that all of it goes at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "pxos_compiler.h"

/* What pxos_program points into; the public part comes first. */
struct compilation {
	struct pxos_program public;
	struct arena arena;
	struct diag diag;
	struct pxos_target target;
	struct program program;
};

void pxos_target_init(struct pxos_target *target)
{
	*target = (struct pxos_target){
		.size = sizeof(*target),
		.threads_max = PXOS_BLOCK_THREADS_MAX,
		.shared_bytes_max = 32768,
		.arrays_max = PXOS_ARRAYS_MAX,
		.push_bytes_max = 128,
		.subgroup_size = 1,
	};
}

static const char *const type_texts[] = {
	[PXOS_TYPE_NONE] = "unknown", [PXOS_TYPE_BOOL] = "bool",   [PXOS_TYPE_INT] = "int",
	[PXOS_TYPE_UINT] = "uint",    [PXOS_TYPE_FLOAT] = "float", [PXOS_TYPE_U8] = "u8",
};

const char *pxos_type_name(enum pxos_type type)
{
	return type_texts[type];
}

uint32_t pxos_type_bytes(enum pxos_type type)
{
	return type == PXOS_TYPE_U8 ? 1 : 4;
}

static void analyse(struct program *program)
{
	for (uint32_t i = 0; i < program->kernels.n; i++) {
		struct kernel *kernel = program_kernel(program, i);

		if (program->arena->failed || diag_full(program->diag))
			return;
		kernel_type(program, kernel);
		/* Broken nesting has been told; uniformity follows matches. */
		if (!program->diag->n_errors && !program->arena->failed)
			kernel_uniform(program, kernel);
	}
}

static void list_registers(struct compilation *c)
{
	struct vec registers;

	vec_init(&registers, &c->arena, sizeof(struct pxos_register));
	for (uint32_t i = 0; i < c->program.kernels.n; i++) {
		struct kernel *kernel = program_kernel(&c->program, i);

		for (uint32_t j = 0; j < kernel->registers.n; j++) {
			struct pxos_register *to = vec_push(&registers);
			const struct variable *variable = kernel_register(kernel, j);

			to->name = variable->name;
			to->type = variable->type;
			to->kernel = i;
			to->line = variable->line;
		}
	}
	c->public.registers = registers.data;
	c->public.n_registers = registers.n;
}

static int emit_kernels(struct compilation *c)
{
	uint32_t n = c->program.kernels.n;
	struct pxos_kernel *kernels = arena_alloc(&c->arena, n * sizeof(*kernels));
	int r;

	if (!kernels)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct kernel *kernel = program_kernel(&c->program, i);

		kernel_ranges(kernel);
		kernel_traits(&c->program, kernel, &kernels[i]);
		if (c->arena.failed)
			return -ENOMEM;
		r = kernel_emit(&c->program, kernel, &kernels[i]);
		if (r < 0)
			return r;
	}
	c->public.kernels = kernels;
	c->public.n_kernels = n;
	c->public.launches = c->program.launches.data;
	c->public.n_launches = c->program.launches.n;
	list_registers(c);
	return c->arena.failed ? -ENOMEM : 0;
}

static int compile(struct compilation *c, const char *text, size_t length)
{
	int r = 0;

	c->program.arena = &c->arena;
	c->program.diag = &c->diag;
	c->program.target = &c->target;
	names_init(&c->program.names, &c->arena);
	vec_init(&c->program.kernels, &c->arena, sizeof(struct kernel));
	vec_init(&c->program.launches, &c->arena, sizeof(struct pxos_launch));
	program_parse(&c->program, text, length);
	analyse(&c->program);
	if (!c->diag.n_errors && !c->arena.failed)
		r = emit_kernels(c);
	if (c->arena.failed || r < 0)
		return -ENOMEM;
	diag_sort(&c->diag);
	c->public.diagnostics = c->diag.items;
	c->public.n_diagnostics = c->diag.n;
	c->public.n_errors = c->diag.n_errors;
	c->public.truncated = c->diag.truncated;
	c->public.arena_bytes = c->arena.bytes_most;
	return c->diag.n_errors ? PXOS_COMPILE_E_INVALID : 0;
}

int pxos_compile(const char *text, size_t length, const struct pxos_target *target,
		 struct pxos_program **ret_program)
{
	struct compilation *c;
	int r;

	if (target->size != sizeof(*target) || target->push_bytes_max < 128 || !target->threads_max)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->target = *target;
	arena_init(&c->arena, PXOS_COMPILE_BYTES_MAX - sizeof(*c));
	diag_init(&c->diag, &c->arena);
	r = compile(c, text, length);
	if (r < 0)
		pxos_program_free(&c->public);
	else
		*ret_program = &c->public;
	return r;
}

struct pxos_program *pxos_program_free(struct pxos_program *program)
{
	struct compilation *c = (struct compilation *)program;

	if (c) {
		arena_deinit(&c->arena);
		free(c);
	}
	return NULL;
}

static uint64_t saturating_mul(uint64_t a, uint64_t b)
{
	uint64_t r;

	return __builtin_mul_overflow(a, b, &r) ? UINT64_MAX : r;
}

static uint64_t saturating_add(uint64_t a, uint64_t b)
{
	uint64_t r;

	return __builtin_add_overflow(a, b, &r) ? UINT64_MAX : r;
}

/* Iterations of a loop each time it is entered. */
static uint64_t loop_count(const struct pxos_kernel *kernel, const struct pxos_loop *loop,
			   const uint32_t *scalars)
{
	const struct pxos_scalar *scalar;

	if (loop->count != PXOS_COUNT_SCALAR)
		return loop->value;
	scalar = &kernel->scalars[loop->value];
	if (scalar->type == PXOS_TYPE_INT && (int32_t)scalars[loop->value] < 0)
		return 0;
	return scalar->type == PXOS_TYPE_U8 ? scalars[loop->value] & 255 : scalars[loop->value];
}

bool pxos_kernel_cost(const struct pxos_kernel *kernel, const uint32_t *scalars, uint64_t *ret_cost)
{
	uint64_t cost = kernel->straight_cost;
	bool known = true;

	for (uint32_t i = 0; i < kernel->n_loops; i++) {
		uint64_t times = kernel->loops[i].body_cost;
		uint32_t at = i;

		/* Up to the kernel's body; nesting is bounded, so this is short. */
		for (; at != NONE && times; at = kernel->loops[at].parent) {
			if (kernel->loops[at].count == PXOS_COUNT_DATA) {
				known = false;
				times = 0;
			} else {
				times = saturating_mul(times, loop_count(kernel, &kernel->loops[at],
									 scalars));
			}
		}
		cost = saturating_add(cost, times);
	}
	*ret_cost = cost;
	return known;
}

static uint64_t matmul_size(const struct pxos_kernel *kernel, int which, const uint32_t *scalars)
{
	uint32_t value = kernel->matmul[which].value;

	if (kernel->matmul[which].is_scalar)
		value = scalars[value];
	return value > INT32_MAX ? 0 : value;
}

uint64_t pxos_kernel_matmul_groups(const struct pxos_kernel *kernel, const uint32_t *scalars)
{
	uint64_t rows = matmul_size(kernel, 0, scalars), cols = matmul_size(kernel, 1, scalars);

	return (rows + kernel->matmul_tile[0] - 1) / kernel->matmul_tile[0] *
	       ((cols + kernel->matmul_tile[1] - 1) / kernel->matmul_tile[1]);
}
