/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The GPUs of this machine, driven from within this process.
 *
 * This file alone knows the Vulkan layer (a check in tests/lint/layers.py), so that
 * the daemon can take its place without the commands noticing.
 *
 * A job becomes: one buffer for each array, filled unless it is all zero; each
 * kernel loaded once; machine code made for every launch before the first one runs,
 * so that its time is told apart; all launches queued, then waited for; the arrays
 * that were written read back. On failure the job's arrays are as they were.
 */
#include "guest/cli/backend.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/progress.h"
#include "daemon/vgpu/vulkan/gpu-buffer.h"
#include "daemon/vgpu/vulkan/gpu-kernel.h"
#include "daemon/vgpu/vulkan/gpu-launch.h"
#include "daemon/vgpu/vulkan/gpu.h"
#include "guest/cli/bind.h"
#include "guest/cli/cli.h"
#include "guest/cli/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#define WAIT_NS 100000000u

struct backend {
	struct gpu *gpu;
	struct backend_gpu info;
	bool hangs;
};

/* What a run holds, each list as long as the job's or the program's. */
struct run {
	struct backend *backend;
	struct job *job;
	const struct pxos_program *compiled;
	struct gpu_buffer **buffers; /* one for each array of the job */
	struct gpu_kernel **kernels; /* one for each of the program; NULL: not launched */
	struct gpu_launch *launches;
	uint64_t *sequence;
};

static int failed(struct backend *backend, int r, const struct gpu_error *error)
{
	if (r == GPU_E_TIMEOUT && backend)
		backend->hangs = true;
	return r < 0 ? r : error_say("%s", error->text);
}

static void info_from(const struct gpu_info *from, struct backend_gpu *ret_gpu)
{
	*ret_gpu = (struct backend_gpu){
		.type = gpu_type_name(from->type),
		.software = from->software,
		.usable = from->usable,
		.memory_bytes = from->memory_bytes,
	};
	snprintf(ret_gpu->name, sizeof(ret_gpu->name), "%s", from->name);
	snprintf(ret_gpu->pci, sizeof(ret_gpu->pci), "%s", from->pci);
	snprintf(ret_gpu->driver, sizeof(ret_gpu->driver), "%s%s%s", from->driver_name,
		 *from->driver_name && *from->driver_info ? " " : "", from->driver_info);
}

int backend_list(struct backend_gpu gpus[BACKEND_GPUS_MAX], size_t *ret_n)
{
	cleanup_free struct gpu_info *infos = calloc(GPU_DEVICES_MAX, sizeof(*infos));
	struct gpu_error error;
	size_t n;
	int r;

	_Static_assert(BACKEND_GPUS_MAX >= GPU_DEVICES_MAX, "every GPU has room");
	if (!infos)
		return -ENOMEM;
	r = gpu_list(infos, &n, &error);
	if (r)
		return failed(NULL, r, &error);
	for (size_t i = 0; i < n; i++)
		info_from(&infos[i], &gpus[i]);
	*ret_n = n;
	return 0;
}

static void log_line(void *data, int priority, const char *line)
{
	(void)data;
	if (priority <= LOG_WARNING)
		error_note("%s", line);
}

int backend_open(const char *selector, struct backend **ret_backend)
{
	const struct gpu_options options = { .log = log_line, .timing = GPU_TIMING_ALWAYS };
	struct backend *backend = calloc(1, sizeof(*backend));
	struct gpu_error error;
	int r;

	if (!backend)
		return -ENOMEM;
	r = gpu_open(selector, &options, &backend->gpu, &error);
	if (r) {
		free(backend);
		return failed(NULL, r, &error);
	}
	info_from(gpu_get_info(backend->gpu), &backend->info);
	*ret_backend = backend;
	return 0;
}

struct backend *backend_close(struct backend *backend)
{
	if (backend)
		gpu_close(backend->gpu);
	free(backend);
	return NULL;
}

const struct backend_gpu *backend_gpu(const struct backend *backend)
{
	return &backend->info;
}

bool backend_hangs(const struct backend *backend)
{
	return backend && backend->hangs;
}

