// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Buffers: memory with an owner, and its place in the order of things.
 *
 * A buffer knows the last operation that uses it. Freed while that one is under
 * way, it goes to a list and is destroyed, and its charge given back, when the
 * operation has finished; except imported ones, whose memory is the caller's to
 * unmap once gpu_buffer_free() is back. If memory or quota is short, a new
 * buffer first waits for those in the list.
 *
 * Fresh memory is cleared in order with launches, by a fill: mapped memory by
 * the CPU. Slots of a chunk are cleared each time that they are handed out.
 *
 * Where CPU and GPU share one memory, all of it is mapped, and the CPU copies.
 * Copies to and from memory that is not mapped go through a staging buffer of
 * two halves: while the GPU copies one, the CPU copies the other. A write
 * returns when its data is in staging; what the GPU does later with it is in
 * order with all the rest.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define STAGING_HALF_BYTES (UINT64_C(4) << 20)
/* How long freeing an imported buffer waits for the GPU. */
#define IMPORT_FREE_NS (10 * GPU_NS_PER_S)

static void buffer_destroy(struct gpu *gpu, struct gpu_buffer *buffer)
{
	if (buffer->chunk)
		memory_slot_drop(gpu, buffer->chunk, buffer->slot);
	else
		memory_deinit(gpu, &buffer->memory);
	free(buffer);
}

void buffer_reap(struct gpu *gpu)
{
	struct gpu_buffer **link = &gpu->dead;

	if (gpu->leak)
		return;
	while (*link) {
		struct gpu_buffer *buffer = *link;

		if (buffer->last_seq > gpu->queue.done_seq) {
			link = &buffer->next_dead;
			continue;
		}
		*link = buffer->next_dead;
		buffer_destroy(gpu, buffer);
	}
}

/* Wait until freed buffers are gone. Return: false if there were none. */
static bool buffer_reap_wait(struct gpu *gpu)
{
	uint64_t seq = 0;

	if (!gpu->dead || gpu->leak)
		return false;
	for (struct gpu_buffer *buffer = gpu->dead; buffer; buffer = buffer->next_dead)
		seq = max_u64(seq, buffer->last_seq);
	queue_wait(gpu, seq, UINT64_MAX);
	return true;
}

static int buffer_take_memory(struct gpu *gpu, struct gpu_buffer *buffer, struct gpu_error *reterr)
{
	enum memory_class class = buffer->kind == GPU_BUFFER_DEVICE ? MEMORY_DEVICE : MEMORY_HOST;
	int r;

	if (buffer->bound_bytes > UINT64_C(1) << MEMORY_SLOT_SHIFT_MAX) {
		r = memory_new(gpu, class, buffer->bound_bytes, &buffer->memory, reterr);
		if (r)
			return r;
		buffer->vk = buffer->memory.buffer;
		buffer->map = buffer->memory.map;
		return 0;
	}
	r = memory_slot_take(gpu, class, buffer->bound_bytes, &buffer->chunk, &buffer->slot,
			     reterr);
	if (r)
		return r;
	buffer->vk = buffer->chunk->memory.buffer;
	buffer->vk_offset_bytes = (uint64_t)buffer->slot * buffer->chunk->slot_bytes;
	if (buffer->chunk->memory.map)
		buffer->map = (char *)buffer->chunk->memory.map + buffer->vk_offset_bytes;
	return 0;
}

/* Queue a fill or a copy; @from is NULL for a fill. */
static int transfer(struct gpu *gpu, struct gpu_buffer *from, uint64_t from_offset,
		    struct gpu_buffer *to, uint64_t to_offset, uint64_t bytes, uint64_t *ret_seq,
		    struct gpu_error *reterr)
{
	struct op op = { .kind = from ? OP_COPY : OP_FILL };
	uint32_t n = 0;

	op.body = op_body_new(2, 0);
	if (!op.body)
		return gpu_fail(reterr, -ENOMEM, "out of memory for a copy");
	if (from)
		op.body->bindings[n++] = (struct op_binding){ .buffer = from, .reads = true };
	op.body->bindings[n++] = (struct op_binding){ .buffer = to, .writes = true };
	op.body->n_bindings = n;
	op.body->copy = (VkBufferCopy){
		.srcOffset = from ? from->vk_offset_bytes + from_offset : 0,
		.dstOffset = to->vk_offset_bytes + to_offset,
		.size = bytes,
	};
	return queue_add(gpu, &op, ret_seq, reterr);
}

