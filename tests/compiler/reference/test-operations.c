// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-operations.c - every operation of the language on values with an edge.
 *
 * Each case is one line of a kernel with one thread; its operands come out of
 * the arrays a, b and c, so that nothing is folded at parse time.
 */
#include "test.h"

#include <math.h>

struct values {
	const char *type;
	enum ref_type number;
	uint32_t words[3];
};

/* Runs @line on x, y, z = @in; its result r, of type @out, is stored. */
static enum ref_verdict run_line(const char *line, const struct values *in, const char *out,
				 uint32_t expected, bool may_be_wrong)
{
	static const char *const names[] = { "a", "b", "c" };
	struct ref_arguments arguments = { 0 };
	struct ref_report report;
	struct ref_memory *memory;
	enum ref_verdict result;
	char text[1024];
	int i;

	snprintf(text, sizeof(text),
		 "GPU_KERNEL k\nGPU_PARAM a %s[]\nGPU_PARAM b %s[]\nGPU_PARAM c %s[]\n"
		 "GPU_PARAM out %s[]\nGPU_THREAD_CODE:\nLOAD a[0] -> x\nLOAD b[0] -> y\n"
		 "LOAD c[0] -> z\n%s\nSTORE r -> out[0]\nGPU_END\n",
		 in->type, in->type, in->type, out, line);
	for (i = 0; i < 3; i++)
		ref_arguments_add_array(&arguments, names[i], in->number, 1)->words[0] =
			in->words[i];
	ref_arguments_add_array(&arguments, "out",
				!strcmp(out, "int")	? REF_INT
				: !strcmp(out, "uint")	? REF_UINT
				: !strcmp(out, "float") ? REF_FLOAT
							: REF_U8,
				1);
	memory = run_program(text, &arguments, &report);
	if (may_be_wrong)
		result = ref_memory_check(memory, array_number(memory, "out"), 0, expected);
	else
		result = verdict(memory, "out", 0, expected);
	if (result == REF_WRONG && !may_be_wrong)
		fprintf(stderr, "%s\n", line);
	ref_memory_free(memory);
	ref_arguments_deinit(&arguments);
	return result;
}

static void check_int(const char *line, int32_t x, int32_t y, int32_t expected)
{
	struct values in = { "int", REF_INT, { (uint32_t)x, (uint32_t)y, 11 } };

	assert(run_line(line, &in, "int", (uint32_t)expected, false) == REF_EXACT);
}

static void check_uint(const char *line, uint32_t x, uint32_t y, uint32_t expected)
{
	struct values in = { "uint", REF_UINT, { x, y, 11 } };

	assert(run_line(line, &in, "uint", expected, false) == REF_EXACT);
}

static void check_float(const char *line, float x, float y, float expected)
{
	struct values in = { "float", REF_FLOAT, { bits_of(x), bits_of(y), bits_of(0.5f) } };

	assert(run_line(line, &in, "float", bits_of(expected), false) == REF_EXACT);
}

/* Right within bounds: @expected is in, @wrong is not. */
static void check_bound(const char *line, float x, float y, float expected, float wrong)
{
	struct values in = { "float", REF_FLOAT, { bits_of(x), bits_of(y), bits_of(0.5f) } };

	assert(run_line(line, &in, "float", bits_of(expected), false) == REF_WITHIN);
	assert(run_line(line, &in, "float", bits_of(wrong), true) == REF_WRONG);
}

static void check_cast(const char *line, float x, const char *out, uint32_t expected)
{
	struct values in = { "float", REF_FLOAT, { bits_of(x), 0, 0 } };

	assert(run_line(line, &in, out, expected, false) == REF_EXACT);
}

