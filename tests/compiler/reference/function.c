// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * function.c - float operations that are right within a bound.
 *
 * The bounds are the language page's (DIV, SQRT, SIN, COS, TAN), else those of
 * the Vulkan specification's "Precision and Operation of SPIR-V Instructions".
 * An error in ulps is stated at the exact result. For operands that are ranges
 * themselves the ends are taken, with twice the error: the ulp doubles where
 * the result crosses a power of two, which could otherwise put the least
 * result inside the range.
 */
#include "range.h"

#include <float.h>
#include <math.h>

#define KEY_INF 0x7f800000

static bool range_is_wide(struct ref_range a)
{
	return a.lo != a.hi;
}

static struct ref_range range_between(int32_t lo, int32_t hi)
{
	return (struct ref_range){ .lo = lo, .hi = hi };
}

/* The part of @a from @lo to @hi; may be nothing. */
static struct ref_range range_clip(struct ref_range a, float lo, float hi)
{
	struct ref_range r = range_between(ref_key(lo), ref_key(hi));

	if (a.lo > r.lo)
		r.lo = a.lo;
	if (a.hi < r.hi)
		r.hi = a.hi;
	return ref_range_has_numbers(r) ? r : ref_range_nothing();
}

static bool range_meets(struct ref_range a, float lo, float hi)
{
	return ref_range_has_numbers(range_clip(a, lo, hi));
}

/* --------------------------------------------------------------------- DIV */

/* @b has one sign and is all zero, all infinite, or all in [2^-126, 2^126]. */
static bool range_is_divisor(struct ref_range b)
{
	struct ref_range magnitude = ref_range_abs(b);
	float lo = ref_key_float(magnitude.lo), hi = ref_key_float(magnitude.hi);

	return hi == 0 || isinf(lo) || (lo >= 0x1p-126f && hi <= 0x1p126f);
}

static void range_div_pieces(struct ref_range *r, struct ref_range a, struct ref_range b)
{
	double ulps = range_is_wide(a) || range_is_wide(b) ? 5 : 2.5;
	int i;

	for (i = 0; i < 4; i++) {
		double e = (double)ref_key_float(i & 1 ? a.lo : a.hi) /
			   (double)ref_key_float(i & 2 ? b.lo : b.hi);

		if (isnan(e))
			r->nan = true;
		else if (e == 0 || isinf(e))
			ref_range_include(r, e, 0);
		else
			ref_range_include(r, e, ulps * ref_ulp(e));
	}
}

struct ref_range ref_range_div(struct ref_range a, struct ref_range b)
{
	struct ref_range r = ref_range_nothing();
	struct ref_range as[2] = { range_clip(a, -INFINITY, -0.0f), range_clip(a, 0, INFINITY) };
	struct ref_range bs[2] = { range_clip(b, -INFINITY, -0.0f), range_clip(b, 0, INFINITY) };
	int i, j;

	r.nan = a.nan || b.nan;
	for (j = 0; j < 2; j++) {
		if (!ref_range_has_numbers(bs[j]))
			continue;
		if (!range_is_divisor(bs[j]))
			return ref_range_any();
		for (i = 0; i < 2; i++)
			if (ref_range_has_numbers(as[i]))
				range_div_pieces(&r, as[i], bs[j]);
	}
	return ref_range_flush(r);
}

/* C's fmod, exact. Too jumpy to bound for anything but exact operands. */
struct ref_range ref_range_mod(struct ref_range a, struct ref_range b)
{
	struct ref_range r = ref_range_nothing();

	if (!ref_range_is_exact(a) || !ref_range_is_exact(b))
		return ref_range_any();
	if (a.nan || b.nan) {
		r.nan = true;
		return r;
	}
	return ref_range_of(fmodf(ref_key_float(a.lo), ref_key_float(b.lo)));
}

/* --------------------------------------------------------------- functions */

struct function {
	double (*value)(double x);
	double (*error)(double x, double e);
};

/* Ends of a function that only rises or only falls in @a. */
static void range_function(struct ref_range *r, struct ref_range a, const struct function *f)
{
	double factor = range_is_wide(a) ? 2 : 1;
	int i;

	if (!ref_range_has_numbers(a))
		return;
	for (i = 0; i < 2; i++) {
		double x = ref_key_float(i ? a.lo : a.hi);
		double e = f->value(x);

		ref_range_include(r, e, isinf(e) || isinf(x) ? 0 : factor * f->error(x, e));
	}
}

static double rsqrt(double x)
{
	return 1 / sqrt(x);
}

static double error_2_ulp(double x, double e)
{
	(void)x;
	return 2 * ref_ulp(e);
}

static double error_5_ulp(double x, double e)
{
	(void)x;
	return 5 * ref_ulp(e);
}

static double error_exp(double x, double e)
{
	return (3 + 2 * fabs(x)) * ref_ulp(e);
}

static double error_3_ulp(double x, double e)
{
	(void)x;
	return 3 * ref_ulp(e);
}

static double error_log_inside(double x, double e)
{
	double ulps = error_3_ulp(x, e);

	return ulps > 0x1p-21 ? ulps : 0x1p-21;
}