void backend_target(const struct backend *backend, struct pxos_target *ret_target)
{
	gpu_target(backend->gpu, ret_target);
	ret_target->flags |= PXOS_TARGET_ARRAYS_APART;
}

int backend_target_of(const char *selector, struct pxos_target *ret_target)
{
	struct backend *backend;
	int r;

	pxos_target_init(ret_target);
	if (!selector)
		return 0;
	r = backend_open(selector, &backend);
	if (r)
		return r;
	backend_target(backend, ret_target);
	backend_close(backend);
	return 0;
}

/* ------------------------------------------------------------------ running */

static int run_init(struct run *run)
{
	run->buffers = calloc(run->job->n_arrays + 1, sizeof(*run->buffers));
	run->kernels = calloc(run->compiled->n_kernels + 1, sizeof(*run->kernels));
	run->launches = calloc(run->compiled->n_launches + 1, sizeof(*run->launches));
	run->sequence = calloc(run->compiled->n_launches + 1, sizeof(*run->sequence));
	return run->buffers && run->kernels && run->launches && run->sequence ? 0 : -ENOMEM;
}

static void run_deinit(struct run *run)
{
	for (uint32_t l = 0; run->launches && l < run->compiled->n_launches; l++) {
		free((void *)run->launches[l].bindings);
		free((void *)run->launches[l].scalars);
	}
	for (uint32_t k = 0; run->kernels && k < run->compiled->n_kernels; k++)
		gpu_kernel_free(run->kernels[k]);
	for (size_t i = 0; run->buffers && i < run->job->n_arrays; i++)
		gpu_buffer_free(run->buffers[i]);
	free(run->buffers);
	free(run->kernels);
	free(run->launches);
	free(run->sequence);
}

static uint64_t array_bytes(const struct job_array *array)
{
	return (uint64_t)array->length * pxos_type_bytes(array->type);
}

static int upload(struct run *run)
{
	struct gpu_error error;

	for (size_t i = 0; i < run->job->n_arrays; i++) {
		const struct job_array *array = &run->job->arrays[i];
		/* Words are the unit of storage where a GPU has no 8-bit access. */
		uint64_t bytes = (array_bytes(array) + 3) & ~(uint64_t)3;
		int r;

		r = gpu_buffer_new(run->backend->gpu, GPU_BUFFER_DEVICE, bytes, &run->buffers[i],
				   &error);
		if (r == 0 && array->data && array->length)
			r = gpu_buffer_write(run->buffers[i], 0, array->data, array_bytes(array),
					     &error);
		if (r < 0)
			return r;
		if (r)
			return error_say("array '%s' of %llu bytes: %s", array->name,
					 (unsigned long long)array_bytes(array), error.text);
	}
	return 0;
}

static int prepare_lists(struct run *run, struct gpu_launch *launch,
			 const struct pxos_kernel *kernel)
{
	struct gpu_binding *bindings = calloc(kernel->n_arrays + 1, sizeof(*bindings));
	uint32_t *scalars = calloc(kernel->n_scalars + 1, sizeof(*scalars));

	launch->bindings = bindings;
	launch->scalars = scalars;
	if (!bindings || !scalars)
		return -ENOMEM;
	for (uint32_t i = 0; i < kernel->n_arrays; i++) {
		const struct job_array *array = job_find_array(run->job, kernel->arrays[i].name);

		bindings[i].buffer = run->buffers[array - run->job->arrays];
		bindings[i].length = array->length;
	}
	for (uint32_t i = 0; i < kernel->n_scalars; i++)
		scalars[i] = job_find_scalar(run->job, kernel->scalars[i].name)->word;
	return 0;
}

static int launch_failed(struct run *run, int r, const struct gpu_error *error)
{
	const char *advice = "--step-budget allows more";

	/* Its driver ends loops after 65,535 rounds; the compiler keeps clear of that. */
	if (gpu_get_info(run->backend->gpu)->software)
		advice = "a software GPU takes about 20,000 rounds of loops a thread at most";
	if (r == GPU_E_BUDGET)
		return error_say("%s: %s; %s", run->job->program->file, error->text, advice);
	return failed(run->backend, r, error);
}

