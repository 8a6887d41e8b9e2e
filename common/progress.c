/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A progress line on a terminal.
 *
 * It exists only where a person looks: on a terminal, and for work that takes
 * longer than a moment. It is one line, redrawn at most ten times a second, and
 * is wiped before anything else is printed, so that nothing of it is left in a
 * terminal's history.
 */
#include "common/progress.h"

#include "common/clock.h"

#include <inttypes.h>
#include <unistd.h>

#define PROGRESS_QUIET_NS 500000000u
#define PROGRESS_REDRAW_NS 100000000u

/** progress_init() - @wanted: false keeps it silent on terminals too. */
void progress_init(struct progress *progress, FILE *stream, bool wanted)
{
	*progress = (struct progress){
		.stream = wanted && isatty(fileno(stream)) ? stream : NULL,
		.start_ns = clock_ns(),
	};
}

/**
 * progress_update() - tell how far the work is; cheap enough to be called often.
 * @done: of @total, if that is more than 1. Parts of unlike size make no percentage.
 */
void progress_update(struct progress *progress, const char *what, uint64_t done, uint64_t total)
{
	uint64_t now;

	if (!progress->stream)
		return;
	now = clock_ns();
	if (now - progress->start_ns < PROGRESS_QUIET_NS)
		return;
	if (progress->shown_ns && now - progress->shown_ns < PROGRESS_REDRAW_NS)
		return;

	fprintf(progress->stream, "\r\033[K%s", what);
	if (total > 1)
		fprintf(progress->stream, " %" PRIu64 " of %" PRIu64, done, total);
	fprintf(progress->stream, "  %.1f s", (double)(now - progress->start_ns) / 1e9);
	fflush(progress->stream);
	progress->shown_ns = now;
}

/** progress_clear() - wipe the line, if there is one. May be called at any time. */
void progress_clear(struct progress *progress)
{
	if (!progress->stream || !progress->shown_ns)
		return;
	fputs("\r\033[K", progress->stream);
	fflush(progress->stream);
	progress->shown_ns = 0;
}
