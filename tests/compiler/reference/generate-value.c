// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * generate-value.c - statements that compute, load and store.
 *
 * Where int, uint and float may meet, operands of the other types are mixed
 * in; the result's type follows from the page's rules, and the register is
 * chosen by it.
 */
#include "generator.h"

#include <stdio.h>
#include <string.h>

#define MASK(type) (1u << (type))
#define WORDS (MASK(REF_INT) | MASK(REF_UINT))
#define NUMBERS (WORDS | MASK(REF_FLOAT) | MASK(REF_U8))

/* An operand for an operation whose type is @type because of another operand. */
static struct gen_operand mixed(struct generator *g, enum ref_type type, bool exact)
{
	if (type == REF_FLOAT && gen_chance(g, 25))
		return gen_chance(g, 40)
			       ? gen_literal(g, REF_INT)
			       : gen_operand(g, gen_chance(g, 50) ? REF_INT : REF_UINT, exact);
	if (type == REF_UINT && gen_chance(g, 30))
		return gen_operand(g, REF_INT, exact);
	return gen_operand(g, type, exact);
}

/* One that fixes the type: no integer literal. */
static struct gen_operand firm(struct generator *g, enum ref_type type, bool exact)
{
	struct gen_operand operand = gen_operand(g, type, exact);
	struct gen_register *reg;

	if (!operand.is_literal || type == REF_FLOAT)
		return operand;
	if (type == REF_INT && gen_chance(g, 10)) {
		/* Alone, a small literal is an int. */
		snprintf(operand.text, sizeof(operand.text), "%u", gen_below(g, 100));
		return operand;
	}
	reg = gen_new_register(g, type, true, true);
	if (type == REF_UINT && !gen_chance(g, 50))
		gen_line(g, "CAST", "uint %s -> %s", operand.text, reg->name);
	else if (type == REF_UINT)
		gen_line(g, "SET", "%uu -> %s", gen_below(g, 1000), reg->name);
	else
		gen_line(g, "CAST", "int %s -> %s", operand.text, reg->name);
	memcpy(operand.text, reg->name, sizeof(operand.text));
	operand.is_literal = false;
	return operand;
}

/* Two operands of a type, in either order; true if both are uniform. */
static bool pair(struct generator *g, enum ref_type type, bool exact, struct gen_operand pair[2])
{
	int first = (int)gen_below(g, 2);

	pair[first] = firm(g, type, exact);
	pair[!first] = mixed(g, type, exact);
	/* Two literals have a type of their own. */
	if (pair[first].is_literal && type != REF_FLOAT && pair[!first].is_literal)
		memcpy(pair[!first].text, "3", 2);
	return pair[0].is_uniform && pair[1].is_uniform;
}

static void word_value(struct generator *g, enum ref_type type)
{
	static const char *const binary[] = { "ADD", "SUB", "MUL", "DIV", "MOD", "MIN",
					      "MAX", "AND", "OR",  "XOR", "ADD", "SUB",
					      "MUL", "DIV", "MOD", "POW" };
	static const char *const unary[] = { "NEG", "ABS", "NOT" };
	const char *name = type == REF_INT ? "int" : "uint";
	struct gen_operand a, both[2];
	struct gen_register *result;
	bool uniform;

	switch (gen_below(g, 12)) {
	case 0:
		a = firm(g, type, true);
		result = gen_result(g, type, true, a.is_uniform);
		gen_line(g, unary[gen_below(g, 3)], "%s -> %s", a.text, result->name);
		return;
	case 1: {
		struct gen_operand count =
			gen_operand(g, gen_chance(g, 70) ? REF_INT : REF_UINT, true);

		a = firm(g, type, true);
		/* A literal on the left takes the type of what is on the right. */
		if (a.is_literal)
			memcpy(count.text, "7", 2);
		result = gen_result(g, type, true, a.is_uniform && count.is_uniform);
		gen_line(g, gen_chance(g, 50) ? "SHL" : "SHR", "%s %s -> %s", a.text, count.text,
			 result->name);
		return;
	}
	case 2: {
		static const enum ref_type from[] = { REF_INT, REF_UINT, REF_FLOAT, REF_BOOL };

		a = gen_operand(g, from[gen_below(g, 4)], true);
		if (type == REF_INT && gen_chance(g, 25))
			name = "u8";
		result = gen_result(g, type, true, a.is_uniform);
		gen_line(g, "CAST", "%s %s -> %s", name, a.text, result->name);
		return;
	}
	case 3: {
		struct gen_operand c = gen_operand(g, type, true);

		uniform = pair(g, type, true, both) && c.is_uniform;
		result = gen_result(g, type, true, uniform);
		/* A literal that does not fit an int would make two ints uints. */
		gen_line(g, "FMA", "%s %s %s -> %s", both[0].text, both[1].text,
			 c.is_literal ? "5" : c.text, result->name);
		return;
	}
	case 4: {
		struct gen_operand condition = gen_operand(g, REF_BOOL, true);

		uniform = pair(g, type, true, both) && condition.is_uniform;
		result = gen_result(g, type, true, uniform);
		gen_line(g, "SELECT", "%s %s %s -> %s", condition.text, both[0].text, both[1].text,
			 result->name);
		return;
	}
	default:
		uniform = pair(g, type, true, both);
		result = gen_result(g, type, true, uniform);
		gen_line(g, binary[gen_below(g, 16)], "%s %s -> %s", both[0].text, both[1].text,
			 result->name);
		return;
	}
}

