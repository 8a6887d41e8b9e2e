/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_RAWVK_H
#define BENCH_RAWVK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#define RAWVK_BUFFERS_MAX 8
#define RAWVK_PUSH_WORDS_MAX 32
#define RAWVK_JOBS_MAX 16

struct rawvk_options {
	bool robust; /* robustBufferAccess */
	int gpu; /* index in the enumeration, or -1: the first that is not software */
};

struct rawvk_buffer {
	VkBuffer buffer;
	VkDeviceMemory memory;
	VkDeviceSize bytes;
	void *mapped; /* staging only */
};

/* The entry points that are used, and a table of them. */
#define RAWVK_INSTANCE_FUNCTIONS(X)                 \
	X(vkCreateDevice)                           \
	X(vkDestroyInstance)                        \
	X(vkEnumerateDeviceExtensionProperties)     \
	X(vkEnumeratePhysicalDevices)               \
	X(vkGetPhysicalDeviceFeatures2)             \
	X(vkGetPhysicalDeviceMemoryProperties)      \
	X(vkGetPhysicalDeviceProperties)            \
	X(vkGetPhysicalDeviceProperties2)           \
	X(vkGetPhysicalDeviceQueueFamilyProperties) \
	X(vkGetDeviceProcAddr)

#define RAWVK_DEVICE_FUNCTIONS(X)        \
	X(vkAllocateCommandBuffers)      \
	X(vkAllocateDescriptorSets)      \
	X(vkAllocateMemory)              \
	X(vkBeginCommandBuffer)          \
	X(vkBindBufferMemory)            \
	X(vkCmdBindDescriptorSets)       \
	X(vkCmdBindPipeline)             \
	X(vkCmdCopyBuffer)               \
	X(vkCmdDispatch)                 \
	X(vkCmdFillBuffer)               \
	X(vkCmdPipelineBarrier)          \
	X(vkCmdPushConstants)            \
	X(vkCmdResetQueryPool)           \
	X(vkCmdWriteTimestamp)           \
	X(vkCreateBuffer)                \
	X(vkCreateCommandPool)           \
	X(vkCreateComputePipelines)      \
	X(vkCreateDescriptorPool)        \
	X(vkCreateDescriptorSetLayout)   \
	X(vkCreateFence)                 \
	X(vkCreatePipelineLayout)        \
	X(vkCreateQueryPool)             \
	X(vkCreateShaderModule)          \
	X(vkDestroyBuffer)               \
	X(vkDestroyCommandPool)          \
	X(vkDestroyDescriptorPool)       \
	X(vkDestroyDescriptorSetLayout)  \
	X(vkDestroyDevice)               \
	X(vkDestroyFence)                \
	X(vkDestroyPipeline)             \
	X(vkDestroyPipelineLayout)       \
	X(vkDestroyQueryPool)            \
	X(vkDestroyShaderModule)         \
	X(vkEndCommandBuffer)            \
	X(vkFreeMemory)                  \
	X(vkGetBufferMemoryRequirements) \
	X(vkGetDeviceQueue)              \
	X(vkGetQueryPoolResults)         \
	X(vkMapMemory)                   \
	X(vkQueueSubmit)                 \
	X(vkResetFences)                 \
	X(vkUpdateDescriptorSets)        \
	X(vkWaitForFences)

#define RAWVK_FUNCTION(name) PFN_##name name;
struct rawvk_functions {
	RAWVK_INSTANCE_FUNCTIONS(RAWVK_FUNCTION)
	RAWVK_DEVICE_FUNCTIONS(RAWVK_FUNCTION)
};
#undef RAWVK_FUNCTION

