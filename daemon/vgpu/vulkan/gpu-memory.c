// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory from the driver: charged, allocated, and for small buffers shared out.
 *
 * A struct memory is one VkDeviceMemory with one VkBuffer over all of it.
 * Buffers up to 64 KiB are slots of such a chunk, up to 64 of one size (a power
 * of two from 256 bytes), so that a guest with many small buffers does not run
 * into maxMemoryAllocationCount, which is 4096 on common drivers, and making
 * one costs no call of the driver. Larger buffers get a memory of their own:
 * they can be given back to the other VMs the moment they are freed, and a
 * charge is what the driver took, not what we thought of.
 *
 * VulkanMemoryAllocator does far more (defragmentation, many heaps, lazily
 * mapped blocks) and is C++; Debian 12 has no package of it. All we need of it
 * is this page.
 *
 * A charge comes before its allocation and goes back with it: nothing is taken
 * that was not granted. What is charged is the driver's requirement for the
 * buffer. Memory in a heap of the GPU's own is charged as device bytes, all
 * other as pinned bytes, whatever it is used for.
 *
 * Nothing here clears memory; who hands it out does.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int charge(struct gpu *gpu, enum gpu_memory account, uint64_t bytes,
		  struct gpu_error *reterr)
{
	if (!gpu->account.charge || !gpu->account.charge(gpu->account.data, account, bytes))
		return 0;
	return gpu_fail(reterr, GPU_E_REFUSED,
			"%" PRIu64
			" bytes of %s memory are over the quota: free buffers, or raise it",
			bytes, account == GPU_MEMORY_DEVICE ? "GPU" : "pinned");
}

static void uncharge(struct gpu *gpu, enum gpu_memory account, uint64_t bytes)
{
	if (gpu->account.uncharge)
		gpu->account.uncharge(gpu->account.data, account, bytes);
}

/* A type with all of @need, and as much of @want as can be had, in that order. */
static int find_type(const struct gpu *gpu, uint32_t allowed, VkMemoryPropertyFlags need,
		     VkMemoryPropertyFlags want, VkMemoryPropertyFlags avoid)
{
	/* Types that may only be used with features that we do not enable. */
	const VkMemoryPropertyFlags special = VK_MEMORY_PROPERTY_PROTECTED_BIT |
					      VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT |
					      VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD |
					      VK_MEMORY_PROPERTY_DEVICE_UNCACHED_BIT_AMD;
	int best = -1, best_score = -1;

	for (uint32_t i = 0; i < gpu->heaps.memoryTypeCount; i++) {
		VkMemoryPropertyFlags flags = gpu->heaps.memoryTypes[i].propertyFlags;
		int score;

		if (!(allowed & (UINT32_C(1) << i)) || (flags & need) != need)
			continue;
		if (flags & special)
			continue;
		score = 2 * __builtin_popcount(flags & want) + 1 - !!(flags & avoid);
		if (score > best_score) {
			best = (int)i;
			best_score = score;
		}
	}
	return best;
}

static VkResult buffer_create(struct gpu *gpu, uint64_t bytes, const void *next, VkBuffer *ret)
{
	const VkBufferCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.pNext = next,
		.size = bytes,
		.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT |
			 VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
		.sharingMode = VK_SHARING_MODE_EXCLUSIVE,
	};

	return gpu->vk.vkCreateBuffer(gpu->device, &info, NULL, ret);
}

/* Charge, allocate and bind memory of @type for memory->buffer. */
static int allocate(struct gpu *gpu, struct memory *memory, uint64_t bytes, int type,
		    const void *next, struct gpu_error *reterr)
{
	const VkMemoryAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.pNext = next,
		.allocationSize = bytes,
		.memoryTypeIndex = (uint32_t)type,
	};
	uint32_t heap = gpu->heaps.memoryTypes[type].heapIndex;
	VkResult result;
	int r;

	/* Imported pages are the caller's, whatever the driver calls their heap. */
	memory->account = GPU_MEMORY_PINNED;
	if (!next && (gpu->heaps.memoryHeaps[heap].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT))
		memory->account = GPU_MEMORY_DEVICE;
	r = charge(gpu, memory->account, bytes, reterr);
	if (r)
		return r;
	result = gpu->vk.vkAllocateMemory(gpu->device, &info, NULL, &memory->memory);
	if (result) {
		uncharge(gpu, memory->account, bytes);
		memory->memory = VK_NULL_HANDLE;
		return gpu_fail_vk(gpu, reterr, result,
				   next ? "importing host memory" : "allocating memory");
	}
	memory->bytes = bytes;
	result = gpu->vk.vkBindBufferMemory(gpu->device, memory->buffer, memory->memory, 0);
	if (result)
		return gpu_fail_vk(gpu, reterr, result, "binding memory");
	return 0;
}

