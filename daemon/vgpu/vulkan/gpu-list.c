// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which devices there are, what each has, and which one a user means.
 *
 * The loader is opened when first asked for, by volk, so that a program that
 * links this runs on machines without Vulkan and can say what to install. One
 * instance serves the whole process and is never destroyed: making one loads
 * every driver there is (30 ms and more), and unloading them again is what they
 * do worst.
 *
 * The instance asks for Vulkan 1.1, the least that we need, and what came later is used
 * through its extension where a device shows it: one path for drivers of any age.
 */
#define VOLK_IMPLEMENTATION
#include "daemon/vgpu/vulkan/gpu-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "pxos/limits.h"

/* Guards the instance, and volk's entry points, which are globals. */
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static VkInstance list_shared;

static VkResult list_load(void)
{
	const VkApplicationInfo app = {
		.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.pApplicationName = "pxos-gpu",
		.apiVersion = VK_API_VERSION_1_1,
	};
	const VkInstanceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pApplicationInfo = &app,
	};
	VkResult result;

	if (list_shared)
		return VK_SUCCESS;
	result = volkInitialize();
	if (result)
		return VK_ERROR_INITIALIZATION_FAILED;
	/* A loader of Vulkan 1.0 refuses anything above itself. */
	if (volkGetInstanceVersion() < VK_API_VERSION_1_1)
		return VK_ERROR_INCOMPATIBLE_DRIVER;
	result = vkCreateInstance(&info, NULL, &list_shared);
	if (result == VK_ERROR_INITIALIZATION_FAILED) /* not to be taken for a missing loader */
		result = VK_ERROR_UNKNOWN;
	if (result)
		list_shared = VK_NULL_HANDLE;
	else
		volkLoadInstanceOnly(list_shared);
	return result;
}

static int list_instance(struct gpu_error *reterr)
{
	VkResult result;

	pthread_mutex_lock(&list_lock);
	result = list_load();
	pthread_mutex_unlock(&list_lock);

	switch (result) {
	case VK_SUCCESS:
		return 0;
	case VK_ERROR_INITIALIZATION_FAILED:
		return gpu_fail(reterr, GPU_E_NO_LOADER,
				"no Vulkan loader (libvulkan.so.1) on this machine: "
				"install libvulkan1");
	case VK_ERROR_INCOMPATIBLE_DRIVER:
		return gpu_fail(reterr, GPU_E_NO_DRIVER,
				"no Vulkan driver on this machine: install the GPU's own, or "
				"mesa-vulkan-drivers");
	case VK_ERROR_OUT_OF_HOST_MEMORY:
		return gpu_fail(reterr, -ENOMEM, "out of memory while starting Vulkan");
	default:
		return gpu_fail(reterr, GPU_E_DRIVER,
				"Vulkan does not start (VkResult %d): look at VK_LOADER_DEBUG=all "
				"vulkaninfo",
				result);
	}
}

/* ---------------------------------------------------------------- one device */

static bool has_extension(const VkExtensionProperties *extensions, uint32_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++)
		if (!strcmp(extensions[i].extensionName, name))
			return true;
	return false;
}

/* Extension structures may be chained only where the device has the extension. */
static void chain(void *head, void *next)
{
	VkBaseOutStructure *base = head;

	((VkBaseOutStructure *)next)->pNext = base->pNext;
	base->pNext = next;
}

static enum gpu_type type_of(VkPhysicalDeviceType type)
{
	switch (type) {
	case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
		return GPU_TYPE_INTEGRATED;
	case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
		return GPU_TYPE_DISCRETE;
	case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
		return GPU_TYPE_VIRTUAL;
	case VK_PHYSICAL_DEVICE_TYPE_CPU:
		return GPU_TYPE_CPU;
	default:
		return GPU_TYPE_OTHER;
	}
}

