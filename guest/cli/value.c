/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a user may give for an argument:
 *
 *	5  -1.5e3  0xff  inf  nan       a number
 *	[1, 2.5, "inf"]                 an array, as JSON
 *	@FILE[:TYPE]                    an array from a file, see value-file.c
 *	zeros:N                         N zeros
 *	range:N  range:FROM:TO          0 … N-1; FROM … TO-1
 *	random:N[:SEED]                 N numbers, the same for the same seed
 *
 * and in JSON the same as 5, "inf", [1, 2], {"zeros": N}, {"range": [FROM, TO]},
 * {"random": N} or {"random": [N, SEED]}.
 *
 * A value is only read here; value-array.c makes elements of it, once the
 * parameter's type is known. Mistakes are said here, since here it is known what
 * the user typed, and always name the argument.
 */
#include "guest/cli/value.h"

#include "guest/cli/cli.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

void value_deinit(struct value *value)
{
	json_object_put(value->list);
	free(value->bytes);
	*value = (struct value){ 0 };
}

static int set_length(struct value *value, const char *name, int64_t length)
{
	if (length < 0)
		return error_say("argument '%s': a length of %lld is none", name,
				 (long long)length);
	if (length > UINT32_MAX)
		return error_say("argument '%s': %lld elements are more than an array may have, %u",
				 name, (long long)length, UINT32_MAX);
	value->length = (uint64_t)length;
	return 0;
}

static int set_range(struct value *value, const char *name, int64_t first, int64_t end)
{
	value->kind = VALUE_RANGE;
	value->first = first;
	if (first < INT32_MIN || end > (int64_t)UINT32_MAX + 1)
		return error_say("argument '%s': the range leaves what 32 bits hold", name);
	return set_length(value, name, end > first ? end - first : 0);
}

/* ------------------------------------------------------------ command line */

/* Up to two whole numbers with a colon between; *ret_n says how many. */
static int split_numbers(const char *name, const char *text, const char *form, int64_t numbers[2],
			 unsigned int *ret_n)
{
	unsigned int n = 0;

	for (const char *at = text;; at++) {
		char *end;

		errno = 0;
		if (n == 2 || *at == ' ')
			break;
		numbers[n] = strtoll(at, &end, 10);
		if (end == at || errno)
			break;
		n++;
		at = end;
		if (!*at) {
			*ret_n = n;
			return 0;
		}
		if (*at != ':')
			break;
	}
	return error_say("argument '%s': '%s' is not %s", name, text, form);
}

static int generator_from_text(struct value *value, const char *name, const char *text)
{
	int64_t numbers[2];
	unsigned int n = 0;
	int r;

	if (strncmp(text, "zeros:", 6) == 0) {
		r = split_numbers(name, text + 6, "N, as in zeros:N", numbers, &n);
		if (r == 0 && n != 1)
			r = error_say("argument '%s': zeros takes one number, as in zeros:N", name);
		value->kind = VALUE_ZEROS;
		return r ? r : set_length(value, name, numbers[0]);
	}
	if (strncmp(text, "range:", 6) == 0) {
		r = split_numbers(name, text + 6, "N or FROM:TO, as in range:N", numbers, &n);
		if (r)
			return r;
		if (n == 2)
			return set_range(value, name, numbers[0], numbers[1]);
		r = set_length(value, name, numbers[0]);
		return r ? r : set_range(value, name, 0, numbers[0]);
	}
	r = split_numbers(name, text + 7, "N or N:SEED, as in random:N", numbers, &n);
	if (r)
		return r;
	value->kind = VALUE_RANDOM;
	value->seed = n == 2 ? (uint64_t)numbers[1] : 0;
	return set_length(value, name, numbers[0]);
}

