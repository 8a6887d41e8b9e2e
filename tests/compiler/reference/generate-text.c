// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * generate-text.c - lines in the many spellings that the language accepts.
 */
#include "generator.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t gen_below(struct generator *g, uint32_t n)
{
	return ref_random_below(&g->random, n);
}

bool gen_chance(struct generator *g, uint32_t percent)
{
	return ref_random_chance(&g->random, percent);
}

static void put(struct generator *g, const char *text)
{
	size_t length = strlen(text);

	if (g->length + length + 1 > g->capacity) {
		g->capacity = (g->length + length + 1) * 2;
		g->text = realloc(g->text, g->capacity);
	}
	memcpy(g->text + g->length, text, length + 1);
	g->length += length;
}

const char *gen_keyword(struct generator *g, const char *keyword, char text[32])
{
	bool lower = g->style.keywords == 1 || (g->style.keywords == 2 && gen_chance(g, 30));
	bool mixed = g->style.keywords == 2 && gen_chance(g, 20);
	size_t i;

	for (i = 0; i < 31 && keyword[i]; i++) {
		bool down = mixed ? gen_chance(g, 50) : lower;

		text[i] = down ? (char)tolower((unsigned char)keyword[i]) : keyword[i];
	}
	text[i] = 0;
	return text;
}

static void put_with_arrows(struct generator *g, const char *text)
{
	const char *arrow;
	char part[1024];

	while ((arrow = strstr(text, "->"))) {
		bool pretty = g->style.arrows == 0 || (g->style.arrows == 2 && gen_chance(g, 50));

		snprintf(part, sizeof(part), "%.*s", (int)(arrow - text), text);
		put(g, part);
		put(g, pretty ? "→" : "->");
		text = arrow + 2;
	}
	put(g, text);
}

static void put_end(struct generator *g)
{
	static const char *const comments[] = { "  # note", " # x → y: IF [", "\t#",
						"#ELSE:", " # ünïcode" };

	if (gen_chance(g, g->style.comments))
		put(g, comments[gen_below(g, 5)]);
	put(g, g->style.crlf ? "\r\n" : "\n");
	if (gen_chance(g, g->style.comments / 4))
		put(g, g->style.crlf ? "\r\n" : "\n");
}

void gen_line(struct generator *g, const char *keyword, const char *format, ...)
{
	int depth = g->kernel ? g->kernel->depth + 1 : 0;
	char rest[1024], word[32];
	va_list arguments;

	if (g->kernel)
		g->kernel->cost += g->kernel->times;
	va_start(arguments, format);
	vsnprintf(rest, sizeof(rest), format, arguments);
	va_end(arguments);
	while (g->style.indent && depth--)
		put(g, g->style.indent == 1 ? "    " : "\t");
	put(g, gen_keyword(g, keyword, word));
	if (rest[0] && rest[0] != ':')
		put(g, " ");
	put_with_arrows(g, rest);
	put_end(g);
}

void gen_comment_line(struct generator *g)
{
	put(g, "# a program that nobody wrote");
	put_end(g);
}

/* Also what reads like a keyword: those are names where a name is wanted. */
void gen_name(struct generator *g, char name[REF_NAME_SIZE], const char *kind)
{
	static const char *const words[] = { "abs",
					     "last",
					     "half",
					     "min",
					     "sum",
					     "loop",
					     "load",
					     "_",
					     "Value",
					     "x",
					     "long_name_of_a_value",
					     "acc",
					     "tid",
					     "BREAK" };
	const char *word = gen_chance(g, 25) ? words[gen_below(g, 14)] : kind;

	snprintf(name, REF_NAME_SIZE, "%s%u", word, g->n_names++);
}
