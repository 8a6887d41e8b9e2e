// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Diagnostics: what is wrong with a program, in the order of its lines.
 *
 * At most PXOS_DIAGNOSTICS_MAX are kept; the stages ask diag_full() and stop
 * once there was one more, so that a hostile text cannot buy work with errors.
 * Warnings count, but never crowd out an error: they stop at half. A rule is
 * broken once in a place, whatever the number of checks that notice.
 */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pxos/limits.h"

static const char *const rule_names[_RULE_N] = {
#define RULE(id, name) [RULE_##id] = (name),
	COMPILER_RULES(RULE)
#undef RULE
};

void diag_init(struct diag *diag, struct arena *arena)
{
	memset(diag, 0, sizeof(*diag));
	diag->arena = arena;
}

static bool is_told(const struct diag *diag, struct place place, enum rule rule)
{
	for (uint32_t i = 0; i < diag->n; i++)
		if (diag->items[i].line == place.line && diag->items[i].column == place.column &&
		    diag->items[i].rule == rule_names[rule])
			return true;
	return false;
}

static void diag_add(struct diag *diag, enum pxos_severity severity, struct place place,
		     enum rule rule, const char *hint, const char *format, va_list args)
{
	struct pxos_diagnostic *item;
	char text[256];

	if (diag->muted || is_told(diag, place, rule))
		return;
	if (diag->n >= PXOS_DIAGNOSTICS_MAX ||
	    (severity == PXOS_WARNING && diag->n - diag->n_errors >= PXOS_DIAGNOSTICS_MAX / 2)) {
		diag->truncated = true;
		return;
	}
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = 0;
	item = &diag->items[diag->n++];
	item->severity = severity;
	item->line = place.line;
	item->column = place.column;
	item->rule = rule_names[rule];
	item->message = arena_string(diag->arena, text, strlen(text));
	item->hint = hint;
	diag->n_errors += severity == PXOS_ERROR;
}

void diag_error(struct diag *diag, struct place place, enum rule rule, const char *hint,
		const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_add(diag, PXOS_ERROR, place, rule, hint, format, args);
	va_end(args);
}

void diag_warning(struct diag *diag, struct place place, enum rule rule, const char *hint,
		  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_add(diag, PXOS_WARNING, place, rule, hint, format, args);
	va_end(args);
}

bool diag_full(const struct diag *diag)
{
	return diag->n >= PXOS_DIAGNOSTICS_MAX && diag->truncated;
}

/* By line and column; what was found first stays first. */
void diag_sort(struct diag *diag)
{
	for (uint32_t i = 1; i < diag->n; i++) {
		struct pxos_diagnostic item = diag->items[i];
		uint32_t j = i;

		for (; j && (diag->items[j - 1].line > item.line ||
			     (diag->items[j - 1].line == item.line &&
			      diag->items[j - 1].column > item.column));
		     j--)
			diag->items[j] = diag->items[j - 1];
		diag->items[j] = item;
	}
}
