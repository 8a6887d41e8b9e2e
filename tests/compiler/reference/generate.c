// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * generate.c - random programs whose results are determined.
 *
 * First the program's plan is drawn: its arrays and scalars, its kernels' sizes
 * and features, its launches. Then each kernel is written against the pool. A
 * shape decides which features go together, so that the kernels a compiler
 * treats specially (streams, products, rounds with barriers) are frequent.
 */
#include "generator.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNELS_MAX 4

enum shape {
	SHAPE_STREAM, /* own elements only: four to a thread on the GPU */
	SHAPE_GENERAL,
	SHAPE_COOPERATIVE,
	SHAPE_ATOMIC,
	SHAPE_EVERYTHING,
	SHAPE_MATMUL,
};

static enum shape choose_shape(struct generator *g)
{
	uint32_t kind = gen_below(g, 100);

	if (kind < 30)
		return SHAPE_STREAM;
	if (kind < 60)
		return SHAPE_GENERAL;
	if (kind < 78)
		return SHAPE_COOPERATIVE;
	if (kind < 87)
		return SHAPE_ATOMIC;
	return kind < 95 ? SHAPE_EVERYTHING : SHAPE_MATMUL;
}

static void set_features(struct generator *g, struct gen_kernel *kernel, enum shape shape)
{
	bool all = shape == SHAPE_EVERYTHING;

	kernel->has_ifs = gen_chance(g, 70);
	kernel->has_gathers = shape != SHAPE_STREAM;
	kernel->has_loops = shape != SHAPE_STREAM && gen_chance(g, 75);
	kernel->has_barriers = shape == SHAPE_COOPERATIVE || all;
	kernel->has_atomics = shape == SHAPE_ATOMIC || (all && gen_chance(g, 60)) ||
			      (shape == SHAPE_GENERAL && gen_chance(g, 15));
	kernel->has_matmul = all && gen_chance(g, 30);
}

static uint32_t choose_total(struct generator *g)
{
	static const uint32_t totals[] = { 1,	 2,   3,   5,	 8,    31,   32,   33,
					   64,	 100, 127, 200,	 255,  256,  257,  300,
					   511,	 512, 513, 700,	 64,   1000, 40,   1024,
					   1025, 17,  260, 1100, 2000, 3000, 5000, 90 };

	return totals[gen_below(g, 32)];
}

static void choose_size(struct generator *g, struct gen_kernel *kernel, bool has_launch,
			uint32_t total)
{
	static const uint32_t threads[] = { 1,	2,  3,	 7,   8,   16,	31,  32,  33,
					    64, 64, 100, 128, 128, 256, 256, 500, 1024 };

	if (gen_chance(g, 20))
		total = choose_total(g);
	kernel->has_launch = has_launch;
	kernel->block_size = PXOS_BLOCK_THREADS_DEFAULT;
	if (kernel->has_barriers && total > 1100 && gen_chance(g, 80))
		total = 300;
	kernel->n_threads = total;
	if (has_launch) {
		kernel->block_size = threads[gen_below(g, 18)];
		kernel->n_threads =
			(total + kernel->block_size - 1) / kernel->block_size * kernel->block_size;
	}
}

static uint32_t choose_length(struct generator *g, uint32_t n_threads)
{
	switch (gen_below(g, 10)) {
	case 0:
		return n_threads + gen_below(g, 5);
	case 1:
		return n_threads * 2 + 1;
	case 2:
		return n_threads - n_threads / 7;
	case 3:
		return 1 + gen_below(g, 12);
	case 4:
		return gen_chance(g, 10) ? 0 : n_threads * 3;
	default:
		return n_threads;
	}
}

static void choose_arrays(struct generator *g, int n, uint32_t n_threads)
{
	static const enum ref_type types[] = { REF_INT,	  REF_UINT,  REF_FLOAT, REF_U8,
					       REF_FLOAT, REF_FLOAT, REF_INT,	REF_INT };

	while (n--) {
		struct gen_array *array = &g->arrays[g->n_arrays];

		gen_name(g, array->name, "a");
		array->type = types[gen_below(g, 8)];
		array->length = g->n_arrays ? choose_length(g, n_threads) : n_threads;
		array->is_exact = gen_chance(g, 50);
		array->is_given = true;
		g->n_arrays++;
	}
}

