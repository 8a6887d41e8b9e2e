// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lex.c - a line of program text as tokens.
 *
 * A sign is never part of a number here: "- 7" and "-7" are the same, and only
 * the parser knows whether a minus subtracts. The arrow is one token in both
 * spellings, so "->" is not a minus and a greater-than.
 */
#include "lex.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ARROW "\xe2\x86\x92"

static bool is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* "1e-3", "2.0f", ".5", "0xFF", "7u": the longest run that may belong to a number. */
static const char *number_end(const char *p, const char *end)
{
	const char *start = p;
	bool is_hex = end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X');

	while (p < end) {
		bool is_exponent_sign = (*p == '-' || *p == '+') && p > start && !is_hex &&
					(p[-1] == 'e' || p[-1] == 'E') && p + 1 < end &&
					isdigit((unsigned char)p[1]);

		if (!is_name(*p) && *p != '.' && !is_exponent_sign)
			break;
		p++;
	}
	return p;
}

static const char *lex_number(struct ref_token *token, const char *end)
{
	char text[80], *rest;
	size_t length;

	token->length = (size_t)(number_end(token->text, end) - token->text);
	length = token->length;
	if (length >= sizeof(text))
		return "a number is too long";
	memcpy(text, token->text, length);
	text[length] = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		token->kind = REF_TOKEN_INTEGER;
		token->integer = strtoull(text + 2, &rest, 16);
		if (rest == text + 2)
			return "a hexadecimal number has no digits";
	} else if (strpbrk(text, ".eEfF")) {
		token->kind = REF_TOKEN_FLOAT;
		token->number = strtof(text, &rest);
		if (isinf(token->number))
			return "a float literal overflows";
		if (*rest == 'f' || *rest == 'F')
			rest++;
		return *rest ? "not a number" : NULL;
	} else {
		token->kind = REF_TOKEN_INTEGER;
		token->integer = strtoull(text, &rest, 10);
	}
	if (*rest == 'u' || *rest == 'U') {
		token->is_unsigned = true;
		rest++;
	}
	if (*rest)
		return "not a number";
	if (token->integer > UINT32_MAX)
		return "an integer literal is out of range";
	return NULL;
}

static bool lex_symbol(struct ref_token *token, const char *end)
{
	static const struct {
		const char *text;
		int symbol;
	} pairs[] = {
		{ ARROW, REF_SYMBOL_ARROW }, { "->", REF_SYMBOL_ARROW }, { "<=", REF_SYMBOL_LE },
		{ ">=", REF_SYMBOL_GE },     { "==", REF_SYMBOL_EQ },	 { "!=", REF_SYMBOL_NE },
	};
	size_t i;

	token->kind = REF_TOKEN_SYMBOL;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t length = strlen(pairs[i].text);

		if ((size_t)(end - token->text) >= length &&
		    !memcmp(token->text, pairs[i].text, length)) {
			token->symbol = pairs[i].symbol;
			token->length = length;
			return true;
		}
	}
	token->symbol = (unsigned char)token->text[0];
	token->length = 1;
	return token->symbol && strchr("[]()+-*/%:<>", token->symbol);
}

static uint32_t characters(const char *from, const char *to)
{
	uint32_t n = 0;

	for (; from < to; from++)
		n += (*from & 0xc0) != 0x80;
	return n;
}

const char *ref_lex_line(struct ref_line *line, const char *start, const char *end,
			 uint32_t *ret_column)
{
	const char *p = start, *wrong = NULL;
	struct ref_token *token;

	line->n_tokens = 0;
	for (;;) {
		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
			p++;
		token = &line->tokens[line->n_tokens++];
		*token = (struct ref_token){ .text = p };
		token->column = characters(start, p) + 1;
		*ret_column = token->column;
		if (p == end || *p == '#')
			return NULL;
		if (line->n_tokens == REF_LINE_TOKENS_MAX)
			return "a line is too long";
		if (is_name_start(*p)) {
			token->kind = REF_TOKEN_NAME;
			while (p + token->length < end && is_name(p[token->length]))
				token->length++;
			if (token->length > 63)
				wrong = "a name is too long";
		} else if (isdigit((unsigned char)*p) ||
			   (*p == '.' && p + 1 < end && isdigit((unsigned char)p[1]))) {
			wrong = lex_number(token, end);
		} else if (!lex_symbol(token, end)) {
			wrong = "a character that has no meaning";
		}
		if (wrong)
			return wrong;
		p += token->length;
	}
}

bool ref_token_is(const struct ref_token *token, const char *keyword)
{
	return token->kind == REF_TOKEN_NAME && strlen(keyword) == token->length &&
	       !strncasecmp(token->text, keyword, token->length);
}
