/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations of the language: name, form, and weight in the step budget.
 *
 * A weight is about the time of one simple 32-bit operation on a GPU; what touches
 * global memory weighs what it costs when no cache helps and a block's threads all
 * wait (on a software GPU memory is nearer: traits.c). How many steps a block may
 * spend is the launcher's to say. The form tells the parser what follows the name.
 */
#ifndef PXOS_COMPILER_OPS_H
#define PXOS_COMPILER_OPS_H

enum form {
	FORM_ID, /* → r */
	FORM_LOAD, /* arr[index] → r */
	FORM_STORE, /* v → arr[index] */
	FORM_UNARY, /* a → r */
	FORM_BINARY, /* a b → r */
	FORM_TERNARY, /* a b c → r */
	FORM_CAST, /* type a → r */
	FORM_COMPARE, /* a op b → r */
	FORM_IF, /* cond: or a op b: */
	FORM_ELSE,
	FORM_ENDIF,
	FORM_LOOP, /* count → i: */
	FORM_ENDLOOP,
	FORM_BREAK,
	FORM_SYNC,
	FORM_ATOMIC, /* arr[i] v → old */
	FORM_CAS, /* arr[i] expected v → old */
	FORM_REDUCE, /* SUM|MIN|MAX v → r */
	FORM_MATMUL, /* A B → C ROWS m COLS n INNER k */
};

#define COMPILER_OPS(OP)                             \
	OP(THREAD_ID, "THREAD_ID", ID, 1)            \
	OP(BLOCK_ID, "BLOCK_ID", ID, 1)              \
	OP(LOCAL_ID, "LOCAL_ID", ID, 1)              \
	OP(BLOCK_SIZE, "BLOCK_SIZE", ID, 1)          \
	OP(THREAD_COUNT, "THREAD_COUNT", ID, 1)      \
	OP(LOAD, "LOAD", LOAD, 64)                   \
	OP(STORE, "STORE", STORE, 64)                \
	OP(SET, "SET", UNARY, 1)                     \
	OP(ADD, "ADD", BINARY, 1)                    \
	OP(SUB, "SUB", BINARY, 1)                    \
	OP(MUL, "MUL", BINARY, 1)                    \
	OP(DIV, "DIV", BINARY, 24)                   \
	OP(MOD, "MOD", BINARY, 32)                   \
	OP(MIN, "MIN", BINARY, 1)                    \
	OP(MAX, "MAX", BINARY, 1)                    \
	OP(POW, "POW", BINARY, 128)                  \
	OP(NEG, "NEG", UNARY, 1)                     \
	OP(ABS, "ABS", UNARY, 1)                     \
	OP(SQRT, "SQRT", UNARY, 16)                  \
	OP(RSQRT, "RSQRT", UNARY, 8)                 \
	OP(EXP, "EXP", UNARY, 16)                    \
	OP(LOG, "LOG", UNARY, 16)                    \
	OP(SIN, "SIN", UNARY, 32)                    \
	OP(COS, "COS", UNARY, 32)                    \
	OP(TAN, "TAN", UNARY, 64)                    \
	OP(FLOOR, "FLOOR", UNARY, 2)                 \
	OP(CEIL, "CEIL", UNARY, 2)                   \
	OP(ROUND, "ROUND", UNARY, 6)                 \
	OP(FMA, "FMA", TERNARY, 1)                   \
	OP(AND, "AND", BINARY, 1)                    \
	OP(OR, "OR", BINARY, 1)                      \
	OP(XOR, "XOR", BINARY, 1)                    \
	OP(SHL, "SHL", BINARY, 2)                    \
	OP(SHR, "SHR", BINARY, 2)                    \
	OP(NOT, "NOT", UNARY, 1)                     \
	OP(CAST, "CAST", CAST, 8)                    \
	OP(COMPARE, "COMPARE", COMPARE, 1)           \
	OP(SELECT, "SELECT", TERNARY, 1)             \
	OP(IF, "IF", IF, 2)                          \
	OP(ELSE, "ELSE", ELSE, 0)                    \
	OP(ENDIF, "ENDIF", ENDIF, 0)                 \
	OP(LOOP, "LOOP", LOOP, 8)                    \
	OP(ENDLOOP, "ENDLOOP", ENDLOOP, 4)           \
	OP(BREAK, "BREAK", BREAK, 1)                 \
	OP(SYNC_THREADS, "SYNC_THREADS", SYNC, 32)   \
	OP(ATOMIC_ADD, "ATOMIC_ADD", ATOMIC, 256)    \
	OP(ATOMIC_MIN, "ATOMIC_MIN", ATOMIC, 256)    \
	OP(ATOMIC_MAX, "ATOMIC_MAX", ATOMIC, 256)    \
	OP(ATOMIC_EXCH, "ATOMIC_EXCH", ATOMIC, 256)  \
	OP(ATOMIC_CAS, "ATOMIC_CAS", CAS, 256)       \
	OP(BLOCK_REDUCE, "BLOCK_REDUCE", REDUCE, 96) \
	OP(MATMUL, "PARALLEL_MATMUL", MATMUL, 16)

enum op_code {
#define OP(id, name, form, weight) OP_##id,
	COMPILER_OPS(OP)
#undef OP
	_OP_N
};

struct op_info {
	const char *name;
	enum form form;
	uint32_t weight;
};

extern const struct op_info op_infos[_OP_N];

#endif
