/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * "Did you mean …?"
 *
 * Of the candidates tried, the one that the fewest typing mistakes lie between:
 * a letter too many, too few, another, or two swapped; case does not count. What is
 * further away than DISTANCE_MAX, or needs more than half of a short word changed, is no
 * suggestion. The work is bounded whatever the words are: long words are passed
 * over, and only the first TRIES_MAX candidates are looked at.
 */
#include "common/nearest.h"

#include <string.h>

#define DISTANCE_MAX 2
#define WORD_MAX 63
#define TRIES_MAX 512

void nearest_init(struct nearest *nearest, const char *word, size_t length)
{
	nearest->word = word;
	nearest->length = length;
	nearest->best = NULL;
	nearest->distance = DISTANCE_MAX + 1;
	nearest->n_tried = 0;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/*
 * Edits between two words (a swap of neighbours counts as one), case ignored. Only a
 * band about the diagonal is worked out: what lies outside is too far in any case.
 */
static uint32_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	uint32_t rows[3][WORD_MAX + 2];

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (uint32_t)j;
	for (size_t i = 1; i <= a_length; i++) {
		uint32_t *row = rows[i % 3], *last = rows[(i + 2) % 3];
		size_t start = i > DISTANCE_MAX ? i - DISTANCE_MAX : 1;
		size_t end = i + DISTANCE_MAX < b_length ? i + DISTANCE_MAX : b_length;

		row[start - 1] = start == 1 ? (uint32_t)i : DISTANCE_MAX + 1;
		row[end + 1] = DISTANCE_MAX + 1;
		for (size_t j = start; j <= end; j++) {
			uint32_t d = last[j - 1] + (upper(a[i - 1]) != upper(b[j - 1]));

			if (last[j] + 1 < d)
				d = last[j] + 1;
			if (row[j - 1] + 1 < d)
				d = row[j - 1] + 1;
			if (i > 1 && j > 1 && upper(a[i - 1]) == upper(b[j - 2]) &&
			    upper(a[i - 2]) == upper(b[j - 1]) && rows[(i + 1) % 3][j - 2] + 1 < d)
				d = rows[(i + 1) % 3][j - 2] + 1;
			row[j] = d;
		}
	}
	return rows[a_length % 3][b_length];
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t length = strlen(candidate);
	uint32_t d;

	if (nearest->n_tried++ >= TRIES_MAX || length > WORD_MAX || nearest->length > WORD_MAX)
		return;
	if (length > nearest->length + DISTANCE_MAX || nearest->length > length + DISTANCE_MAX)
		return;
	d = distance(nearest->word, nearest->length, candidate, length);
	/* A short word is all edits: "x" is not a misspelt "n", nor FOO one of MOD. */
	if (d >= length || 2 * (size_t)d > nearest->length)
		return;
	/* Of two as near the longer: letters are left out more often than put in. */
	if (d < nearest->distance ||
	    (nearest->best && d == nearest->distance && length > strlen(nearest->best))) {
		nearest->distance = d;
		nearest->best = candidate;
	}
}
