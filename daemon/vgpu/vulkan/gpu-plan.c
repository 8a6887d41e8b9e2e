// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How a launch is run: block size, workgroups, step budget, checks or none; and
 * how long it will take. Pure arithmetic, no Vulkan call.
 *
 * Block. A kernel that looks at its block gets the one it was launched with.
 * Any other gets 256 threads: enough for full occupancy with few registers and
 * with many, on every vendor's warp size, and always the same, since another
 * block size is another compile (26 ms measured on a large GPU), far more than
 * a smaller block could ever save a tiny launch.
 *
 * Step budget. Steps are the compiler's units: about one simple operation of
 * one thread, 64 for a global load or store, 256 for an atomic. It is given for
 * a block and bounds what one block may take to about 100 ms (the drivers'
 * timeouts of 2 to 10 s would hit everybody on the GPU):
 *
 *   discrete    2^31  A block of 256 has an eighth of a multiprocessor: about
 *                     2.4e10 simple operations a second, 90 ms. If all are loads
 *                     that miss, each moves 32 bytes, and the block's share of
 *                     bandwidth is 10 to 20 GB/s on small cards and large ones
 *                     alike: 2^25 loads, 55 to 110 ms.
 *   integrated  2^29  5 GB/s a block, 64 bytes a miss: 2^23 loads, 100 ms.
 *   CPU         2^28  3e9 steps a second and core, measured on lavapipe with 8
 *                     lanes: 90 ms. (A load is 16 steps there.)
 *   any other   2^30
 *
 * And a thread alone is bound by latency: 2^23 steps, that is 131,072 loads of
 * about 0.7 µs, each waiting for the one before: 92 ms. Blocks of 256 on a
 * discrete GPU meet both at once. Not covered: all blocks of a launch adding to
 * one and the same word by atomics, which a GPU does one after the other.
 *
 * A kernel may bring a bound of its own (thread_steps_max): Mesa's llvmpipe ends
 * loops silently after so many rounds, and no budget may get a thread there.
 *
 * Time. Steps times what a step was measured to take for this kernel; before
 * the first measurement, times a guess for such a device. It sizes slices and
 * decides nothing else.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <inttypes.h>
#include "pxos/limits.h"

#define PLAN_BLOCK_THREADS 256
#define PLAN_THREAD_BUDGET_MAX (UINT32_C(1) << 23)

static const struct {
	uint64_t block_budget;
	/* Of the whole GPU, streaming, for want of anything measured. */
	double ns_per_step;
	/* A slice of fewer workgroups would leave parts of the GPU idle. */
	uint64_t groups_min;
} plan_types[] = {
	[GPU_TYPE_OTHER] = { UINT64_C(1) << 30, 0.0025, 64 },
	[GPU_TYPE_INTEGRATED] = { UINT64_C(1) << 29, 0.0025, 64 },
	[GPU_TYPE_DISCRETE] = { UINT64_C(1) << 31, 0.00025, 512 },
	[GPU_TYPE_VIRTUAL] = { UINT64_C(1) << 30, 0.0025, 64 },
	[GPU_TYPE_CPU] = { UINT64_C(1) << 28, 0.2, 8 },
};

uint64_t plan_block_budget(enum gpu_type type)
{
	return plan_types[type].block_budget;
}

static int plan_grid(const struct gpu_launch *launch, struct plan *plan, struct gpu_error *reterr)
{
	const struct pxos_kernel *kernel = &launch->kernel->kernel;
	const struct gpu_info *info = &launch->kernel->gpu->info;
	uint64_t shared;

	plan->block = launch->threads;
	plan->threads = (uint64_t)launch->blocks * launch->threads;
	if (!launch->blocks && !launch->threads) {
		if (!kernel->n_arrays || !launch->bindings)
			return gpu_fail(
				reterr, GPU_E_INVALID,
				"kernel %s has no array to take its length from: say BLOCKS "
				"and THREADS",
				kernel->name);
		plan->block = PXOS_BLOCK_THREADS_DEFAULT;
		plan->threads = launch->bindings[0].length;
	} else if (!launch->blocks || !launch->threads) {
		return gpu_fail(reterr, GPU_E_INVALID,
				"kernel %s is launched with 0 blocks or 0 threads", kernel->name);
	}
	if (plan->threads > PXOS_LAUNCH_THREADS_MAX)
		return gpu_fail(reterr, GPU_E_INVALID,
				"kernel %s is launched with %" PRIu64 " threads; at most %u",
				kernel->name, plan->threads, PXOS_LAUNCH_THREADS_MAX);
	if (kernel->flags & PXOS_KERNEL_MATMUL)
		plan->block = PLAN_BLOCK_THREADS; /* the module's own */
	else if (kernel->flags & PXOS_KERNEL_ANY_BLOCK)
		plan->block = (uint32_t)min_u64(PLAN_BLOCK_THREADS, info->block_threads_max);
	if (plan->block > info->block_threads_max)
		return gpu_fail(
			reterr, GPU_E_INVALID,
			"kernel %s is launched with blocks of %u threads; this GPU takes %u",
			kernel->name, plan->block, info->block_threads_max);
	shared = kernel->shared_bytes + (uint64_t)kernel->shared_bytes_thread * plan->block;
	if (shared > info->shared_bytes_max)
		return gpu_fail(reterr, GPU_E_INVALID,
				"kernel %s in blocks of %u threads needs %" PRIu64
				" bytes of shared memory; this GPU has %u",
				kernel->name, plan->block, shared, info->shared_bytes_max);

	if (kernel->flags & PXOS_KERNEL_MATMUL) {
		plan->groups = pxos_kernel_matmul_groups(kernel, launch->scalars);
	} else {
		uint64_t covered = (uint64_t)plan->block * kernel->coarsen;

		plan->groups = (plan->threads + covered - 1) / covered;
	}
	if (plan->groups > UINT32_MAX)
		return gpu_fail(reterr, GPU_E_INVALID,
				"kernel %s would need %" PRIu64 " workgroups; at most %u",
				kernel->name, plan->groups, UINT32_MAX);
	return 0;
}

