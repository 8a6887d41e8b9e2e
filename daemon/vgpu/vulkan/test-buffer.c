// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Buffers: fresh ones read 0, copies reach every byte, imports are in place, and the
 * account is exact.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"
#include "daemon/vgpu/vulkan/test-support.h"

#include <sys/mman.h>
#include <unistd.h>

struct ledger {
	uint64_t bytes[2];
	uint64_t charges;
	uint64_t limit[2];
};

static int ledger_charge(void *data, enum gpu_memory memory, uint64_t bytes)
{
	struct ledger *ledger = data;

	if (bytes > ledger->limit[memory] - ledger->bytes[memory])
		return 1;
	ledger->bytes[memory] += bytes;
	ledger->charges++;
	return 0;
}

static void ledger_uncharge(void *data, enum gpu_memory memory, uint64_t bytes)
{
	struct ledger *ledger = data;

	assert(ledger->bytes[memory] >= bytes);
	ledger->bytes[memory] -= bytes;
}

static void fill(unsigned char *data, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		data[i] = (unsigned char)((i * 2654435761u + seed) >> 13);
}

static void expect_zero(struct gpu_buffer *buffer)
{
	uint64_t n = gpu_buffer_bytes(buffer);
	unsigned char *data = malloc(n);

	assert(data);
	memset(data, 0x5a, n);
	test_ok(gpu_buffer_read(buffer, 0, data, n, &test_error));
	for (uint64_t i = 0; i < n; i++)
		assert(!data[i]);
	free(data);
}

static void test_copies(struct gpu *gpu, enum gpu_buffer_kind kind)
{
	static const uint64_t sizes[] = { 1, 3, 4, 255, 256, 257, 65536, 65537, 9 << 20 };

	for (size_t i = 0; i < TEST_N(sizes); i++) {
		uint64_t n = sizes[i];
		struct gpu_buffer *buffer = test_buffer(gpu, kind, n);
		unsigned char *in = malloc(n), *out = malloc(n);

		assert(in && out && gpu_buffer_bytes(buffer) == n);
		assert(gpu_buffer_get_kind(buffer) == kind);
		assert(!gpu_buffer_map(buffer) == (kind == GPU_BUFFER_DEVICE));
		expect_zero(buffer);
		fill(in, n, (unsigned)i);
		test_ok(gpu_buffer_write(buffer, 0, in, n, &test_error));
		/* A piece in the middle, at odd places. */
		if (n > 3) {
			in[1] = 1;
			in[2] = 2;
			test_ok(gpu_buffer_write(buffer, 1, in + 1, 2, &test_error));
		}
		memset(out, 0, n);
		test_ok(gpu_buffer_read(buffer, 0, out, n, &test_error));
		assert(!memcmp(in, out, n));
		test_ok(gpu_buffer_read(buffer, n / 2, out, n - n / 2, &test_error));
		assert(!memcmp(in + n / 2, out, n - n / 2));
		assert(gpu_buffer_read(buffer, n, out, 1, &test_error) == GPU_E_INVALID);
		assert(gpu_buffer_write(buffer, UINT64_MAX, out, 2, &test_error) == GPU_E_INVALID);
		assert(gpu_buffer_read(buffer, 0, out, UINT64_MAX, &test_error) == GPU_E_INVALID);
		test_ok(gpu_buffer_read(buffer, n, out, 0, &test_error));
		gpu_buffer_free(buffer);
		free(in);
		free(out);
	}
}

/* Memory that someone else left something in. */
static void test_reuse(struct gpu *gpu, enum gpu_buffer_kind kind)
{
	static unsigned char data[200];

	memset(data, 0xff, sizeof(data));
	for (int round = 0; round < 3; round++) {
		struct gpu_buffer *buffers[200];

		for (int i = 0; i < 200; i++) {
			buffers[i] = test_buffer(gpu, kind, sizeof(data));
			if (i % 50 == 0)
				expect_zero(buffers[i]);
			test_ok(gpu_buffer_write(buffers[i], 0, data, sizeof(data), &test_error));
		}
		for (int i = 0; i < 200; i++)
			gpu_buffer_free(buffers[(i * 7) % 200]);
	}
}

static void test_import(struct gpu *gpu)
{
	uint64_t page = gpu_get_info(gpu)->import_alignment_bytes, n = 4 * page;
	struct gpu_kernel *kernel = test_load(gpu, TEST_CHAIN);
	struct gpu_buffer *buffer, *other;
	uint32_t k = 5, *map;
	uint64_t seq;
	int fd;

	if (!page) {
		printf("no import here: not tested\n");
		return;
	}
	fd = memfd_create("test", MFD_CLOEXEC);
	assert(fd >= 0 && !ftruncate(fd, (off_t)n));
	map = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert(map != MAP_FAILED);

	assert(gpu_buffer_import(gpu, (char *)map + 64, page, &buffer, &test_error) ==
	       GPU_E_INVALID);
	assert(gpu_buffer_import(gpu, map, page + 4, &buffer, &test_error) == GPU_E_INVALID);
	assert(gpu_buffer_import(gpu, map, 0, &buffer, &test_error) == GPU_E_INVALID);

	/* Two windows that overlap in one page; launches on them keep their order. */
	test_ok(gpu_buffer_import(gpu, (char *)map + page, 2 * page, &buffer, &test_error));
	test_ok(gpu_buffer_import(gpu, map, 2 * page, &other, &test_error));
	assert(gpu_buffer_map(buffer) == (char *)map + page);
	map[page / 4] = 7;
	for (int i = 0; i < 10; i++) {
		struct gpu_binding binding = { i & 1 ? buffer : other, i & 1 ? 0 : page,
					       (uint32_t)(page / 4) };

		test_ok(gpu_launch_submit(gpu,
					  &(struct gpu_launch){ .kernel = kernel,
								.bindings = &binding,
								.scalars = &k },
					  &seq, &test_error));
	}
	assert(gpu_buffer_busy(buffer) || gpu_launch_poll(gpu) == seq);
	gpu_kernel_free(kernel);
	gpu_buffer_free(other);
	gpu_buffer_free(buffer); /* waits */
	{
		uint32_t expected = 7, got;

		for (int i = 0; i < 10; i++)
			expected = expected * 3 + k;
		assert(map[page / 4] == expected);
		/* It really is the file. */
		assert(pread(fd, &got, 4, (off_t)page) == 4 && got == expected);
	}
	munmap(map, n);
	close(fd);
}

