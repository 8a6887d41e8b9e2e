/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * range.h - the set of float results that the language allows.
 *
 * A range is an unbroken run of binary32 values, in the total order that puts
 * -0 before +0, and says beside it whether NaN is allowed. The ends are kept as
 * keys: the float's bits, folded so that integer order is float order
 * (+0 is key 0, -0 is key -1, the least positive subnormal is 1).
 *
 * An exact number is a range of one value; all ADD SUB MUL and conversions of
 * exact operands stay exact. Whatever a GPU may flush is in the set: a range
 * that reaches into the subnormals also holds the zero of that sign.
 */
#ifndef RANGE_H
#define RANGE_H

#include <stdbool.h>
#include <stdint.h>

struct ref_range {
	int32_t lo; /* lo > hi: no number at all, only NaN */
	int32_t hi;
	bool nan;
};

enum ref_compare {
	REF_LT,
	REF_GT,
	REF_LE,
	REF_GE,
	REF_EQ,
	REF_NE,
};

/* A condition that ranges may leave open. */
enum ref_truth {
	REF_FALSE,
	REF_TRUE,
	REF_MAYBE,
};

int32_t ref_key(float f);
float ref_key_float(int32_t key);

struct ref_range ref_range_of(float f); /* an input: flushed if it is subnormal */
struct ref_range ref_range_any(void);
struct ref_range ref_range_nothing(void);
bool ref_range_is_any(struct ref_range a);
bool ref_range_is_exact(struct ref_range a); /* one number, or only NaN */
bool ref_range_holds(struct ref_range a, float f);
bool ref_range_has_numbers(struct ref_range a);
struct ref_range ref_range_hull(struct ref_range a, struct ref_range b);
/* Adds the zeros that subnormal results may be flushed to. */
struct ref_range ref_range_flush(struct ref_range a);
/* Adds all floats in [e - error, e + error]; e is a number or an infinity. */
void ref_range_include(struct ref_range *range, double e, double error);
double ref_ulp(double e);

struct ref_range ref_range_add(struct ref_range a, struct ref_range b);
struct ref_range ref_range_sub(struct ref_range a, struct ref_range b);
struct ref_range ref_range_mul(struct ref_range a, struct ref_range b);
struct ref_range ref_range_fma(struct ref_range a, struct ref_range b, struct ref_range c);
struct ref_range ref_range_min(struct ref_range a, struct ref_range b);
struct ref_range ref_range_max(struct ref_range a, struct ref_range b);
struct ref_range ref_range_neg(struct ref_range a);
struct ref_range ref_range_abs(struct ref_range a);
struct ref_range ref_range_floor(struct ref_range a);
struct ref_range ref_range_ceil(struct ref_range a);
struct ref_range ref_range_round(struct ref_range a);
enum ref_truth ref_range_compare(struct ref_range a, enum ref_compare op, struct ref_range b);

/* function.c: those that are right within a bound. */
struct ref_range ref_range_div(struct ref_range a, struct ref_range b);
struct ref_range ref_range_mod(struct ref_range a, struct ref_range b);
struct ref_range ref_range_sqrt(struct ref_range a);
struct ref_range ref_range_rsqrt(struct ref_range a);
struct ref_range ref_range_exp(struct ref_range a);
struct ref_range ref_range_log(struct ref_range a);
struct ref_range ref_range_sin(struct ref_range a);
struct ref_range ref_range_cos(struct ref_range a);
struct ref_range ref_range_tan(struct ref_range a);
struct ref_range ref_range_pow(struct ref_range a, struct ref_range b);

/*
 * sum.c: a sum in an order nobody promised. Exact where every order gives the
 * same: all terms are multiples of one power of two, and few enough of them.
 */
#define REF_SUM_INEXACT (-1000)
#define REF_SUM_NO_LSB 1000

struct ref_sum {
	double lo;
	double hi;
	double magnitude; /* of all terms together */
	uint32_t n_terms;
	int lsb; /* every term is a multiple of 2^lsb, or REF_SUM_INEXACT; NO_LSB: all are 0 */
	bool may_be_nan;
	bool is_nan;
	bool may_have_inf[2]; /* [0] +inf, [1] -inf */
	bool has_inf[2];
};

void ref_sum_init(struct ref_sum *sum);
void ref_sum_add(struct ref_sum *sum, struct ref_range term);
void ref_sum_add_product(struct ref_sum *sum, struct ref_range a, struct ref_range b);
/* @roundings: of 2^-24 for each term. 1 for a plain sum, 2 for a sum of products. */
struct ref_range ref_sum_range(const struct ref_sum *sum, double roundings);

#endif
