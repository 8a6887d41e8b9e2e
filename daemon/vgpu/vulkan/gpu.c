// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A GPU, opened: the device, what was enabled on it, and the order in which all of it
 * comes up and goes down.
 *
 * Exactly those extensions and features are enabled that gpu_target() tells the
 * compiler of, or that this folder uses by itself: push descriptors, host query
 * reset, import of host memory. Robust buffer access is not: the compiler
 * checks every index, on lengths that gpu-launch.c has checked against the
 * buffers.
 *
 * Going down never waits for a driver without end. What may still be in use, by
 * a GPU that does not finish or by a compile that hangs, is left as it is, and
 * said.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define CACHE_BYTES_DEFAULT (UINT64_C(64) << 20)
#define COMPILE_TIMEOUT_DEFAULT_NS (10 * GPU_NS_PER_S)
#define CLOSE_TIMEOUT_NS (2 * GPU_NS_PER_S)

/* ---------------------------------------------------------------------- saying */

static const char *const gpu_error_names[_GPU_E_N] = {
	[_GPU_E_SUCCESS] = "success",	 [GPU_E_NO_LOADER] = "no-loader",
	[GPU_E_NO_DRIVER] = "no-driver", [GPU_E_NO_MATCH] = "no-match",
	[GPU_E_UNFIT] = "unfit",	 [GPU_E_NO_MEMORY] = "no-memory",
	[GPU_E_REFUSED] = "refused",	 [GPU_E_INVALID] = "invalid",
	[GPU_E_BUDGET] = "budget",	 [GPU_E_TIMEOUT] = "timeout",
	[GPU_E_COMPILE] = "compile",	 [GPU_E_LOST] = "lost",
	[GPU_E_FORGOTTEN] = "forgotten", [GPU_E_DRIVER] = "driver",
};

const char *gpu_error_name(int code)
{
	if (code < 0)
		return "system";
	return code < _GPU_E_N ? gpu_error_names[code] : "unknown";
}

static const char *const gpu_type_names[] = {
	[GPU_TYPE_OTHER] = "other",	  [GPU_TYPE_INTEGRATED] = "integrated",
	[GPU_TYPE_DISCRETE] = "discrete", [GPU_TYPE_VIRTUAL] = "virtual",
	[GPU_TYPE_CPU] = "cpu",
};

const char *gpu_type_name(enum gpu_type type)
{
	return gpu_type_names[type];
}

uint64_t gpu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * GPU_NS_PER_S + (uint64_t)now.tv_nsec;
}

void gpu_log(struct gpu *gpu, int priority, const char *format, ...)
{
	char line[512];
	va_list args;

	if (!gpu->options.log)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	gpu->options.log(gpu->options.log_data, priority, line);
}

int gpu_fail(struct gpu_error *reterr, int code, const char *format, ...)
{
	va_list args;

	if (reterr) {
		reterr->code = code;
		reterr->line = 0;
		va_start(args, format);
		vsnprintf(reterr->text, sizeof(reterr->text), format, args);
		va_end(args);
	}
	return code;
}

int gpu_fail_lost(struct gpu_error *reterr)
{
	return gpu_fail(reterr, GPU_E_LOST,
			"the GPU was lost (reset, unplugged, or its driver failed): open it again");
}

int gpu_fail_vk(struct gpu *gpu, struct gpu_error *reterr, VkResult result, const char *what)
{
	switch (result) {
	case VK_ERROR_OUT_OF_DEVICE_MEMORY:
		return gpu_fail(reterr, GPU_E_NO_MEMORY, "the GPU is out of memory while %s", what);
	case VK_ERROR_OUT_OF_HOST_MEMORY:
		return gpu_fail(reterr, GPU_E_NO_MEMORY,
				"the GPU's driver is out of host memory while %s", what);
	case VK_ERROR_TOO_MANY_OBJECTS:
		return gpu_fail(reterr, GPU_E_NO_MEMORY,
				"the GPU takes no further allocation while %s: use fewer, larger "
				"buffers",
				what);
	case VK_ERROR_INVALID_EXTERNAL_HANDLE:
		return gpu_fail(reterr, GPU_E_INVALID,
				"the GPU's driver cannot use this memory while %s: copy instead",
				what);
	case VK_ERROR_DEVICE_LOST:
		if (gpu)
			queue_lose(gpu);
		return gpu_fail_lost(reterr);
	default:
		return gpu_fail(reterr, GPU_E_DRIVER,
				"the GPU's driver failed while %s (VkResult %d)", what, result);
	}
}

/* --------------------------------------------------------------------- opening */