static void choose_scalars(struct generator *g, int n)
{
	static const enum ref_type types[] = { REF_INT, REF_INT, REF_UINT, REF_FLOAT, REF_U8 };
	static const float floats[] = { 0.5f, -1.25f, 3, 100, 1e-3f, 7.75f };

	while (n--) {
		struct gen_scalar *scalar = &g->scalars[g->n_scalars++];

		gen_name(g, scalar->name, "s");
		scalar->is_given = true;
		scalar->type = types[gen_below(g, 5)];
		if (scalar->type == REF_FLOAT) {
			memcpy(&scalar->value, &floats[gen_below(g, 6)], sizeof(scalar->value));
		} else if (scalar->type == REF_INT && gen_chance(g, 60)) {
			scalar->is_small = true;
			scalar->value = gen_below(g, 9) - 2;
		} else {
			scalar->value = gen_chance(g, 50) ? gen_below(g, 100)
							  : ref_random_word(&g->random);
		}
	}
}

static void choose_style(struct generator *g)
{
	g->style.crlf = gen_chance(g, 15);
	g->style.indent = (int)gen_below(g, 3);
	g->style.arrows = (int)gen_below(g, 3);
	g->style.keywords = gen_chance(g, 60) ? 0 : 1 + (int)gen_below(g, 2);
	g->style.comments = gen_chance(g, 30) ? 20 : 2;
}

static void write_launch(struct generator *g, const struct gen_kernel *kernel)
{
	char blocks[32], threads[32];

	assert(kernel->block_size);
	gen_line(g, "GPU_LAUNCH", "%s %s %u %s %u", kernel->name, gen_keyword(g, "BLOCKS", blocks),
		 kernel->n_threads / kernel->block_size, gen_keyword(g, "THREADS", threads),
		 kernel->block_size);
	if (gen_chance(g, 40))
		gen_line(g, "GPU_SYNC", "%s", "");
}

/* --------------------------------------------------------- a product alone */

static void matmul_operand(struct generator *g, uint32_t size, char text[REF_NAME_SIZE])
{
	struct gen_scalar *scalar;

	if (gen_chance(g, 50)) {
		snprintf(text, REF_NAME_SIZE, "%u", size);
		return;
	}
	scalar = &g->scalars[g->n_scalars++];
	gen_name(g, scalar->name, "size");
	scalar->type = REF_INT;
	scalar->value = gen_chance(g, 4) ? (uint32_t)-3 : size;
	scalar->is_given = true;
	memcpy(text, scalar->name, REF_NAME_SIZE);
}

static void matmul_array(struct generator *g, const char *kind, uint32_t length, bool is_given)
{
	struct gen_array *array = &g->arrays[g->n_arrays++];

	gen_name(g, array->name, kind);
	array->type = REF_FLOAT;
	array->is_given = is_given;
	array->length = gen_chance(g, 85) ? length : length / 2 + 1 + gen_below(g, 5);
}

static void write_matmul(struct generator *g)
{
	uint32_t limit = gen_chance(g, 20) ? 70 : 20, m = 1 + gen_below(g, limit);
	uint32_t n = 1 + gen_below(g, limit), k = gen_chance(g, 4) ? 0 : 1 + gen_below(g, limit);
	char sizes[3][REF_NAME_SIZE], name[REF_NAME_SIZE];
	int i;

	gen_name(g, name, "product");
	matmul_operand(g, m, sizes[0]);
	matmul_operand(g, n, sizes[1]);
	matmul_operand(g, k, sizes[2]);
	matmul_array(g, "A", m * k + !k, true);
	matmul_array(g, "B", n * k + !k, true);
	matmul_array(g, "C", m * n, gen_chance(g, 60));
	gen_line(g, "GPU_KERNEL", "%s", name);
	for (i = 0; i < 3; i++)
		if (g->arrays[i].is_given)
			gen_line(g, "GPU_PARAM", "%s float[]", g->arrays[i].name);
	for (i = 0; i < g->n_scalars; i++)
		gen_line(g, "GPU_PARAM", "%s int", g->scalars[i].name);
	gen_line(g, "GPU_THREAD_CODE", ":");
	gen_line(g, "PARALLEL_MATMUL", "%s %s -> %s ROWS %s COLS %s INNER %s", g->arrays[0].name,
		 g->arrays[1].name, g->arrays[2].name, sizes[0], sizes[1], sizes[2]);
	gen_line(g, "GPU_END", "%s", "");
	if (gen_chance(g, 30))
		gen_line(g, "GPU_LAUNCH", "%s BLOCKS 1 THREADS 64", name);
}

