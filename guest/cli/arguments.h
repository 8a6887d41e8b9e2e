/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_ARGUMENTS_H
#define PXOS_CLI_ARGUMENTS_H

#include "guest/cli/value.h"

#include <stdbool.h>
#include <stddef.h>

struct argument {
	char *name;
	struct value value;
	bool from_file; /* of --args: --arg of the same name replaces it */
};

/* Everything given with --arg and --args, by name. */
struct arguments {
	struct argument *list;
	size_t n;
};

int arguments_add_text(struct arguments *arguments, const char *text);
int arguments_add_file(struct arguments *arguments, const char *file);
struct argument *arguments_find(const struct arguments *arguments, const char *name);
void arguments_deinit(struct arguments *arguments);

#endif
