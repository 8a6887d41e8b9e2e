// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Histogram: how often each of the 256 bytes stands in an array of words. Kernels
 * add to the counts that are there; the start is random, so a kernel that
 * stores instead of adding is caught.
 */
#include "workload.h"
#include "measure.h"

#include <stdlib.h>

#define LARGE ((uint64_t)128 << 20)
/* Not a multiple of a round, so that the rest is counted, too. */
#define SMALL ((uint64_t)40000)

static void count(void *userdata, uint64_t first, uint64_t end)
{
	const struct workload *w = userdata;
	uint32_t *total = w->reference, own[256] = { 0 }, word;
	uint64_t i;

	for (i = first; i < end; i++) {
		word = w->arrays[0].before[i];
		own[word & 255]++;
		own[word >> 8 & 255]++;
		own[word >> 16 & 255]++;
		own[word >> 24]++;
	}
	for (i = 0; i < 256; i++)
		__atomic_fetch_add(&total[i], own[i], __ATOMIC_RELAXED);
}

static void setup(struct workload *w, bool small)
{
	uint64_t n = small ? SMALL : LARGE;

	workload_add_input(w, "data", n, random_word);
	workload_add_input(w, "counts", 256, random_word);
	workload_add_scalar(w, "n", (uint32_t)n);
	w->work = 4.0 * (double)n;
	w->blocks = small ? 8 : 528;
	w->reference = calloc(256, 4);
	if (!w->reference)
		abort();
	parallel_for(n, count, w);
}

/* share[0]: words a workgroup; or share[1]: workgroups, whatever the length. */
static void grid(const struct workload *w, const struct workload_variant *v, uint32_t groups[3])
{
	uint64_t n = w->arrays[0].words;

	groups[0] = v->share[1] ? v->share[1] : (uint32_t)((n + v->share[0] - 1) / v->share[0]);
	if (v->share[1] && n == SMALL)
		groups[0] = 5;
	groups[1] = groups[2] = 1;
}

static uint64_t check(const struct workload *w, uint32_t *const *after, uint64_t groups)
{
	const uint32_t *add = w->reference;
	uint64_t i, wrong = 0;

	(void)groups;
	for (i = 0; i < 256; i++)
		wrong += after[1][i] != w->arrays[1].before[i] + add[i];
	return wrong;
}

static const struct workload_variant variants[] = {
	{ WORKLOAD_OURS, "ours", "histogram.px", { 0 }, false },
	{ WORKLOAD_PLAIN, "plain", "histogram-plain.spv", { 256 }, false },
	{ WORKLOAD_TUNED, "4 blocks of 512", "histogram-tuned-512.spv", { 0, 528 }, true },
	{ WORKLOAD_TUNED, "6 blocks of 256", "histogram-tuned-256.spv", { 0, 792 }, true },
	{ WORKLOAD_TUNED, "2 blocks of 1024", "histogram-tuned-1024.spv", { 0, 264 }, true },
};

const struct workload_type workload_histogram = {
	.name = "histogram",
	.size_text = "512 MiB",
	.want = 0.85,
	.variants = variants,
	.n_variants = ARRAY_LENGTH(variants),
	.setup = setup,
	.grid = grid,
	.check = check,
};
