// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Launches as the caller sees them: checked, given machine code, queued, asked about.
 *
 * Everything in a launch may come from a guest: bindings are checked against
 * their buffers here, once, and nothing after this looks at them again.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint64_t binding_bytes(const struct pxos_array *array, const struct gpu_binding *binding)
{
	return round_up((uint64_t)binding->length * pxos_type_bytes(array->type), 4);
}

/* Fill in what array @i of the launch is bound to. */
static int bind_array(struct gpu *gpu, const struct pxos_kernel *kernel, uint32_t i,
		      const struct gpu_binding *binding, struct op_binding *ret,
		      struct gpu_error *reterr)
{
	const struct pxos_array *array = &kernel->arrays[i];
	uint64_t bytes = binding_bytes(array, binding);
	struct gpu_buffer *buffer = binding->buffer;

	if (!bytes) {
		*ret = (struct op_binding){
			.buffer = gpu->zeros,
			.info = { gpu->zeros->vk, gpu->zeros->vk_offset_bytes, 16 },
			.reads = true,
		};
		return 0;
	}
	if (!buffer || buffer->gpu != gpu)
		return gpu_fail(reterr, GPU_E_INVALID,
				"array %s of kernel %s is bound to no buffer", array->name,
				kernel->name);
	if (bytes > gpu->info.array_bytes_max)
		return gpu_fail(reterr, GPU_E_INVALID,
				"array %s of kernel %s has %" PRIu64
				" bytes; this GPU takes %" PRIu64,
				array->name, kernel->name, bytes, gpu->info.array_bytes_max);
	if (binding->offset_bytes % gpu->info.offset_alignment_bytes)
		return gpu_fail(reterr, GPU_E_INVALID,
				"array %s of kernel %s starts at byte %" PRIu64
				"; this GPU wants a multiple of %u",
				array->name, kernel->name, binding->offset_bytes,
				gpu->info.offset_alignment_bytes);
	if (binding->offset_bytes > buffer->bound_bytes ||
	    bytes > buffer->bound_bytes - binding->offset_bytes)
		return gpu_fail(reterr, GPU_E_INVALID,
				"array %s of kernel %s reaches beyond its buffer of %" PRIu64
				" bytes",
				array->name, kernel->name, buffer->bytes);
	*ret = (struct op_binding){
		.buffer = buffer,
		.info = { buffer->vk, buffer->vk_offset_bytes + binding->offset_bytes, bytes },
		.reads = array->uses & (PXOS_USE_READ | PXOS_USE_ATOMIC),
		.writes = array->uses & (PXOS_USE_WRITE | PXOS_USE_ATOMIC),
	};
	return 0;
}

static int fill_body(struct gpu *gpu, const struct gpu_launch *launch, struct op_body *body,
		     struct gpu_error *reterr)
{
	const struct pxos_kernel *kernel = &launch->kernel->kernel;
	int r;

	for (uint32_t i = 0; i < kernel->n_arrays; i++) {
		const struct gpu_binding *binding = &launch->bindings[i];

		r = bind_array(gpu, kernel, i, binding, &body->bindings[i], reterr);
		if (r)
			return r;
		body->args[i] = binding->length;
	}
	for (uint32_t i = 0; i < kernel->n_scalars; i++) {
		uint32_t value = launch->scalars[i];

		if (kernel->scalars[i].type == PXOS_TYPE_U8)
			value &= 0xff;
		body->args[kernel->n_arrays + i] = value;
	}
	body->slice_ns = launch->slice_ns;
	return 0;
}

/* A launch with machine code and a body, not yet queued. */
static int make_op(struct gpu *gpu, const struct gpu_launch *launch, struct op *op,
		   struct gpu_error *reterr)
{
	const struct pxos_kernel *kernel = &launch->kernel->kernel;
	struct pipeline *pipeline;
	struct plan plan;
	int r;

	if (kernel->n_arrays && !launch->bindings)
		return gpu_fail(reterr, GPU_E_INVALID, "kernel %s is launched without its arrays",
				kernel->name);
	r = plan_make(launch, &plan, reterr);
	if (r)
		return r;
	r = kernel_pipeline(launch->kernel, &plan, &pipeline);
	if (r)
		return gpu_fail(reterr, r, "no thread or memory to compile kernel %s",
				kernel->name);
	/* The watchdog ends this. */
	r = compile_wait(gpu, pipeline, UINT64_MAX, kernel->name, reterr);
	if (r)
		return r;

	op->body = op_body_new(kernel->n_arrays, kernel->n_arrays + kernel->n_scalars);
	if (!op->body)
		return gpu_fail(reterr, -ENOMEM, "out of memory for a launch of kernel %s",
				kernel->name);
	op->body->plan = plan;
	r = fill_body(gpu, launch, op->body, reterr);
	if (r) {
		free(op->body);
		return r;
	}
	op->kind = OP_LAUNCH;
	op->pipeline = pipeline;
	pipeline->refs++;
	op->kernel = kernel_ref(launch->kernel);
	return 0;
}

int gpu_launch_submit(struct gpu *gpu, const struct gpu_launch *launch, uint64_t *ret_seq,
		      struct gpu_error *reterr)
{
	struct op op = { 0 };
	int r;

