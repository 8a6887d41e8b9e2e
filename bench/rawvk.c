// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plain Vulkan, as a careful person would write it by hand: the other side of
 * every comparison, and the neutral ground on which compiled and hand-written
 * shaders are timed.
 *
 * It shares nothing with daemon/vgpu/vulkan, on purpose: a habit that costs time
 * there must not cost the same time here. Functions are called through a table of
 * the device's own, which is what the driver gives, not through the loader.
 *
 * One queue, one command buffer, one fence. All work is waited for before the
 * call returns. Memory is device-local; host and device exchange it through one
 * mapped staging buffer.
 *
 * Errors end the program: a benchmark has nobody to tell but its user.
 */
#include "rawvk.h"
#include "measure.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGING_BYTES ((VkDeviceSize)64 << 20)
#define QUERIES (2 * RAWVK_JOBS_MAX)

_Noreturn void rawvk_die(const char *what, VkResult result)
{
	fprintf(stderr, "rawvk: %s failed (VkResult %d)\n", what, (int)result);
	exit(2);
}

static void must(const char *what, VkResult result)
{
	if (result != VK_SUCCESS)
		rawvk_die(what, result);
}

/* ------------------------------------------------------------------ device */

static void make_instance(struct rawvk *rv)
{
	const VkApplicationInfo app = {
		.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.pApplicationName = "bench",
		.apiVersion = VK_API_VERSION_1_2,
	};
	const VkInstanceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pApplicationInfo = &app,
	};

	PFN_vkGetInstanceProcAddr get;
	PFN_vkCreateInstance create;

	rv->loader = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!rv->loader)
		rawvk_die("loading libvulkan.so.1", VK_ERROR_INITIALIZATION_FAILED);
	get = (PFN_vkGetInstanceProcAddr)dlsym(rv->loader, "vkGetInstanceProcAddr");
	create = (PFN_vkCreateInstance)get(NULL, "vkCreateInstance");
	must("vkCreateInstance", create(&info, NULL, &rv->instance));
#define LOAD(name) rv->vk.name = (PFN_##name)get(rv->instance, #name);
	RAWVK_INSTANCE_FUNCTIONS(LOAD)
#undef LOAD
}

static void pick_gpu(struct rawvk *rv, int wanted)
{
	VkPhysicalDevice all[16];
	uint32_t i, n = ARRAY_LENGTH(all), pick = 0;
	VkResult r = rv->vk.vkEnumeratePhysicalDevices(rv->instance, &n, all);

	if ((r != VK_SUCCESS && r != VK_INCOMPLETE) || !n)
		rawvk_die("finding a GPU", r);
	for (i = n; i-- > 0;) {
		rv->vk.vkGetPhysicalDeviceProperties(all[i], &rv->properties);
		if (rv->properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU)
			pick = i;
	}
	if (wanted >= 0 && (uint32_t)wanted < n)
		pick = (uint32_t)wanted;
	rv->physical = all[pick];
}

static void look_at_gpu(struct rawvk *rv)
{
	VkPhysicalDeviceFloatControlsProperties floats = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FLOAT_CONTROLS_PROPERTIES,
	};
	VkPhysicalDeviceSubgroupProperties subgroup = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES,
		.pNext = &floats,
	};
	VkPhysicalDeviceDriverProperties driver = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES,
		.pNext = &subgroup,
	};
	VkPhysicalDeviceProperties2 props = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
		.pNext = &driver,
	};

	rv->vk.vkGetPhysicalDeviceProperties2(rv->physical, &props);
	rv->vk.vkGetPhysicalDeviceMemoryProperties(rv->physical, &rv->memory);
	rv->properties = props.properties;
	rv->software = props.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
	rv->tick_ns = props.properties.limits.timestampPeriod;
	rv->subgroup_size = subgroup.subgroupSize;
	rv->subgroup_arithmetic =
		(subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) &&
		(subgroup.supportedOperations & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT);
	rv->preserve_float32 = floats.shaderSignedZeroInfNanPreserveFloat32;
	rv->rte_float32 = floats.shaderRoundingModeRTEFloat32;
	snprintf(rv->driver, sizeof(rv->driver), "%s %s", driver.driverName, driver.driverInfo);
}

static void pick_family(struct rawvk *rv)
{
	VkQueueFamilyProperties all[16];
	uint32_t i, n = ARRAY_LENGTH(all);

	rv->vk.vkGetPhysicalDeviceQueueFamilyProperties(rv->physical, &n, all);
	for (i = 0; i < n; i++)
		if ((all[i].queueFlags & VK_QUEUE_COMPUTE_BIT) && all[i].timestampValidBits)
			break;
	if (i == n)
		rawvk_die("finding a compute queue with timestamps", VK_SUCCESS);
	rv->family = i;
}

