/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_ARENA_H
#define PXOS_COMPILER_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* the one in use first */
	size_t bytes; /* taken from malloc, headers included */
	size_t bytes_max;
	size_t bytes_most; /* that bytes has ever been */
	bool failed; /* sticky: malloc refused, or bytes_max was reached */
	/* Where writes go once failed, so that writers need not look. */
	uint64_t sink[64];
};

/* A growing array of equal items in an arena. Items move when it grows. */
struct vec {
	struct arena *arena;
	void *data;
	uint32_t n;
	uint32_t capacity;
	uint32_t item_bytes; /* at most sizeof(arena->sink) */
};

void arena_init(struct arena *arena, size_t bytes_max);
void arena_deinit(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t bytes);
const char *arena_string(struct arena *arena, const char *start, size_t length);
const char *arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void vec_init(struct vec *vec, struct arena *arena, uint32_t item_bytes);
void *vec_push(struct vec *vec);
bool vec_reserve(struct vec *vec, uint32_t n_more);
void vec_release(struct vec *vec);

#endif