static int prepare(struct run *run)
{
	const struct pxos_program *compiled = run->compiled;
	struct gpu_error error;
	int r;

	for (uint32_t l = 0; l < compiled->n_launches; l++) {
		const struct pxos_launch *from = &compiled->launches[l];
		const struct pxos_kernel *kernel = &compiled->kernels[from->kernel];
		struct gpu_launch *launch = &run->launches[l];

		if (!run->kernels[from->kernel]) {
			r = gpu_kernel_new(run->backend->gpu, kernel, &run->kernels[from->kernel],
					   &error);
			if (r)
				return failed(run->backend, r, &error);
		}
		launch->kernel = run->kernels[from->kernel];
		launch->blocks = from->blocks;
		launch->threads = from->threads;
		launch->step_budget = run->job->step_budget;
		launch->slice_ns = run->job->slice_ns;
		r = prepare_lists(run, launch, kernel);
		if (r)
			return r;
		r = gpu_kernel_prepare(launch, UINT64_MAX, &error);
		if (r)
			return launch_failed(run, r, &error);
	}
	return 0;
}

static int wait_for(struct run *run, uint32_t l, struct progress *progress, struct job_times *times)
{
	struct gpu_result result;
	struct gpu_error error;
	int r;

	do {
		progress_update(progress, "running launch", l + 1, run->compiled->n_launches);
		r = gpu_launch_wait(run->backend->gpu, run->sequence[l], WAIT_NS, &result, &error);
	} while (r == GPU_E_TIMEOUT);
	if (r) {
		progress_clear(progress);
		return launch_failed(run, r, &error);
	}
	times->gpu_ns += result.gpu_ns;
	times->slices += result.slices;
	return 0;
}

static int launch_all(struct run *run, struct progress *progress, struct job_times *times)
{
	struct gpu_error error;
	int r;

	for (uint32_t l = 0; l < run->compiled->n_launches; l++) {
		r = gpu_launch_submit(run->backend->gpu, &run->launches[l], &run->sequence[l],
				      &error);
		if (r)
			return launch_failed(run, r, &error);
	}
	for (uint32_t l = 0; l < run->compiled->n_launches; l++) {
		r = wait_for(run, l, progress, times);
		if (r)
			return r;
	}
	return 0;
}

static int download(struct run *run)
{
	struct gpu_error error;

	for (size_t i = 0; i < run->job->n_arrays; i++) {
		struct job_array *array = &run->job->arrays[i];
		int r;

		if (!(array->uses & PXOS_USE_WRITE) || array->length == 0)
			continue;
		if (!array->data)
			array->data = malloc(array_bytes(array));
		if (!array->data)
			return -ENOMEM;
		r = gpu_buffer_read(run->buffers[i], 0, array->data, array_bytes(array), &error);
		if (r)
			return failed(run->backend, r, &error);
	}
	return 0;
}

static int run_steps(struct run *run, struct progress *progress, struct job_times *times)
{
	uint64_t start_ns = clock_ns(), uploaded_ns, prepared_ns, finished_ns;
	int r;

	r = run_init(run);
	if (r == 0)
		r = upload(run);
	uploaded_ns = clock_ns();
	if (r == 0)
		r = prepare(run);
	prepared_ns = clock_ns();
	if (r == 0)
		r = launch_all(run, progress, times);
	finished_ns = clock_ns();
	if (r == 0)
		r = download(run);

	times->upload_ns = uploaded_ns - start_ns;
	times->pipeline_ns = prepared_ns - uploaded_ns;
	times->run_ns = finished_ns - prepared_ns;
	times->download_ns = clock_ns() - finished_ns;
	return r;
}

int backend_run(struct backend *backend, struct job *job, struct progress *progress,
		struct job_times *ret_times)
{
	struct run run = { .backend = backend, .job = job, .compiled = job->program->compiled };
	struct job_times times = { 0 };
	int r;

	r = run_steps(&run, progress, &times);
	run_deinit(&run);
	if (r == 0)
		*ret_times = times;
	return r;
}
