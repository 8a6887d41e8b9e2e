/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what was given (value.c) to the words and elements that a parameter of a
 * known type takes. Whatever does not fit its type exactly is refused, and the
 * element named; floats take the nearest value.
 */
#include "guest/cli/value.h"

#include "common/cleanup.h"
#include "guest/cli/cli.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * value_json_number() - a number, or one of the strings that stand for a number.
 *
 * Return: 0 or an enum number_code.
 */
int value_json_number(struct json_object *json, struct number *ret_number)
{
	switch (json_object_get_type(json)) {
	case json_type_int:
		*ret_number = number_from_integer(json_object_get_int64(json));
		return 0;
	case json_type_double:
		*ret_number = number_from_real(json_object_get_double(json));
		return 0;
	case json_type_string:
		return number_from_text(json_object_get_string(json), ret_number);
	default:
		return NUMBER_E_SYNTAX;
	}
}

/**
 * value_to_word() - the value of a scalar parameter.
 *
 * Return: 0, CLI_E_SAID.
 */
int value_to_word(const struct value *value, const char *name, enum pxos_type type,
		  uint32_t *ret_word)
{
	int r;

	if (value->kind != VALUE_NUMBER)
		return error_say("argument '%s': the parameter is %s, one number, not an array",
				 name, pxos_type_name(type));
	r = number_to_word(&value->number, type, ret_word);
	if (r)
		return error_say("argument '%s': %.10g %s; the parameter is %s", name,
				 value->number.real, number_complaint(r), pxos_type_name(type));
	return 0;
}

static void put(void *data, size_t i, enum pxos_type type, uint32_t word)
{
	if (type == PXOS_TYPE_U8)
		((uint8_t *)data)[i] = (uint8_t)word;
	else
		((uint32_t *)data)[i] = word;
}

static int element_say(const char *name, size_t i, enum pxos_type type, const char *text, int code)
{
	return error_say("argument '%s': element %zu: %s %s; the parameter is %s[]", name, i, text,
			 number_complaint(code), pxos_type_name(type));
}

static int put_list(const struct value *value, const char *name, enum pxos_type type, void *data)
{
	for (size_t i = 0; i < value->length; i++) {
		struct json_object *json = json_object_array_get_idx(value->list, i);
		struct number number;
		uint32_t word = 0;
		int r;

		r = value_json_number(json, &number);
		if (r == 0)
			r = number_to_word(&number, type, &word);
		if (r)
			return element_say(name, i, type, json_object_to_json_string(json), r);
		put(data, i, type, word);
	}
	return 0;
}

static int put_range(const struct value *value, const char *name, enum pxos_type type, void *data)
{
	for (size_t i = 0; i < value->length; i++) {
		struct number number = number_from_integer(value->first + (int64_t)i);
		uint32_t word = 0;
		int r = number_to_word(&number, type, &word);

		if (r) {
			char text[24];

			snprintf(text, sizeof(text), "%lld", (long long)number.integer);
			return element_say(name, i, type, text, r);
		}
		put(data, i, type, word);
	}
	return 0;
}

/* splitmix64: short, and good enough to fill arrays with. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Floats in [0, 1), integers over all that their type holds. */
static void put_random(const struct value *value, enum pxos_type type, void *data)
{
	uint64_t state = value->seed;

	for (size_t i = 0; i < value->length; i++) {
		uint32_t word = (uint32_t)(random_next(&state) >> 32);

		if (type == PXOS_TYPE_FLOAT) {
			float real = (float)(word >> 8) * 0x1p-24f;

			memcpy(&word, &real, sizeof(word));
		}
		put(data, i, type, word);
	}
}

static int raw_to_array(struct value *value, const char *name, enum pxos_type type, void **ret_data,
			uint32_t *ret_length)
{
	size_t element = pxos_type_bytes(type);

	if (value->bytes_type != PXOS_TYPE_NONE && value->bytes_type != type)
		return error_say(
			"argument '%s': the file is said to hold %s, the parameter is %s[]", name,
			pxos_type_name(value->bytes_type), pxos_type_name(type));
	if (value->n_bytes % element)
		return error_say("argument '%s': %zu bytes are no whole number of %s elements",
				 name, value->n_bytes, pxos_type_name(type));
	if (value->n_bytes / element > UINT32_MAX)
		return error_say("argument '%s': %zu elements are more than an array may have, %u",
				 name, value->n_bytes / element, UINT32_MAX);
	*ret_data = steal(&value->bytes);
	*ret_length = (uint32_t)(value->n_bytes / element);
	return 0;
}

/**
 * value_to_array() - the elements of an array parameter.
 * @value: has given its elements away afterwards
 * @ret_data: to be freed; NULL if all elements are zero
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int value_to_array(struct value *value, const char *name, enum pxos_type type, void **ret_data,
		   uint32_t *ret_length)
{
	cleanup_free void *data = NULL;
	int r = 0;

	if (value->kind == VALUE_NUMBER)
		return error_say(
			"argument '%s': the parameter is %s[], an array; give [1,2,3], @FILE,"
			" zeros:N, range:N or random:N",
			name, pxos_type_name(type));
	if (value->kind == VALUE_RAW)
		return raw_to_array(value, name, type, ret_data, ret_length);

	if (value->kind != VALUE_ZEROS && value->length > 0) {
		data = malloc(value->length * pxos_type_bytes(type));
		if (!data)
			return -ENOMEM;
	}
	if (value->kind == VALUE_LIST)
		r = put_list(value, name, type, data);
	else if (value->kind == VALUE_RANGE)
		r = put_range(value, name, type, data);
	else if (value->kind == VALUE_RANDOM)
		put_random(value, type, data);
	if (r)
		return r;
	*ret_data = steal(&data);
	*ret_length = (uint32_t)value->length;
	return 0;
}