static int open_device(struct gpu *gpu, struct gpu_error *reterr)
{
	const struct gpu_caps *caps = &gpu->caps;
	VkPhysicalDeviceHostQueryResetFeatures reset = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_HOST_QUERY_RESET_FEATURES,
		.hostQueryReset = VK_TRUE,
	};
	VkPhysicalDevice8BitStorageFeatures storage8 = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES,
		.storageBuffer8BitAccess = VK_TRUE,
	};
	VkPhysicalDeviceShaderAtomicFloatFeaturesEXT atomic = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT,
		.shaderBufferFloat32AtomicAdd = caps->atomic_float_add,
		.shaderSharedFloat32AtomicAdd = caps->atomic_float_add_shared,
	};
	const struct {
		bool wanted;
		const char *name;
		void *features;
	} table[] = {
		{ caps->push_descriptor, VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME, NULL },
		{ caps->host_query_reset, VK_EXT_HOST_QUERY_RESET_EXTENSION_NAME, &reset },
		{ caps->storage8, VK_KHR_8BIT_STORAGE_EXTENSION_NAME, &storage8 },
		{ caps->float_controls, VK_KHR_SHADER_FLOAT_CONTROLS_EXTENSION_NAME, NULL },
		{ caps->atomic_float, VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME, &atomic },
		{ caps->import, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME, NULL },
	};
	const char *names[sizeof(table) / sizeof(table[0])];
	const float priority = 0.5f;
	const VkDeviceQueueCreateInfo queue_info = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueFamilyIndex = caps->queue_family,
		.queueCount = 1,
		.pQueuePriorities = &priority,
	};
	/* The compiler's own checks are what a launch relies on. The driver's stand behind
	 * them, should it load a checked index a second time: on an NVIDIA H200 they cost
	 * nothing that could be measured. Every Vulkan device has them. */
	const VkPhysicalDeviceFeatures core = { .robustBufferAccess = VK_TRUE };
	VkDeviceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.pEnabledFeatures = &core,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue_info,
		.ppEnabledExtensionNames = names,
	};
	VkResult result;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		VkBaseOutStructure *features = table[i].features;

		if (!table[i].wanted)
			continue;
		names[info.enabledExtensionCount++] = table[i].name;
		if (features) {
			features->pNext = (VkBaseOutStructure *)info.pNext;
			info.pNext = features;
		}
	}
	result = vkCreateDevice(gpu->physical, &info, NULL, &gpu->device);
	if (result) {
		gpu->device = VK_NULL_HANDLE;
		return gpu_fail_vk(NULL, reterr, result, "opening it");
	}
	volkLoadDeviceTable(&gpu->vk, gpu->device);
	gpu->vk.vkGetDeviceQueue(gpu->device, caps->queue_family, 0, &gpu->vk_queue);
	vkGetPhysicalDeviceMemoryProperties(gpu->physical, &gpu->heaps);
	return 0;
}

static int open_selected(struct gpu *gpu, const char *selector, struct gpu_error *reterr)
{
	struct gpu_info infos[GPU_DEVICES_MAX];
	struct gpu_caps caps[GPU_DEVICES_MAX];
	VkPhysicalDevice devices[GPU_DEVICES_MAX];
	size_t n, index;
	int r;

	r = list_devices(infos, caps, devices, &n, reterr);
	if (r)
		return r;
	r = gpu_select(infos, n, selector, &index, reterr);
	if (r)
		return r;
	if (!infos[index].usable)
		return gpu_fail(reterr, GPU_E_UNFIT,
				"%.64s has no Vulkan 1.1 with compute: update its driver",
				infos[index].name);
	gpu->info = infos[index];
	gpu->caps = caps[index];
	gpu->physical = devices[index];
	return open_device(gpu, reterr);
}

/* A cache that cannot be used is no reason not to open a GPU. */
static void open_cache(struct gpu *gpu, const char *dir)
{
	const uint32_t numbers[] = { gpu->info.vendor_id, gpu->info.device_id,
				     gpu->info.driver_version };
	const struct cache_piece pieces[] = {
		{ numbers, sizeof(numbers) },
		{ gpu->caps.pipeline_cache_uuid, VK_UUID_SIZE },
		{ gpu->caps.driver_uuid, VK_UUID_SIZE },
		{ gpu->info.driver_info, strlen(gpu->info.driver_info) },
	};
	uint8_t driver[CACHE_KEY_BYTES];
	int r;

	if (!dir)
		return;
	if (gpu->info.software) {
		gpu_log(gpu, LOG_INFO,
			"no pipeline cache for %s: its driver compiles at the first launch and "
			"keeps a cache of its own",
			gpu->info.name);
		return;
	}
	cache_digest(pieces, sizeof(pieces) / sizeof(pieces[0]), driver);
	r = cache_new(dir, driver,
		      gpu->options.cache_bytes_max ? gpu->options.cache_bytes_max
						   : CACHE_BYTES_DEFAULT,
		      &gpu->cache);
	if (r == CACHE_E_FOREIGN)
		gpu_log(gpu, LOG_WARNING,
			"no pipeline cache: others may use %s; it must be ours, mode 0700", dir);
	else if (r)
		gpu_log(gpu, LOG_WARNING, "no pipeline cache in %s: %s", dir, strerror(-r));
}

