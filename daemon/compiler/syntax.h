/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parser makes and every later stage reads: a program is kernels, a
 * kernel is a flat list of operations in which IF, ELSE, LOOP and their ends
 * know each other by index. Nothing here points into vectors that may move:
 * everything is numbers.
 */
#ifndef PXOS_COMPILER_SYNTAX_H
#define PXOS_COMPILER_SYNTAX_H

#include "common/nearest.h"
#include "diag.h"
#include "names.h"
#include "ops.h"

#define NONE UINT32_MAX

enum operand_kind {
	OPERAND_NONE,
	OPERAND_REGISTER, /* value: index in kernel->registers */
	OPERAND_SCALAR, /* value: index in kernel->scalars */
	OPERAND_INT, /* value: the 32 bits; see literal */
	OPERAND_FLOAT, /* value: the bits */
};

enum literal {
	LITERAL_SMALL, /* fits int, takes the other operand's type */
	LITERAL_NEGATIVE, /* the same, below 0 */
	LITERAL_BIG, /* only fits uint */
	LITERAL_UNSIGNED, /* written 7u: is uint */
};

struct operand {
	uint8_t kind; /* enum operand_kind */
	uint8_t literal; /* enum literal, of OPERAND_INT */
	uint32_t value;
	uint32_t column;
};

/* Values open at once while an index is worked out: two a level of precedence and
 * parenthesis, and one. */
#define TERM_STACK_MAX (3 * (PXOS_PAREN_DEPTH_MAX + 2))

/* An index expression, in postfix. */
struct term {
	char sign; /* one of + - * / % n (negate), or 0: push the operand */
	uint8_t type; /* enum pxos_type: of the result (set by typing) */
	struct operand operand;
};

enum compare {
	COMPARE_LT,
	COMPARE_GT,
	COMPARE_LE,
	COMPARE_GE,
	COMPARE_EQ,
	COMPARE_NE,
	COMPARE_NONE, /* IF cond: */
};

enum reduce {
	REDUCE_SUM,
	REDUCE_MIN,
	REDUCE_MAX,
	_REDUCE_N
};

struct op {
	uint8_t code; /* enum op_code */
	uint8_t variant; /* enum compare, enum reduce, or CAST's enum pxos_type */
	uint8_t type; /* enum pxos_type: what it computes in (typing) */
	bool divergent; /* IF, LOOP: threads of a block may differ (uniform) */
	bool dead; /* stands behind a BREAK: never reached */
	uint32_t line;
	uint32_t column;
	uint32_t dest; /* register, or NONE */
	uint32_t dest_column;
	uint32_t array; /* in kernel->arrays, | ARRAY_SHARED for kernel->shared */
	uint32_t array_column;
	uint32_t first_term; /* in kernel->terms */
	uint32_t n_terms;
	uint32_t index_max; /* the greatest its index can be (ranges) */
	uint32_t match; /* IF→ELSE or ENDIF, ELSE→ENDIF, ENDIF→IF, LOOP↔ENDLOOP, BREAK→LOOP */
	uint32_t parent; /* the IF or LOOP around it, or NONE */
	uint32_t loop; /* LOOP: index in kernel->loops (cost) */
	struct operand a, b, c; /* MATMUL: rows, columns, inner */
	uint32_t matmul_a, matmul_b; /* arrays; C is array */
};

#define ARRAY_SHARED 0x80000000u

struct variable {
	const char *name;
	uint8_t type; /* enum pxos_type; NONE until typing, or for good after an error */
	uint32_t line; /* of its first assignment in the text */
	uint32_t first_op; /* that one; NONE if it is only read */
	uint32_t n_assigned;
	uint32_t max; /* upper bound as an unsigned number (ranges) */
	uint32_t max_here; /* of its last assignment, in that stretch of straight code */
	uint32_t stretch;
	bool unknown; /* assigned where an error was: of any type */
	bool divergent;
	bool stored; /* is read in another SPIR-V block than assigned: lives in memory */
	struct place read; /* its first reading */
};

struct shared {
	const char *name;
	uint8_t type;
	uint32_t length;
};

struct kernel {
	const char *name;
	struct place place;
	uint32_t hints;
	uint32_t space; /* of its names: registers and scalars; + 1: arrays */
	struct vec scalars; /* struct pxos_scalar */
	struct vec arrays; /* struct pxos_array */
	struct vec shared; /* struct shared */
	struct vec registers; /* struct variable */
	struct vec ops; /* struct op */
	struct vec terms; /* struct term */
	struct vec loops; /* struct pxos_loop */
	struct vec lines; /* uint32_t */
	uint32_t first_array; /* index of the first array *parameter*, or NONE */
	uint32_t shared_bytes;
	uint32_t stretch; /* of straight code, counted while ranges walk */
	bool coded; /* GPU_THREAD_CODE was seen */
	bool strayed; /* no, but statements were */
	bool nameless; /* taken for one without GPU_KERNEL, or its name is missing */
	bool spoilt; /* a declaration was wrong */
};

struct program {
	struct arena *arena;
	struct diag *diag;
	const struct pxos_target *target;
	struct names names;
	struct vec kernels; /* struct kernel */
	struct vec launches; /* struct pxos_launch */
};

/* Name spaces. Those of kernel i are 2 + 2i and 3 + 2i. */
enum {
	SPACE_KERNELS,
	SPACE_ARGUMENTS
};

static inline struct kernel *program_kernel(const struct program *program, uint32_t i)
{
	return (struct kernel *)program->kernels.data + i;
}

static inline struct op *kernel_op(const struct kernel *kernel, uint32_t i)
{
	return (struct op *)kernel->ops.data + i;
}

static inline struct variable *kernel_register(const struct kernel *kernel, uint32_t i)
{
	return (struct variable *)kernel->registers.data + i;
}

static inline struct term *kernel_term(const struct kernel *kernel, uint32_t i)
{
	return (struct term *)kernel->terms.data + i;
}

static inline struct pxos_array *kernel_array(const struct kernel *kernel, uint32_t i)
{
	return (struct pxos_array *)kernel->arrays.data + i;
}

static inline struct pxos_scalar *kernel_scalar(const struct kernel *kernel, uint32_t i)
{
	return (struct pxos_scalar *)kernel->scalars.data + i;
}

static inline struct shared *kernel_shared(const struct kernel *kernel, uint32_t i)
{
	return (struct shared *)kernel->shared.data + (i & ~ARRAY_SHARED);
}

static inline enum form op_form(const struct op *op)
{
	return op_infos[op->code].form;
}

/* parse.c: text to kernels and launches. */
void program_parse(struct program *program, const char *text, size_t length);
/* typing.c: registers' types, operations' types. */
void kernel_type(struct program *program, struct kernel *kernel);
/* uniform.c: where a block's threads may part, and that no barrier stands there. */
void kernel_uniform(struct program *program, struct kernel *kernel);
/* range.c: how large indices can get. */
void kernel_ranges(struct kernel *kernel);

#endif
