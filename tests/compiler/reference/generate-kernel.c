// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * generate-kernel.c - a kernel: what it declares, and its text from end to end.
 */
#include "generator.h"

#include <stdio.h>
#include <string.h>

#define MASK(type) (1u << (type))

/* ---------------------------------------------------------------- choosing */

static enum gen_role choose_role(struct generator *g, const struct gen_kernel *kernel,
				 const struct gen_array *array)
{
	if (kernel->has_matmul && array->type == REF_FLOAT && gen_chance(g, 30))
		return GEN_PRODUCT;
	if (kernel->has_atomics && array->type != REF_U8 && gen_chance(g, 30))
		return GEN_TALLY;
	if (kernel->has_barriers && gen_chance(g, 20))
		return GEN_BLOCK;
	return gen_chance(g, kernel->has_gathers ? 50 : 35) ? GEN_READ : GEN_OWN;
}

static void add_use(struct generator *g, struct gen_kernel *kernel, int array, enum gen_role role)
{
	static const char *const tallies[] = { "ATOMIC_ADD", "ATOMIC_MIN", "ATOMIC_MAX" };
	struct gen_use *use = &kernel->uses[kernel->n_uses++];

	use->array = array;
	use->role = role;
	use->stride = kernel->has_gathers && gen_chance(g, 20) ? 2 + gen_below(g, 2) : 1;
	use->tally = tallies[g->arrays[array].type == REF_FLOAT ? 0 : gen_below(g, 3)];
	/* Sums are within bounds only. */
	if (role == GEN_PRODUCT || role == GEN_TALLY)
		g->arrays[array].is_exact = false;
}

static void choose_shared(struct generator *g, struct gen_kernel *kernel)
{
	static const enum ref_type types[] = { REF_INT, REF_UINT, REF_FLOAT, REF_U8, REF_INT };
	int n = kernel->has_barriers ? (int)gen_below(g, GEN_SHARED_MAX) : 0;

	while (n--) {
		struct gen_shared *shared = &kernel->shared[kernel->n_shared++];

		gen_name(g, shared->name, "tile");
		shared->type = types[gen_below(g, 5)];
		shared->length = gen_chance(g, 70) ? kernel->block_size
						   : 1 + gen_below(g, 2 * kernel->block_size);
	}
}

void gen_kernel_choose(struct generator *g, struct gen_kernel *kernel)
{
	bool has_output = false;
	int i;

	gen_name(g, kernel->name, "kernel");
	for (i = 0; i < g->n_arrays; i++) {
		enum gen_role role = choose_role(g, kernel, &g->arrays[i]);

		if (g->arrays[i].is_implicit || (gen_chance(g, 25) && i))
			continue;
		add_use(g, kernel, i, role);
		has_output |= role == GEN_OWN;
	}
	for (i = 0; i < g->n_arrays; i++)
		if (g->arrays[i].is_implicit) {
			add_use(g, kernel, i, GEN_OWN);
			kernel->uses[kernel->n_uses - 1].stride = 1;
			has_output = true;
		}
	if (!has_output)
		kernel->uses[0].role = GEN_OWN;
	for (i = 0; i < g->n_scalars; i++)
		if (gen_chance(g, 80) || !g->scalars[i].is_given)
			kernel->scalars[kernel->n_scalars++] = i;
	choose_shared(g, kernel);
}

/* ----------------------------------------------------------------- writing */

static const char *type_name(struct generator *g, enum ref_type type, bool is_array)
{
	switch (type) {
	case REF_INT:
		return "int";
	case REF_UINT:
		if (is_array && gen_chance(g, 15))
			return "pixel";
		return gen_chance(g, 70) ? "uint" : "u32";
	case REF_FLOAT:
		return "float";
	default:
		return gen_chance(g, 70) ? "u8" : "char";
	}
}

static void write_array(struct generator *g, const struct gen_array *array)
{
	const char *type = type_name(g, array->type, true);
	bool star = (array->type == REF_INT || array->type == REF_FLOAT) && gen_chance(g, 15);

	gen_line(g, "GPU_PARAM", "%s %s%s", array->name, type, star ? "*" : "[]");
}

