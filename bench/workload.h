/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKLOAD_ARRAYS_MAX 3
#define WORKLOAD_SCALARS_MAX 8

struct workload;

struct workload_array {
	const char *name; /* as in the primitive */
	uint64_t words;
	/* What it holds before a run, or NULL: an output, full of WORKLOAD_POISON. */
	uint32_t *before;
};

struct workload_scalar {
	const char *name;
	uint32_t word;
};

enum workload_kind {
	WORKLOAD_PLAIN, /* GLSL as most people would write it */
	WORKLOAD_TUNED, /* GLSL as good as we can; the fastest of these counts */
	WORKLOAD_COMMAND, /* vkCmdCopyBuffer */
	WORKLOAD_OURS, /* a primitive, compiled by us */
};

struct workload_variant {
	enum workload_kind kind;
	const char *name;
	const char *file; /* in spv/ or primitives/, with its ending */
	/* What a workgroup covers, in the units of the workload's own grid(). */
	uint32_t share[2];
	/* Only for sizes that fit(): shaders without bounds checks. */
	bool exact;
};

struct workload_type {
	const char *name;
	const char *size_text; /* for the table */
	/* Speed against the fastest TUNED that is wanted; 0: none. */
	double want;
	bool streaming; /* wanted at 90 % of the copy's bandwidth */
	bool flops; /* work is FLOP, not bytes */
	const struct workload_variant *variants;
	unsigned int n_variants;

	/* Fill in arrays, scalars, work; @small: for a software GPU. */
	void (*setup)(struct workload *w, bool small);
	/* Workgroups of a GLSL variant. */
	void (*grid)(const struct workload *w, const struct workload_variant *v,
		     uint32_t groups[3]);
	/* Wrong elements after one run; @groups: GLSL's workgroups, or the primitive's blocks. */
	uint64_t (*check)(const struct workload *w, uint32_t *const *after, uint64_t groups);
	/* For PLAIN, whose arithmetic may round differently: 0 if @wrong is still good, else
	 * @wrong. NULL: nothing is. */
	uint64_t (*tolerated)(const struct workload *w, uint64_t wrong);
};

struct workload {
	const struct workload_type *type;
	struct workload_array arrays[WORKLOAD_ARRAYS_MAX];
	unsigned int n_arrays;
	struct workload_scalar scalars[WORKLOAD_SCALARS_MAX];
	unsigned int n_scalars;
	double work;
	bool exact; /* exact variants may run */
	/* Blocks of the primitive's launch; 0: one thread for each element of its first array. */
	uint64_t blocks;
	void *reference; /* the workload's own; freed by workload_deinit() */
};

#define WORKLOAD_POISON 0xffffffffu /* a NaN, and 2^32 - 1 */

extern const struct workload_type workload_copy, workload_saxpy, workload_triad, workload_stencil,
	workload_reduce, workload_matmul, workload_matmul_odd, workload_mandelbrot,
	workload_histogram;
extern const struct workload_type *const workload_types[];
extern const unsigned int workload_n_types;

void workload_init(struct workload *w, const struct workload_type *type, bool small);
void workload_deinit(struct workload *w);

/* For setup(): arrays in the order of bindings, scalars in that of GLSL's push constants. */
void workload_add_output(struct workload *w, const char *name, uint64_t words);
/* @make gives the word of an index. */
void workload_add_input(struct workload *w, const char *name, uint64_t words,
			uint32_t (*make)(uint32_t seed, uint64_t index));
void workload_add_scalar(struct workload *w, const char *name, uint32_t word);

/* make() functions: floats in [-1, 1); whole numbers in [-8, 7] as floats; any bits. */
uint32_t workload_unit_float(uint32_t seed, uint64_t index);
uint32_t workload_whole_float(uint32_t seed, uint64_t index);

/* For check(): how many i under @n are not ok(); on all CPUs. */
uint64_t workload_count_wrong(uint64_t n, const struct workload *w, uint32_t *const *after,
			      bool (*ok)(const struct workload *w, uint32_t *const *after,
					 uint64_t i));

#endif
