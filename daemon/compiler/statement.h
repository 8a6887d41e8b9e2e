/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_STATEMENT_H
#define PXOS_COMPILER_STATEMENT_H

#include "scan.h"
#include "syntax.h"

/* A parser's place in the tokens of one line, and in the kernel it fills. */
struct line {
	struct program *program;
	struct kernel *kernel; /* NULL outside */
	const struct token *at;
	uint32_t number;
	uint32_t open[PXOS_NESTING_MAX]; /* ops: the IFs, ELSEs and LOOPs not yet closed */
	uint32_t n_open;
};

struct place line_place(const struct line *line, const struct token *token);
/* "'LODA'", or "the end of the line" */
const char *token_text(const struct line *line, const struct token *token);
void line_expected(struct line *line, const char *what, const char *hint);
bool line_take_punct(struct line *line, char punct, const char *after);
bool line_take_end(struct line *line);
/* A name; the token taken, or NULL after an error that says @what was expected. */
const struct token *line_take_name(struct line *line, const char *what);
/* A literal from 1 to 2^31-1, as a size; false after an error. */
bool line_take_count(struct line *line, const char *what, uint32_t *ret_count);

/* One statement of thread code. */
void statement_parse(struct line *line);
/* The same for a line that holds what is no token. */
void statement_skip(struct line *line);
/* GPU_END: close what is open. */
void statement_finish(struct line *line);

#endif
