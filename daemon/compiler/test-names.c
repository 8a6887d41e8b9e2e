// SPDX-License-Identifier: GPL-2.0-or-later
#include "names.h"
#include "test-support.h"

static size_t depth(const struct name *name)
{
	size_t most = 0;

	for (int i = 0; name && i < 4; i++) {
		size_t d = depth(name->child[i]);

		most = d > most ? d : most;
	}
	return name ? most + 1 : 0;
}

static void test_many(void)
{
	struct arena arena;
	struct names names;
	char text[16];

	arena_init(&arena, 16 << 20);
	names_init(&names, &arena);
	for (uint32_t i = 0; i < 20000; i++) {
		int length = snprintf(text, sizeof(text), "n%u", i / 2);

		assert(!names_find(&names, i % 2, text, (size_t)length));
		assert(names_add(&names, i % 2, text, (size_t)length, i)->value == i);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		int length = snprintf(text, sizeof(text), "n%u", i / 2);
		const struct name *name = names_find(&names, i % 2, text, (size_t)length);

		assert(name && name->value == i && !strcmp(name->text, text));
	}
	/* log4 20000 is 7.1; a trie of good hashes is not much deeper. */
	assert(depth(names.root) < 20);
	arena_deinit(&arena);
}

static void test_differences(void)
{
	struct arena arena;
	struct names names;

	arena_init(&arena, 1 << 20);
	names_init(&names, &arena);
	names_add(&names, 5, "abc", 3, 1);
	assert(!names_find(&names, 4, "abc", 3));
	assert(!names_find(&names, 5, "abC", 3));
	assert(!names_find(&names, 5, "abc", 2));
	assert(names_find(&names, 5, "abcd", 3));
	/* The same eight bytes, and another length. */
	assert(!names_find(&names, 5, "abc\0", 4));
	arena_deinit(&arena);
}

static void test_failed(void)
{
	struct arena arena;
	struct names names;

	arena_init(&arena, 0);
	names_init(&names, &arena);
	assert(!names_add(&names, 0, "a", 1, 0));
	assert(!names_find(&names, 0, "a", 1));
	arena_deinit(&arena);
}

int main(void)
{
	test_many();
	test_differences();
	test_failed();
	return 0;
}
