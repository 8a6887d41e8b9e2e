/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Command line options, from a table.
 *
 * The table that parses is the table that --help prints, so the two cannot
 * differ; a test holds manual pages and shell completions against --help.
 *
 * Taken are -x, -xVALUE, -x VALUE, several letters in one word, --name,
 * --name=VALUE, --name VALUE, and -- before operands that begin with a dash. A
 * lone dash is an operand. Options and operands may stand in any order. Long names
 * are not abbreviated: what works today must not become ambiguous tomorrow.
 */
#include "guest/cli/options.h"

#include "common/nearest.h"
#include "guest/cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** options_init() - @command: its name; NULL: before there is one. */
void options_init(struct options *options, const char *command, const struct option *table,
		  size_t n_table, int argc, char **argv)
{
	*options = (struct options){
		.table = table,
		.n_table = n_table,
		.arguments = argv,
		.n_arguments = (size_t)argc,
	};
	snprintf(options->prefix, sizeof(options->prefix), "%s%s", command ? command : "",
		 command ? ": " : "");
	snprintf(options->help, sizeof(options->help), "pxos-gpu%s%s --help", command ? " " : "",
		 command ? command : "");
}

/* The value of an option that wants one and has not been given it with the name. */
static bool take_value(struct options *options)
{
	if (options->next == options->n_arguments)
		return false;
	options->value = options->arguments[options->next++];
	return true;
}

static int unknown_name(const struct options *options, const char *name, size_t length)
{
	struct nearest nearest;

	nearest_init(&nearest, name, length);
	for (size_t i = 0; i < options->n_table; i++)
		nearest_try(&nearest, options->table[i].name);
	if (nearest.best)
		error_line("%sno option --%.*s; did you mean --%s?", options->prefix, (int)length,
			   name, nearest.best);
	else
		error_line("%sno option --%.*s; see %s", options->prefix, (int)length, name,
			   options->help);
	return OPTIONS_BAD;
}

static int next_name(struct options *options, const char *word)
{
	size_t length = strcspn(word, "=");
	const struct option *option;
	size_t i;

	for (i = 0; i < options->n_table; i++)
		if (strlen(options->table[i].name) == length &&
		    strncmp(options->table[i].name, word, length) == 0)
			break;
	if (i == options->n_table)
		return unknown_name(options, word, length);

	option = &options->table[i];
	if (word[length] == '=') {
		options->value = word + length + 1;
		if (!option->value) {
			error_line("%s--%s takes no value", options->prefix, option->name);
			return OPTIONS_BAD;
		}
	} else if (option->value && !take_value(options)) {
		error_line("%s--%s needs a value: --%s %s", options->prefix, option->name,
			   option->name, option->value);
		return OPTIONS_BAD;
	}
	return (int)i;
}

static int next_letter(struct options *options)
{
	char letter = *options->letters++;
	const struct option *option;
	size_t i;

	for (i = 0; i < options->n_table; i++)
		if (options->table[i].letter == letter)
			break;
	if (i == options->n_table) {
		error_line("%sno option -%c; see %s", options->prefix, letter, options->help);
		return OPTIONS_BAD;
	}

	option = &options->table[i];
	if (!option->value) {
		if (!*options->letters)
			options->letters = NULL;
		return (int)i;
	}
	options->value = options->letters;
	options->letters = NULL;
	if (!*options->value && !take_value(options)) {
		error_line("%s-%c needs a value: -%c %s", options->prefix, letter, letter,
			   option->value);
		return OPTIONS_BAD;
	}
	return (int)i;
}

/**
 * options_next() - the next option or operand; options->value is its value.
 *
 * Return: an index in the table, or an enum options_found.
 */
int options_next(struct options *options)
{
	const char *word;

	options->value = NULL;
	if (options->letters)
		return next_letter(options);
	if (options->next == options->n_arguments)
		return OPTIONS_END;

	word = options->arguments[options->next++];
	if (options->only_operands || word[0] != '-' || !word[1]) {
		options->value = word;
		return OPTIONS_OPERAND;
	}
	if (word[1] != '-') {
		options->letters = word + 1;
		return next_letter(options);
	}
	if (!word[2]) {
		options->only_operands = true;
		return options_next(options);
	}
	return next_name(options, word + 2);
}

/**
 * options_number() - the value of option @index as a number.
 *
 * Return: 0 or CLI_E_USAGE.
 */
int options_number(const struct options *options, int index, uint64_t min, uint64_t max,
		   uint64_t *ret_number)
{
	const char *value = options->value;
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || number < min || number > max)
		return usage_say("%s--%s takes a whole number from %llu to %llu, not '%s'",
				 options->prefix, options->table[index].name,
				 (unsigned long long)min, (unsigned long long)max, value);
	*ret_number = number;
	return 0;
}

/** options_print() - the table, as --help shows it. */
void options_print(FILE *stream, const struct option *table, size_t n_table)
{
	for (size_t i = 0; i < n_table; i++) {
		char head[64];

		snprintf(head, sizeof(head), "  %c%c%c --%s%s%s", table[i].letter ? '-' : ' ',
			 table[i].letter ? table[i].letter : ' ', table[i].letter ? ',' : ' ',
			 table[i].name, table[i].value ? " " : "",
			 table[i].value ? table[i].value : "");
		fprintf(stream, "%-34s %s\n", head, table[i].help);
	}
}
