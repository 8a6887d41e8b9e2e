// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Arena: all memory of one compilation, freed at once.
 *
 * A compilation is bounded in memory whatever its text is, so every byte comes
 * from here and is counted against bytes_max. Failing is sticky and safe to
 * ignore: once `failed` is set, vec_push() hands out a zeroed sink that may be
 * written and is never read back, and no vector grows. Stages therefore run to
 * their end without looking, and the driver looks once after each stage. What
 * must never happen is that an index is kept of an item that went to the sink;
 * callers take indices from vec->n before pushing and check `failed` before
 * they follow one.
 *
 * Vectors are blocks of their own, made by realloc, so that growing does not
 * leave the old copies behind; small objects share blocks of BLOCK_BYTES.
 */
#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 8192

struct arena_block {
	struct arena_block *next;
	struct arena_block *prev;
	size_t bytes; /* of data */
	size_t used;
	_Alignas(16) unsigned char data[];
};

void arena_init(struct arena *arena, size_t bytes_max)
{
	memset(arena, 0, sizeof(*arena));
	arena->bytes_max = bytes_max;
}

void arena_deinit(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
	arena->blocks = NULL;
}

/* Give @block (NULL: a new one) room for @bytes; its contents are kept. */
static struct arena_block *block_resize(struct arena *arena, struct arena_block *block,
					size_t bytes)
{
	size_t old_total = block ? sizeof(*block) + block->bytes : 0;
	struct arena_block *resized;

	if (arena->failed ||
	    arena->bytes - old_total + sizeof(*resized) + bytes > arena->bytes_max) {
		arena->failed = true;
		return NULL;
	}
	resized = realloc(block, sizeof(*resized) + bytes);
	if (!resized) {
		arena->failed = true;
		return NULL;
	}
	if (!block) {
		resized->prev = NULL;
		resized->next = arena->blocks;
		resized->used = 0;
		arena->blocks = resized;
	} else if (resized->prev) {
		resized->prev->next = resized;
	} else {
		arena->blocks = resized;
	}
	if (resized->next)
		resized->next->prev = resized;
	resized->bytes = bytes;
	arena->bytes += sizeof(*resized) + bytes - old_total;
	if (arena->bytes > arena->bytes_most)
		arena->bytes_most = arena->bytes;
	return resized;
}

/**
 * arena_alloc() - zeroed memory, aligned to 16 bytes, until arena_deinit().
 *
 * Return: NULL if the arena failed.
 */
void *arena_alloc(struct arena *arena, size_t bytes)
{
	struct arena_block *block = arena->blocks;
	size_t need = (bytes + 15) & ~(size_t)15;
	void *p;

	if (!block || block->bytes - block->used < need) {
		block = block_resize(arena, NULL, need > BLOCK_BYTES ? need : BLOCK_BYTES);
		if (!block)
			return NULL;
	}
	p = block->data + block->used;
	block->used += need;
	return memset(p, 0, bytes);
}

/* Return: a zero-terminated copy; "" if the arena failed. */
const char *arena_string(struct arena *arena, const char *start, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	if (!copy)
		return "";
	memcpy(copy, start, length);
	return copy;
}

/* Return: the formatted text; "" if the arena failed. */
const char *arena_format(struct arena *arena, const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return "";
	return arena_string(arena, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void vec_init(struct vec *vec, struct arena *arena, uint32_t item_bytes)
{
	assert(item_bytes <= sizeof(arena->sink));
	memset(vec, 0, sizeof(*vec));
	vec->arena = arena;
	vec->item_bytes = item_bytes;
}

static struct arena_block *vec_block(struct vec *vec)
{
	if (!vec->data)
		return NULL;
	return (struct arena_block *)((unsigned char *)vec->data -
				      offsetof(struct arena_block, data));
}

/* Room for @n_more items. Return: false if the arena failed. */
bool vec_reserve(struct vec *vec, uint32_t n_more)
{
	uint64_t capacity = vec->capacity;
	struct arena_block *block;

	if ((uint64_t)vec->n + n_more <= capacity)
		return !vec->arena->failed;
	capacity = capacity ? capacity + capacity / 2 : 1 + 512 / vec->item_bytes;
	if (capacity < (uint64_t)vec->n + n_more)
		capacity = (uint64_t)vec->n + n_more;
	block = block_resize(vec->arena, vec_block(vec), capacity * vec->item_bytes);
	if (!block)
		return false;
	block->used = block->bytes; /* arena_alloc() takes nothing from it */
	vec->data = block->data;
	vec->capacity = (uint32_t)capacity;
	return true;
}

/* Give the items' memory back before the arena's end; the vector is empty then. */
void vec_release(struct vec *vec)
{
	struct arena_block *block = vec_block(vec);

	if (!block)
		return;
	if (block->prev)
		block->prev->next = block->next;
	else
		vec->arena->blocks = block->next;
	if (block->next)
		block->next->prev = block->prev;
	vec->arena->bytes -= sizeof(*block) + block->bytes;
	free(block);
	vec_init(vec, vec->arena, vec->item_bytes);
}

/**
 * vec_push() - one more item, zeroed.
 *
 * Return: the item, valid until the next push; the sink if the arena failed.
 */
void *vec_push(struct vec *vec)
{
	if (!vec_reserve(vec, 1))
		return memset(vec->arena->sink, 0, sizeof(vec->arena->sink));
	return memset((unsigned char *)vec->data + (size_t)vec->n++ * vec->item_bytes, 0,
		      vec->item_bytes);
}
