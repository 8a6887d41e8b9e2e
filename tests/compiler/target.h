/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_COMPILER_TARGET_H
#define TESTS_COMPILER_TARGET_H

#include <stdbool.h>

#include "pxos_compiler.h"

/*
 * A target by words, as tests write it: names of flags ("storage8", "subgroup", "all" for
 * what a recent GPU has, …) and limits ("threads=64"). False if the word is none.
 */
bool target_word(struct pxos_target *target, const char *word);

#endif
