// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runner.c - program text and arguments in, a GPU's outputs out.
 *
 * Binds arguments by the rules of the language page: by name, implicit outputs
 * made at the first launch that stores to them, one open int the length of the
 * first array. Nothing here is clever: buffers are made, filled, and read back.
 */
#include "runner.h"

#include <pxos/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/compiler/pxos_compiler.h"
#include "daemon/vgpu/vulkan/gpu-buffer.h"
#include "daemon/vgpu/vulkan/gpu-kernel.h"
#include "daemon/vgpu/vulkan/gpu-launch.h"

#define GUARD_BYTES 256
#define GUARD_PATTERN 0xa5

struct ref_runner {
	struct gpu *gpu;
	char selector[128];
};

struct bound_array {
	char name[REF_NAME_SIZE];
	enum pxos_type type;
	uint32_t length;
	struct gpu_buffer *buffer;
	uint64_t offset_bytes;
	bool is_alias; /* the buffer is another array's */
};

struct session {
	struct ref_runner *runner;
	const struct ref_arguments *arguments;
	const struct ref_variant *variant;
	struct pxos_program *programs[2]; /* [1]: for arrays that lie apart; may be NULL */
	struct gpu_kernel *kernels[2][PXOS_KERNELS_MAX];
	struct bound_array *arrays;
	size_t n_arrays;
	char *message;
	struct gpu_error error;
};

/* ------------------------------------------------------------------ opening */

static int open_gpu(struct ref_runner *runner, char *message)
{
	struct gpu_error error;
	int r;

	r = gpu_open(runner->selector, NULL, &runner->gpu, &error);
	if (!r)
		return 0;
	snprintf(message, REF_RUNNER_MESSAGE_SIZE, "%s", error.text);
	runner->gpu = NULL;
	return REF_RUNNER_E_OPEN;
}

int ref_runner_new(const char *selector, struct ref_runner **ret_runner,
		   char message[REF_RUNNER_MESSAGE_SIZE])
{
	struct ref_runner *runner = calloc(1, sizeof(*runner));
	int r;

	snprintf(runner->selector, sizeof(runner->selector), "%s", selector ? selector : "auto");
	r = open_gpu(runner, message);
	if (r)
		ref_runner_free(runner);
	else
		*ret_runner = runner;
	return r;
}

struct ref_runner *ref_runner_free(struct ref_runner *runner)
{
	if (runner && runner->gpu)
		gpu_close(runner->gpu);
	free(runner);
	return NULL;
}

const char *ref_runner_name(const struct ref_runner *runner)
{
	return gpu_get_info(runner->gpu)->name;
}

static int fail(struct session *session, int r, const char *what)
{
	snprintf(session->message, REF_RUNNER_MESSAGE_SIZE, "%s: %s", what, session->error.text);
	return r;
}

/* ---------------------------------------------------------------- compiling */

static int compile(struct session *session, const char *text, size_t length, uint32_t more_flags,
		   struct pxos_program **ret_program)
{
	const struct ref_variant *variant = session->variant;
	struct pxos_target target;
	int r;

	gpu_target(session->runner->gpu, &target);
	target.flags = (target.flags & ~variant->clear_flags) | variant->set_flags | more_flags;
	if (variant->push_bytes_max && variant->push_bytes_max < target.push_bytes_max)
		target.push_bytes_max = variant->push_bytes_max;
	r = pxos_compile(text, length, &target, ret_program);
	if (!r)
		return 0;
	if (r == PXOS_COMPILE_E_INVALID && (*ret_program)->n_diagnostics) {
		const struct pxos_diagnostic *d = (*ret_program)->diagnostics;
		uint32_t i, n = (*ret_program)->n_diagnostics;

		for (i = 0; i + 1 < n && d[i].severity != PXOS_ERROR; i++)
			;
		snprintf(session->message, REF_RUNNER_MESSAGE_SIZE, "%u:%u: %s [%s]", d[i].line,
			 d[i].column, d[i].message, d[i].rule);
	} else {
		snprintf(session->message, REF_RUNNER_MESSAGE_SIZE, "pxos_compile() gave %d", r);
	}
	return REF_RUNNER_E_COMPILE;
}

