// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The compile thread and its watchdog.
 *
 * One thread, started when first needed, takes jobs in order. A driver may hang
 * in any of them, and no call of Vulkan can be interrupted: so the submitting
 * thread looks at the clock whenever it waits for a job, and a job that takes
 * longer than compile_timeout_ns is abandoned together with its thread: never
 * joined, nothing that it may touch ever freed. The next job gets a new thread.
 * After COMPILE_ABANDONED_MAX of them nothing is compiled any more; the driver
 * is broken, and each such thread may hold a core.
 *
 * A thread that wakes up after all finds out under the lock that it was
 * abandoned, touches nothing more and ends.
 *
 * On lavapipe this watches the front end only: it makes machine code at the
 * first dispatch.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

struct compile_thread {
	struct gpu *gpu;
	pthread_t thread;
	struct pipeline *job; /* NULL: idle */
	uint64_t started_ns; /* of the job */
	bool abandoned;
};

int compile_init(struct compile *compile)
{
	pthread_condattr_t attr;
	int r;

	*compile = (struct compile){ 0 };
	compile->last = &compile->first;
	r = pthread_condattr_init(&attr);
	if (r)
		return -r;
	/* Deadlines are on the clock of gpu_now_ns(). */
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&compile->lock, NULL);
	pthread_cond_init(&compile->work, &attr);
	pthread_cond_init(&compile->done, &attr);
	pthread_condattr_destroy(&attr);
	return 0;
}

static void set_state(struct pipeline *pipeline, enum pipeline_state state)
{
	__atomic_store_n(&pipeline->state, state, __ATOMIC_RELEASE);
}

/* Do one job, unlocked. Return: false if the thread was abandoned meanwhile. */
static bool do_job(struct compile_thread *thread, struct compile *compile)
{
	struct pipeline *job = thread->job;
	void (*hook)(void *data) = compile->hook;
	void *hook_data = compile->hook_data;
	char log[128];
	VkResult result;

	set_state(job, PIPELINE_RUNNING);
	thread->started_ns = gpu_now_ns();
	pthread_cond_broadcast(&compile->done); /* who waits sets its watchdog */
	pthread_mutex_unlock(&compile->lock);
	if (hook)
		hook(hook_data);
	result = pipeline_build(thread->gpu, job, log, sizeof(log));
	pthread_mutex_lock(&compile->lock);

	if (thread->abandoned)
		return false;
	if (log[0])
		gpu_log(thread->gpu, LOG_WARNING, "%s", log);
	thread->job = NULL;
	job->result = result;
	set_state(job, result ? PIPELINE_FAILED : PIPELINE_READY);
	pthread_cond_broadcast(&compile->done);
	return true;
}

static void *compile_main(void *data)
{
	struct compile_thread *thread = data;
	struct compile *compile = &thread->gpu->compile;
	bool mine = true;

	pthread_mutex_lock(&compile->lock);
	while (mine && !compile->stop) {
		if (!compile->first) {
			pthread_cond_wait(&compile->work, &compile->lock);
			continue;
		}
		thread->job = compile->first;
		compile->first = thread->job->next_job;
		if (!compile->first)
			compile->last = &compile->first;
		mine = do_job(thread, compile);
	}
	pthread_mutex_unlock(&compile->lock);
	if (!mine)
		free(thread);
	return NULL;
}

/* With the lock. Return: 0, or a negative errno. */
static int thread_start(struct gpu *gpu)
{
	struct compile_thread *thread;
	sigset_t all, old;
	int r;

	thread = calloc(1, sizeof(*thread));
	if (!thread)
		return -ENOMEM;
	thread->gpu = gpu;
	/* Signals are for the threads that expect them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&thread->thread, NULL, compile_main, thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (r) {
		free(thread);
		return -r;
	}
	gpu->compile.thread = thread;
	return 0;
}

/* With the lock: fail whatever still waits for a thread. */
static void jobs_fail(struct compile *compile, VkResult result)
{
	while (compile->first) {
		struct pipeline *job = compile->first;

		compile->first = job->next_job;
		job->result = result;
		set_state(job, PIPELINE_FAILED);
	}
	compile->last = &compile->first;
}

/* With the lock: give up on the job under way, and go on with a new thread. */
static void thread_abandon(struct gpu *gpu, struct compile_thread *thread)
{
	struct compile *compile = &gpu->compile;

	gpu_log(gpu, LOG_ERR,
		"the GPU driver hangs while it compiles a kernel (%" PRIu64
		" ms so far): given up, its thread is left behind",
		(gpu_now_ns() - thread->started_ns) / 1000000);
	set_state(thread->job, PIPELINE_ABANDONED);
	thread->abandoned = true;
	pthread_detach(thread->thread);
	compile->thread = NULL;
	compile->abandoned++;
	if (compile->first &&
	    (compile->abandoned >= COMPILE_ABANDONED_MAX || thread_start(gpu) < 0))
		jobs_fail(compile, VK_ERROR_INITIALIZATION_FAILED);
}

/* Queue a new pipeline. Return: 0, or a negative errno. */
int compile_queue(struct gpu *gpu, struct pipeline *pipeline)
{
	struct compile *compile = &gpu->compile;
	int r = 0;

	pthread_mutex_lock(&compile->lock);
	pipeline->next_job = NULL;
	if (compile->abandoned >= COMPILE_ABANDONED_MAX) {
		pipeline->result = VK_ERROR_INITIALIZATION_FAILED;
		set_state(pipeline, PIPELINE_FAILED);
		goto out_unlock;
	}
	if (!compile->thread)
		r = thread_start(gpu);
	if (r < 0)
		goto out_unlock;
	set_state(pipeline, PIPELINE_QUEUED);
	*compile->last = pipeline;
	compile->last = &pipeline->next_job;
	pthread_cond_signal(&compile->work);
out_unlock:
	pthread_mutex_unlock(&compile->lock);
	return r;
}

static void wait_until(struct compile *compile, uint64_t ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(ns / GPU_NS_PER_S),
		.tv_nsec = (long)(ns % GPU_NS_PER_S),
	};

	pthread_cond_timedwait(&compile->done, &compile->lock, &until);
}

