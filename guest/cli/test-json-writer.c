/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef NDEBUG
#include "guest/cli/json-writer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_shape(void)
{
	static const char expected[] = "{\n"
				       " \"a\": [1, -2, true],\n"
				       " \"b\": [],\n"
				       " \"c\": {},\n"
				       " \"d\": {\"e\": null, \"f\": 1.000002},\n"
				       " \"g\": \"q\\\" b\\\\ n\\u000a é\"\n"
				       "}\n";
	struct json_writer json;
	char *text = NULL;
	size_t bytes;
	FILE *stream = open_memstream(&text, &bytes);

	assert(stream);
	json_writer_init(&json, stream);
	json_object(&json, NULL, true);
	json_array(&json, "a", false);
	json_uint(&json, NULL, 1);
	json_int(&json, NULL, -2);
	json_bool(&json, NULL, true);
	json_array_end(&json);
	json_array(&json, "b", true);
	json_array_end(&json);
	json_object(&json, "c", true);
	json_object_end(&json);
	json_object(&json, "d", false);
	json_null(&json, "e");
	json_ms(&json, "f", 1000002);
	json_object_end(&json);
	json_text(&json, "g", "q\" b\\ n\n é");
	json_object_end(&json);
	assert(fclose(stream) == 0);
	assert(strcmp(text, expected) == 0);
	free(text);
}

static void expect_float(float value, const char *expected)
{
	char text[JSON_FLOAT_BYTES];

	assert(strcmp(float_print(value, text), expected) == 0);
}

static void test_floats(void)
{
	expect_float(0, "0");
	expect_float(-0.0f, "-0");
	expect_float(2, "2");
	expect_float(0.1f, "0.1");
	expect_float(0.2f + 0.1f, "0.3");
	expect_float(1.0f / 3, "0.33333334");
	expect_float(16777216, "16777216");
	expect_float(3.4028235e38f, "3.4028235e+38");
	expect_float(1.4e-45f, "1e-45");
	expect_float(2e-40f, "2e-40");
	expect_float(INFINITY, "inf");
	expect_float(-INFINITY, "-inf");
	expect_float(NAN, "nan");
	expect_float(-NAN, "nan");
}

/* Every float in a stride over all bit patterns comes back. */
static void test_floats_round_trip(void)
{
	char text[JSON_FLOAT_BYTES];

	for (uint64_t word = 0; word <= UINT32_MAX; word += 65521) {
		uint32_t bits = (uint32_t)word;
		float value, again;

		memcpy(&value, &bits, sizeof(value));
		if (isnan(value))
			continue;
		again = strtof(float_print(value, text), NULL);
		assert(again == value && signbit(again) == signbit(value));
	}
}

int main(void)
{
	test_shape();
	test_floats();
	test_floats_round_trip();
	return 0;
}
