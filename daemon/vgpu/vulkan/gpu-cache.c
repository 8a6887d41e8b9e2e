// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Compiled pipelines in a folder, one folder a VM.
 *
 * What a driver reads from its cache it runs on the GPU, and drivers check it
 * badly: so nothing reaches one that is not, to the last byte, what it gave us.
 * An entry is a file of its own: a header, the data, and a SHA-256 over both,
 * the key and the identity of driver and device among them. Damaged, cut off,
 * too long, of another driver: it is deleted, never used. The sum is against
 * damage, not against an attacker: who can write the folder can compute sums.
 * The folder must be ours alone therefore (owner, mode 0700), and is one VM's
 * alone; a worker that was taken over spoils its own VM's entries.
 *
 * Files appear whole, by rename. Nothing is synced: after a power cut an entry
 * is missing or damaged, both are found out, and it is compiled again. The
 * folder is kept under a size by removing the entries used longest ago (their
 * mtime is set when they are read).
 *
 * Entries are little endian; a folder that moves to another machine holds entries
 * of another driver anyway.
 */
#include "daemon/vgpu/vulkan/gpu-cache.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/cleanup.h"

#define CACHE_MAGIC "PXOSPIPE"
#define CACHE_VERSION 1
#define CACHE_SUFFIX ".pipeline"
#define CACHE_TEMPORARY ".new-"
/* 16 bytes of the key in hex, and the suffix. */
#define CACHE_NAME_BYTES (32 + sizeof(CACHE_SUFFIX))

struct cache_header {
	uint8_t sum[CACHE_KEY_BYTES]; /* of all that follows, to the end of the file */
	char magic[8];
	uint32_t version;
	uint32_t header_bytes;
	uint8_t driver[CACHE_KEY_BYTES];
	uint8_t key[CACHE_KEY_BYTES];
	uint64_t data_bytes;
};

_Static_assert(sizeof(struct cache_header) == 3 * CACHE_KEY_BYTES + 24, "no padding on disk");

struct cache {
	int dir_fd;
	uint8_t driver[CACHE_KEY_BYTES];
	uint64_t bytes_max;
	pthread_mutex_t lock; /* an abandoned compile thread may wake up and store */
	uint64_t bytes; /* of all entries, by our count */
	unsigned temporaries; /* made so far, for their names */
};

void cache_digest(const struct cache_piece *pieces, size_t n, uint8_t ret_key[CACHE_KEY_BYTES])
{
	SHA2_CTX context;

	SHA256Init(&context);
	for (size_t i = 0; i < n; i++)
		SHA256Update(&context, pieces[i].data, pieces[i].bytes);
	SHA256Final(ret_key, &context);
}

static void sum_of(const struct cache_header *header, const void *data, size_t bytes,
		   uint8_t ret_sum[CACHE_KEY_BYTES])
{
	const struct cache_piece pieces[] = {
		{ (const char *)header + sizeof(header->sum),
		  sizeof(*header) - sizeof(header->sum) },
		{ data, bytes },
	};

	cache_digest(pieces, 2, ret_sum);
}

static void name_of(const uint8_t key[CACHE_KEY_BYTES], char ret_name[CACHE_NAME_BYTES])
{
	for (int i = 0; i < 16; i++)
		snprintf(&ret_name[(size_t)2 * i], 3, "%02x", key[i]);
	memcpy(&ret_name[32], CACHE_SUFFIX, sizeof(CACHE_SUFFIX));
}

static bool is_entry(const char *name)
{
	return strlen(name) == CACHE_NAME_BYTES - 1 && !strcmp(name + 32, CACHE_SUFFIX);
}

/* -------------------------------------------------------------------- folder */

/*
 * cache_sweep() - count what is there, take temporaries away, and find the entry used longest ago.
 * @ret_oldest: its name, or "" if there is none
 */