static int buffer_clear(struct gpu *gpu, struct gpu_buffer *buffer, struct gpu_error *reterr)
{
	uint64_t seq;

	if (buffer->map) {
		memset(buffer->map, 0, buffer->bound_bytes);
		return 0;
	}
	return transfer(gpu, NULL, 0, buffer, 0, buffer->bound_bytes, &seq, reterr);
}

static struct gpu_buffer *buffer_alloc(struct gpu *gpu, enum gpu_buffer_kind kind, uint64_t bytes)
{
	struct gpu_buffer *buffer;

	buffer = calloc(1, sizeof(*buffer));
	if (buffer) {
		buffer->gpu = gpu;
		buffer->kind = kind;
		buffer->bytes = bytes;
		buffer->bound_bytes = round_up(bytes, 4);
		buffer->hazard = &buffer->own_hazard;
	}
	return buffer;
}

static int buffer_check(struct gpu *gpu, uint64_t bytes, struct gpu_error *reterr)
{
	if (gpu->lost)
		return gpu_fail_lost(reterr);
	if (bytes > gpu->info.buffer_bytes_max - 4)
		return gpu_fail(reterr, GPU_E_INVALID,
				"a buffer of %" PRIu64 " bytes is more than this GPU's %" PRIu64
				": use several",
				bytes, gpu->info.buffer_bytes_max);
	return 0;
}

int gpu_buffer_new(struct gpu *gpu, enum gpu_buffer_kind kind, uint64_t bytes,
		   struct gpu_buffer **ret_buffer, struct gpu_error *reterr)
{
	struct gpu_buffer *buffer;
	int r;

	if (kind != GPU_BUFFER_DEVICE && kind != GPU_BUFFER_HOST)
		return gpu_fail(reterr, -EINVAL, "no such kind of buffer");
	r = buffer_check(gpu, bytes, reterr);
	if (r)
		return r;
	buffer = buffer_alloc(gpu, kind, bytes);
	if (!buffer)
		return gpu_fail(reterr, -ENOMEM, "out of memory for a buffer");
	if (bytes) {
		r = buffer_take_memory(gpu, buffer, reterr);
		if ((r == GPU_E_REFUSED || r == GPU_E_NO_MEMORY) && buffer_reap_wait(gpu))
			r = buffer_take_memory(gpu, buffer, reterr);
		if (r) {
			free(buffer);
			return r;
		}
		r = buffer_clear(gpu, buffer, reterr);
		if (r) {
			gpu_buffer_free(buffer);
			return r;
		}
	}
	*ret_buffer = buffer;
	return 0;
}

int gpu_buffer_import(struct gpu *gpu, void *memory, uint64_t bytes, struct gpu_buffer **ret_buffer,
		      struct gpu_error *reterr)
{
	uint32_t alignment = gpu->info.import_alignment_bytes;
	struct gpu_buffer *buffer;
	int r;

	r = buffer_check(gpu, bytes, reterr);
	if (r)
		return r;
	if (!alignment)
		return gpu_fail(reterr, GPU_E_UNFIT,
				"%.64s cannot use host memory in place: copy instead",
				gpu->info.name);
	if (!bytes || (uintptr_t)memory % alignment || bytes % alignment)
		return gpu_fail(reterr, GPU_E_INVALID,
				"host memory at %p, %" PRIu64
				" bytes, cannot be imported: this GPU "
				"wants multiples of %u",
				memory, bytes, alignment);
	buffer = buffer_alloc(gpu, GPU_BUFFER_IMPORTED, bytes);
	if (!buffer)
		return gpu_fail(reterr, -ENOMEM, "out of memory for a buffer");
	r = memory_import(gpu, memory, bytes, &buffer->memory, reterr);
	if (r) {
		free(buffer);
		return r;
	}
	buffer->vk = buffer->memory.buffer;
	buffer->map = memory;
	buffer->hazard = &gpu->import_hazard;
	*ret_buffer = buffer;
	return 0;
}

struct gpu_buffer *gpu_buffer_free(struct gpu_buffer *buffer)
{
	struct gpu *gpu;

	if (!buffer)
		return NULL;
	gpu = buffer->gpu;
	if (buffer->kind == GPU_BUFFER_IMPORTED && gpu_buffer_busy(buffer) &&
	    queue_wait(gpu, buffer->last_seq, IMPORT_FREE_NS) == GPU_E_TIMEOUT) {
		gpu_log(gpu, LOG_ERR, "GPU %s does not finish: given up", gpu->info.name);
		queue_give_up(gpu);
	}
	buffer->next_dead = gpu->dead;
	gpu->dead = buffer;
	buffer_reap(gpu);
	return NULL;
}

uint64_t gpu_buffer_bytes(const struct gpu_buffer *buffer)
{
	return buffer->bytes;
}

