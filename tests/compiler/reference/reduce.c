// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reduce.c - make a failing program short.
 *
 * Lines are left out: runs of them, long ones first; an IF or LOOP together
 * with its end, so that the body stays. Whether the rest is still a program,
 * and still fails, is for the caller to say; nothing here knows the language
 * but for which words open and close a block.
 */
#include "reduce.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct reduction {
	char **lines; /* each with its line end */
	bool *is_out;
	size_t n;
	bool (*fails)(void *data, const char *text, size_t length);
	void *data;
};

static char *join(const struct reduction *reduction)
{
	size_t length = 0, i;
	char *text, *at;

	for (i = 0; i < reduction->n; i++)
		length += strlen(reduction->lines[i]);
	at = text = malloc(length + 1);
	for (i = 0; i < reduction->n; i++)
		if (!reduction->is_out[i])
			at = stpcpy(at, reduction->lines[i]);
	*at = 0;
	return text;
}

static bool still_fails(const struct reduction *reduction)
{
	char *text = join(reduction);
	bool result = reduction->fails(reduction->data, text, strlen(text));

	free(text);
	return result;
}

static bool begins(const char *line, const char *word)
{
	line += strspn(line, " \t");
	return !strncasecmp(line, word, strlen(word));
}

/* +1 for a line that opens a block, -1 for one that closes it. */
static int nesting(const char *line)
{
	if (begins(line, "IF ") || begins(line, "LOOP "))
		return 1;
	if (begins(line, "ENDIF") || begins(line, "ENDLOOP"))
		return -1;
	return 0;
}

/* The line that closes the block opened by @opener; n if none does. */
static size_t closer(const struct reduction *reduction, size_t opener)
{
	size_t i;
	int depth = 0;

	for (i = opener; i < reduction->n; i++) {
		if (reduction->is_out[i])
			continue;
		depth += nesting(reduction->lines[i]);
		if (!depth)
			return i;
	}
	return reduction->n;
}

static bool try_without(struct reduction *reduction, size_t first, size_t n)
{
	bool *before = malloc(reduction->n * sizeof(*before) + 1), any = false;
	size_t i;

	memcpy(before, reduction->is_out, reduction->n * sizeof(*before));
	for (i = first; i < first + n && i < reduction->n; i++) {
		any |= !reduction->is_out[i];
		reduction->is_out[i] = true;
	}
	if (any && still_fails(reduction)) {
		free(before);
		return true;
	}
	memcpy(reduction->is_out, before, reduction->n * sizeof(*before));
	free(before);
	return false;
}

static bool try_block(struct reduction *reduction, size_t opener)
{
	size_t end;

	if (reduction->is_out[opener] || nesting(reduction->lines[opener]) != 1)
		return false;
	end = closer(reduction, opener);
	if (end == reduction->n)
		return false;
	if (try_without(reduction, opener, end - opener + 1))
		return true;
	reduction->is_out[opener] = reduction->is_out[end] = true;
	if (still_fails(reduction))
		return true;
	reduction->is_out[opener] = reduction->is_out[end] = false;
	return false;
}

static void split(struct reduction *reduction, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		length += text[length] == '\n';
		reduction->lines =
			realloc(reduction->lines, (reduction->n + 1) * sizeof(*reduction->lines));
		reduction->lines[reduction->n++] = strndup(text, length);
		text += length;
	}
	reduction->is_out = calloc(reduction->n + 1, sizeof(*reduction->is_out));
}

char *ref_reduce(const char *text, bool (*fails)(void *data, const char *text, size_t length),
		 void *data)
{
	struct reduction reduction = { .fails = fails, .data = data };
	size_t size, i;
	bool changed;
	char *result;

	split(&reduction, text);
	do {
		changed = false;
		for (size = reduction.n / 2; size; size /= 2)
			for (i = 0; i < reduction.n; i += size)
				changed |= try_without(&reduction, i, size);
		for (i = 0; i < reduction.n; i++)
			changed |= try_block(&reduction, i);
	} while (changed);
	result = join(&reduction);
	for (i = 0; i < reduction.n; i++)
		free(reduction.lines[i]);
	free(reduction.lines);
	free(reduction.is_out);
	return result;
}