	if (gpu->lost)
		return gpu_fail_lost(reterr);
	if (!launch->kernel || launch->kernel->gpu != gpu)
		return gpu_fail(reterr, GPU_E_INVALID, "a launch without a kernel of this GPU");
	r = make_op(gpu, launch, &op, reterr);
	if (r)
		return r;
	return queue_add(gpu, &op, ret_seq, reterr);
}

void gpu_launch_flush(struct gpu *gpu)
{
	queue_pump(gpu, true);
}

uint64_t gpu_launch_poll(struct gpu *gpu)
{
	queue_pump(gpu, true);
	return gpu->queue.done_seq;
}

/* Set the error of a launch that has finished. */
static int launch_status(struct gpu *gpu, const struct op *op, struct gpu_error *reterr)
{
	int r = op->result.status;

	if (!r)
		return 0;
	if (r == GPU_E_LOST)
		return gpu_fail_lost(reterr);
	gpu_fail(reterr, r, "%s", op->text ? op->text : "step budget exceeded");
	if (reterr)
		reterr->line = op->result.line;
	(void)gpu;
	return r;
}

int gpu_launch_wait(struct gpu *gpu, uint64_t seq, uint64_t timeout_ns,
		    struct gpu_result *ret_result, struct gpu_error *reterr)
{
	struct queue *q = &gpu->queue;
	const struct op *op;

	if (!seq || seq > q->last_seq || q->last_seq - seq >= GPU_LAUNCHES_KEPT)
		return gpu_fail(reterr, GPU_E_FORGOTTEN,
				"launch %" PRIu64 " is not among the last %d", seq,
				GPU_LAUNCHES_KEPT);
	if (q->done_seq < seq && queue_wait(gpu, seq, timeout_ns))
		return gpu_fail(reterr, GPU_E_TIMEOUT, "launch %" PRIu64 " has not finished", seq);
	op = &q->ops[seq % GPU_LAUNCHES_KEPT];
	if (ret_result)
		*ret_result = op->result;
	return launch_status(gpu, op, reterr);
}

int gpu_launch_wait_all(struct gpu *gpu, uint64_t timeout_ns, uint64_t *ret_seq,
			struct gpu_error *reterr)
{
	struct queue *q = &gpu->queue;
	uint64_t last = q->last_seq;

	if (queue_wait(gpu, last, timeout_ns))
		return gpu_fail(reterr, GPU_E_TIMEOUT, "launch %" PRIu64 " has not finished",
				q->done_seq + 1);
	if (last - q->checked_seq > GPU_LAUNCHES_KEPT)
		q->checked_seq = last - GPU_LAUNCHES_KEPT;
	while (q->checked_seq < last) {
		const struct op *op = &q->ops[++q->checked_seq % GPU_LAUNCHES_KEPT];

		if (op->result.status) {
			if (ret_seq)
				*ret_seq = q->checked_seq;
			q->checked_seq = last;
			return launch_status(gpu, op, reterr);
		}
	}
	return 0;
}

/* ------------------------------------------------------------------- overlaps */

/* Where a binding lies: in its buffer, or, if imported, in our address space. */
static uint64_t binding_start(const struct gpu_binding *binding)
{
	if (binding->buffer->kind == GPU_BUFFER_IMPORTED)
		return (uintptr_t)binding->buffer->map + binding->offset_bytes;
	return binding->offset_bytes;
}

static bool overlap(const struct pxos_array *array_a, const struct gpu_binding *a,
		    const struct pxos_array *array_b, const struct gpu_binding *b)
{
	uint64_t bytes_a = binding_bytes(array_a, a), bytes_b = binding_bytes(array_b, b);

	if (!bytes_a || !bytes_b || !a->buffer || !b->buffer)
		return false;
	if (a->buffer != b->buffer &&
	    (a->buffer->kind != GPU_BUFFER_IMPORTED || b->buffer->kind != GPU_BUFFER_IMPORTED))
		return false;
	return binding_start(a) < binding_start(b) + bytes_b &&
	       binding_start(b) < binding_start(a) + bytes_a;
}

bool gpu_launch_arrays_apart(const struct pxos_kernel *kernel, const struct gpu_binding *bindings)
{
	const uint32_t writes = PXOS_USE_WRITE | PXOS_USE_ATOMIC;

	for (uint32_t i = 0; i < kernel->n_arrays; i++)
		for (uint32_t j = 0; j < i; j++)
			if (((kernel->arrays[i].uses | kernel->arrays[j].uses) & writes) &&
			    overlap(&kernel->arrays[i], &bindings[i], &kernel->arrays[j],
				    &bindings[j]))
				return false;
	return true;
}

int gpu_launch_groups(const struct gpu_launch *launch, uint64_t *ret_groups,
		      uint32_t *ret_block_threads, struct gpu_error *reterr)
{
	struct plan plan;
	int r;

	r = plan_make(launch, &plan, reterr);
	if (r)
		return r;
	*ret_groups = plan.groups;
	*ret_block_threads = plan.block;
	return 0;
}
