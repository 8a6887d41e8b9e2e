/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_OPTIONS_H
#define PXOS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct option {
	char letter; /* 0: none */
	const char *name; /* long, without dashes */
	const char *value; /* what it takes, for --help; NULL: nothing */
	const char *help;
};

/* What options_next() found, beside an index in the table. */
enum options_found {
	OPTIONS_END = -1,
	OPTIONS_OPERAND = -2, /* value is it */
	OPTIONS_BAD = -3, /* said on standard error */
};

struct options {
	char prefix[24]; /* "run: ", begins messages; "" before there is a command */
	char help[40]; /* "pxos-gpu run --help", where messages point to */
	const struct option *table;
	size_t n_table;
	char **arguments;
	size_t n_arguments;
	size_t next;
	const char *letters; /* rest of -abc, or NULL */
	bool only_operands; /* after -- */
	const char *value;
};

void options_init(struct options *options, const char *command, const struct option *table,
		  size_t n_table, int argc, char **argv);
int options_next(struct options *options);
int options_number(const struct options *options, int index, uint64_t min, uint64_t max,
		   uint64_t *ret_number);
void options_print(FILE *stream, const struct option *table, size_t n_table);

#endif
