/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef NDEBUG
#include "guest/cli/number.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* @word: what @text becomes in @type; @code: or why it does not. */
static void expect(const char *text, enum pxos_type type, int code, uint32_t word)
{
	struct number number;
	uint32_t got = 0;
	int r;

	r = number_from_text(text, &number);
	if (r == 0)
		r = number_to_word(&number, type, &got);
	assert(r == code);
	if (r == 0)
		assert(got == word);
}

static uint32_t bits(float value)
{
	uint32_t word;

	memcpy(&word, &value, sizeof(word));
	return word;
}

int main(void)
{
	expect("12", PXOS_TYPE_INT, 0, 12);
	expect("-7", PXOS_TYPE_INT, 0, (uint32_t)-7);
	expect("+7", PXOS_TYPE_INT, 0, 7);
	expect("010", PXOS_TYPE_INT, 0, 10);
	expect("3.0", PXOS_TYPE_INT, 0, 3);
	expect("1e3", PXOS_TYPE_INT, 0, 1000);
	expect("-0", PXOS_TYPE_INT, 0, 0);
	expect("3.5", PXOS_TYPE_INT, NUMBER_E_FRACTION, 0);
	expect("2147483647", PXOS_TYPE_INT, 0, 2147483647);
	expect("2147483648", PXOS_TYPE_INT, NUMBER_E_RANGE, 0);
	expect("-2147483648", PXOS_TYPE_INT, 0, 2147483648u);
	expect("-2147483649", PXOS_TYPE_INT, NUMBER_E_RANGE, 0);
	expect("99999999999999999999", PXOS_TYPE_INT, NUMBER_E_RANGE, 0);
	expect("0xffffffff", PXOS_TYPE_INT, 0, 0xffffffff);
	expect("0x100000000", PXOS_TYPE_INT, NUMBER_E_RANGE, 0);
	expect("-0x1", PXOS_TYPE_INT, 0, 0xffffffff);
	expect("inf", PXOS_TYPE_INT, NUMBER_E_RANGE, 0);

	expect("4294967295", PXOS_TYPE_UINT, 0, 0xffffffff);
	expect("4294967296", PXOS_TYPE_UINT, NUMBER_E_RANGE, 0);
	expect("-1", PXOS_TYPE_UINT, NUMBER_E_RANGE, 0);
	expect("255", PXOS_TYPE_U8, 0, 255);
	expect("256", PXOS_TYPE_U8, NUMBER_E_RANGE, 0);

	expect("5", PXOS_TYPE_FLOAT, 0, bits(5));
	expect("0x10", PXOS_TYPE_FLOAT, 0, bits(16));
	expect("-0", PXOS_TYPE_FLOAT, 0, bits(-0.0f));
	expect("-0.0", PXOS_TYPE_FLOAT, 0, bits(-0.0f));
	expect(".5", PXOS_TYPE_FLOAT, 0, bits(.5f));
	expect("16777217", PXOS_TYPE_FLOAT, 0, bits(16777216));
	expect("1e-45", PXOS_TYPE_FLOAT, 0, 1);
	expect("inf", PXOS_TYPE_FLOAT, 0, bits(INFINITY));
	expect("-inf", PXOS_TYPE_FLOAT, 0, bits(-INFINITY));
	expect("nan", PXOS_TYPE_FLOAT, 0, bits(NAN));
	expect("3.4e38", PXOS_TYPE_FLOAT, 0, bits(3.4e38f));
	expect("3.5e38", PXOS_TYPE_FLOAT, NUMBER_E_RANGE, 0);
	expect("1e999", PXOS_TYPE_FLOAT, NUMBER_E_RANGE, 0);

	expect("", PXOS_TYPE_INT, NUMBER_E_SYNTAX, 0);
	expect("-", PXOS_TYPE_INT, NUMBER_E_SYNTAX, 0);
	expect("abc", PXOS_TYPE_INT, NUMBER_E_SYNTAX, 0);
	expect("1,2", PXOS_TYPE_INT, NUMBER_E_SYNTAX, 0);
	expect("1 ", PXOS_TYPE_INT, NUMBER_E_SYNTAX, 0);
	expect("0x", PXOS_TYPE_INT, NUMBER_E_SYNTAX, 0);
	expect("0xg", PXOS_TYPE_INT, NUMBER_E_SYNTAX, 0);
	expect("--1", PXOS_TYPE_INT, NUMBER_E_SYNTAX, 0);
	expect("infinity", PXOS_TYPE_FLOAT, NUMBER_E_SYNTAX, 0);
	return 0;
}
