/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * thread.h - one thread of a launch, as a state that can stop and go on.
 */
#ifndef THREAD_H
#define THREAD_H

#include "memory.h"

enum ref_thread_state {
	REF_THREAD_RUNS,
	REF_THREAD_WAITS, /* at a SYNC_THREADS or BLOCK_REDUCE: its position */
	REF_THREAD_ENDED,
};

struct ref_thread {
	enum ref_thread_state state;
	int position; /* the next statement */
	struct ref_value *registers;
	struct {
		int statement;
		uint32_t count, next;
	} loops[PXOS_NESTING_MAX];
	int n_loops;
	uint32_t local_id;
	struct ref_value offer; /* BLOCK_REDUCE: its own value */
};

/* A launch under way; the parts about the block change from block to block. */
struct ref_machine {
	const struct ref_kernel *kernel;
	/* Of each array of the kernel; shared ones are the block's. */
	struct ref_memory_array *arrays[PXOS_ARRAYS_MAX + PXOS_SHARED_ARRAYS_MAX];
	struct ref_value scalars[PXOS_SCALARS_MAX];
	uint32_t block_size;
	uint32_t n_threads;
	struct ref_actor actor; /* of the thread now running */
	uint64_t steps, steps_max;
	bool matmul_is_done;
	bool is_abandoned;
	const char *why;
	uint32_t why_line;
};

/* From here on the launch's stores are unspecified, all of them. */
void ref_machine_abandon(struct ref_machine *machine, const char *why, uint32_t line);
/* An operand's value, brought to @type. */
struct ref_value ref_machine_operand(const struct ref_machine *machine,
				     const struct ref_thread *thread,
				     const struct ref_operand *operand, enum ref_type type);
/* Runs until it waits or ends, the launch is abandoned or the steps are used up. */
void ref_thread_run(struct ref_machine *machine, struct ref_thread *thread);

/* matmul.c: the whole product, at the first thread that comes by. */
void ref_matmul_run(struct ref_machine *machine, const struct ref_statement *statement);
/* What its sizes are, for implicit outputs. */
int64_t ref_matmul_size(const struct ref_machine *machine, const struct ref_statement *statement,
			int which);

#endif