static void read_features(VkPhysicalDevice device, const VkExtensionProperties *ext, uint32_t n,
			  struct gpu_caps *caps)
{
	VkPhysicalDeviceFeatures2 features = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
	};
	VkPhysicalDevice8BitStorageFeatures storage8 = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES,
	};
	VkPhysicalDeviceShaderAtomicFloatFeaturesEXT atomic = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT,
	};
	VkPhysicalDeviceHostQueryResetFeatures reset = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_HOST_QUERY_RESET_FEATURES,
	};

	if (has_extension(ext, n, VK_KHR_8BIT_STORAGE_EXTENSION_NAME))
		chain(&features, &storage8);
	if (has_extension(ext, n, VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME))
		chain(&features, &atomic);
	if (has_extension(ext, n, VK_EXT_HOST_QUERY_RESET_EXTENSION_NAME))
		chain(&features, &reset);
	vkGetPhysicalDeviceFeatures2(device, &features);

	caps->storage8 = storage8.storageBuffer8BitAccess;
	caps->atomic_float_add = atomic.shaderBufferFloat32AtomicAdd;
	caps->atomic_float_add_shared = atomic.shaderSharedFloat32AtomicAdd;
	caps->atomic_float = caps->atomic_float_add || caps->atomic_float_add_shared;
	caps->host_query_reset = reset.hostQueryReset;
	caps->push_descriptor = has_extension(ext, n, VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME);
	caps->float_controls = has_extension(ext, n, VK_KHR_SHADER_FLOAT_CONTROLS_EXTENSION_NAME);
	caps->import = has_extension(ext, n, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME);
}

static void read_limits(const VkPhysicalDeviceProperties *properties, struct gpu_info *info,
			struct gpu_caps *caps)
{
	const VkPhysicalDeviceLimits *limits = &properties->limits;

	info->block_threads_max = (uint32_t)min_u64(min_u64(limits->maxComputeWorkGroupInvocations,
							    limits->maxComputeWorkGroupSize[0]),
						    PXOS_BLOCK_THREADS_MAX);
	info->dispatch_groups_max = limits->maxComputeWorkGroupCount[0];
	info->shared_bytes_max = limits->maxComputeSharedMemorySize;
	info->array_bytes_max = limits->maxStorageBufferRange & ~UINT32_C(3);
	/* Slots start at multiples of 256, the most that Vulkan lets a device ask for. */
	info->offset_alignment_bytes = (uint32_t)max_u64(limits->minStorageBufferOffsetAlignment,
							 PXOS_ARRAY_ALIGNMENT_BYTES);
	caps->uniform_alignment_bytes = max_u64(limits->minUniformBufferOffsetAlignment, 16);
	caps->push_bytes_max = limits->maxPushConstantsSize;
	caps->storage_buffers_max = (uint32_t)min_u64(limits->maxPerStageDescriptorStorageBuffers,
						      limits->maxDescriptorSetStorageBuffers);
	caps->timestamp_ns = (double)limits->timestampPeriod;
	memcpy(caps->pipeline_cache_uuid, properties->pipelineCacheUUID, VK_UUID_SIZE);

	info->vendor_id = properties->vendorID;
	info->device_id = properties->deviceID;
	info->driver_version = properties->driverVersion;
	info->api_version[0] = VK_API_VERSION_MAJOR(properties->apiVersion);
	info->api_version[1] = VK_API_VERSION_MINOR(properties->apiVersion);
	info->api_version[2] = VK_API_VERSION_PATCH(properties->apiVersion);
	info->type = type_of(properties->deviceType);
	info->software = info->type == GPU_TYPE_CPU;
	caps->unified = info->software || info->type == GPU_TYPE_INTEGRATED;
	snprintf(info->name, sizeof(info->name), "%s", properties->deviceName);
}

