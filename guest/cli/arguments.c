/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arguments of one run: from --arg NAME=VALUE, and from --args FILE, a JSON
 * object of them (or a test of the golden kind, whose "arguments" member is one).
 *
 * What is typed on the command line replaces what a file gives; giving one name
 * twice on the command line is a mistake and said to be one.
 */
#include "guest/cli/arguments.h"

#include "guest/cli/cli.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

struct argument *arguments_find(const struct arguments *arguments, const char *name)
{
	for (size_t i = 0; i < arguments->n; i++)
		if (strcmp(arguments->list[i].name, name) == 0)
			return &arguments->list[i];
	return NULL;
}

static struct argument *add(struct arguments *arguments, const char *name, size_t length)
{
	struct argument *list =
		realloc(arguments->list, (arguments->n + 1) * sizeof(*arguments->list));
	struct argument *argument;

	if (!list)
		return NULL;
	arguments->list = list;
	argument = &list[arguments->n];
	*argument = (struct argument){ .name = strndup(name, length) };
	if (!argument->name)
		return NULL;
	arguments->n++;
	return argument;
}

/**
 * arguments_add_text() - take NAME=VALUE.
 *
 * Return: 0, CLI_E_SAID, CLI_E_USAGE, -ENOMEM.
 */
int arguments_add_text(struct arguments *arguments, const char *text)
{
	size_t length = strcspn(text, "=");
	struct argument *argument;

	if (length == 0 || !text[length])
		return usage_say("--arg takes NAME=VALUE, not '%s'", text);

	argument = add(arguments, text, length);
	if (!argument)
		return -ENOMEM;
	if (arguments_find(arguments, argument->name) != argument) {
		struct argument *other = arguments_find(arguments, argument->name);

		if (!other->from_file)
			return usage_say("argument '%s' is given twice", other->name);
		value_deinit(&other->value);
		other->from_file = false;
		free(argument->name);
		arguments->n--;
		argument = other;
	}
	return value_from_text(&argument->value, argument->name, text + length + 1);
}

/* Of a golden test the member; of any other object itself. */
static struct json_object *object_of_arguments(struct json_object *json)
{
	struct json_object *inner;

	if (json_object_object_get_ex(json, "arguments", &inner) &&
	    json_object_is_type(inner, json_type_object) &&
	    (json_object_object_get_ex(json, "program", NULL) ||
	     json_object_object_get_ex(json, "expect", NULL)))
		return inner;
	return json;
}

static int add_object(struct arguments *arguments, const char *file, struct json_object *json)
{
	struct json_object_iterator it, end;

	if (!json_object_is_type(json, json_type_object))
		return error_say("%s: not an object of arguments, as {\"name\": value} is", file);

	json = object_of_arguments(json);
	it = json_object_iter_begin(json);
	end = json_object_iter_end(json);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		const char *name = json_object_iter_peek_name(&it);
		struct argument *argument = arguments_find(arguments, name);
		int r;

		if (argument && !argument->from_file)
			continue;
		if (argument)
			value_deinit(&argument->value);
		else
			argument = add(arguments, name, strlen(name));
		if (!argument)
			return -ENOMEM;
		argument->from_file = true;
		r = value_from_json(&argument->value, argument->name,
				    json_object_iter_peek_value(&it));
		if (r)
			return r;
	}
	return 0;
}

/**
 * arguments_add_file() - take the arguments in @file.
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int arguments_add_file(struct arguments *arguments, const char *file)
{
	struct json_object *json;
	int r;

	r = json_load(file, &json);
	if (r)
		return r;
	r = add_object(arguments, file, json);
	json_object_put(json);
	return r;
}

void arguments_deinit(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->n; i++) {
		free(arguments->list[i].name);
		value_deinit(&arguments->list[i].value);
	}
	free(arguments->list);
	*arguments = (struct arguments){ 0 };
}
