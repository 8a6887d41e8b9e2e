// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Launches: right values whatever the grid, the slices, the way arguments go; in order;
 * many in flight; over budget; on a GPU that is lost.
 *
 * check: timeout=400
 */
#include "daemon/vgpu/vulkan/gpu-private.h"
#include "daemon/vgpu/vulkan/test-support.h"

#include <math.h>

static uint64_t submit(struct gpu *gpu, const struct gpu_launch *launch)
{
	uint64_t seq;

	test_ok(gpu_launch_submit(gpu, launch, &seq, &test_error));
	return seq;
}

/* ----------------------------------------------------------------------- values */

static void run_scale(struct gpu *gpu, enum test_words which, uint32_t n, uint32_t blocks,
		      uint32_t threads, uint64_t slice_ns)
{
	struct gpu_kernel *kernel = test_load(gpu, which);
	uint32_t align = gpu_get_info(gpu)->offset_alignment_bytes, k = test_bits(2.5f);
	struct gpu_buffer *a = test_buffer(gpu, GPU_BUFFER_DEVICE, 4ull * n + align);
	struct gpu_buffer *b = test_buffer(gpu, GPU_BUFFER_HOST, 4ull * n + 2ull * align);
	struct gpu_binding bindings[] = { { a, align, n }, { b, 2ull * align, n } };
	uint64_t ran = blocks ? (uint64_t)blocks * threads : n;
	float *in = malloc(4ull * n + 4), *out;
	struct gpu_result result;
	uint64_t seq;

	assert(in);
	for (uint32_t i = 0; i < n; i++)
		in[i] = (float)(i % 1000) + 0.25f;
	test_ok(gpu_buffer_write(a, align, in, 4ull * n, &test_error));
	seq = submit(gpu, &(struct gpu_launch){ .kernel = kernel,
						.bindings = bindings,
						.scalars = &k,
						.blocks = blocks,
						.threads = threads,
						.slice_ns = slice_ns });
	test_ok(gpu_launch_wait(gpu, seq, UINT64_MAX, &result, &test_error));
	assert(!result.status && (result.slices > 0) == (ran > 0));
	if (gpu_get_info(gpu)->timestamps && n > 100000 && slice_ns)
		assert(result.gpu_ns > 0);

	out = gpu_buffer_map(b);
	for (uint32_t i = 0; i < 2 * align / 4; i++)
		assert(out[i] == 0);
	out += 2 * align / 4;
	for (uint32_t i = 0; i < n; i++)
		assert(out[i] == (i < ran ? in[i] * 2.5f + (float)(i >> 12) : 0));
	/* Again, and forever. */
	test_ok(gpu_launch_wait(gpu, seq, 0, &result, &test_error));
	gpu_buffer_free(a);
	gpu_buffer_free(b);
	gpu_kernel_free(kernel);
	free(in);
}

static void test_grids(struct gpu *gpu)
{
	static const uint32_t lengths[] = { 0, 1, 255, 256, 257, 1023, 1024, 1025, 100000 };

	for (enum test_words which = TEST_SCALE; which <= TEST_UNIFORM; which++) {
		for (size_t i = 0; i < TEST_N(lengths); i++)
			run_scale(gpu, which, lengths[i], 0, 0, 0);
		run_scale(gpu, which, 1000, 3, 256, 0);
		run_scale(gpu, which, 1000, 1, 1, 0);
		run_scale(gpu, which, 1000, 4, 1000, 0); /* more threads than elements */
		run_scale(gpu, which, 300000, 0, 0, 1);
	}
}

/* More workgroups than a dispatch may have, and slices of them. */
static void test_dispatch_limit(struct gpu *gpu)
{
	uint32_t real = gpu->info.dispatch_groups_max;

	gpu->info.dispatch_groups_max = 7;
	run_scale(gpu, TEST_SCALE, 100000, 0, 0, 0);
	run_scale(gpu, TEST_SCALE4, 100000, 0, 0, 1);
	gpu->info.dispatch_groups_max = real;
}

