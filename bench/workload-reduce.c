// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Block reduction: a large array in, one partial sum a block out.
 *
 * Variants may share the array out among blocks as they like, so what is checked is
 * the sum of all partials. The elements are small whole numbers: every order of
 * adding gives the same, exactly, and one element missed is one error found.
 */
#include "workload.h"
#include "measure.h"

#define LARGE ((uint64_t)128 << 20)
#define SMALL ((uint64_t)1 << 15)
#define PRIMITIVE_SHARE 8192

static void setup(struct workload *w, bool small)
{
	uint64_t n = small ? SMALL : LARGE;

	workload_add_input(w, "data", n, workload_whole_float);
	workload_add_output(w, "partials", n / 256);
	workload_add_scalar(w, "n", (uint32_t)n);
	w->work = 4.0 * (double)n;
	w->blocks = n / PRIMITIVE_SHARE;
}

static void grid(const struct workload *w, const struct workload_variant *v, uint32_t groups[3])
{
	groups[0] = (uint32_t)(w->arrays[0].words / v->share[0]);
	groups[1] = groups[2] = 1;
}

static uint64_t check(const struct workload *w, uint32_t *const *after, uint64_t groups)
{
	double want = 0, got = 0;
	uint64_t i, n = w->arrays[1].words, wrong = 0;

	for (i = 0; i < w->arrays[0].words; i++)
		want += (double)bits_float(w->arrays[0].before[i]);
	for (i = 0; i < n; i++)
		if (i < groups)
			got += (double)bits_float(after[1][i]);
		else
			wrong += after[1][i] != WORKLOAD_POISON;
	return wrong + !(got == want);
}

static const struct workload_variant variants[] = {
	{ WORKLOAD_OURS, "ours", "reduce.px", { 0 }, false },
	{ WORKLOAD_PLAIN, "plain", "reduce-plain.spv", { 256 }, false },
	{ WORKLOAD_TUNED, "4 x 1", "reduce-tuned-4-1.spv", { 4096 }, true },
	{ WORKLOAD_TUNED, "4 x 4", "reduce-tuned-4-4.spv", { 16384 }, true },
	{ WORKLOAD_TUNED, "8 x 1", "reduce-tuned-8-1.spv", { 8192 }, true },
	{ WORKLOAD_TUNED, "8 x 4", "reduce-tuned-8-4.spv", { 32768 }, true },
};

const struct workload_type workload_reduce = {
	.name = "reduce",
	.size_text = "512 MiB",
	.want = 0.85,
	.variants = variants,
	.n_variants = ARRAY_LENGTH(variants),
	.setup = setup,
	.grid = grid,
	.check = check,
};
