/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMMON_NEAREST_H
#define PXOS_COMMON_NEAREST_H

#include <stddef.h>
#include <stdint.h>

/* The nearest of some candidates to a misspelt word; see nearest.c. */
struct nearest {
	const char *word;
	size_t length;
	const char *best; /* NULL: none is near enough */
	uint32_t distance;
	uint32_t n_tried;
};

void nearest_init(struct nearest *nearest, const char *word, size_t length);
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