static bool has_extension(struct rawvk *rv, const char *name)
{
	VkExtensionProperties *all;
	uint32_t i, n = 0;
	bool found = false;

	rv->vk.vkEnumerateDeviceExtensionProperties(rv->physical, NULL, &n, NULL);
	all = calloc(n ? n : 1, sizeof(*all));
	if (!all || rv->vk.vkEnumerateDeviceExtensionProperties(rv->physical, NULL, &n, all))
		n = 0;
	for (i = 0; i < n && !found; i++)
		found = !strcmp(all[i].extensionName, name);
	free(all);
	return found;
}

/* Features are switched on only where our own SPIR-V may use them. */
static void make_device(struct rawvk *rv, bool robust)
{
	const float priority = 1.0f;
	const char *extensions[1];
	bool atomic_float = has_extension(rv, VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME);
	VkPhysicalDeviceShaderAtomicFloatFeaturesEXT floats = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT,
	};
	VkPhysicalDevice8BitStorageFeatures bytes = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES,
		.pNext = atomic_float ? &floats : NULL,
	};
	VkPhysicalDeviceFeatures2 found = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
		.pNext = &bytes,
	};
	const VkDeviceQueueCreateInfo queue = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueFamilyIndex = rv->family,
		.queueCount = 1,
		.pQueuePriorities = &priority,
	};
	VkDeviceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.pNext = &found,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue,
		.ppEnabledExtensionNames = extensions,
	};

	rv->vk.vkGetPhysicalDeviceFeatures2(rv->physical, &found);
	rv->storage8 = bytes.storageBuffer8BitAccess;
	rv->float_add = floats.shaderBufferFloat32AtomicAdd;
	rv->float_add_shared = floats.shaderSharedFloat32AtomicAdd;
	memset(&found.features, 0, sizeof(found.features));
	found.features.robustBufferAccess = robust;
	if (atomic_float)
		extensions[info.enabledExtensionCount++] =
			VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME;
	must("vkCreateDevice", rv->vk.vkCreateDevice(rv->physical, &info, NULL, &rv->device));
#define LOAD(name) rv->vk.name = (PFN_##name)rv->vk.vkGetDeviceProcAddr(rv->device, #name);
	RAWVK_DEVICE_FUNCTIONS(LOAD)
#undef LOAD
	rv->vk.vkGetDeviceQueue(rv->device, rv->family, 0, &rv->queue);
}

VkCommandBuffer rawvk_commands_new(struct rawvk *rv)
{
	const VkCommandBufferAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.commandPool = rv->pool,
		.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
		.commandBufferCount = 1,
	};
	VkCommandBuffer commands;

	must("vkAllocateCommandBuffers",
	     rv->vk.vkAllocateCommandBuffers(rv->device, &info, &commands));
	return commands;
}

static void make_tools(struct rawvk *rv)
{
	const VkCommandPoolCreateInfo pool = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
		.queueFamilyIndex = rv->family,
	};
	const VkFenceCreateInfo fence = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };
	const VkQueryPoolCreateInfo queries = {
		.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
		.queryType = VK_QUERY_TYPE_TIMESTAMP,
		.queryCount = QUERIES,
	};

	must("vkCreateCommandPool", rv->vk.vkCreateCommandPool(rv->device, &pool, NULL, &rv->pool));
	rv->commands = rawvk_commands_new(rv);
	must("vkCreateFence", rv->vk.vkCreateFence(rv->device, &fence, NULL, &rv->fence));
	must("vkCreateQueryPool",
	     rv->vk.vkCreateQueryPool(rv->device, &queries, NULL, &rv->queries));
}

static struct rawvk_buffer buffer_new(struct rawvk *rv, VkDeviceSize bytes, bool staging);

void rawvk_init(struct rawvk *rv, const struct rawvk_options *options)
{
	*rv = (struct rawvk){ 0 };
	make_instance(rv);
	pick_gpu(rv, options->gpu);
	look_at_gpu(rv);
	pick_family(rv);
	make_device(rv, options->robust);
	make_tools(rv);
	rv->staging = buffer_new(rv, STAGING_BYTES, true);
}

void rawvk_deinit(struct rawvk *rv)
{
	rawvk_buffer_free(rv, &rv->staging);
	rv->vk.vkDestroyQueryPool(rv->device, rv->queries, NULL);
	rv->vk.vkDestroyFence(rv->device, rv->fence, NULL);
	rv->vk.vkDestroyCommandPool(rv->device, rv->pool, NULL);
	rv->vk.vkDestroyDevice(rv->device, NULL);
	rv->vk.vkDestroyInstance(rv->instance, NULL);
}

