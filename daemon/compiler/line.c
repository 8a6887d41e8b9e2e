// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Lines: what declarations and statements are taken apart with.
 *
 * A taker either moves on over what it took, or reports what it expected and what
 * stands there instead, and moves nowhere; its caller then gives the line up.
 */
#include "line.h"

struct place line_place(const struct line *line, const struct token *token)
{
	return (struct place){ line->number, token->column };
}

const char *token_text(const struct line *line, const struct token *token)
{
	if (token->kind == TOKEN_END)
		return "the end of the line";
	return arena_format(line->program->arena, "'%.*s'",
			    token->length > 40 ? 40 : (int)token->length, token->start);
}

bool token_is_punct(const struct token *token, char punct)
{
	return token->kind == TOKEN_PUNCT && token->punct == punct;
}

void line_expected(struct line *line, const char *what, const char *hint)
{
	diag_error(line->program->diag, line_place(line, line->at), RULE_EXPECTED, hint,
		   "expected %s, found %s", what, token_text(line, line->at));
}

bool line_take_punct(struct line *line, char punct, const char *after)
{
	if (!token_is_punct(line->at, punct)) {
		line_expected(line,
			      arena_format(line->program->arena, "'%c' after %s", punct, after),
			      NULL);
		return false;
	}
	line->at++;
	return true;
}

bool line_take_end(struct line *line)
{
	if (line->at->kind == TOKEN_END)
		return true;
	line_error(line, line->at, RULE_TRAILING, "one statement a line",
		   "%s after the end of the statement");
	return false;
}

const struct token *line_take_name(struct line *line, const char *what)
{
	if (line->at->kind != TOKEN_NAME) {
		line_expected(line, what, NULL);
		return NULL;
	}
	return line->at++;
}

bool line_take_count(struct line *line, const char *what, uint32_t *ret_count)
{
	const struct token *token = line->at;

	if (token->kind != TOKEN_INT || token->value < 1 || token->value > INT32_MAX) {
		line_expected(line, what, "an integer from 1 to 2147483647");
		return false;
	}
	line->at++;
	*ret_count = token->value;
	return true;
}

bool line_take_type(struct line *line, const char *hint, enum pxos_type *ret_type, bool *ret_pixel)
{
	static const struct {
		const char *name;
		enum pxos_type type;
	} types[] = {
		{ "int", PXOS_TYPE_INT },   { "uint", PXOS_TYPE_UINT },
		{ "u32", PXOS_TYPE_UINT },  { "float", PXOS_TYPE_FLOAT },
		{ "u8", PXOS_TYPE_U8 },	    { "char", PXOS_TYPE_U8 },
		{ "bool", PXOS_TYPE_BOOL }, { "pixel", PXOS_TYPE_UINT },
	};
	const size_t n = sizeof(types) / sizeof(types[0]);
	const struct token *token = line_take_name(line, "a type");
	struct nearest nearest;

	if (!token)
		return false;
	nearest_init(&nearest, token->start, token->length);
	for (size_t i = 0; i < n; i++) {
		if (token_is(token, types[i].name)) {
			*ret_type = types[i].type;
			*ret_pixel = i == n - 1;
			return true;
		}
		nearest_try(&nearest, types[i].name);
	}
	diag_error(line->program->diag, line_place(line, token), RULE_UNKNOWN_TYPE, hint,
		   nearest.best ? "%s is not a type; did you mean %s?" : "%s is not a type",
		   token_text(line, token), nearest.best);
	return false;
}