static void test_integers(void)
{
	check_int("ADD x y -> r", INT32_MAX, 1, INT32_MIN);
	check_int("SUB x y -> r", INT32_MIN, 1, INT32_MAX);
	check_int("MUL x y -> r", 65536, 65537, 65536);
	check_int("DIV x y -> r", -7, 2, -3);
	check_int("DIV x y -> r", INT32_MIN, -1, INT32_MIN);
	check_int("DIV x y -> r", 5, 0, 0);
	check_int("MOD x y -> r", -7, 2, -1);
	check_int("MOD x y -> r", 7, -2, 1);
	check_int("MOD x y -> r", INT32_MIN, -1, 0);
	check_int("MOD x y -> r", 5, 0, 0);
	check_int("MIN x y -> r", -1, 1, -1);
	check_int("MAX x y -> r", -1, 1, 1);
	check_int("POW x y -> r", 3, 5, 243);
	check_int("POW x y -> r", 0, 0, 1);
	check_int("POW x y -> r", -1, -3, -1);
	check_int("POW x y -> r", -1, -4, 1);
	check_int("POW x y -> r", 1, INT32_MIN, 1);
	check_int("POW x y -> r", 2, -1, 0);
	check_int("POW x y -> r", 3, 2000000001, 0x71133003);
	check_int("NEG x -> r", INT32_MIN, 0, INT32_MIN);
	check_int("ABS x -> r", INT32_MIN, 0, INT32_MIN);
	check_int("ABS x -> r", -5, 0, 5);
	check_int("FMA x y z -> r", INT32_MAX, 2, 9);
	check_int("AND x y -> r", 12, 10, 8);
	check_int("OR x y -> r", 12, 10, 14);
	check_int("XOR x y -> r", 12, 10, 6);
	check_int("NOT x -> r", 0, 0, -1);
	check_int("SHL x y -> r", 1, 33, 2);
	check_int("SHL x y -> r", 1, -1, INT32_MIN);
	check_int("SHR x y -> r", INT32_MIN, 31, -1);
	check_int("SHR x y -> r", -8, 33, -4);
	check_int("CAST u8 x -> r", -1, 0, 255);
	check_int("SUB 0 x -> r", 7, 0, -7);
	check_int("ADD x 4294967295 -> r", 7, 0, 6);
	check_uint("DIV x y -> r", 0x80000000u, 0xffffffffu, 0);
	check_uint("MOD x y -> r", 0xffffffffu, 10, 5);
	check_uint("MIN x y -> r", 0xffffffffu, 1, 1);
	check_uint("SHR x y -> r", 0x80000000u, 31, 1);
	check_uint("NEG x -> r", 1, 0, 0xffffffffu);
	check_uint("ABS x -> r", 0xffffffffu, 0, 0xffffffffu);
	check_uint("POW x y -> r", 3, 0xffffffffu, 0xaaaaaaabu);
	check_uint("SHL 1 x -> r", 31, 0, 0x80000000u);
}

static void test_floats(void)
{
	check_float("ADD x y -> r", 0.1f, 0.2f, 0.1f + 0.2f);
	check_float("SUB x y -> r", 1, 1, 0);
	check_float("MUL x y -> r", 3e38f, 10, INFINITY);
	check_bound("DIV x y -> r", 1, 3, 1 / 3.0f, 0.33333f);
	check_float("DIV x y -> r", -1, 0, -INFINITY);
	check_float("MOD x y -> r", -7.5f, 2, -1.5f);
	check_float("MIN x y -> r", NAN, 2, 2);
	check_float("MAX x y -> r", NAN, NAN, NAN);
	check_float("POW x y -> r", 0, 0, 1);
	check_float("POW x y -> r", -2, 2, NAN);
	check_bound("POW x y -> r", 2, 0.5f, sqrtf(2), 1.4141f);
	check_float("NEG x -> r", 0, 0, -0.0f);
	check_float("ABS x -> r", -INFINITY, 0, INFINITY);
	check_bound("SQRT x -> r", 2, 0, sqrtf(2), 1.4141f);
	check_bound("RSQRT x -> r", 2, 0, 1 / sqrtf(2), 0.7070f);
	check_bound("EXP x -> r", 2, 0, expf(2), 7.389f);
	check_bound("LOG x -> r", 20, 0, logf(20), 2.9957f);
	check_bound("SIN x -> r", 2, 0, sinf(2), 0.91f);
	check_bound("COS x -> r", 2, 0, cosf(2), -0.42f);
	check_bound("TAN x -> r", 1, 0, tanf(1), 1.57f);
	check_float("FLOOR x -> r", -1.5f, 0, -2);
	check_float("CEIL x -> r", -1.5f, 0, -1);
	check_float("ROUND x -> r", -1.5f, 0, -2);
	check_float("FMA x y z -> r", 2, 3, 6.5f);
	check_float("SET x -> r", -0.0f, 0, -0.0f);
	/* An integer literal beside a float is a float, and so is what it rounds to. */
	check_float("ADD x 16777217 -> r", 0, 0, 16777216);
	check_float("MUL x 4294967295 -> r", 1, 0, 4294967296.0f);
	check_float("ADD x -7 -> r", 0, 0, -7);
}

