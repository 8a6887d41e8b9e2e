/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_NUMBER_H
#define PXOS_CLI_NUMBER_H

#include "pxos_compiler.h"

#include <stdbool.h>
#include <stdint.h>

enum number_code {
	_NUMBER_E_SUCCESS,
	NUMBER_E_SYNTAX, /* no number at all */
	NUMBER_E_FRACTION, /* 1.5 where a whole number is wanted */
	NUMBER_E_RANGE, /* does not fit the type */
};

/* A number as the user wrote it, before it is known what it is for. */
struct number {
	bool whole; /* integer is it, exactly */
	bool bits; /* written in hex: an int may have its top bit set */
	int64_t integer;
	double real;
};

int number_from_text(const char *text, struct number *ret_number);
struct number number_from_integer(int64_t integer);
struct number number_from_real(double real);
int number_to_word(const struct number *number, enum pxos_type type, uint32_t *ret_word);
const char *number_complaint(int code);

#endif