static void read_properties(VkPhysicalDevice device, const VkExtensionProperties *ext, uint32_t n,
			    struct gpu_info *info, struct gpu_caps *caps)
{
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
	};
	VkPhysicalDeviceSubgroupProperties subgroup = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES,
	};
	VkPhysicalDeviceMaintenance3Properties maintenance = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES,
	};
	VkPhysicalDeviceIDProperties id = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES,
	};
	VkPhysicalDevicePCIBusInfoPropertiesEXT pci = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PCI_BUS_INFO_PROPERTIES_EXT,
	};
	VkPhysicalDeviceDriverProperties driver = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES,
	};
	VkPhysicalDeviceFloatControlsProperties floats = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FLOAT_CONTROLS_PROPERTIES,
	};
	VkPhysicalDeviceExternalMemoryHostPropertiesEXT import = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT,
	};
	VkPhysicalDevicePushDescriptorPropertiesKHR push = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PUSH_DESCRIPTOR_PROPERTIES_KHR,
	};
	bool has_pci = has_extension(ext, n, VK_EXT_PCI_BUS_INFO_EXTENSION_NAME);

	chain(&properties, &subgroup);
	chain(&properties, &maintenance);
	chain(&properties, &id);
	if (has_pci)
		chain(&properties, &pci);
	if (has_extension(ext, n, VK_KHR_DRIVER_PROPERTIES_EXTENSION_NAME))
		chain(&properties, &driver);
	if (caps->float_controls)
		chain(&properties, &floats);
	if (caps->import)
		chain(&properties, &import);
	if (caps->push_descriptor)
		chain(&properties, &push);
	vkGetPhysicalDeviceProperties2(device, &properties);
	read_limits(&properties.properties, info, caps);

	strcpy(info->pci, "none");
	if (has_pci)
		snprintf(info->pci, sizeof(info->pci), "%04x:%02x:%02x.%x", pci.pciDomain & 0xffff,
			 pci.pciBus & 0xff, pci.pciDevice & 0x1f, pci.pciFunction & 7);
	snprintf(info->driver_name, sizeof(info->driver_name), "%s", driver.driverName);
	snprintf(info->driver_info, sizeof(info->driver_info), "%s", driver.driverInfo);
	memcpy(caps->driver_uuid, id.driverUUID, VK_UUID_SIZE);

	caps->preserve_float32 = floats.shaderSignedZeroInfNanPreserveFloat32;
	caps->rte_float32 = floats.shaderRoundingModeRTEFloat32;
	caps->subgroup_arithmetic =
		(subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) &&
		(subgroup.supportedOperations & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT);
	/* Our own bindings, status and arguments, must fit beside the arrays. */
	if (push.maxPushDescriptors < PXOS_ARRAYS_MAX + 2)
		caps->push_descriptor = false;
	info->subgroup_size = subgroup.subgroupSize ? subgroup.subgroupSize : 1;
	info->buffer_bytes_max = maintenance.maxMemoryAllocationSize;
	info->arrays_max =
		(uint32_t)min_u64(PXOS_ARRAYS_MAX, max_u64(caps->storage_buffers_max, 1) - 1);
	if (caps->import)
		info->import_alignment_bytes = (uint32_t)import.minImportedHostPointerAlignment;
	info->float_atomics = caps->atomic_float_add;
}

static void read_queue(VkPhysicalDevice device, struct gpu_info *info, struct gpu_caps *caps)
{
	VkQueueFamilyProperties families[16];
	uint32_t n = 16;

	vkGetPhysicalDeviceQueueFamilyProperties(device, &n, families);
	for (uint32_t i = 0; i < n; i++) {
		if (!(families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) || !families[i].queueCount)
			continue;
		caps->queue_family = i;
		caps->timestamp_bits = families[i].timestampValidBits;
		info->timestamps = caps->timestamp_bits && caps->timestamp_ns > 0;
		info->usable = info->api_version[0] > 1 || info->api_version[1] >= 1;
		return;
	}
}