/* Cut into as many pieces as there are, the result is the same. */
static void test_slices(struct gpu *gpu)
{
	struct gpu_kernel *kernel = test_load(gpu, TEST_CHAIN);
	const uint32_t n = 1 << 20, rounds = 5;
	struct gpu_buffer *a = test_buffer(gpu, GPU_BUFFER_DEVICE, 4ull * n);
	uint32_t *out = malloc(4ull * n), expected = 0;
	struct gpu_binding binding = { a, 0, n };
	struct gpu_result result;

	assert(out);
	for (uint32_t k = 1; k <= rounds; k++) {
		uint64_t seq = submit(gpu, &(struct gpu_launch){ .kernel = kernel,
								 .bindings = &binding,
								 .scalars = &k,
								 .slice_ns = 20000 });

		if (k < rounds)
			continue;
		test_ok(gpu_launch_wait(gpu, seq, UINT64_MAX, &result, &test_error));
		printf("slices of 20 us: %u, %lu us in all\n", result.slices,
		       (unsigned long)result.gpu_ns / 1000);
		if (gpu_get_info(gpu)->software)
			assert(result.slices > 3);
	}
	for (uint32_t k = 1; k <= rounds; k++)
		expected = expected * 3 + k;
	test_ok(gpu_buffer_read(a, 0, out, 4ull * n, &test_error));
	for (uint32_t i = 0; i < n; i++)
		assert(out[i] == expected);
	gpu_buffer_free(a);
	gpu_kernel_free(kernel);
	free(out);
}

/* ------------------------------------------------------------------------ order */

/* Each depends on the one before, through two buffers; nobody waits in between. */
static void test_many(struct gpu *gpu)
{
	struct gpu_kernel *chain = test_load(gpu, TEST_CHAIN);
	struct gpu_buffer *buffers[2] = { test_buffer(gpu, GPU_BUFFER_DEVICE, 4096),
					  test_buffer(gpu, GPU_BUFFER_DEVICE, 4096) };
	const uint32_t rounds = 20000, n = 64;
	uint32_t expected[2] = { 0, 0 }, out[64], k;
	uint64_t first = 0, seq = 0, start;
	struct gpu_result result;

	start = gpu_now_ns();
	for (k = 0; k < rounds; k++) {
		struct gpu_binding binding = { buffers[k & 1], 0, n };

		seq = submit(gpu, &(struct gpu_launch){
					  .kernel = chain, .bindings = &binding, .scalars = &k });
		expected[k & 1] = expected[k & 1] * 3 + k;
		if (!k)
			first = seq;
	}
	assert(seq == first + rounds - 1);
	test_ok(gpu_launch_wait(gpu, seq, UINT64_MAX, &result, &test_error));
	printf("%u in flight: %.2f us each\n", rounds,
	       (double)(gpu_now_ns() - start) / 1000 / rounds);
	for (int b = 0; b < 2; b++) {
		test_ok(gpu_buffer_read(buffers[b], 0, out, sizeof(out), &test_error));
		for (uint32_t i = 0; i < n; i++)
			assert(out[i] == expected[b]);
		gpu_buffer_free(buffers[b]);
	}
	assert(gpu_launch_wait(gpu, first, 0, &result, &test_error) == GPU_E_FORGOTTEN);
	assert(gpu_launch_wait(gpu, 0, 0, NULL, NULL) == GPU_E_FORGOTTEN);
	assert(gpu_launch_wait(gpu, UINT64_MAX, 0, NULL, NULL) == GPU_E_FORGOTTEN);

	start = gpu_now_ns();
	buffers[0] = test_buffer(gpu, GPU_BUFFER_DEVICE, 4096);
	for (k = 0; k < 1000; k++) {
		struct gpu_binding binding = { buffers[0], 0, 1 };

		seq = submit(gpu, &(struct gpu_launch){
					  .kernel = chain, .bindings = &binding, .scalars = &k });
		test_ok(gpu_launch_wait(gpu, seq, UINT64_MAX, NULL, &test_error));
	}
	printf("submit and wait: %.2f us each\n", (double)(gpu_now_ns() - start) / 1000 / 1000);
	/* Freed while it is in use. */
	submit(gpu,
	       &(struct gpu_launch){ .kernel = chain,
				     .bindings = (struct gpu_binding[]){ { buffers[0], 0, 1024 } },
				     .scalars = &k });
	gpu_buffer_free(buffers[0]);
	gpu_kernel_free(chain);
	test_ok(gpu_launch_wait_all(gpu, UINT64_MAX, NULL, &test_error));
}

