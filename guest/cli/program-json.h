/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_PROGRAM_JSON_H
#define PXOS_CLI_PROGRAM_JSON_H

#include <stdbool.h>
#include <stdio.h>

struct program;
struct pxos_kernel;

void program_json(FILE *stream, const struct program *program, const struct pxos_kernel *only,
		  bool spirv);

#endif
