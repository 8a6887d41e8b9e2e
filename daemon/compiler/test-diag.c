// SPDX-License-Identifier: GPL-2.0-or-later
#include "diag.h"
#include "test-support.h"

static struct arena arena;
static struct diag diag;

static void start(void)
{
	arena_deinit(&arena);
	arena_init(&arena, 1 << 20);
	diag_init(&diag, &arena);
}

/* As many as are kept, and one more; what is not kept is noticed. */
static void test_cap(void)
{
	start();
	for (uint32_t i = 1; i <= PXOS_DIAGNOSTICS_MAX; i++) {
		diag_error(&diag, (struct place){ i, 1 }, RULE_EXPECTED, NULL, "%u", i);
		assert(diag.n == i && diag.n_errors == i && !diag_full(&diag));
	}
	assert(!diag.truncated);
	diag_error(&diag, (struct place){ 99, 1 }, RULE_EXPECTED, NULL, "one more");
	assert(diag.n == PXOS_DIAGNOSTICS_MAX && diag.truncated && diag_full(&diag));
}

/* Warnings leave room for errors. */
static void test_warnings(void)
{
	start();
	for (uint32_t i = 1; i <= PXOS_DIAGNOSTICS_MAX; i++)
		diag_warning(&diag, (struct place){ i, 1 }, RULE_IF_CLOSED, NULL, "w");
	assert(diag.n == PXOS_DIAGNOSTICS_MAX / 2 && !diag.n_errors);
	assert(diag.truncated && !diag_full(&diag));
	for (uint32_t i = 1; i <= PXOS_DIAGNOSTICS_MAX; i++)
		diag_error(&diag, (struct place){ i, 2 }, RULE_EXPECTED, NULL, "e");
	assert(diag.n_errors == PXOS_DIAGNOSTICS_MAX / 2 && diag_full(&diag));
}

/* By place; in one place as they were found. */
static void test_order(void)
{
	static const struct {
		struct place place;
		enum rule rule;
		const char *text;
	} found[] = {
		{ { 5, 1 }, RULE_EXPECTED, "d" },     { { 2, 9 }, RULE_EXPECTED, "b" },
		{ { 2, 9 }, RULE_TRAILING, "c" },     { { 2, 3 }, RULE_EXPECTED, "a" },
		{ { 5, 1 }, RULE_EXPECTED, "again" },
	};

	start();
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		diag_error(&diag, found[i].place, found[i].rule, "h", "%s", found[i].text);
	assert(diag.n == 4); /* a rule once in a place */
	diag_sort(&diag);
	for (uint32_t i = 0; i < 4; i++)
		assert(diag.items[i].message[0] == "abcd"[i]);
	assert(!strcmp(diag.items[2].rule, "trailing-text") && !strcmp(diag.items[2].hint, "h"));
}

static void test_muted(void)
{
	start();
	diag.muted++;
	diag_error(&diag, (struct place){ 1, 1 }, RULE_EXPECTED, NULL, "x");
	diag.muted--;
	assert(!diag.n && !diag.truncated);
}

static void test_long(void)
{
	char text[1000];

	start();
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	diag_error(&diag, (struct place){ 1, 1 }, RULE_EXPECTED, NULL, "%s", text);
	assert(strlen(diag.items[0].message) == 255);
}

int main(void)
{
	test_cap();
	test_warnings();
	test_order();
	test_muted();
	test_long();
	arena_deinit(&arena);
	return 0;
}
