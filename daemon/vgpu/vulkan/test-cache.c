// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pipeline cache's files: damage of every kind is found, and nothing else is lost.
 */
#undef NDEBUG
#include "daemon/vgpu/vulkan/gpu-cache.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char dir[200];
static const uint8_t driver[CACHE_KEY_BYTES] = "driver one";
static const uint8_t key[CACHE_KEY_BYTES] = { 0xab, 0xcd };
#define KEY_NAME "abcd0000000000000000000000000000.pipeline"

static void path_of(const char *name, char ret_path[256])
{
	snprintf(ret_path, 256, "%s/%s", dir, name);
}

static int entries(void)
{
	struct dirent *entry;
	int n = 0;
	DIR *d;

	d = opendir(dir);
	assert(d);
	while ((entry = readdir(d)))
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

static void expect(struct cache *cache, int code)
{
	void *data = NULL;
	size_t bytes = 0;

	assert(cache_load(cache, key, &data, &bytes) == code);
	if (!code)
		assert(bytes == 11 && !memcmp(data, "machinecode", 11));
	else
		assert(!data && !bytes);
	free(data);
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

static size_t file_get(const char *path, char *data, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert(fd >= 0);
	n = read(fd, data, max);
	close(fd);
	assert(n >= 0);
	return (size_t)n;
}

static void file_put(const char *path, const char *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t written;

	assert(fd >= 0);
	written = write(fd, data, n);
	close(fd);
	assert(written == (ssize_t)n);
}

static void test_round(struct cache *cache)
{
	char path[256];
	struct stat st;

	expect(cache, CACHE_E_NONE);
	assert(!cache_store(cache, key, "machinecode", 11));
	expect(cache, 0);
	/* Again, in place of the first. */
	assert(!cache_store(cache, key, "machinecode", 11));
	expect(cache, 0);
	assert(entries() == 1);
	path_of(KEY_NAME, path);
	assert(!stat(path, &st) && (st.st_mode & 07777) == 0600);
	assert(cache_store(cache, key, "", 0) == CACHE_E_TOO_LARGE);
}

static void test_damage(struct cache *cache)
{
	char path[256], good[512], bad[512];
	size_t n;

	path_of(KEY_NAME, path);
	n = file_get(path, good, sizeof(good));
	assert(n > 11 && n < sizeof(good));

	for (size_t i = 0; i < n; i++) { /* each byte, one bit of it */
		memcpy(bad, good, n);
		bad[i] ^= (char)(1 << (i % 8));
		file_put(path, bad, n);
		expect(cache, CACHE_E_DAMAGED);
		expect(cache, CACHE_E_NONE);
	}
	for (size_t i = 0; i < n; i++) { /* each length that is too short */
		file_put(path, good, i);
		expect(cache, CACHE_E_DAMAGED);
		expect(cache, CACHE_E_NONE);
	}
	memcpy(bad, good, n);
	bad[n] = 0;
	file_put(path, bad, n + 1);
	expect(cache, CACHE_E_DAMAGED);

	assert(!symlink("/etc/passwd", path));
	expect(cache, CACHE_E_DAMAGED);
	assert(!mkfifo(path, 0600));
	expect(cache, CACHE_E_DAMAGED);
	expect(cache, CACHE_E_NONE);

	/* An entry under another's name. */
	path_of("abce0000000000000000000000000000.pipeline", path);
	file_put(path, good, n);
	{
		uint8_t other[CACHE_KEY_BYTES] = { 0xab, 0xce };
		void *data;
		size_t bytes;

		assert(cache_load(cache, other, &data, &bytes) == CACHE_E_DAMAGED);
	}
	path_of(KEY_NAME, path);
	file_put(path, good, n);
	expect(cache, 0);
}

static void test_other_driver(void)
{
	const uint8_t other[CACHE_KEY_BYTES] = "driver two";
	struct cache *cache;

	assert(!cache_new(dir, other, 1 << 20, &cache));
	expect(cache, CACHE_E_DAMAGED);
	assert(entries() == 0);
	cache_free(cache);
}

static void test_size(void)
{
	uint8_t keys[6][CACHE_KEY_BYTES] = { { 1 }, { 2 }, { 3 }, { 4 }, { 5 }, { 6 } };
	static char large[10000], data[2000];
	struct cache *cache;
	char path[256];
	size_t bytes;
	void *found;

	assert(!cache_new(dir, driver, 10000, &cache));
	assert(cache_store(cache, keys[0], large, sizeof(large)) == CACHE_E_TOO_LARGE);
	for (int i = 0; i < 4; i++) {
		struct timespec times[2] = { { .tv_sec = 1000 + i }, { .tv_sec = 1000 + i } };

		assert(!cache_store(cache, keys[i], data, sizeof(data)));
		snprintf(path, sizeof(path), "%s/0%d000000000000000000000000000000.pipeline", dir,
			 i + 1);
		assert(!utimensat(AT_FDCWD, path, times, 0));
	}
	assert(entries() == 4);
	/* The first is used, so the second is the one to go. */
	assert(!cache_load(cache, keys[0], &found, &bytes) && bytes == sizeof(data));
	free(found);
	assert(!cache_store(cache, keys[4], data, sizeof(data)));
	assert(entries() == 4);
	assert(cache_load(cache, keys[1], &found, &bytes) == CACHE_E_NONE);
	assert(!cache_load(cache, keys[0], &found, &bytes));
	free(found);
	cache_free(cache);

	/* What a killed writer left is swept away. */
	path_of(".new-1-1", path);
	file_put(path, "half", 4);
	assert(!cache_new(dir, driver, 10000, &cache));
	assert(access(path, F_OK));
	cache_free(cache);
}

static void test_folder(void)
{
	struct cache *cache = NULL;
	char path[256];

	assert(!chmod(dir, 0755));
	assert(cache_new(dir, driver, 1 << 20, &cache) == CACHE_E_FOREIGN && !cache);
	assert(!chmod(dir, 0700));
	assert(cache_new("/no/such/folder", driver, 1 << 20, &cache) < 0 && !cache);
	path_of("link", path);
	assert(!symlink(dir, path));
	assert(cache_new(path, driver, 1 << 20, &cache) < 0 && !cache);
	path_of("made", path);
	assert(!cache_new(path, driver, 1 << 20, &cache));
	cache_free(cache);
}

int main(void)
{
	struct cache *cache;

	snprintf(dir, sizeof(dir), "%s/cache-XXXXXX", getenv("TMPDIR") ?: "/tmp");
	assert(mkdtemp(dir));
	assert(!cache_new(dir, driver, 1 << 20, &cache));
	test_round(cache);
	test_damage(cache);
	cache_free(cache);
	test_other_driver();
	test_size();
	test_folder();
	assert(!cache_free(NULL));
	remove_all(dir);
	return 0;
}
