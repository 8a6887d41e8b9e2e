/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_SPVASM_H
#define PXOS_CLI_SPVASM_H

#include <stdio.h>

struct pxos_kernel;

int spvasm_write(FILE *stream, const struct pxos_kernel *kernel);

#endif
