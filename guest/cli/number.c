/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers given as arguments.
 *
 * The user writes 5 without knowing, or caring, whether the parameter is an int or
 * a float; so a number is read first, and made a 32-bit word once the type is known.
 * Nothing is rounded, cut or wrapped behind the user's back on the way, but for a
 * decimal fraction becoming the nearest float.
 */
#include "guest/cli/number.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whole doubles beyond this stand for more than one integer. */
#define REAL_WHOLE_MAX 9007199254740992.0

struct number number_from_integer(int64_t integer)
{
	return (struct number){ .whole = true, .integer = integer, .real = (double)integer };
}

struct number number_from_real(double real)
{
	struct number number = { .real = real };

	/* Minus zero is a float of its own. */
	if (fabs(real) <= REAL_WHOLE_MAX && floor(real) == real && !(real == 0 && signbit(real))) {
		number.whole = true;
		number.integer = (int64_t)real;
	}
	return number;
}

static int hex_from_text(const char *digits, bool negative, struct number *ret_number)
{
	unsigned long long value;
	char *end;

	if (!isxdigit((unsigned char)*digits))
		return NUMBER_E_SYNTAX;
	errno = 0;
	value = strtoull(digits, &end, 16);
	if (*end)
		return NUMBER_E_SYNTAX;
	if (errno || value > UINT32_MAX)
		return NUMBER_E_RANGE;
	*ret_number = number_from_integer(negative ? -(int64_t)value : (int64_t)value);
	ret_number->bits = !negative;
	return 0;
}

/**
 * number_from_text() - read "12", "-7", "0xff", "1.5e-3", "inf", "-inf" or "nan".
 *
 * Return: 0, NUMBER_E_SYNTAX, NUMBER_E_RANGE.
 */
int number_from_text(const char *text, struct number *ret_number)
{
	bool negative = *text == '-';
	const char *digits = text + (*text == '-' || *text == '+');
	char *end;
	double real;

	if (strcmp(digits, "inf") == 0) {
		*ret_number = number_from_real(negative ? -INFINITY : INFINITY);
		return 0;
	}
	if (strcmp(digits, "nan") == 0) {
		*ret_number = number_from_real(NAN);
		return 0;
	}
	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'))
		return hex_from_text(digits + 2, negative, ret_number);
	if (!isdigit((unsigned char)*digits) && *digits != '.')
		return NUMBER_E_SYNTAX;

	errno = 0;
	if (digits[strspn(digits, "0123456789")] == 0) {
		long long integer = strtoll(text, &end, 10);

		if (!errno && !(integer == 0 && negative)) {
			*ret_number = number_from_integer(integer);
			return 0;
		}
		errno = 0;
	}
	real = strtod(text, &end);
	if (end == text || *end)
		return NUMBER_E_SYNTAX;
	if (isinf(real))
		return NUMBER_E_RANGE;
	*ret_number = number_from_real(real);
	return 0;
}

static int to_float(const struct number *number, uint32_t *ret_word)
{
	/* From the integer where there is one: doubles hold 53 bits, and two roundings differ
	 * from one. */
	float value = number->whole ? (float)number->integer : (float)number->real;

	if (isinf(value) && !isinf(number->real))
		return NUMBER_E_RANGE;
	memcpy(ret_word, &value, sizeof(value));
	return 0;
}

/**
 * number_to_word() - the 32 bits that stand for @number in @type.
 *
 * Of u8 too the whole range is checked; what docs/language-details.md says about
 * the low 8 bits is for launchers that are handed words.
 *
 * Return: 0, NUMBER_E_FRACTION, NUMBER_E_RANGE.
 */
int number_to_word(const struct number *number, enum pxos_type type, uint32_t *ret_word)
{
	int64_t min = 0, max = UINT32_MAX;

	if (type == PXOS_TYPE_FLOAT)
		return to_float(number, ret_word);

	if (type == PXOS_TYPE_INT) {
		min = INT32_MIN;
		max = number->bits ? UINT32_MAX : INT32_MAX;
	} else if (type == PXOS_TYPE_U8) {
		max = UINT8_MAX;
	}
	if (!number->whole) {
		/* Minus zero, infinities, NaN and what is beyond all integers look whole too. */
		if (number->real != 0)
			return floor(number->real) == number->real || isnan(number->real)
				       ? NUMBER_E_RANGE
				       : NUMBER_E_FRACTION;
		*ret_word = 0;
		return 0;
	}
	if (number->integer < min || number->integer > max)
		return NUMBER_E_RANGE;
	*ret_word = (uint32_t)number->integer;
	return 0;
}

/** number_complaint() - what is wrong, to follow the number: "… is not a number". */
const char *number_complaint(int code)
{
	switch (code) {
	case NUMBER_E_SYNTAX:
		return "is not a number";
	case NUMBER_E_FRACTION:
		return "is not a whole number";
	default:
		return "does not fit";
	}
}
