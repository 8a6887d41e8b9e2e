/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gpu-private.h - what the files of this folder know of each other.
 *
 * Who may call whom, lowest first: list ← memory, cache ← pipeline ← compile ←
 * kernel, plan ← queue ← buffer, launch ← gpu.
 *
 * Everything belongs to the submitting thread, but struct compile (guarded by its
 * own lock), struct cache (touched by the compile thread only, once gpu_open() has
 * returned), and of struct pipeline what its comments say.
 */
#ifndef GPU_PRIVATE_H
#define GPU_PRIVATE_H

#include <pthread.h>
#include <volk.h>
#include "daemon/compiler/pxos_compiler.h"
#include "daemon/vgpu/vulkan/gpu-buffer.h"
#include "daemon/vgpu/vulkan/gpu-cache.h"
#include "daemon/vgpu/vulkan/gpu-kernel.h"
#include "daemon/vgpu/vulkan/gpu-launch.h"
#include "daemon/vgpu/vulkan/gpu.h"

#define GPU_NS_PER_S UINT64_C(1000000000)

/* What a physical device has, beyond what users are told. */
struct gpu_caps {
	bool push_descriptor;
	bool host_query_reset;
	bool storage8;
	bool float_controls; /* the extension; which of them: */
	bool preserve_float32;
	bool rte_float32;
	bool atomic_float; /* the extension; which of them: */
	bool atomic_float_add;
	bool atomic_float_add_shared;
	bool subgroup_arithmetic;
	bool import;
	/* The GPU has no memory of its own: what is made for it may be mapped, too. */
	bool unified;
	uint32_t queue_family;
	uint32_t timestamp_bits;
	double timestamp_ns; /* a tick */
	uint32_t push_bytes_max;
	uint32_t storage_buffers_max; /* a stage */
	uint64_t uniform_alignment_bytes;
	uint8_t pipeline_cache_uuid[VK_UUID_SIZE];
	uint8_t driver_uuid[VK_UUID_SIZE];
};

/* --------------------------------------------------------------- gpu-list.c */

int list_devices(struct gpu_info infos[GPU_DEVICES_MAX], struct gpu_caps caps[GPU_DEVICES_MAX],
		 VkPhysicalDevice devices[GPU_DEVICES_MAX], size_t *ret_n,
		 struct gpu_error *reterr);

/* ------------------------------------------------------------- gpu-memory.c */

/* One allocation of the driver's, with one VkBuffer over all of it. */
struct memory {
	VkDeviceMemory memory;
	VkBuffer buffer;
	uint64_t bytes; /* charged; 0: nothing here */
	enum gpu_memory account;
	void *map; /* NULL: not mapped */
};

enum memory_class {
	MEMORY_DEVICE,
	MEMORY_HOST,
	_MEMORY_CLASS_N,
};

/* Slots of 256 bytes to 64 KiB, in powers of two; larger buffers stand alone. */
#define MEMORY_SLOT_SHIFT_MIN 8
#define MEMORY_SLOT_SHIFT_MAX 16
#define MEMORY_SLOT_SIZES (MEMORY_SLOT_SHIFT_MAX - MEMORY_SLOT_SHIFT_MIN + 1)
#define MEMORY_SLOTS_MAX 64
#define MEMORY_CHUNK_BYTES_MAX (1u << 20)

struct memory_chunk {
	struct memory memory;
	struct memory_chunk *next;
	struct memory_chunk **head; /* of the list it is in */
	uint64_t taken; /* bit 1 << slot; slots that are not there are taken */
	uint64_t absent; /* those */
	uint32_t slot_bytes;
};

struct memory_pool {
	struct memory_chunk *chunks[_MEMORY_CLASS_N][MEMORY_SLOT_SIZES];
};

int memory_new(struct gpu *gpu, enum memory_class class, uint64_t bytes, struct memory *ret_memory,
	       struct gpu_error *reterr);
int memory_import(struct gpu *gpu, void *map, uint64_t bytes, struct memory *ret_memory,
		  struct gpu_error *reterr);
