// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-range.c - sets of floats against cases worked out by hand.
 */
#include "test.h"

#include <float.h>
#include <math.h>

#define R ref_range_of

static bool is_only(struct ref_range a, float f)
{
	return isnan(f) ? a.nan && !ref_range_has_numbers(a)
			: !a.nan && a.lo == a.hi && a.lo == ref_key(f);
}

static void test_keys(void)
{
	static const float rising[] = { -INFINITY, -FLT_MAX,  -1,	 -0x1p-149f, -0.0f,
					0.0f,	   0x1p-149f, 0x1p-126f, 1,	     INFINITY };
	size_t i;

	for (i = 0; i < sizeof(rising) / sizeof(rising[0]); i++) {
		assert(bits_of(ref_key_float(ref_key(rising[i]))) == bits_of(rising[i]));
		assert(!i || ref_key(rising[i - 1]) < ref_key(rising[i]));
	}
	assert(ref_key(0.0f) == 0 && ref_key(-0.0f) == -1);
}

static void test_exact_operations(void)
{
	assert(is_only(ref_range_add(R(0.1f), R(0.2f)), 0.1f + 0.2f));
	assert(is_only(ref_range_add(R(16777216), R(1)), 16777216)); /* ties to even */
	assert(is_only(ref_range_sub(R(1), R(1)), 0.0f));
	assert(is_only(ref_range_add(R(-0.0f), R(-0.0f)), -0.0f));
	assert(is_only(ref_range_add(R(-0.0f), R(0.0f)), 0.0f));
	assert(is_only(ref_range_mul(R(-1), R(0)), -0.0f));
	assert(is_only(ref_range_mul(R(3e38f), R(2)), INFINITY));
	assert(is_only(ref_range_add(R(INFINITY), R(-INFINITY)), NAN));
	assert(is_only(ref_range_mul(R(INFINITY), R(0)), NAN));
	assert(is_only(ref_range_add(R(NAN), R(1)), NAN));
	assert(is_only(ref_range_neg(R(0)), -0.0f));
	assert(is_only(ref_range_abs(R(-2)), 2));
	assert(is_only(ref_range_abs(R(-0.0f)), 0.0f));
	assert(is_only(ref_range_floor(R(-0.5f)), -1));
	assert(is_only(ref_range_ceil(R(-0.5f)), -0.0f));
	assert(is_only(ref_range_round(R(2.5f)), 3));
	assert(is_only(ref_range_round(R(-2.5f)), -3));
	assert(is_only(ref_range_round(R(0.49999997f)), 0));
	assert(is_only(ref_range_round(R(8388609)), 8388609));
	assert(is_only(ref_range_floor(R(INFINITY)), INFINITY));
	assert(is_only(ref_range_mod(R(-7), R(2)), -1));
	assert(is_only(ref_range_mod(R(7), R(0)), NAN));
	assert(is_only(ref_range_mod(R(INFINITY), R(2)), NAN));
	assert(is_only(ref_range_mod(R(5), R(INFINITY)), 5));
	assert(is_only(ref_range_mod(R(FLT_MAX), R(3)), fmodf(FLT_MAX, 3)));
	assert(is_only(ref_range_mod(R(-4), R(2)), -0.0f));
}

static void test_extremes(void)
{
	struct ref_range either = ref_range_min(R(-0.0f), R(0.0f));

	assert(is_only(ref_range_min(R(1), R(2)), 1) && is_only(ref_range_max(R(1), R(2)), 2));
	assert(is_only(ref_range_min(R(NAN), R(2)), 2) && is_only(ref_range_max(R(1), R(NAN)), 1));
	assert(is_only(ref_range_min(R(NAN), R(NAN)), NAN));
	assert(ref_range_holds(either, 0.0f) && ref_range_holds(either, -0.0f));
	assert(is_only(ref_range_max(R(-INFINITY), R(-FLT_MAX)), -FLT_MAX));
}

