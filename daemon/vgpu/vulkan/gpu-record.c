// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From operations to command buffers.
 *
 * Order: each operation sees what the ones before it wrote. Commands of a queue
 * only overlap where no barrier stands between them, so a barrier goes before
 * an operation that touches memory which another one, since the last barrier,
 * wrote, or that writes memory which one read. It is a full one (all memory,
 * all of compute and, where transfers took part, transfer): one barrier serves
 * all that follows, and drivers make little of narrower ones. "Since the last
 * barrier" is an epoch that every buffer remembers; all imported buffers share
 * one record, since they may be windows on the same pages. Barriers count
 * across batches: they go by the order of submission.
 *
 * At the end of a batch: status slots that its kernels may have written are
 * copied to host memory and cleared for the next user, and what the host may
 * read is made visible to it.
 *
 * Time: one stamp when a batch starts, one when each segment has ended. From an
 * end to the next is what an operation is charged, so that what overlaps is
 * counted once.
 *
 * A launch is cut where a batch has as much work as a slice should have, see
 * cut_groups(); dispatches in it are no longer than the device's own limit.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <assert.h>
#include <string.h>
#include "pxos/limits.h"

#define SHADER_ACCESS (VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT)
#define TRANSFER_ACCESS (VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT)

/* Threads that retry until nobody else was faster take time by the square of their
 * number: an NVIDIA H200 took 3 ms an operation for 16 workgroups of 256 on one word,
 * and 1.5 s for 512. So they go a few at a time, one lot after the other. */
#define SWAPPING_GROUPS 16

/* Drivers reset a GPU whose job takes 2 to 10 s; no piece comes near. */
#define RECORD_PIECE_NS UINT64_C(250000000)

static void barrier(struct gpu *gpu, struct batch *batch, VkPipelineStageFlags from,
		    VkAccessFlags from_access, VkPipelineStageFlags to, VkAccessFlags to_access)
{
	const VkMemoryBarrier info = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
		.srcAccessMask = from_access,
		.dstAccessMask = to_access,
	};

	gpu->vk.vkCmdPipelineBarrier(batch->commands, from, to, 0, 1, &info, 0, NULL, 0, NULL);
}

static void barrier_all(struct gpu *gpu, struct batch *batch, bool transfer_follows)
{
	struct queue *q = &gpu->queue;
	VkPipelineStageFlags stages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
	VkAccessFlags from = VK_ACCESS_SHADER_WRITE_BIT, to = SHADER_ACCESS;

	if (q->transfers || transfer_follows) {
		stages |= VK_PIPELINE_STAGE_TRANSFER_BIT;
		from |= VK_ACCESS_TRANSFER_WRITE_BIT;
		to |= TRANSFER_ACCESS;
	}
	barrier(gpu, batch, stages, from, stages, to);
	q->transfers = false;
	q->epoch++;
}

static void order(struct gpu *gpu, struct batch *batch, const struct op_binding *bindings,
		  uint32_t n, bool transfer)
{
	struct queue *q = &gpu->queue;
	bool needed = false;

	for (uint32_t i = 0; i < n && !needed; i++) {
		const struct hazard *hazard = bindings[i].buffer->hazard;

		needed = hazard->write_epoch == q->epoch ||
			 (bindings[i].writes && hazard->read_epoch == q->epoch);
	}
	if (needed)
		barrier_all(gpu, batch, transfer);
	for (uint32_t i = 0; i < n; i++) {
		struct gpu_buffer *buffer = bindings[i].buffer;

		if (bindings[i].reads)
			buffer->hazard->read_epoch = q->epoch;
		if (bindings[i].writes) {
			buffer->hazard->write_epoch = q->epoch;
			if (buffer->map)
				batch->host_reads = true;
		}
	}
	q->transfers |= transfer;
}

static bool wants_stamps(const struct gpu *gpu, const struct op *op)
{
	if (!gpu->queue.queries)
		return false;
	if (gpu->options.timing != GPU_TIMING_AUTO)
		return true;
	if (op->kind != OP_LAUNCH)
		return false;
	return op->body->slice_ns ||
	       (!gpu->info.software && plan_tells(&op->body->plan, gpu->info.type));
}

/* The stamp of a batch's start. */
static void record_stamps(struct gpu *gpu, struct batch *batch)
{
	struct queue *q = &gpu->queue;

	/* The host's reset goes only as far as the last use did. */
	if (gpu->caps.host_query_reset)
		gpu->vk.vkResetQueryPoolEXT(gpu->device, q->queries, batch->query,
					    batch->used_queries);
	else
		gpu->vk.vkCmdResetQueryPool(batch->commands, q->queries, batch->query,
					    QUEUE_BATCH_SEGMENTS + 1);
	gpu->vk.vkCmdWriteTimestamp(batch->commands, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, q->queries,
				    batch->query);
	batch->used_queries = 1;
}

