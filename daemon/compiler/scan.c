// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Scanning: one line of text into tokens.
 *
 * The language is line oriented, so a line is the unit: an error spoils its
 * line and nothing else. Bytes from 0x80 up stand only in comments and in the
 * arrow (U+2192); columns count characters, so a byte 10xxxxxx does not count.
 * A number is checked here, so that later stages only see values: an integer
 * literal is its 32 bits, a float literal the bits of the nearest float.
 */
#define _GNU_SOURCE
#include "scan.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pxos/limits.h"

#define NUMBER_BYTES_MAX 128

void scan_init(struct scan *scan, struct arena *arena, const char *text, size_t length)
{
	scan->next = text;
	scan->end = text + length;
	scan->line = 0;
	scan->bad = false;
	vec_init(&scan->tokens, arena, sizeof(struct token));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(char c)
{
	return is_name_start(c) || is_digit(c);
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* What one line's scanning needs to know. */
struct cursor {
	struct scan *scan;
	struct diag *diag;
	const char *at;
	const char *end;
	uint32_t column; /* of at */
};

static void bad(struct cursor *c, const struct token *token, enum rule rule, const char *hint,
		const char *message)
{
	struct place place = { c->scan->line, token->column };

	c->scan->bad = true;
	diag_error(c->diag, place, rule, hint, "'%.*s' %s",
		   token->length > 40 ? 40 : (int)token->length, token->start, message);
}

static void advance(struct cursor *c, uint32_t bytes)
{
	for (; bytes; bytes--, c->at++)
		c->column += ((unsigned char)*c->at & 0xc0) != 0x80;
}

static void scan_float(struct cursor *c, struct token *token, uint32_t digits)
{
	locale_t posix = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char text[NUMBER_BYTES_MAX + 1];
	float value;

	memcpy(text, token->start, digits);
	text[digits] = 0;
	/* The C locale is a constant in glibc: nothing is made, nothing can fail. */
	value = strtof_l(text, NULL, posix);
	if (isinf(value))
		bad(c, token, RULE_NUMBER_RANGE, "the largest float is about 3.4e38",
		    "does not fit a float");
	memcpy(&token->value, &value, sizeof(value));
	token->kind = TOKEN_FLOAT;
}

static void scan_integer(struct cursor *c, struct token *token, uint32_t digits, uint32_t base)
{
	uint64_t value = 0;

	for (uint32_t i = base == 16 ? 2 : 0; i < digits; i++) {
		value = value * base + (uint64_t)hex_digit(token->start[i]);
		if (value > UINT32_MAX) {
			bad(c, token, RULE_NUMBER_RANGE, "integers have 32 bits",
			    "is more than 4294967295");
			break;
		}
	}
	token->value = (uint32_t)value;
	token->kind = TOKEN_INT;
}

/* 12, 0xff, 7u, 2.0, .5, 1e-3, 2.0f. Signs are the parser's. */
static void scan_number(struct cursor *c, struct token *token)
{
	const char *p = c->at;
	bool is_float = false, hex = false, malformed = false;
	uint32_t digits;

	if (p[0] == '0' && p + 1 < c->end && (p[1] == 'x' || p[1] == 'X')) {
		hex = true;
		for (p += 2; p < c->end && hex_digit(*p) >= 0; p++)
			;
		malformed = p == c->at + 2;
	} else {
		while (p < c->end && is_digit(*p))
			p++;
		if (p < c->end && *p == '.') {
			is_float = true;
			for (p++; p < c->end && is_digit(*p); p++)
				;
		}
		if (p < c->end && (*p == 'e' || *p == 'E')) {
			const char *exponent = p + 1;

			if (exponent < c->end && (*exponent == '-' || *exponent == '+'))
				exponent++;
			malformed = exponent == c->end || !is_digit(*exponent);
			is_float = true;
			for (p = exponent; p < c->end && is_digit(*p); p++)
				;
		}
	}
	digits = (uint32_t)(p - c->at);
	if (p < c->end && !hex && (*p == 'f' || *p == 'F')) {
		is_float = true;
		p++;
	} else if (p < c->end && !is_float && (*p == 'u' || *p == 'U')) {
		token->unsigned_suffix = true;
		p++;
	}
	while (p < c->end && (is_name(*p) || *p == '.')) {
		malformed = true;
		p++;
	}
	token->length = (uint32_t)(p - c->at);
	if (malformed)
		bad(c, token, RULE_BAD_NUMBER, "write 12, 0xFF, 7u, 2.0 or 1e-3", "is no number");
	else if (digits > NUMBER_BYTES_MAX)
		bad(c, token, RULE_BAD_NUMBER, "128 digits will do", "is too long a number");
	else if (is_float)
		scan_float(c, token, digits);
	else
		scan_integer(c, token, digits, hex ? 16 : 10);
	if (token->kind == TOKEN_END)
		token->kind = TOKEN_INT; /* something to go on with */
}

static void scan_name(struct cursor *c, struct token *token)
{
	const char *p = c->at;

	while (p < c->end && is_name(*p))
		p++;
	token->kind = TOKEN_NAME;
	token->length = (uint32_t)(p - c->at);
	if (token->length > PXOS_NAME_BYTES_MAX)
		bad(c, token, RULE_NAME_TOO_LONG, "names have at most 63 characters",
		    "is too long a name");
}

static bool scan_operator(struct cursor *c, struct token *token)
{
	static const struct {
		const char *text;
		enum token_kind kind;
	} operators[] = {
		/* the longer ones first */
		{ "\xe2\x86\x92", TOKEN_ARROW },
		{ "->", TOKEN_ARROW },
		{ "<=", TOKEN_LE },
		{ ">=", TOKEN_GE },
		{ "==", TOKEN_EQ },
		{ "!=", TOKEN_NE },
		{ "<", TOKEN_LT },
		{ ">", TOKEN_GT },
	};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t length = strlen(operators[i].text);

		if ((size_t)(c->end - c->at) >= length &&
		    !memcmp(c->at, operators[i].text, length)) {
			token->kind = operators[i].kind;
			token->length = (uint32_t)length;
			return true;
		}
	}
	if (!*c->at || !strchr("[]():+-*/%", *c->at))
		return false;
	token->kind = TOKEN_PUNCT;
	token->punct = *c->at;
	token->length = 1;
	return true;
}

/* What those who write other languages may have meant. */
static const char *stray_hint(char c)
{
	switch (c) {
	case '=':
		return "== compares, → assigns";
	case '&':
	case '|':
	case '!':
	case '~':
	case '^':
		return "AND, OR, XOR and NOT are operations";
	case ';':
		return "a statement ends where its line ends";
	case ',':
		return "a space stands between operands";
	case '{':
	case '}':
		return "IF … ENDIF, LOOP … ENDLOOP and GPU_KERNEL … GPU_END are the blocks";
	default:
		return NULL;
	}
}

/* The character at @at, and its bytes; 0 if it is no UTF-8. */
static uint32_t decode(const unsigned char *at, size_t left, uint32_t *ret_bytes)
{
	uint32_t n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2, value = at[0] & (0x7f >> n);

	*ret_bytes = 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	while (*ret_bytes < n && *ret_bytes < left && (at[*ret_bytes] & 0xc0) == 0x80)
		value = value << 6 | (at[(*ret_bytes)++] & 0x3f);
	return *ret_bytes == n ? value : 0;
}

static void scan_stray(struct cursor *c, struct token *token)
{
	unsigned char byte = (unsigned char)*c->at;
	struct place place = { c->scan->line, c->column };
	uint32_t character;
	bool told = c->scan->bad;

	c->scan->bad = true;
	character = decode((const unsigned char *)c->at, (size_t)(c->end - c->at), &token->length);
	if (told)
		return; /* one complaint a line will do */
	if (byte > 0x20 && byte < 0x7f)
		diag_error(c->diag, place, RULE_UNEXPECTED_CHARACTER, stray_hint(*c->at),
			   "'%c' means nothing here", byte);
	else if (character)
		diag_error(
			c->diag, place, RULE_UNEXPECTED_CHARACTER,
			"the arrow is → (U+2192) or ->; other than ASCII stands in comments only",
			"unexpected character U+%04X", character);
	else
		diag_error(c->diag, place, RULE_UNEXPECTED_CHARACTER,
			   byte < 0x80 ? NULL : "the text is to be UTF-8", "unexpected byte 0x%02x",
			   byte);
}

static void scan_token(struct cursor *c, bool spaced)
{
	struct token token = { .start = c->at, .column = c->column, .spaced = spaced };
	bool point = *c->at == '.' && c->at + 1 < c->end && is_digit(c->at[1]);

	if (is_digit(*c->at) || point)
		scan_number(c, &token);
	else if (is_name_start(*c->at))
		scan_name(c, &token);
	else if (!scan_operator(c, &token))
		scan_stray(c, &token);
	advance(c, token.length);
	if (token.kind != TOKEN_END)
		*(struct token *)vec_push(&c->scan->tokens) = token;
}

bool scan_line(struct scan *scan, struct diag *diag)
{
	struct cursor c = { .scan = scan, .diag = diag, .at = scan->next, .column = 1 };
	const char *newline, *comment;
	size_t left = (size_t)(scan->end - scan->next), length;
	bool spaced = true;
	struct token *last;

	if (scan->next >= scan->end)
		return false;
	newline = memchr(c.at, '\n', left);
	length = newline ? (size_t)(newline - c.at) : left;
	scan->next += newline ? length + 1 : length;
	scan->line++;
	scan->tokens.n = 0;
	scan->bad = false;
	if (length && c.at[length - 1] == '\r')
		length--;
	comment = memchr(c.at, '#', length);
	c.end = comment ? comment : c.at + length;
	while (c.at < c.end && !scan->tokens.arena->failed) {
		if (*c.at == ' ' || *c.at == '\t' || *c.at == '\v' || *c.at == '\f') {
			advance(&c, 1);
			spaced = true;
			continue;
		}
		scan_token(&c, spaced);
		spaced = false;
	}
	last = vec_push(&scan->tokens);
	last->kind = TOKEN_END;
	last->start = c.at;
	last->column = c.column;
	return true;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool token_is(const struct token *token, const char *keyword)
{
	if (token->kind != TOKEN_NAME || strlen(keyword) != token->length)
		return false;
	for (uint32_t i = 0; i < token->length; i++)
		if (upper(token->start[i]) != upper(keyword[i]))
			return false;
	return true;
}
