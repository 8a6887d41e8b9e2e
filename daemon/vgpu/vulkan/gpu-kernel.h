/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gpu-kernel.h - a compiled kernel, loaded into a GPU.
 *
 * Loading copies the kernel and calls no driver. Machine code is made when a
 * launch first needs it, for its block size and with or without step checks: in a
 * thread of its own, under a watchdog, kept in memory for every kernel of the
 * same words, and on disk where gpu_options.cache_dir is set.
 */
#ifndef GPU_KERNEL_H
#define GPU_KERNEL_H

#include "daemon/vgpu/vulkan/gpu.h"

struct pxos_kernel;
struct gpu_kernel;
struct gpu_launch;

/*
 * gpu_kernel_new() - load @kernel; it is copied, its program may be freed.
 *
 * Return: 0, GPU_E_INVALID (it needs more than the device has: compiled for another
 * target), -ENOMEM.
 */
int gpu_kernel_new(struct gpu *gpu, const struct pxos_kernel *kernel,
		   struct gpu_kernel **ret_kernel, struct gpu_error *reterr);

/* May be called while launches of it are under way. Accepts NULL, returns NULL. */
struct gpu_kernel *gpu_kernel_free(struct gpu_kernel *kernel);

/* The copy; valid as long as @kernel. */
const struct pxos_kernel *gpu_kernel_get(const struct gpu_kernel *kernel);

/*
 * gpu_kernel_prepare() - have the machine code that @launch needs.
 * @launch: only kernel, scalars, bindings' lengths, blocks, threads and
 *	step_budget are looked at; bindings may be NULL if blocks is not 0
 * @timeout_ns: how long to wait; 0 starts the work and returns at once
 *
 * gpu_launch_submit() does this by itself and waits; who must not block calls this
 * with 0 first, and submits once it answers 0.
 *
 * Return: 0: ready. -EAGAIN: under way, ask again. GPU_E_TIMEOUT: the driver took longer than
 * compile_timeout_ns; it is abandoned and this kernel stays unusable on this
 * struct gpu. GPU_E_COMPILE, GPU_E_INVALID, GPU_E_BUDGET, GPU_E_NO_MEMORY, GPU_E_LOST, -ENOMEM.
 */
int gpu_kernel_prepare(const struct gpu_launch *launch, uint64_t timeout_ns,
		       struct gpu_error *reterr);

#endif