struct rawvk {
	void *loader; /* libvulkan.so.1 */
	struct rawvk_functions vk;
	VkInstance instance;
	VkPhysicalDevice physical;
	VkPhysicalDeviceProperties properties;
	char driver[VK_MAX_DRIVER_NAME_SIZE + VK_MAX_DRIVER_INFO_SIZE];
	VkPhysicalDeviceMemoryProperties memory;
	VkDevice device;
	uint32_t family;
	VkQueue queue;
	VkCommandPool pool;
	VkCommandBuffer commands;
	VkFence fence;
	VkQueryPool queries;
	double tick_ns;
	bool software;
	struct rawvk_buffer staging;

	/* What was found and switched on, for the compiler's target. */
	bool storage8;
	bool float_add, float_add_shared;
	bool preserve_float32, rte_float32;
	bool subgroup_arithmetic;
	uint32_t subgroup_size;
};

/* Compute shader, its layout, one descriptor set, push constants and grid. */
struct rawvk_pipeline {
	VkDescriptorSetLayout set_layout;
	VkPipelineLayout layout;
	VkPipeline pipeline;
	VkDescriptorPool pool;
	VkDescriptorSet set;
	uint32_t push[RAWVK_PUSH_WORDS_MAX];
	uint32_t n_push;
	uint32_t groups[3];
};

struct rawvk_shader {
	const uint32_t *words;
	size_t n_words;
	uint32_t n_buffers; /* bindings 0 … n_buffers - 1 */
	uint32_t n_push; /* words */
	/* Constants 0 and 1, if wanted. */
	bool specialise;
	uint32_t constants[2];
};

/* What one pair of timestamps stands around: a dispatch, or a buffer copy. */
struct rawvk_job {
	const struct rawvk_pipeline *pipeline;
	const struct rawvk_buffer *copy_from, *copy_to;
};

_Noreturn void rawvk_die(const char *what, VkResult result);

void rawvk_init(struct rawvk *rv, const struct rawvk_options *options);
void rawvk_deinit(struct rawvk *rv);

struct rawvk_buffer rawvk_buffer_new(struct rawvk *rv, VkDeviceSize bytes);
void rawvk_buffer_free(struct rawvk *rv, struct rawvk_buffer *buffer);
void rawvk_upload(struct rawvk *rv, const struct rawvk_buffer *to, const void *from);
void rawvk_download(struct rawvk *rv, const struct rawvk_buffer *from, void *to);
void rawvk_fill(struct rawvk *rv, const struct rawvk_buffer *to, uint32_t word);

void rawvk_pipeline_init(struct rawvk *rv, struct rawvk_pipeline *p,
			 const struct rawvk_shader *shader);
void rawvk_pipeline_deinit(struct rawvk *rv, struct rawvk_pipeline *p);
void rawvk_pipeline_bind(struct rawvk *rv, struct rawvk_pipeline *p,
			 const struct rawvk_buffer *const *buffers, uint32_t n);
/* Into @commands: bind, push, dispatch; no barrier. */
void rawvk_record(struct rawvk *rv, VkCommandBuffer commands, const struct rawvk_pipeline *p);
/* The same between two timestamps, which nobody reads. */
void rawvk_record_stamped(struct rawvk *rv, VkCommandBuffer commands,
			  const struct rawvk_pipeline *p);

void rawvk_begin(struct rawvk *rv, VkCommandBuffer commands, VkCommandBufferUsageFlags flags);
VkCommandBuffer rawvk_commands_new(struct rawvk *rv); /* freed with @rv */
void rawvk_end(struct rawvk *rv, VkCommandBuffer commands);
void rawvk_submit(struct rawvk *rv, VkCommandBuffer commands);
void rawvk_wait(struct rawvk *rv); /* for the one submission under way */
void rawvk_submit_wait(struct rawvk *rv, VkCommandBuffer commands);
void rawvk_barrier(struct rawvk *rv, VkCommandBuffer commands);
/* All jobs once, in order, in one submission; nanoseconds of GPU time each. */
void rawvk_time(struct rawvk *rv, const struct rawvk_job *jobs, unsigned int n, double *ret_ns);

#endif