/* ------------------------------------------------------------------ buffers */

static uint64_t array_bytes(enum pxos_type type, uint32_t length)
{
	uint64_t bytes = (uint64_t)length * pxos_type_bytes(type);

	/* Ranges are whole words, and never empty. */
	return bytes ? (bytes + 3) & ~3ull : 4;
}

static struct bound_array *find_array(struct session *session, const char *name)
{
	size_t i;

	for (i = 0; i < session->n_arrays; i++)
		if (!strcmp(session->arrays[i].name, name))
			return &session->arrays[i];
	return NULL;
}

static struct bound_array *new_array(struct session *session, const char *name, enum pxos_type type,
				     uint32_t length)
{
	struct bound_array *array;

	session->arrays =
		realloc(session->arrays, (session->n_arrays + 1) * sizeof(*session->arrays));
	array = &session->arrays[session->n_arrays++];
	*array = (struct bound_array){ .type = type, .length = length };
	snprintf(array->name, sizeof(array->name), "%s", name);
	return array;
}

static uint64_t guard_bytes(const struct session *session)
{
	uint32_t alignment = gpu_get_info(session->runner->gpu)->offset_alignment_bytes;

	return alignment > GUARD_BYTES ? alignment : GUARD_BYTES;
}

/* Guards around @words; NULL for zeros. */
static int make_buffer(struct session *session, struct bound_array *array, const uint32_t *words)
{
	uint64_t bytes = array_bytes(array->type, array->length), guard = guard_bytes(session), i;
	enum gpu_buffer_kind kind = session->variant->host_memory ? GPU_BUFFER_HOST
								  : GPU_BUFFER_DEVICE;
	uint8_t *data = malloc(bytes + 2 * guard);
	int r;

	memset(data, GUARD_PATTERN, bytes + 2 * guard);
	memset(data + guard, 0, bytes);
	for (i = 0; words && i < array->length; i++) {
		if (array->type == PXOS_TYPE_U8)
			data[guard + i] = (uint8_t)words[i];
		else
			memcpy(data + guard + 4 * i, &words[i], 4);
	}
	array->offset_bytes = guard;
	r = gpu_buffer_new(session->runner->gpu, kind, bytes + 2 * guard, &array->buffer,
			   &session->error);
	if (r) {
		array->buffer = NULL;
		free(data);
		return fail(session, REF_RUNNER_E_LAUNCH, "gpu_buffer_new()");
	}
	r = gpu_buffer_write(array->buffer, 0, data, bytes + 2 * guard, &session->error);
	free(data);
	return r ? fail(session, REF_RUNNER_E_LAUNCH, "gpu_buffer_write()") : 0;
}

static enum pxos_type type_of(enum ref_type type)
{
	switch (type) {
	case REF_INT:
		return PXOS_TYPE_INT;
	case REF_UINT:
		return PXOS_TYPE_UINT;
	case REF_FLOAT:
		return PXOS_TYPE_FLOAT;
	case REF_U8:
		return PXOS_TYPE_U8;
	default:
		return PXOS_TYPE_NONE;
	}
}

static enum ref_type ref_type_of(enum pxos_type type)
{
	switch (type) {
	case PXOS_TYPE_INT:
		return REF_INT;
	case PXOS_TYPE_UINT:
		return REF_UINT;
	case PXOS_TYPE_FLOAT:
		return REF_FLOAT;
	case PXOS_TYPE_U8:
		return REF_U8;
	default:
		return REF_NONE;
	}
}

static int give_arrays(struct session *session)
{
	size_t i;
	int r;

	for (i = 0; i < session->arguments->n_items; i++) {
		const struct ref_argument *argument = &session->arguments->items[i];
		struct bound_array *array, *original;

		if (!argument->is_array)
			continue;
		array = new_array(session, argument->name, type_of(argument->type),
				  argument->length);
		if (argument->alias[0]) {
			original = find_array(session, argument->alias);
			array->buffer = original->buffer;
			array->offset_bytes = original->offset_bytes;
			array->is_alias = true;
			continue;
		}
		r = make_buffer(session, array, argument->words);
		if (r)
			return r;
	}
	return 0;
}

