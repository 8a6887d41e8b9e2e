// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A primitive in the neutral harness: compiled by pxos_compile(), launched by the
 * shader interface of pxos_compiler.h, written from that header alone.
 *
 * Arrays and scalars are found in the workload by name. The launch is uncut. A
 * launch with GPU_LAUNCH takes the workload's number of blocks instead of the text's,
 * since a software GPU gets a smaller problem.
 */
#include "px.h"
#include "measure.h"
#include "rawvk.h"
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_WORDS 4
/* Far above what any workload here spends, and still a budget. */
#define THREAD_BUDGET (1u << 26)

void px_target(const struct rawvk *rv, struct pxos_target *ret_target)
{
	const VkPhysicalDeviceLimits *limits = &rv->properties.limits;
	struct pxos_target t;
	uint32_t threads = limits->maxComputeWorkGroupInvocations;

	pxos_target_init(&t);
	if (limits->maxComputeWorkGroupSize[0] < threads)
		threads = limits->maxComputeWorkGroupSize[0];
	t.threads_max = threads < PXOS_BLOCK_THREADS_MAX ? threads : PXOS_BLOCK_THREADS_MAX;
	t.shared_bytes_max = limits->maxComputeSharedMemorySize;
	t.arrays_max = limits->maxPerStageDescriptorStorageBuffers - 1;
	t.push_bytes_max = limits->maxPushConstantsSize;
	t.subgroup_size = rv->subgroup_size;
	t.flags = (rv->storage8 ? PXOS_TARGET_STORAGE8 : 0) |
		  (rv->preserve_float32 ? PXOS_TARGET_PRESERVE_FLOAT32 : 0) |
		  (rv->rte_float32 ? PXOS_TARGET_RTE_FLOAT32 : 0) |
		  (rv->float_add ? PXOS_TARGET_ATOMIC_FLOAT_ADD : 0) |
		  (rv->float_add_shared ? PXOS_TARGET_ATOMIC_FLOAT_ADD_SHARED : 0) |
		  (rv->subgroup_arithmetic ? PXOS_TARGET_SUBGROUP_ARITHMETIC : 0) |
		  PXOS_TARGET_ARRAYS_APART;
	*ret_target = t;
}

static bool compile(struct px *px, const struct rawvk *rv, const char *path)
{
	struct pxos_target target;
	size_t bytes;
	char *text = read_file(path, &bytes);
	uint32_t i;
	int r;

	if (!text)
		return false;
	px_target(rv, &target);
	r = pxos_compile(text, bytes, &target, &px->program);
	free(text);
	if (r < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(-r));
		return false;
	}
	for (i = 0; r && i < px->program->n_diagnostics; i++) {
		const struct pxos_diagnostic *d = &px->program->diagnostics[i];

		fprintf(stderr, "%s:%u:%u: %s\n", path, d->line, d->column, d->message);
	}
	return !r;
}

static bool match_arrays(struct px *px, const char *path, const struct workload *w)
{
	uint32_t i, j;

	for (i = 0; i < px->kernel->n_arrays; i++) {
		for (j = 0; j < w->n_arrays; j++)
			if (!strcmp(px->kernel->arrays[i].name, w->arrays[j].name))
				break;
		if (j == w->n_arrays) {
			fprintf(stderr, "%s: array %s is not of %s\n", path,
				px->kernel->arrays[i].name, w->type->name);
			return false;
		}
		px->arrays[i] = j;
	}
	return true;
}

static bool match_scalars(struct px *px, const char *path, const struct workload *w)
{
	uint32_t i, j;

	for (i = 0; i < px->kernel->n_scalars; i++) {
		for (j = 0; j < w->n_scalars; j++)
			if (!strcmp(px->kernel->scalars[i].name, w->scalars[j].name))
				break;
		if (j == w->n_scalars) {
			fprintf(stderr, "%s: scalar %s is not of %s\n", path,
				px->kernel->scalars[i].name, w->type->name);
			return false;
		}
		px->scalars[i] = w->scalars[j].word;
	}
	return true;
}

bool px_init(struct px *px, const struct rawvk *rv, const char *path, const struct workload *w)
{
	uint64_t cost;

	*px = (struct px){ 0 };
	if (!compile(px, rv, path)) {
		px_deinit(px);
		return false;
	}
	px->kernel = &px->program->kernels[px->program->launches[0].kernel];
	px->blocks = px->program->launches[0].blocks ? w->blocks : 0;
	if (px->kernel->flags & PXOS_KERNEL_ARGS_UNIFORM ||
	    px->kernel->n_arrays + 1 > RAWVK_BUFFERS_MAX || !match_arrays(px, path, w) ||
	    !match_scalars(px, path, w)) {
		px_deinit(px);
		return false;
	}
	px->checked = (px->kernel->flags & PXOS_KERNEL_CHECKED) &&
		      (!pxos_kernel_cost(px->kernel, px->scalars, &cost) || cost > THREAD_BUDGET);
	return true;
}

void px_deinit(struct px *px)
{
	px->program = pxos_program_free(px->program);
	px->kernel = NULL;
}

/* Threads a block, and in the whole launch. */
static void shape(const struct px *px, const struct workload *w, uint32_t *ret_block,
		  uint64_t *ret_threads)
{
	const struct pxos_launch *launch = &px->program->launches[0];

	*ret_block = launch->blocks ? launch->threads : PXOS_BLOCK_THREADS_DEFAULT;
	*ret_threads = launch->blocks ? w->blocks * launch->threads
				      : w->arrays[px->arrays[0]].words;
}

void px_pipeline(const struct px *px, struct rawvk *rv, struct rawvk_pipeline *pipeline,
		 const struct workload *w)
{
	const struct pxos_kernel *k = px->kernel;
	struct rawvk_shader shader = {
		.words = k->spirv,
		.n_words = k->n_words,
		.n_buffers = k->n_arrays + (k->flags & PXOS_KERNEL_CHECKED ? 1 : 0),
		.n_push = HEADER_WORDS + k->n_arrays + k->n_scalars,
		.specialise = true,
		.constants = { 0, px->checked },
	};
	uint64_t threads, per_group;
	uint32_t block, i;

	shape(px, w, &block, &threads);
	shader.constants[0] = block;
	rawvk_pipeline_init(rv, pipeline, &shader);
	pipeline->push[1] = (uint32_t)threads;
	pipeline->push[2] = THREAD_BUDGET;
	for (i = 0; i < k->n_arrays; i++)
		pipeline->push[HEADER_WORDS + i] = (uint32_t)w->arrays[px->arrays[i]].words;
	memcpy(&pipeline->push[HEADER_WORDS + k->n_arrays], px->scalars,
	       sizeof(uint32_t) * k->n_scalars);
	per_group = (uint64_t)block * k->coarsen;
	pipeline->groups[0] = (uint32_t)((threads + per_group - 1) / per_group);
	if (k->flags & PXOS_KERNEL_MATMUL)
		pipeline->groups[0] = (uint32_t)pxos_kernel_matmul_groups(k, px->scalars);
}
