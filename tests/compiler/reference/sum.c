// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sum.c - bounds of a sum whose order is open.
 *
 * In whatever order n terms are added, each addition errs by at most 2^-24 of a
 * partial sum, and no partial sum is larger than all magnitudes together. If all
 * terms are multiples of 2^q and their magnitudes add up to at most 2^(q+24), no
 * addition rounds at all, and every order gives the same sum.
 */
#include "range.h"

#include <float.h>
#include <math.h>

void ref_sum_init(struct ref_sum *sum)
{
	*sum = (struct ref_sum){ .lsb = REF_SUM_NO_LSB };
}

/* Exponent of the lowest bit set in a float. */
static int float_lsb(float f)
{
	int exponent;
	uint32_t mantissa;

	if (isinf(f))
		return REF_SUM_INEXACT;
	if (f == 0)
		return REF_SUM_NO_LSB;
	mantissa = (uint32_t)ldexpf(frexpf(fabsf(f), &exponent), 24);
	return exponent - 24 + __builtin_ctz(mantissa);
}

static int range_lsb(struct ref_range a)
{
	if (!ref_range_is_exact(a) || a.nan)
		return REF_SUM_INEXACT;
	return float_lsb(ref_key_float(a.lo));
}

static void sum_add(struct ref_sum *sum, double lo, double hi, int lsb)
{
	sum->n_terms++;
	if (isinf(hi) && hi > 0) {
		sum->may_have_inf[0] = true;
		sum->has_inf[0] |= isinf(lo) && lo > 0;
		hi = FLT_MAX;
		lsb = REF_SUM_INEXACT;
	}
	if (isinf(lo) && lo < 0) {
		sum->may_have_inf[1] = true;
		sum->has_inf[1] |= hi < -FLT_MAX;
		lo = -FLT_MAX;
		lsb = REF_SUM_INEXACT;
	}
	/* What is infinite for sure adds no finite part. */
	if (isinf(lo) || isinf(hi))
		return;
	sum->lo += lo;
	sum->hi += hi;
	sum->magnitude += fabs(lo) > fabs(hi) ? fabs(lo) : fabs(hi);
	if (lsb < sum->lsb)
		sum->lsb = lsb;
}

void ref_sum_add(struct ref_sum *sum, struct ref_range term)
{
	if (term.nan) {
		sum->may_be_nan = true;
		sum->lsb = REF_SUM_INEXACT;
	}
	if (!ref_range_has_numbers(term)) {
		sum->is_nan = true;
		sum->n_terms++;
		return;
	}
	sum_add(sum, ref_key_float(term.lo), ref_key_float(term.hi), range_lsb(term));
}

/*
 * The product is not rounded here: with a fused multiply-add it never is, and one
 * that alone would overflow need not be an infinity.
 */
void ref_sum_add_product(struct ref_sum *sum, struct ref_range a, struct ref_range b)
{
	struct ref_range rounded = ref_range_mul(a, b);
	double lo = INFINITY, hi = -INFINITY;
	int i, lsb = range_lsb(a);

	if (rounded.nan) {
		sum->may_be_nan = true;
		lsb = REF_SUM_INEXACT;
	}
	if (!ref_range_has_numbers(rounded)) {
		sum->is_nan = true;
		sum->n_terms++;
		return;
	}
	for (i = 0; i < 4; i++) {
		double product = (double)ref_key_float(i & 1 ? a.lo : a.hi) *
				 (double)ref_key_float(i & 2 ? b.lo : b.hi);

		/* Infinity times zero. */
		if (isnan(product))
			product = 0;
		lo = fmin(lo, product);
		hi = fmax(hi, product);
	}
	if (lsb == REF_SUM_INEXACT || range_lsb(b) == REF_SUM_INEXACT)
		lsb = REF_SUM_INEXACT;
	else if (lsb == REF_SUM_NO_LSB || range_lsb(b) == REF_SUM_NO_LSB)
		lsb = REF_SUM_NO_LSB;
	else
		lsb += range_lsb(b);
	sum_add(sum, lo, hi, lsb);
}

struct ref_range ref_sum_range(const struct ref_sum *sum, double roundings)
{
	struct ref_range r = ref_range_nothing();
	double error = 0;
	bool is_exact;

	if (sum->is_nan || (sum->has_inf[0] && sum->has_inf[1])) {
		r.nan = true;
		return r;
	}
	if ((sum->may_have_inf[0] && sum->may_have_inf[1]) || sum->magnitude > FLT_MAX / 2)
		return ref_range_any();
	r.nan = sum->may_be_nan;
	if (sum->has_inf[0] || sum->has_inf[1]) {
		ref_range_include(&r, sum->has_inf[0] ? INFINITY : -INFINITY, 0);
		return r;
	}
	if (sum->may_have_inf[0])
		ref_range_include(&r, INFINITY, 0);
	if (sum->may_have_inf[1])
		ref_range_include(&r, -INFINITY, 0);
	is_exact = sum->lsb == REF_SUM_NO_LSB ||
		   (sum->lsb >= -126 && sum->magnitude <= ldexp(1, sum->lsb + 24));
	if (!is_exact)
		error = sum->n_terms * (roundings * 0x1.01p-24 * sum->magnitude + 0x1p-125);
	/* The error is one of the ends, not of the middle. */
	ref_range_include(&r, sum->lo, error);
	ref_range_include(&r, sum->hi, error);
	/* -0 plus +0 depends on whether a zero was added to start with. */
	if (sum->lo - error <= 0 && sum->hi + error >= 0)
		r = ref_range_hull(r, (struct ref_range){ .lo = -1, .hi = 0 });
	return ref_range_flush(r);
}
