// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-golden.c - the reference on the contract's own examples.
 *
 * Each tests/compiler/golden/NAME.json names a program, its arguments and what
 * it must leave. An argument is a number, a list, or {"range": [first, end]};
 * a list's type is the parameter's. Expected numbers are literals of that
 * type; floats may also be "nan", "inf" and "-inf". A subnormal one is a note for
 * people: its decimal need not name the very float, and 0 is as good.
 */
#include "test.h"

#include <glob.h>
#include <json-c/json.h>
#include <math.h>

#include "program.h"

#define FOLDER "tests/compiler/golden"

static char *read_file(const char *path, size_t *ret_length)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, PXOS_PROGRAM_BYTES_MAX + 2);

	if (!file) {
		perror(path);
		abort();
	}
	*ret_length = fread(text, 1, PXOS_PROGRAM_BYTES_MAX + 1, file);
	fclose(file);
	return text;
}

static enum ref_type parameter_type(const struct ref_program *program, const char *name)
{
	int k, i;

	for (k = 0; k < program->n_kernels; k++) {
		const struct ref_kernel *kernel = &program->kernels[k];

		for (i = 0; i < kernel->n_arrays; i++)
			if (!strcmp(kernel->arrays[i].name, name))
				return kernel->arrays[i].type;
		for (i = 0; i < kernel->n_scalars; i++)
			if (!strcmp(kernel->scalars[i].name, name))
				return kernel->scalars[i].type;
	}
	return REF_NONE;
}

static uint32_t word_of(struct json_object *number, enum ref_type type)
{
	const char *text = json_object_get_string(number);

	/* strtof() reads "nan", "inf" and "-inf", too. */
	return type == REF_FLOAT ? bits_of(strtof(text, NULL))
				 : (uint32_t)json_object_get_int64(number);
}

static void give(struct ref_arguments *arguments, const char *name, enum ref_type type,
		 struct json_object *value)
{
	struct json_object *range;
	struct ref_argument *array;
	int64_t first, end, i;

	if (json_object_is_type(value, json_type_array)) {
		size_t n = json_object_array_length(value);

		array = ref_arguments_add_array(arguments, name, type, (uint32_t)n);
		for (i = 0; i < (int64_t)n; i++)
			array->words[i] =
				word_of(json_object_array_get_idx(value, (size_t)i), type);
	} else if (json_object_object_get_ex(value, "range", &range)) {
		first = json_object_get_int64(json_object_array_get_idx(range, 0));
		end = json_object_get_int64(json_object_array_get_idx(range, 1));
		array = ref_arguments_add_array(arguments, name, type, (uint32_t)(end - first));
		for (i = first; i < end; i++)
			array->words[i - first] = type == REF_FLOAT ? bits_of((float)i)
								    : (uint32_t)i;
	} else {
		ref_arguments_add_scalar(arguments, name, type, word_of(value, type));
	}
}

static void expect(const struct ref_memory *memory, const char *name, struct json_object *values)
{
	size_t array = array_number(memory, name), i;
	const char *found;
	enum ref_type type;
	uint32_t length;

	ref_memory_array(memory, array, &found, &type, &length);
	assert(length == json_object_array_length(values));
	for (i = 0; i < length; i++) {
		uint32_t word = word_of(json_object_array_get_idx(values, i), type);
		enum ref_verdict result;

		if (type == REF_FLOAT && !(word & 0x7f800000))
			word &= 0x80000000;
		result = verdict(memory, name, (uint32_t)i, word);
		assert(result == REF_EXACT || result == REF_WITHIN);
	}
}

static void test_golden(const char *path)
{
	struct json_object *root = json_object_from_file(path), *node;
	struct json_object_iterator at, end;
	struct ref_arguments arguments = { 0 };
	struct ref_report report;
	struct ref_error error;
	struct ref_program *program;
	struct ref_memory *memory;
	size_t length;
	char program_path[512], *text;
	int r;

	assert(root && json_object_object_get_ex(root, "program", &node));
	snprintf(program_path, sizeof(program_path), FOLDER "/%s", json_object_get_string(node));
	text = read_file(program_path, &length);
	program = ref_parse(text, length, &error);
	if (!program)
		fprintf(stderr, "%s:%u:%u: %s\n", program_path, error.line, error.column,
			error.message);
	assert(program);
	assert(json_object_object_get_ex(root, "arguments", &node));
	for (at = json_object_iter_begin(node), end = json_object_iter_end(node);
	     !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);

		give(&arguments, name, parameter_type(program, name),
		     json_object_iter_peek_value(&at));
	}
	r = ref_run(program, &arguments, 100ull * TEST_STEPS, &memory, &report);
	assert(!r && !report.abandoned);
	assert(json_object_object_get_ex(root, "expect", &node));
	for (at = json_object_iter_begin(node), end = json_object_iter_end(node);
	     !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		expect(memory, json_object_iter_peek_name(&at), json_object_iter_peek_value(&at));
	ref_memory_free(memory);
	ref_program_free(program);
	ref_arguments_deinit(&arguments);
	free(text);
	json_object_put(root);
}

int main(void)
{
	glob_t found;
	size_t i;
	int r;

	r = glob(FOLDER "/*.json", 0, NULL, &found);
	assert(!r && found.gl_pathc);
	for (i = 0; i < found.gl_pathc; i++)
		test_golden(found.gl_pathv[i]);
	globfree(&found);
	return 0;
}