static void test_timeout(struct gpu *gpu)
{
	struct gpu_kernel *kernel = test_load(gpu, TEST_SPIN);
	struct gpu_buffer *b = test_buffer(gpu, GPU_BUFFER_DEVICE, 4 << 16);
	struct gpu_binding binding = { b, 0, 1 << 16 };
	struct gpu_result result;
	uint32_t n = 100000;
	uint64_t seq;

	seq = submit(gpu, &(struct gpu_launch){ .kernel = kernel,
						.bindings = &binding,
						.scalars = &n,
						.step_budget = UINT64_C(1) << 40 });
	if (gpu_get_info(gpu)->software)
		assert(gpu_launch_wait(gpu, seq, 1000000, &result, &test_error) == GPU_E_TIMEOUT);
	assert(gpu_launch_poll(gpu) <= seq);
	test_ok(gpu_launch_wait(gpu, seq, UINT64_MAX, &result, &test_error));
	assert(gpu_launch_poll(gpu) == seq);
	gpu_buffer_free(b);
	gpu_kernel_free(kernel);
}

/* ----------------------------------------------------------------------- budget */

static void test_budget(struct gpu *gpu, const struct pxos_loop *loop, uint64_t slice_ns)
{
	struct pxos_kernel spin = test_kernel(TEST_SPIN);
	struct gpu_buffer *b = test_buffer(gpu, GPU_BUFFER_DEVICE, 16384);
	struct gpu_binding binding = { b, 0, 4096 };
	struct gpu_kernel *kernel;
	uint32_t counts[] = { 10, 1000000000, 11, 2000000000, 12 }, out[4096];
	struct gpu_result result;
	uint64_t seqs[5], failed = 0;
	uint32_t x = 4095;

	spin.loops = loop;
	test_ok(gpu_kernel_new(gpu, &spin, &kernel, &test_error));
	for (int i = 0; i < 5; i++)
		seqs[i] = submit(gpu, &(struct gpu_launch){ .kernel = kernel,
							    .bindings = &binding,
							    .scalars = &counts[i],
							    .slice_ns = slice_ns });
	gpu_kernel_free(kernel);
	assert(gpu_launch_wait_all(gpu, UINT64_MAX, &failed, &test_error) == GPU_E_BUDGET);
	assert(failed == seqs[1]);
	test_ok(gpu_launch_wait_all(gpu, UINT64_MAX, &failed, &test_error));
	for (int i = 0; i < 5; i++) {
		int r = gpu_launch_wait(gpu, seqs[i], UINT64_MAX, &result, &test_error);

		assert(r == (i & 1 ? GPU_E_BUDGET : 0) && result.status == r);
		if (r) {
			assert(!strcmp(test_error.text,
				       "step budget exceeded in kernel spin, line 17"));
			assert(test_error.line == 17 && result.line == 17);
		}
	}
	/* The GPU is as usable as before. */
	test_ok(gpu_buffer_read(b, 0, out, sizeof(out), &test_error));
	for (int i = 0; i < 12; i++)
		x = x * 1664525u + 1013904223u;
	assert(out[4095] == x);
	gpu_buffer_free(b);
}

/* More checked launches than there are status slots. */
static void test_budget_many(struct gpu *gpu)
{
	struct pxos_kernel spin = test_kernel(TEST_SPIN);
	struct gpu_buffer *b = test_buffer(gpu, GPU_BUFFER_DEVICE, 256);
	struct gpu_binding binding = { b, 0, 1 };
	const uint32_t rounds = 3 * QUEUE_STATUS_SLOTS + 100;
	struct gpu_kernel *kernel;
	uint64_t first = 0;

	spin.loops = test_spin_data;
	test_ok(gpu_kernel_new(gpu, &spin, &kernel, &test_error));
	for (uint32_t i = 0; i < rounds; i++) {
		uint32_t n = i % 1000 == 7 ? UINT32_MAX : 1;
		uint64_t seq = submit(gpu, &(struct gpu_launch){ .kernel = kernel,
								 .bindings = &binding,
								 .scalars = &n });

		if (!i)
			first = seq;
	}
	for (uint32_t i = 0; i < rounds; i++)
		assert(gpu_launch_wait(gpu, first + i, UINT64_MAX, NULL, NULL) ==
		       (i % 1000 == 7 ? GPU_E_BUDGET : 0));
	gpu_launch_wait_all(gpu, UINT64_MAX, NULL, NULL);
	gpu_buffer_free(b);
	gpu_kernel_free(kernel);
}

