/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program.h - a program after reading: kernels as lists of statements.
 *
 * A kernel is a flat list, in the order of the text. Blocks are kept by
 * statement numbers: each IF, ELSE, LOOP, ENDLOOP and BREAK knows where it
 * leads, so that a thread is a statement number, its registers and its loops.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <pxos/limits.h>

#include "reference.h"

#define REF_NO_INDEX (-1)

enum ref_op {
	REF_OP_THREAD_ID,
	REF_OP_BLOCK_ID,
	REF_OP_LOCAL_ID,
	REF_OP_BLOCK_SIZE,
	REF_OP_THREAD_COUNT,
	REF_OP_LOAD,
	REF_OP_STORE,
	REF_OP_SET,
	REF_OP_ADD,
	REF_OP_SUB,
	REF_OP_MUL,
	REF_OP_DIV,
	REF_OP_MOD,
	REF_OP_MIN,
	REF_OP_MAX,
	REF_OP_POW,
	REF_OP_NEG,
	REF_OP_ABS,
	REF_OP_SQRT,
	REF_OP_RSQRT,
	REF_OP_EXP,
	REF_OP_LOG,
	REF_OP_SIN,
	REF_OP_COS,
	REF_OP_TAN,
	REF_OP_FLOOR,
	REF_OP_CEIL,
	REF_OP_ROUND,
	REF_OP_FMA,
	REF_OP_AND,
	REF_OP_OR,
	REF_OP_XOR,
	REF_OP_SHL,
	REF_OP_SHR,
	REF_OP_NOT,
	REF_OP_CAST,
	REF_OP_COMPARE,
	REF_OP_SELECT,
	REF_OP_IF,
	REF_OP_ELSE,
	REF_OP_ENDIF,
	REF_OP_LOOP,
	REF_OP_ENDLOOP,
	REF_OP_BREAK,
	REF_OP_SYNC_THREADS,
	REF_OP_ATOMIC_ADD,
	REF_OP_ATOMIC_MIN,
	REF_OP_ATOMIC_MAX,
	REF_OP_ATOMIC_EXCH,
	REF_OP_ATOMIC_CAS,
	REF_OP_BLOCK_REDUCE,
	REF_OP_PARALLEL_MATMUL,
	_REF_OP_N,
};

enum ref_operand_kind {
	REF_OPERAND_NONE,
	REF_OPERAND_REGISTER,
	REF_OPERAND_SCALAR,
	REF_OPERAND_INTEGER, /* a literal without a type of its own */
	REF_OPERAND_FLOAT,
};

struct ref_operand {
	enum ref_operand_kind kind;
	int index; /* of the register or the scalar */
	int64_t integer;
	bool is_unsigned; /* written 7u */
	float number;
	uint32_t column;
};

/* An index. op is one of + - * / %, 0 for an operand, '~' for a minus in front. */
struct ref_expression {
	char op;
	struct ref_operand operand;
	enum ref_type type; /* of the operation, or of the operand */
	struct ref_expression *left, *right;
	struct ref_expression *next; /* all of the program, for freeing */
};

struct ref_statement {
	enum ref_op op;
	uint32_t line, column;
	struct ref_operand operands[4];
	int n_operands;
	int result; /* a register, or REF_NO_INDEX */
	int array; /* LOAD, STORE, atomics: an array of the kernel */
	struct ref_expression *index;
	enum ref_compare compare;
	enum ref_op reduce; /* BLOCK_REDUCE: ADD, MIN or MAX */
	enum ref_type cast; /* CAST: the type asked for; U8 is possible */
	int matrices[3]; /* PARALLEL_MATMUL: A, B, C */

	enum ref_type type; /* the operands are brought to this type */
	int other; /* IF: the ELSE or ENDIF; ELSE: the ENDIF; LOOP, BREAK: the ENDLOOP;
		    * ENDLOOP: the LOOP */
};

struct ref_array {
	char name[REF_NAME_SIZE];
	enum ref_type type;
	bool is_shared;
	bool is_implicit;
	uint32_t shared_length;
	bool is_stored; /* or changed by atomics */
	bool is_loaded;
	bool is_atomic;
};

struct ref_scalar {
	char name[REF_NAME_SIZE];
	enum ref_type type;
};

struct ref_register {
	char name[REF_NAME_SIZE];
	enum ref_type type; /* REF_NONE until its first assignment was seen */
	bool diverges;
};

struct ref_kernel {
	char name[REF_NAME_SIZE];
	uint32_t line;
	struct ref_array arrays[PXOS_ARRAYS_MAX + PXOS_SHARED_ARRAYS_MAX];
	int n_arrays;
	struct ref_scalar scalars[PXOS_SCALARS_MAX];
	int n_scalars;
	struct ref_register *registers;
	int n_registers;
	struct ref_statement *statements;
	int n_statements;
};

struct ref_launch {
	int kernel;
	uint32_t blocks, threads; /* 0, 0: a thread for each element of the first array */
	uint32_t line;
};

struct ref_program {
	struct ref_kernel *kernels;
	int n_kernels;
	struct ref_launch launches[PXOS_LAUNCHES_MAX];
	int n_launches;
	struct ref_expression *expressions;
};

void ref_copy_name(char name[REF_NAME_SIZE], const char *from);
/* First parameter array, or REF_NO_INDEX. */
int ref_kernel_first_array(const struct ref_kernel *kernel);
/* Is its only work a PARALLEL_MATMUL? */
bool ref_kernel_is_matmul(const struct ref_kernel *kernel);

/* ------------------------------------------------------------ the passes */

struct ref_parser {
	const char *text;
	size_t length;
	struct ref_program *program;
	struct ref_error *error;
};

/* Notes the first error; returns false, for the caller to return. */
bool ref_fail(struct ref_parser *parser, uint32_t line, uint32_t column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* types.c: registers' types, then every statement's; then implicit outputs. */
bool ref_types_check(struct ref_parser *parser, struct ref_kernel *kernel);
/* diverge.c: barriers stand only where all threads of the block come by. */
bool ref_diverge_check(struct ref_parser *parser, struct ref_kernel *kernel);

#endif
