/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON, written as it comes.
 *
 * Results hold millions of numbers, so no tree of them is built first (reading is
 * done by json-c, where a tree is what is wanted). Errors of the stream are not
 * looked at here: whoever owns it asks ferror() once, at the end.
 *
 * JSON has no infinity and no NaN; they are written as the strings "inf", "-inf"
 * and "nan", which the readers of arguments take as well. Minus zero is written
 * -0.0, because many readers take -0 for an integer, and integers have no such thing.
 */
#include "guest/cli/json-writer.h"

#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void json_writer_init(struct json_writer *json, FILE *stream)
{
	*json = (struct json_writer){ .stream = stream };
}

static void newline(const struct json_writer *json)
{
	putc('\n', json->stream);
	for (unsigned int i = 0; i < json->depth; i++)
		putc(' ', json->stream);
}

static void string(const struct json_writer *json, const char *text)
{
	putc('"', json->stream);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(json->stream, "\\%c", *c);
		else if (*c < ' ' || *c == 0x7f)
			fprintf(json->stream, "\\u%04x", *c);
		else
			putc(*c, json->stream);
	}
	putc('"', json->stream);
}

/* What stands before every value: comma, line, key. */
static void begin(struct json_writer *json, const char *key)
{
	uint32_t bit = 1u << json->depth;

	if (json->used & bit)
		putc(',', json->stream);
	if (json->lines & bit)
		newline(json);
	else if (json->used & bit)
		putc(' ', json->stream);
	json->used |= bit;
	if (key) {
		string(json, key);
		fputs(": ", json->stream);
	}
}

static void open_level(struct json_writer *json, const char *key, char bracket, bool lines)
{
	uint32_t bit;

	begin(json, key);
	putc(bracket, json->stream);
	json->depth++;
	assert(json->depth < JSON_WRITER_DEPTH_MAX);
	bit = 1u << json->depth;
	json->used &= ~bit;
	json->lines &= ~bit;
	if (lines)
		json->lines |= bit;
}

static void close_level(struct json_writer *json, char bracket)
{
	uint32_t bit = 1u << json->depth;
	bool own_line = (json->lines & bit) && (json->used & bit);

	json->depth--;
	if (own_line)
		newline(json);
	putc(bracket, json->stream);
	if (json->depth == 0)
		putc('\n', json->stream);
}

/** json_object() - begin an object; @lines: each member on a line of its own. */
void json_object(struct json_writer *json, const char *key, bool lines)
{
	open_level(json, key, '{', lines);
}

void json_array(struct json_writer *json, const char *key, bool lines)
{
	open_level(json, key, '[', lines);
}

void json_object_end(struct json_writer *json)
{
	close_level(json, '}');
}

void json_array_end(struct json_writer *json)
{
	close_level(json, ']');
}

/** json_text() - @text NULL is written as null. */
void json_text(struct json_writer *json, const char *key, const char *text)
{
	begin(json, key);
	if (text)
		string(json, text);
	else
		fputs("null", json->stream);
}

void json_null(struct json_writer *json, const char *key)
{
	json_text(json, key, NULL);
}

void json_bool(struct json_writer *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->stream);
}

void json_int(struct json_writer *json, const char *key, int64_t value)
{
	begin(json, key);
	fprintf(json->stream, "%" PRId64, value);
}

void json_uint(struct json_writer *json, const char *key, uint64_t value)
{
	begin(json, key);
	fprintf(json->stream, "%" PRIu64, value);
}

/** json_ms() - nanoseconds as milliseconds. */
void json_ms(struct json_writer *json, const char *key, uint64_t ns)
{
	begin(json, key);
	fprintf(json->stream, "%" PRIu64 ".%06" PRIu64, ns / 1000000, ns % 1000000);
}

/**
 * float_print() - the shortest decimal that reads back as @value.
 *
 * Return: @text.
 */
const char *float_print(float value, char text[JSON_FLOAT_BYTES])
{
	if (isnan(value))
		return memcpy(text, "nan", sizeof("nan"));
	if (isinf(value))
		return value < 0 ? memcpy(text, "-inf", sizeof("-inf"))
				 : memcpy(text, "inf", sizeof("inf"));
	/* Up to 6 digits always come back, and %g leaves their trailing zeros out; only
	 * subnormals have fewer. */
	for (int digits = fabsf(value) < FLT_MIN ? 1 : 6; digits <= 9; digits++) {
		snprintf(text, JSON_FLOAT_BYTES, "%.*g", digits, (double)value);
		if (strtof(text, NULL) == value)
			break;
	}
	return text;
}

void json_float(struct json_writer *json, const char *key, float value)
{
	char text[JSON_FLOAT_BYTES];

	begin(json, key);
	float_print(value, text);
	if (!isfinite(value))
		fprintf(json->stream, "\"%s\"", text);
	else if (value == 0 && signbit(value))
		fputs("-0.0", json->stream);
	else
		fputs(text, json->stream);
}