static uint32_t thread_budget(const struct gpu_launch *launch, const struct plan *plan)
{
	const struct gpu *gpu = launch->kernel->gpu;
	uint64_t steps;

	if (launch->step_budget)
		steps = launch->step_budget / plan->block;
	else if (gpu->options.block_budget_steps)
		steps = gpu->options.block_budget_steps / plan->block;
	else
		steps = min_u64(plan_block_budget(gpu->info.type) / plan->block,
				PLAN_THREAD_BUDGET_MAX);
	if (launch->kernel->kernel.thread_steps_max)
		steps = min_u64(steps, launch->kernel->kernel.thread_steps_max);
	return (uint32_t)min_u64(steps, UINT32_MAX);
}

int plan_make(const struct gpu_launch *launch, struct plan *ret_plan, struct gpu_error *reterr)
{
	const struct pxos_kernel *kernel = &launch->kernel->kernel;
	struct plan plan = { 0 };
	uint64_t cost;
	int r;

	if (kernel->n_scalars && !launch->scalars)
		return gpu_fail(reterr, GPU_E_INVALID, "kernel %s is launched without its scalars",
				kernel->name);
	r = plan_grid(launch, &plan, reterr);
	if (r)
		return r;

	plan.thread_budget = thread_budget(launch, &plan);
	plan.steps_known = pxos_kernel_cost(kernel, launch->scalars, &cost);
	if (!plan.steps_known || cost > plan.thread_budget) {
		plan.checked = kernel->flags & PXOS_KERNEL_CHECKED;
		if (!plan.checked) {
			/* Nothing in it can stop it, so it must not start. */
			uint32_t line = kernel->n_loops ? kernel->loops[0].line : kernel->line;

			r = gpu_fail(reterr, GPU_E_BUDGET,
				     "step budget exceeded in kernel %s, line %u", kernel->name,
				     line);
			if (reterr)
				reterr->line = line;
			return r;
		}
		cost = plan.thread_budget;
	}
	plan.steps_per_group = (double)max_u64(cost, 1) * plan.block * kernel->coarsen;
	*ret_plan = plan;
	return 0;
}

double plan_ns(const struct pipeline *pipeline, enum gpu_type type, double steps)
{
	double each = pipeline->ns_per_step;

	if (!each)
		each = plan_types[type].ns_per_step;
	return steps * each;
}

uint64_t plan_groups(const struct plan *plan, const struct pipeline *pipeline, enum gpu_type type,
		     uint64_t ns)
{
	double groups = (double)ns / plan_ns(pipeline, type, plan->steps_per_group);

	if (groups >= (double)plan->groups)
		return plan->groups;
	return max_u64((uint64_t)groups, plan_types[type].groups_min);
}

bool plan_tells(const struct plan *plan, enum gpu_type type)
{
	return plan->groups >= plan_types[type].groups_min;
}

/* Learn from a piece that ran; a small one says more of its start than of its steps. */
void plan_measured(struct pipeline *pipeline, enum gpu_type type, uint64_t groups, double steps,
		   uint64_t ns)
{
	double each;

	if (!ns || groups < plan_types[type].groups_min)
		return;
	each = (double)ns / steps;
	if (pipeline->ns_per_step)
		each = (3 * pipeline->ns_per_step + each) / 4;
	pipeline->ns_per_step = each;
}
