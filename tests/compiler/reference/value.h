/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * value.h - a register's content: a word that is known or not, or a range.
 */
#ifndef VALUE_H
#define VALUE_H

#include "program.h"

struct ref_value {
	enum ref_type type; /* BOOL, INT, UINT or FLOAT */
	bool is_known; /* BOOL, INT, UINT */
	uint32_t word; /* likewise; a bool is 0 or 1 */
	struct ref_range range; /* FLOAT */
};

struct ref_value ref_value_zero(enum ref_type type);
struct ref_value ref_value_unknown(enum ref_type type);
struct ref_value ref_value_word(enum ref_type type, uint32_t word);
struct ref_value ref_value_truth(enum ref_truth truth);
struct ref_value ref_value_range(struct ref_range range);
/* An argument's word: of a float its bits, of a u8 the low 8. */
struct ref_value ref_value_element(enum ref_type type, uint32_t word);
enum ref_truth ref_value_is_true(const struct ref_value *value);

/* Between int, uint and float as operands meet; @type may be the value's own. */
struct ref_value ref_value_convert(const struct ref_value *value, enum ref_type type);
struct ref_value ref_value_cast(const struct ref_value *value, enum ref_type type);
struct ref_value ref_value_compare(const struct ref_value *a, enum ref_compare op,
				   const struct ref_value *b);
/* ADD to NOT. Operands are of @type already; the unused ones are ignored. */
struct ref_value ref_value_operate(enum ref_op op, enum ref_type type,
				   const struct ref_value operands[3]);
/* Which of two stores that nobody ordered stays: one of them. */
struct ref_value ref_value_either(const struct ref_value *a, const struct ref_value *b);

#endif