/* Open a batch whose first operation will be @op. */
VkResult record_begin(struct gpu *gpu, struct batch *batch, const struct op *op)
{
	const VkCommandBufferBeginInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
		.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
	};
	struct queue *q = &gpu->queue;
	VkResult result;

	result = gpu->vk.vkResetCommandPool(gpu->device, batch->pool, 0);
	if (!result && batch->sets)
		result = gpu->vk.vkResetDescriptorPool(gpu->device, batch->sets, 0);
	if (!result)
		result = gpu->vk.vkBeginCommandBuffer(batch->commands, &info);
	if (result)
		return result;
	batch->stamped = wants_stamps(gpu, op);
	if (batch->stamped)
		record_stamps(gpu, batch);
	batch->n_segments = 0;
	batch->ns = 0;
	batch->host_reads = false;
	batch->status_from = q->status_mark;
	batch->status_end = q->status_mark;
	batch->bound = NULL;
	batch->n_bound = 0;
	return VK_SUCCESS;
}

/* Copy out, and clear, the status slots from @from to before @end. */
static void record_status(struct gpu *gpu, struct batch *batch, uint64_t from, uint64_t end)
{
	struct queue *q = &gpu->queue;
	VkBufferCopy regions[2];
	uint32_t n = 0;

	while (from < end) {
		uint64_t slot = from % QUEUE_STATUS_SLOTS;
		uint64_t slots = min_u64(end - from, QUEUE_STATUS_SLOTS - slot);
		uint64_t offset = slot * q->status_stride_bytes;

		regions[n++] = (VkBufferCopy){
			.srcOffset = q->status->vk_offset_bytes + offset,
			.dstOffset = q->status_copy->vk_offset_bytes + offset,
			.size = slots * q->status_stride_bytes,
		};
		from += slots;
	}
	barrier_all(gpu, batch, true);
	gpu->vk.vkCmdCopyBuffer(batch->commands, q->status->vk, q->status_copy->vk, n, regions);
	barrier(gpu, batch, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, VK_PIPELINE_STAGE_TRANSFER_BIT, 0);
	for (uint32_t i = 0; i < n; i++)
		gpu->vk.vkCmdFillBuffer(batch->commands, q->status->vk, regions[i].srcOffset,
					regions[i].size, 0);
	q->transfers = true;
	barrier_all(gpu, batch, true);
	batch->host_reads = true;
}