static int read_device(VkPhysicalDevice device, struct gpu_info *info, struct gpu_caps *caps)
{
	VkPhysicalDeviceMemoryProperties heaps;
	VkPhysicalDeviceProperties properties;
	VkExtensionProperties *extensions;
	uint32_t n = 0;

	vkGetPhysicalDeviceProperties(device, &properties);
	if (properties.apiVersion < VK_API_VERSION_1_1) {
		read_limits(&properties, info, caps);
		strcpy(info->pci, "none");
		return 0;
	}

	if (vkEnumerateDeviceExtensionProperties(device, NULL, &n, NULL))
		n = 0;
	extensions = calloc(n + 1, sizeof(*extensions));
	if (!extensions)
		return -ENOMEM;
	if (n && vkEnumerateDeviceExtensionProperties(device, NULL, &n, extensions) < 0)
		n = 0;
	read_features(device, extensions, n, caps);
	read_properties(device, extensions, n, info, caps);
	read_queue(device, info, caps);
	free(extensions);

	vkGetPhysicalDeviceMemoryProperties(device, &heaps);
	for (uint32_t i = 0; i < heaps.memoryHeapCount; i++)
		if (heaps.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
			info->memory_bytes += heaps.memoryHeaps[i].size;
	return 0;
}

/* --------------------------------------------------------------- all of them */

int list_devices(struct gpu_info infos[GPU_DEVICES_MAX], struct gpu_caps caps[GPU_DEVICES_MAX],
		 VkPhysicalDevice devices[GPU_DEVICES_MAX], size_t *ret_n, struct gpu_error *reterr)
{
	uint32_t n = GPU_DEVICES_MAX;
	VkResult result;
	int r;

	r = list_instance(reterr);
	if (r)
		return r;
	pthread_mutex_lock(&list_lock);
	result = vkEnumeratePhysicalDevices(list_shared, &n, devices);
	pthread_mutex_unlock(&list_lock);
	if (result < 0)
		return gpu_fail_vk(NULL, reterr, result, "listing GPUs");
	if (!n)
		return gpu_fail(reterr, GPU_E_NO_DRIVER,
				"no Vulkan driver on this machine finds a GPU: install the GPU's "
				"own, or mesa-vulkan-drivers");

	memset(infos, 0, GPU_DEVICES_MAX * sizeof(*infos));
	memset(caps, 0, GPU_DEVICES_MAX * sizeof(*caps));
	for (uint32_t i = 0; i < n; i++) {
		infos[i].index = i;
		r = read_device(devices[i], &infos[i], &caps[i]);
		if (r < 0)
			return gpu_fail(reterr, r, "out of memory while listing GPUs");
	}
	*ret_n = n;
	return 0;
}

int gpu_list(struct gpu_info infos[GPU_DEVICES_MAX], size_t *ret_n, struct gpu_error *reterr)
{
	VkPhysicalDevice devices[GPU_DEVICES_MAX];
	struct gpu_caps caps[GPU_DEVICES_MAX];

	return list_devices(infos, caps, devices, ret_n, reterr);
}

/* ------------------------------------------------------------------ selecting */

static int select_auto(const struct gpu_info *infos, size_t n, size_t *ret_index)
{
	static const enum gpu_type order[] = { GPU_TYPE_DISCRETE, GPU_TYPE_INTEGRATED,
					       GPU_TYPE_VIRTUAL, GPU_TYPE_OTHER, GPU_TYPE_CPU };

	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++)
		for (size_t i = 0; i < n; i++)
			if (infos[i].usable && infos[i].type == order[o]) {
				*ret_index = i;
				return 0;
			}
	return GPU_E_NO_MATCH;
}

static bool names(const struct gpu_info *info, const char *selector)
{
	char index[16];

	/* A short number is an index, and never a part of a name. */
	if (strlen(selector) <= 2 && selector[strspn(selector, "0123456789")] == '\0') {
		snprintf(index, sizeof(index), "%u", info->index);
		return !strcmp(selector, index);
	}
	if (!strncmp(info->pci, "0000:", 5) && !strcasecmp(info->pci + 5, selector))
		return true;
	if (strchr(info->pci, ':') && !strcasecmp(info->pci, selector))
		return true;
	return strcasestr(info->name, selector);
}

int gpu_select(const struct gpu_info *infos, size_t n, const char *selector, size_t *ret_index,
	       struct gpu_error *reterr)
{
	char found[GPU_ERROR_TEXT_BYTES - 128] = "";
	size_t used = 0;

	if (!selector || !*selector || !strcmp(selector, "auto")) {
		if (!select_auto(infos, n, ret_index))
			return 0;
		selector = "auto";
	} else {
		for (size_t i = 0; i < n; i++)
			if (names(&infos[i], selector)) {
				*ret_index = i;
				return 0;
			}
	}

	for (size_t i = 0; i < n && used < sizeof(found); i++)
		used += (size_t)snprintf(found + used, sizeof(found) - used, "%s%u: %.60s (%s)%s",
					 i ? ", " : "", infos[i].index, infos[i].name, infos[i].pci,
					 infos[i].usable ? "" : " without Vulkan 1.1 compute");
	return gpu_fail(reterr, GPU_E_NO_MATCH, "no GPU matches '%.64s'; there is %s", selector,
			found[0] ? found : "none");
}
