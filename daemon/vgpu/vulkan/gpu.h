/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gpu.h - find a GPU and open it. First of the four public headers of this
 * folder: gpu.h, gpu-buffer.h, gpu-kernel.h, gpu-launch.h. None of them needs
 * Vulkan's headers; programs that use them link with -lmd and -ldl, and load
 * libvulkan.so.1 when gpu_list() or gpu_open() is called, not before.
 *
 *	struct gpu_error error;
 *	struct gpu *gpu;
 *
 *	if (gpu_open("auto", NULL, &gpu, &error))
 *		die("%s", error.text);
 *
 * Threads: a struct gpu and all that was made from it belong to one thread at a
 * time, the submitting thread. The compile thread in here is our own business.
 * Different struct gpu may be used by different threads at once.
 *
 * Errors: every call returns 0, a negative errno (out of host memory, a bug: it
 * goes up untouched), or a positive enum gpu_e for the direct caller to handle.
 * Where a struct gpu_error is given, its text is set in every case but 0: one
 * line that says what happened, to what, and what to do. It may be NULL.
 * Outputs (ret_…) are untouched unless a call returns 0 or says otherwise.
 *
 * Ending a process: if a driver hung while compiling, its thread still runs and
 * gpu_close() leaks the device instead of waiting. Such a process should leave
 * by _exit(), since exit() runs the driver's destructors under that thread.
 */
#ifndef GPU_H
#define GPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pxos_target;
struct gpu;

enum gpu_e {
	_GPU_E_SUCCESS,
	GPU_E_NO_LOADER, /* no libvulkan.so.1 on this machine */
	GPU_E_NO_DRIVER, /* a loader, and no driver that shows a device */
	GPU_E_NO_MATCH, /* devices, and none that the selector names */
	GPU_E_UNFIT, /* the device lacks what we cannot do without */
	GPU_E_NO_MEMORY, /* the GPU, or what it may pin, is full */
	GPU_E_REFUSED, /* accounting refused the charge: over quota */
	GPU_E_INVALID, /* this launch, buffer or range cannot be: the guest's mistake */
	GPU_E_BUDGET, /* a kernel went over its step budget */
	GPU_E_TIMEOUT, /* not finished in time; for a compile: given up, for good */
	GPU_E_COMPILE, /* the driver refused the kernel */
	GPU_E_LOST, /* the device is lost; all that follows says so too */
	GPU_E_FORGOTTEN, /* a launch too long ago, or one never submitted */
	GPU_E_DRIVER, /* any other failure of the driver */
	_GPU_E_N,
};

#define GPU_ERROR_TEXT_BYTES 512

struct gpu_error {
	int code; /* what the call returned */
	uint32_t line; /* GPU_E_BUDGET: line of the program; else 0 */
	char text[GPU_ERROR_TEXT_BYTES]; /* one line, no newline at its end */
};

/* "no-loader", "budget", …: stable, for machines to read */
const char *gpu_error_name(int code);

/* ----------------------------------------------------------------- devices */

enum gpu_type {
	GPU_TYPE_OTHER,
	GPU_TYPE_INTEGRATED,
	GPU_TYPE_DISCRETE,
	GPU_TYPE_VIRTUAL,
	GPU_TYPE_CPU,
};

/* "discrete", "integrated", "virtual", "cpu", "other" */
const char *gpu_type_name(enum gpu_type type);

#define GPU_DEVICES_MAX 16

struct gpu_info {
	uint32_t index; /* in gpu_list()'s order, which is the driver's */
	char name[256]; /* "NVIDIA H200", "llvmpipe (LLVM 15.0.6, 256 bits)" */
	char pci[16]; /* "0000:65:00.0", or "none" if it is no PCI device or does not say */
	enum gpu_type type;
	bool software; /* it runs on the CPU: type is GPU_TYPE_CPU */
	uint32_t vendor_id;
	uint32_t device_id;
	uint32_t api_version[3]; /* major, minor, patch */
	char driver_name[256]; /* "NVIDIA", "llvmpipe"; "" if it does not say */
	char driver_info[256]; /* "580.65.06", "Mesa 22.3.6 (LLVM 15.0.6)"; or "" */
	uint32_t driver_version; /* the driver's own encoding */
	uint64_t memory_bytes; /* of its device-local heaps, together */

	/* Limits of one launch or buffer here; see also pxos/limits.h. */
	uint32_t block_threads_max;
	uint32_t dispatch_groups_max; /* beyond it we cut: no limit to the user */
	uint32_t shared_bytes_max;
	uint32_t arrays_max;
	uint64_t array_bytes_max; /* of one array of a launch */
	uint64_t buffer_bytes_max; /* of one buffer */
	uint32_t offset_alignment_bytes; /* of an array's offset in its buffer */
	uint32_t import_alignment_bytes; /* 0: it cannot import host memory */
	uint32_t subgroup_size;
	bool timestamps; /* it can measure gpu_ns of results, see enum gpu_timing */
	bool float_atomics; /* float ATOMIC_ADD in hardware */
	bool usable; /* Vulkan 1.1 with a compute queue: gpu_open() takes it */
};

