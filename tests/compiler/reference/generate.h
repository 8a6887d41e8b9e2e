/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generate.h - random programs whose results are determined, and arguments for them.
 *
 * The same seed gives the same program on every machine. Programs are valid,
 * by the language pages; most of what they write is specified, and the
 * reference says of which elements it is not. A program costs the reference at
 * most about REF_GENERATE_STEPS statements.
 */
#ifndef GENERATE_H
#define GENERATE_H

#include "reference.h"

#define REF_GENERATE_STEPS 2000000

struct ref_generated {
	char *text;
	size_t length;
	struct ref_arguments arguments;
};

void ref_generate(uint64_t seed, struct ref_generated *ret_generated);
void ref_generated_deinit(struct ref_generated *generated);

#endif
