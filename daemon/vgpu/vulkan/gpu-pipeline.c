// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Machine code: one struct pipeline for some SPIR-V words, block size and
 * checks or none.
 *
 * Pipelines are found by all of that, words compared in full (the hash only
 * says where to look), so that a program that is submitted again, or by another
 * session of the same VM, is not compiled again. Up to PIPELINES_IDLE_MAX that
 * nobody uses are kept, those used last.
 *
 * All of the driver's part, from the shader module on, is done in the compile
 * thread: any of these calls may take for ever. What comes back from the disk
 * cache was checked by gpu-cache.c; the cache's key covers the words and
 * everything that shapes the layout. One VkPipelineCache a pipeline, not one
 * for all: an entry is then as large as its kernel, and a damaged one costs one
 * kernel.
 *
 * A pipeline whose compile was abandoned stays in the list for good: its words
 * must not be given to the driver again, and its thread may still write into it.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pxos/limits.h"

/* Data that claims to be for another device never comes from us: see gpu-cache.c. */
#define PIPELINE_DATA_BYTES_MAX CACHE_ENTRY_BYTES_MAX

static bool pipeline_matches(const struct pipeline *pipeline, const struct pipeline *key)
{
	return pipeline->hash == key->hash && pipeline->n_words == key->n_words &&
	       pipeline->block == key->block && pipeline->checked == key->checked &&
	       pipeline->n_arrays == key->n_arrays && pipeline->n_args == key->n_args &&
	       pipeline->has_status == key->has_status &&
	       pipeline->has_uniform == key->has_uniform &&
	       !memcmp(pipeline->words, key->words, key->n_words * sizeof(*key->words));
}

/* Destroy what is there; not while a compile thread may touch it. */
static void pipeline_free(struct gpu *gpu, struct pipeline *pipeline)
{
	gpu->vk.vkDestroyPipeline(gpu->device, pipeline->pipeline, NULL);
	gpu->vk.vkDestroyPipelineLayout(gpu->device, pipeline->layout, NULL);
	gpu->vk.vkDestroyDescriptorSetLayout(gpu->device, pipeline->set_layout, NULL);
	gpu->vk.vkDestroyShaderModule(gpu->device, pipeline->module, NULL);
	free(pipeline->words);
	free(pipeline);
}

/* Forget the one that was used longest ago and that nobody uses. */
static void pipelines_trim(struct gpu *gpu)
{
	struct pipeline **link, **victim = NULL;

	for (link = &gpu->pipelines; *link; link = &(*link)->next) {
		/* Unlocked: an old state here only means that it is kept once more. */
		enum pipeline_state state = __atomic_load_n(&(*link)->state, __ATOMIC_ACQUIRE);

		if (!(*link)->refs && (state == PIPELINE_READY || state == PIPELINE_FAILED))
			victim = link;
	}
	if (victim) {
		struct pipeline *pipeline = *victim;

		*victim = pipeline->next;
		gpu->pipelines_idle--;
		pipeline_free(gpu, pipeline);
	}
}

/*
 * pipeline_get() - find or queue the machine code of @kernel.
 *
 * Return: 0 with a reference in *ret_pipeline, in whatever state it is; -ENOMEM or what
 * compile_queue() returns.
 */
int pipeline_get(struct gpu *gpu, const struct pxos_kernel *kernel, uint32_t block, bool checked,
		 struct pipeline **ret_pipeline)
{
	struct pipeline key = {
		.hash = kernel->hash,
		.words = (uint32_t *)kernel->spirv,
		.n_words = kernel->n_words,
		.n_arrays = kernel->n_arrays,
		.n_args = kernel->n_arrays + kernel->n_scalars,
		.has_status = kernel->flags & PXOS_KERNEL_CHECKED,
		.has_uniform = kernel->flags & PXOS_KERNEL_ARGS_UNIFORM,
		.block = block,
		.checked = checked,
	};
	struct pipeline **link = &gpu->pipelines, *pipeline;
	int r;