/*
 * gpu_list() - look at every device that Vulkan shows.
 * @infos: room for GPU_DEVICES_MAX; more devices than that are not shown
 * @ret_n: how many were found, at least 1
 *
 * Return: 0, GPU_E_NO_LOADER, GPU_E_NO_DRIVER, GPU_E_DRIVER.
 */
int gpu_list(struct gpu_info infos[GPU_DEVICES_MAX], size_t *ret_n, struct gpu_error *reterr);

/*
 * gpu_select() - which of @infos a selector names.
 * @selector: NULL, "" or "auto": the first usable discrete device, else the first
 *	integrated, virtual, other, CPU one. Else a PCI address ("0000:65:00.0", or
 *	"65:00.0" in domain 0), an index ("1"), or a part of a name, in any case.
 *
 * Return: 0, GPU_E_NO_MATCH (the text lists what there is).
 */
int gpu_select(const struct gpu_info *infos, size_t n, const char *selector, size_t *ret_index,
	       struct gpu_error *reterr);

/* ----------------------------------------------------------------- opening */

enum gpu_memory {
	GPU_MEMORY_DEVICE, /* memory of the GPU's own */
	GPU_MEMORY_PINNED, /* host memory that the GPU can reach: imported, staging */
};

/*
 * Where every byte is charged before it is taken. charge() answers 0, or
 * anything else to refuse (the call that asked then returns GPU_E_REFUSED).
 * Charged is what is taken from the driver: small buffers share a chunk, and the
 * chunk is charged. Our own rings are charged too, when the GPU is opened.
 */
struct gpu_account {
	int (*charge)(void *data, enum gpu_memory memory, uint64_t bytes);
	void (*uncharge)(void *data, enum gpu_memory memory, uint64_t bytes);
	void *data;
};

/* Which launches have their time on the GPU measured (gpu_ns of results). */
enum gpu_timing {
	/* Those that are cut into slices, and on a GPU those large enough to learn from: a
	 * time stamp costs a tenth of an empty launch there, and on a software GPU as
	 * much as one. */
	GPU_TIMING_AUTO,
	GPU_TIMING_ALWAYS,
	GPU_TIMING_NEVER,
};

/* All zero is the default, and so is a NULL pointer to it. */
struct gpu_options {
	const struct gpu_account *account; /* NULL: none. Copied. */
	/* One line, no newline; @priority is syslog's. NULL: silence. May be
	 * called by the compile thread. */
	void (*log)(void *data, int priority, const char *line);
	void *log_data;
	/* Folder of compiled pipelines, one per VM, made if missing; NULL: none. */
	const char *cache_dir;
	uint64_t cache_bytes_max; /* 0: 64 MiB */
	uint64_t compile_timeout_ns; /* 0: 10 s */
	uint64_t block_budget_steps; /* 0: chosen for the GPU */
	enum gpu_timing timing;
	/* How long a wait polls before it sleeps: less latency for more CPU. */
	uint64_t spin_ns; /* 0: none */
};

/*
 * gpu_open() - make a Vulkan device of the GPU that @selector names.
 *
 * Takes 30 to 80 ms on lavapipe, up to 400 ms on a large GPU. What it enables is
 * what gpu_target() then says and nothing else.
 *
 * Return: 0, GPU_E_NO_LOADER, GPU_E_NO_DRIVER, GPU_E_NO_MATCH, GPU_E_UNFIT,
 * GPU_E_NO_MEMORY, GPU_E_REFUSED, GPU_E_DRIVER, -ENOMEM.
 */
int gpu_open(const char *selector, const struct gpu_options *options, struct gpu **ret_gpu,
	     struct gpu_error *reterr);

/*
 * gpu_close() - give everything back. Waits for launches under way, but 2 s at
 * most; after that, or with a hung compile, the device is leaked and the log
 * says so. Buffers and kernels must have been freed before. Accepts NULL, returns NULL.
 */
struct gpu *gpu_close(struct gpu *gpu);

/* Valid as long as @gpu. */
const struct gpu_info *gpu_get_info(const struct gpu *gpu);

/* What the compiler may use here. PXOS_TARGET_ARRAYS_APART is left out: that is
 * known launch by launch, see gpu_launch_arrays_apart(). */
void gpu_target(const struct gpu *gpu, struct pxos_target *ret_target);

/* Has the device been lost? Then nothing on it can be saved; open it anew. */
bool gpu_is_lost(const struct gpu *gpu);

/* Steps that one block may spend here, in the units of pxos_kernel_cost(). */
uint64_t gpu_block_budget(const struct gpu *gpu);

/*
 * gpu_cache_environment() - point the drivers' own shader caches (Mesa's, the
 * NVIDIA driver's) to @dir as well, so that no two VMs share one. It sets environment
 * variables: to be called once, before gpu_list() and before any thread is started.
 *
 * Return: 0, -ENOMEM.
 */
int gpu_cache_environment(const char *dir);

#endif
