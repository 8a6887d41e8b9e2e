// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * generate-block.c - statements of blocks whose threads work together.
 *
 * Shared memory is used in rounds: all store or add, a barrier, all load, a
 * barrier. A round ends behind its last barrier, so whatever round comes
 * next, also in a loop, meets nobody still loading.
 */
#include "generator.h"

#include <stdio.h>
#include <string.h>

#define MASK(type) (1u << (type))
#define WORDS (MASK(REF_INT) | MASK(REF_UINT))

static enum ref_type loaded_type(enum ref_type type)
{
	return type == REF_U8 ? REF_INT : type;
}

static void sync_threads(struct generator *g)
{
	gen_line(g, "SYNC_THREADS", "%s", "");
}

/* An element of a shared array that only this thread of the block stores to. */
static void own_shared_index(struct generator *g, const struct gen_shared *shared, char *text,
			     size_t size)
{
	const char *l = g->kernel->l;

	switch (gen_below(g, 4)) {
	case 0:
		snprintf(text, size, "%u - %s", shared->length - 1, l);
		break;
	case 1:
		snprintf(text, size, "%s * 2 + 1 - 1", l);
		break;
	default:
		snprintf(text, size, "%s", l);
		break;
	}
}

static void any_shared_index(struct generator *g, uint32_t length, char *text, size_t size)
{
	const char *l = g->kernel->l;
	struct gen_operand a = gen_operand(g, REF_INT, true);

	switch (gen_below(g, 6)) {
	case 0:
		snprintf(text, size, "(%s + %u) %% %u", l, gen_below(g, 40), length);
		break;
	case 1:
		snprintf(text, size, "%u - %s", length - 1, l);
		break;
	case 2:
		snprintf(text, size, "%s %% %u", a.text, length);
		break;
	case 3:
		snprintf(text, size, "%u", gen_below(g, length + 2));
		break;
	case 4:
		snprintf(text, size, "%s", a.text);
		break;
	default:
		snprintf(text, size, "%s + %d", l, (int)gen_below(g, 5) - 2);
		break;
	}
}

static void load_shared(struct generator *g, const struct gen_shared *shared)
{
	struct gen_register *result;
	char index[200];

	any_shared_index(g, shared->length, index, sizeof(index));
	result = gen_result(g, loaded_type(shared->type), false, false);
	gen_line(g, "LOAD", "%s[%s] -> %s", shared->name, index, result->name);
}

static void round_of_exchange(struct generator *g, const struct gen_shared *shared)
{
	struct gen_operand value = gen_operand(g, loaded_type(shared->type), gen_chance(g, 60));
	uint32_t n = 1 + gen_below(g, 3);
	char index[200];

	own_shared_index(g, shared, index, sizeof(index));
	gen_line(g, "STORE", "%s -> %s[%s]", value.text, shared->name, index);
	sync_threads(g);
	while (n--)
		load_shared(g, shared);
	sync_threads(g);
}

static void round_of_tally(struct generator *g, const struct gen_shared *shared)
{
	static const char *const ops[] = { "ATOMIC_ADD", "ATOMIC_MIN", "ATOMIC_MAX" };
	const char *op = shared->type == REF_FLOAT ? ops[0] : ops[gen_below(g, 3)];
	struct gen_operand value = gen_operand(g, shared->type, true);
	char index[200];

	any_shared_index(g, shared->length, index, sizeof(index));
	gen_line(g, op, "%s[%s] %s", shared->name, index, value.text);
	sync_threads(g);
	load_shared(g, shared);
	sync_threads(g);
}

/* One thread alone may do as it likes. */
static void round_of_one(struct generator *g, const struct gen_shared *shared)
{
	struct gen_kernel *kernel = g->kernel;
	struct gen_operand value = gen_operand(g, loaded_type(shared->type), true);
	char index[200];

	gen_line(g, "IF", "%s == %u:", kernel->l, gen_below(g, kernel->block_size));
	kernel->depth++;
	kernel->divergence++;
	any_shared_index(g, shared->length, index, sizeof(index));
	gen_line(g, "STORE", "%s -> %s[%s]", value.text, shared->name, index);
	load_shared(g, shared);
	if (shared->type == REF_INT || shared->type == REF_UINT) {
		struct gen_register *old = gen_result(g, shared->type, true, false);

		any_shared_index(g, shared->length, index, sizeof(index));
		gen_line(g, "ATOMIC_CAS", "%s[%s] 0 %u -> %s", shared->name, index,
			 gen_below(g, 100), old->name);
	}
	kernel->depth--;
	kernel->divergence--;
	gen_line(g, "ENDIF", "%s", "");
	sync_threads(g);
}

