/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_JSON_WRITER_H
#define PXOS_CLI_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_WRITER_DEPTH_MAX 16
#define JSON_FLOAT_BYTES 24

/* Writes JSON as it goes; see json-writer.c. */
struct json_writer {
	FILE *stream;
	unsigned int depth;
	uint32_t used; /* bit for each depth: something stands there already */
	uint32_t lines; /* bit for each depth: one member a line */
};

void json_writer_init(struct json_writer *json, FILE *stream);
void json_object(struct json_writer *json, const char *key, bool lines);
void json_array(struct json_writer *json, const char *key, bool lines);
void json_object_end(struct json_writer *json);
void json_array_end(struct json_writer *json);

/* @key is NULL inside arrays. */
void json_text(struct json_writer *json, const char *key, const char *text);
void json_bool(struct json_writer *json, const char *key, bool value);
void json_int(struct json_writer *json, const char *key, int64_t value);
void json_uint(struct json_writer *json, const char *key, uint64_t value);
void json_float(struct json_writer *json, const char *key, float value);
void json_ms(struct json_writer *json, const char *key, uint64_t ns);
void json_null(struct json_writer *json, const char *key);

const char *float_print(float value, char text[JSON_FLOAT_BYTES]);

#endif
