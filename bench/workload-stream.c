// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streaming: copy, saxpy (y = a x + y) and STREAM's triad (a = b + s c). Nothing
 * but memory counts here, so the figure is bytes that must move, each once. The
 * copy is also the yardstick: the card's bandwidth as far as a shader can reach it.
 *
 * a x + y may be fused or not: the result must be one of the two roundings.
 */
#include "workload.h"
#include "measure.h"

#include <math.h>

/* 256 MiB an array: several times the last cache of any card. */
#define LARGE ((uint64_t)64 << 20)
/* A multiple of what a workgroup of any variant covers. */
#define SMALL ((uint64_t)3 << 12)
#define FACTOR 1.7f

static uint64_t length(bool small)
{
	return small ? SMALL : LARGE;
}

/* share[0]: elements a workgroup. */
static void grid(const struct workload *w, const struct workload_variant *v, uint32_t groups[3])
{
	groups[0] = (uint32_t)((w->arrays[0].words + v->share[0] - 1) / v->share[0]);
	groups[1] = groups[2] = 1;
}

static bool fused_or_not(uint32_t got, float a, float x, float y)
{
	float product = a * x;

	return got == float_bits(fmaf(a, x, y)) || got == float_bits(product + y);
}

/* -------------------------------------------------------------------- copy */

static void copy_setup(struct workload *w, bool small)
{
	workload_add_input(w, "from", length(small), random_word);
	workload_add_output(w, "to", length(small));
	w->work = 8.0 * (double)length(small);
}

static bool copy_ok(const struct workload *w, uint32_t *const *after, uint64_t i)
{
	return after[1][i] == w->arrays[0].before[i];
}

static uint64_t copy_check(const struct workload *w, uint32_t *const *after, uint64_t groups)
{
	(void)groups;
	return workload_count_wrong(w->arrays[0].words, w, after, copy_ok);
}

static const struct workload_variant copy_variants[] = {
	{ WORKLOAD_OURS, "ours", "copy.px", { 0 }, false },
	{ WORKLOAD_TUNED, "vec4", "copy-tuned-1.spv", { 1024 }, true },
	{ WORKLOAD_TUNED, "vec4 x2", "copy-tuned-2.spv", { 2048 }, true },
	{ WORKLOAD_TUNED, "vec4 x4", "copy-tuned-4.spv", { 4096 }, true },
	{ WORKLOAD_COMMAND, "vkCmdCopyBuffer", NULL, { 0 }, false },
};

const struct workload_type workload_copy = {
	.name = "copy",
	.size_text = "2 x 256 MiB",
	.streaming = true,
	.variants = copy_variants,
	.n_variants = ARRAY_LENGTH(copy_variants),
	.setup = copy_setup,
	.grid = grid,
	.check = copy_check,
};

/* ------------------------------------------------------------------- saxpy */

static void saxpy_setup(struct workload *w, bool small)
{
	workload_add_input(w, "x", length(small), workload_unit_float);
	workload_add_input(w, "y", length(small), workload_unit_float);
	workload_add_scalar(w, "n", (uint32_t)length(small));
	workload_add_scalar(w, "a", float_bits(FACTOR));
	w->work = 12.0 * (double)length(small);
}

static bool saxpy_ok(const struct workload *w, uint32_t *const *after, uint64_t i)
{
	return fused_or_not(after[1][i], FACTOR, bits_float(w->arrays[0].before[i]),
			    bits_float(w->arrays[1].before[i]));
}

static uint64_t saxpy_check(const struct workload *w, uint32_t *const *after, uint64_t groups)
{
	(void)groups;
	return workload_count_wrong(w->arrays[0].words, w, after, saxpy_ok);
}

static const struct workload_variant saxpy_variants[] = {
	{ WORKLOAD_OURS, "ours", "saxpy.px", { 0 }, false },
	{ WORKLOAD_PLAIN, "plain", "saxpy-plain.spv", { 256 }, false },
	{ WORKLOAD_TUNED, "vec4", "saxpy-tuned-1.spv", { 1024 }, true },
	{ WORKLOAD_TUNED, "vec4 x2", "saxpy-tuned-2.spv", { 2048 }, true },
	{ WORKLOAD_TUNED, "vec4 x4", "saxpy-tuned-4.spv", { 4096 }, true },
};

const struct workload_type workload_saxpy = {
	.name = "saxpy",
	.size_text = "2 x 256 MiB",
	.want = 0.95,
	.streaming = true,
	.variants = saxpy_variants,
	.n_variants = ARRAY_LENGTH(saxpy_variants),
	.setup = saxpy_setup,
	.grid = grid,
	.check = saxpy_check,
};

/* ------------------------------------------------------------------- triad */

static void triad_setup(struct workload *w, bool small)
{
	workload_add_output(w, "a", length(small));
	workload_add_input(w, "b", length(small), workload_unit_float);
	workload_add_input(w, "c", length(small), workload_unit_float);
	workload_add_scalar(w, "n", (uint32_t)length(small));
	workload_add_scalar(w, "s", float_bits(FACTOR));
	w->work = 12.0 * (double)length(small);
}

static bool triad_ok(const struct workload *w, uint32_t *const *after, uint64_t i)
{
	return fused_or_not(after[0][i], FACTOR, bits_float(w->arrays[2].before[i]),
			    bits_float(w->arrays[1].before[i]));
}

static uint64_t triad_check(const struct workload *w, uint32_t *const *after, uint64_t groups)
{
	(void)groups;
	return workload_count_wrong(w->arrays[0].words, w, after, triad_ok);
}

static const struct workload_variant triad_variants[] = {
	{ WORKLOAD_OURS, "ours", "triad.px", { 0 }, false },
	{ WORKLOAD_PLAIN, "plain", "triad-plain.spv", { 256 }, false },
	{ WORKLOAD_TUNED, "vec4", "triad-tuned-1.spv", { 1024 }, true },
	{ WORKLOAD_TUNED, "vec4 x2", "triad-tuned-2.spv", { 2048 }, true },
	{ WORKLOAD_TUNED, "vec4 x4", "triad-tuned-4.spv", { 4096 }, true },
};

const struct workload_type workload_triad = {
	.name = "triad",
	.size_text = "3 x 256 MiB",
	.want = 0.95,
	.streaming = true,
	.variants = triad_variants,
	.n_variants = ARRAY_LENGTH(triad_variants),
	.setup = triad_setup,
	.grid = grid,
	.check = triad_check,
};
