/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef NDEBUG
#include "common/nearest.h"

#include <assert.h>
#include <string.h>

static const char *of(const char *word, const char *const *candidates)
{
	struct nearest nearest;

	nearest_init(&nearest, word, strlen(word));
	for (; *candidates; candidates++)
		nearest_try(&nearest, *candidates);
	return nearest.best;
}

int main(void)
{
	const char *const words[] = { "LOAD", "STORE", "weights", "n", "", NULL };

	assert(strcmp(of("LODA", words), "LOAD") == 0);
	assert(strcmp(of("weight", words), "weights") == 0);
	assert(strcmp(of("wieGhts", words), "weights") == 0);
	assert(strcmp(of("stor", words), "STORE") == 0);
	assert(!of("x", words));
	assert(!of("", words));
	assert(!of("entirely-else", words));
	assert(!of("a-word-far-longer-than-any-name-that-the-language-allows-to-be-given", words));
	assert(!of("FOO", (const char *const[]){ "MOD", NULL }));
	/* As near as each other: the longer. */
	assert(strcmp(of("LOP", (const char *const[]){ "LOG", "LOOP", "LOT", NULL }), "LOOP") == 0);
	/* Two edits, at both ends and in the middle; a third is too many. */
	assert(of("xabcdefgh", (const char *const[]){ "abcdefghx", NULL }));
	assert(of("abcdefghij", (const char *const[]){ "acdefghi", NULL }));
	assert(of("abdcefgihj", (const char *const[]){ "abcdefghij", NULL }));
	assert(!of("abdcefgihx", (const char *const[]){ "abcdefghij", NULL }));
	assert(!of("bcdefghijk", (const char *const[]){ "xyabcdefghij", NULL }));
	return 0;
}
