// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Loaded kernels: a copy of what the compiler made, which lives as long as launches of
 * it do, whatever becomes of the program.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "pxos/limits.h"

/* A copy in one allocation: first its size is counted, then it is filled. */
struct copy {
	char *at; /* NULL: counting */
	size_t bytes;
};

static void *copy_take(struct copy *copy, const void *data, size_t bytes)
{
	void *taken = copy->at ? copy->at + copy->bytes : NULL;

	if (taken && bytes)
		memcpy(taken, data, bytes);
	copy->bytes += round_up(bytes, sizeof(uint64_t));
	return taken;
}

static const char *copy_string(struct copy *copy, const char *string)
{
	return string ? copy_take(copy, string, strlen(string) + 1) : NULL;
}

static void copy_kernel(struct copy *copy, const struct pxos_kernel *from, struct pxos_kernel *to)
{
	struct pxos_scalar *scalars;
	struct pxos_array *arrays;

	*to = *from;
	to->name = copy_string(copy, from->name);
	to->coarsen_reason = copy_string(copy, from->coarsen_reason);
	to->repeat_reason = copy_string(copy, from->repeat_reason);
	arrays = copy_take(copy, from->arrays, from->n_arrays * sizeof(*arrays));
	scalars = copy_take(copy, from->scalars, from->n_scalars * sizeof(*scalars));
	to->arrays = arrays;
	to->scalars = scalars;
	for (uint32_t i = 0; i < from->n_arrays; i++) {
		const char *name = copy_string(copy, from->arrays[i].name);

		if (arrays)
			arrays[i].name = name;
	}
	for (uint32_t i = 0; i < from->n_scalars; i++) {
		const char *name = copy_string(copy, from->scalars[i].name);

		if (scalars)
			scalars[i].name = name;
	}
	to->loops = copy_take(copy, from->loops, from->n_loops * sizeof(*from->loops));
	to->lines = copy_take(copy, from->lines, from->n_lines * sizeof(*from->lines));
	to->spirv = copy_take(copy, from->spirv, from->n_words * sizeof(*from->spirv));
}

/* Does the device have what the kernel was compiled for? */
static int kernel_check(const struct gpu *gpu, const struct pxos_kernel *kernel,
			struct gpu_error *reterr)
{
	uint32_t push = 16, n_args = kernel->n_arrays + kernel->n_scalars;

	if (kernel->n_arrays > gpu->info.arrays_max)
		return gpu_fail(reterr, GPU_E_INVALID, "kernel %s has %u arrays; this GPU takes %u",
				kernel->name, kernel->n_arrays, gpu->info.arrays_max);
	if (kernel->n_scalars > PXOS_SCALARS_MAX)
		return gpu_fail(reterr, GPU_E_INVALID, "kernel %s has %u scalars; at most %u",
				kernel->name, kernel->n_scalars, PXOS_SCALARS_MAX);
	if (kernel->shared_bytes > gpu->info.shared_bytes_max)
		return gpu_fail(reterr, GPU_E_INVALID,
				"kernel %s has %u bytes of shared memory; this GPU has %u",
				kernel->name, kernel->shared_bytes, gpu->info.shared_bytes_max);
	if (!(kernel->flags & PXOS_KERNEL_ARGS_UNIFORM))
		push += 4 * n_args;
	if (push > gpu->caps.push_bytes_max)
		return gpu_fail(
			reterr, GPU_E_INVALID,
			"kernel %s was compiled for a GPU with more push constants: compile "
			"it for this one",
			kernel->name);
	return 0;
}

int gpu_kernel_new(struct gpu *gpu, const struct pxos_kernel *kernel,
		   struct gpu_kernel **ret_kernel, struct gpu_error *reterr)
{
	struct copy copy = { 0 };
	struct pxos_kernel count;
	struct gpu_kernel *loaded;
	int r;

	r = kernel_check(gpu, kernel, reterr);
	if (r)
		return r;
	loaded = calloc(1, sizeof(*loaded));
	if (!loaded)
		return gpu_fail(reterr, -ENOMEM, "out of memory for kernel %s", kernel->name);
	copy_kernel(&copy, kernel, &count);
	loaded->storage = malloc(copy.bytes);
	if (!loaded->storage) {
		free(loaded);
		return gpu_fail(reterr, -ENOMEM, "out of memory for kernel %s", kernel->name);
	}
	copy = (struct copy){ .at = loaded->storage };
	copy_kernel(&copy, kernel, &loaded->kernel);
	loaded->gpu = gpu;
	loaded->refs = 1;
	*ret_kernel = loaded;
	return 0;
}

struct gpu_kernel *kernel_ref(struct gpu_kernel *kernel)
{
	kernel->refs++;
	return kernel;
}

struct gpu_kernel *gpu_kernel_free(struct gpu_kernel *kernel)
{
	if (!kernel || --kernel->refs)
		return NULL;
	pipeline_unref(kernel->gpu, kernel->pipelines[0]);
	pipeline_unref(kernel->gpu, kernel->pipelines[1]);
	free(kernel->storage);
	free(kernel);
	return NULL;
}

const struct pxos_kernel *gpu_kernel_get(const struct gpu_kernel *kernel)
{
	return &kernel->kernel;
}

/* The pipeline that @plan asks for: the one used last time, mostly. Borrowed. */
int kernel_pipeline(struct gpu_kernel *kernel, const struct plan *plan,
		    struct pipeline **ret_pipeline)
{
	struct pipeline **last = &kernel->pipelines[plan->checked], *pipeline;
	int r;

	if (!*last || (*last)->block != plan->block) {
		r = pipeline_get(kernel->gpu, &kernel->kernel, plan->block, plan->checked,
				 &pipeline);
		if (r)
			return r;
		pipeline_unref(kernel->gpu, *last);
		*last = pipeline;
	}
	*ret_pipeline = *last;
	return 0;
}

int gpu_kernel_prepare(const struct gpu_launch *launch, uint64_t timeout_ns,
		       struct gpu_error *reterr)
{
	struct gpu_kernel *kernel = launch->kernel;
	struct pipeline *pipeline;
	struct plan plan;
	int r;

	if (kernel->gpu->lost)
		return gpu_fail_lost(reterr);
	r = plan_make(launch, &plan, reterr);
	if (r)
		return r;
	r = kernel_pipeline(kernel, &plan, &pipeline);
	if (r)
		return gpu_fail(reterr, r, "no thread or memory to compile kernel %s",
				kernel->kernel.name);
	r = compile_wait(kernel->gpu, pipeline, timeout_ns, kernel->kernel.name, reterr);
	if (r == -EAGAIN)
		gpu_fail(reterr, r, "kernel %s is still being compiled", kernel->kernel.name);
	return r;
}
