// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Operations in order: queued here, recorded in batches, handed to the GPU.
 *
 *	1 … done_seq … recorded_seq … last_seq
 *	finished | in batches    | waiting for room in one
 *
 * Every operation (a launch; a fill or copy of a buffer's) has a slot in a ring
 * by its sequence number. It is recorded into the open batch, a command buffer
 * with a fence and some time stamps; a batch is submitted, runs, is found
 * finished by its fence, and its operations' results are filled in. Batches
 * finish in order, so done_seq says it all.
 *
 * Submitting costs the CPU more than recording does, and starting a submission
 * costs the GPU more than one small launch does: so a batch takes up to
 * QUEUE_BATCH_SEGMENTS operations. The first one after a pause goes at once;
 * while the caller goes on submitting, batches grow fourfold each time.
 * Polling, waiting and flushing hand over what is there.
 *
 * A lost device (or one that we declare lost) ends all that is queued or runs
 * as GPU_E_LOST, at once, and nothing is submitted to it again. A submission
 * that fails for any other reason counts as that, too: what came after it could
 * not be right.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include "pxos/limits.h"

#define QUEUE_SETS 256
#define QUEUE_SET_BUFFERS 2048

static struct op *op_at(struct queue *q, uint64_t seq)
{
	return &q->ops[seq % GPU_LAUNCHES_KEPT];
}

static struct batch *batch_at(struct queue *q, uint64_t number)
{
	return &q->batches[number % QUEUE_BATCHES];
}

struct op_body *op_body_new(uint32_t n_bindings, uint32_t n_args)
{
	struct op_body *body;

	body = malloc(sizeof(*body) + n_bindings * sizeof(*body->bindings) +
		      n_args * sizeof(*body->args));
	if (!body)
		return NULL;
	*body = (struct op_body){
		.n_bindings = n_bindings,
		.n_args = n_args,
		.bindings = (struct op_binding *)(body + 1),
	};
	body->args = (uint32_t *)(body->bindings + n_bindings);
	return body;
}

/* ------------------------------------------------------------------- finishing */

static void op_finish(struct gpu *gpu, struct op *op)
{
	free(op->body);
	op->body = NULL;
	pipeline_unref(gpu, op->pipeline);
	op->pipeline = NULL;
	op->kernel = gpu_kernel_free(op->kernel);
	op->done = true;
}

/* What the kernel said about its step budget. */
static void op_read_status(struct gpu *gpu, struct op *op)
{
	const struct queue *q = &gpu->queue;
	const struct pxos_kernel *kernel = &op->kernel->kernel;
	uint32_t status;

	memcpy(&status,
	       (char *)q->status_copy->map + (size_t)op->status_slot * q->status_stride_bytes,
	       sizeof(status));
	if (!status)
		return;
	op->result.status = GPU_E_BUDGET;
	/* Written by a kernel of a guest: an index like any other. */
	op->result.line = status <= kernel->n_lines ? kernel->lines[status - 1] : kernel->line;
	if (asprintf(&op->text, "step budget exceeded in kernel %s, line %u", kernel->name,
		     op->result.line) < 0)
		op->text = NULL;
}

void queue_lose(struct gpu *gpu)
{
	struct queue *q = &gpu->queue;

	if (!gpu->lost)
		gpu_log(gpu, LOG_ERR, "GPU %s is lost; %llu operations were under way",
			gpu->info.name, (unsigned long long)(q->last_seq - q->done_seq));
	gpu->lost = true;
	while (q->done_seq < q->last_seq) {
		struct op *op = op_at(q, ++q->done_seq);

		op->result.status = GPU_E_LOST;
		op_finish(gpu, op);
	}
	q->recorded_seq = q->last_seq;
	q->first_batch = q->next_batch;
	for (int i = 0; i < QUEUE_BATCHES; i++)
		q->batches[i].state = BATCH_FREE;
	buffer_reap(gpu);
}

/* As if it were lost; but it may go on running what we let go of. */
void queue_give_up(struct gpu *gpu)
{
	gpu->leak = true;
	queue_lose(gpu);
}

/* What a driver's answer means for all that is under way. */
static void queue_fail(struct gpu *gpu, VkResult result)
{
	if (result == VK_ERROR_DEVICE_LOST) {
		queue_lose(gpu);
		return;
	}
	gpu_log(gpu, LOG_ERR, "the GPU driver refuses work (VkResult %d)", result);
	queue_give_up(gpu);
}

/* Ticks between two time stamps of which only some bits count; 0 if they run backwards. */
static uint64_t ticks_between(const struct gpu *gpu, uint64_t from, uint64_t to)
{
	unsigned bits = gpu->caps.timestamp_bits;
	uint64_t mask = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
	uint64_t ticks = (to - from) & mask;

	return ticks > mask / 2 ? 0 : ticks;
}

static void batch_times(struct gpu *gpu, struct batch *batch, uint64_t *ret_ns)
{
	uint64_t stamps[QUEUE_BATCH_SEGMENTS + 1], from;
	struct queue *q = &gpu->queue;
	uint32_t n = batch->n_segments + 1;

	memset(ret_ns, 0, batch->n_segments * sizeof(*ret_ns));
	if (!batch->stamped ||
	    gpu->vk.vkGetQueryPoolResults(gpu->device, q->queries, batch->query, n,
					  n * sizeof(*stamps), stamps, sizeof(*stamps),
					  VK_QUERY_RESULT_64_BIT))
		return;
	/* Its start may have been stamped while the batch before was still running. */
	from = stamps[0];
	if (q->has_last_ticks && ticks_between(gpu, from, q->last_ticks))
		from = q->last_ticks;
	for (uint32_t i = 0; i < batch->n_segments; i++) {
		uint64_t ticks = ticks_between(gpu, from, stamps[i + 1]);

		ret_ns[i] = (uint64_t)((double)ticks * gpu->caps.timestamp_ns);
		if (ticks)
			from = stamps[i + 1];
	}
	q->last_ticks = from;
	q->has_last_ticks = true;
}

static void batch_finish(struct gpu *gpu, struct batch *batch)
{
	struct queue *q = &gpu->queue;
	uint64_t ns[QUEUE_BATCH_SEGMENTS];

	batch_times(gpu, batch, ns);
	for (uint32_t i = 0; i < batch->n_segments; i++) {
		const struct segment *segment = &batch->segments[i];
		struct op *op = op_at(q, segment->seq);

		op->result.gpu_ns += ns[i];
		if (op->pipeline)
			plan_measured(op->pipeline, gpu->info.type, segment->groups, segment->steps,
				      ns[i]);
		if (!segment->last)
			continue;
		if (op->status_slot != UINT32_MAX)
			op_read_status(gpu, op);
		op_finish(gpu, op);
		q->done_seq = segment->seq;
	}
	q->status_free = batch->status_end;
	q->args_free = batch->args_end;
	batch->state = BATCH_FREE;
	q->first_batch++;
}

/* Finish every batch that the GPU has. */
static void queue_reap(struct gpu *gpu)
{
	struct queue *q = &gpu->queue;
	uint64_t done = q->done_seq;

	while (q->first_batch < q->next_batch) {
		struct batch *batch = batch_at(q, q->first_batch);
		VkResult result;

		if (batch->state != BATCH_RUNNING)
			break;
		result = gpu->vk.vkGetFenceStatus(gpu->device, batch->fence);
		if (result == VK_NOT_READY)
			break;
		if (result) {
			queue_fail(gpu, result);
			return;
		}
		batch_finish(gpu, batch);
	}
	if (gpu->dead && q->done_seq != done)
		buffer_reap(gpu);
}

/* --------------------------------------------------------------------- feeding */

static bool is_running(const struct queue *q)
{
	return q->first_batch < q->next_batch &&
	       q->batches[q->first_batch % QUEUE_BATCHES].state == BATCH_RUNNING;
}

static VkResult batch_create(struct gpu *gpu, struct batch *batch)
{
	const VkCommandPoolCreateInfo pool_info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
		.queueFamilyIndex = gpu->caps.queue_family,
	};
	const VkFenceCreateInfo fence_info = {
		.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO,
	};
	VkCommandBufferAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
		.commandBufferCount = 1,
	};
	VkResult result;

	result = gpu->vk.vkCreateCommandPool(gpu->device, &pool_info, NULL, &batch->pool);
	if (result)
		return result;
	info.commandPool = batch->pool;
	result = gpu->vk.vkAllocateCommandBuffers(gpu->device, &info, &batch->commands);
	if (result)
		return result;
	return gpu->vk.vkCreateFence(gpu->device, &fence_info, NULL, &batch->fence);
}