void memory_deinit(struct gpu *gpu, struct memory *memory);
int memory_slot_take(struct gpu *gpu, enum memory_class class, uint64_t bytes,
		     struct memory_chunk **ret_chunk, uint32_t *ret_slot, struct gpu_error *reterr);
void memory_slot_drop(struct gpu *gpu, struct memory_chunk *chunk, uint32_t slot);
void memory_pool_deinit(struct gpu *gpu);

/* ------------------------------------------------------------- gpu-buffer.c */

/* When this memory was last touched, in barriers of the queue. */
struct hazard {
	uint64_t read_epoch;
	uint64_t write_epoch;
};

struct gpu_buffer {
	struct gpu *gpu;
	enum gpu_buffer_kind kind;
	uint64_t bytes; /* as asked for */
	uint64_t bound_bytes; /* what a binding may reach: bytes, rounded up to 4 */
	VkBuffer vk;
	uint64_t vk_offset_bytes;
	void *map; /* NULL: only the GPU reaches it; set for a DEVICE buffer if unified */
	struct hazard *hazard; /* own_hazard, or the one of all imports */
	struct hazard own_hazard;
	uint64_t last_seq; /* of the last operation that uses it */
	struct memory memory; /* all its own, or: */
	struct memory_chunk *chunk;
	uint32_t slot;
	struct gpu_buffer *next_dead;
};

/* Destroy the buffers whose last user has finished (all of them if the device is lost). */
void buffer_reap(struct gpu *gpu);

/* ----------------------------------------------------------- gpu-pipeline.c */

enum pipeline_state {
	PIPELINE_QUEUED,
	PIPELINE_RUNNING,
	PIPELINE_READY,
	PIPELINE_FAILED,
	PIPELINE_ABANDONED, /* its thread may wake up and write here: never freed */
};

/*
 * Machine code for some words, a block size and checks or none.
 * From QUEUED to the end of RUNNING the Vulkan handles belong to the compile thread;
 * state and result are guarded by the lock of struct compile.
 */
struct pipeline {
	struct pipeline *next; /* in gpu->pipelines, last used first */
	struct pipeline *next_job; /* guarded by the lock */
	unsigned refs; /* kernels and launches under way; 0: kept for the next one */

	/* the key */
	uint64_t hash;
	uint32_t *words;
	size_t n_words;
	uint32_t n_arrays;
	uint32_t n_args;
	bool has_status;
	bool has_uniform;
	uint32_t block;
	bool checked;

	enum pipeline_state state;
	VkResult result; /* if FAILED */
	VkShaderModule module;
	VkDescriptorSetLayout set_layout;
	VkPipelineLayout layout;
	VkPipeline pipeline;

	/* Measured on this GPU, by the submitting thread; 0: not yet. */
	double ns_per_step;
};

#define PIPELINES_IDLE_MAX 256

int pipeline_get(struct gpu *gpu, const struct pxos_kernel *kernel, uint32_t block, bool checked,
		 struct pipeline **ret_pipeline);
void pipeline_unref(struct gpu *gpu, struct pipeline *pipeline);
/* In the compile thread. @log: room for a line about the cache, or left empty. */
VkResult pipeline_build(struct gpu *gpu, struct pipeline *pipeline, char *log, size_t log_bytes);
void pipelines_deinit(struct gpu *gpu);

/* ------------------------------------------------------------ gpu-compile.c */

#define COMPILE_ABANDONED_MAX 4

struct compile_thread;

struct compile {
	pthread_mutex_t lock;
	pthread_cond_t work; /* a job or stop, to the thread */
	pthread_cond_t done; /* a job's start or end, to the submitting thread */
	struct pipeline *first;
	struct pipeline **last;
	struct compile_thread *thread; /* NULL: none runs */
	unsigned abandoned;
	bool stop;
	/* Tests: called in the compile thread before the driver is. */
	void (*hook)(void *data);
	void *hook_data;
};