static int state_error(struct gpu *gpu, const struct pipeline *pipeline, const char *name,
		       struct gpu_error *reterr)
{
	if (pipeline->state == PIPELINE_READY)
		return 0;
	if (pipeline->state == PIPELINE_ABANDONED)
		return gpu_fail(reterr, GPU_E_TIMEOUT,
				"compiling kernel %s took the GPU driver more than %" PRIu64
				" ms and was given up: change the kernel, or update the driver",
				name, gpu->options.compile_timeout_ns / 1000000);
	switch (pipeline->result) {
	case VK_ERROR_OUT_OF_HOST_MEMORY:
	case VK_ERROR_OUT_OF_DEVICE_MEMORY:
	case VK_ERROR_DEVICE_LOST:
		return gpu_fail_vk(gpu, reterr, pipeline->result, "compiling a kernel");
	default:
		return gpu_fail(
			reterr, GPU_E_COMPILE,
			"the GPU driver does not compile kernel %s (VkResult %d): report it "
			"with the program",
			name, pipeline->result);
	}
}

int compile_wait(struct gpu *gpu, struct pipeline *pipeline, uint64_t timeout_ns, const char *name,
		 struct gpu_error *reterr)
{
	struct compile *compile = &gpu->compile;
	uint64_t now, deadline;
	int r = -EAGAIN;

	/* The way of every launch but the first. */
	if (__atomic_load_n(&pipeline->state, __ATOMIC_ACQUIRE) == PIPELINE_READY)
		return 0;

	now = gpu_now_ns();
	deadline = timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns;
	pthread_mutex_lock(&compile->lock);
	for (;;) {
		struct compile_thread *thread = compile->thread;
		uint64_t watchdog = UINT64_MAX;

		if (pipeline->state > PIPELINE_RUNNING) {
			r = state_error(gpu, pipeline, name, reterr);
			break;
		}
		now = gpu_now_ns();
		if (thread && thread->job) {
			watchdog = thread->started_ns + gpu->options.compile_timeout_ns;
			if (now >= watchdog) {
				thread_abandon(gpu, thread);
				continue;
			}
		}
		if (now >= deadline)
			break;
		/* A minute at most: not every libc takes the end of time. */
		wait_until(compile, min_u64(min_u64(deadline, watchdog), now + 60 * GPU_NS_PER_S));
	}
	pthread_mutex_unlock(&compile->lock);
	return r;
}

bool compile_deinit(struct gpu *gpu)
{
	struct compile *compile = &gpu->compile;
	struct compile_thread *thread;

	pthread_mutex_lock(&compile->lock);
	compile->stop = true;
	jobs_fail(compile, VK_ERROR_INITIALIZATION_FAILED);
	pthread_cond_broadcast(&compile->work);
	while ((thread = compile->thread) && thread->job) {
		uint64_t watchdog = thread->started_ns + gpu->options.compile_timeout_ns;

		if (gpu_now_ns() >= watchdog)
			thread_abandon(gpu, thread);
		else
			wait_until(compile, watchdog);
	}
	pthread_mutex_unlock(&compile->lock);
	if (thread) {
		pthread_join(thread->thread, NULL);
		free(thread);
	}
	if (compile->abandoned)
		return false;
	pthread_cond_destroy(&compile->done);
	pthread_cond_destroy(&compile->work);
	pthread_mutex_destroy(&compile->lock);
	return true;
}
