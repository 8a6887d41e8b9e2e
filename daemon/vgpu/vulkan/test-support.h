/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of this folder share: a GPU or a skip, and kernels made by hand.
 * The GPU is $PXOS_TEST_GPU, or "auto".
 */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/compiler/pxos_compiler.h"
#include "daemon/vgpu/vulkan/gpu-buffer.h"
#include "daemon/vgpu/vulkan/gpu-kernel.h"
#include "daemon/vgpu/vulkan/gpu-launch.h"
#include "daemon/vgpu/vulkan/gpu.h"
#include "daemon/vgpu/vulkan/test-kernels.h"

#define TEST_UNUSED __attribute__((unused))
#define TEST_N(array) (sizeof(array) / sizeof((array)[0]))

/* A call that must succeed; says why not. */
#define test_ok(call)                                                                            \
	do {                                                                                     \
		int _r = (call);                                                                 \
		if (_r) {                                                                        \
			fprintf(stderr, "%s:%d: %s: %d %s: %s\n", __FILE__, __LINE__, #call, _r, \
				gpu_error_name(_r), test_error.text);                            \
			abort();                                                                 \
		}                                                                                \
	} while (0)

static struct gpu_error test_error;

TEST_UNUSED static void test_log(void *data, int priority, const char *line)
{
	(void)data;
	fprintf(stderr, "log <%d> %s\n", priority, line);
}

TEST_UNUSED static struct gpu *test_open(const struct gpu_options *options)
{
	struct gpu *gpu;
	int r;

	r = gpu_open(getenv("PXOS_TEST_GPU"), options, &gpu, &test_error);
	if (r == GPU_E_NO_LOADER || r == GPU_E_NO_DRIVER) {
		printf("skipped: %s\n", test_error.text);
		exit(77);
	}
	test_ok(r);
	return gpu;
}

/* --------------------------------------------------------------------- kernels */

enum test_words {
	TEST_SCALE, /* float b[i] = a[i] * k + i / 4096 */
	TEST_SCALE4, /* the same, four blocks a workgroup */
	TEST_UNIFORM, /* the same, arguments in a uniform buffer */
	TEST_CHAIN, /* uint a[i] = a[i] * 3 + k */
	TEST_SPIN, /* uint b[i] = i after n steps; 4 a step against the budget */
};

static const struct pxos_array test_arrays_scale[] = {
	{ .name = "a", .type = PXOS_TYPE_FLOAT, .uses = PXOS_USE_READ | PXOS_USE_OWN_ELEMENT },
	{ .name = "b", .type = PXOS_TYPE_FLOAT, .uses = PXOS_USE_WRITE | PXOS_USE_OWN_ELEMENT },
};
static const struct pxos_array test_arrays_chain[] = {
	{ .name = "a", .type = PXOS_TYPE_UINT, .uses = PXOS_USE_READ | PXOS_USE_WRITE },
};
static const struct pxos_array test_arrays_spin[] = {
	{ .name = "b", .type = PXOS_TYPE_UINT, .uses = PXOS_USE_WRITE },
};
static const struct pxos_scalar test_scalars_float[] = { { .name = "k", .type = PXOS_TYPE_FLOAT } };
static const struct pxos_scalar test_scalars_uint[] = { { .name = "k", .type = PXOS_TYPE_UINT } };
static const uint32_t test_spin_lines[] = { 5, 17 };
/* Its count is a scalar, but what a launch costs is not known before: so it is always checked. */
static const struct pxos_loop test_spin_data[] = {
	{ .parent = UINT32_MAX, .line = 17, .count = PXOS_COUNT_DATA, .body_cost = 4 },
};
static const struct pxos_loop test_spin_scalar[] = {
	{ .parent = UINT32_MAX, .line = 17, .count = PXOS_COUNT_SCALAR, .body_cost = 4 },
};

TEST_UNUSED static struct pxos_kernel test_kernel(enum test_words which)
{
	static const struct {
		const char *name;
		const uint32_t *words;
		size_t bytes;
	} words[] = {
		[TEST_SCALE] = { "scale", scale_words, sizeof(scale_words) },
		[TEST_SCALE4] = { "scale4", scale4_words, sizeof(scale4_words) },
		[TEST_UNIFORM] = { "uniform", uniform_words, sizeof(uniform_words) },
		[TEST_CHAIN] = { "chain", chain_words, sizeof(chain_words) },
		[TEST_SPIN] = { "spin", spin_words, sizeof(spin_words) },
	};
	struct pxos_kernel kernel = {
		.name = words[which].name,
		.line = 1,
		.flags = PXOS_KERNEL_ANY_BLOCK,
		.arrays = test_arrays_scale,
		.n_arrays = TEST_N(test_arrays_scale),
		.scalars = test_scalars_float,
		.n_scalars = 1,
		.coarsen = which == TEST_SCALE4 ? 4 : 1,
		.coarsen_reason = "a test",
		.straight_cost = 34,
		.spirv = words[which].words,
		.n_words = words[which].bytes / 4,
		.hash = (uint64_t)which + 1,
	};

	if (which == TEST_UNIFORM)
		kernel.flags |= PXOS_KERNEL_ARGS_UNIFORM;
	if (which == TEST_CHAIN || which == TEST_SPIN) {
		kernel.arrays = which == TEST_CHAIN ? test_arrays_chain : test_arrays_spin;
		kernel.n_arrays = 1;
		kernel.scalars = test_scalars_uint;
	}
	if (which == TEST_SPIN) {
		kernel.flags |= PXOS_KERNEL_CHECKED;
		kernel.lines = test_spin_lines;
		kernel.n_lines = 2;
		kernel.loops = test_spin_scalar;
		kernel.n_loops = 1;
	}
	return kernel;
}

TEST_UNUSED static struct gpu_kernel *test_load(struct gpu *gpu, enum test_words which)
{
	const struct pxos_kernel kernel = test_kernel(which);
	struct gpu_kernel *loaded;

	test_ok(gpu_kernel_new(gpu, &kernel, &loaded, &test_error));
	return loaded;
}

TEST_UNUSED static uint32_t test_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

TEST_UNUSED static struct gpu_buffer *test_buffer(struct gpu *gpu, enum gpu_buffer_kind kind,
						  uint64_t bytes)
{
	struct gpu_buffer *buffer;

	test_ok(gpu_buffer_new(gpu, kind, bytes, &buffer, &test_error));
	return buffer;
}

#endif
