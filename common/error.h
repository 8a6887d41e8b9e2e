/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMMON_ERROR_H
#define PXOS_COMMON_ERROR_H

enum error_code {
	_ERROR_E_SUCCESS,
	/* It went wrong and the user has been told: pass it up, say nothing more. */
	ERROR_E_SAID,
};

int error_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int error_say_errno(int r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