static void write_declarations(struct generator *g, const struct gen_kernel *kernel)
{
	int i, scalar = 0;

	for (i = 0; i < kernel->n_uses; i++) {
		const struct gen_array *array = gen_use_array(g, &kernel->uses[i]);

		/* The first array must stay the first; scalars may stand between. */
		while (scalar < kernel->n_scalars && gen_chance(g, 40)) {
			const struct gen_scalar *s = &g->scalars[kernel->scalars[scalar++]];

			gen_line(g, "GPU_PARAM", "%s %s", s->name, type_name(g, s->type, false));
		}
		if (!array->is_implicit)
			write_array(g, array);
	}
	for (; scalar < kernel->n_scalars; scalar++) {
		const struct gen_scalar *s = &g->scalars[kernel->scalars[scalar]];

		gen_line(g, "GPU_PARAM", "%s %s", s->name, type_name(g, s->type, false));
	}
	for (i = 0; i < kernel->n_shared; i++)
		gen_line(g, "GPU_SHARED", "%s %s %u", kernel->shared[i].name,
			 type_name(g, kernel->shared[i].type, false), kernel->shared[i].length);
}

/* THREAD_ID and its kin, as registers that nobody overwrites. */
static void write_identity(struct generator *g, const char *keyword, bool uniform,
			   char name[REF_NAME_SIZE])
{
	struct gen_register *reg = gen_new_register(g, REF_INT, true, uniform);

	reg->is_fixed = true;
	memcpy(name, reg->name, REF_NAME_SIZE);
	gen_line(g, keyword, "-> %s", name);
}

static void write_identities(struct generator *g, struct gen_kernel *kernel)
{
	char name[REF_NAME_SIZE];

	write_identity(g, "THREAD_ID", false, kernel->t);
	if (kernel->has_barriers || gen_chance(g, 15))
		write_identity(g, "LOCAL_ID", false, kernel->l);
	if (kernel->has_barriers || gen_chance(g, 15))
		write_identity(g, "BLOCK_ID", true, kernel->b);
	if (gen_chance(g, 15))
		write_identity(g, "BLOCK_SIZE", true, name);
	if (gen_chance(g, 15))
		write_identity(g, "THREAD_COUNT", true, name);
}

/* A last IF that nobody closed. */
static void write_open_end(struct generator *g, struct gen_kernel *kernel)
{
	char condition[160];

	gen_condition(g, false, condition);
	gen_line(g, "IF", "%s:", condition);
	kernel->depth++;
	kernel->divergence++;
	gen_store(g);
	if (gen_chance(g, 30)) {
		gen_line(g, "ELSE", ":");
		gen_store(g);
	}
	kernel->divergence--;
	kernel->depth--;
}

static void write_code(struct generator *g, struct gen_kernel *kernel)
{
	uint32_t n = 2 + gen_below(g, gen_chance(g, 15) ? 80 : 25), matmul_at = gen_below(g, n), i;
	int u;

	write_identities(g, kernel);
	for (i = 0; i < 3; i++)
		gen_load(g);
	for (u = 0; u < kernel->n_uses; u++)
		if (gen_use_array(g, &kernel->uses[u])->is_implicit)
			gen_store_first(g, &kernel->uses[u]);
	for (i = 0; i < n; i++) {
		if (kernel->has_matmul && i == matmul_at)
			gen_matmul(g);
		gen_statements(g, 1);
	}
	if (kernel->has_ifs && gen_chance(g, 12)) {
		write_open_end(g, kernel);
		return;
	}
	for (u = 0; u < kernel->n_uses; u++)
		if (kernel->uses[u].role == GEN_OWN)
			gen_store_to(g, &kernel->uses[u]);
}

static void write_header(struct generator *g, const struct gen_kernel *kernel)
{
	static const char *const hints[] = { "LATENCY_CRITICAL", "REALTIME", "INTERACTIVE",
					     "THROUGHPUT", "BATCH" };
	char word[32];

	if (gen_chance(g, 10))
		gen_line(g, "GPU_KERNEL", "%s %s", kernel->name,
			 gen_keyword(g, hints[gen_below(g, 5)], word));
	else
		gen_line(g, "GPU_KERNEL", "%s", kernel->name);
}

void gen_kernel_write(struct generator *g, struct gen_kernel *kernel)
{
	if (gen_chance(g, 30))
		gen_comment_line(g);
	write_header(g, kernel);
	write_declarations(g, kernel);
	gen_line(g, "GPU_THREAD_CODE", ":");
	g->kernel = kernel;
	kernel->times = 1;
	write_code(g, kernel);
	g->kernel = NULL;
	gen_line(g, "GPU_END", "%s", "");
}