/* The sum over the block by halves, as everybody writes it. */
static void round_of_halves(struct generator *g, const struct gen_shared *shared)
{
	struct gen_kernel *kernel = g->kernel;
	const char *s = shared->name, *l = kernel->l;
	struct gen_operand value = gen_operand(g, shared->type, true);
	struct gen_register *half = gen_new_register(g, REF_INT, true, true);
	struct gen_register *counter = gen_new_register(g, REF_INT, true, true);
	struct gen_register *a = gen_new_register(g, shared->type, false, false);
	struct gen_register *b = gen_new_register(g, shared->type, false, false);
	uint32_t steps = 0, size = 1;

	while (size < kernel->block_size) {
		size *= 2;
		steps++;
	}
	half->is_fixed = counter->is_fixed = true;
	gen_line(g, "STORE", "%s -> %s[%s]", value.text, s, l);
	sync_threads(g);
	gen_line(g, "SET", "%u -> %s", size / 2, half->name);
	gen_line(g, "LOOP", "%u -> %s:", steps, counter->name);
	kernel->depth++;
	kernel->times *= steps;
	gen_line(g, "IF", "%s < %s:", l, half->name);
	gen_line(g, "LOAD", "%s[%s] -> %s", s, l, a->name);
	gen_line(g, "LOAD", "%s[%s + %s] -> %s", s, l, half->name, b->name);
	gen_line(g, "ADD", "%s %s -> %s", a->name, b->name, a->name);
	gen_line(g, "STORE", "%s -> %s[%s]", a->name, s, l);
	gen_line(g, "ENDIF", "%s", "");
	sync_threads(g);
	gen_line(g, "DIV", "%s 2 -> %s", half->name, half->name);
	kernel->depth--;
	kernel->times /= steps ? steps : 1;
	gen_line(g, "ENDLOOP", "%s", "");
	gen_line(g, "LOAD", "%s[0] -> %s", s, b->name);
	sync_threads(g);
}

/* The same through global memory: each thread's own element, read by the block. */
static void round_of_block(struct generator *g, const struct gen_use *use)
{
	const struct gen_array *array = gen_use_array(g, use);
	struct gen_operand value = gen_operand(g, loaded_type(array->type), array->is_exact);
	struct gen_register *result;
	struct gen_kernel *kernel = g->kernel;

	gen_line(g, "STORE", "%s -> %s[%s]", value.text, array->name, kernel->t);
	sync_threads(g);
	result = gen_result(g, loaded_type(array->type), array->is_exact, false);
	gen_line(g, "LOAD", "%s[%s * %u + (%s + %u) %% %u] -> %s", array->name, kernel->b,
		 kernel->block_size, kernel->l, gen_below(g, 300), kernel->block_size,
		 result->name);
	sync_threads(g);
}

void gen_cooperation(struct generator *g)
{
	struct gen_kernel *kernel = g->kernel;
	const struct gen_use *use = gen_find_use(g, GEN_BLOCK, ~0u);
	const struct gen_shared *shared;
	bool is_word;

	if (use && gen_chance(g, 40)) {
		round_of_block(g, use);
		return;
	}
	if (!kernel->n_shared) {
		sync_threads(g);
		return;
	}
	shared = &kernel->shared[gen_below(g, (uint32_t)kernel->n_shared)];
	is_word = shared->type != REF_U8;
	switch (gen_below(g, 6)) {
	case 0:
	case 1:
		if (is_word) {
			round_of_tally(g, shared);
			break;
		}
		/* fall through */
	case 2:
	case 3:
		round_of_exchange(g, shared);
		break;
	case 4:
		round_of_one(g, shared);
		break;
	default:
		if (is_word && shared->length >= kernel->block_size)
			round_of_halves(g, shared);
		else
			load_shared(g, shared);
		sync_threads(g);
		break;
	}
}