/* ------------------------------------------------------------------ floats */

static void exact_value(struct generator *g, bool exact)
{
	static const char *const binary[] = { "ADD", "SUB", "MUL", "ADD", "SUB",
					      "MUL", "MIN", "MAX", "MOD" };
	static const char *const unary[] = { "NEG", "ABS", "FLOOR", "CEIL", "ROUND" };
	struct gen_operand a, both[2], condition;
	struct gen_register *result;
	bool uniform;

	switch (gen_below(g, 10)) {
	case 0:
	case 1:
		a = gen_operand(g, REF_FLOAT, exact);
		result = gen_result(g, REF_FLOAT, exact, a.is_uniform);
		gen_line(g, unary[gen_below(g, 5)], "%s -> %s", a.text, result->name);
		break;
	case 2:
		a = gen_operand(g, gen_chance(g, 60) ? REF_INT : REF_UINT, exact);
		result = gen_result(g, REF_FLOAT, exact, a.is_uniform);
		if (gen_chance(g, 80))
			gen_line(g, "CAST", "float %s -> %s", a.text, result->name);
		else
			gen_line(g, "ROUND", "%s -> %s", a.text, result->name);
		break;
	case 3:
		condition = gen_operand(g, REF_BOOL, true);
		uniform = pair(g, REF_FLOAT, exact, both) && condition.is_uniform;
		result = gen_result(g, REF_FLOAT, exact, uniform);
		gen_line(g, "SELECT", "%s %s %s -> %s", condition.text, both[0].text, both[1].text,
			 result->name);
		break;
	case 4:
		a = gen_operand(g, REF_FLOAT, exact);
		result = gen_result(g, REF_FLOAT, exact, a.is_uniform);
		gen_line(g, "SET", "%s -> %s", a.text, result->name);
		break;
	default:
		uniform = pair(g, REF_FLOAT, exact, both);
		result = gen_result(g, REF_FLOAT, exact, uniform);
		gen_line(g, binary[gen_below(g, exact ? 9 : 8)], "%s %s -> %s", both[0].text,
			 both[1].text, result->name);
		break;
	}
}

/* A float between two literals, so that the next function has a bound there. */
static void clamped(struct generator *g, bool exact, const char *least, const char *most,
		    char name[REF_NAME_SIZE])
{
	struct gen_operand a = gen_operand(g, REF_FLOAT, exact);
	struct gen_register *result = gen_new_register(g, REF_FLOAT, exact, a.is_uniform);

	memcpy(name, result->name, REF_NAME_SIZE);
	gen_line(g, "MIN", "%s %s -> %s", a.text, most, name);
	gen_line(g, "MAX", "%s %s -> %s", least, name, name);
}

