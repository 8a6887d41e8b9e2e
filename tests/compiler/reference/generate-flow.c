// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * generate-flow.c - statements, and the IFs and LOOPs around them.
 *
 * How often a place runs is bounded while it is written (a loop's count is at
 * most 8), and writing stops when the thread would cost too much.
 */
#include "generator.h"

#include <stdio.h>
#include <string.h>

static void nested(struct generator *g, uint32_t n)
{
	g->kernel->depth++;
	gen_statements(g, n);
	g->kernel->depth--;
}

static void write_if(struct generator *g, uint32_t n)
{
	struct gen_kernel *kernel = g->kernel;
	bool uniform = kernel->has_barriers && !kernel->divergence && gen_chance(g, 50);
	char condition[160];

	gen_condition(g, uniform, condition);
	gen_line(g, "IF", "%s:", condition);
	kernel->divergence += !uniform;
	nested(g, n);
	if (gen_chance(g, 45)) {
		gen_line(g, "ELSE", ":");
		nested(g, 1 + gen_below(g, n));
	}
	kernel->divergence -= !uniform;
	gen_line(g, "ENDIF", "%s", "");
}

/* A loop's count as text; returns the most it can be. */
static uint32_t loop_count(struct generator *g, bool uniform, char text[REF_NAME_SIZE])
{
	struct gen_register *count;
	struct gen_operand a;
	int i;

	if (gen_chance(g, 35))
		for (i = 0; i < g->kernel->n_scalars; i++)
			if (g->scalars[g->kernel->scalars[i]].is_small) {
				memcpy(text, g->scalars[g->kernel->scalars[i]].name, REF_NAME_SIZE);
				return 6;
			}
	if (uniform || gen_chance(g, 45)) {
		uint32_t n = 1 + gen_below(g, 6);

		if (gen_chance(g, 5))
			snprintf(text, REF_NAME_SIZE, "-%u", n);
		else
			snprintf(text, REF_NAME_SIZE, "%u", gen_chance(g, 8) ? 0 : n);
		return n;
	}
	/* By data: below 0 it runs nothing. */
	if (gen_chance(g, 60)) {
		a = gen_operand(g, REF_INT, true);
		count = gen_new_register(g, REF_INT, true, false);
		gen_line(g, gen_chance(g, 50) ? "MOD" : "AND", "%s 7 -> %s",
			 a.is_literal ? g->kernel->t : a.text, count->name);
	} else {
		a = gen_operand(g, REF_INT, true);
		count = gen_new_register(g, REF_UINT, true, false);
		gen_line(g, "AND", "%s 3 -> %s", a.is_literal ? g->kernel->t : a.text,
			 gen_new_register(g, REF_INT, true, false)->name);
		gen_line(g, "CAST", "uint %s -> %s",
			 g->kernel->registers[g->kernel->n_registers - 1].name, count->name);
	}
	memcpy(text, count->name, REF_NAME_SIZE);
	return 7;
}

static void write_break(struct generator *g)
{
	struct gen_kernel *kernel = g->kernel;
	char condition[160];

	if (kernel->loop_is_uniform && kernel->divergence)
		return;
	gen_condition(g, kernel->loop_is_uniform, condition);
	gen_line(g, "IF", "%s:", condition);
	kernel->depth++;
	gen_line(g, "BREAK", "%s", "");
	if (gen_chance(g, 10))
		gen_value(g);
	kernel->depth--;
	gen_line(g, "ENDIF", "%s", "");
}

/* A loop left by a bool that is read before anything was assigned to it. */
static void write_search(struct generator *g)
{
	struct gen_kernel *kernel = g->kernel;
	char name[REF_NAME_SIZE], condition[160];

	/* Nobody else may read it before it has a type. */
	gen_name(g, name, "found");
	gen_line(g, "IF", "%s:", name);
	gen_line(g, "BREAK", "%s", "");
	gen_line(g, "ENDIF", "%s", "");
	gen_statements(g, 1);
	gen_condition(g, false, condition);
	if (!strchr(condition, ' '))
		snprintf(condition, sizeof(condition), "%s > 3", kernel->t);
	gen_line(g, "COMPARE", "%s -> %s", condition, name);
}

static void write_loop(struct generator *g, uint32_t n)
{
	struct gen_kernel *kernel = g->kernel;
	bool uniform = kernel->has_barriers && !kernel->divergence && gen_chance(g, 60);
	bool outer_is_uniform = kernel->loop_is_uniform;
	uint64_t times = kernel->times;
	char count[REF_NAME_SIZE], name[REF_NAME_SIZE];
	struct gen_register *counter;
	uint32_t most = loop_count(g, uniform, count);

	kernel->divergence += !uniform;
	counter = gen_new_register(g, REF_INT, true, uniform);
	counter->is_fixed = true;
	memcpy(name, counter->name, sizeof(name));
	gen_line(g, "LOOP", "%s -> %s:", count, name);
	kernel->times *= most;
	kernel->loops++;
	kernel->loop_is_uniform = uniform;
	kernel->depth++;
	if (!uniform && gen_chance(g, 8))
		write_search(g);
	gen_statements(g, n);
	if (gen_chance(g, 25))
		write_break(g);
	gen_statements(g, gen_below(g, 2));
	/* Neither the count nor the next i cares. */
	if (gen_chance(g, 10))
		gen_line(g, "ADD", "%s 5 -> %s", name, name);
	if (!uniform && gen_chance(g, 3))
		gen_line(g, "BREAK", "%s", "");
	kernel->depth--;
	kernel->loop_is_uniform = outer_is_uniform;
	kernel->loops--;
	kernel->times = times;
	kernel->divergence -= !uniform;
	gen_line(g, "ENDLOOP", "%s", "");
}

static void write_statement(struct generator *g, uint32_t left)
{
	struct gen_kernel *kernel = g->kernel;
	uint32_t kind = gen_below(g, 100), inner = 1 + gen_below(g, left < 6 ? left : 6);

	if (kind < 9 && kernel->has_ifs && kernel->depth < 5)
		write_if(g, inner);
	else if (kind < 16 && kernel->has_loops && kernel->loops < 3 && kernel->depth < 5)
		write_loop(g, inner);
	else if (kind < 19 && kernel->loops)
		write_break(g);
	else if (kind < 30)
		gen_load(g);
	else if (kind < 40)
		gen_store(g);
	else if (kind < 48 && kernel->has_atomics)
		gen_atomic(g);
	else if (kind < 56 && kernel->has_barriers && !kernel->divergence)
		gen_cooperation(g);
	else if (kind < 60 && kernel->has_barriers && !kernel->divergence)
		gen_reduce(g);
	else
		gen_value(g);
}

void gen_statements(struct generator *g, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && g->kernel->cost < g->kernel->cost_max; i++)
		write_statement(g, n - i);
}
