// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * generate-operand.c - registers, literals and indices to compute with.
 */
#include "generator.h"

#include <stdio.h>
#include <string.h>

#define MASK(type) (1u << (type))

/* ---------------------------------------------------------------- literals */

static void integer_literal(struct generator *g, char *text, size_t size)
{
	static const char *const edges[] = { "2147483647", "-2147483648", "-1",	 "0",	 "1",
					     "4294967295", "0x7fffffff",  "31",	 "32",	 "33",
					     "65536",	   "0x80000000",  "255", "256",	 "-7",
					     "0xFF",	   "2147483648",  "7",	 "1000", "-128" };

	if (gen_chance(g, 30))
		snprintf(text, size, "%s", edges[gen_below(g, 20)]);
	else if (gen_chance(g, 15))
		snprintf(text, size, gen_chance(g, 50) ? "0x%x" : "0X%X", gen_below(g, 4096));
	else
		snprintf(text, size, "%d", (int)gen_below(g, 41) - 12);
}

static void float_literal(struct generator *g, char *text, size_t size)
{
	static const char *const edges[] = {
		"0.0",	  "-0.0",  "1.0",     "-1.0",	      "2.0f", ".5",	    "1e-3",
		"3.5e2",  "1e30",  "-1e-30",  "1e+3",	      "0.1",  "1.5",	    "-2.5",
		"3.4e38", "1e1",   "8.0f",    "16777217.0",   "-.25", "0.33333334", "1e-10",
		"4.0",	  "-3.75", "100.125", "1.1754944e-38"
	};

	if (gen_chance(g, 50))
		snprintf(text, size, "%s", edges[gen_below(g, 25)]);
	else
		snprintf(text, size, "%d.%u", (int)gen_below(g, 17) - 8, gen_below(g, 4) * 25);
}

struct gen_operand gen_literal(struct generator *g, enum ref_type type)
{
	struct gen_operand operand = {
		.type = type,
		.is_literal = true,
		.is_exact = true,
		.is_uniform = true,
	};

	if (type == REF_FLOAT)
		float_literal(g, operand.text, sizeof(operand.text));
	else
		integer_literal(g, operand.text, sizeof(operand.text));
	if (type == REF_UINT && gen_chance(g, 25))
		snprintf(operand.text, sizeof(operand.text), "%uu", gen_below(g, 100));
	return operand;
}

/* --------------------------------------------------------------- registers */

static struct gen_operand of_register(const struct gen_register *reg)
{
	struct gen_operand operand = {
		.type = reg->type,
		.is_exact = reg->is_exact,
		.is_uniform = reg->is_uniform,
	};

	memcpy(operand.text, reg->name, sizeof(operand.text));
	return operand;
}

static bool register_fits(const struct gen_register *reg, enum ref_type type, bool exact,
			  bool uniform)
{
	return reg->type == type && (reg->is_exact || !exact || type != REF_FLOAT) &&
	       (reg->is_uniform || !uniform);
}

/* A fitting register, later ones more likely; NULL if there is none. */
static struct gen_register *find_register(struct generator *g, enum ref_type type, bool exact,
					  bool uniform)
{
	struct gen_kernel *kernel = g->kernel;
	int tries, i;

	for (tries = 0; tries < 8 && kernel->n_registers; tries++) {
		uint32_t n = (uint32_t)kernel->n_registers;

		i = (int)(gen_chance(g, 60) && n > 6 ? n - 1 - gen_below(g, 6) : gen_below(g, n));
		if (register_fits(&kernel->registers[i], type, exact, uniform))
			return &kernel->registers[i];
	}
	for (i = kernel->n_registers - 1; i >= 0; i--)
		if (register_fits(&kernel->registers[i], type, exact, uniform))
			return &kernel->registers[i];
	return NULL;
}

static const struct gen_scalar *find_scalar(struct generator *g, enum ref_type type)
{
	struct gen_kernel *kernel = g->kernel;
	uint32_t first = gen_below(g, (uint32_t)kernel->n_scalars);
	int i;

	for (i = 0; i < kernel->n_scalars; i++) {
		int at = (int)(first + (uint32_t)i) % kernel->n_scalars;
		const struct gen_scalar *scalar = &g->scalars[kernel->scalars[at]];

		if (scalar->type == type || (scalar->type == REF_U8 && type == REF_INT))
			return scalar;
	}
	return NULL;
}

static struct gen_operand of_scalar(const struct gen_scalar *scalar, enum ref_type type)
{
	struct gen_operand operand = { .type = type, .is_exact = true, .is_uniform = true };

	memcpy(operand.text, scalar->name, sizeof(operand.text));
	return operand;
}

/* A register, a scalar or a literal; @type bool has no literals: 1 == 1 is made then. */
struct gen_operand gen_operand(struct generator *g, enum ref_type type, bool exact)
{
	const struct gen_scalar *scalar = gen_chance(g, 12) ? find_scalar(g, type) : NULL;
	struct gen_register *reg;

	if (scalar)
		return of_scalar(scalar, type);
	if (type != REF_BOOL && gen_chance(g, 18))
		return gen_literal(g, type);
	reg = find_register(g, type, exact, false);
	if (!reg && type == REF_BOOL) {
		reg = gen_new_register(g, REF_BOOL, true, false);
		gen_line(g, "COMPARE", "%s < %u -> %s", g->kernel->t, gen_below(g, 20), reg->name);
	}
	return reg ? of_register(reg) : gen_literal(g, type);
}

