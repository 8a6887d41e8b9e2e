/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_NAMES_H
#define PXOS_COMPILER_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"

#define NAME_NONE UINT32_MAX

struct name {
	struct name *child[4];
	uint64_t hash;
	const char *text;
	uint32_t length;
	uint32_t space;
	uint32_t value;
};

/* Names of several spaces (kernels, arrays of a kernel, …) with a number each. */
struct names {
	struct arena *arena;
	struct name *root;
};

void names_init(struct names *names, struct arena *arena);
struct name *names_find(const struct names *names, uint32_t space, const char *text, size_t length);
struct name *names_add(struct names *names, uint32_t space, const char *text, size_t length,
		       uint32_t value);

#endif
