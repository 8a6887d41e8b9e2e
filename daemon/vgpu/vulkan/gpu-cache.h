/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gpu-cache.h - compiled pipelines in a folder; see gpu-cache.c. Knows no Vulkan.
 */
#ifndef GPU_CACHE_H
#define GPU_CACHE_H

#include <stddef.h>
#include <stdint.h>

#define CACHE_KEY_BYTES 32
#define CACHE_ENTRY_BYTES_MAX (16u << 20)

enum cache_e {
	_CACHE_E_SUCCESS,
	CACHE_E_NONE, /* no such entry */
	CACHE_E_DAMAGED, /* there was one, not as we wrote it; it is deleted */
	CACHE_E_FOREIGN, /* the folder is not ours alone; it is not used */
	CACHE_E_TOO_LARGE, /* the entry would not fit; it is not kept */
};

struct cache;

int cache_new(const char *dir, const uint8_t driver[CACHE_KEY_BYTES], uint64_t bytes_max,
	      struct cache **ret_cache);
struct cache *cache_free(struct cache *cache);
int cache_load(struct cache *cache, const uint8_t key[CACHE_KEY_BYTES], void **ret_data,
	       size_t *ret_bytes);
int cache_store(struct cache *cache, const uint8_t key[CACHE_KEY_BYTES], const void *data,
		size_t bytes);
/* SHA-256 over pieces, so that callers need no library for their keys. */
struct cache_piece {
	const void *data;
	size_t bytes;
};
void cache_digest(const struct cache_piece *pieces, size_t n, uint8_t ret_key[CACHE_KEY_BYTES]);

#endif
