/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner.h - program text and arguments in, a GPU's outputs out.
 *
 * Compiler, launcher and GPU behind one call. Every array lies between guard
 * words, so that a store outside of it is seen even if no element is wrong.
 */
#ifndef RUNNER_H
#define RUNNER_H

#include "reference.h"

enum ref_runner_error {
	_REF_RUNNER_E_SUCCESS,
	REF_RUNNER_E_OPEN, /* no such GPU */
	REF_RUNNER_E_COMPILE, /* the compiler says that this is no program */
	REF_RUNNER_E_BUDGET, /* over the step budget: the outputs say nothing */
	REF_RUNNER_E_GUARD, /* something stored outside its array */
	REF_RUNNER_E_LAUNCH, /* any other failure */
	_REF_RUNNER_N,
};

/* Other ways to the same results. */
struct ref_variant {
	uint32_t clear_flags, set_flags; /* of enum pxos_target_flags */
	uint32_t push_bytes_max; /* 0: the GPU's */
	bool apart; /* use code for arrays that do not overlap, where they do not */
	bool host_memory;
	uint64_t step_budget; /* 0: the GPU's */
	uint64_t slice_ns; /* 0: uncut */
};

#define REF_RUNNER_MESSAGE_SIZE 600

struct ref_runner;

int ref_runner_new(const char *selector, struct ref_runner **ret_runner,
		   char message[REF_RUNNER_MESSAGE_SIZE]);
struct ref_runner *ref_runner_free(struct ref_runner *runner);
const char *ref_runner_name(const struct ref_runner *runner);

/*
 * ref_runner_run() - all launches of a program.
 * @ret_outputs: each argument array (an alias too, with its original's words) and each
 *	implicit output, afterwards. Set on 0 and on REF_RUNNER_E_GUARD.
 * @message: set if it does not return 0.
 *
 * Return: 0 or enum ref_runner_error.
 */
int ref_runner_run(struct ref_runner *runner, const char *text, size_t length,
		   const struct ref_arguments *arguments, const struct ref_variant *variant,
		   struct ref_arguments *ret_outputs, char message[REF_RUNNER_MESSAGE_SIZE]);

#endif
