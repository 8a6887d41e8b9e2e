/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Error lines for people.
 *
 * There are two kinds of failure. One that only the caller can judge travels up
 * as a negative errno or as a positive code that a header names. One that the
 * user has to act on is said where the most is known about it, in one line that
 * tells what happened, to what, and what to do; from there on ERROR_E_SAID
 * travels up, so that nobody says it twice and nobody has to carry texts about.
 *
 * A line begins with the program's name, as is the custom, holds exactly one
 * newline, and cannot carry control characters to a terminal: names and texts in
 * it may come from files.
 */
#include "common/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer lines are cut; a whole line goes out in one write. */
#define ERROR_LINE_BYTES_MAX 2048

__attribute__((format(printf, 3, 0))) static void line_out(const char *kind, const char *tail,
							   const char *format, va_list args)
{
	char line[ERROR_LINE_BYTES_MAX];
	int n;

	n = snprintf(line, sizeof(line), "%s: %s", program_invocation_short_name, kind);
	if (n >= 0 && (size_t)n < sizeof(line))
		vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);

	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';

	fflush(stdout);
	fprintf(stderr, "%s%s%s\n", line, tail ? ": " : "", tail ? tail : "");
}

/** error_line() - the line of error_say(). */
void error_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_out("", NULL, format, args);
	va_end(args);
}

/** error_line_errno() - the line of error_say_errno(). */
void error_line_errno(int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_out("", strerror(r < 0 ? -r : r), format, args);
	va_end(args);
}

/** error_note() - something the user should know, though nothing failed. */
void error_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_out("note: ", NULL, format, args);
	va_end(args);
}
