/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_DIAG_H
#define PXOS_COMPILER_DIAG_H

#include "arena.h"
#include "pxos/limits.h"
#include "pxos_compiler.h"
#include "rules.h"

struct place {
	uint32_t line;
	uint32_t column;
};

struct diag {
	struct arena *arena;
	struct pxos_diagnostic items[PXOS_DIAGNOSTICS_MAX];
	uint32_t n;
	uint32_t n_errors;
	bool truncated;
	uint32_t muted; /* while not 0: what is found has been told already */
};

void diag_init(struct diag *diag, struct arena *arena);
/* @hint may be NULL. The message is printf's. */
void diag_error(struct diag *diag, struct place place, enum rule rule, const char *hint,
		const char *format, ...) __attribute__((format(printf, 5, 6)));
void diag_warning(struct diag *diag, struct place place, enum rule rule, const char *hint,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));
/* There were more than are kept. */
bool diag_full(const struct diag *diag);
void diag_sort(struct diag *diag);

#endif