static int memory_fill_in(struct gpu *gpu, enum memory_class class, uint64_t bytes,
			  struct memory *memory, struct gpu_error *reterr)
{
	const VkMemoryPropertyFlags mapped = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
					     VK_MEMORY_PROPERTY_HOST_COHERENT_BIT |
					     VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
	VkMemoryRequirements needs;
	VkMemoryPropertyFlags flags;
	VkResult result;
	int type, r;

	result = buffer_create(gpu, bytes, NULL, &memory->buffer);
	if (result)
		return gpu_fail_vk(gpu, reterr, result, "making a buffer");
	gpu->vk.vkGetBufferMemoryRequirements(gpu->device, memory->buffer, &needs);

	if (class == MEMORY_DEVICE && gpu->caps.unified)
		type = find_type(gpu, needs.memoryTypeBits, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
				 mapped, 0);
	else if (class == MEMORY_DEVICE)
		type = find_type(gpu, needs.memoryTypeBits, 0, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
				 VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);
	else
		type = find_type(
			gpu, needs.memoryTypeBits,
			VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
			VK_MEMORY_PROPERTY_HOST_CACHED_BIT, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
	if (type < 0)
		return gpu_fail(reterr, GPU_E_DRIVER, "the GPU has no memory type for buffers");
	r = allocate(gpu, memory, needs.size, type, NULL, reterr);
	if (r)
		return r;
	flags = gpu->heaps.memoryTypes[type].propertyFlags;
	if (class == MEMORY_DEVICE && (!gpu->caps.unified || (flags & mapped) != mapped))
		return 0;
	result =
		gpu->vk.vkMapMemory(gpu->device, memory->memory, 0, VK_WHOLE_SIZE, 0, &memory->map);
	if (result) {
		memory->map = NULL;
		return gpu_fail_vk(gpu, reterr, result, "mapping memory");
	}
	return 0;
}

int memory_new(struct gpu *gpu, enum memory_class class, uint64_t bytes, struct memory *ret_memory,
	       struct gpu_error *reterr)
{
	struct memory memory = { 0 };
	int r;

	r = memory_fill_in(gpu, class, bytes, &memory, reterr);
	if (r)
		memory_deinit(gpu, &memory);
	else
		*ret_memory = memory;
	return r;
}

static int import_fill_in(struct gpu *gpu, void *map, uint64_t bytes, struct memory *memory,
			  struct gpu_error *reterr)
{
	const VkExternalMemoryHandleTypeFlagBits handle =
		VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;
	const VkExternalMemoryBufferCreateInfo external = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
		.handleTypes = handle,
	};
	const VkImportMemoryHostPointerInfoEXT import = {
		.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
		.handleType = handle,
		.pHostPointer = map,
	};
	VkMemoryHostPointerPropertiesEXT host = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT,
	};
	VkMemoryRequirements needs;
	VkResult result;
	int type;

	result = gpu->vk.vkGetMemoryHostPointerPropertiesEXT(gpu->device, handle, map, &host);
	if (result)
		return gpu_fail_vk(gpu, reterr, result, "looking at host memory to import");
	result = buffer_create(gpu, bytes, &external, &memory->buffer);
	if (result)
		return gpu_fail_vk(gpu, reterr, result, "making a buffer");
	gpu->vk.vkGetBufferMemoryRequirements(gpu->device, memory->buffer, &needs);
	if (needs.size > bytes)
		return gpu_fail(reterr, GPU_E_UNFIT,
				"the driver wants %" PRIu64 " bytes to import %" PRIu64
				": copy instead",
				(uint64_t)needs.size, bytes);

	/* Coherent, so that no flush is ever needed; all drivers we know offer that. */
	type = find_type(gpu, needs.memoryTypeBits & host.memoryTypeBits,
			 VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
			 0);
	if (type < 0)
		return gpu_fail(reterr, GPU_E_UNFIT,
				"the driver imports this host memory for no buffer: copy instead");
	return allocate(gpu, memory, bytes, type, &import, reterr);
}