/* A literal loop that is too long: nothing could stop it, so it does not start. */
static void test_budget_literal(struct gpu *gpu)
{
	static const struct pxos_loop loop = { .parent = UINT32_MAX,
					       .line = 9,
					       .count = PXOS_COUNT_LITERAL,
					       .value = 2000000000,
					       .body_cost = 20 };
	struct pxos_kernel scale = test_kernel(TEST_CHAIN);
	struct gpu_binding binding = { test_buffer(gpu, GPU_BUFFER_DEVICE, 256), 0, 1 };
	struct gpu_launch launch = { .bindings = &binding, .scalars = &(uint32_t){ 1 } };
	uint64_t seq = 77;

	scale.loops = &loop;
	scale.n_loops = 1;
	test_ok(gpu_kernel_new(gpu, &scale, &launch.kernel, &test_error));
	assert(gpu_launch_submit(gpu, &launch, &seq, &test_error) == GPU_E_BUDGET);
	assert(seq == 77 && test_error.line == 9);
	gpu_kernel_free(launch.kernel);
	gpu_buffer_free(binding.buffer);
}

/* -------------------------------------------------------------------- bad launches */

static void test_invalid(struct gpu *gpu)
{
	const struct gpu_info *info = gpu_get_info(gpu);
	struct gpu_kernel *kernel = test_load(gpu, TEST_SCALE);
	struct gpu_buffer *buffer = test_buffer(gpu, GPU_BUFFER_DEVICE, 1024);
	const struct gpu_binding good[] = { { buffer, 0, 64 }, { buffer, 512, 64 } };
	const struct {
		struct gpu_binding a;
		uint32_t blocks, threads;
	} bad[] = {
		{ { buffer, 0, 257 }, 0, 0 },
		{ { buffer, 512, 129 }, 0, 0 },
		{ { buffer, info->offset_alignment_bytes / 2, 1 }, 0, 0 },
		{ { buffer, UINT64_MAX - 255, 64 }, 0, 0 },
		{ { buffer, 0, UINT32_MAX }, 0, 0 },
		{ { NULL, 0, 1 }, 0, 0 },
		{ good[0], 1, 0 },
		{ good[0], 0, 1 },
		{ good[0], 65536, 65536 },
		{ good[0], UINT32_MAX, UINT32_MAX },
	};
	uint32_t k = 0;
	struct gpu_launch launch = { .kernel = kernel, .scalars = &k };
	uint64_t seq = 77;

	for (size_t i = 0; i < TEST_N(bad); i++) {
		const struct gpu_binding bindings[] = { bad[i].a, good[1] };

		launch.bindings = bindings;
		launch.blocks = bad[i].blocks;
		launch.threads = bad[i].threads;
		test_error.text[0] = '\0';
		assert(gpu_launch_submit(gpu, &launch, &seq, &test_error) == GPU_E_INVALID);
		assert(seq == 77 && strstr(test_error.text, "kernel scale"));
	}
	launch = (struct gpu_launch){ .kernel = kernel, .bindings = good };
	assert(gpu_launch_submit(gpu, &launch, &seq, &test_error) == GPU_E_INVALID);
	launch = (struct gpu_launch){ .kernel = kernel, .scalars = &k, .blocks = 1, .threads = 1 };
	assert(gpu_launch_submit(gpu, &launch, &seq, &test_error) == GPU_E_INVALID);
	gpu_kernel_free(kernel);
	gpu_buffer_free(buffer);
}

static void test_block_limit(struct gpu *gpu)
{
	struct pxos_kernel scale = test_kernel(TEST_SCALE);
	struct gpu_launch launch = { .bindings = (struct gpu_binding[2]){ { 0 }, { 0 } },
				     .scalars = &(uint32_t){ 0 },
				     .blocks = 1,
				     .threads = gpu_get_info(gpu)->block_threads_max + 1 };
	uint64_t groups;
	uint32_t block;

	scale.flags = 0;
	test_ok(gpu_kernel_new(gpu, &scale, &launch.kernel, &test_error));
	assert(gpu_launch_groups(&launch, &groups, &block, &test_error) == GPU_E_INVALID);
	launch.threads--;
	test_ok(gpu_launch_groups(&launch, &groups, &block, &test_error));
	assert(groups == 1 && block == launch.threads);
	gpu_kernel_free(launch.kernel);
}

