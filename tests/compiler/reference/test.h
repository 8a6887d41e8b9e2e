/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test.h - for the unit tests beside it: asserts that stay on, and a program in one call.
 */
#ifndef REFERENCE_TEST_H
#define REFERENCE_TEST_H

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

#define TEST_STEPS 10000000

static inline uint32_t bits_of(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

/* Parses and runs what must be a good program. */
static inline struct ref_memory *
run_program(const char *text, const struct ref_arguments *arguments, struct ref_report *ret_report)
{
	struct ref_error error;
	struct ref_program *program = ref_parse(text, strlen(text), &error);
	struct ref_memory *memory;
	int r;

	if (!program) {
		fprintf(stderr, "%u:%u: %s\n%s", error.line, error.column, error.message, text);
		abort();
	}
	r = ref_run(program, arguments, TEST_STEPS, &memory, ret_report);
	assert(!r);
	ref_program_free(program);
	return memory;
}

static inline size_t array_number(const struct ref_memory *memory, const char *name)
{
	size_t i;

	for (i = 0; i < ref_memory_n_arrays(memory); i++) {
		const char *found;
		enum ref_type type;
		uint32_t length;

		ref_memory_array(memory, i, &found, &type, &length);
		if (!strcmp(found, name))
			return i;
	}
	fprintf(stderr, "no array %s\n", name);
	abort();
}

static inline bool is_wrong(const struct ref_memory *memory, const char *name, uint32_t index,
			    uint32_t word)
{
	return ref_memory_check(memory, array_number(memory, name), index, word) == REF_WRONG;
}

/* For words that should be right: says so if one is not. */
static inline enum ref_verdict verdict(const struct ref_memory *memory, const char *name,
				       uint32_t index, uint32_t word)
{
	size_t i = array_number(memory, name);
	enum ref_verdict result = ref_memory_check(memory, i, index, word);
	char text[128];

	if (result == REF_WRONG) {
		ref_memory_describe(memory, i, index, text, sizeof(text));
		fprintf(stderr, "%s[%u] is %s, not 0x%x\n", name, index, text, word);
	}
	return result;
}

#endif
