/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_LINE_H
#define PXOS_COMPILER_LINE_H

#include "scan.h"
#include "syntax.h"

/* A parser's place in the tokens of one line, and in the kernel it fills. */
struct line {
	struct program *program;
	struct kernel *kernel; /* NULL outside */
	struct token *first; /* the line's tokens */
	const struct token *at;
	uint32_t number;
	bool bad; /* holds what is no token: whatever it says, do not believe it */
	bool strayed; /* statements stand outside of a kernel, and that was told */
	uint32_t open[PXOS_NESTING_MAX]; /* ops: the IFs, ELSEs and LOOPs not yet closed */
	uint32_t n_open;
	uint32_t n_too_deep; /* those beyond PXOS_NESTING_MAX */
};

struct place line_place(const struct line *line, const struct token *token);
/* "'LODA'", or "the end of the line" */
const char *token_text(const struct line *line, const struct token *token);
bool token_is_punct(const struct token *token, char punct);

/* An error at @token; @format takes its text, and only that. */
#define line_error(line, token, rule, hint, format)                                    \
	diag_error((line)->program->diag, line_place(line, token), rule, hint, format, \
		   token_text(line, token))

void line_expected(struct line *line, const char *what, const char *hint);
bool line_take_punct(struct line *line, char punct, const char *after);
bool line_take_end(struct line *line);
/* A name; the token taken, or NULL after an error that says @what was expected. */
const struct token *line_take_name(struct line *line, const char *what);
/* A literal from 1 to 2^31-1, as a size; false after an error. */
bool line_take_count(struct line *line, const char *what, uint32_t *ret_count);
/* A type's name. @ret_pixel: it was `pixel`, which is an array's only. @hint: which there are. */
bool line_take_type(struct line *line, const char *hint, enum pxos_type *ret_type, bool *ret_pixel);

#endif