static void test_account(void)
{
	struct ledger ledger = { .limit = { 1 << 30, 1 << 30 } };
	struct gpu_account account = { ledger_charge, ledger_uncharge, &ledger };
	struct gpu *gpu = test_open(&(struct gpu_options){ .log = test_log, .account = &account });
	struct gpu_buffer *buffers[3], *none = NULL;
	uint64_t base = ledger.bytes[0] + ledger.bytes[1];
	enum gpu_memory memory;

	assert(base > 0);
	buffers[0] = test_buffer(gpu, GPU_BUFFER_DEVICE, 1 << 20);
	memory = GPU_MEMORY_DEVICE;
	assert(ledger.bytes[0] + ledger.bytes[1] >= base + (1 << 20));
	/* Exactly as much as there is, and not one byte more. */
	ledger.limit[memory] = ledger.bytes[memory] + (2 << 20);
	buffers[1] = test_buffer(gpu, GPU_BUFFER_DEVICE, 2 << 20);
	assert(gpu_buffer_new(gpu, GPU_BUFFER_DEVICE, 1 << 20, &none, &test_error) ==
	       GPU_E_REFUSED);
	assert(!none && strstr(test_error.text, "quota"));
	assert(ledger.bytes[memory] == ledger.limit[memory]);
	/* What is freed may be had again, though the GPU may not have finished with it. */
	gpu_buffer_free(buffers[1]);
	buffers[1] = test_buffer(gpu, GPU_BUFFER_DEVICE, 2 << 20);
	gpu_buffer_free(buffers[1]);
	test_ok(gpu_launch_wait_all(gpu, UINT64_MAX, NULL, &test_error));
	gpu_launch_poll(gpu);
	gpu_buffer_free(buffers[0]);
	assert(ledger.bytes[0] + ledger.bytes[1] == base);

	if (gpu_get_info(gpu)->import_alignment_bytes) {
		uint64_t page = gpu_get_info(gpu)->import_alignment_bytes;
		void *map = aligned_alloc(page, 4 * page);
		uint64_t before = ledger.bytes[GPU_MEMORY_PINNED];

		assert(map);
		ledger.limit[GPU_MEMORY_PINNED] = before + 4 * page - 1;
		assert(gpu_buffer_import(gpu, map, 4 * page, &none, &test_error) == GPU_E_REFUSED);
		ledger.limit[GPU_MEMORY_PINNED]++;
		test_ok(gpu_buffer_import(gpu, map, 4 * page, &buffers[0], &test_error));
		assert(ledger.bytes[GPU_MEMORY_PINNED] == before + 4 * page);
		gpu_buffer_free(buffers[0]);
		assert(ledger.bytes[GPU_MEMORY_PINNED] == before);
		free(map);
	}
	gpu_close(gpu);
	assert(!ledger.bytes[0] && !ledger.bytes[1]);
}

/* Opening fails cleanly at each charge it makes. */
static void test_account_open(void)
{
	struct ledger ledger = { .limit = { 1 << 30, 1 << 30 } };
	struct gpu_account account = { ledger_charge, ledger_uncharge, &ledger };
	const struct gpu_options options = { .account = &account };
	struct gpu *gpu = test_open(&options);
	uint64_t step = 128 << 10, all = ledger.bytes[0] + ledger.bytes[1];

	gpu_close(gpu);
	gpu = NULL;
	for (uint64_t limit = 0; limit < all; limit += step) {
		ledger = (struct ledger){ .limit = { limit / 2, limit / 2 } };
		if (gpu_open(getenv("PXOS_TEST_GPU"), &options, &gpu, &test_error) == 0)
			gpu = gpu_close(gpu);
		else
			assert(test_error.code == GPU_E_REFUSED && !gpu);
		assert(!ledger.bytes[0] && !ledger.bytes[1]);
	}
}

int main(void)
{
	struct gpu *gpu = test_open(&(struct gpu_options){ .log = test_log });
	struct gpu_buffer *empty;
	unsigned char byte;

	test_copies(gpu, GPU_BUFFER_DEVICE);
	test_copies(gpu, GPU_BUFFER_HOST);
	/* As on a GPU with memory of its own. */
	gpu->caps.unified = false;
	test_copies(gpu, GPU_BUFFER_DEVICE);
	test_reuse(gpu, GPU_BUFFER_DEVICE);
	test_reuse(gpu, GPU_BUFFER_HOST);
	test_import(gpu);

	empty = test_buffer(gpu, GPU_BUFFER_DEVICE, 0);
	test_ok(gpu_buffer_read(empty, 0, &byte, 0, &test_error));
	assert(gpu_buffer_read(empty, 0, &byte, 1, &test_error) == GPU_E_INVALID);
	gpu_buffer_free(empty);
	assert(gpu_buffer_new(gpu, GPU_BUFFER_DEVICE, UINT64_MAX, &empty, &test_error) ==
	       GPU_E_INVALID);
	assert(!gpu_buffer_free(NULL));
	gpu_close(gpu);

	test_account();
	test_account_open();
	return 0;
}
