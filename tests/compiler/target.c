// SPDX-License-Identifier: GPL-2.0-or-later
#include "target.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define RECENT                                                                           \
	(PXOS_TARGET_STORAGE8 | PXOS_TARGET_PRESERVE_FLOAT32 | PXOS_TARGET_RTE_FLOAT32 | \
	 PXOS_TARGET_ATOMIC_FLOAT_ADD | PXOS_TARGET_ATOMIC_FLOAT_ADD_SHARED |            \
	 PXOS_TARGET_SUBGROUP_ARITHMETIC)

static const struct {
	const char *name;
	uint32_t flags;
} flags[] = {
	{ "storage8", PXOS_TARGET_STORAGE8 },
	{ "preserve", PXOS_TARGET_PRESERVE_FLOAT32 },
	{ "rte", PXOS_TARGET_RTE_FLOAT32 },
	{ "atomicfloat", PXOS_TARGET_ATOMIC_FLOAT_ADD },
	{ "atomicfloatshared", PXOS_TARGET_ATOMIC_FLOAT_ADD_SHARED },
	{ "subgroup", PXOS_TARGET_SUBGROUP_ARITHMETIC },
	{ "apart", PXOS_TARGET_ARRAYS_APART },
	{ "plain", PXOS_TARGET_NO_COARSEN },
	{ "uniform", PXOS_TARGET_ARGS_UNIFORM },
	{ "fewrounds", PXOS_TARGET_FEW_ROUNDS },
	{ "all", RECENT },
};

static const struct {
	const char *name;
	size_t offset;
} limits[] = {
	{ "threads", offsetof(struct pxos_target, threads_max) },
	{ "shared", offsetof(struct pxos_target, shared_bytes_max) },
	{ "arrays", offsetof(struct pxos_target, arrays_max) },
	{ "push", offsetof(struct pxos_target, push_bytes_max) },
	{ "subgroupsize", offsetof(struct pxos_target, subgroup_size) },
};

bool target_word(struct pxos_target *target, const char *word)
{
	const char *equals = strchr(word, '=');

	for (size_t i = 0; !equals && i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!strcmp(word, flags[i].name)) {
			target->flags |= flags[i].flags;
			return true;
		}
	}
	for (size_t i = 0; equals && i < sizeof(limits) / sizeof(limits[0]); i++) {
		size_t length = (size_t)(equals - word);

		if (strlen(limits[i].name) == length && !memcmp(word, limits[i].name, length)) {
			*(uint32_t *)((char *)target + limits[i].offset) =
				(uint32_t)strtoul(equals + 1, NULL, 0);
			return true;
		}
	}
	return false;
}
