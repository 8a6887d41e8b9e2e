/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generator.h - what the generate-*.c files share.
 *
 * A program has a pool of arrays and scalars; each kernel declares some of
 * them and gives every array a role that keeps its accesses free of races:
 *
 *	READ	loaded anywhere, never stored to in this kernel
 *	OWN	thread t loads, stores and exchanges t*stride … t*stride+stride-1 only
 *	TALLY	changed by one kind of atomic without looking at it, anywhere
 *	BLOCK	thread t stores to t, and between barriers all of the block load there
 *	PRODUCT	what a PARALLEL_MATMUL beside other operations fills
 *
 * Registers have properties that stay with them: an exact float is never
 * assigned a value that is right within bounds only, so it may decide a branch; a
 * uniform register is never assigned in control flow that diverges, so it may
 * decide about a barrier.
 */
#ifndef GENERATOR_H
#define GENERATOR_H

#include <pxos/limits.h>

#include "generate.h"
#include "random.h"

#define GEN_ARRAYS_MAX 24
#define GEN_SCALARS_MAX 40
#define GEN_SHARED_MAX 4
#define GEN_REGISTERS_MAX 400

struct gen_style {
	bool crlf;
	int indent; /* 0 none, 1 spaces, 2 tabs */
	int arrows; /* 0 →, 1 ->, 2 both */
	int keywords; /* 0 upper, 1 lower, 2 both */
	uint32_t comments; /* percent of lines */
};

struct gen_array {
	char name[REF_NAME_SIZE];
	enum ref_type type;
	uint32_t length;
	bool is_exact; /* float: only exact floats are ever stored to it */
	bool is_implicit; /* stored to without being declared, in the kernel being written */
	bool is_given; /* an argument */
};

struct gen_scalar {
	char name[REF_NAME_SIZE];
	enum ref_type type;
	uint32_t value;
	bool is_small; /* an int that may count a loop: at most 6 */
	bool is_given;
};

enum gen_role {
	GEN_READ,
	GEN_OWN,
	GEN_TALLY,
	GEN_BLOCK,
	GEN_PRODUCT,
};

struct gen_use {
	int array; /* in the pool */
	enum gen_role role;
	uint32_t stride; /* OWN */
	const char *tally; /* TALLY: the atomic */
};

struct gen_shared {
	char name[REF_NAME_SIZE];
	enum ref_type type;
	uint32_t length;
};

struct gen_register {
	char name[REF_NAME_SIZE];
	enum ref_type type;
	bool is_exact; /* float: no value within bounds only */
	bool is_uniform; /* the same in the whole block */
	bool is_fixed; /* assigned once, not to be overwritten */
};

/* A value as text, and what is known of it. */
struct gen_operand {
	char text[REF_NAME_SIZE];
	enum ref_type type;
	bool is_literal;
	bool is_exact;
	bool is_uniform;
};

struct gen_kernel {
	char name[REF_NAME_SIZE];
	struct gen_use uses[GEN_ARRAYS_MAX];
	int n_uses;
	int scalars[GEN_SCALARS_MAX]; /* in the pool */
	int n_scalars;
	struct gen_shared shared[GEN_SHARED_MAX];
	int n_shared;
	struct gen_register registers[GEN_REGISTERS_MAX];
	int n_registers;

	uint32_t n_threads, block_size;
	bool has_launch;
	bool has_ifs, has_loops, has_gathers, has_barriers, has_atomics, has_matmul;

	/* While its code is written. */
	char t[REF_NAME_SIZE], l[REF_NAME_SIZE],
		b[REF_NAME_SIZE]; /* THREAD_ID, LOCAL_ID, BLOCK_ID */
	int depth; /* of IF and LOOP */
	int loops; /* around */
	bool loop_is_uniform; /* the innermost one: all threads leave it together */
	int divergence; /* IFs and LOOPs around that diverge */
	uint64_t times; /* how often, at most, the place written to runs */
	uint64_t cost, cost_max; /* of a thread */
};

struct generator {
	struct ref_random random;
	struct gen_style style;
	char *text;
	size_t length, capacity;
	struct gen_array arrays[GEN_ARRAYS_MAX];
	int n_arrays;
	struct gen_scalar scalars[GEN_SCALARS_MAX];
	int n_scalars;
	uint32_t n_names;
	struct gen_kernel *kernel; /* being written */
};

/* generate-text.c */
uint32_t gen_below(struct generator *g, uint32_t n);
bool gen_chance(struct generator *g, uint32_t percent);
/* A line: a keyword in the program's style, then the rest; its arrows are "->". */
void gen_line(struct generator *g, const char *keyword, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void gen_comment_line(struct generator *g);
/* A keyword that stands inside a line. */
const char *gen_keyword(struct generator *g, const char *keyword, char text[32]);
void gen_name(struct generator *g, char name[REF_NAME_SIZE], const char *kind);

/* generate-operand.c */
struct gen_operand gen_literal(struct generator *g, enum ref_type type);
struct gen_operand gen_operand(struct generator *g, enum ref_type type, bool exact);
struct gen_operand gen_uniform(struct generator *g, enum ref_type type);
/* A register to assign to, old or new, fit for such a value. */
struct gen_register *gen_result(struct generator *g, enum ref_type type, bool exact, bool uniform);
struct gen_register *gen_new_register(struct generator *g, enum ref_type type, bool exact,
				      bool uniform);
const struct gen_use *gen_find_use(struct generator *g, enum gen_role role, uint32_t type_mask);
const struct gen_array *gen_use_array(const struct generator *g, const struct gen_use *use);
/* An index that only this thread uses; an index of any kind. */
void gen_own_index(struct generator *g, const struct gen_use *use, char *text, size_t size);
void gen_any_index(struct generator *g, uint32_t length, char *text, size_t size);

/* generate-value.c: statements that compute */
void gen_value(struct generator *g);
/* A bool register that may decide a branch. */
void gen_condition(struct generator *g, bool uniform, char text[160]);
void gen_load(struct generator *g);
void gen_store(struct generator *g);
void gen_store_to(struct generator *g, const struct gen_use *use);
/* One that makes an implicit output, and its type. */
void gen_store_first(struct generator *g, const struct gen_use *use);

/* generate-block.c: statements of blocks that work together */
void gen_cooperation(struct generator *g);
void gen_atomic(struct generator *g);
void gen_reduce(struct generator *g);
void gen_matmul(struct generator *g);

/* generate-flow.c: statements, and blocks of them */
void gen_statements(struct generator *g, uint32_t n);

/* generate-kernel.c: which arrays a kernel takes, and its text */
void gen_kernel_choose(struct generator *g, struct gen_kernel *kernel);
void gen_kernel_write(struct generator *g, struct gen_kernel *kernel);

/* generate-arguments.c */
void gen_arguments(struct generator *g, struct ref_arguments *arguments, bool may_alias);

#endif
