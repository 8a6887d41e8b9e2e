/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gpu-launch.h - run kernels, in order, many in flight.
 *
 * A launch gets a sequence number, each higher than the last (copies and
 * clearing of buffers take some, too). Launches run in that order: each sees
 * what the ones before it wrote, as if one waited for the other (where they
 * share no buffer they may in fact overlap). Nothing has to be collected: the
 * results of the last GPU_LAUNCHES_KEPT launches can be asked for, any number
 * of times.
 *
 *	struct gpu_launch launch = {
 *		.kernel = kernel,
 *		.bindings = (struct gpu_binding[]){ { a, 0, n }, { b, 0, n } },
 *		.scalars = (uint32_t[]){ n },
 *	};
 *	r = gpu_launch_submit(gpu, &launch, &seq, &error);
 *	…
 *	r = gpu_launch_wait(gpu, seq, UINT64_MAX, &result, &error);
 */
#ifndef GPU_LAUNCH_H
#define GPU_LAUNCH_H

#include "daemon/vgpu/vulkan/gpu.h"

struct gpu_buffer;
struct gpu_kernel;
struct pxos_kernel;

#define GPU_LAUNCHES_KEPT 16384

/* An array of the kernel: elements from @offset_bytes of @buffer on. */
struct gpu_binding {
	struct gpu_buffer *buffer; /* may be NULL if length is 0 */
	uint64_t offset_bytes; /* a multiple of the device's offset_alignment_bytes */
	uint32_t length; /* in elements; may be 0 */
};

struct gpu_launch {
	struct gpu_kernel *kernel;
	const struct gpu_binding *bindings; /* one for each of the kernel's arrays, in order */
	const uint32_t *scalars; /* one word for each of its scalars, in order */
	/* As in GPU_LAUNCH. 0, 0: one thread for each element of the first array, in
	 * blocks of PXOS_BLOCK_THREADS_DEFAULT. */
	uint32_t blocks;
	uint32_t threads;
	/* Steps that a block may spend; 0: the GPU's. */
	uint64_t step_budget;
	/* Cut into pieces of about this much GPU time, each handed to the GPU by
	 * itself. 0: uncut, but for what the device's limits and the drivers' own
	 * timeouts ask for (pieces of at most about 250 ms, none on a software GPU). */
	uint64_t slice_ns;
};

struct gpu_result {
	/* 0, GPU_E_BUDGET, GPU_E_LOST, GPU_E_NO_MEMORY or GPU_E_DRIVER. */
	int status;
	uint32_t line; /* GPU_E_BUDGET: line of the loop that went over it */
	/* GPU time from the end of the launch before it (or the start of its
	 * submission, if that is later) to its own end; what overlaps is thus
	 * counted once. 0 if it was not measured, see enum gpu_timing. */
	uint64_t gpu_ns;
	uint32_t slices; /* dispatches it was cut into; 0: it had nothing to run */
};

/*
 * gpu_launch_submit() - queue a launch; @launch and what it points to is copied.
 *
 * Waits only for the machine code (gpu_kernel_prepare() says how not to), and
 * for the oldest launch if GPU_LAUNCHES_KEPT are in flight. A launch may be held back
 * to go with others; gpu_launch_flush(), _poll() and _wait() hand it over.
 *
 * Return: 0, GPU_E_INVALID (bindings, block, length), GPU_E_BUDGET (known before it
 * runs), what gpu_kernel_prepare() returns but -EAGAIN, GPU_E_LOST, -ENOMEM.
 */
int gpu_launch_submit(struct gpu *gpu, const struct gpu_launch *launch, uint64_t *ret_seq,
		      struct gpu_error *reterr);

/* Hand everything over to the GPU. Never waits. */
void gpu_launch_flush(struct gpu *gpu);

/* Flush, and see how far the GPU is: every launch up to this number has finished. */
uint64_t gpu_launch_poll(struct gpu *gpu);

/*
 * gpu_launch_wait() - wait for a launch, and for all before it.
 * @timeout_ns: UINT64_MAX: until it has finished or the device is lost
 * @ret_result: set unless the launch has not finished; may be NULL
 *
 * Return: the launch's status, or GPU_E_TIMEOUT: not finished yet, GPU_E_FORGOTTEN.
 * The text of GPU_E_BUDGET is "step budget exceeded in kernel NAME, line N".
 */
int gpu_launch_wait(struct gpu *gpu, uint64_t seq, uint64_t timeout_ns,
		    struct gpu_result *ret_result, struct gpu_error *reterr);

/* Like gpu_launch_wait() for all that was submitted: the first failure among the launches
 * since the last call of this, or 0. @ret_seq: which one failed; may be NULL. */
int gpu_launch_wait_all(struct gpu *gpu, uint64_t timeout_ns, uint64_t *ret_seq,
			struct gpu_error *reterr);

/*
 * gpu_launch_arrays_apart() - may the kernel be one compiled with
 * PXOS_TARGET_ARRAYS_APART for these bindings?
 *
 * Return: true if no binding that the kernel writes overlaps another one.
 */
bool gpu_launch_arrays_apart(const struct pxos_kernel *kernel, const struct gpu_binding *bindings);

/*
 * gpu_launch_groups() - workgroups and threads a workgroup of @launch here; for
 * reports. Return: 0, GPU_E_INVALID.
 */
int gpu_launch_groups(const struct gpu_launch *launch, uint64_t *ret_groups,
		      uint32_t *ret_block_threads, struct gpu_error *reterr);

#endif