static VkResult batch_create_sets(struct gpu *gpu, struct batch *batch)
{
	const VkDescriptorPoolSize sizes[] = {
		{ VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, QUEUE_SET_BUFFERS },
		{ VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, QUEUE_SETS },
	};
	const VkDescriptorPoolCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
		.maxSets = QUEUE_SETS,
		.poolSizeCount = 2,
		.pPoolSizes = sizes,
	};

	return gpu->vk.vkCreateDescriptorPool(gpu->device, &info, NULL, &batch->sets);
}

/* The batch to record @op into, or NULL: all are running, or the device is lost. */
static struct batch *batch_open(struct gpu *gpu, const struct op *op)
{
	struct queue *q = &gpu->queue;
	struct batch *batch = batch_at(q, q->next_batch);
	VkResult result;

	if (batch->state == BATCH_OPEN)
		return batch;
	if (batch->state == BATCH_RUNNING)
		return NULL;
	result = batch->fence ? gpu->vk.vkResetFences(gpu->device, 1, &batch->fence)
			      : batch_create(gpu, batch);
	if (!result && !gpu->caps.push_descriptor && !batch->sets)
		result = batch_create_sets(gpu, batch);
	if (!result)
		result = record_begin(gpu, batch, op);
	if (result) {
		queue_fail(gpu, result);
		return NULL;
	}
	batch->state = BATCH_OPEN;
	return batch;
}