int gpu_open(const char *selector, const struct gpu_options *options, struct gpu **ret_gpu,
	     struct gpu_error *reterr)
{
	struct gpu *gpu;
	int r;

	gpu = calloc(1, sizeof(*gpu));
	if (!gpu)
		return gpu_fail(reterr, -ENOMEM, "out of memory while opening a GPU");
	if (options)
		gpu->options = *options;
	if (gpu->options.account)
		gpu->account = *gpu->options.account;
	if (!gpu->options.compile_timeout_ns)
		gpu->options.compile_timeout_ns = COMPILE_TIMEOUT_DEFAULT_NS;
	r = compile_init(&gpu->compile);
	if (r) {
		free(gpu);
		return gpu_fail(reterr, r, "no locks for a compile thread");
	}

	r = open_selected(gpu, selector, reterr);
	if (!r) {
		open_cache(gpu, gpu->options.cache_dir);
		r = queue_init(gpu, reterr);
	}
	gpu->options.cache_dir = NULL; /* the caller's; not needed again */
	gpu->options.account = NULL;
	if (r) {
		gpu_close(gpu);
		return r;
	}
	*ret_gpu = gpu;
	return 0;
}

struct gpu *gpu_close(struct gpu *gpu)
{
	bool compiled, finished = true;

	if (!gpu)
		return NULL;
	compiled = compile_deinit(gpu);
	if (gpu->device) {
		finished = queue_drain(gpu, CLOSE_TIMEOUT_NS) && !gpu->leak;
		if (!finished || !compiled) {
			gpu_log(gpu, LOG_ERR, "GPU %s is left open: %s", gpu->info.name,
				finished ? "its driver still compiles" : "it does not finish");
			return NULL;
		}
		gpu_buffer_free(gpu->staging);
		gpu_buffer_free(gpu->zeros);
		queue_deinit(gpu);
		buffer_reap(gpu);
		pipelines_deinit(gpu);
		memory_pool_deinit(gpu);
		gpu->vk.vkDestroyDevice(gpu->device, NULL);
	}
	cache_free(gpu->cache);
	free(gpu);
	return NULL;
}

/* ----------------------------------------------------------------------- asking */

const struct gpu_info *gpu_get_info(const struct gpu *gpu)
{
	return &gpu->info;
}

bool gpu_is_lost(const struct gpu *gpu)
{
	return gpu->lost;
}

uint64_t gpu_block_budget(const struct gpu *gpu)
{
	if (gpu->options.block_budget_steps)
		return gpu->options.block_budget_steps;
	return plan_block_budget(gpu->info.type);
}

void gpu_target(const struct gpu *gpu, struct pxos_target *ret_target)
{
	const struct gpu_caps *caps = &gpu->caps;
	uint32_t flags = 0;

	if (caps->storage8)
		flags |= PXOS_TARGET_STORAGE8;
	if (caps->preserve_float32)
		flags |= PXOS_TARGET_PRESERVE_FLOAT32;
	if (caps->rte_float32)
		flags |= PXOS_TARGET_RTE_FLOAT32;
	if (caps->atomic_float_add)
		flags |= PXOS_TARGET_ATOMIC_FLOAT_ADD;
	if (caps->atomic_float_add_shared)
		flags |= PXOS_TARGET_ATOMIC_FLOAT_ADD_SHARED;
	if (caps->subgroup_arithmetic)
		flags |= PXOS_TARGET_SUBGROUP_ARITHMETIC;
	/* The one software GPU there is, Mesa's llvmpipe, has that limit. */
	if (gpu->info.software)
		flags |= PXOS_TARGET_FEW_ROUNDS;
	*ret_target = (struct pxos_target){
		.size = sizeof(*ret_target),
		.flags = flags,
		.threads_max = gpu->info.block_threads_max,
		.shared_bytes_max = gpu->info.shared_bytes_max,
		.arrays_max = caps->storage_buffers_max - 1,
		.push_bytes_max = caps->push_bytes_max,
		.subgroup_size = gpu->info.subgroup_size,
	};
}

int gpu_cache_environment(const char *dir)
{
	/* Mesa's, the NVIDIA driver's, and where others look when they have no name of their own. */
	static const char *const names[] = { "MESA_SHADER_CACHE_DIR", "__GL_SHADER_DISK_CACHE_PATH",
					     "XDG_CACHE_HOME" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (setenv(names[i], dir, 1))
			return -ENOMEM;
	return 0;
}