struct gen_operand gen_uniform(struct generator *g, enum ref_type type)
{
	const struct gen_scalar *scalar = gen_chance(g, 50) ? find_scalar(g, type) : NULL;
	struct gen_register *reg = find_register(g, type, true, true);

	if (scalar)
		return of_scalar(scalar, type);
	return reg && gen_chance(g, 70) ? of_register(reg) : gen_literal(g, type);
}

struct gen_register *gen_new_register(struct generator *g, enum ref_type type, bool exact,
				      bool uniform)
{
	static const char *const kinds[] = { "r", "b", "i", "u", "f", "r" };
	struct gen_kernel *kernel = g->kernel;
	struct gen_register *reg;

	/* Full: the last one is as good as any, if it fits. */
	if (kernel->n_registers == GEN_REGISTERS_MAX)
		kernel->n_registers--;
	reg = &kernel->registers[kernel->n_registers++];
	*reg = (struct gen_register){
		.type = type,
		.is_exact = exact,
		.is_uniform = uniform && !kernel->divergence,
	};
	gen_name(g, reg->name, kinds[type]);
	return reg;
}

struct gen_register *gen_result(struct generator *g, enum ref_type type, bool exact, bool uniform)
{
	struct gen_register *reg = NULL;

	if (gen_chance(g, g->kernel->depth ? 45 : 20))
		reg = find_register(g, type, false, false);
	if (!reg || reg->is_fixed || reg->is_uniform || (reg->is_exact && !exact))
		return gen_new_register(g, type, exact, uniform);
	return reg;
}

/* ----------------------------------------------------------------- indices */

const struct gen_array *gen_use_array(const struct generator *g, const struct gen_use *use)
{
	return &g->arrays[use->array];
}

/* A use in that role with one of the element types in @type_mask; NULL if there is none. */
const struct gen_use *gen_find_use(struct generator *g, enum gen_role role, uint32_t type_mask)
{
	const struct gen_kernel *kernel = g->kernel;
	uint32_t first = gen_below(g, (uint32_t)kernel->n_uses);
	int i;

	for (i = 0; i < kernel->n_uses; i++) {
		int at = (int)(first + (uint32_t)i) % kernel->n_uses;
		const struct gen_use *use = &kernel->uses[at];

		if (use->role == role && (type_mask & MASK(g->arrays[use->array].type)))
			return use;
	}
	return NULL;
}

/* t itself, also by ways that only meet it because int wraps. */
void gen_own_index(struct generator *g, const struct gen_use *use, char *text, size_t size)
{
	const char *t = g->kernel->t;
	uint32_t s = use->stride, j = gen_below(g, s);

	/* Streams stay plain: that is what is merged and spread over threads. */
	if (s == 1 && (!g->kernel->has_gathers || gen_chance(g, 60))) {
		snprintf(text, size, "%s", t);
		return;
	}
	if (s == 1) {
		switch (gen_below(g, 6)) {
		case 0:
			snprintf(text, size, "(%s * 65537) - %s * 65536", t, t);
			break;
		case 1:
			snprintf(text, size, "%s + 2147483647 + 2147483647 + 2", t);
			break;
		case 2:
			snprintf(text, size, "%s - 0 * 5", t);
			break;
		case 3:
			snprintf(text, size, "0+%s", t);
			break;
		case 4:
			snprintf(text, size, "%s + 1000000000 * 4", t); /* past the end: nothing */
			break;
		default:
			snprintf(text, size, "((%s))", t);
			break;
		}
		return;
	}
	switch (gen_below(g, 3)) {
	case 0:
		snprintf(text, size, "%s * %u + %u", t, s, j);
		break;
	case 1:
		snprintf(text, size, "%u+%u*%s", j, s, t);
		break;
	default:
		snprintf(text, size, "(%s + 7) * %u - %u", t, s, 7 * s - j);
		break;
	}
}

void gen_any_index(struct generator *g, uint32_t length, char *text, size_t size)
{
	const char *t = g->kernel->t;
	struct gen_operand a = gen_operand(g, gen_chance(g, 70) ? REF_INT : REF_UINT, true);
	uint32_t n = length ? length : 1;

	switch (gen_below(g, 12)) {
	case 0:
		snprintf(text, size, "%s", t);
		break;
	case 1:
		snprintf(text, size, "%s + %d", t, (int)gen_below(g, 9) - 4);
		break;
	case 2:
		snprintf(text, size, "%u - %s", n - 1, t);
		break;
	case 3:
	case 4:
		snprintf(text, size, "%s %% %u", a.text, n + gen_below(g, 3));
		break;
	case 5:
		snprintf(text, size, "(%s * %u + %s) %% %u", t, gen_below(g, 100), a.text, n);
		break;
	case 6:
		snprintf(text, size, "%s", a.text);
		break;
	case 7:
		snprintf(text, size, "%s * 1073741824 + %u", a.text, gen_below(g, n));
		break;
	case 8:
		snprintf(text, size, "%s / %u", t, 1 + gen_below(g, 5));
		break;
	case 9:
		snprintf(text, size, "%u", gen_below(g, n + n / 8 + 1));
		break;
	case 10:
		snprintf(text, size, "%s + -%u*(%s/%s)", t, gen_below(g, 3), a.text, t);
		break;
	default:
		snprintf(text, size, "%s * 65536 * 65536 + (%s - 3) %% %u", a.text, t, n);
		break;
	}
}
