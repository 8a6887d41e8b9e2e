// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Machine code: made once, found again, dropped when unused, refused when wrong,
 * given up when the driver hangs; and its disk cache, forced on where
 * gpu.c would not use it.
 */
#include "daemon/vgpu/vulkan/gpu-private.h"
#include "daemon/vgpu/vulkan/test-support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <unistd.h>

static struct gpu_launch chain_launch(struct gpu_kernel *kernel)
{
	static const struct gpu_binding none = { NULL, 0, 0 };
	static const uint32_t k = 1;

	return (struct gpu_launch){ .kernel = kernel, .bindings = &none, .scalars = &k };
}

static void test_shared(struct gpu *gpu)
{
	struct gpu_kernel *one = test_load(gpu, TEST_CHAIN), *two = test_load(gpu, TEST_CHAIN);
	struct gpu_launch a = chain_launch(one), b = chain_launch(two);
	struct pipeline *kept;

	test_ok(gpu_kernel_prepare(&a, UINT64_MAX, &test_error));
	/* Ready for the other, too, at once. */
	test_ok(gpu_kernel_prepare(&b, 0, &test_error));
	kept = one->pipelines[0];
	assert(kept && kept == two->pipelines[0] && kept->refs == 2);
	gpu_kernel_free(one);
	gpu_kernel_free(two);
	assert(!kept->refs && gpu->pipelines_idle == 1);

	/* Found again; but not by a kernel of the same hash and other words. */
	one = test_load(gpu, TEST_CHAIN);
	a = chain_launch(one);
	test_ok(gpu_kernel_prepare(&a, 0, &test_error));
	assert(one->pipelines[0] == kept && gpu->pipelines_idle == 0);
	{
		struct pxos_kernel spin = test_kernel(TEST_SCALE);

		spin.hash = kept->hash;
		test_ok(gpu_kernel_new(gpu, &spin, &two, &test_error));
		b = chain_launch(two);
		b.bindings = (struct gpu_binding[2]){ { 0 }, { 0 } };
		test_ok(gpu_kernel_prepare(&b, UINT64_MAX, &test_error));
		assert(two->pipelines[0] != kept);
	}
	gpu_kernel_free(one);
	gpu_kernel_free(two);
}

static void test_trim(struct gpu *gpu)
{
	struct pxos_kernel chain = test_kernel(TEST_CHAIN);
	struct gpu_kernel *kernel;
	unsigned n = 0;

	for (uint32_t i = 0; i < PIPELINES_IDLE_MAX + 20; i++) {
		struct gpu_launch launch;

		chain.hash = 1000 + i; /* enough to make it another one */
		test_ok(gpu_kernel_new(gpu, &chain, &kernel, &test_error));
		launch = chain_launch(kernel);
		test_ok(gpu_kernel_prepare(&launch, UINT64_MAX, &test_error));
		gpu_kernel_free(kernel);
	}
	for (struct pipeline *pipeline = gpu->pipelines; pipeline; pipeline = pipeline->next)
		n++;
	assert(n == PIPELINES_IDLE_MAX && gpu->pipelines_idle == n);
}

static void test_misfit(struct gpu *gpu)
{
	struct pxos_kernel chain = test_kernel(TEST_CHAIN);
	struct gpu_kernel *kernel = NULL;

	chain.shared_bytes = gpu_get_info(gpu)->shared_bytes_max + 1;
	assert(gpu_kernel_new(gpu, &chain, &kernel, &test_error) == GPU_E_INVALID && !kernel);
	assert(!gpu_kernel_free(NULL));
}

/* ------------------------------------------------------------------- watchdog */

struct hang {
	sem_t go;
	unsigned left; /* how many compiles hang */
};

static void hang(void *data)
{
	struct hang *h = data;

	if (__atomic_load_n(&h->left, __ATOMIC_SEQ_CST)) {
		__atomic_fetch_sub(&h->left, 1, __ATOMIC_SEQ_CST);
		while (sem_wait(&h->go))
			;
	}
}

static struct gpu_kernel *other_chain(struct gpu *gpu, uint64_t hash)
{
	struct pxos_kernel chain = test_kernel(TEST_CHAIN);
	struct gpu_kernel *kernel;

	chain.hash = hash;
	test_ok(gpu_kernel_new(gpu, &chain, &kernel, &test_error));
	return kernel;
}

