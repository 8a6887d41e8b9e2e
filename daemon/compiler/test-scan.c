// SPDX-License-Identifier: GPL-2.0-or-later
#include "scan.h"
#include "test-support.h"

static struct arena arena;
static struct diag diag;
static struct scan scan;

/* The tokens of one line. */
static const struct token *tokens_of(const char *line)
{
	arena_deinit(&arena);
	arena_init(&arena, 1 << 20);
	diag_init(&diag, &arena);
	scan_init(&scan, &arena, line, strlen(line));
	assert(scan_line(&scan, &diag));
	assert(((const struct token *)scan.tokens.data)[scan.tokens.n - 1].kind == TOKEN_END);
	return scan.tokens.data;
}

static float float_of(const char *text)
{
	const struct token *token = tokens_of(text);
	float value;

	assert(token->kind == TOKEN_FLOAT && !scan.bad);
	memcpy(&value, &token->value, sizeof(value));
	return value;
}

static void test_floats(void)
{
	assert(float_of("2.0") == 2.0f);
	assert(float_of(".5") == 0.5f);
	assert(float_of("5.") == 5.0f);
	assert(float_of("2f") == 2.0f);
	assert(float_of("1e-3F") == 1e-3f);
	assert(float_of("1E+3") == 1000.0f);
	/* Halfway between two floats: to the even one. */
	assert(float_of("16777217.0") == 16777216.0f);
	assert(float_of("16777219.0") == 16777220.0f);
	/* A hair above halfway, which a double in between would lose. */
	assert(float_of("16777217.000000000000000000000000000001") == 16777218.0f);
	assert(float_of("3.4028235e38") == 0x1.fffffep127f);
	assert(float_of("3.4028235677973365e38") ==
	       0x1.fffffep127f); /* just below halfway to 2^128 */
	/* The least subnormal, half of it, and a hair more than half. */
	assert(float_of("1.4e-45") == 0x1p-149f);
	assert(float_of("7.0064923216240853e-46") == 0.0f);
	assert(float_of("7.0064923216240862e-46") == 0x1p-149f);
	assert(float_of("1e-400") == 0.0f);
}

static void test_integers(void)
{
	static const struct {
		const char *text;
		uint32_t value;
		bool is_unsigned;
	} cases[] = {
		{ "0", 0, false },
		{ "12", 12, false },
		{ "0xFf", 255, false },
		{ "0XffffFFFF", UINT32_MAX, false },
		{ "4294967295", UINT32_MAX, false },
		{ "7u", 7, true },
		{ "7U", 7, true },
		{ "000000000000000000000000000000012", 12, false },
		{ "0x00000000000000000001", 1, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct token *token = tokens_of(cases[i].text);

		assert(token->kind == TOKEN_INT && token->value == cases[i].value);
		assert(token->unsigned_suffix == cases[i].is_unsigned);
		assert(token->length == strlen(cases[i].text) && !scan.bad && !diag.n);
	}
}

static void test_bad_numbers(void)
{
	static const struct {
		const char *text, *rule;
	} cases[] = {
		{ "4294967296", "number-range" },
		{ "99999999999999999999999999", "number-range" },
		{ "0x100000000", "number-range" },
		{ "1e39", "number-range" },
		{ "3.4028236e38", "number-range" },
		{ "0x", "bad-number" },
		{ "1e", "bad-number" },
		{ "1e+", "bad-number" },
		{ "1.2.3", "bad-number" },
		{ "1.5u", "bad-number" },
		{ "12ab", "bad-number" },
		{ "0xfg", "bad-number" },
		{ "1_000", "bad-number" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tokens_of(cases[i].text);
		assert(scan.bad && diag.n == 1 && !strcmp(diag.items[0].rule, cases[i].rule));
		assert(diag.items[0].column == 1);
	}
}

/* A column is a character, whatever its bytes. */
static void test_columns(void)
{
	const struct token *token = tokens_of("\tSET 1 → x\r");

	assert(token[0].kind == TOKEN_NAME && token[0].column == 2);
	assert(token[1].kind == TOKEN_INT && token[1].column == 6);
	assert(token[2].kind == TOKEN_ARROW && token[2].column == 8);
	assert(token[3].kind == TOKEN_NAME && token[3].column == 10);
	assert(token[4].kind == TOKEN_END && token[4].column == 11);
	tokens_of("→→ é ö");
	assert(scan.bad && diag.n == 1 && diag.items[0].column == 4);
	assert(strstr(diag.items[0].message, "U+00E9"));
	tokens_of("\xf0\x9f\x98\x80");
	assert(strstr(diag.items[0].message, "U+1F600"));
}

static void test_operators(void)
{
	static const enum token_kind kinds[] = { TOKEN_LT,    TOKEN_GT,	   TOKEN_LE,	TOKEN_GE,
						 TOKEN_EQ,    TOKEN_NE,	   TOKEN_ARROW, TOKEN_ARROW,
						 TOKEN_PUNCT, TOKEN_PUNCT, TOKEN_INT,	TOKEN_END };
	const struct token *token = tokens_of("< > <= >= == != -> \xe2\x86\x92 % -5 # -> 7");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert(token[i].kind == kinds[i]);
	assert(token[8].punct == '%' && token[9].punct == '-');
	/* Without blanks. */
	token = tokens_of("a[b-1]->c");
	assert(token[5].punct == ']' && token[6].kind == TOKEN_ARROW);
	/* Minus before an arrow's head is an arrow. */
	token = tokens_of("1->2");
	assert(token[1].kind == TOKEN_ARROW && token[2].kind == TOKEN_INT);
}

static void test_strays(void)
{
	static const char *const texts[] = { "@",	 "\x01",     "\x7f", "\xff",
					     "\xe2\x86", "\xc0\x80", "\xe2", "\xf5\x80\x80\x80",
					     "\x80",	 "." };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert(tokens_of(texts[i])->kind == TOKEN_END);
		assert(scan.bad && diag.n == 1);
		assert(!strcmp(diag.items[0].rule, "unexpected-character"));
	}
	/* One of them a line, and the rest of the line is there. */
	assert(tokens_of("@ $ x $")->kind == TOKEN_NAME && diag.n == 1);
}

static void test_lines(void)
{
	static const char text[] = "a\n\r\n  # c\n\nb\rc\nd";
	const struct token *token;

	arena_deinit(&arena);
	arena_init(&arena, 1 << 20);
	diag_init(&diag, &arena);
	scan_init(&scan, &arena, text, sizeof(text) - 1);
	for (uint32_t line = 1; line <= 6; line++) {
		assert(scan_line(&scan, &diag) && scan.line == line);
		token = scan.tokens.data;
		assert((token->kind == TOKEN_NAME) == (line == 1 || line >= 5));
		assert(scan.bad == (line == 5)); /* a return that ends no line */
	}
	assert(!scan_line(&scan, &diag) && !scan_line(&scan, &diag));
	scan_init(&scan, &arena, text, 0);
	assert(!scan_line(&scan, &diag));
}

static void test_keywords(void)
{
	assert(token_is(tokens_of("LoAd"), "LOAD"));
	assert(token_is(tokens_of("FLOAT"), "float"));
	assert(!token_is(tokens_of("LOADS"), "LOAD"));
	assert(!token_is(tokens_of("LOA"), "LOAD"));
	assert(!token_is(tokens_of("5"), "5"));
}

int main(void)
{
	test_floats();
	test_integers();
	test_bad_numbers();
	test_columns();
	test_operators();
	test_strays();
	test_lines();
	test_keywords();
	arena_deinit(&arena);
	return 0;
}
