/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lex.h - a line of program text as tokens.
 */
#ifndef LEX_H
#define LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ref_token_kind {
	REF_TOKEN_END,
	REF_TOKEN_NAME,
	REF_TOKEN_INTEGER,
	REF_TOKEN_FLOAT,
	REF_TOKEN_SYMBOL,
};

/* Symbols of two characters; the others are their character. */
enum ref_symbol {
	REF_SYMBOL_ARROW = 256,
	REF_SYMBOL_LE,
	REF_SYMBOL_GE,
	REF_SYMBOL_EQ,
	REF_SYMBOL_NE,
};

struct ref_token {
	enum ref_token_kind kind;
	uint32_t column;
	const char *text; /* not ended by a zero */
	size_t length;
	int symbol;
	uint64_t integer;
	bool is_unsigned;
	float number;
};

#define REF_LINE_TOKENS_MAX 4096

struct ref_line {
	uint32_t number;
	struct ref_token *tokens; /* the last is a REF_TOKEN_END */
	size_t n_tokens;
};

/*
 * ref_lex_line() - @line's tokens of the text from @start to before @end.
 * Return: NULL, or what is wrong, at *ret_column.
 */
const char *ref_lex_line(struct ref_line *line, const char *start, const char *end,
			 uint32_t *ret_column);
bool ref_token_is(const struct ref_token *token, const char *keyword); /* any case */

#endif