static void test_apart(struct gpu *gpu)
{
	struct gpu_buffer *x = test_buffer(gpu, GPU_BUFFER_DEVICE, 4096);
	struct gpu_buffer *y = test_buffer(gpu, GPU_BUFFER_DEVICE, 4096);
	struct pxos_kernel scale = test_kernel(TEST_SCALE);
	const struct {
		struct gpu_binding bindings[2];
		bool apart;
	} cases[] = {
		{ { { x, 0, 256 }, { y, 0, 256 } }, true },
		{ { { x, 0, 256 }, { x, 1024, 256 } }, true },
		{ { { x, 0, 257 }, { x, 1024, 256 } }, false },
		{ { { x, 1024, 256 }, { x, 0, 257 } }, false },
		{ { { x, 0, 1 }, { x, 0, 1 } }, false },
		{ { { x, 0, 0 }, { x, 0, 1024 } }, true },
		{ { { NULL, 0, 0 }, { x, 0, 1024 } }, true },
	};

	for (size_t i = 0; i < TEST_N(cases); i++)
		assert(gpu_launch_arrays_apart(&scale, cases[i].bindings) == cases[i].apart);
	gpu_buffer_free(x);
	gpu_buffer_free(y);
}

/* ------------------------------------------------------------------------- loss */

static void test_lost(const struct gpu_options *options)
{
	struct gpu *gpu = test_open(options);
	struct gpu_kernel *kernel = test_load(gpu, TEST_CHAIN);
	struct gpu_buffer *buffer = test_buffer(gpu, GPU_BUFFER_DEVICE, 4096), *other;
	struct gpu_binding binding = { buffer, 0, 1024 };
	uint32_t k = 1, out;
	const struct gpu_launch launch = { .kernel = kernel, .bindings = &binding, .scalars = &k };
	uint64_t before, first, last = 0, seq = 77;
	struct gpu_result result;

	before = submit(gpu, &launch);
	test_ok(gpu_launch_wait(gpu, before, UINT64_MAX, NULL, &test_error));
	first = submit(gpu, &launch); /* goes at once; those after it are held back */
	gpu->queue.lose = true;
	for (int i = 0; i < 3; i++)
		last = submit(gpu, &launch);
	(void)first;
	assert(gpu_launch_wait(gpu, last, UINT64_MAX, &result, &test_error) == GPU_E_LOST);
	assert(result.status == GPU_E_LOST && gpu_is_lost(gpu));
	assert(gpu_launch_wait(gpu, last - 1, 0, NULL, NULL) == GPU_E_LOST);
	test_ok(gpu_launch_wait(gpu, before, 0, &result, &test_error)); /* what was done is done */
	assert(gpu_launch_submit(gpu, &launch, &seq, &test_error) == GPU_E_LOST && seq == 77);
	assert(gpu_kernel_prepare(&launch, 0, &test_error) == GPU_E_LOST);
	assert(gpu_buffer_new(gpu, GPU_BUFFER_DEVICE, 4, &other, &test_error) == GPU_E_LOST);
	assert(gpu_buffer_read(buffer, 0, &out, 4, &test_error) == GPU_E_LOST);
	assert(gpu_buffer_write(buffer, 0, &out, 4, &test_error) == GPU_E_LOST);
	assert(!gpu_buffer_busy(buffer));
	assert(gpu_launch_poll(gpu) == last);
	assert(gpu_launch_wait_all(gpu, UINT64_MAX, NULL, &test_error) == GPU_E_LOST);
	gpu_buffer_free(buffer);
	gpu_kernel_free(kernel);
	gpu_close(gpu);
}

static void test_all(struct gpu *gpu)
{
	test_grids(gpu);
	test_dispatch_limit(gpu);
	test_slices(gpu);
	test_many(gpu);
	test_timeout(gpu);
	test_budget(gpu, test_spin_scalar, 0);
	test_budget(gpu, test_spin_data, 0);
	test_budget(gpu, test_spin_data, 1);
	test_budget_many(gpu);
	test_budget_literal(gpu);
	test_invalid(gpu);
	test_block_limit(gpu);
	test_apart(gpu);
}

int main(void)
{
	const struct gpu_options options = { .log = test_log };
	struct gpu *gpu = test_open(&options);

	setvbuf(stdout, NULL, _IOLBF, 0);
	test_all(gpu);
	gpu_close(gpu);

	/* The same without the extensions that not every driver has. */
	gpu = test_open(&options);
	gpu->caps.push_descriptor = false;
	gpu->caps.host_query_reset = false;
	test_all(gpu);
	gpu_close(gpu);

	test_lost(&options);
	return 0;
}