static int inline_json(struct value *value, const char *name, const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *json;
	size_t length = strlen(text);
	int r;

	if (!tokener)
		return -ENOMEM;
	json = json_tokener_parse_ex(tokener, text, (int)length + 1);
	if (!json || json_tokener_get_parse_end(tokener) < length)
		r = error_say("argument '%s': not JSON at character %zu: %s", name,
			      json_tokener_get_parse_end(tokener) + 1,
			      json ? "something follows the value"
				   : json_tokener_error_desc(json_tokener_get_error(tokener)));
	else
		r = value_from_json(value, name, json);
	json_object_put(json);
	json_tokener_free(tokener);
	return r;
}

/**
 * value_from_text() - read what stands after `--arg NAME=`.
 * @value: zero before; needs value_deinit() after, also on failure
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int value_from_text(struct value *value, const char *name, const char *text)
{
	int r;

	if (*text == '@')
		return value_from_file(value, name, text + 1);
	if (*text == '[' || *text == '{' || *text == '"')
		return inline_json(value, name, text);
	if (strncmp(text, "zeros:", 6) == 0 || strncmp(text, "range:", 6) == 0 ||
	    strncmp(text, "random:", 7) == 0)
		return generator_from_text(value, name, text);

	r = number_from_text(text, &value->number);
	if (r == NUMBER_E_RANGE)
		return error_say("argument '%s': %s %s into 32 bits", name, text,
				 number_complaint(r));
	if (r)
		return error_say("argument '%s': '%s' is neither a number nor an array"
				 " ([1,2,3], @FILE, zeros:N, range:N, random:N)",
				 name, text);
	value->kind = VALUE_NUMBER;
	return 0;
}

/* -------------------------------------------------------------------- JSON */

static bool is_whole(struct json_object *json)
{
	return json_object_is_type(json, json_type_int);
}

/* {"range": [0, 10]}: one member, a whole number or two. */
static int generator_from_json(struct value *value, const char *name, struct json_object *json)
{
	struct json_object_iterator it = json_object_iter_begin(json);
	const char *what = json_object_object_length(json) == 1 ? json_object_iter_peek_name(&it)
								: "";
	struct json_object *of = *what ? json_object_iter_peek_value(&it) : NULL;
	struct json_object *first = of, *second = NULL;
	int64_t a;

	if (json_object_is_type(of, json_type_array) && json_object_array_length(of) == 2) {
		first = json_object_array_get_idx(of, 0);
		second = json_object_array_get_idx(of, 1);
	}
	if (!is_whole(first) || (second && !is_whole(second)) ||
	    (strcmp(what, "zeros") == 0 && second))
		what = "";
	a = json_object_get_int64(first);

	if (strcmp(what, "zeros") == 0) {
		value->kind = VALUE_ZEROS;
		return set_length(value, name, a);
	}
	if (strcmp(what, "range") == 0)
		return second ? set_range(value, name, a, json_object_get_int64(second))
			      : set_range(value, name, 0, a);
	if (strcmp(what, "random") == 0) {
		value->kind = VALUE_RANDOM;
		value->seed = second ? (uint64_t)json_object_get_int64(second) : 0;
		return set_length(value, name, a);
	}
	return error_say("argument '%s': an object is {\"zeros\": N}, {\"range\": [FROM, TO]} or"
			 " {\"random\": N}",
			 name);
}

/**
 * value_from_json() - read an argument from a JSON value.
 *
 * Return: 0, CLI_E_SAID.
 */
int value_from_json(struct value *value, const char *name, struct json_object *json)
{
	int r;

	switch (json_object_get_type(json)) {
	case json_type_array:
		value->kind = VALUE_LIST;
		value->list = json_object_get(json);
		return set_length(value, name, (int64_t)json_object_array_length(json));
	case json_type_object:
		return generator_from_json(value, name, json);
	default:
		r = value_json_number(json, &value->number);
		if (r)
			return error_say("argument '%s': %s %s", name,
					 json_object_to_json_string(json), number_complaint(r));
		value->kind = VALUE_NUMBER;
		return 0;
	}
}