/* Functions that are right within a bound, on operands where they have one. */
static void bound_value(struct generator *g)
{
	static const char *const waves[] = { "SIN", "COS", "TAN" };
	static const char *const roots[] = { "SQRT", "RSQRT", "LOG" };
	bool exact = gen_chance(g, 70);
	struct gen_operand a = gen_operand(g, REF_FLOAT, exact),
			   b = gen_operand(g, REF_FLOAT, exact);
	struct gen_operand c = mixed(g, REF_FLOAT, exact);
	char x[REF_NAME_SIZE], y[REF_NAME_SIZE];
	struct gen_register *result;

	switch (gen_below(g, 7)) {
	case 0:
		result = gen_result(g, REF_FLOAT, false, false);
		gen_line(g, "DIV", "%s %s -> %s", a.text, gen_chance(g, 60) ? b.text : "3.0",
			 result->name);
		break;
	case 1:
		result = gen_result(g, REF_FLOAT, false, false);
		gen_line(g, "FMA", "%s %s %s -> %s", a.text, b.text, c.text, result->name);
		break;
	case 2:
		clamped(g, exact, "-3.0", "3.0", x);
		result = gen_result(g, REF_FLOAT, false, false);
		gen_line(g, waves[gen_below(g, 3)], "%s -> %s", x, result->name);
		break;
	case 3:
		if (gen_chance(g, 80)) {
			clamped(g, exact, "-20.0", "30", x);
			memcpy(a.text, x, sizeof(x));
		}
		result = gen_result(g, REF_FLOAT, false, false);
		gen_line(g, "EXP", "%s -> %s", a.text, result->name);
		break;
	case 4:
		clamped(g, exact, "0.01", "50.0", x);
		clamped(g, exact, "-4", "4", y);
		result = gen_result(g, REF_FLOAT, false, false);
		gen_line(g, "POW", "%s %s -> %s", gen_chance(g, 85) ? x : a.text, y, result->name);
		break;
	default:
		result = gen_new_register(g, REF_FLOAT, exact, false);
		memcpy(x, result->name, sizeof(x));
		gen_line(g, "ABS", "%s -> %s", a.text, x);
		result = gen_result(g, REF_FLOAT, false, false);
		gen_line(g, roots[gen_below(g, 3)], "%s -> %s", gen_chance(g, 85) ? x : a.text,
			 result->name);
		break;
	}
}

/* ------------------------------------------------------------------- bools */

static void bool_value(struct generator *g)
{
	static const char *const binary[] = { "AND", "OR", "XOR" };
	static const char *const order[] = { "<", ">", "<=", ">=", "==", "!=" };
	static const enum ref_type types[] = { REF_INT, REF_UINT, REF_FLOAT };
	struct gen_operand both[2], c;
	struct gen_register *result;
	bool uniform;

	switch (gen_below(g, 8)) {
	case 0:
		both[0] = gen_operand(g, REF_BOOL, true);
		both[1] = gen_operand(g, REF_BOOL, true);
		uniform = both[0].is_uniform && both[1].is_uniform;
		result = gen_result(g, REF_BOOL, true, uniform);
		gen_line(g, binary[gen_below(g, 3)], "%s %s -> %s", both[0].text, both[1].text,
			 result->name);
		break;
	case 1:
		both[0] = gen_operand(g, REF_BOOL, true);
		result = gen_result(g, REF_BOOL, true, both[0].is_uniform);
		gen_line(g, gen_chance(g, 50) ? "NOT" : "SET", "%s -> %s", both[0].text,
			 result->name);
		break;
	case 2:
		c = gen_operand(g, types[gen_below(g, 3)], true);
		result = gen_result(g, REF_BOOL, true, c.is_uniform);
		gen_line(g, "CAST", "bool %s -> %s", c.text, result->name);
		break;
	case 3:
		both[0] = gen_operand(g, REF_BOOL, true);
		both[1] = gen_operand(g, REF_BOOL, true);
		c = gen_operand(g, REF_BOOL, true);
		uniform = both[0].is_uniform && both[1].is_uniform && c.is_uniform;
		result = gen_result(g, REF_BOOL, true, uniform);
		if (gen_chance(g, 50))
			gen_line(g, "SELECT", "%s %s %s -> %s", c.text, both[0].text, both[1].text,
				 result->name);
		else
			gen_line(g, "COMPARE", "%s %s %s -> %s", both[0].text,
				 order[4 + gen_below(g, 2)], both[1].text, result->name);
		break;
	default:
		uniform = pair(g, types[gen_below(g, 3)], true, both);
		result = gen_result(g, REF_BOOL, true, uniform);
		gen_line(g, "COMPARE", "%s %s %s -> %s", both[0].text, order[gen_below(g, 6)],
			 both[1].text, result->name);
		break;
	}
}

/* A register read before it was ever assigned: 0 the first time. */
static void early_value(struct generator *g)
{
	static const char *const ops[] = { "ADD", "SUB", "MAX", "MIN" };
	enum ref_type type = gen_chance(g, 50) ? REF_INT : gen_chance(g, 50) ? REF_UINT : REF_FLOAT;
	struct gen_operand a = firm(g, type, true);
	struct gen_register *result;

	/* An integer literal beside it would fix its type to int. */
	if (a.is_literal && type == REF_UINT)
		return;
	result = gen_new_register(g, type, true, false);
	gen_line(g, ops[gen_below(g, 4)], "%s %s -> %s", result->name, a.text, result->name);
}

