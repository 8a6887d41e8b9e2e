/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef NDEBUG
#include "guest/cli/cli.h"
#include "guest/cli/options.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
	OPT_NAME,
	OPT_FLAG,
	OPT_LONG,
	_OPT_N,
};

static const struct option table[_OPT_N] = {
	[OPT_NAME] = { 'n', "name", "TEXT", "takes a value" },
	[OPT_FLAG] = { 'f', "flag", NULL, "takes none" },
	[OPT_LONG] = { 0, "only-long", "N", "has no letter" },
};

static struct options options;

static void begin(int argc, const char **argv)
{
	options_init(&options, "test", table, _OPT_N, argc, (char **)argv);
}

static void expect(int found, const char *value)
{
	assert(options_next(&options) == found);
	if (value)
		assert(options.value && strcmp(options.value, value) == 0);
	else
		assert(found == OPTIONS_BAD || !options.value);
}

#define BEGIN(...)                                                      \
	begin(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), \
	      (const char *[]){ __VA_ARGS__ })

static void test_forms(void)
{
	BEGIN("--name=a", "--name", "b", "-n", "c", "-nd", "-fn", "e", "--name=", "-ff");
	expect(OPT_NAME, "a");
	expect(OPT_NAME, "b");
	expect(OPT_NAME, "c");
	expect(OPT_NAME, "d");
	expect(OPT_FLAG, NULL);
	expect(OPT_NAME, "e");
	expect(OPT_NAME, "");
	expect(OPT_FLAG, NULL);
	expect(OPT_FLAG, NULL);
	expect(OPTIONS_END, NULL);
	expect(OPTIONS_END, NULL);
}

static void test_operands(void)
{
	BEGIN("a", "-", "-f", "b", "--", "-f", "--", "--name");
	expect(OPTIONS_OPERAND, "a");
	expect(OPTIONS_OPERAND, "-");
	expect(OPT_FLAG, NULL);
	expect(OPTIONS_OPERAND, "b");
	expect(OPTIONS_OPERAND, "-f");
	expect(OPTIONS_OPERAND, "--");
	expect(OPTIONS_OPERAND, "--name");
	expect(OPTIONS_END, NULL);
}

static void test_mistakes(void)
{
	BEGIN("--nam=a");
	expect(OPTIONS_BAD, NULL);
	BEGIN("--flag=a");
	expect(OPTIONS_BAD, NULL);
	BEGIN("--name");
	expect(OPTIONS_BAD, NULL);
	BEGIN("-n");
	expect(OPTIONS_BAD, NULL);
	BEGIN("-fx");
	expect(OPT_FLAG, NULL);
	expect(OPTIONS_BAD, NULL);
}

static int number(const char *text, uint64_t *ret_number)
{
	options.value = text;
	return options_number(&options, OPT_LONG, 1, 100, ret_number);
}

static void test_numbers(void)
{
	static const char *const bad[] = {
		"0", "101", "", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.5", "99999999999999999999",
	};
	uint64_t n = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert(number(bad[i], &n) == CLI_E_USAGE && n == 77);
	assert(number("1", &n) == 0 && n == 1);
	assert(number("100", &n) == 0 && n == 100);
}

int main(void)
{
	/* What is said to the user is tested through the program. */
	assert(freopen("/dev/null", "w", stderr));
	test_forms();
	test_operands();
	test_mistakes();
	test_numbers();
	return 0;
}
