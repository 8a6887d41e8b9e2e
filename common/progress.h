/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMMON_PROGRESS_H
#define PXOS_COMMON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	FILE *stream; /* NULL: say nothing */
	uint64_t start_ns;
	uint64_t shown_ns; /* when the line was last drawn; 0: never */
};

void progress_init(struct progress *progress, FILE *stream, bool wanted);
void progress_update(struct progress *progress, const char *what, uint64_t done, uint64_t total);
void progress_clear(struct progress *progress);

#endif
