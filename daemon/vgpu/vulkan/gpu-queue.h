/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gpu-queue.h - operations in order, batched into command buffers; private to
 * this folder. The theory is in gpu-queue.c.
 */
#ifndef GPU_QUEUE_H
#define GPU_QUEUE_H

#include "daemon/vgpu/vulkan/gpu-private.h"

#define QUEUE_BATCHES 32
#define QUEUE_BATCH_SEGMENTS 512
#define QUEUE_STATUS_SLOTS 4096
#define QUEUE_ARGS_BYTES (256u << 10)

enum op_kind {
	OP_LAUNCH,
	OP_FILL, /* with zeros */
	OP_COPY,
};

struct op_binding {
	struct gpu_buffer *buffer; /* NULL: the zeros */
	VkDescriptorBufferInfo info;
	bool reads;
	bool writes;
};

/* What is needed until an operation is recorded; then it is freed. */
struct op_body {
	struct plan plan;
	uint64_t slice_ns;
	uint64_t next_group;
	uint32_t n_args;
	uint32_t n_bindings;
	bool started; /* its barrier, status slot and arguments are there */
	VkDeviceSize args_offset; /* in the uniform ring */
	VkBufferCopy copy; /* OP_FILL: dstOffset and size only */
	uint32_t *args; /* both in the same allocation */
	struct op_binding *bindings;
};

struct op {
	enum op_kind kind;
	bool done;
	uint32_t status_slot; /* UINT32_MAX: none */
	struct gpu_kernel *kernel; /* until done */
	struct pipeline *pipeline; /* until done */
	struct op_body *body;
	struct gpu_result result;
	char *text; /* of a failure, or NULL */
};

/* A part of an operation in one batch; all of it, mostly. */
struct segment {
	uint64_t seq;
	uint64_t groups;
	double steps; /* to learn from what it took */
	bool last;
};

enum batch_state {
	BATCH_FREE,
	BATCH_OPEN, /* being recorded */
	BATCH_RUNNING,
};

struct batch {
	enum batch_state state;
	VkCommandPool pool;
	VkCommandBuffer commands;
	VkFence fence;
	VkDescriptorPool sets; /* only without push descriptors */
	uint32_t query; /* the first of its time stamps */
	uint32_t used_queries; /* to be reset before their next use */
	bool stamped; /* it has time stamps */
	struct segment *segments;
	uint32_t n_segments;
	uint64_t ns; /* what it is thought to take */
	bool host_reads; /* something that the host may read is written */
	/* Positions in the rings that are free once this has run. */
	uint64_t status_from;
	uint64_t status_end;
	uint64_t args_end;
	/* What is bound, so that it is not bound again. */
	struct pipeline *bound;
	struct op_binding *bound_bindings;
	uint32_t n_bound;
};

struct queue {
	struct op *ops; /* seq % GPU_LAUNCHES_KEPT */
	uint64_t last_seq; /* given out */
	uint64_t recorded_seq; /* in batches, wholly */
	uint64_t done_seq;
	uint64_t checked_seq; /* gpu_launch_wait_all() has looked this far */

	struct batch batches[QUEUE_BATCHES];
	uint64_t first_batch; /* oldest running one, counted from 0, % QUEUE_BATCHES */
	uint64_t next_batch; /* the open one, or the next to open */
	uint32_t batch_segments; /* a batch is handed over at so many; grows while busy */

	uint64_t epoch; /* barriers so far, plus one */
	bool transfers; /* since the last barrier */
	VkQueryPool queries; /* VK_NULL_HANDLE: no time stamps */
	uint64_t last_ticks; /* when the last operation ended */
	bool has_last_ticks;

	/*
	 * Rings, by positions that only grow. Status slots are written by kernels in GPU
	 * memory and copied out at the end of the batch; arguments are a uniform buffer.
	 * next: to be taken; mark: wholly recorded operations reach up to here; free:
	 * finished ones do, and what lies below may be taken again.
	 */
	struct gpu_buffer *status;
	struct gpu_buffer *status_copy;
	uint32_t status_stride_bytes;
	uint64_t status_next, status_mark, status_free; /* in slots */
	struct gpu_buffer *args;
	uint64_t args_next, args_mark, args_free; /* in bytes */

	/* Tests: the next submission, or wait, finds the device lost. */
	bool lose;
};

int queue_init(struct gpu *gpu, struct gpu_error *reterr);
/* Return: false if the GPU did not come to an end in time. */
bool queue_drain(struct gpu *gpu, uint64_t timeout_ns);
void queue_deinit(struct gpu *gpu);

struct op_body *op_body_new(uint32_t n_bindings, uint32_t n_args);
/*
 * queue_add() - append an operation and hand over what is due. Takes over op->body and
 * the references in op->kernel and op->pipeline, also on failure.
 *
 * Return: 0, GPU_E_LOST.
 */
int queue_add(struct gpu *gpu, const struct op *op, uint64_t *ret_seq, struct gpu_error *reterr);
/* See what has finished and record what fits; @flush: hand over also what would be held back. */
void queue_pump(struct gpu *gpu, bool flush);
/* Return: 0, GPU_E_TIMEOUT. A lost device ends every wait. */
int queue_wait(struct gpu *gpu, uint64_t seq, uint64_t timeout_ns);
/* Everything under way ends as lost; nothing is ever submitted again. */
void queue_lose(struct gpu *gpu);
void queue_give_up(struct gpu *gpu);

/* ------------------------------------------------------------- gpu-record.c */

enum record {
	RECORD_WHOLE,
	RECORD_PART, /* the batch is to be handed over; call again with the next one */
	RECORD_FULL, /* nothing was recorded, otherwise the same */
	RECORD_STALL, /* likewise, and a batch must finish before */
};

VkResult record_begin(struct gpu *gpu, struct batch *batch, const struct op *op);
enum record record_op(struct gpu *gpu, struct batch *batch, struct op *op, uint64_t seq);
VkResult record_end(struct gpu *gpu, struct batch *batch);

#endif