void gen_reduce(struct generator *g)
{
	static const enum ref_type types[] = { REF_INT, REF_UINT, REF_FLOAT };
	static const char *const ops[] = { "SUM", "MIN", "MAX" };
	enum ref_type type = types[gen_below(g, 3)];
	int op = (int)gen_below(g, 3);
	struct gen_operand value = gen_operand(g, type, true);
	struct gen_register *result;
	char word[32];

	/* A literal may be of another type when it stands alone. */
	if (value.is_literal)
		snprintf(value.text, sizeof(value.text), "%s",
			 type == REF_INT    ? "3"
			 : type == REF_UINT ? "3u"
					    : "1.5");
	result = gen_new_register(g, type, op || type != REF_FLOAT, true);
	result->is_fixed = result->is_uniform;
	gen_line(g, "BLOCK_REDUCE", "%s %s -> %s", gen_keyword(g, ops[op], word), value.text,
		 result->name);
}

/* On its own element a thread may look at the old value; on a tally nobody does. */
void gen_atomic(struct generator *g)
{
	static const char *const ops[] = { "ATOMIC_ADD", "ATOMIC_MIN", "ATOMIC_MAX", "ATOMIC_EXCH",
					   "ATOMIC_CAS" };
	const struct gen_use *use = gen_find_use(g, gen_chance(g, 65) ? GEN_OWN : GEN_TALLY, WORDS);
	const struct gen_array *array;
	struct gen_operand value, other;
	struct gen_register *old;
	char index[200];

	if (!use)
		use = gen_find_use(g, GEN_TALLY, ~0u);
	if (!use || gen_use_array(g, use)->is_implicit)
		return;
	array = gen_use_array(g, use);
	value = gen_operand(g, array->type, true);
	if (use->role == GEN_TALLY) {
		gen_any_index(g, array->length, index, sizeof(index));
		gen_line(g, use->tally, "%s[%s] %s", array->name, index, value.text);
		return;
	}
	gen_own_index(g, use, index, sizeof(index));
	other = gen_operand(g, array->type, true);
	if (gen_chance(g, 25)) {
		gen_line(g, ops[gen_below(g, 4)], "%s[%s] %s", array->name, index, value.text);
		return;
	}
	old = gen_result(g, array->type, true, false);
	if (gen_chance(g, 25))
		gen_line(g, ops[4], "%s[%s] %s %s -> %s", array->name, index, other.text,
			 value.text, old->name);
	else
		gen_line(g, ops[gen_below(g, 4)], "%s[%s] %s -> %s", array->name, index, value.text,
			 old->name);
}

static void matmul_size(struct generator *g, char text[REF_NAME_SIZE])
{
	struct gen_operand scalar = gen_uniform(g, REF_INT);

	/* Not just any scalar: only those that are known to be small. */
	if (!scalar.is_literal && gen_chance(g, 40)) {
		int i;

		for (i = 0; i < g->n_scalars; i++)
			if (g->scalars[i].is_small && !strcmp(g->scalars[i].name, scalar.text)) {
				memcpy(text, scalar.text, sizeof(scalar.text));
				return;
			}
	}
	snprintf(text, REF_NAME_SIZE, "%u", gen_chance(g, 5) ? 0 : 1 + gen_below(g, 20));
}

void gen_matmul(struct generator *g)
{
	const struct gen_use *a = gen_find_use(g, GEN_READ, MASK(REF_FLOAT));
	const struct gen_use *b = gen_find_use(g, GEN_READ, MASK(REF_FLOAT));
	const struct gen_use *c = gen_find_use(g, GEN_PRODUCT, MASK(REF_FLOAT));
	char sizes[3][REF_NAME_SIZE], words[3][32];
	int i;

	if (!a || !b || !c)
		return;
	for (i = 0; i < 3; i++)
		matmul_size(g, sizes[i]);
	gen_line(g, "PARALLEL_MATMUL", "%s %s -> %s %s %s %s %s %s %s", gen_use_array(g, a)->name,
		 gen_use_array(g, b)->name, gen_use_array(g, c)->name,
		 gen_keyword(g, "ROWS", words[0]), sizes[0], gen_keyword(g, "COLS", words[1]),
		 sizes[1], gen_keyword(g, "INNER", words[2]), sizes[2]);
}
