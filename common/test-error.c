/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef NDEBUG
#include "common/error.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *file;

/* The line said since the last call. */
static const char *said(void)
{
	static char line[8192];

	rewind(file);
	assert(fgets(line, sizeof(line), file));
	assert(fgetc(file) == EOF);
	assert(ftruncate(fileno(file), 0) == 0);
	rewind(file);
	return line;
}

int main(void)
{
	char *longest = calloc(1, 10001);

	file = tmpfile();
	assert(file && longest);
	assert(dup2(fileno(file), STDERR_FILENO) >= 0);

	assert(error_say("a %d", 5) == ERROR_E_SAID);
	assert(strcmp(said(), "test-error: a 5\n") == 0);

	assert(error_say_errno(-ENOENT, "no %s", "x") == ERROR_E_SAID);
	assert(strcmp(said(), "test-error: no x: No such file or directory\n") == 0);
	error_line_errno(ENOENT, "y");
	assert(strcmp(said(), "test-error: y: No such file or directory\n") == 0);

	error_note("z");
	assert(strcmp(said(), "test-error: note: z\n") == 0);

	/* Nothing that a name holds makes a second line, or steers a terminal. */
	error_line("%s", "a\nb\033[31m\177\r");
	assert(strcmp(said(), "test-error: a?b?[31m??\n") == 0);

	memset(longest, 'x', 10000);
	error_line("%s", longest);
	assert(strlen(said()) < 4096);
	free(longest);
	return 0;
}