static void test_casts(void)
{
	check_cast("CAST int x -> r", -1.9f, "int", (uint32_t)-1);
	check_cast("CAST int x -> r", 3e9f, "int", INT32_MAX);
	check_cast("CAST int x -> r", -INFINITY, "int", 0x80000000u);
	check_cast("CAST int x -> r", NAN, "int", 0);
	check_cast("CAST uint x -> r", -5, "uint", 0);
	check_cast("CAST uint x -> r", 5e9f, "uint", UINT32_MAX);
	check_cast("CAST u8 x -> r", 300, "int", 255);
	check_cast("CAST u8 x -> r", -1, "int", 0);
	check_cast("CAST bool x -> b\nCAST int b -> r", NAN, "int", 1);
	check_cast("CAST bool x -> b\nCAST int b -> r", -0.0f, "int", 0);
	check_cast("CAST bool x -> b\nCAST float b -> r", 7, "float", bits_of(1));
	check_int("CAST float x -> f\nCAST int f -> r", 16777217, 0, 16777216);
	check_uint("CAST float x -> f\nCAST uint f -> r", 0xffffffffu, 0, 0xffffffffu);
	check_int("CAST uint x -> u\nSHR u 1 -> v\nCAST int v -> r", -2, 0, INT32_MAX);
}

static void test_conditions(void)
{
	check_int("COMPARE x < y -> b\nCAST int b -> r", -1, 1, 1);
	check_uint("COMPARE x < y -> b\nCAST uint b -> r", 0xffffffffu, 1, 0);
	check_int("COMPARE x == y -> b\nNOT b -> n\nSELECT n 5 6 -> r", 3, 3, 6);
	check_int("COMPARE x > y -> b\nCOMPARE x < 9 -> d\nAND b d -> e\nCAST int e -> r", 8, 3, 1);
	check_int("COMPARE x > y -> b\nCOMPARE x < 9 -> d\nXOR b d -> e\nCAST int e -> r", 8, 3, 0);
	check_cast("COMPARE x != x -> b\nCAST int b -> r", NAN, "int", 1);
	check_cast("COMPARE x >= x -> b\nCAST int b -> r", NAN, "int", 0);
	check_int("IF x < y:\nSET 1 -> r\nELSE:\nSET 2 -> r\nENDIF", 2, 1, 2);
	check_int("IF x < y:\nSET 1 -> r\nENDIF", 2, 1, 0);
	check_int("CAST uint x -> u\nCOMPARE u > y -> b\nCAST int b -> r", -1, 5, 1);
}

static void test_loops(void)
{
	check_int("LOOP x -> i:\nADD r i -> r\nENDLOOP", 5, 0, 10);
	check_int("LOOP x -> i:\nADD r 1 -> r\nENDLOOP", -5, 0, 0);
	check_int("SET 9 -> i\nLOOP x -> i:\nENDLOOP\nSET i -> r", 0, 0, 9);
	check_int("LOOP x -> i:\nENDLOOP\nSET i -> r", 5, 0, 4);
	/* Neither the counter nor the count can be changed from inside. */
	check_int("SET x -> n\nLOOP n -> i:\nADD r 1 -> r\nSET 100 -> i\nSET 0 -> n\nENDLOOP", 5, 0,
		  5);
	check_int("LOOP 10 -> i:\nIF i == x:\nBREAK\nENDIF\nADD r 1 -> r\nENDLOOP", 4, 0, 4);
	check_int("LOOP 3 -> i:\nLOOP 4 -> j:\nIF j == 2:\nBREAK\nENDIF\nADD r 1 -> r\nENDLOOP\n"
		  "ENDLOOP",
		  0, 0, 6);
	/* Read before it is assigned: 0, of the type it gets. */
	check_float("LOOP 3 -> i:\nADD r x -> r\nENDLOOP", 1.5f, 0, 4.5f);
	check_int("LOOP 2 -> i:\nADD later 1 -> r\nSET x -> later\nENDLOOP", 7, 0, 8);
}

int main(void)
{
	test_integers();
	test_floats();
	test_casts();
	test_conditions();
	test_loops();
	return 0;
}
