/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_PX_H
#define BENCH_PX_H

#include "daemon/compiler/pxos_compiler.h"
#include "include/pxos/limits.h"

struct rawvk;
struct rawvk_pipeline;
struct workload;

/* A compiled primitive with the arguments of a workload. */
struct px {
	struct pxos_program *program;
	const struct pxos_kernel *kernel;
	/* For each of the kernel's arrays: which of the workload's it is. */
	unsigned int arrays[PXOS_ARRAYS_MAX];
	uint32_t scalars[PXOS_SCALARS_MAX];
	bool checked; /* runs with the step budget, and has a status buffer at the end */
	uint64_t blocks; /* of the launch; 0 if it goes by the first array's length */
};

void px_target(const struct rawvk *rv, struct pxos_target *ret_target);

/* False and a message on stderr if @path is no program that fits @w. */
bool px_init(struct px *px, const struct rawvk *rv, const char *path, const struct workload *w);
void px_deinit(struct px *px);

/* Make @pipeline of it, with push constants and grid; buffers are bound by the caller. */
void px_pipeline(const struct px *px, struct rawvk *rv, struct rawvk_pipeline *pipeline,
		 const struct workload *w);

#endif