	for (pipeline = *link; pipeline; pipeline = *link) {
		if (pipeline_matches(pipeline, &key))
			break;
		link = &pipeline->next;
	}
	if (pipeline) {
		*link = pipeline->next;
		if (!pipeline->refs++)
			gpu->pipelines_idle--;
	} else {
		pipeline = malloc(sizeof(*pipeline));
		if (!pipeline)
			return -ENOMEM;
		*pipeline = key;
		pipeline->refs = 1;
		pipeline->words = malloc(key.n_words * sizeof(*key.words));
		if (!pipeline->words) {
			free(pipeline);
			return -ENOMEM;
		}
		memcpy(pipeline->words, key.words, key.n_words * sizeof(*key.words));
		r = compile_queue(gpu, pipeline);
		if (r) {
			free(pipeline->words);
			free(pipeline);
			return r;
		}
	}
	pipeline->next = gpu->pipelines;
	gpu->pipelines = pipeline;
	*ret_pipeline = pipeline;
	return 0;
}

/* Accepts NULL. */
void pipeline_unref(struct gpu *gpu, struct pipeline *pipeline)
{
	if (!pipeline || --pipeline->refs)
		return;
	gpu->pipelines_idle++;
	if (gpu->pipelines_idle > PIPELINES_IDLE_MAX)
		pipelines_trim(gpu);
}

/* No compile thread is left, and the GPU has finished. */
void pipelines_deinit(struct gpu *gpu)
{
	while (gpu->pipelines) {
		struct pipeline *pipeline = gpu->pipelines;

		gpu->pipelines = pipeline->next;
		pipeline_free(gpu, pipeline);
	}
	gpu->pipelines_idle = 0;
}

/* ------------------------------------------------------ in the compile thread */

static VkResult build_layout(struct gpu *gpu, struct pipeline *pipeline)
{
	VkDescriptorSetLayoutBinding bindings[PXOS_ARRAYS_MAX + 2];
	uint32_t n = pipeline->n_arrays + pipeline->has_status;
	VkDescriptorSetLayoutCreateInfo set_info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
		.pBindings = bindings,
	};
	const VkPushConstantRange range = {
		.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
		.size = 16 + (pipeline->has_uniform ? 0 : 4 * pipeline->n_args),
	};
	VkPipelineLayoutCreateInfo layout_info = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
		.setLayoutCount = 1,
		.pushConstantRangeCount = 1,
		.pPushConstantRanges = &range,
	};
	VkResult result;

	for (uint32_t i = 0; i < n; i++)
		bindings[i] = (VkDescriptorSetLayoutBinding){
			.binding = i,
			.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
			.descriptorCount = 1,
			.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
		};
	if (pipeline->has_uniform)
		bindings[n++] = (VkDescriptorSetLayoutBinding){
			.binding = pipeline->n_arrays + 1,
			.descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER,
			.descriptorCount = 1,
			.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
		};
	set_info.bindingCount = n;
	if (gpu->caps.push_descriptor)
		set_info.flags = VK_DESCRIPTOR_SET_LAYOUT_CREATE_PUSH_DESCRIPTOR_BIT_KHR;
	result = gpu->vk.vkCreateDescriptorSetLayout(gpu->device, &set_info, NULL,
						     &pipeline->set_layout);
	if (result)
		return result;
	layout_info.pSetLayouts = &pipeline->set_layout;
	return gpu->vk.vkCreatePipelineLayout(gpu->device, &layout_info, NULL, &pipeline->layout);
}

