// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Five-point stencil on a plane of floats: half of the point and an eighth of each
 * neighbour, outside is 0. Factors are powers of two, so fused and unfused
 * arithmetic round alike; only the order of the sum is left free.
 */
#include "workload.h"
#include "measure.h"

#include <math.h>

struct plane {
	uint32_t width, height;
};

static struct plane plane(const struct workload *w)
{
	return (struct plane){ w->scalars[0].word, w->scalars[1].word };
}

/* Width a multiple of 1024 and height of 16: what the largest tile covers. */
static void setup(struct workload *w, bool small)
{
	struct plane p = small ? (struct plane){ 1024, 32 } : (struct plane){ 8192, 8192 };
	uint64_t n = (uint64_t)p.width * p.height;

	workload_add_input(w, "from", n, workload_unit_float);
	workload_add_output(w, "to", n);
	workload_add_scalar(w, "width", p.width);
	workload_add_scalar(w, "height", p.height);
	w->work = 8.0 * (double)n;
	w->blocks = n / 2048; /* the primitive's share: 256 columns of 8 rows */
}

/* share: columns and rows a workgroup. */
static void grid(const struct workload *w, const struct workload_variant *v, uint32_t groups[3])
{
	struct plane p = plane(w);

	groups[0] = p.width / v->share[0];
	groups[1] = p.height / v->share[1];
	groups[2] = 1;
}

static bool ok(const struct workload *w, uint32_t *const *after, uint64_t i)
{
	const uint32_t *from = w->arrays[0].before;
	struct plane p = plane(w);
	uint64_t x = i % p.width, y = i / p.width;
	float n = y ? bits_float(from[i - p.width]) : 0;
	float s = y + 1 < p.height ? bits_float(from[i + p.width]) : 0;
	float l = x ? bits_float(from[i - 1]) : 0;
	float r = x + 1 < p.width ? bits_float(from[i + 1]) : 0;
	float want = 0.5f * bits_float(from[i]) + 0.125f * ((n + s) + (l + r));

	return fabsf(bits_float(after[1][i]) - want) <= 0x1p-21f;
}

static uint64_t check(const struct workload *w, uint32_t *const *after, uint64_t groups)
{
	(void)groups;
	return workload_count_wrong(w->arrays[1].words, w, after, ok);
}

static const struct workload_variant variants[] = {
	{ WORKLOAD_OURS, "ours", "stencil.px", { 0 }, false },
	{ WORKLOAD_OURS, "ours, plain", "stencil-plain.px", { 0 }, false },
	{ WORKLOAD_PLAIN, "plain", "stencil-plain.spv", { 32, 8 }, false },
	{ WORKLOAD_TUNED, "4 x 2", "stencil-tuned-2.spv", { 1024, 2 }, true },
	{ WORKLOAD_TUNED, "4 x 4", "stencil-tuned-4.spv", { 1024, 4 }, true },
	{ WORKLOAD_TUNED, "4 x 8", "stencil-tuned-8.spv", { 1024, 8 }, true },
	{ WORKLOAD_TUNED, "4 x 16", "stencil-tuned-16.spv", { 1024, 16 }, true },
};

const struct workload_type workload_stencil = {
	.name = "stencil",
	.size_text = "8192 x 8192",
	.want = 0.85,
	.variants = variants,
	.n_variants = ARRAY_LENGTH(variants),
	.setup = setup,
	.grid = grid,
	.check = check,
};
