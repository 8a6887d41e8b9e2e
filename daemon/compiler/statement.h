/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_STATEMENT_H
#define PXOS_COMPILER_STATEMENT_H

#include "line.h"

/* The operation that the token names; _OP_N if it is none. */
uint32_t statement_code(const struct token *token);
/* The line in hand, which begins with that operation. */
void statement_parse(struct line *line, uint32_t code);
/* Assign the register that a spoilt line was to assign, as far as one can tell. */
void statement_salvage(struct line *line);
/* GPU_END: close what is open. */
void statement_finish(struct line *line);
/* What would end here what is open? */
const char *statement_end(const struct line *line);

#endif
