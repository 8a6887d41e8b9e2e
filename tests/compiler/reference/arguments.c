// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arguments.c - named arguments going in, named outputs coming out.
 */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

static struct ref_argument *add(struct ref_arguments *arguments, const char *name,
				enum ref_type type)
{
	struct ref_argument *argument;

	arguments->items =
		realloc(arguments->items, (arguments->n_items + 1) * sizeof(*arguments->items));
	argument = &arguments->items[arguments->n_items++];
	*argument = (struct ref_argument){ .type = type };
	strncpy(argument->name, name, sizeof(argument->name) - 1);
	return argument;
}

struct ref_argument *ref_arguments_add_array(struct ref_arguments *arguments, const char *name,
					     enum ref_type type, uint32_t length)
{
	struct ref_argument *argument = add(arguments, name, type);

	argument->is_array = true;
	argument->length = length;
	argument->words = calloc((size_t)length + 1, sizeof(*argument->words));
	return argument;
}

void ref_arguments_add_alias(struct ref_arguments *arguments, const char *name,
			     const struct ref_argument *original)
{
	struct ref_argument copy = *original, *argument = add(arguments, name, copy.type);

	argument->is_array = true;
	argument->length = copy.length;
	memcpy(argument->alias, copy.name, sizeof(argument->alias));
}

void ref_arguments_add_scalar(struct ref_arguments *arguments, const char *name, enum ref_type type,
			      uint32_t scalar)
{
	add(arguments, name, type)->scalar = scalar;
}

struct ref_argument *ref_arguments_find(const struct ref_arguments *arguments, const char *name)
{
	size_t i;

	for (i = 0; i < arguments->n_items; i++)
		if (!strcmp(arguments->items[i].name, name))
			return &arguments->items[i];
	return NULL;
}

void ref_arguments_deinit(struct ref_arguments *arguments)
{
	size_t i;

	for (i = 0; i < arguments->n_items; i++)
		free(arguments->items[i].words);
	free(arguments->items);
	*arguments = (struct ref_arguments){ 0 };
}
