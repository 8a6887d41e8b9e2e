// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mandelbrot: arithmetic and divergence, hardly any memory. The result is the
 * number of steps until |z| > 2.
 *
 * On the set's edge the number hangs on the last bit: the reference does the arithmetic
 * of the tuned shader and of the primitive, step for step, and these must agree
 * with it in every point. The plain shader rounds differently, and may differ
 * in one point of fifty. The view is the set's whole, [-2.2, 0.8] x [-1.5, 1.5].
 */
#include "workload.h"
#include "measure.h"

#include <math.h>
#include <stdlib.h>

#define LARGE 4096
#define SMALL 128
#define PLAIN_TOLERANCE 50

enum scalar {
	WIDTH,
	HEIGHT,
	LEFT,
	TOP,
	PITCH,
	STEPS_MAX,
};

static int32_t steps(const struct workload *w, uint32_t px, uint32_t py)
{
	float pitch = bits_float(w->scalars[PITCH].word);
	float cx = fmaf((float)px, pitch, bits_float(w->scalars[LEFT].word));
	float cy = fmaf((float)py, pitch, bits_float(w->scalars[TOP].word));
	int32_t i, steps_max = (int32_t)w->scalars[STEPS_MAX].word;
	float x = 0, y = 0, q, m;

	cx += cx;
	cy += cy;
	for (i = 0; i < steps_max; i++) {
		q = x * x;
		m = fmaf(y, y, q);
		if (!(m <= 16.0f))
			break;
		y = fmaf(x, y, cy);
		x = q + fmaf(m, -0.5f, cx);
	}
	return i;
}

/* Pixels in a shuffled order of rows, so that no CPU gets all of the set's inside. */
static void compute(void *userdata, uint64_t first, uint64_t end)
{
	const struct workload *w = userdata;
	uint32_t width = w->scalars[WIDTH].word, height = w->scalars[HEIGHT].word, x, y;
	int32_t *reference = w->reference;
	uint64_t i;

	for (i = first; i < end; i++) {
		y = (uint32_t)(i * 1031 % height);
		for (x = 0; x < width; x++)
			reference[(uint64_t)y * width + x] = steps(w, x, y);
	}
}

static void setup(struct workload *w, bool small)
{
	uint32_t side = small ? SMALL : LARGE;
	uint64_t n = (uint64_t)side * side, i, sum = 0;

	workload_add_output(w, "steps", n);
	workload_add_scalar(w, "width", side);
	workload_add_scalar(w, "height", side);
	workload_add_scalar(w, "left", float_bits(-2.2f));
	workload_add_scalar(w, "top", float_bits(-1.5f));
	workload_add_scalar(w, "pitch", float_bits(3.0f / (float)side));
	workload_add_scalar(w, "steps_max", small ? 61 : 600);
	w->reference = malloc(n * 4);
	if (!w->reference)
		abort();
	parallel_for(side, compute, w);
	for (i = 0; i < n; i++)
		sum += (uint32_t)((int32_t *)w->reference)[i];
	w->work = 10.0 * (double)sum; /* a step is ten operations as it is usually written */
}

/* share: columns and rows a workgroup. */
static void grid(const struct workload *w, const struct workload_variant *v, uint32_t groups[3])
{
	groups[0] = w->scalars[WIDTH].word / v->share[0];
	groups[1] = w->scalars[HEIGHT].word / v->share[1];
	groups[2] = 1;
}

static bool ok(const struct workload *w, uint32_t *const *after, uint64_t i)
{
	return after[0][i] == ((uint32_t *)w->reference)[i];
}

static uint64_t check(const struct workload *w, uint32_t *const *after, uint64_t groups)
{
	(void)groups;
	return workload_count_wrong(w->arrays[0].words, w, after, ok);
}

static uint64_t tolerated(const struct workload *w, uint64_t wrong)
{
	return wrong <= w->arrays[0].words / PLAIN_TOLERANCE ? 0 : wrong;
}

static const struct workload_variant variants[] = {
	{ WORKLOAD_OURS, "ours", "mandelbrot.px", { 0 }, false },
	{ WORKLOAD_OURS, "ours, plain", "mandelbrot-plain.px", { 0 }, false },
	{ WORKLOAD_PLAIN, "plain", "mandelbrot-plain.spv", { 32, 8 }, false },
	{ WORKLOAD_TUNED, "blocks 32 x 8", "mandelbrot-tuned-32.spv", { 32, 8 }, true },
	{ WORKLOAD_TUNED, "blocks 8 x 32", "mandelbrot-tuned-8.spv", { 8, 32 }, true },
	{ WORKLOAD_TUNED, "blocks 128 x 2", "mandelbrot-tuned-128.spv", { 128, 2 }, true },
};

const struct workload_type workload_mandelbrot = {
	.name = "mandelbrot",
	.size_text = "4096 x 4096, 600",
	.want = 0.85,
	.flops = true,
	.variants = variants,
	.n_variants = ARRAY_LENGTH(variants),
	.setup = setup,
	.grid = grid,
	.check = check,
	.tolerated = tolerated,
};
