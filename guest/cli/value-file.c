/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arguments from files: @FILE[:TYPE].
 *
 * FILE is JSON if its name ends in .json (or TYPE says so), else raw elements,
 * tightly packed, little-endian, as a kernel sees them and as numpy's tofile()
 * writes them. A colon may be part of a file's name: only what follows the last one
 * and is a type's name counts as TYPE.
 *
 * Standard input can be read once, by the program or by one argument.
 */
#include "guest/cli/value.h"

#include "common/cleanup.h"
#include "common/file.h"
#include "guest/cli/cli.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A tree of JSON takes some 50 times the memory of its text. */
#define JSON_BYTES_MAX ((size_t)256 << 20)
/* 2^32 - 1 elements of 4 bytes. */
#define RAW_BYTES_MAX ((size_t)16 << 30)

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "raw files are read as they are: this needs a little-endian machine"
#endif

static const struct {
	const char *name;
	enum pxos_type
		type; /* PXOS_TYPE_NONE: not elements but JSON, or raw of the parameter's type */
} file_types[] = {
	{ "int", PXOS_TYPE_INT },    { "uint", PXOS_TYPE_UINT },   { "u32", PXOS_TYPE_UINT },
	{ "pixel", PXOS_TYPE_UINT }, { "float", PXOS_TYPE_FLOAT }, { "u8", PXOS_TYPE_U8 },
	{ "char", PXOS_TYPE_U8 },    { "json", PXOS_TYPE_NONE },   { "raw", PXOS_TYPE_NONE },
};

static int read_say(int r, const char *file)
{
	const char *colon = strrchr(file, ':');

	if (r == -ENOMEM)
		return r;
	if (r == FILE_E_TOO_LARGE)
		return error_say("%s: larger than an argument may be", file);
	if (r == -ENOENT && colon)
		return error_say("cannot read %s: no such file, and '%s' is no type"
				 " (int, uint, float, u8, pixel, json, raw)",
				 file, colon + 1);
	return error_say_errno(r, "cannot read %s", file);
}

/**
 * json_load() - read a file of JSON.
 * @ret_json: to be given back with json_object_put()
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int json_load(const char *file, struct json_object **ret_json)
{
	struct json_tokener *tokener;
	struct json_object *json;
	cleanup_free char *text = NULL;
	size_t bytes = 0, end;
	int r;

	r = file_read(file, JSON_BYTES_MAX, &text, &bytes);
	if (r)
		return read_say(r, file);

	tokener = json_tokener_new();
	if (!tokener)
		return -ENOMEM;
	json = json_tokener_parse_ex(tokener, text, (int)bytes);
	end = json_tokener_get_parse_end(tokener);
	/* A number at the very end is complete only for who knows that nothing follows. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		json = json_tokener_parse_ex(tokener, "", 1);
	while (json && end < bytes && strchr(" \t\r\n", text[end]))
		end++;

	if (json && end == bytes)
		*ret_json = json_object_get(json);
	else
		r = error_say("%s: not JSON at byte %zu: %s",
			      strcmp(file, "-") == 0 ? "<stdin>" : file, end + 1,
			      json ? "something follows the value"
				   : json_tokener_error_desc(json_tokener_get_error(tokener)));
	json_object_put(json);
	json_tokener_free(tokener);
	return r;
}

static int load_json_value(struct value *value, const char *name, const char *file)
{
	struct json_object *json;
	int r;

	r = json_load(file, &json);
	if (r)
		return r;
	r = value_from_json(value, name, json);
	json_object_put(json);
	return r;
}

/**
 * value_from_file() - read what stands after `--arg NAME=@`.
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int value_from_file(struct value *value, const char *name, const char *spec)
{
	cleanup_free char *file = strdup(spec);
	size_t length;
	char *colon;
	bool json;
	int r;

	if (!file)
		return -ENOMEM;
	length = strlen(file);
	json = length >= 5 && strcmp(file + length - 5, ".json") == 0;

	colon = strrchr(file, ':');
	for (size_t i = 0; colon && i < sizeof(file_types) / sizeof(*file_types); i++)
		if (strcmp(colon + 1, file_types[i].name) == 0) {
			value->bytes_type = file_types[i].type;
			json = strcmp(colon + 1, "json") == 0;
			*colon = 0;
			colon = NULL;
		}

	if (json)
		return load_json_value(value, name, file);
	r = file_read(file, RAW_BYTES_MAX, &value->bytes, &value->n_bytes);
	if (r)
		return read_say(r, file);
	value->kind = VALUE_RAW;
	return 0;
}
