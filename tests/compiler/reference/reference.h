/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reference.h - what a primitive program must compute, worked out slowly.
 *
 * The reference is a second reading of docs/language.md and
 * docs/language-details.md. It shares no code with the compiler: it parses the
 * text itself, walks the statements thread by thread and keeps, for every
 * value, the set of results that the pages allow. A GPU is right if what it
 * wrote lies in that set.
 *
 * A value whose set cannot be told (a race, a branch on a number that is only
 * known within bounds, SIN of 100) is "unspecified": it is counted, and
 * never compared. The reference may say "unspecified" too often; it must
 * never say a value is specified when the pages leave it open.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "range.h"

/* The language's types. A u8 lives in arrays and arguments only. */
enum ref_type {
	REF_NONE,
	REF_BOOL,
	REF_INT,
	REF_UINT,
	REF_FLOAT,
	REF_U8,
};

#define REF_NAME_SIZE 64

/*
 * One named argument, or one output of a GPU. Each element is a word, also a
 * u8's (its low 8 bits count). A scalar is one word without an array.
 * alias: an array that shares the buffer of an earlier argument of that name
 * and of the same type; it has no words of its own.
 */
struct ref_argument {
	char name[REF_NAME_SIZE];
	enum ref_type type;
	bool is_array;
	uint32_t length; /* elements */
	uint32_t *words;
	uint32_t scalar;
	char alias[REF_NAME_SIZE];
};

struct ref_arguments {
	struct ref_argument *items;
	size_t n_items;
};

/* Zeroed words, freed by ref_arguments_deinit(). Name must be new. */
struct ref_argument *ref_arguments_add_array(struct ref_arguments *arguments, const char *name,
					     enum ref_type type, uint32_t length);
void ref_arguments_add_alias(struct ref_arguments *arguments, const char *name,
			     const struct ref_argument *original);
void ref_arguments_add_scalar(struct ref_arguments *arguments, const char *name, enum ref_type type,
			      uint32_t scalar);
struct ref_argument *ref_arguments_find(const struct ref_arguments *arguments, const char *name);
void ref_arguments_deinit(struct ref_arguments *arguments);

/* ----------------------------------------------------------------- program */

struct ref_program;

struct ref_error {
	uint32_t line; /* 0: none, the program is good */
	uint32_t column;
	char message[160];
};

/*
 * ref_parse() - read a program.
 *
 * Return: the program, or NULL, and *ret_error is then the first error in the
 * order of checking (not always of lines).
 */
struct ref_program *ref_parse(const char *text, size_t length, struct ref_error *ret_error);
struct ref_program *ref_program_free(struct ref_program *program);

/* -------------------------------------------------------------------- runs */

enum ref_run_result {
	_REF_RUN_SUCCESS,
	REF_RUN_E_ARGUMENT, /* an argument is missing or of another type */
	REF_RUN_E_STEPS, /* ran longer than allowed: the memory says nothing */
	_REF_RUN_N,
};

struct ref_memory;

struct ref_report {
	uint64_t steps;
	uint32_t launches;
	uint32_t abandoned; /* launches whose stores are all unspecified */
	const char *why; /* of the last one abandoned */
	uint32_t why_line;
};

/*
 * ref_run() - run all launches of @program on @arguments.
 * @steps_max: statements executed, over all threads.
 *
 * Return: 0 or enum ref_run_result; *ret_memory is set on 0 only.
 */
int ref_run(const struct ref_program *program, const struct ref_arguments *arguments,
	    uint64_t steps_max, struct ref_memory **ret_memory, struct ref_report *ret_report);
struct ref_memory *ref_memory_free(struct ref_memory *memory);

/* ----------------------------------------------------------------- results */

enum ref_verdict {
	REF_UNSPECIFIED, /* nothing can be said: skip it */
	REF_EXACT, /* one value is right, and this is it */
	REF_WITHIN, /* lies in the allowed set, which has more than one value */
	REF_WRONG,
};

/* Arrays in memory: arguments first (an alias is one of its own), then implicit outputs. */
size_t ref_memory_n_arrays(const struct ref_memory *memory);
void ref_memory_array(const struct ref_memory *memory, size_t i, const char **ret_name,
		      enum ref_type *ret_type, uint32_t *ret_length);
/* May @word stand in element @index of array @i? */
enum ref_verdict ref_memory_check(const struct ref_memory *memory, size_t i, uint32_t index,
				  uint32_t word);
/* What may stand there, in words, for people. */
void ref_memory_describe(const struct ref_memory *memory, size_t i, uint32_t index, char *text,
			 size_t size);

#endif