static void test_watchdog(void)
{
	struct gpu *gpu = test_open(
		&(struct gpu_options){ .log = test_log, .compile_timeout_ns = 100000000 });
	struct hang h = { .left = 1 };
	struct gpu_kernel *bad = other_chain(gpu, 1), *good = other_chain(gpu, 2);
	struct gpu_launch a = chain_launch(bad), b = chain_launch(good);
	uint64_t seq = 77, start = gpu_now_ns();

	sem_init(&h.go, 0, 0);
	gpu->compile.hook_data = &h;
	gpu->compile.hook = hang;
	assert(gpu_kernel_prepare(&a, 0, &test_error) == -EAGAIN);
	assert(gpu_kernel_prepare(&b, 1000000, &test_error) == -EAGAIN); /* behind it */
	assert(gpu_launch_submit(gpu, &a, &seq, &test_error) == GPU_E_TIMEOUT && seq == 77);
	assert(strstr(test_error.text, "kernel chain") && gpu_now_ns() - start >= 100000000);
	/* The other one goes on, with a thread of its own. */
	test_ok(gpu_launch_submit(gpu, &b, &seq, &test_error));
	test_ok(gpu_launch_wait(gpu, seq, UINT64_MAX, NULL, &test_error));
	/* And the bad one is not tried again, whoever brings it. */
	gpu_kernel_free(bad);
	bad = other_chain(gpu, 1);
	a.kernel = bad;
	assert(gpu_kernel_prepare(&a, 0, &test_error) == GPU_E_TIMEOUT);

	/* Until there are too many. */
	for (unsigned i = 1; i < COMPILE_ABANDONED_MAX; i++) {
		struct gpu_kernel *kernel = other_chain(gpu, 100 + i);
		struct gpu_launch launch = chain_launch(kernel);

		__atomic_store_n(&h.left, 1, __ATOMIC_SEQ_CST);
		assert(gpu_kernel_prepare(&launch, UINT64_MAX, &test_error) == GPU_E_TIMEOUT);
		gpu_kernel_free(kernel);
	}
	gpu_kernel_free(good);
	good = other_chain(gpu, 3);
	b.kernel = good;
	assert(gpu_kernel_prepare(&b, UINT64_MAX, &test_error) == GPU_E_COMPILE);
	gpu_kernel_free(good);
	gpu_kernel_free(bad);
	gpu_close(gpu); /* says that it is left open */

	/* They wake up after all, and find that nobody wants them. */
	for (unsigned i = 0; i < COMPILE_ABANDONED_MAX; i++)
		sem_post(&h.go);
	usleep(200000);
}

/* Closing waits for the job under way and drops those behind it. */
static void test_close_busy(void)
{
	struct gpu *gpu = test_open(&(struct gpu_options){ .log = test_log });

	for (uint64_t i = 0; i < 20; i++) {
		struct gpu_kernel *kernel = other_chain(gpu, i);
		struct gpu_launch launch = chain_launch(kernel);
		int r = gpu_kernel_prepare(&launch, 0, &test_error);

		assert(!r || r == -EAGAIN);
		gpu_kernel_free(kernel);
	}
	gpu_close(gpu);
}

/* ------------------------------------------------------------------ disk cache */

/* Change a byte in the middle of the only entry of @dir. */
static void damage(const char *dir)
{
	struct dirent *entry;
	char path[512], byte;
	DIR *d = opendir(dir);
	int fd = -1;

	assert(d);
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.') {
			assert(fd < 0);
			snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
		}
	closedir(d);
	assert(fd >= 0);
	assert(pread(fd, &byte, 1, 150) == 1);
	byte ^= 4;
	assert(pwrite(fd, &byte, 1, 150) == 1);
	close(fd);
}

static unsigned dropped;

static void count_dropped(void *data, int priority, const char *line)
{
	test_log(data, priority, line);
	dropped += !!strstr(line, "damaged");
}

/* Entries of @path, one level of folders, and itself. */
static void remove_all(const char *path)
{
	struct dirent *entry;
	DIR *d = opendir(path);

	assert(d);
	while ((entry = readdir(d)))
		if (unlinkat(dirfd(d), entry->d_name, 0))
			unlinkat(dirfd(d), entry->d_name, AT_REMOVEDIR);
	closedir(d);
	assert(!rmdir(path));
}

static void test_disk(void)
{
	char dir[200];
	uint8_t driver[CACHE_KEY_BYTES] = "test";

	snprintf(dir, sizeof(dir), "%s/pipeline-XXXXXX", getenv("TMPDIR") ?: "/tmp");
	assert(mkdtemp(dir));
	for (int round = 0; round < 4; round++) {
		struct gpu *gpu = test_open(&(struct gpu_options){ .log = count_dropped });
		struct gpu_kernel *kernel = test_load(gpu, TEST_CHAIN);
		struct gpu_launch launch = chain_launch(kernel);

		assert(!gpu->cache && !cache_new(dir, driver, 1 << 20, &gpu->cache));
		test_ok(gpu_kernel_prepare(&launch, UINT64_MAX, &test_error));
		assert(dropped == (round > 2));
		gpu_kernel_free(kernel);
		gpu_close(gpu);
		if (round == 2)
			damage(dir);
	}
	remove_all(dir);
}

int main(void)
{
	struct gpu *gpu = test_open(&(struct gpu_options){ .log = test_log });

	test_shared(gpu);
	test_trim(gpu);
	test_misfit(gpu);
	gpu_close(gpu);
	test_close_busy();
	test_disk();
	test_watchdog();
	/* Threads were abandoned: leave as gpu.h says. */
	fflush(stdout);
	_exit(0);
}