/* ----------------------------------------------------------------- buffers */

static uint32_t memory_type(struct rawvk *rv, uint32_t bits, VkMemoryPropertyFlags want)
{
	uint32_t i;

	for (i = 0; i < rv->memory.memoryTypeCount; i++)
		if ((bits & 1u << i) && (rv->memory.memoryTypes[i].propertyFlags & want) == want)
			return i;
	return UINT32_MAX;
}

static struct rawvk_buffer buffer_new(struct rawvk *rv, VkDeviceSize bytes, bool staging)
{
	const VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
					   VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	struct rawvk_buffer b = { .bytes = bytes };
	const VkBufferCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.size = bytes,
		.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
			 VK_BUFFER_USAGE_TRANSFER_DST_BIT,
	};
	VkMemoryRequirements need;
	VkMemoryAllocateInfo alloc = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO };

	must("vkCreateBuffer", rv->vk.vkCreateBuffer(rv->device, &info, NULL, &b.buffer));
	rv->vk.vkGetBufferMemoryRequirements(rv->device, b.buffer, &need);
	alloc.allocationSize = need.size;
	/* Cached: downloads are read by the CPU, which is slow on write-combined memory. */
	alloc.memoryTypeIndex = memory_type(rv, need.memoryTypeBits,
					    staging ? host | VK_MEMORY_PROPERTY_HOST_CACHED_BIT
						    : VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
	if (alloc.memoryTypeIndex == UINT32_MAX)
		alloc.memoryTypeIndex = memory_type(rv, need.memoryTypeBits, staging ? host : 0);
	must("vkAllocateMemory", rv->vk.vkAllocateMemory(rv->device, &alloc, NULL, &b.memory));
	must("vkBindBufferMemory", rv->vk.vkBindBufferMemory(rv->device, b.buffer, b.memory, 0));
	if (staging)
		must("vkMapMemory",
		     rv->vk.vkMapMemory(rv->device, b.memory, 0, bytes, 0, &b.mapped));
	return b;
}

struct rawvk_buffer rawvk_buffer_new(struct rawvk *rv, VkDeviceSize bytes)
{
	return buffer_new(rv, bytes, false);
}

void rawvk_buffer_free(struct rawvk *rv, struct rawvk_buffer *b)
{
	rv->vk.vkDestroyBuffer(rv->device, b->buffer, NULL);
	rv->vk.vkFreeMemory(rv->device, b->memory, NULL);
	*b = (struct rawvk_buffer){ 0 };
}

static void copy(struct rawvk *rv, VkBuffer from, VkDeviceSize from_at, VkBuffer to,
		 VkDeviceSize to_at, VkDeviceSize bytes)
{
	const VkBufferCopy region = { .srcOffset = from_at, .dstOffset = to_at, .size = bytes };

	rawvk_begin(rv, rv->commands, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
	rv->vk.vkCmdCopyBuffer(rv->commands, from, to, 1, &region);
	rawvk_barrier(rv, rv->commands);
	rawvk_submit_wait(rv, rv->commands);
}

static VkDeviceSize chunk(VkDeviceSize at, VkDeviceSize bytes)
{
	return bytes - at < STAGING_BYTES ? bytes - at : STAGING_BYTES;
}

void rawvk_upload(struct rawvk *rv, const struct rawvk_buffer *to, const void *from)
{
	VkDeviceSize at, n;

	for (at = 0; at < to->bytes; at += n) {
		n = chunk(at, to->bytes);
		memcpy(rv->staging.mapped, (const char *)from + at, n);
		copy(rv, rv->staging.buffer, 0, to->buffer, at, n);
	}
}

void rawvk_download(struct rawvk *rv, const struct rawvk_buffer *from, void *to)
{
	VkDeviceSize at, n;

	for (at = 0; at < from->bytes; at += n) {
		n = chunk(at, from->bytes);
		copy(rv, from->buffer, at, rv->staging.buffer, 0, n);
		memcpy((char *)to + at, rv->staging.mapped, n);
	}
}

void rawvk_fill(struct rawvk *rv, const struct rawvk_buffer *to, uint32_t word)
{
	rawvk_begin(rv, rv->commands, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
	rv->vk.vkCmdFillBuffer(rv->commands, to->buffer, 0, VK_WHOLE_SIZE, word);
	rawvk_barrier(rv, rv->commands);
	rawvk_submit_wait(rv, rv->commands);
}

/* ---------------------------------------------------------------- commands */

void rawvk_begin(struct rawvk *rv, VkCommandBuffer commands, VkCommandBufferUsageFlags flags)
{
	const VkCommandBufferBeginInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
		.flags = flags,
	};

	must("vkBeginCommandBuffer", rv->vk.vkBeginCommandBuffer(commands, &info));
}

/* Everything before is done, and seen by host and device, before anything after. */
void rawvk_barrier(struct rawvk *rv, VkCommandBuffer commands)
{
	const VkMemoryBarrier barrier = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
		.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
		.dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
	};
	const VkPipelineStageFlags device = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT |
					    VK_PIPELINE_STAGE_TRANSFER_BIT;

	rv->vk.vkCmdPipelineBarrier(commands, device, device | VK_PIPELINE_STAGE_HOST_BIT, 0, 1,
				    &barrier, 0, NULL, 0, NULL);
}

