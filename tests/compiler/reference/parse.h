/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.h - what parse.c (a program's frame) and statement.c share.
 */
#ifndef PARSE_H
#define PARSE_H

#include "lex.h"
#include "program.h"

/* Reads the tokens of one line after the other; owned by ref_parse(). */
struct ref_reader {
	struct ref_parser *parser;
	struct ref_line line;
	size_t position; /* the next token */
	struct ref_kernel *kernel; /* being read, or NULL */
	int open[PXOS_NESTING_MAX]; /* statements of the IFs, ELSEs and LOOPs now open */
	int n_open;
};

const struct ref_token *ref_peek(const struct ref_reader *reader);
const struct ref_token *ref_take(struct ref_reader *reader);
bool ref_take_symbol(struct ref_reader *reader, int symbol);
bool ref_expect_symbol(struct ref_reader *reader, int symbol, const char *what);
/* Copies a name; fails on anything else. */
bool ref_expect_name(struct ref_reader *reader, char name[REF_NAME_SIZE], const char *what);
bool ref_expect_end(struct ref_reader *reader);
bool ref_reader_fail(struct ref_reader *reader, const char *message);
/* int, uint, u32, float, u8, char, bool, pixel; REF_NONE if none of them. */
enum ref_type ref_type_named(const struct ref_token *token);

/* Reads the line as a statement and appends it to the kernel. */
bool ref_statement_read(struct ref_reader *reader);
/* Closes what is still open at GPU_END. */
bool ref_statement_close_all(struct ref_reader *reader);

#endif