static VkResult build_pipeline(struct gpu *gpu, struct pipeline *pipeline, VkPipelineCache cache)
{
	const VkShaderModuleCreateInfo module_info = {
		.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
		.codeSize = pipeline->n_words * sizeof(*pipeline->words),
		.pCode = pipeline->words,
	};
	/* A VkBool32 is one, too. */
	const uint32_t values[] = { pipeline->block, pipeline->checked };
	const VkSpecializationMapEntry entries[] = {
		{ .constantID = 0, .offset = 0, .size = sizeof(uint32_t) },
		{ .constantID = 1, .offset = sizeof(uint32_t), .size = sizeof(uint32_t) },
	};
	const VkSpecializationInfo special = {
		.mapEntryCount = 2,
		.pMapEntries = entries,
		.dataSize = sizeof(values),
		.pData = values,
	};
	VkComputePipelineCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
		.stage = {
			.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
			.stage = VK_SHADER_STAGE_COMPUTE_BIT,
			.pName = "main",
			.pSpecializationInfo = &special,
		},
		.layout = pipeline->layout,
		.basePipelineIndex = -1,
	};
	VkResult result;

	result = gpu->vk.vkCreateShaderModule(gpu->device, &module_info, NULL, &pipeline->module);
	if (result)
		return result;
	info.stage.module = pipeline->module;
	return gpu->vk.vkCreateComputePipelines(gpu->device, cache, 1, &info, NULL,
						&pipeline->pipeline);
}

static void disk_key(const struct gpu *gpu, const struct pipeline *pipeline,
		     uint8_t ret_key[CACHE_KEY_BYTES])
{
	const uint32_t shape[] = { 1,
				   pipeline->n_arrays,
				   pipeline->n_args,
				   pipeline->has_status,
				   pipeline->has_uniform,
				   pipeline->block,
				   pipeline->checked,
				   gpu->caps.push_descriptor };
	const struct cache_piece pieces[] = {
		{ shape, sizeof(shape) },
		{ pipeline->words, pipeline->n_words * sizeof(*pipeline->words) },
	};

	cache_digest(pieces, 2, ret_key);
}

/* An empty Vulkan cache, or one with what the disk has. */
static bool disk_load(struct gpu *gpu, const uint8_t key[CACHE_KEY_BYTES], VkPipelineCache *ret,
		      char *log, size_t log_bytes)
{
	VkPipelineCacheCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
	};
	void *data = NULL;
	size_t bytes = 0;
	bool found;
	int r;

	r = cache_load(gpu->cache, key, &data, &bytes);
	found = !r;
	if (found) {
		info.initialDataSize = bytes;
		info.pInitialData = data;
	} else if (r == CACHE_E_DAMAGED) {
		snprintf(log, log_bytes, "a damaged entry of the pipeline cache was dropped");
	}
	if (gpu->vk.vkCreatePipelineCache(gpu->device, &info, NULL, ret))
		*ret = VK_NULL_HANDLE;
	free(data);
	return found;
}

static void disk_store(struct gpu *gpu, const uint8_t key[CACHE_KEY_BYTES], VkPipelineCache cache)
{
	size_t bytes = 0;
	void *data;

	if (gpu->vk.vkGetPipelineCacheData(gpu->device, cache, &bytes, NULL) || !bytes ||
	    bytes > PIPELINE_DATA_BYTES_MAX)
		return;
	data = malloc(bytes);
	if (!data)
		return;
	/* VK_INCOMPLETE: it grew in between, and half a cache is none. */
	if (!gpu->vk.vkGetPipelineCacheData(gpu->device, cache, &bytes, data))
		cache_store(gpu->cache, key, data, bytes);
	free(data);
}

VkResult pipeline_build(struct gpu *gpu, struct pipeline *pipeline, char *log, size_t log_bytes)
{
	VkPipelineCache cache = VK_NULL_HANDLE;
	uint8_t key[CACHE_KEY_BYTES];
	bool found = false;
	VkResult result;

	log[0] = '\0';
	result = build_layout(gpu, pipeline);
	if (result)
		return result;
	if (gpu->cache) {
		disk_key(gpu, pipeline, key);
		found = disk_load(gpu, key, &cache, log, log_bytes);
	}
	result = build_pipeline(gpu, pipeline, cache);
	if (cache) {
		if (!result && !found)
			disk_store(gpu, key, cache);
		gpu->vk.vkDestroyPipelineCache(gpu->device, cache, NULL);
	}
	return result;
}