int compile_init(struct compile *compile);
/* False: threads were abandoned; nothing that they may touch must be freed. */
bool compile_deinit(struct gpu *gpu);
int compile_queue(struct gpu *gpu, struct pipeline *pipeline);
/* Return: 0, -EAGAIN, GPU_E_TIMEOUT, GPU_E_COMPILE, … with a text for kernel @name. */
int compile_wait(struct gpu *gpu, struct pipeline *pipeline, uint64_t timeout_ns, const char *name,
		 struct gpu_error *reterr);

/* ------------------------------------------------------------- gpu-kernel.c */

struct gpu_kernel {
	struct gpu *gpu;
	unsigned refs; /* the caller, and launches under way */
	struct pxos_kernel kernel; /* everything it points to is in @storage */
	void *storage;
	struct pipeline *pipelines[2]; /* last used: unchecked, checked */
};

struct plan;

struct gpu_kernel *kernel_ref(struct gpu_kernel *kernel);
int kernel_pipeline(struct gpu_kernel *kernel, const struct plan *plan,
		    struct pipeline **ret_pipeline);

/* --------------------------------------------------------------- gpu-plan.c */

/* How a launch is to be run. */
struct plan {
	uint32_t block; /* threads a workgroup */
	uint64_t threads; /* of the whole launch */
	uint64_t groups;
	double steps_per_group; /* what a workgroup is thought to cost */
	bool steps_known; /* else it is the step budget: the worst there can be */
	uint32_t thread_budget;
	bool checked;
};

/* Return: 0, GPU_E_INVALID, GPU_E_BUDGET. */
int plan_make(const struct gpu_launch *launch, struct plan *ret_plan, struct gpu_error *reterr);
uint64_t plan_block_budget(enum gpu_type type);
/* Is it large enough for its time to say what a step takes? */
bool plan_tells(const struct plan *plan, enum gpu_type type);
/* GPU time of that many steps of @pipeline, by measure or by guess. */
double plan_ns(const struct pipeline *pipeline, enum gpu_type type, double steps);
/* Workgroups worth about @ns; never so few that the GPU would idle. */
uint64_t plan_groups(const struct plan *plan, const struct pipeline *pipeline, enum gpu_type type,
		     uint64_t ns);
void plan_measured(struct pipeline *pipeline, enum gpu_type type, uint64_t groups, double steps,
		   uint64_t ns);

/* -------------------------------------------------------------- gpu-queue.c */

#include "daemon/vgpu/vulkan/gpu-queue.h"

/* ------------------------------------------------------------------- gpu.c */

struct gpu {
	struct gpu_info info;
	struct gpu_caps caps;
	struct gpu_options options; /* its pointers are not to be used, but for log_data */
	struct gpu_account account; /* charge NULL: none */
	VkPhysicalDevice physical;
	VkDevice device;
	VkQueue vk_queue;
	VkPhysicalDeviceMemoryProperties heaps;
	struct VolkDeviceTable vk;
	bool lost;

	struct memory_pool pool;
	struct cache *cache; /* NULL: none */
	struct compile compile;
	struct pipeline *pipelines;
	unsigned pipelines_idle;
	struct queue queue;
	struct hazard import_hazard;
	struct gpu_buffer *dead; /* freed, and still in use by the GPU */
	struct gpu_buffer *zeros; /* bound where an array has no elements */
	struct gpu_buffer *staging; /* made when first needed */
	uint64_t staging_seq[2]; /* the last operation on each half */
	/* The GPU may still run what we gave up: nothing is destroyed any more. */
	bool leak;
};

uint64_t gpu_now_ns(void);
void gpu_log(struct gpu *gpu, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Set the text and return @code. */
int gpu_fail(struct gpu_error *reterr, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for what a Vulkan call answered; a lost device is remembered. */
int gpu_fail_vk(struct gpu *gpu, struct gpu_error *reterr, VkResult result, const char *what);
int gpu_fail_lost(struct gpu_error *reterr);

static inline uint64_t round_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