/* ----------------------------------------------------------------- launches */

static const struct pxos_array *first_array(const struct pxos_kernel *kernel)
{
	uint32_t i;

	for (i = 0; i < kernel->n_arrays; i++)
		if (!kernel->arrays[i].implicit)
			return &kernel->arrays[i];
	return NULL;
}

static void bind_scalars(struct session *session, const struct pxos_kernel *kernel, uint32_t *words)
{
	uint32_t i;

	for (i = 0; i < kernel->n_scalars; i++) {
		const struct ref_argument *argument =
			ref_arguments_find(session->arguments, kernel->scalars[i].name);
		const struct bound_array *array = NULL;

		if (!argument && first_array(kernel))
			array = find_array(session, first_array(kernel)->name);
		words[i] = argument ? argument->scalar : array ? array->length : 0;
		if (kernel->scalars[i].type == PXOS_TYPE_U8)
			words[i] &= 0xff;
	}
}

static uint32_t matmul_size(const struct pxos_kernel *kernel, const uint32_t *scalars, int which)
{
	uint32_t value = kernel->matmul[which].value;
	int32_t size = (int32_t)(kernel->matmul[which].is_scalar ? scalars[value] : value);

	return size > 0 ? (uint32_t)size : 0;
}

static uint32_t implicit_length(struct session *session, const struct pxos_kernel *kernel,
				const uint32_t *scalars)
{
	if (kernel->flags & PXOS_KERNEL_MATMUL)
		return matmul_size(kernel, scalars, 0) * matmul_size(kernel, scalars, 1);
	return find_array(session, first_array(kernel)->name)->length;
}

static int bind_arrays(struct session *session, const struct pxos_kernel *kernel,
		       const uint32_t *scalars, struct gpu_binding *bindings)
{
	struct bound_array *array;
	uint32_t i;
	int r;

	for (i = 0; i < kernel->n_arrays; i++) {
		const struct pxos_array *wanted = &kernel->arrays[i];

		array = find_array(session, wanted->name);
		if (!array && !wanted->implicit)
			return fail(session, REF_RUNNER_E_LAUNCH, wanted->name);
		if (!array) {
			uint32_t length = implicit_length(session, kernel, scalars);

			array = new_array(session, wanted->name, wanted->type, length);
			r = make_buffer(session, array, NULL);
			if (r)
				return r;
		}
		bindings[i].buffer = array->buffer;
		bindings[i].offset_bytes = array->offset_bytes;
		bindings[i].length = array->length;
	}
	return 0;
}

static int load_kernel(struct session *session, int which, uint32_t k,
		       struct gpu_kernel **ret_kernel)
{
	struct gpu_kernel **slot = &session->kernels[which][k];
	int r;

	if (!*slot) {
		r = gpu_kernel_new(session->runner->gpu, &session->programs[which]->kernels[k],
				   slot, &session->error);
		if (r) {
			*slot = NULL;
			return fail(session, REF_RUNNER_E_LAUNCH, "gpu_kernel_new()");
		}
	}
	*ret_kernel = *slot;
	return 0;
}

static int run_launch(struct session *session, const struct pxos_launch *planned)
{
	const struct pxos_kernel *kernel = &session->programs[0]->kernels[planned->kernel];
	struct gpu_binding bindings[PXOS_ARRAYS_MAX] = { { 0 } };
	uint32_t scalars[PXOS_SCALARS_MAX];
	struct gpu_launch launch = {
		.bindings = bindings,
		.scalars = scalars,
		.blocks = planned->blocks,
		.threads = planned->threads,
		.step_budget = session->variant->step_budget,
		.slice_ns = session->variant->slice_ns,
	};
	int r, which = 0;
	uint64_t seq;

	bind_scalars(session, kernel, scalars);
	r = bind_arrays(session, kernel, scalars, bindings);
	if (r)
		return r;
	if (session->programs[1] && gpu_launch_arrays_apart(kernel, bindings))
		which = 1;
	r = load_kernel(session, which, planned->kernel, &launch.kernel);
	if (r)
		return r;
	r = gpu_launch_submit(session->runner->gpu, &launch, &seq, &session->error);
	/* "Running it twice is the same as once, if no two of its arrays overlap." */
	if (!r && (kernel->flags & PXOS_KERNEL_REPEATABLE) &&
	    gpu_launch_arrays_apart(kernel, bindings))
		r = gpu_launch_submit(session->runner->gpu, &launch, &seq, &session->error);
	if (!r)
		r = gpu_launch_wait(session->runner->gpu, seq, UINT64_MAX, NULL, &session->error);
	if (!r)
		return 0;
	return fail(session, r == GPU_E_BUDGET ? REF_RUNNER_E_BUDGET : REF_RUNNER_E_LAUNCH,
		    "launch");
}