enum gpu_buffer_kind gpu_buffer_get_kind(const struct gpu_buffer *buffer)
{
	return buffer->kind;
}

void *gpu_buffer_map(struct gpu_buffer *buffer)
{
	return buffer->kind == GPU_BUFFER_DEVICE ? NULL : buffer->map;
}

bool gpu_buffer_busy(struct gpu_buffer *buffer)
{
	if (buffer->last_seq > buffer->gpu->queue.done_seq)
		queue_pump(buffer->gpu, true);
	return buffer->last_seq > buffer->gpu->queue.done_seq;
}

/* -------------------------------------------------------------------- copying */

static int copy_check(struct gpu_buffer *buffer, uint64_t offset, uint64_t bytes,
		      struct gpu_error *reterr)
{
	if (buffer->gpu->lost)
		return gpu_fail_lost(reterr);
	if (offset > buffer->bytes || bytes > buffer->bytes - offset)
		return gpu_fail(reterr, GPU_E_INVALID,
				"%" PRIu64 " bytes at %" PRIu64 " are outside a buffer of %" PRIu64
				" bytes",
				bytes, offset, buffer->bytes);
	return 0;
}

static int staging_get(struct gpu *gpu, struct gpu_error *reterr)
{
	if (gpu->staging)
		return 0;
	return gpu_buffer_new(gpu, GPU_BUFFER_HOST, 2 * STAGING_HALF_BYTES, &gpu->staging, reterr);
}

static char *staging_half(struct gpu *gpu, unsigned half)
{
	return (char *)gpu->staging->map + half * STAGING_HALF_BYTES;
}

int gpu_buffer_write(struct gpu_buffer *buffer, uint64_t offset, const void *data, uint64_t bytes,
		     struct gpu_error *reterr)
{
	struct gpu *gpu = buffer->gpu;
	uint64_t done = 0;
	int r;

	r = copy_check(buffer, offset, bytes, reterr);
	if (r || !bytes)
		return r;
	if (buffer->map) {
		queue_wait(gpu, buffer->last_seq, UINT64_MAX);
		if (gpu->lost)
			return gpu_fail_lost(reterr);
		memcpy((char *)buffer->map + offset, data, bytes);
		return 0;
	}
	r = staging_get(gpu, reterr);
	for (unsigned half = 0; !r && done < bytes; half ^= 1) {
		uint64_t piece = min_u64(STAGING_HALF_BYTES, bytes - done);

		queue_wait(gpu, gpu->staging_seq[half], UINT64_MAX);
		memcpy(staging_half(gpu, half), (const char *)data + done, piece);
		r = transfer(gpu, gpu->staging, half * STAGING_HALF_BYTES, buffer, offset + done,
			     piece, &gpu->staging_seq[half], reterr);
		/* Let it run while the next piece is filled in. */
		if (!r && bytes > STAGING_HALF_BYTES)
			queue_pump(gpu, true);
		done += piece;
	}
	return r;
}

int gpu_buffer_read(struct gpu_buffer *buffer, uint64_t offset, void *data, uint64_t bytes,
		    struct gpu_error *reterr)
{
	struct gpu *gpu = buffer->gpu;
	uint64_t asked = 0, done = 0;
	unsigned half = 0;
	int r;

	r = copy_check(buffer, offset, bytes, reterr);
	if (r || !bytes)
		return r;
	if (buffer->map) {
		queue_wait(gpu, buffer->last_seq, UINT64_MAX);
		if (gpu->lost)
			return gpu_fail_lost(reterr);
		memcpy(data, (const char *)buffer->map + offset, bytes);
		return 0;
	}
	r = staging_get(gpu, reterr);
	/* One piece is asked for ahead of the one that is awaited. */
	while (!r && done < bytes) {
		uint64_t piece;

		while (!r && asked < bytes && asked < done + 2 * STAGING_HALF_BYTES) {
			unsigned to = (unsigned)(asked / STAGING_HALF_BYTES) & 1;

			piece = min_u64(STAGING_HALF_BYTES, bytes - asked);
			r = transfer(gpu, buffer, offset + asked, gpu->staging,
				     to * STAGING_HALF_BYTES, piece, &gpu->staging_seq[to], reterr);
			asked += piece;
		}
		if (r)
			break;
		queue_wait(gpu, gpu->staging_seq[half], UINT64_MAX);
		if (gpu->lost)
			return gpu_fail_lost(reterr);
		piece = min_u64(STAGING_HALF_BYTES, bytes - done);
		memcpy((char *)data + done, staging_half(gpu, half), piece);
		done += piece;
		half ^= 1;
	}
	return r;
}