static struct ref_range range_root(struct ref_range a, const struct function *f)
{
	struct ref_range r = ref_range_nothing();

	r.nan = a.nan || range_meets(a, -INFINITY, -0x1p-149f);
	range_function(&r, range_clip(a, 0x1p-149f, INFINITY), f);
	return r;
}

struct ref_range ref_range_sqrt(struct ref_range a)
{
	static const struct function f = { sqrt, error_5_ulp };
	struct ref_range r = range_root(a, &f);

	if (range_meets(a, -0.0f, -0.0f))
		r = ref_range_hull(r, range_between(-1, 0));
	if (range_meets(a, 0.0f, 0.0f))
		r = ref_range_hull(r, range_between(0, 0));
	return ref_range_flush(r);
}

struct ref_range ref_range_rsqrt(struct ref_range a)
{
	static const struct function f = { rsqrt, error_2_ulp };
	struct ref_range r = range_root(a, &f);

	/* "An infinity": which one is not said of -0. */
	if (range_meets(a, -0.0f, -0.0f))
		r = ref_range_hull(r, range_between(-1 - KEY_INF, KEY_INF));
	if (range_meets(a, 0.0f, 0.0f))
		r = ref_range_hull(r, range_between(KEY_INF, KEY_INF));
	return ref_range_flush(r);
}

struct ref_range ref_range_exp(struct ref_range a)
{
	static const struct function f = { exp, error_exp };
	struct ref_range r = ref_range_nothing();

	r.nan = a.nan;
	range_function(&r, range_clip(a, -INFINITY, INFINITY), &f);
	return ref_range_flush(r);
}

/* log2() or log(): 3 ulp, but an absolute 2^-21 in [0.5, 2]. */
static struct ref_range range_logarithm(struct ref_range a, double (*value)(double))
{
	const struct function inside = { value, error_log_inside };
	const struct function outside = { value, error_3_ulp };
	struct ref_range r = ref_range_nothing();

	r.nan = a.nan || range_meets(a, -INFINITY, -0x1p-149f);
	if (range_meets(a, -0.0f, 0.0f))
		r = ref_range_hull(r, range_between(-1 - KEY_INF, -1 - KEY_INF));
	if (range_meets(a, 0.5f, 2.0f))
		range_function(&r, range_clip(a, 0x1p-149f, INFINITY), &inside);
	else
		range_function(&r, range_clip(a, 0x1p-149f, INFINITY), &outside);
	return ref_range_flush(r);
}

struct ref_range ref_range_log(struct ref_range a)
{
	return range_logarithm(a, log);
}

/* The slope is at most 1: the middle's value, give or take half the width. */
static struct ref_range range_wave(struct ref_range a, double (*value)(double))
{
	const double pi = 3.14159265358979323846;
	struct ref_range r = ref_range_nothing();
	double lo, hi, middle, error;

	r.nan = a.nan;
	if (!ref_range_has_numbers(a))
		return r;
	lo = ref_key_float(a.lo);
	hi = ref_key_float(a.hi);
	if (lo < -pi || hi > pi)
		return ref_range_any();
	middle = (lo + hi) / 2;
	error = 0x1p-11 + (hi - lo) / 2;
	ref_range_include(&r, value(middle), error);
	return ref_range_flush(r);
}

struct ref_range ref_range_sin(struct ref_range a)
{
	return range_wave(a, sin);
}

struct ref_range ref_range_cos(struct ref_range a)
{
	return range_wave(a, cos);
}

struct ref_range ref_range_tan(struct ref_range a)
{
	return ref_range_div(ref_range_sin(a), ref_range_cos(a));
}

/* --------------------------------------------------------------------- POW */

/* A positive base, by way of logarithms. */
static struct ref_range range_power(struct ref_range a, struct ref_range b)
{
	static const struct function exponential = { exp2, error_exp };
	struct ref_range product = ref_range_mul(b, range_logarithm(a, log2));
	struct ref_range r = ref_range_nothing();

	r.nan = product.nan;
	range_function(&r, product, &exponential);
	return r;
}

struct ref_range ref_range_pow(struct ref_range a, struct ref_range b)
{
	struct ref_range positive = range_clip(a, 0x1p-149f, INFINITY);
	struct ref_range r = ref_range_nothing();
	bool has_zero_base = range_meets(a, -0.0f, 0.0f);
	bool has_base = has_zero_base || ref_range_has_numbers(positive);
	struct ref_range signs[2] = {
		range_clip(b, -INFINITY, -0x1p-149f),
		range_clip(b, 0x1p-149f, INFINITY),
	};
	int i;

	r.nan = a.nan || b.nan || range_meets(a, -INFINITY, -0x1p-149f);
	if (range_meets(b, -0.0f, 0.0f) && has_base)
		ref_range_include(&r, 1, 0);
	for (i = 0; i < 2; i++) {
		if (!ref_range_has_numbers(signs[i]))
			continue;
		if (has_zero_base)
			ref_range_include(&r, i ? 0 : INFINITY, 0);
		if (ref_range_has_numbers(positive))
			r = ref_range_hull(r, range_power(positive, signs[i]));
	}
	return ref_range_flush(r);
}
