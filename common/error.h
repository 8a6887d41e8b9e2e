/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMMON_ERROR_H
#define PXOS_COMMON_ERROR_H

enum error_code {
	_ERROR_E_SUCCESS,
	/* It went wrong and the user has been told: pass it up, say nothing more. */
	ERROR_E_SAID,
};

/* Tell the user what went wrong; an expression of the value ERROR_E_SAID, so that a
 * caller says and returns in one line. The second adds the system's words for @r, an
 * errno of either sign. Macros, so that analysers too know that it is never 0. */
#define error_say(...) (error_line(__VA_ARGS__), ERROR_E_SAID)
#define error_say_errno(r, ...) (error_line_errno(r, __VA_ARGS__), ERROR_E_SAID)

void error_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void error_line_errno(int r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