int memory_import(struct gpu *gpu, void *map, uint64_t bytes, struct memory *ret_memory,
		  struct gpu_error *reterr)
{
	struct memory memory = { 0 };
	int r;

	r = import_fill_in(gpu, map, bytes, &memory, reterr);
	if (r) {
		memory_deinit(gpu, &memory);
	} else {
		memory.map = map;
		*ret_memory = memory;
	}
	return r;
}

void memory_deinit(struct gpu *gpu, struct memory *memory)
{
	if (memory->buffer)
		gpu->vk.vkDestroyBuffer(gpu->device, memory->buffer, NULL);
	if (memory->memory)
		gpu->vk.vkFreeMemory(gpu->device, memory->memory, NULL); /* unmaps, too */
	if (memory->bytes)
		uncharge(gpu, memory->account, memory->bytes);
	*memory = (struct memory){ 0 };
}

/* --------------------------------------------------------------------- slots */

static unsigned size_index(uint64_t bytes)
{
	unsigned shift = MEMORY_SLOT_SHIFT_MIN;

	while ((UINT64_C(1) << shift) < bytes)
		shift++;
	return shift - MEMORY_SLOT_SHIFT_MIN;
}

int memory_slot_take(struct gpu *gpu, enum memory_class class, uint64_t bytes,
		     struct memory_chunk **ret_chunk, uint32_t *ret_slot, struct gpu_error *reterr)
{
	unsigned index = size_index(bytes);
	struct memory_chunk **head = &gpu->pool.chunks[class][index];
	struct memory_chunk *chunk;
	uint64_t slots;
	int r;

	for (chunk = *head; chunk; chunk = chunk->next)
		if (chunk->taken != UINT64_MAX)
			break;
	if (!chunk) {
		chunk = calloc(1, sizeof(*chunk));
		if (!chunk)
			return gpu_fail(reterr, -ENOMEM, "out of memory for a buffer");
		chunk->slot_bytes = UINT32_C(1) << (index + MEMORY_SLOT_SHIFT_MIN);
		slots = min_u64(MEMORY_SLOTS_MAX, MEMORY_CHUNK_BYTES_MAX / chunk->slot_bytes);
		chunk->absent = slots < 64 ? ~UINT64_C(0) << slots : 0;
		chunk->taken = chunk->absent;
		r = memory_new(gpu, class, chunk->slot_bytes * slots, &chunk->memory, reterr);
		if (r) {
			free(chunk);
			return r;
		}
		chunk->head = head;
		chunk->next = *head;
		*head = chunk;
	}
	*ret_slot = (uint32_t)__builtin_ctzll(~chunk->taken);
	*ret_chunk = chunk;
	chunk->taken |= UINT64_C(1) << *ret_slot;
	return 0;
}

void memory_slot_drop(struct gpu *gpu, struct memory_chunk *chunk, uint32_t slot)
{
	struct memory_chunk **link = chunk->head;
	bool was_full = chunk->taken == UINT64_MAX;

	chunk->taken &= ~(UINT64_C(1) << slot);
	if (chunk->taken != chunk->absent && !was_full)
		return;
	while (*link != chunk)
		link = &(*link)->next;
	*link = chunk->next;
	if (chunk->taken !=
	    chunk->absent) { /* those with room stand in front, where they are looked for */
		chunk->next = *chunk->head;
		*chunk->head = chunk;
		return;
	}
	memory_deinit(gpu, &chunk->memory);
	free(chunk);
}

void memory_pool_deinit(struct gpu *gpu)
{
	for (int class = 0; class < _MEMORY_CLASS_N; class ++)
		for (int index = 0; index < MEMORY_SLOT_SIZES; index++)
			while (gpu->pool.chunks[class][index]) {
				struct memory_chunk *chunk = gpu->pool.chunks[class][index];

				gpu->pool.chunks[class][index] = chunk->next;
				memory_deinit(gpu, &chunk->memory);
				free(chunk);
			}
}
