// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate.c - spoil a program's text a little.
 *
 * Most changes put a word of the program where another stood: such a text is
 * nearly a program, and whether it is one takes all of the type and control
 * flow rules to say.
 */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

struct piece {
	const char *text;
	size_t length;
};

static struct piece pick_line(struct ref_random *random, const char *text)
{
	size_t length = strlen(text);
	const char *at = text + ref_random_below(random, (uint32_t)length), *end;

	while (at > text && at[-1] != '\n')
		at--;
	end = strchr(at, '\n');
	return (struct piece){ at, end ? (size_t)(end - at) + 1 : strlen(at) };
}

static struct piece pick_word(struct ref_random *random, const char *text)
{
	static const char breaks[] = " \t\r\n[]():+*%,";
	size_t length = strlen(text);
	const char *at = text + ref_random_below(random, (uint32_t)length);

	while (*at && strchr(breaks, *at))
		at++;
	while (at > text && !strchr(breaks, at[-1]))
		at--;
	return (struct piece){ at, strcspn(at, breaks) };
}

/* @text with @old replaced by @new. */
static char *splice(const char *text, struct piece old, struct piece new)
{
	size_t before = (size_t)(old.text - text), length = strlen(text);
	char *result = malloc(length - old.length + new.length + 1);

	memcpy(result, text, before);
	memcpy(result + before, new.text, new.length);
	memcpy(result + before + new.length, old.text + old.length,
	       length - before - old.length + 1);
	return result;
}

static char *mutate_once(struct ref_random *random, const char *text)
{
	static const char characters[] = "0123456789abxyAIZ_[]():+-*/%<>=!. \t\n#,uf\"";
	const struct piece nothing = { "", 0 };
	struct piece a = pick_word(random, text), b = pick_word(random, text);
	struct piece line = pick_line(random, text);
	uint32_t kind = ref_random_below(random, 100);

	if (kind < 50)
		return splice(text, a, b);
	if (kind < 60)
		return splice(text, a, nothing);
	if (kind < 65)
		return splice(text, (struct piece){ a.text, 0 }, b);
	if (kind < 75)
		return splice(text, line, nothing);
	if (kind < 88)
		return splice(text, (struct piece){ line.text, 0 }, pick_line(random, text));
	a.length = a.length ? 1 : 0;
	if (kind < 92)
		return splice(text, a, nothing);
	b = (struct piece){ characters + ref_random_below(random, sizeof(characters) - 1), 1 };
	return splice(text, a, b);
}

char *ref_mutate(struct ref_random *random, const char *text)
{
	uint32_t n = 1 + (ref_random_chance(random, 30) ? ref_random_below(random, 3) : 0);
	char *result = strdup(text), *next;

	while (n-- && *result) {
		next = mutate_once(random, result);
		free(result);
		result = next;
	}
	return result;
}