/* ------------------------------------------------------------------ others */

/* `n int` without an argument: the length of the first array. */
static void leave_n_open(struct generator *g)
{
	struct gen_scalar *scalar = &g->scalars[g->n_scalars++];

	*scalar = (struct gen_scalar){ .type = REF_INT, .name = "n" };
}

static void add_implicit(struct generator *g, uint32_t length)
{
	static const enum ref_type types[] = { REF_INT, REF_UINT, REF_FLOAT, REF_FLOAT };
	struct gen_array *array = &g->arrays[g->n_arrays++];

	gen_name(g, array->name, "out");
	array->type = types[gen_below(g, 4)];
	array->length = length;
	array->is_implicit = true;
	array->is_exact = gen_chance(g, 40);
}

static void write_kernels(struct generator *g, struct gen_kernel *kernels, int n_kernels,
			  enum shape shape, uint32_t total)
{
	int n_launches = n_kernels > 1 || gen_chance(g, 40) ? n_kernels : 0, i, first;

	if (n_launches && gen_chance(g, 30))
		n_launches += 1 + (int)gen_below(g, 3);
	for (i = 0; i < n_kernels; i++) {
		struct gen_kernel *kernel = &kernels[i];

		set_features(g, kernel, i ? choose_shape(g) : shape);
		choose_size(g, kernel, n_launches > 0, total);
		if (!i && !n_launches)
			g->arrays[0].length = kernel->n_threads;
		if (gen_chance(g, 35) && g->n_arrays < GEN_ARRAYS_MAX - 1)
			add_implicit(g, g->arrays[0].length);
		kernel->cost_max = REF_GENERATE_STEPS / 2 / kernel->n_threads /
				   (uint64_t)(n_launches ? n_launches : 1);
		gen_kernel_choose(g, kernel);
		gen_kernel_write(g, kernel);
		/* From the next kernel on it is an array like others. */
		for (first = 0; first < g->n_arrays; first++)
			g->arrays[first].is_implicit = false;
	}
	for (i = 0; i < n_launches; i++)
		write_launch(g,
			     &kernels[i < n_kernels ? i : (int)gen_below(g, (uint32_t)n_kernels)]);
}

void ref_generate(uint64_t seed, struct ref_generated *ret_generated)
{
	struct generator *g = calloc(1, sizeof(*g));
	struct gen_kernel *kernels = calloc(KERNELS_MAX, sizeof(*kernels));
	int n_kernels = 1;
	enum shape shape;

	ref_random_init(&g->random, seed);
	*ret_generated = (struct ref_generated){ 0 };
	choose_style(g);
	shape = choose_shape(g);
	if (shape == SHAPE_MATMUL) {
		write_matmul(g);
		gen_arguments(g, &ret_generated->arguments, false);
	} else {
		bool many = gen_chance(g, 8);
		int n_arrays = many ? 10 + (int)gen_below(g, 9) : 2 + (int)gen_below(g, 5);
		uint32_t total = choose_total(g);

		if (gen_chance(g, 25))
			n_kernels = 2 + (int)gen_below(g, KERNELS_MAX - 1);
		choose_arrays(g, n_arrays, total);
		choose_scalars(g, many ? 10 + (int)gen_below(g, 20) : (int)gen_below(g, 5));
		if (n_kernels == 1 && gen_chance(g, 15))
			leave_n_open(g);
		write_kernels(g, kernels, n_kernels, shape, total);
		g->kernel = kernels;
		gen_arguments(g, &ret_generated->arguments, n_kernels == 1 && gen_chance(g, 25));
	}
	ret_generated->text = g->text;
	ret_generated->length = g->length;
	free(kernels);
	free(g);
}

void ref_generated_deinit(struct ref_generated *generated)
{
	ref_arguments_deinit(&generated->arguments);
	free(generated->text);
	generated->text = NULL;
}
