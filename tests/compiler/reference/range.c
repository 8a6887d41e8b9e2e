// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * range.c - sets of floats, and the operations that are correctly rounded.
 *
 * Every operation here is monotone in each operand once the operands' signs
 * are fixed, so its set of results is spanned by the corners: the operation on
 * the ends of the pieces with one sign. Corners are worked out in double, which
 * holds a product of two floats exactly and is wide enough that rounding a sum
 * twice does no harm.
 */
#include "range.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define KEY_INF 0x7f800000
#define KEY_MIN_NORMAL 0x00800000

int32_t ref_key(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	if (bits & 0x80000000u)
		return -1 - (int32_t)(bits & 0x7fffffffu);
	return (int32_t)bits;
}

float ref_key_float(int32_t key)
{
	uint32_t bits = key < 0 ? (uint32_t)(-1 - key) | 0x80000000u : (uint32_t)key;
	float f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

struct ref_range ref_range_nothing(void)
{
	return (struct ref_range){ .lo = INT32_MAX, .hi = INT32_MIN };
}

struct ref_range ref_range_any(void)
{
	return (struct ref_range){ .lo = -1 - KEY_INF, .hi = KEY_INF, .nan = true };
}

bool ref_range_is_any(struct ref_range a)
{
	return a.lo <= -1 - KEY_INF && a.hi >= KEY_INF && a.nan;
}

bool ref_range_has_numbers(struct ref_range a)
{
	return a.lo <= a.hi;
}

bool ref_range_is_exact(struct ref_range a)
{
	return a.nan ? !ref_range_has_numbers(a) : a.lo == a.hi;
}

bool ref_range_holds(struct ref_range a, float f)
{
	int32_t key;

	if (isnan(f))
		return a.nan;
	key = ref_key(f);
	return a.lo <= key && key <= a.hi;
}

static void range_put(struct ref_range *range, float f)
{
	int32_t key;

	if (isnan(f)) {
		range->nan = true;
		return;
	}
	key = ref_key(f);
	if (key < range->lo)
		range->lo = key;
	if (key > range->hi)
		range->hi = key;
}

/* A corner: NaN is dropped, since the caller knows when it can come up. */
static void range_put_corner(struct ref_range *range, double value)
{
	if (!isnan(value))
		range_put(range, (float)value);
}

struct ref_range ref_range_hull(struct ref_range a, struct ref_range b)
{
	return (struct ref_range){
		.lo = a.lo < b.lo ? a.lo : b.lo,
		.hi = a.hi > b.hi ? a.hi : b.hi,
		.nan = a.nan || b.nan,
	};
}

static struct ref_range range_flush_from(struct ref_range a, int32_t largest)
{
	if (!ref_range_has_numbers(a))
		return a;
	if (a.lo > 0 && a.lo <= largest)
		a.lo = 0;
	if (a.hi < -1 && a.hi >= -1 - largest)
		a.hi = -1;
	return a;
}

/*
 * A result just under 2^-126 rounds up to it, and a GPU may flush before it
 * rounds: the least normal number counts as one that may have been flushed.
 */
struct ref_range ref_range_flush(struct ref_range a)
{
	return range_flush_from(a, KEY_MIN_NORMAL);
}

struct ref_range ref_range_of(float f)
{
	struct ref_range a = ref_range_nothing();

	range_put(&a, f);
	return range_flush_from(a, KEY_MIN_NORMAL - 1);
}

double ref_ulp(double e)
{
	int exponent;

	if (e == 0)
		return 0x1p-149;
	frexp(e, &exponent);
	exponent -= 24;
	return ldexp(1, exponent < -149 ? -149 : exponent);
}

void ref_range_include(struct ref_range *range, double e, double error)
{
	double lo, hi;
	float f;

	if (isinf(e) || error == 0) {
		range_put_corner(range, e);
		return;
	}
	/* The libm's own error, far below a float's. */
	error += fabs(e) * 0x1p-48;
	lo = e - error;
	hi = e + error;
	f = (float)lo;
	if ((double)f < lo)
		f = nextafterf(f, INFINITY);
	range_put(range, f == 0 && lo < 0 ? -0.0f : f);
	f = (float)hi;
	if ((double)f > hi && !(hi > FLT_MAX))
		f = nextafterf(f, -INFINITY);
	if (hi > FLT_MAX)
		f = INFINITY;
	range_put(range, f == 0 && hi > 0 ? 0.0f : f);
	/* An error that reaches past the largest number may be an infinity. */
	if (lo < -(double)FLT_MAX)
		range_put(range, -INFINITY);
}

/* The pieces of @a with one sign: at most two. */
static int range_split(struct ref_range a, struct ref_range pieces[2])
{
	int n = 0;

	if (!ref_range_has_numbers(a))
		return 0;
	if (a.lo < 0)
		pieces[n++] = (struct ref_range){ .lo = a.lo, .hi = a.hi < -1 ? a.hi : -1 };
	if (a.hi >= 0)
		pieces[n++] = (struct ref_range){ .lo = a.lo > 0 ? a.lo : 0, .hi = a.hi };
	return n;
}

static bool range_has_key(struct ref_range a, int32_t key)
{
	return a.lo <= key && key <= a.hi;
}

static bool range_has_zero(struct ref_range a)
{
	return range_has_key(a, 0) || range_has_key(a, -1);
}

static bool range_has_inf(struct ref_range a)
{
	return range_has_key(a, KEY_INF) || range_has_key(a, -1 - KEY_INF);
}

struct ref_range ref_range_add(struct ref_range a, struct ref_range b)
{
	struct ref_range r = ref_range_nothing();
	int i;

	r.nan = a.nan || b.nan;
	if (!ref_range_has_numbers(a) || !ref_range_has_numbers(b))
		return r;
	for (i = 0; i < 4; i++) {
		double x = ref_key_float(i & 1 ? a.lo : a.hi);
		double y = ref_key_float(i & 2 ? b.lo : b.hi);

		range_put_corner(&r, x + y);
	}
	if ((range_has_key(a, KEY_INF) && range_has_key(b, -1 - KEY_INF)) ||
	    (range_has_key(a, -1 - KEY_INF) && range_has_key(b, KEY_INF)))
		r.nan = true;
	return ref_range_flush(r);
}

struct ref_range ref_range_sub(struct ref_range a, struct ref_range b)
{
	return ref_range_add(a, ref_range_neg(b));
}

/* Corners of a*b, or of fma(a, b, c) where @c is given. */
static void range_product(struct ref_range *r, struct ref_range a, struct ref_range b,
			  const struct ref_range *c)
{
	struct ref_range as[2], bs[2];
	int n_as = range_split(a, as), n_bs = range_split(b, bs);
	int i, j, k;

	for (i = 0; i < n_as; i++)
		for (j = 0; j < n_bs; j++)
			for (k = 0; k < (c ? 8 : 4); k++) {
				float x = ref_key_float(k & 1 ? as[i].lo : as[i].hi);
				float y = ref_key_float(k & 2 ? bs[j].lo : bs[j].hi);

				if (c)
					range_put_corner(
						r,
						fmaf(x, y, ref_key_float(k & 4 ? c->lo : c->hi)));
				else
					range_put_corner(r, (double)x * (double)y);
			}
}

struct ref_range ref_range_mul(struct ref_range a, struct ref_range b)
{
	struct ref_range r = ref_range_nothing();

	r.nan = a.nan || b.nan || (range_has_zero(a) && range_has_inf(b)) ||
		(range_has_inf(a) && range_has_zero(b));
	range_product(&r, a, b, NULL);
	return ref_range_flush(r);
}

/* Fused or not, both are allowed. */
struct ref_range ref_range_fma(struct ref_range a, struct ref_range b, struct ref_range c)
{
	struct ref_range r = ref_range_add(ref_range_mul(a, b), c);

	if (ref_range_has_numbers(c))
		range_product(&r, a, b, &c);
	return ref_range_flush(r);
}

static struct ref_range range_extreme(struct ref_range a, struct ref_range b, bool want_max)
{
	bool a_numbers = ref_range_has_numbers(a), b_numbers = ref_range_has_numbers(b);
	struct ref_range r = ref_range_nothing();

	r.nan = a.nan && b.nan;
	if (a_numbers && b_numbers) {
		r.lo = (a.lo < b.lo) == want_max ? b.lo : a.lo;
		r.hi = (a.hi < b.hi) == want_max ? b.hi : a.hi;
	}
	/* NaN gives the other operand. */
	if (a.nan && b_numbers)
		r = ref_range_hull(r, (struct ref_range){ .lo = b.lo, .hi = b.hi });
	if (b.nan && a_numbers)
		r = ref_range_hull(r, (struct ref_range){ .lo = a.lo, .hi = a.hi });
	/* Of two zeros either is right. */
	if (range_has_zero(a) && range_has_zero(b) && range_has_zero(r)) {
		if (range_has_key(a, 0) || range_has_key(b, 0))
			range_put(&r, 0.0f);
		if (range_has_key(a, -1) || range_has_key(b, -1))
			range_put(&r, -0.0f);
	}
	return r;
}

struct ref_range ref_range_min(struct ref_range a, struct ref_range b)
{
	return range_extreme(a, b, false);
}

struct ref_range ref_range_max(struct ref_range a, struct ref_range b)
{
	return range_extreme(a, b, true);
}

struct ref_range ref_range_neg(struct ref_range a)
{
	if (!ref_range_has_numbers(a))
		return a;
	return (struct ref_range){ .lo = -1 - a.hi, .hi = -1 - a.lo, .nan = a.nan };
}

struct ref_range ref_range_abs(struct ref_range a)
{
	struct ref_range pieces[2], r = ref_range_nothing();
	int n = range_split(a, pieces), i;

	r.nan = a.nan;
	for (i = 0; i < n; i++)
		r = ref_range_hull(r, pieces[i].lo < 0 ? ref_range_neg(pieces[i]) : pieces[i]);
	r.nan = a.nan;
	return r;
}

static struct ref_range range_map(struct ref_range a, float (*map)(float))
{
	struct ref_range r = ref_range_nothing();

	r.nan = a.nan;
	if (ref_range_has_numbers(a)) {
		range_put(&r, map(ref_key_float(a.lo)));
		range_put(&r, map(ref_key_float(a.hi)));
	}
	return r;
}

struct ref_range ref_range_floor(struct ref_range a)
{
	return range_map(a, floorf);
}

struct ref_range ref_range_ceil(struct ref_range a)
{
	return range_map(a, ceilf);
}

struct ref_range ref_range_round(struct ref_range a)
{
	return range_map(a, roundf); /* halves away from zero */
}

enum ref_truth ref_range_compare(struct ref_range a, enum ref_compare op, struct ref_range b)
{
	bool may_be_true = false, may_be_false = false;
	float a_lo, a_hi, b_lo, b_hi;

	if (op == REF_GT)
		return ref_range_compare(b, REF_LT, a);
	if (op == REF_GE)
		return ref_range_compare(b, REF_LE, a);
	if (op == REF_NE) {
		enum ref_truth equal = ref_range_compare(a, REF_EQ, b);

		return equal == REF_MAYBE ? REF_MAYBE : equal == REF_TRUE ? REF_FALSE : REF_TRUE;
	}
	if (a.nan || b.nan)
		may_be_false = true;
	if (ref_range_has_numbers(a) && ref_range_has_numbers(b)) {
		a_lo = ref_key_float(a.lo);
		a_hi = ref_key_float(a.hi);
		b_lo = ref_key_float(b.lo);
		b_hi = ref_key_float(b.hi);
		if (op == REF_LT) {
			may_be_true |= a_lo < b_hi;
			may_be_false |= a_hi >= b_lo;
		} else if (op == REF_LE) {
			may_be_true |= a_lo <= b_hi;
			may_be_false |= a_hi > b_lo;
		} else {
			may_be_true |= a_lo <= b_hi && b_lo <= a_hi;
			may_be_false |= !(a_lo == a_hi && b_lo == b_hi && a_lo == b_lo);
		}
	}
	if (may_be_true && may_be_false)
		return REF_MAYBE;
	return may_be_true ? REF_TRUE : REF_FALSE;
}