VkResult record_end(struct gpu *gpu, struct batch *batch)
{
	struct queue *q = &gpu->queue;

	/* Slots of a launch that goes on in the next batch are that one's to copy. */
	batch->status_end = q->status_mark;
	if (batch->status_from < batch->status_end)
		record_status(gpu, batch, batch->status_from, batch->status_end);
	batch->args_end = q->args_mark;
	if (batch->host_reads)
		barrier(gpu, batch,
			VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
			VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
			VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
	return gpu->vk.vkEndCommandBuffer(batch->commands);
}

/* Close a segment: its time stamp, and what to learn from it. */
static void segment_add(struct gpu *gpu, struct batch *batch, uint64_t seq, uint64_t groups,
			double steps, bool last)
{
	uint32_t i = batch->n_segments++;

	assert(i < QUEUE_BATCH_SEGMENTS);
	batch->segments[i] = (struct segment){
		.seq = seq,
		.groups = groups,
		.steps = steps,
		.last = last,
	};
	if (batch->stamped)
		gpu->vk.vkCmdWriteTimestamp(batch->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT,
					    gpu->queue.queries,
					    batch->query + batch->used_queries++);
}

static enum record record_transfer(struct gpu *gpu, struct batch *batch, struct op *op,
				   uint64_t seq)
{
	const struct op_body *body = op->body;
	const VkBufferCopy *copy = &body->copy;

	order(gpu, batch, body->bindings, body->n_bindings, true);
	if (op->kind == OP_FILL)
		gpu->vk.vkCmdFillBuffer(batch->commands, body->bindings[0].buffer->vk,
					copy->dstOffset, copy->size, 0);
	else
		gpu->vk.vkCmdCopyBuffer(batch->commands, body->bindings[0].buffer->vk,
					body->bindings[1].buffer->vk, 1, copy);
	segment_add(gpu, batch, seq, 0, 0, true);
	return RECORD_WHOLE;
}

/* -------------------------------------------------------------------- launches */

/* How many workgroups go into this batch; 0: it has enough already. */
static uint64_t cut_groups(struct gpu *gpu, const struct batch *batch, const struct op *op)
{
	const struct op_body *body = op->body;
	uint64_t left = body->plan.groups - body->next_group;
	uint64_t piece_ns = body->slice_ns, groups;

	if (!piece_ns) {
		if (gpu->info.software)
			return left;
		piece_ns = RECORD_PIECE_NS;
	}
	if (batch->n_segments && batch->ns >= piece_ns)
		return 0;
	groups = plan_groups(&body->plan, op->pipeline, gpu->info.type, piece_ns - batch->ns);
	if (groups >= left)
		return left;
	/* Rather whole in the next batch than cut for the sake of this one. */
	if (batch->n_segments)
		return 0;
	return groups;
}

/* Take what the launch needs while it runs. Return: false if there is none just now. */
static bool take_slots(struct gpu *gpu, struct op *op)
{
	struct queue *q = &gpu->queue;
	struct op_body *body = op->body;
	bool uniform = op->pipeline->has_uniform;
	uint64_t bytes = 0, start = q->args_next;

	if (op->pipeline->has_status && body->plan.checked &&
	    q->status_next - q->status_free >= QUEUE_STATUS_SLOTS)
		return false;
	if (uniform) {
		bytes = round_up(4 * (uint64_t)body->n_args + 16,
				 gpu->caps.uniform_alignment_bytes);
		if (start % QUEUE_ARGS_BYTES + bytes > QUEUE_ARGS_BYTES)
			start = round_up(start, QUEUE_ARGS_BYTES);
		if (start + bytes - q->args_free > QUEUE_ARGS_BYTES)
			return false;
		body->args_offset = start % QUEUE_ARGS_BYTES;
		memcpy((char *)q->args->map + body->args_offset, body->args,
		       4 * (size_t)body->n_args);
		q->args_next = start + bytes;
	}
	if (op->pipeline->has_status && body->plan.checked)
		op->status_slot = (uint32_t)(q->status_next++ % QUEUE_STATUS_SLOTS);
	return true;
}

/* Which buffers the shader sees: arrays, status, arguments. Return: how many. */
static uint32_t fill_writes(struct gpu *gpu, const struct op *op, VkDescriptorBufferInfo *own,
			    VkWriteDescriptorSet *writes)
{
	const struct queue *q = &gpu->queue;
	const struct op_body *body = op->body;
	uint32_t n = 0;

	for (; n < body->n_bindings; n++)
		writes[n] = (VkWriteDescriptorSet){
			.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
			.dstBinding = n,
			.descriptorCount = 1,
			.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
			.pBufferInfo = &body->bindings[n].info,
		};
	if (op->pipeline->has_status) {
		/* An unchecked launch never writes it; any slot will do. */
		uint32_t slot = op->status_slot == UINT32_MAX ? 0 : op->status_slot;

		own[0] = (VkDescriptorBufferInfo){
			.buffer = q->status->vk,
			.offset = q->status->vk_offset_bytes +
				  (uint64_t)slot * q->status_stride_bytes,
			.range = 16,
		};
		writes[n] = (VkWriteDescriptorSet){
			.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
			.dstBinding = n,
			.descriptorCount = 1,
			.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
			.pBufferInfo = &own[0],
		};
		n++;
	}
	if (op->pipeline->has_uniform) {
		own[1] = (VkDescriptorBufferInfo){
			.buffer = q->args->vk,
			.offset = q->args->vk_offset_bytes + body->args_offset,
			.range = round_up(4 * (uint64_t)body->n_args, 16),
		};
		writes[n] = (VkWriteDescriptorSet){
			.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
			.dstBinding = body->n_bindings + 1,
			.descriptorCount = 1,
			.descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER,
			.pBufferInfo = &own[1],
		};
		n++;
	}
	return n;
}

static bool same_bindings(const struct batch *batch, const struct op *op)
{
	const struct op_body *body = op->body;

	if (batch->bound != op->pipeline || batch->n_bound != body->n_bindings ||
	    op->pipeline->has_status || op->pipeline->has_uniform)
		return false;
	for (uint32_t i = 0; i < body->n_bindings; i++)
		if (batch->bound_bindings[i].info.buffer != body->bindings[i].info.buffer ||
		    batch->bound_bindings[i].info.offset != body->bindings[i].info.offset ||
		    batch->bound_bindings[i].info.range != body->bindings[i].info.range)
			return false;
	return true;
}

/* Return: false if the batch's descriptor pool is used up. */
static bool bind(struct gpu *gpu, struct batch *batch, const struct op *op)
{
	VkWriteDescriptorSet writes[PXOS_ARRAYS_MAX + 2];
	const VkDescriptorSetAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
		.descriptorPool = batch->sets,
		.descriptorSetCount = 1,
		.pSetLayouts = &op->pipeline->set_layout,
	};
	VkDescriptorBufferInfo own[2];
	VkDescriptorSet set = VK_NULL_HANDLE;
	uint32_t n;

	if (same_bindings(batch, op))
		return true;
	n = fill_writes(gpu, op, own, writes);
	if (!gpu->caps.push_descriptor) {
		if (gpu->vk.vkAllocateDescriptorSets(gpu->device, &info, &set))
			return false;
		for (uint32_t i = 0; i < n; i++)
			writes[i].dstSet = set;
		gpu->vk.vkUpdateDescriptorSets(gpu->device, n, writes, 0, NULL);
		gpu->vk.vkCmdBindDescriptorSets(batch->commands, VK_PIPELINE_BIND_POINT_COMPUTE,
						op->pipeline->layout, 0, 1, &set, 0, NULL);
	} else if (n) {
		gpu->vk.vkCmdPushDescriptorSetKHR(batch->commands, VK_PIPELINE_BIND_POINT_COMPUTE,
						  op->pipeline->layout, 0, n, writes);
	}
	if (batch->bound != op->pipeline)
		gpu->vk.vkCmdBindPipeline(batch->commands, VK_PIPELINE_BIND_POINT_COMPUTE,
					  op->pipeline->pipeline);
	batch->bound = op->pipeline;
	batch->n_bound = op->body->n_bindings;
	memcpy(batch->bound_bindings, op->body->bindings,
	       op->body->n_bindings * sizeof(*op->body->bindings));
	return true;
}

