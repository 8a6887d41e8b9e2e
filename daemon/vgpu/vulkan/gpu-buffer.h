/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gpu-buffer.h - memory that kernels read and write.
 *
 * Fresh memory reads 0, whoever had it before; imported memory is what its
 * owner left there. All calls are in order with launches: a write is seen by
 * every launch submitted after it, a read sees every launch submitted before it.
 */
#ifndef GPU_BUFFER_H
#define GPU_BUFFER_H

#include "daemon/vgpu/vulkan/gpu.h"

struct gpu_buffer;

enum gpu_buffer_kind {
	/* Memory of the GPU's own: fast for it, not mapped here. */
	GPU_BUFFER_DEVICE,
	/* Host memory, mapped here, that the GPU reaches over its bus. */
	GPU_BUFFER_HOST,
	/* Memory of the caller's, see gpu_buffer_import(). */
	GPU_BUFFER_IMPORTED,
};

/*
 * gpu_buffer_new() - allocate @bytes, all 0.
 * @kind: GPU_BUFFER_DEVICE or GPU_BUFFER_HOST
 * @bytes: 0 is allowed, and takes nothing
 *
 * Return: 0, GPU_E_NO_MEMORY, GPU_E_REFUSED, GPU_E_INVALID (more than the device's
 * buffer_bytes_max), GPU_E_LOST, GPU_E_DRIVER, -ENOMEM.
 */
int gpu_buffer_new(struct gpu *gpu, enum gpu_buffer_kind kind, uint64_t bytes,
		   struct gpu_buffer **ret_buffer, struct gpu_error *reterr);

/*
 * gpu_buffer_import() - let the GPU use the caller's memory in place.
 * @memory: page-aligned, in fact aligned to the device's import_alignment_bytes;
 *	an anonymous mapping or a MAP_SHARED mapping of a memfd, say. It must stay
 *	mapped until gpu_buffer_free() has returned.
 * @bytes: a multiple of the same alignment
 *
 * What the CPU writes there before a launch is submitted is seen by it; what it
 * wrote is seen by the CPU once gpu_launch_wait() says that it has finished.
 * Two imports of the same addresses are known to overlap; the same pages
 * mapped at two addresses are not: map them once.
 *
 * Return: as gpu_buffer_new(); GPU_E_INVALID if misaligned; GPU_E_UNFIT if the device
 * cannot import.
 */
int gpu_buffer_import(struct gpu *gpu, void *memory, uint64_t bytes, struct gpu_buffer **ret_buffer,
		      struct gpu_error *reterr);

/*
 * gpu_buffer_free() - give it back. May be called while launches that use it are
 * under way: its memory goes when they are done. Of an imported buffer the
 * call waits for them, since the memory is the caller's from then on; it does not
 * wait for ever: on a GPU that hangs for 10 s it declares the device lost, and such
 * memory must not be unmapped before gpu_close(). Accepts NULL, returns NULL.
 */
struct gpu_buffer *gpu_buffer_free(struct gpu_buffer *buffer);

uint64_t gpu_buffer_bytes(const struct gpu_buffer *buffer);
enum gpu_buffer_kind gpu_buffer_get_kind(const struct gpu_buffer *buffer);
/* GPU_BUFFER_HOST and GPU_BUFFER_IMPORTED: where it is mapped; else NULL. The caller
 * sees to it that no launch under way uses what it touches there. */
void *gpu_buffer_map(struct gpu_buffer *buffer);
/* Is a launch that uses it queued or under way? */
bool gpu_buffer_busy(struct gpu_buffer *buffer);

/*
 * gpu_buffer_write(), gpu_buffer_read() - copy between host memory and a buffer of any kind.
 * @offset, @bytes: any; the range must lie in the buffer
 *
 * They return when @data may be reused, or is filled: after every launch
 * submitted before has finished, if the buffer is one of its.
 *
 * Return: 0, GPU_E_INVALID (range), GPU_E_LOST, GPU_E_NO_MEMORY and GPU_E_REFUSED
 * (staging memory), GPU_E_DRIVER.
 */
int gpu_buffer_write(struct gpu_buffer *buffer, uint64_t offset, const void *data, uint64_t bytes,
		     struct gpu_error *reterr);
int gpu_buffer_read(struct gpu_buffer *buffer, uint64_t offset, void *data, uint64_t bytes,
		    struct gpu_error *reterr);

#endif
