// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * integer.c - int and uint arithmetic on 32-bit words.
 *
 * Wider C types hold every result, so that no operation here can overflow or
 * be undefined.
 */
#include "integer.h"

#include <math.h>

static int64_t as_signed(uint32_t word)
{
	return word & 0x80000000u ? (int64_t)word - 0x100000000 : (int64_t)word;
}

static uint32_t divide(bool is_signed, uint32_t a, uint32_t b)
{
	if (!b)
		return 0;
	return is_signed ? (uint32_t)(as_signed(a) / as_signed(b)) : a / b;
}

static uint32_t remainder_of(bool is_signed, uint32_t a, uint32_t b)
{
	if (!b)
		return 0;
	return is_signed ? (uint32_t)(as_signed(a) % as_signed(b)) : a % b;
}

static uint32_t power(bool is_signed, uint32_t base, uint32_t exponent)
{
	uint32_t result = 1;

	if (is_signed && as_signed(exponent) < 0) {
		if (base == 1)
			return 1;
		if (as_signed(base) == -1)
			return exponent & 1 ? base : 1;
		return 0;
	}
	for (; exponent; exponent >>= 1) {
		if (exponent & 1)
			result *= base;
		base *= base;
	}
	return result;
}

static bool is_less(bool is_signed, uint32_t a, uint32_t b)
{
	return is_signed ? as_signed(a) < as_signed(b) : a < b;
}

uint32_t ref_integer(enum ref_op op, bool is_signed, uint32_t a, uint32_t b)
{
	switch (op) {
	case REF_OP_ADD:
		return a + b;
	case REF_OP_SUB:
		return a - b;
	case REF_OP_MUL:
		return a * b;
	case REF_OP_DIV:
		return divide(is_signed, a, b);
	case REF_OP_MOD:
		return remainder_of(is_signed, a, b);
	case REF_OP_MIN:
		return is_less(is_signed, a, b) ? a : b;
	case REF_OP_MAX:
		return is_less(is_signed, a, b) ? b : a;
	case REF_OP_POW:
		return power(is_signed, a, b);
	case REF_OP_NEG:
		return 0 - a;
	case REF_OP_ABS:
		return is_signed && as_signed(a) < 0 ? 0 - a : a;
	case REF_OP_AND:
		return a & b;
	case REF_OP_OR:
		return a | b;
	case REF_OP_XOR:
		return a ^ b;
	case REF_OP_NOT:
		return ~a;
	case REF_OP_SHL:
		return a << (b % 32);
	case REF_OP_SHR:
		/* An arithmetic shift is a division that rounds down. */
		if (is_signed && as_signed(a) < 0)
			return ~(~a >> (b % 32));
		return a >> (b % 32);
	default:
		return 0;
	}
}

bool ref_integer_compare(enum ref_compare op, bool is_signed, uint32_t a, uint32_t b)
{
	switch (op) {
	case REF_LT:
		return is_less(is_signed, a, b);
	case REF_GT:
		return is_less(is_signed, b, a);
	case REF_LE:
		return !is_less(is_signed, b, a);
	case REF_GE:
		return !is_less(is_signed, a, b);
	case REF_EQ:
		return a == b;
	case REF_NE:
		return a != b;
	}
	return false;
}

uint32_t ref_integer_of_float(enum ref_type type, float f)
{
	double least = type == REF_INT ? INT32_MIN : 0;
	double most = type == REF_INT ? INT32_MAX : type == REF_UINT ? UINT32_MAX : 255;
	double whole = truncf(f);

	if (isnan(f))
		return 0;
	if (whole < least)
		whole = least;
	if (whole > most)
		whole = most;
	return (uint32_t)(int64_t)whole;
}