/* ------------------------------------------------------------------ outputs */

static bool is_guard(const uint8_t *data, uint64_t bytes)
{
	uint64_t i;

	for (i = 0; i < bytes; i++)
		if (data[i] != GUARD_PATTERN)
			return false;
	return true;
}

static int read_array(struct session *session, const struct bound_array *array,
		      struct ref_argument *output)
{
	uint64_t bytes = array_bytes(array->type, array->length), guard = guard_bytes(session), i;
	uint8_t *data = malloc(bytes + 2 * guard);
	int r;

	r = gpu_buffer_read(array->buffer, 0, data, bytes + 2 * guard, &session->error);
	if (r) {
		free(data);
		return fail(session, REF_RUNNER_E_LAUNCH, "gpu_buffer_read()");
	}
	for (i = 0; i < array->length; i++) {
		if (array->type == PXOS_TYPE_U8)
			output->words[i] = data[guard + i];
		else
			memcpy(&output->words[i], data + guard + 4 * i, 4);
	}
	if (!is_guard(data, guard) || !is_guard(data + guard + bytes, guard)) {
		snprintf(session->message, REF_RUNNER_MESSAGE_SIZE,
			 "something stored outside of array %s", array->name);
		r = REF_RUNNER_E_GUARD;
	}
	free(data);
	return r;
}

static int read_arrays(struct session *session, struct ref_arguments *outputs)
{
	int r = 0;
	size_t i;

	for (i = 0; i < session->n_arrays; i++) {
		struct bound_array *array = &session->arrays[i];
		struct ref_argument *output = ref_arguments_add_array(
			outputs, array->name, ref_type_of(array->type), array->length);
		int this_r = read_array(session, array, output);

		r = r ? r : this_r;
	}
	return r;
}

static void end(struct session *session)
{
	size_t i;
	int which, k;

	for (which = 0; which < 2; which++) {
		for (k = 0; k < PXOS_KERNELS_MAX; k++)
			gpu_kernel_free(session->kernels[which][k]);
		pxos_program_free(session->programs[which]);
	}
	for (i = 0; i < session->n_arrays; i++)
		if (!session->arrays[i].is_alias)
			gpu_buffer_free(session->arrays[i].buffer);
	free(session->arrays);
}

int ref_runner_run(struct ref_runner *runner, const char *text, size_t length,
		   const struct ref_arguments *arguments, const struct ref_variant *variant,
		   struct ref_arguments *ret_outputs, char message[REF_RUNNER_MESSAGE_SIZE])
{
	struct session session = {
		.runner = runner,
		.arguments = arguments,
		.variant = variant,
		.message = message,
	};
	uint32_t i;
	int r;

	*ret_outputs = (struct ref_arguments){ 0 };
	message[0] = 0;
	r = compile(&session, text, length, 0, &session.programs[0]);
	if (!r && variant->apart)
		r = compile(&session, text, length, PXOS_TARGET_ARRAYS_APART, &session.programs[1]);
	if (!r)
		r = give_arrays(&session);
	for (i = 0; !r && i < session.programs[0]->n_launches; i++)
		r = run_launch(&session, &session.programs[0]->launches[i]);
	if (!r)
		r = read_arrays(&session, ret_outputs);
	if (r && r != REF_RUNNER_E_GUARD)
		ref_arguments_deinit(ret_outputs);
	end(&session);
	if (gpu_is_lost(runner->gpu)) {
		runner->gpu = gpu_close(runner->gpu);
		if (open_gpu(runner, message))
			abort();
	}
	return r;
}
