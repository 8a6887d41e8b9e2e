/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * integer.h - int and uint arithmetic on 32-bit words, as the page defines it.
 *
 * Words in, words out; @is_signed tells int from uint where it matters.
 */
#ifndef INTEGER_H
#define INTEGER_H

#include <stdbool.h>
#include <stdint.h>

#include "program.h"

/* ADD to POW, AND OR XOR SHL SHR, and NEG ABS NOT of @a. */
uint32_t ref_integer(enum ref_op op, bool is_signed, uint32_t a, uint32_t b);
bool ref_integer_compare(enum ref_compare op, bool is_signed, uint32_t a, uint32_t b);
/* Truncates and saturates; NaN gives 0. @type is INT, UINT or U8. */
uint32_t ref_integer_of_float(enum ref_type type, float f);

#endif