static void dispatch(struct gpu *gpu, struct batch *batch, struct op *op, uint64_t groups)
{
	uint32_t push[4 + PXOS_ARRAYS_MAX + PXOS_SCALARS_MAX];
	struct op_body *body = op->body;
	bool few = (op->kernel->kernel.flags & PXOS_KERNEL_SWAPS) && !gpu->info.software;
	uint32_t at_once = few ? SWAPPING_GROUPS : gpu->info.dispatch_groups_max;
	uint32_t n = 4;

	push[1] = (uint32_t)body->plan.threads;
	push[2] = body->plan.thread_budget;
	push[3] = 0;
	if (!op->pipeline->has_uniform) {
		memcpy(push + n, body->args, body->n_args * sizeof(*push));
		n += body->n_args;
	}
	while (groups) {
		uint32_t now = (uint32_t)min_u64(groups, at_once);

		push[0] = (uint32_t)body->next_group;
		gpu->vk.vkCmdPushConstants(batch->commands, op->pipeline->layout,
					   VK_SHADER_STAGE_COMPUTE_BIT, 0,
					   n * (uint32_t)sizeof(*push), push);
		gpu->vk.vkCmdDispatch(batch->commands, now, 1, 1);
		op->result.slices++;
		body->next_group += now;
		groups -= now;
		n = 1; /* of the next one only the offset differs */
		if (few && groups)
			barrier(gpu, batch, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0,
				VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0);
	}
}

static enum record record_launch(struct gpu *gpu, struct batch *batch, struct op *op, uint64_t seq)
{
	struct queue *q = &gpu->queue;
	struct op_body *body = op->body;
	uint64_t groups = cut_groups(gpu, batch, op);
	double steps = (double)groups * body->plan.steps_per_group;
	bool last;

	if (!groups && body->plan.groups)
		return RECORD_FULL;
	/* The first piece of a kernel that was never measured tells how long the others may be. */
	if (body->next_group && !op->pipeline->ns_per_step && batch->stamped &&
	    q->first_batch != q->next_batch)
		return RECORD_STALL;
	if (!body->started && !take_slots(gpu, op))
		return RECORD_STALL;
	if (!body->started)
		order(gpu, batch, body->bindings, body->n_bindings, false);
	body->started = true;
	if (groups) {
		if (op->pipeline->has_status)
			order(gpu, batch,
			      &(struct op_binding){ .buffer = q->status, .reads = true }, 1, false);
		if (!bind(gpu, batch, op))
			return RECORD_FULL;
		dispatch(gpu, batch, op, groups);
		batch->ns += (uint64_t)plan_ns(op->pipeline, gpu->info.type, steps);
	}
	last = body->next_group == body->plan.groups;
	segment_add(gpu, batch, seq, groups, steps, last);
	if (!last)
		return RECORD_PART;
	q->status_mark = q->status_next;
	q->args_mark = q->args_next;
	return RECORD_WHOLE;
}

enum record record_op(struct gpu *gpu, struct batch *batch, struct op *op, uint64_t seq)
{
	if (batch->n_segments == QUEUE_BATCH_SEGMENTS)
		return RECORD_FULL;
	/* Stamped are all operations of a batch, or none. */
	if (!batch->stamped && wants_stamps(gpu, op))
		return RECORD_FULL;
	if (op->kind == OP_LAUNCH)
		return record_launch(gpu, batch, op, seq);
	return record_transfer(gpu, batch, op, seq);
}
