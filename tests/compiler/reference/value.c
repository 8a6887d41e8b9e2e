// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * value.c - operations on values: dispatch to integer.c and range.c.
 *
 * An unknown word makes every word unknown that is worked out from it; a float
 * carries its own doubt in its range.
 */
#include "value.h"

#include <string.h>

#include "integer.h"

struct ref_value ref_value_word(enum ref_type type, uint32_t word)
{
	return (struct ref_value){ .type = type, .is_known = true, .word = word };
}

struct ref_value ref_value_range(struct ref_range range)
{
	return (struct ref_value){ .type = REF_FLOAT, .range = range };
}

struct ref_value ref_value_unknown(enum ref_type type)
{
	if (type == REF_FLOAT)
		return ref_value_range(ref_range_any());
	return (struct ref_value){ .type = type };
}

struct ref_value ref_value_element(enum ref_type type, uint32_t word)
{
	float f;

	if (type == REF_U8)
		return ref_value_word(REF_INT, word & 0xff);
	if (type != REF_FLOAT)
		return ref_value_word(type, word);
	memcpy(&f, &word, sizeof(f));
	return ref_value_range(ref_range_of(f));
}

struct ref_value ref_value_zero(enum ref_type type)
{
	return ref_value_element(type, 0);
}

struct ref_value ref_value_truth(enum ref_truth truth)
{
	if (truth == REF_MAYBE)
		return ref_value_unknown(REF_BOOL);
	return ref_value_word(REF_BOOL, truth == REF_TRUE);
}

enum ref_truth ref_value_is_true(const struct ref_value *value)
{
	if (!value->is_known)
		return REF_MAYBE;
	return value->word ? REF_TRUE : REF_FALSE;
}

struct ref_value ref_value_convert(const struct ref_value *value, enum ref_type type)
{
	struct ref_value result = *value;

	if (value->type == type || type == REF_BOOL || value->type == REF_BOOL)
		return result;
	if (type == REF_FLOAT) {
		if (!value->is_known)
			return ref_value_unknown(REF_FLOAT);
		if (value->type == REF_INT)
			return ref_value_range(ref_range_of((float)(int32_t)value->word));
		return ref_value_range(ref_range_of((float)value->word));
	}
	result.type = type;
	return result;
}

static struct ref_value cast_float(struct ref_range range, enum ref_type type)
{
	enum ref_type result = type == REF_U8 ? REF_INT : type;
	uint32_t lo, hi;

	if (!ref_range_has_numbers(range))
		return ref_value_word(result, 0);
	lo = ref_integer_of_float(type, ref_key_float(range.lo));
	hi = ref_integer_of_float(type, ref_key_float(range.hi));
	if (lo != hi || (range.nan && lo != 0))
		return ref_value_unknown(result);
	return ref_value_word(result, lo);
}

struct ref_value ref_value_cast(const struct ref_value *value, enum ref_type type)
{
	struct ref_value zero;

	if (type == REF_BOOL) {
		zero = ref_value_zero(value->type);
		return ref_value_compare(value, REF_NE, &zero);
	}
	if (value->type == REF_FLOAT)
		return type == REF_FLOAT ? *value : cast_float(value->range, type);
	if (value->type == REF_BOOL) {
		struct ref_value number = *value;

		number.type = REF_INT;
		return ref_value_convert(&number, type == REF_U8 ? REF_INT : type);
	}
	if (type == REF_U8) {
		struct ref_value byte = *value;

		byte.type = REF_INT;
		byte.word &= 0xff;
		return byte;
	}
	return ref_value_convert(value, type);
}

struct ref_value ref_value_compare(const struct ref_value *a, enum ref_compare op,
				   const struct ref_value *b)
{
	if (a->type == REF_FLOAT)
		return ref_value_truth(ref_range_compare(a->range, op, b->range));
	if (!a->is_known || !b->is_known)
		return ref_value_unknown(REF_BOOL);
	return ref_value_word(REF_BOOL,
			      ref_integer_compare(op, a->type == REF_INT, a->word, b->word));
}

static struct ref_range operate_float(enum ref_op op, struct ref_range a, struct ref_range b,
				      struct ref_range c)
{
	switch (op) {
	case REF_OP_ADD:
		return ref_range_add(a, b);
	case REF_OP_SUB:
		return ref_range_sub(a, b);
	case REF_OP_MUL:
		return ref_range_mul(a, b);
	case REF_OP_DIV:
		return ref_range_div(a, b);
	case REF_OP_MOD:
		return ref_range_mod(a, b);
	case REF_OP_MIN:
		return ref_range_min(a, b);
	case REF_OP_MAX:
		return ref_range_max(a, b);
	case REF_OP_POW:
		return ref_range_pow(a, b);
	case REF_OP_NEG:
		return ref_range_neg(a);
	case REF_OP_ABS:
		return ref_range_abs(a);
	case REF_OP_SQRT:
		return ref_range_sqrt(a);
	case REF_OP_RSQRT:
		return ref_range_rsqrt(a);
	case REF_OP_EXP:
		return ref_range_exp(a);
	case REF_OP_LOG:
		return ref_range_log(a);
	case REF_OP_SIN:
		return ref_range_sin(a);
	case REF_OP_COS:
		return ref_range_cos(a);
	case REF_OP_TAN:
		return ref_range_tan(a);
	case REF_OP_FLOOR:
		return ref_range_floor(a);
	case REF_OP_CEIL:
		return ref_range_ceil(a);
	case REF_OP_ROUND:
		return ref_range_round(a);
	case REF_OP_FMA:
		return ref_range_fma(a, b, c);
	default:
		return ref_range_any();
	}
}

/* The operations with one operand only. */
static bool is_unary(enum ref_op op)
{
	return op == REF_OP_NEG || op == REF_OP_ABS || op == REF_OP_NOT;
}

struct ref_value ref_value_operate(enum ref_op op, enum ref_type type,
				   const struct ref_value operands[3])
{
	const struct ref_value *a = &operands[0], *b = &operands[1], *c = &operands[2];
	bool is_signed = type == REF_INT;
	uint32_t word;

	if (type == REF_FLOAT)
		return ref_value_range(operate_float(op, a->range, b->range, c->range));
	if (!a->is_known || (!is_unary(op) && !b->is_known) || (op == REF_OP_FMA && !c->is_known))
		return ref_value_unknown(type);
	if (op == REF_OP_FMA)
		word = a->word * b->word + c->word;
	else
		word = ref_integer(op, is_signed, a->word, b->word);
	/* NOT of a bool is logical; AND, OR and XOR of 0 and 1 are so by themselves. */
	return ref_value_word(type, type == REF_BOOL ? word & 1 : word);
}

struct ref_value ref_value_either(const struct ref_value *a, const struct ref_value *b)
{
	if (a->type == REF_FLOAT)
		return ref_value_range(ref_range_hull(a->range, b->range));
	if (a->is_known && b->is_known && a->word == b->word)
		return *a;
	return ref_value_unknown(a->type);
}
