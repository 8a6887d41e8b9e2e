// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Listing, choosing and opening.
 */
#include "daemon/vgpu/vulkan/test-support.h"

static void test_names(void)
{
	assert(!strcmp(gpu_error_name(GPU_E_BUDGET), "budget"));
	assert(!strcmp(gpu_error_name(-12), "system"));
	assert(!strcmp(gpu_error_name(99), "unknown"));
	for (int i = 0; i < _GPU_E_N; i++)
		assert(gpu_error_name(i));
	assert(!strcmp(gpu_type_name(GPU_TYPE_CPU), "cpu"));
}

static void test_select(void)
{
	const struct gpu_info infos[] = {
		{ .index = 0,
		  .name = "llvmpipe (LLVM)",
		  .pci = "none",
		  .type = GPU_TYPE_CPU,
		  .usable = true },
		{ .index = 1,
		  .name = "Intel Arc",
		  .pci = "0000:00:02.0",
		  .type = GPU_TYPE_INTEGRATED,
		  .usable = true },
		{ .index = 2,
		  .name = "Old card",
		  .pci = "0000:03:00.0",
		  .type = GPU_TYPE_DISCRETE },
		{ .index = 3,
		  .name = "NVIDIA H200",
		  .pci = "0001:65:00.0",
		  .type = GPU_TYPE_DISCRETE,
		  .usable = true },
	};
	static const struct {
		const char *selector;
		size_t index;
	} good[] = {
		{ NULL, 3 },	       { "", 3 },	 { "auto", 3 }, { "0001:65:00.0", 3 },
		{ "0000:00:02.0", 1 }, { "00:02.0", 1 }, { "0", 0 },	{ "2", 2 },
		{ "LLVMPIPE", 0 },     { "h200", 3 },	 { "arc", 1 },
	};
	size_t index;

	for (size_t i = 0; i < TEST_N(good); i++) {
		assert(!gpu_select(infos, 4, good[i].selector, &index, &test_error));
		assert(index == good[i].index);
	}
	assert(!gpu_select(infos, 2, NULL, &index, NULL) && index == 1);
	assert(!gpu_select(infos, 1, NULL, &index, NULL) && index == 0);

	index = 77;
	assert(gpu_select(infos, 4, "65:00.0", &index, &test_error) == GPU_E_NO_MATCH);
	assert(gpu_select(infos, 4, "7", &index, &test_error) == GPU_E_NO_MATCH);
	assert(gpu_select(infos, 4, "radeon", &index, &test_error) == GPU_E_NO_MATCH);
	assert(index == 77 && test_error.code == GPU_E_NO_MATCH);
	assert(strstr(test_error.text, "'radeon'") && strstr(test_error.text, "3: NVIDIA H200"));
	assert(strstr(test_error.text, "without Vulkan 1.1"));
	assert(gpu_select(infos + 2, 1, "auto", &index, &test_error) == GPU_E_NO_MATCH);
}

static void test_open_close(void)
{
	struct gpu_info infos[GPU_DEVICES_MAX];
	struct pxos_target target;
	struct gpu *gpu, *second;
	char selector[16];
	size_t n;
	int r;

	gpu = test_open(&(struct gpu_options){ .log = test_log });
	assert(!gpu_is_lost(gpu));
	gpu_target(gpu, &target);
	assert(target.size == sizeof(target));
	assert(!(target.flags & PXOS_TARGET_ARRAYS_APART));
	assert(target.threads_max >= 128 && target.push_bytes_max >= 128 && target.arrays_max >= 3);
	assert(target.subgroup_size >= 1);
	assert(gpu_block_budget(gpu) >= 1 << 20);
	printf("%s, %s %s, %s, target flags %#x\n", gpu_get_info(gpu)->name,
	       gpu_get_info(gpu)->driver_name, gpu_get_info(gpu)->driver_info,
	       gpu_get_info(gpu)->pci, target.flags);

	/* Two at once, and one by its index. */
	test_ok(gpu_list(infos, &n, &test_error));
	assert(n >= 1 && infos[0].index == 0 && infos[0].name[0]);
	snprintf(selector, sizeof(selector), "%u", gpu_get_info(gpu)->index);
	test_ok(gpu_open(selector, NULL, &second, &test_error));
	assert(!strcmp(gpu_get_info(gpu)->name, gpu_get_info(second)->name));
	assert(!gpu_close(second));
	assert(!gpu_close(gpu));
	assert(!gpu_close(NULL));

	gpu = NULL;
	r = gpu_open("no such GPU", NULL, &gpu, &test_error);
	assert(r == GPU_E_NO_MATCH && !gpu && strstr(test_error.text, infos[0].name));
}

int main(void)
{
	test_names();
	test_select();
	test_open_close();
	return 0;
}
