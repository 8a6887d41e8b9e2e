// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Run a target of fuzzing over files, without a fuzzer: `replay compile FILE…`.
 * A target that finds something aborts; the file's name was printed before. A
 * program, NAME.px, is what fuzz_compile() takes once the two bytes that choose a
 * target stand before it: it is run for the least one and for one that has all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const struct {
	const char *name;
	int (*run)(const uint8_t *data, size_t size);
} targets[] = {
	{ "compile", fuzz_compile },
};

/* In a block of its own size, so that reading past it is noticed. */
static void run_copy(int (*run)(const uint8_t *data, size_t size), const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	run(copy, size);
	free(copy);
}

static int replay(int (*run)(const uint8_t *data, size_t size), const char *name)
{
	static uint8_t data[1 << 20];
	const char *dot = strrchr(name, '.');
	FILE *file = fopen(name, "rb");
	size_t size;

	if (!file) {
		perror(name);
		return 1;
	}
	size = fread(data + 2, 1, sizeof(data) - 2, file);
	fclose(file);
	printf("%s\n", name);
	fflush(stdout);
	if (!dot || strcmp(dot, ".px") != 0) {
		run_copy(run, data + 2, size);
		return 0;
	}
	data[0] = data[1] = 0;
	run_copy(run, data, size + 2);
	data[0] = 0x3f;
	run_copy(run, data, size + 2);
	return 0;
}

int main(int argc, char **argv)
{
	size_t i = 0;
	int bad = 0;

	while (i < sizeof(targets) / sizeof(targets[0]) && argc > 1 &&
	       strcmp(argv[1], targets[i].name) != 0)
		i++;
	if (argc < 3 || i == sizeof(targets) / sizeof(targets[0])) {
		fprintf(stderr, "usage: replay TARGET FILE...\n");
		return 2;
	}
	for (int n = 2; n < argc; n++)
		bad |= replay(targets[i].run, argv[n]);
	return bad;
}
