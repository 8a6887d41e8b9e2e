/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_CLI_H
#define PXOS_CLI_CLI_H

#include "common/error.h"

#include <stddef.h>

/* Beside negative errnos. Both are also the program's exit status, and a promise to scripts. */
enum cli_code {
	_CLI_E_SUCCESS,
	/* It failed, and standard error says why. */
	CLI_E_SAID = ERROR_E_SAID,
	/* The command line makes no sense; likewise said. */
	CLI_E_USAGE = 2,
};

struct option;

struct command {
	const char *name;
	const char *synopsis; /* what follows the name */
	const char *summary; /* one line */
	const char *details; /* what --help adds after the options; or NULL */
	const struct option *options;
	size_t n_options;
	/* @argv: what follows the command's name. Return: 0, enum cli_code or a negative errno. */
	int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command command_run;
extern const struct command command_compile;
extern const struct command command_explain;

/* As error_say(), with the value CLI_E_USAGE. */
#define usage_say(...) (error_line(__VA_ARGS__), CLI_E_USAGE)

#endif
