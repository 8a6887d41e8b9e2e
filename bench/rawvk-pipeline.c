// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A compute shader ready to dispatch: module, layouts, one descriptor set.
 *
 * All bindings are storage buffers in set 0, numbered from 0, which is what both
 * our hand-written shaders and the compiler's modules use. The module is needed
 * only while the pipeline is made.
 */
#include "rawvk.h"

static void must(const char *what, VkResult result)
{
	if (result != VK_SUCCESS)
		rawvk_die(what, result);
}

static void make_layouts(struct rawvk *rv, struct rawvk_pipeline *p, uint32_t n_buffers)
{
	VkDescriptorSetLayoutBinding bindings[RAWVK_BUFFERS_MAX];
	const VkDescriptorSetLayoutCreateInfo set = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
		.bindingCount = n_buffers,
		.pBindings = bindings,
	};
	const VkPushConstantRange push = {
		.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
		.size = 4 * p->n_push,
	};
	VkPipelineLayoutCreateInfo layout = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
		.setLayoutCount = 1,
		.pushConstantRangeCount = p->n_push ? 1 : 0,
		.pPushConstantRanges = &push,
	};
	uint32_t i;

	for (i = 0; i < n_buffers; i++)
		bindings[i] = (VkDescriptorSetLayoutBinding){
			.binding = i,
			.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
			.descriptorCount = 1,
			.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
		};
	must("vkCreateDescriptorSetLayout",
	     rv->vk.vkCreateDescriptorSetLayout(rv->device, &set, NULL, &p->set_layout));
	layout.pSetLayouts = &p->set_layout;
	must("vkCreatePipelineLayout",
	     rv->vk.vkCreatePipelineLayout(rv->device, &layout, NULL, &p->layout));
}

static void make_set(struct rawvk *rv, struct rawvk_pipeline *p, uint32_t n_buffers)
{
	const VkDescriptorPoolSize size = {
		.type = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
		.descriptorCount = n_buffers ? n_buffers : 1,
	};
	const VkDescriptorPoolCreateInfo pool = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
		.maxSets = 1,
		.poolSizeCount = 1,
		.pPoolSizes = &size,
	};
	VkDescriptorSetAllocateInfo set = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
		.descriptorSetCount = 1,
		.pSetLayouts = &p->set_layout,
	};

	must("vkCreateDescriptorPool",
	     rv->vk.vkCreateDescriptorPool(rv->device, &pool, NULL, &p->pool));
	set.descriptorPool = p->pool;
	must("vkAllocateDescriptorSets",
	     rv->vk.vkAllocateDescriptorSets(rv->device, &set, &p->set));
}

void rawvk_pipeline_init(struct rawvk *rv, struct rawvk_pipeline *p,
			 const struct rawvk_shader *shader)
{
	const VkSpecializationMapEntry entries[] = {
		{ .constantID = 0, .offset = 0, .size = 4 },
		{ .constantID = 1, .offset = 4, .size = 4 },
	};
	const VkSpecializationInfo constants = {
		.mapEntryCount = 2,
		.pMapEntries = entries,
		.dataSize = sizeof(shader->constants),
		.pData = shader->constants,
	};
	const VkShaderModuleCreateInfo module = {
		.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
		.codeSize = 4 * shader->n_words,
		.pCode = shader->words,
	};
	VkComputePipelineCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
		.stage = { .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
			   .stage = VK_SHADER_STAGE_COMPUTE_BIT,
			   .pName = "main",
			   .pSpecializationInfo = shader->specialise ? &constants : NULL },
	};

	*p = (struct rawvk_pipeline){ .n_push = shader->n_push, .groups = { 1, 1, 1 } };
	make_layouts(rv, p, shader->n_buffers);
	make_set(rv, p, shader->n_buffers);
	must("vkCreateShaderModule",
	     rv->vk.vkCreateShaderModule(rv->device, &module, NULL, &info.stage.module));
	info.layout = p->layout;
	must("vkCreateComputePipelines",
	     rv->vk.vkCreateComputePipelines(rv->device, VK_NULL_HANDLE, 1, &info, NULL,
					     &p->pipeline));
	rv->vk.vkDestroyShaderModule(rv->device, info.stage.module, NULL);
}

void rawvk_pipeline_deinit(struct rawvk *rv, struct rawvk_pipeline *p)
{
	rv->vk.vkDestroyPipeline(rv->device, p->pipeline, NULL);
	rv->vk.vkDestroyDescriptorPool(rv->device, p->pool, NULL);
	rv->vk.vkDestroyPipelineLayout(rv->device, p->layout, NULL);
	rv->vk.vkDestroyDescriptorSetLayout(rv->device, p->set_layout, NULL);
	*p = (struct rawvk_pipeline){ 0 };
}

void rawvk_pipeline_bind(struct rawvk *rv, struct rawvk_pipeline *p,
			 const struct rawvk_buffer *const *buffers, uint32_t n)
{
	VkDescriptorBufferInfo ranges[RAWVK_BUFFERS_MAX];
	VkWriteDescriptorSet writes[RAWVK_BUFFERS_MAX];
	uint32_t i;

	for (i = 0; i < n; i++) {
		ranges[i] = (VkDescriptorBufferInfo){
			.buffer = buffers[i]->buffer,
			.range = VK_WHOLE_SIZE,
		};
		writes[i] = (VkWriteDescriptorSet){
			.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
			.dstSet = p->set,
			.dstBinding = i,
			.descriptorCount = 1,
			.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
			.pBufferInfo = &ranges[i],
		};
	}
	rv->vk.vkUpdateDescriptorSets(rv->device, n, writes, 0, NULL);
}