void gen_value(struct generator *g)
{
	uint32_t kind = gen_below(g, 100);

	if (kind < 30)
		word_value(g, REF_INT);
	else if (kind < 45)
		word_value(g, REF_UINT);
	else if (kind < 62)
		exact_value(g, true);
	else if (kind < 68)
		exact_value(g, false);
	else if (kind < 84)
		bound_value(g);
	else if (kind < 96)
		bool_value(g);
	else
		early_value(g);
}

void gen_condition(struct generator *g, bool uniform, char text[160])
{
	static const char *const order[] = { "<", ">", "<=", ">=", "==", "!=" };
	static const enum ref_type types[] = { REF_INT, REF_UINT, REF_FLOAT };
	struct gen_operand both[2];

	if (uniform) {
		both[0] = gen_uniform(g, REF_INT);
		both[1] = gen_literal(g, REF_INT);
		snprintf(text, 160, "%s %s %s", both[0].text, order[gen_below(g, 6)], both[1].text);
	} else if (gen_chance(g, 30)) {
		snprintf(text, 160, "%s", gen_operand(g, REF_BOOL, true).text);
	} else if (gen_chance(g, 30)) {
		snprintf(text, 160, "%s %s %u", g->kernel->t, order[gen_below(g, 6)],
			 gen_below(g, g->kernel->n_threads));
	} else {
		pair(g, types[gen_below(g, 3)], true, both);
		snprintf(text, 160, "%s %s %s", both[0].text, order[gen_below(g, 6)], both[1].text);
	}
}

/* ------------------------------------------------------------------ memory */

static enum ref_type loaded_type(enum ref_type type)
{
	return type == REF_U8 ? REF_INT : type;
}

void gen_load(struct generator *g)
{
	bool own = !g->kernel->has_gathers || gen_chance(g, 40);
	const struct gen_use *use = gen_find_use(g, own ? GEN_OWN : GEN_READ, NUMBERS);
	struct gen_register *result;
	const struct gen_array *array;
	char index[200];

	if (!use || gen_use_array(g, use)->is_implicit)
		use = gen_find_use(g, GEN_READ, NUMBERS);
	if (!use || gen_use_array(g, use)->is_implicit)
		return;
	array = gen_use_array(g, use);
	if (use->role == GEN_OWN)
		gen_own_index(g, use, index, sizeof(index));
	else if (g->kernel->has_gathers)
		gen_any_index(g, array->length, index, sizeof(index));
	else
		snprintf(index, sizeof(index), "%s", g->kernel->t);
	result = gen_result(g, loaded_type(array->type), array->is_exact, false);
	gen_line(g, "LOAD", "%s[%s] -> %s", array->name, index, result->name);
}

/* Where it may be: what was worked out within bounds is worth storing. */
static struct gen_operand inexact_operand(struct generator *g)
{
	struct gen_operand operand = gen_operand(g, REF_FLOAT, false);
	int tries;

	for (tries = 0; tries < 6 && operand.is_exact; tries++)
		operand = gen_operand(g, REF_FLOAT, false);
	return operand;
}

void gen_store_to(struct generator *g, const struct gen_use *use)
{
	const struct gen_array *array = gen_use_array(g, use);
	struct gen_operand value;
	char index[200];

	gen_own_index(g, use, index, sizeof(index));
	if (array->type == REF_FLOAT && gen_chance(g, 85))
		value = array->is_exact ? gen_operand(g, REF_FLOAT, true) : inexact_operand(g);
	else if (array->type == REF_FLOAT || gen_chance(g, 70))
		value = gen_operand(g, REF_INT, true);
	else
		value = gen_operand(g, REF_UINT, true);
	gen_line(g, "STORE", "%s -> %s[%s]", value.text, array->name, index);
}

void gen_store(struct generator *g)
{
	const struct gen_use *use = gen_find_use(g, GEN_OWN, NUMBERS);

	if (use)
		gen_store_to(g, use);
}

void gen_store_first(struct generator *g, const struct gen_use *use)
{
	const struct gen_array *array = gen_use_array(g, use);
	struct gen_operand value = firm(g, array->type, array->is_exact);
	char index[200];

	gen_own_index(g, use, index, sizeof(index));
	gen_line(g, "STORE", "%s -> %s[%s]", value.text, array->name, index);
}
