/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_OPERAND_H
#define PXOS_COMPILER_OPERAND_H

#include "line.h"

/* In the name space of arrays: a name whose declaration was wrong, or that was
 * complained of. Nothing is known of it, and nothing more is said. */
#define ARRAY_UNKNOWN 0x7fffffffu
/* In the name space of registers and scalars: the number is a register's. */
#define NAME_REGISTER 0x80000000u

/* A register of the kernel's; a scalar parameter has it without NAME_REGISTER. */
uint32_t operand_register(struct line *line, const struct token *token);
/* A register that is assigned, nobody knows what. */
void operand_spoil(struct line *line, uint32_t index);
void operand_unknown_register(struct line *line, const struct token *token);
uint32_t operand_arrays_max(const struct program *program);

/* All of them: false, or NONE, after an error. */
bool operand_take(struct line *line, struct operand *operand, const char *what);
/* An array's name. @may_make: an unknown one is an implicit output. */
uint32_t operand_take_array(struct line *line, bool may_make, uint32_t *ret_column);
/* arr[index] */
bool operand_take_element(struct line *line, struct op *op, bool may_make);

#endif
