/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_VALUE_H
#define PXOS_CLI_VALUE_H

#include "guest/cli/number.h"
#include "pxos_compiler.h"

#include <stddef.h>
#include <stdint.h>

struct json_object;

enum value_kind {
	VALUE_NONE,
	VALUE_NUMBER,
	VALUE_LIST, /* numbers in JSON */
	VALUE_RAW, /* bytes of a file */
	VALUE_ZEROS,
	VALUE_RANGE, /* first, first + 1, … */
	VALUE_RANDOM,
};

/* What was given for one argument, before it meets its parameter. */
struct value {
	enum value_kind kind;
	struct number number;
	struct json_object *list;
	char *bytes;
	size_t n_bytes;
	enum pxos_type bytes_type; /* PXOS_TYPE_NONE: the parameter's */
	int64_t first;
	uint64_t seed;
	uint64_t length; /* elements; of VALUE_RAW unknown until its type is */
};

int value_from_text(struct value *value, const char *name, const char *text);
int value_from_json(struct value *value, const char *name, struct json_object *json);
void value_deinit(struct value *value);

/* value-array.c */
int value_json_number(struct json_object *json, struct number *ret_number);
int value_to_word(const struct value *value, const char *name, enum pxos_type type,
		  uint32_t *ret_word);
int value_to_array(struct value *value, const char *name, enum pxos_type type, void **ret_data,
		   uint32_t *ret_length);

/* value-file.c */
int json_load(const char *file, struct json_object **ret_json);
int value_from_file(struct value *value, const char *name, const char *spec);

#endif