static void batch_submit(struct gpu *gpu)
{
	struct queue *q = &gpu->queue;
	struct batch *batch = batch_at(q, q->next_batch);
	const VkSubmitInfo info = {
		.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
		.commandBufferCount = 1,
		.pCommandBuffers = &batch->commands,
	};
	VkResult result;

	result = record_end(gpu, batch);
	if (!result && q->lose) {
		gpu->vk.vkDeviceWaitIdle(gpu->device); /* a device that is lost is idle */
		result = VK_ERROR_DEVICE_LOST;
	}
	if (!result)
		result = gpu->vk.vkQueueSubmit(gpu->vk_queue, 1, &info, batch->fence);
	if (result) {
		queue_fail(gpu, result);
		return;
	}
	batch->state = BATCH_RUNNING;
	q->next_batch++;
	q->batch_segments =
		(uint32_t)min_u64(UINT64_C(4) * q->batch_segments, QUEUE_BATCH_SEGMENTS);
}

/* Record one operation. Return: false if nothing more can be done for now. */
static bool queue_record(struct gpu *gpu, uint64_t seq)
{
	struct queue *q = &gpu->queue;
	struct op *op = op_at(q, seq);
	struct batch *batch;
	bool was_empty;

	batch = batch_open(gpu, op);
	if (!batch)
		return false;
	was_empty = !batch->n_segments;
	switch (record_op(gpu, batch, op, seq)) {
	case RECORD_WHOLE:
		free(op->body);
		op->body = NULL;
		q->recorded_seq = seq;
		if (batch->n_segments >= q->batch_segments)
			batch_submit(gpu);
		return true;
	case RECORD_PART:
		batch_submit(gpu);
		return true;
	case RECORD_FULL:
		if (was_empty) {
			gpu_log(gpu, LOG_ERR, "the GPU driver is out of descriptors");
			queue_give_up(gpu);
			return false;
		}
		batch_submit(gpu);
		return true;
	case RECORD_STALL:
		if (!was_empty)
			batch_submit(gpu);
		return false;
	}
	return false;
}