static int cache_sweep(struct cache *cache, char ret_oldest[CACHE_NAME_BYTES])
{
	struct timespec oldest = { 0 };
	struct dirent *entry;
	struct stat st;
	uint64_t bytes = 0;
	DIR *dir;
	int fd;

	ret_oldest[0] = '\0';
	fd = openat(cache->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (!strncmp(entry->d_name, CACHE_TEMPORARY, strlen(CACHE_TEMPORARY))) {
			unlinkat(cache->dir_fd, entry->d_name, 0);
			continue;
		}
		if (!is_entry(entry->d_name) ||
		    fstatat(cache->dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		bytes += (uint64_t)st.st_size;
		if (!ret_oldest[0] || st.st_mtim.tv_sec < oldest.tv_sec ||
		    (st.st_mtim.tv_sec == oldest.tv_sec && st.st_mtim.tv_nsec < oldest.tv_nsec)) {
			oldest = st.st_mtim;
			memcpy(ret_oldest, entry->d_name, CACHE_NAME_BYTES);
		}
	}
	closedir(dir);
	cache->bytes = bytes;
	return 0;
}

/* Remove the oldest until @bytes more fit. */
static int cache_make_room(struct cache *cache, uint64_t bytes)
{
	char oldest[CACHE_NAME_BYTES];
	int r;

	if (bytes > cache->bytes_max)
		return CACHE_E_TOO_LARGE;
	while (cache->bytes + bytes > cache->bytes_max) {
		r = cache_sweep(cache, oldest);
		if (r < 0)
			return r;
		if (cache->bytes + bytes <= cache->bytes_max)
			break;
		if (!oldest[0])
			return CACHE_E_TOO_LARGE;
		if (unlinkat(cache->dir_fd, oldest, 0) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* Open a folder that nobody but us can use. */
static int folder_open(const char *dir, int *ret_fd)
{
	struct stat st;
	int fd, r = 0;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		r = -errno;
	else if (st.st_uid != geteuid() || (st.st_mode & 077))
		r = CACHE_E_FOREIGN;
	if (r)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

/*
 * cache_new() - use @dir, made if missing.
 * @driver: identifies the driver, its version and the device: entries of another are dropped
 *
 * Return: 0, CACHE_E_FOREIGN, or a negative errno (the folder cannot be made or
 * opened). Whoever gets anything but 0 goes on without a cache.
 */
int cache_new(const char *dir, const uint8_t driver[CACHE_KEY_BYTES], uint64_t bytes_max,
	      struct cache **ret_cache)
{
	char oldest[CACHE_NAME_BYTES];
	struct cache *cache;
	int r;

	cache = calloc(1, sizeof(*cache));
	if (!cache)
		return -ENOMEM;
	pthread_mutex_init(&cache->lock, NULL);
	cache->bytes_max = bytes_max;
	memcpy(cache->driver, driver, sizeof(cache->driver));
	cache->dir_fd = -1;
	r = folder_open(dir, &cache->dir_fd);
	if (!r)
		r = cache_sweep(cache, oldest);
	if (r)
		cache_free(cache);
	else
		*ret_cache = cache;
	return r;
}

/* cache_free() - entries stay. Accepts NULL, returns NULL. */
struct cache *cache_free(struct cache *cache)
{
	if (cache) {
		if (cache->dir_fd >= 0)
			close(cache->dir_fd);
		pthread_mutex_destroy(&cache->lock);
		free(cache);
	}
	return NULL;
}

/* ------------------------------------------------------------------- entries */

static int read_all(int fd, void *data, size_t bytes)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t n = read(fd, (char *)data + done, bytes - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : CACHE_E_DAMAGED;
		done += (size_t)n;
	}
	return 0;
}

static int write_all(int fd, const void *data, size_t bytes)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t n = write(fd, (const char *)data + done, bytes - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

/* Read and check an open entry; anything unexpected is CACHE_E_DAMAGED. */
static int entry_read(struct cache *cache, int fd, const uint8_t key[CACHE_KEY_BYTES],
		      void **ret_data, size_t *ret_bytes)
{
	uint8_t sum[CACHE_KEY_BYTES];
	cleanup_free void *data = NULL;
	struct cache_header header;
	struct stat st;
	size_t bytes;
	int r;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= (off_t)sizeof(header) ||
	    st.st_size > (off_t)(sizeof(header) + CACHE_ENTRY_BYTES_MAX))
		return CACHE_E_DAMAGED;
	bytes = (size_t)st.st_size - sizeof(header);
	data = malloc(bytes);
	if (!data)
		return -ENOMEM;
	r = read_all(fd, &header, sizeof(header));
	if (!r)
		r = read_all(fd, data, bytes);
	if (r)
		return r;

	sum_of(&header, data, bytes, sum);
	if (memcmp(sum, header.sum, sizeof(sum)) != 0 ||
	    memcmp(header.magic, CACHE_MAGIC, sizeof(header.magic)) != 0 ||
	    le32toh(header.version) != CACHE_VERSION ||
	    le32toh(header.header_bytes) != sizeof(header) || le64toh(header.data_bytes) != bytes ||
	    memcmp(header.driver, cache->driver, sizeof(header.driver)) != 0 ||
	    memcmp(header.key, key, sizeof(header.key)) != 0)
		return CACHE_E_DAMAGED;
	*ret_bytes = bytes;
	*ret_data = steal(&data);
	return 0;
}

/*
 * cache_load() - what was stored under @key, exactly. *ret_data is to be freed.
 *
 * Return: 0, CACHE_E_NONE, CACHE_E_DAMAGED, or a negative errno.
 */
int cache_load(struct cache *cache, const uint8_t key[CACHE_KEY_BYTES], void **ret_data,
	       size_t *ret_bytes)
{
	char name[CACHE_NAME_BYTES];
	cleanup_fd int fd = -1;
	int r;

	name_of(key, name);
	/* Non-blocking, so that a FIFO in our place cannot hold us. */
	fd = openat(cache->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return CACHE_E_NONE;
	r = fd < 0 ? CACHE_E_DAMAGED : entry_read(cache, fd, key, ret_data, ret_bytes);
	if (r == CACHE_E_DAMAGED)
		unlinkat(cache->dir_fd, name, 0);
	else if (!r)
		futimens(fd, NULL); /* used now; if that fails it only ages sooner */
	return r;
}

static int entry_write(struct cache *cache, const char *temporary, const char *name,
		       const struct cache_header *header, const void *data, size_t bytes)
{
	cleanup_fd int fd = -1;
	int r;

	fd = openat(cache->dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, header, sizeof(*header));
	if (!r)
		r = write_all(fd, data, bytes);
	if (!r && renameat(cache->dir_fd, temporary, cache->dir_fd, name))
		r = -errno;
	if (r)
		unlinkat(cache->dir_fd, temporary, 0);
	return r;
}

/*
 * cache_store() - keep @data under @key, in place of what was there.
 *
 * Return: 0, CACHE_E_TOO_LARGE, or a negative errno. Nothing depends on it.
 */
int cache_store(struct cache *cache, const uint8_t key[CACHE_KEY_BYTES], const void *data,
		size_t bytes)
{
	struct cache_header header = {
		.version = htole32(CACHE_VERSION),
		.header_bytes = htole32(sizeof(header)),
		.data_bytes = htole64(bytes),
	};
	char temporary[64], name[CACHE_NAME_BYTES];
	int r;

	if (!bytes || bytes > CACHE_ENTRY_BYTES_MAX)
		return CACHE_E_TOO_LARGE;
	memcpy(header.magic, CACHE_MAGIC, sizeof(header.magic));
	memcpy(header.driver, cache->driver, sizeof(header.driver));
	memcpy(header.key, key, sizeof(header.key));
	sum_of(&header, data, bytes, header.sum);
	name_of(key, name);

	pthread_mutex_lock(&cache->lock);
	r = cache_make_room(cache, sizeof(header) + bytes);
	if (!r) {
		snprintf(temporary, sizeof(temporary), CACHE_TEMPORARY "%d-%u", (int)getpid(),
			 cache->temporaries++);
		r = entry_write(cache, temporary, name, &header, data, bytes);
	}
	if (!r)
		cache->bytes += sizeof(header) + bytes;
	pthread_mutex_unlock(&cache->lock);
	return r;
}
