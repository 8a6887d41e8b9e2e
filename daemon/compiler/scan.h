/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_SCAN_H
#define PXOS_COMPILER_SCAN_H

#include "diag.h"

enum token_kind {
	TOKEN_END, /* of the line */
	TOKEN_NAME,
	TOKEN_INT, /* value; unsigned_suffix */
	TOKEN_FLOAT, /* value: the bits */
	TOKEN_ARROW,
	TOKEN_LT,
	TOKEN_GT,
	TOKEN_LE,
	TOKEN_GE,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_PUNCT, /* punct: one of [ ] ( ) : + - * / % */
};

struct token {
	enum token_kind kind;
	char punct;
	bool unsigned_suffix;
	bool spaced; /* something blank stands before it */
	const char *start; /* in the program's text */
	uint32_t length;
	uint32_t column;
	uint32_t value;
};

struct scan {
	const char *next; /* where the next line starts */
	const char *end;
	uint32_t line; /* number of the line in tokens */
	struct vec tokens; /* struct token; the last one is TOKEN_END */
	bool bad; /* the line holds something that is no token (reported) */
};

void scan_init(struct scan *scan, struct arena *arena, const char *text, size_t length);
/* Scan one line. Return: false at the end of the text. */
bool scan_line(struct scan *scan, struct diag *diag);
/* Is this token the keyword, whatever its case? */
bool token_is(const struct token *token, const char *keyword);

#endif
