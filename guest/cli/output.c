/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arrays for people, and as JSON.
 *
 * A short array is one line. A longer one is rows, each begun by the index of its
 * first element; where a person looks on, the middle of a long one is left out and
 * the line says how to see it.
 */
#include "guest/cli/output.h"

#include "guest/cli/backend.h"
#include "guest/cli/json-writer.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#define ROW_COLUMNS 96
#define SHORT_ELEMENTS 16
/* Of an abbreviated array: elements shown at its beginning and at its end. */
#define HEAD_ELEMENTS 24
#define TAIL_ELEMENTS 8

#define ELEMENT_BYTES JSON_FLOAT_BYTES

/** output_is() - did the program store to it? */
bool output_is(const struct job_array *array)
{
	return array->uses & PXOS_USE_WRITE;
}

static uint32_t word_at(const struct job_array *array, uint32_t i)
{
	if (!array->data)
		return 0;
	if (array->type == PXOS_TYPE_U8)
		return ((const uint8_t *)array->data)[i];
	return ((const uint32_t *)array->data)[i];
}

static float float_at(const struct job_array *array, uint32_t i)
{
	uint32_t word = word_at(array, i);
	float value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

static const char *element(const struct job_array *array, uint32_t i, char text[ELEMENT_BYTES])
{
	switch (array->type) {
	case PXOS_TYPE_FLOAT:
		return float_print(float_at(array, i), text);
	case PXOS_TYPE_INT:
		snprintf(text, ELEMENT_BYTES, "%" PRId32, (int32_t)word_at(array, i));
		return text;
	default:
		snprintf(text, ELEMENT_BYTES, "%" PRIu32, word_at(array, i));
		return text;
	}
}

static void print_rows(FILE *stream, const struct job_array *array, uint32_t from, uint32_t end,
		       int index_width)
{
	char text[ELEMENT_BYTES];
	size_t column = 0;

	for (uint32_t i = from; i < end; i++) {
		const char *word = element(array, i, text);

		if (column + 1 + strlen(word) > ROW_COLUMNS) {
			putc('\n', stream);
			column = 0;
		}
		if (column == 0)
			column = (size_t)fprintf(stream, "  [%*" PRIu32 "]", index_width, i);
		column += (size_t)fprintf(stream, " %s", word);
	}
	putc('\n', stream);
}

/** output_print() - @all: leave nothing out. */
void output_print(FILE *stream, const struct job_array *array, bool all)
{
	uint32_t n = array->length;
	char text[ELEMENT_BYTES];
	int index_width = snprintf(NULL, 0, "%" PRIu32, n ? n - 1 : 0);

	fprintf(stream, "%s %s[%" PRIu32 "]:", array->name, pxos_type_name(array->type), n);
	if (n <= SHORT_ELEMENTS) {
		for (uint32_t i = 0; i < n; i++)
			fprintf(stream, " %s", element(array, i, text));
		putc('\n', stream);
		return;
	}
	putc('\n', stream);
	if (all || n <= HEAD_ELEMENTS + TAIL_ELEMENTS) {
		print_rows(stream, array, 0, n, index_width);
		return;
	}
	print_rows(stream, array, 0, HEAD_ELEMENTS, index_width);
	fprintf(stream, "  … %" PRIu32 " more (--all shows them) …\n",
		n - HEAD_ELEMENTS - TAIL_ELEMENTS);
	print_rows(stream, array, n - TAIL_ELEMENTS, n, index_width);
}

/** output_json() - an array as a JSON array of numbers. */
void output_json(struct json_writer *json, const char *key, const struct job_array *array)
{
	json_array(json, key, false);
	for (uint32_t i = 0; i < array->length; i++) {
		if (array->type == PXOS_TYPE_FLOAT)
			json_float(json, NULL, float_at(array, i));
		else if (array->type == PXOS_TYPE_INT)
			json_int(json, NULL, (int32_t)word_at(array, i));
		else
			json_uint(json, NULL, word_at(array, i));
	}
	json_array_end(json);
}
