/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * backend.h - where a program runs.
 *
 * The commands know a program, its arguments and what comes back, and nothing of how
 * it is run. Today there is one place, the GPUs of this machine, driven from
 * within this process (backend-local.c). In a guest, libpxos_gpu and the daemon
 * behind it will take its place, on a host the daemon; they are handed the program's
 * text where this one is handed the compiled kernels, so a job carries both.
 *
 * Every call says its failures itself (CLI_E_SAID) or returns a negative errno.
 */
#ifndef PXOS_CLI_BACKEND_H
#define PXOS_CLI_BACKEND_H

#include "pxos_compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backend;
struct progress;
struct program;

#define BACKEND_GPUS_MAX 16

struct backend_gpu {
	char name[256];
	char pci[16]; /* "none": no PCI device */
	const char *type; /* "discrete", … */
	bool software; /* it is the CPU */
	bool usable;
	uint64_t memory_bytes;
	char driver[512]; /* "NVIDIA 580.65.06" */
};

struct job_array {
	const char *name;
	enum pxos_type type;
	uint32_t uses; /* enum pxos_use, over all launches */
	uint32_t length;
	bool implicit; /* the program makes it: no argument */
	/* Elements before; NULL: all zero. After the run, of a written array, those
	 * that it then has. */
	void *data;
};

struct job_scalar {
	const char *name;
	enum pxos_type type;
	uint32_t word;
	bool automatic; /* took the length of the first array */
};

/* A program with all that it needs, to be run once. */
struct job {
	const struct program *program;
	struct job_array *arrays;
	size_t n_arrays;
	struct job_scalar *scalars;
	size_t n_scalars;
	uint64_t step_budget; /* 0: the GPU's own */
	uint64_t slice_ns; /* 0: not asked for */
};

/* Where the time of a run went. GPU time is 0 if the GPU cannot tell. */
struct job_times {
	uint64_t pipeline_ns; /* machine code, made by the driver */
	uint64_t upload_ns;
	uint64_t run_ns; /* launches, by the clock on the wall */
	uint64_t gpu_ns; /* likewise, by the GPU's own */
	uint64_t download_ns;
	uint32_t slices;
};

int backend_list(struct backend_gpu gpus[BACKEND_GPUS_MAX], size_t *ret_n);

/* @selector: NULL or "auto", a PCI address, an index of backend_list(), a part of a name */
int backend_open(const char *selector, struct backend **ret_backend);
/* Accepts NULL, returns NULL. */
struct backend *backend_close(struct backend *backend);

const struct backend_gpu *backend_gpu(const struct backend *backend);
/* What to compile a job's program for: no two arrays of a job overlap. */
void backend_target(const struct backend *backend, struct pxos_target *ret_target);
/* The target of @selector's GPU; NULL: what every GPU can do, and none is looked for. */
int backend_target_of(const char *selector, struct pxos_target *ret_target);
int backend_run(struct backend *backend, struct job *job, struct progress *progress,
		struct job_times *ret_times);
/* A driver hangs in a thread of ours: leave by _exit(). */
bool backend_hangs(const struct backend *backend);

#endif
