// SPDX-License-Identifier: GPL-2.0-or-later
#include "arena.h"
#include "test-support.h"

static void test_alignment(void)
{
	struct arena arena;

	arena_init(&arena, 1 << 20);
	for (size_t bytes = 0; bytes < 100; bytes++) {
		unsigned char *p = arena_alloc(&arena, bytes);

		assert((uintptr_t)p % 16 == 0);
		for (size_t i = 0; i < bytes; i++)
			assert(!p[i]);
		memset(p, 0xff, bytes);
	}
	assert(!arena.failed);
	arena_deinit(&arena);
}

/* Memory is counted with its headers, up to the limit and not past it. */
static void test_limit(void)
{
	struct arena arena;
	struct vec vec;
	uint32_t n = 0;

	arena_init(&arena, 100000);
	vec_init(&vec, &arena, sizeof(uint32_t));
	for (; !arena.failed; n++) {
		*(uint32_t *)vec_push(&vec) = n;
		assert(arena.bytes <= 100000);
	}
	/* A third is spare at worst, since it grows by half. */
	assert(vec.n > 100000 / 4 / 2 && vec.n < n);
	for (uint32_t i = 0; i < vec.n; i++)
		assert(((uint32_t *)vec.data)[i] == i);
	assert(!arena_alloc(&arena, 1));
	assert(!*arena_string(&arena, "abc", 3));
	assert(!*arena_format(&arena, "%d", 5));
	assert(!vec_reserve(&vec, 0));
	arena_deinit(&arena);
}

/* Once failed, an item is zero and may be written, and never arrives. */
static void test_sink(void)
{
	struct arena arena;
	struct vec vec;
	struct {
		unsigned char bytes[sizeof(arena.sink)];
	} * item;

	arena_init(&arena, 0);
	vec_init(&vec, &arena, sizeof(*item));
	for (int i = 0; i < 3; i++) {
		item = vec_push(&vec);
		assert(!item->bytes[0] && !item->bytes[sizeof(*item) - 1]);
		memset(item, 0xff, sizeof(*item));
	}
	assert(arena.failed && !vec.n && !arena.bytes);
	arena_deinit(&arena);
}

static void test_large(void)
{
	struct arena arena;
	struct vec vec;
	char *p, *q;

	arena_init(&arena, 10 << 20);
	p = arena_alloc(&arena, 1 << 20);
	q = arena_alloc(&arena, 10);
	assert(p && q && (q < p || q >= p + (1 << 20)));
	vec_init(&vec, &arena, 3);
	assert(vec_reserve(&vec, 100000) && vec.capacity >= 100000 && !vec.n);
	assert(!vec_reserve(&vec, UINT32_MAX) && arena.failed);
	arena_deinit(&arena);
}

/* What is released counts no more, wherever it lies among the others. */
static void test_release(void)
{
	struct arena arena;
	struct vec vecs[3];
	size_t before;

	arena_init(&arena, 100000);
	arena_alloc(&arena, 10);
	before = arena.bytes;
	for (int round = 0; round < 6; round++) {
		for (int i = 0; i < 3; i++) {
			vec_init(&vecs[i], &arena, 4);
			assert(vec_reserve(&vecs[i], 6000));
			*(int *)vec_push(&vecs[i]) = i;
		}
		vec_release(&vecs[round % 3]);
		vec_release(&vecs[round % 3]); /* empty: nothing to do */
		assert(vec_reserve(&vecs[round % 3], 6000));
		for (int i = 0; i < 3; i++)
			vec_release(&vecs[(i + round) % 3]);
		assert(arena.bytes == before && !arena.failed);
	}
	assert(arena.bytes_most > before + 72000 && arena.bytes_most <= 100000);
	arena_deinit(&arena);
}

static void test_text(void)
{
	struct arena arena;
	char longer[1000];

	memset(longer, 'x', sizeof(longer));
	arena_init(&arena, 1 << 20);
	assert(!strcmp(arena_string(&arena, "abcdef", 3), "abc"));
	assert(!strcmp(arena_string(&arena, "", 0), ""));
	assert(!strcmp(arena_format(&arena, "%s-%d", "a", 7), "a-7"));
	assert(strlen(arena_format(&arena, "%.*s", 1000, longer)) == 511);
	arena_deinit(&arena);
}

int main(void)
{
	test_alignment();
	test_limit();
	test_sink();
	test_large();
	test_release();
	test_text();
	return 0;
}