static void test_subnormals(void)
{
	struct ref_range a = R(1e-40f);

	assert(ref_range_holds(a, 1e-40f) && ref_range_holds(a, 0.0f) &&
	       !ref_range_holds(a, -0.0f));
	a = ref_range_mul(R(1e-30f), R(-1e-10f));
	assert(ref_range_holds(a, -0.0f) && ref_range_holds(a, -1e-40f) && !ref_range_holds(a, 0));
	/* Just below the least normal number, and rounded to it. */
	a = ref_range_mul(R(0x1.fffffep-1f), R(0x1p-126f));
	assert(ref_range_holds(a, 0) && ref_range_holds(a, 0x1p-126f));
	assert(is_only(R(0x1p-126f), 0x1p-126f));
	assert(ref_range_compare(R(1e-40f), REF_GT, R(0)) == REF_MAYBE);
}

static void test_fma(void)
{
	float x = 1 + 0x1p-12f, fused = fmaf(x, x, -1), apart = x * x - 1;
	struct ref_range a = ref_range_fma(R(x), R(x), R(-1));

	assert(fused != apart && ref_range_holds(a, fused) && ref_range_holds(a, apart));
	assert(is_only(ref_range_fma(R(2), R(3), R(4)), 10));
	assert(is_only(ref_range_fma(R(INFINITY), R(1), R(-INFINITY)), NAN));
}

static bool spans(struct ref_range a, double e, double ulps, float outside_ulps)
{
	float ulp = (float)ref_ulp(e), f = (float)e;

	return ref_range_holds(a, f) && ref_range_holds(a, f + (float)ulps * ulp) &&
	       ref_range_holds(a, f - (float)ulps * ulp) &&
	       !ref_range_holds(a, f + outside_ulps * ulp) &&
	       !ref_range_holds(a, f - outside_ulps * ulp) && !a.nan;
}

static void test_functions(void)
{
	const float pi = 3.1415925f;

	assert(ref_ulp(1) == 0x1p-23 && ref_ulp(0.99) == 0x1p-24 && ref_ulp(1e-44) == 0x1p-149);
	assert(spans(ref_range_div(R(1), R(3)), 1.0 / 3, 2, 4));
	assert(is_only(ref_range_div(R(1), R(-0.0f)), -INFINITY));
	assert(is_only(ref_range_div(R(0), R(0)), NAN));
	assert(is_only(ref_range_div(R(-1), R(INFINITY)), -0.0f));
	assert(ref_range_is_any(ref_range_div(R(1), R(0x1p127f))));
	assert(ref_range_is_any(ref_range_div(R(1), R(1e-40f))));
	assert(spans(ref_range_sqrt(R(2)), sqrt(2), 4, 7));
	assert(is_only(ref_range_sqrt(R(-1)), NAN) && is_only(ref_range_sqrt(R(0)), 0));
	assert(is_only(ref_range_sqrt(R(INFINITY)), INFINITY));
	assert(spans(ref_range_rsqrt(R(2)), 1 / sqrt(2), 1, 4));
	assert(is_only(ref_range_rsqrt(R(0)), INFINITY) &&
	       is_only(ref_range_rsqrt(R(INFINITY)), 0));
	assert(spans(ref_range_exp(R(1)), exp(1), 4, 7));
	assert(is_only(ref_range_exp(R(1000)), INFINITY));
	assert(is_only(ref_range_exp(R(-INFINITY)), 0));
	assert(spans(ref_range_log(R(10)), log(10), 2, 5));
	assert(ref_range_holds(ref_range_log(R(1)), 0x1p-22f));
	assert(!ref_range_holds(ref_range_log(R(1)), 0x1p-20f));
	assert(is_only(ref_range_log(R(0)), -INFINITY) && is_only(ref_range_log(R(-1)), NAN));
	assert(ref_range_holds(ref_range_sin(R(1)), sinf(1) + 0x1p-12f));
	assert(!ref_range_holds(ref_range_sin(R(1)), sinf(1) + 0x1p-10f));
	assert(!ref_range_is_any(ref_range_cos(R(pi))) && ref_range_is_any(ref_range_cos(R(4))));
	assert(ref_range_holds(ref_range_tan(R(1)), tanf(1)));
}

