// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A runner in the compile race: one compiler in a process of its own, measured from
 * inside, so that neither the start of a process nor reading a file is counted.
 *
 *	once FILE   nanoseconds of the first compile in this process: cold caches,
 *	            untouched pages, whatever the compiler builds when first used
 *	warm FILE   median nanoseconds after many
 *	count FILE  one compile, after some, inside race_measured(): an instruction
 *	            counter (valgrind --tool=callgrind --toggle-collect=race_measured)
 *	            sees it alone
 */
#include "race.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 20
#define WARM 201

int race_measured(race_compile *compile, const char *text, size_t bytes);

/* Not inlined, and its result is used after the call: its name must be on the stack. */
__attribute__((noinline)) int race_measured(race_compile *compile, const char *text, size_t bytes)
{
	int r = compile(text, bytes);

	__asm__ volatile("" : : "r"(r) : "memory");
	return r;
}

static double timed(race_compile *compile, const char *text, size_t bytes)
{
	uint64_t start = now_ns();

	if (race_measured(compile, text, bytes)) {
		fprintf(stderr, "the compiler refuses this text\n");
		exit(1);
	}
	return (double)(now_ns() - start);
}

int race_main(int argc, char **argv, race_compile *compile)
{
	double v[WARM];
	size_t bytes;
	char *text;
	int i;

	if (argc != 3 || !(text = read_file(argv[2], &bytes)))
		return 2;
	now_ns(); /* the clock itself is not what we measure cold */
	if (!strcmp(argv[1], "once")) {
		printf("%.0f\n", timed(compile, text, bytes));
	} else if (!strcmp(argv[1], "count")) {
		for (i = 0; i < 2; i++)
			if (compile(text, bytes))
				return 1;
		timed(compile, text, bytes);
	} else {
		for (i = 0; i < WARM_UP; i++)
			timed(compile, text, bytes);
		for (i = 0; i < WARM; i++)
			v[i] = timed(compile, text, bytes);
		printf("%.0f\n", median(v, WARM));
	}
	free(text);
	return 0;
}
