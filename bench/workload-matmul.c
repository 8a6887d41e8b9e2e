// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Matrix product C = A B in float, 2048 cubed and at sizes that no tile divides.
 *
 * The reference sums in double. A float sum of k products errs by about
 * sqrt(k) 2^-24 |A_i| |B_j| (norms of a row and a column); four times that is
 * allowed, which is far less than one product left out or taken twice.
 */
#include "workload.h"
#include "measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct size {
	uint32_t m, n, k;
};

static struct size size(const struct workload *w)
{
	return (struct size){ w->scalars[0].word, w->scalars[1].word, w->scalars[2].word };
}

/* The sums, m x n, then the norms of A's rows and of B's columns. */
static uint64_t reference_length(struct size s)
{
	return (uint64_t)s.m * s.n + s.m + s.n;
}

static void sum_rows(void *userdata, uint64_t first, uint64_t end)
{
	const struct workload *w = userdata;
	struct size s = size(w);
	const uint32_t *a = w->arrays[0].before, *b = w->arrays[1].before;
	double *c = w->reference, *row_norm = c + (uint64_t)s.m * s.n, x;
	uint64_t i, j, l;

	for (i = first; i < end; i++) {
		row_norm[i] = 0;
		for (l = 0; l < s.k; l++) {
			x = (double)bits_float(a[i * s.k + l]);
			row_norm[i] += x * x;
			for (j = 0; j < s.n; j++)
				c[i * s.n + j] += x * (double)bits_float(b[l * s.n + j]);
		}
		row_norm[i] = sqrt(row_norm[i]);
	}
}

static void sum_column_norms(const struct workload *w)
{
	struct size s = size(w);
	const uint32_t *b = w->arrays[1].before;
	double *norm = (double *)w->reference + (uint64_t)s.m * s.n + s.m, x;
	uint64_t j, l;

	for (l = 0; l < s.k; l++)
		for (j = 0; j < s.n; j++) {
			x = (double)bits_float(b[l * s.n + j]);
			norm[j] += x * x;
		}
	for (j = 0; j < s.n; j++)
		norm[j] = sqrt(norm[j]);
}

static void setup_size(struct workload *w, struct size s)
{
	workload_add_input(w, "a", (uint64_t)s.m * s.k, workload_unit_float);
	workload_add_input(w, "b", (uint64_t)s.k * s.n, workload_unit_float);
	workload_add_output(w, "c", (uint64_t)s.m * s.n);
	workload_add_scalar(w, "m", s.m);
	workload_add_scalar(w, "n", s.n);
	workload_add_scalar(w, "k", s.k);
	w->work = 2.0 * s.m * s.n * s.k;
	w->exact = s.m % 128 == 0 && s.n % 128 == 0 && s.k % 16 == 0;
	w->blocks = 1; /* its grid is its own */
	w->reference = calloc(reference_length(s), sizeof(double));
	if (!w->reference)
		abort();
	parallel_for(s.m, sum_rows, w);
	sum_column_norms(w);
}

static void setup(struct workload *w, bool small)
{
	setup_size(w, small ? (struct size){ 128, 256, 48 } : (struct size){ 2048, 2048, 2048 });
}

static void setup_odd(struct workload *w, bool small)
{
	setup_size(w, small ? (struct size){ 131, 73, 37 } : (struct size){ 1531, 2039, 1277 });
}

/* share: columns and rows a workgroup. */
static void grid(const struct workload *w, const struct workload_variant *v, uint32_t groups[3])
{
	struct size s = size(w);

	groups[0] = (s.n + v->share[0] - 1) / v->share[0];
	groups[1] = (s.m + v->share[1] - 1) / v->share[1];
	groups[2] = 1;
}

static bool ok(const struct workload *w, uint32_t *const *after, uint64_t i)
{
	struct size s = size(w);
	const double *c = w->reference, *row = c + (uint64_t)s.m * s.n, *column = row + s.m;
	double bound = 4 * sqrt(s.k) * 0x1p-24 * row[i / s.n] * column[i % s.n];

	return fabs((double)bits_float(after[2][i]) - c[i]) <= bound;
}

static uint64_t check(const struct workload *w, uint32_t *const *after, uint64_t groups)
{
	(void)groups;
	return workload_count_wrong(w->arrays[2].words, w, after, ok);
}

static const struct workload_variant variants[] = {
	{ WORKLOAD_OURS, "ours", "matmul.px", { 0 }, false },
	{ WORKLOAD_PLAIN, "plain", "matmul-plain.spv", { 32, 8 }, false },
	{ WORKLOAD_TUNED, "any, 8 deep", "matmul-tuned-8.spv", { 128, 128 }, false },
	{ WORKLOAD_TUNED, "any, 16 deep", "matmul-tuned-16.spv", { 128, 128 }, false },
	{ WORKLOAD_TUNED, "exact, 8 deep", "matmul-tuned-8-exact.spv", { 128, 128 }, true },
	{ WORKLOAD_TUNED, "exact, 16 deep", "matmul-tuned-16-exact.spv", { 128, 128 }, true },
};

const struct workload_type workload_matmul = {
	.name = "matmul",
	.size_text = "2048 cubed",
	.want = 0.85,
	.flops = true,
	.variants = variants,
	.n_variants = ARRAY_LENGTH(variants),
	.setup = setup,
	.grid = grid,
	.check = check,
};

const struct workload_type workload_matmul_odd = {
	.name = "matmul, odd",
	.size_text = "1531 x 1277 x 2039",
	.want = 0.85,
	.flops = true,
	.variants = variants,
	.n_variants = ARRAY_LENGTH(variants),
	.setup = setup_odd,
	.grid = grid,
	.check = check,
};