static void test_pow(void)
{
	assert(is_only(ref_range_pow(R(0), R(2)), 0));
	assert(is_only(ref_range_pow(R(-0.0f), R(-2)), INFINITY));
	assert(is_only(ref_range_pow(R(5), R(0)), 1));
	assert(is_only(ref_range_pow(R(-1), R(2)), NAN));
	assert(is_only(ref_range_pow(R(NAN), R(0)), NAN));
	assert(ref_range_holds(ref_range_pow(R(2), R(10)), 1024));
	assert(!ref_range_holds(ref_range_pow(R(2), R(10)), 1025));
	assert(ref_range_holds(ref_range_pow(R(3), R(0.5f)), sqrtf(3)));
}

static void test_compare(void)
{
	struct ref_range wide = ref_range_sqrt(R(2));

	assert(ref_range_compare(R(1), REF_LT, R(2)) == REF_TRUE);
	assert(ref_range_compare(R(-0.0f), REF_EQ, R(0)) == REF_TRUE);
	assert(ref_range_compare(R(NAN), REF_EQ, R(NAN)) == REF_FALSE);
	assert(ref_range_compare(R(NAN), REF_NE, R(1)) == REF_TRUE);
	assert(ref_range_compare(R(NAN), REF_GE, R(1)) == REF_FALSE);
	assert(ref_range_compare(wide, REF_LT, R(2)) == REF_TRUE);
	assert(ref_range_compare(wide, REF_EQ, R(sqrtf(2))) == REF_MAYBE);
	assert(ref_range_compare(ref_range_any(), REF_LE, R(INFINITY)) == REF_MAYBE);
}

static struct ref_range sum_of(const float *terms, size_t n)
{
	struct ref_sum sum;
	size_t i;

	ref_sum_init(&sum);
	for (i = 0; i < n; i++)
		ref_sum_add(&sum, R(terms[i]));
	return ref_sum_range(&sum, 1);
}

static void test_sums(void)
{
	static const float whole[] = { 1, 2, 3.5f, -100 };
	static const float rough[] = { 1, 1e-8f, 1e-8f };
	static const float infinite[] = { 1, INFINITY, -3 };
	static const float both[] = { INFINITY, 1, -INFINITY };
	static const float large[] = { FLT_MAX, FLT_MAX, -FLT_MAX };
	struct ref_range a = sum_of(rough, 3);
	struct ref_sum sum;

	assert(is_only(sum_of(whole, 4), -93.5f));
	assert(ref_range_holds(a, 1) && ref_range_holds(a, 1.0000001f) &&
	       !ref_range_holds(a, 1.1f));
	assert(is_only(sum_of(infinite, 3), INFINITY) || ref_range_is_any(sum_of(infinite, 3)));
	assert(is_only(sum_of(both, 3), NAN));
	assert(ref_range_is_any(sum_of(large, 3)));
	ref_sum_init(&sum);
	ref_sum_add_product(&sum, R(3), R(4));
	ref_sum_add_product(&sum, R(-2), R(0.5f));
	assert(is_only(ref_sum_range(&sum, 2), 11));
	ref_sum_add_product(&sum, R(0), R(INFINITY));
	assert(is_only(ref_sum_range(&sum, 2), NAN));
	/* Fused, what is too large alone never comes up. */
	ref_sum_init(&sum);
	ref_sum_add_product(&sum, R(-INFINITY), R(1));
	ref_sum_add_product(&sum, R(FLT_MAX), R(2));
	assert(ref_range_holds(ref_sum_range(&sum, 2), -INFINITY));
}

int main(void)
{
	test_keys();
	test_exact_operations();
	test_extremes();
	test_subnormals();
	test_fma();
	test_functions();
	test_pow();
	test_compare();
	test_sums();
	return 0;
}