void rawvk_end(struct rawvk *rv, VkCommandBuffer commands)
{
	must("vkEndCommandBuffer", rv->vk.vkEndCommandBuffer(commands));
}

void rawvk_submit(struct rawvk *rv, VkCommandBuffer commands)
{
	const VkSubmitInfo submit = {
		.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
		.commandBufferCount = 1,
		.pCommandBuffers = &commands,
	};

	must("vkQueueSubmit", rv->vk.vkQueueSubmit(rv->queue, 1, &submit, rv->fence));
}

void rawvk_wait(struct rawvk *rv)
{
	must("vkWaitForFences",
	     rv->vk.vkWaitForFences(rv->device, 1, &rv->fence, VK_TRUE, UINT64_MAX));
	must("vkResetFences", rv->vk.vkResetFences(rv->device, 1, &rv->fence));
}

void rawvk_submit_wait(struct rawvk *rv, VkCommandBuffer commands)
{
	rawvk_end(rv, commands);
	rawvk_submit(rv, commands);
	rawvk_wait(rv);
}

void rawvk_record(struct rawvk *rv, VkCommandBuffer commands, const struct rawvk_pipeline *p)
{
	rv->vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, p->pipeline);
	rv->vk.vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, p->layout, 0, 1,
				       &p->set, 0, NULL);
	if (p->n_push)
		rv->vk.vkCmdPushConstants(commands, p->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
					  4 * p->n_push, p->push);
	rv->vk.vkCmdDispatch(commands, p->groups[0], p->groups[1], p->groups[2]);
}

static void stamp(struct rawvk *rv, VkCommandBuffer commands, uint32_t query)
{
	rv->vk.vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, rv->queries,
				   query);
}

void rawvk_record_stamped(struct rawvk *rv, VkCommandBuffer commands,
			  const struct rawvk_pipeline *p)
{
	rv->vk.vkCmdResetQueryPool(commands, rv->queries, 0, 2);
	stamp(rv, commands, 0);
	rawvk_record(rv, commands, p);
	stamp(rv, commands, 1);
}

static void record_job(struct rawvk *rv, const struct rawvk_job *job)
{
	VkBufferCopy region = { 0 };

	if (job->pipeline) {
		rawvk_record(rv, rv->commands, job->pipeline);
		return;
	}
	region.size = job->copy_from->bytes;
	rv->vk.vkCmdCopyBuffer(rv->commands, job->copy_from->buffer, job->copy_to->buffer, 1,
			       &region);
}

/*
 * The barrier before each pair of timestamps empties the pipe, and both are
 * written at the bottom of it: what lies between them is the job and nothing
 * of its neighbours.
 */
void rawvk_time(struct rawvk *rv, const struct rawvk_job *jobs, unsigned int n, double *ret_ns)
{
	uint64_t ticks[RAWVK_JOBS_MAX][2];
	unsigned int i;

	rawvk_begin(rv, rv->commands, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
	rv->vk.vkCmdResetQueryPool(rv->commands, rv->queries, 0, 2 * n);
	for (i = 0; i < n; i++) {
		rawvk_barrier(rv, rv->commands);
		stamp(rv, rv->commands, 2 * i);
		record_job(rv, &jobs[i]);
		stamp(rv, rv->commands, 2 * i + 1);
	}
	rawvk_barrier(rv, rv->commands);
	rawvk_submit_wait(rv, rv->commands);
	must("vkGetQueryPoolResults",
	     rv->vk.vkGetQueryPoolResults(rv->device, rv->queries, 0, 2 * n, sizeof(ticks), ticks,
					  sizeof(ticks[0][0]),
					  VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT));
	for (i = 0; i < n; i++)
		ret_ns[i] = (double)(ticks[i][1] - ticks[i][0]) * rv->tick_ns;
}