void queue_pump(struct gpu *gpu, bool flush)
{
	struct queue *q = &gpu->queue;

	if (flush || batch_at(q, q->next_batch)->state != BATCH_OPEN)
		queue_reap(gpu);
	while (q->recorded_seq < q->last_seq)
		if (!queue_record(gpu, q->recorded_seq + 1))
			break;
	if (!flush || gpu->lost)
		return;
	if (batch_at(q, q->next_batch)->state == BATCH_OPEN &&
	    batch_at(q, q->next_batch)->n_segments)
		batch_submit(gpu);
	else if (!is_running(q))
		q->batch_segments = 1; /* a pause: the next one goes at once */
}

int queue_add(struct gpu *gpu, const struct op *op, uint64_t *ret_seq, struct gpu_error *reterr)
{
	struct queue *q = &gpu->queue;
	struct op *slot;
	uint64_t seq;

	while (!gpu->lost && q->last_seq - q->done_seq >= GPU_LAUNCHES_KEPT)
		queue_wait(gpu, q->done_seq + 1, UINT64_MAX);
	if (gpu->lost) {
		struct op dropped = *op;

		op_finish(gpu, &dropped);
		return gpu_fail_lost(reterr);
	}

	seq = ++q->last_seq;
	slot = op_at(q, seq);
	free(slot->text);
	*slot = *op;
	slot->done = false;
	slot->text = NULL;
	slot->status_slot = UINT32_MAX;
	slot->result = (struct gpu_result){ 0 };
	for (uint32_t i = 0; i < op->body->n_bindings; i++)
		op->body->bindings[i].buffer->last_seq = seq;
	*ret_seq = seq;
	queue_pump(gpu, false);
	return 0;
}

/* --------------------------------------------------------------------- waiting */

/* The batch whose end a waiter for @seq has to see next. */
static struct batch *batch_for(struct queue *q, uint64_t seq)
{
	for (uint64_t i = q->first_batch; i < q->next_batch; i++) {
		struct batch *batch = batch_at(q, i);
		const struct segment *last = &batch->segments[batch->n_segments - 1];

		if (last->seq > seq || (last->seq == seq && last->last))
			return batch;
	}
	/* Not recorded to its end: the oldest makes room. */
	return batch_at(q, q->first_batch);
}

static VkResult fence_wait(struct gpu *gpu, VkFence fence, uint64_t timeout_ns)
{
	uint64_t spin = min_u64(gpu->options.spin_ns, timeout_ns), start;
	VkResult result;

	if (spin) {
		start = gpu_now_ns();
		do {
			result = gpu->vk.vkGetFenceStatus(gpu->device, fence);
			if (result != VK_NOT_READY)
				return result;
		} while (gpu_now_ns() - start < spin);
		timeout_ns -= spin;
	}
	return gpu->vk.vkWaitForFences(gpu->device, 1, &fence, VK_TRUE, timeout_ns);
}

int queue_wait(struct gpu *gpu, uint64_t seq, uint64_t timeout_ns)
{
	struct queue *q = &gpu->queue;
	uint64_t start = gpu_now_ns();

	queue_pump(gpu, true);
	while (q->done_seq < seq) {
		uint64_t passed = gpu_now_ns() - start;
		VkResult result;

		if (!is_running(q)) { /* nothing runs, and nothing can be recorded: our bug */
			gpu_log(gpu, LOG_CRIT, "the launch queue stands still");
			queue_give_up(gpu);
			break;
		}
		if (passed >= timeout_ns && timeout_ns)
			return GPU_E_TIMEOUT;
		result = fence_wait(gpu, batch_for(q, seq)->fence,
				    timeout_ns == UINT64_MAX ? UINT64_MAX
				    : timeout_ns	     ? timeout_ns - passed
							     : 0);
		if (result == VK_TIMEOUT)
			return GPU_E_TIMEOUT;
		if (result) {
			queue_fail(gpu, result);
			break;
		}
		queue_pump(gpu, true);
	}
	return 0;
}

/* ------------------------------------------------------------------- lifecycle */

static int queue_buffers(struct gpu *gpu, struct gpu_error *reterr)
{
	struct queue *q = &gpu->queue;
	int r;

	q->status_stride_bytes = (uint32_t)max_u64(16, gpu->info.offset_alignment_bytes);
	r = gpu_buffer_new(gpu, GPU_BUFFER_DEVICE,
			   (uint64_t)QUEUE_STATUS_SLOTS * q->status_stride_bytes, &q->status,
			   reterr);
	if (!r)
		r = gpu_buffer_new(gpu, GPU_BUFFER_HOST,
				   (uint64_t)QUEUE_STATUS_SLOTS * q->status_stride_bytes,
				   &q->status_copy, reterr);
	if (!r)
		r = gpu_buffer_new(gpu, GPU_BUFFER_HOST, QUEUE_ARGS_BYTES, &q->args, reterr);
	if (!r)
		r = gpu_buffer_new(gpu, GPU_BUFFER_DEVICE, 256, &gpu->zeros, reterr);
	return r;
}

int queue_init(struct gpu *gpu, struct gpu_error *reterr)
{
	const VkQueryPoolCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
		.queryType = VK_QUERY_TYPE_TIMESTAMP,
		.queryCount = QUEUE_BATCHES * (QUEUE_BATCH_SEGMENTS + 1),
	};
	struct queue *q = &gpu->queue;
	VkResult result;

	q->epoch = 1;
	q->batch_segments = 1;
	q->ops = calloc(GPU_LAUNCHES_KEPT, sizeof(*q->ops));
	if (!q->ops)
		return gpu_fail(reterr, -ENOMEM, "out of memory for the launch queue");
	for (uint32_t i = 0; i < QUEUE_BATCHES; i++) {
		struct batch *batch = &q->batches[i];

		batch->query = i * (QUEUE_BATCH_SEGMENTS + 1);
		batch->used_queries = QUEUE_BATCH_SEGMENTS + 1;
		batch->segments = calloc(QUEUE_BATCH_SEGMENTS, sizeof(*batch->segments));
		batch->bound_bindings = calloc(PXOS_ARRAYS_MAX, sizeof(*batch->bound_bindings));
		if (!batch->segments || !batch->bound_bindings)
			return gpu_fail(reterr, -ENOMEM, "out of memory for the launch queue");
	}
	if (gpu->info.timestamps && gpu->options.timing != GPU_TIMING_NEVER) {
		result = gpu->vk.vkCreateQueryPool(gpu->device, &info, NULL, &q->queries);
		if (result)
			return gpu_fail_vk(gpu, reterr, result, "making time stamps");
	}
	return queue_buffers(gpu, reterr);
}

bool queue_drain(struct gpu *gpu, uint64_t timeout_ns)
{
	return queue_wait(gpu, gpu->queue.last_seq, timeout_ns) == 0;
}

/* The GPU has finished, or is lost. */
void queue_deinit(struct gpu *gpu)
{
	struct queue *q = &gpu->queue;

	gpu_buffer_free(q->status);
	gpu_buffer_free(q->status_copy);
	gpu_buffer_free(q->args);
	for (int i = 0; i < QUEUE_BATCHES; i++) {
		struct batch *batch = &q->batches[i];

		gpu->vk.vkDestroyDescriptorPool(gpu->device, batch->sets, NULL);
		gpu->vk.vkDestroyFence(gpu->device, batch->fence, NULL);
		gpu->vk.vkDestroyCommandPool(gpu->device, batch->pool, NULL);
		free(batch->segments);
		free(batch->bound_bindings);
	}
	gpu->vk.vkDestroyQueryPool(gpu->device, q->queries, NULL);
	for (int i = 0; q->ops && i < GPU_LAUNCHES_KEPT; i++)
		free(q->ops[i].text);
	free(q->ops);
}
