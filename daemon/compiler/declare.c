// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Declarations: a kernel's parameters and shared arrays.
 *
 * A declaration that is wrong declares its name all the same, as something of which
 * nothing is known, so that the lines that use it have nothing to complain of. One
 * too many is declared like the others: it is told once, and nothing is emitted.
 */
#include "declare.h"

#include "operand.h"

/* Enter a name of the kernel's. Return: false if it is there already. */
static bool declare(struct line *line, const struct token *token, uint32_t space, uint32_t value)
{
	struct program *program = line->program;

	if (names_find(&program->names, space, token->start, token->length)) {
		diag_error(program->diag, line_place(line, token), RULE_DUPLICATE_NAME, NULL,
			   "%s is declared twice in kernel %s", token_text(line, token),
			   line->kernel->name);
		return false;
	}
	names_add(&program->names, space, token->start, token->length, value);
	return true;
}

/* Nobody knows what it was to be: an array or not, of any type. */
static void declare_unknown(struct line *line, const struct token *token)
{
	struct kernel *kernel = line->kernel;

	operand_unknown_register(line, token);
	if (!names_find(&line->program->names, kernel->space + 1, token->start, token->length))
		names_add(&line->program->names, kernel->space + 1, token->start, token->length,
			  ARRAY_UNKNOWN);
	kernel->spoilt = true;
}

/* A name has one type in all kernels: arguments are bound by name. */
static void check_argument(struct line *line, const struct token *token, uint32_t kind)
{
	struct names *names = &line->program->names;
	struct name *name = names_find(names, SPACE_ARGUMENTS, token->start, token->length);

	if (!name)
		names_add(names, SPACE_ARGUMENTS, token->start, token->length, kind);
	else if (name->value != kind)
		line_error(line, token, RULE_PARAMETER_TYPE,
			   "arguments are bound by name, so a name has one type in a program",
			   "%s has another type in an earlier kernel");
}

static void add_array_parameter(struct line *line, const struct token *name, enum pxos_type type)
{
	struct kernel *kernel = line->kernel;
	struct pxos_array *array;
	uint32_t max = operand_arrays_max(line->program);

	if (kernel->arrays.n == max)
		diag_error(line->program->diag, line_place(line, name), RULE_TOO_MANY, NULL,
			   "a kernel has at most %u arrays on this GPU", max);
	if (!declare(line, name, kernel->space + 1, kernel->arrays.n))
		return;
	check_argument(line, name, type | 0x100);
	if (kernel->first_array == NONE)
		kernel->first_array = kernel->arrays.n;
	array = vec_push(&kernel->arrays);
	array->name = arena_string(line->program->arena, name->start, name->length);
	array->type = type;
	array->line = line->number;
}

static void add_scalar_parameter(struct line *line, const struct token *name, enum pxos_type type)
{
	struct kernel *kernel = line->kernel;
	struct pxos_scalar *scalar;

	if (kernel->scalars.n == PXOS_SCALARS_MAX)
		diag_error(line->program->diag, line_place(line, name), RULE_TOO_MANY,
			   "pass them in an array", "a kernel has at most %u scalar parameters",
			   PXOS_SCALARS_MAX);
	if (!declare(line, name, kernel->space, kernel->scalars.n))
		return;
	check_argument(line, name, type);
	scalar = vec_push(&kernel->scalars);
	scalar->name = arena_string(line->program->arena, name->start, name->length);
	scalar->type = type;
	scalar->line = line->number;
}

/* type, type[] or type*: false after an error. */
static bool take_param_type(struct line *line, enum pxos_type *ret_type, bool *ret_array)
{
	const struct token *at = line->at;
	bool pixel;

	*ret_array = false;
	if (!line_take_type(line, "types are int, uint, float and u8, with [] for arrays", ret_type,
			    &pixel))
		return false;
	if (token_is_punct(line->at, '[')) {
		line->at++;
		if (!line_take_punct(line, ']', "'['"))
			return false;
		*ret_array = true;
	} else if (token_is_punct(line->at, '*')) {
		line->at++;
		*ret_array = true;
	}
	if (*ret_type != PXOS_TYPE_BOOL && (!pixel || *ret_array))
		return true;
	line_error(line, at, RULE_UNKNOWN_TYPE,
		   pixel ? "write pixel[], or uint" : "use an int that is 0 or 1",
		   "%s is no parameter's type");
	return false;
}

/* name type, name type[], name type* */
void declare_param(struct line *line)
{
	const struct token *name = line_take_name(line, "the parameter's name");
	enum pxos_type type;
	bool array;

	if (!name)
		return;
	if (!take_param_type(line, &type, &array)) {
		declare_unknown(line, name);
		return;
	}
	line_take_end(line);
	if (array)
		add_array_parameter(line, name, type);
	else
		add_scalar_parameter(line, name, type);
}

/* type size, or type[] size: false after an error. */
static bool take_shared_type(struct line *line, enum pxos_type *ret_type, uint32_t *ret_length)
{
	const struct token *at = line->at;
	bool pixel;

	if (!line_take_type(line, "types are int, uint, float and u8", ret_type, &pixel))
		return false;
	if (*ret_type == PXOS_TYPE_BOOL) {
		line_error(line, at, RULE_UNKNOWN_TYPE, "use int", "shared memory holds no %s");
		return false;
	}
	if (token_is_punct(line->at, '[') && token_is_punct(line->at + 1, ']'))
		line->at += 2;
	return line_take_count(line, "the shared array's size", ret_length);
}

/* name type size */
void declare_shared(struct line *line)
{
	struct kernel *kernel = line->kernel;
	const struct token *name = line_take_name(line, "the shared array's name");
	uint32_t length, max = line->program->target->shared_bytes_max;
	struct shared *shared;
	enum pxos_type type;

	if (!name)
		return;
	if (!take_shared_type(line, &type, &length)) {
		declare_unknown(line, name);
		return;
	}
	if (kernel->shared.n == PXOS_SHARED_ARRAYS_MAX)
		diag_error(line->program->diag, line_place(line, name), RULE_TOO_MANY, NULL,
			   "a kernel has at most %u shared arrays", PXOS_SHARED_ARRAYS_MAX);
	if (!declare(line, name, kernel->space + 1, kernel->shared.n | ARRAY_SHARED))
		return;
	/* An element takes four bytes, also a u8: neighbours cannot disturb each other. */
	if (length > (max - kernel->shared_bytes) / 4)
		diag_error(line->program->diag, line_place(line, line->at - 1), RULE_SHARED_SIZE,
			   "an element takes 4 bytes, whatever its type",
			   "shared memory of a block is at most %u bytes on this GPU, %u are left",
			   max, max - kernel->shared_bytes);
	else
		kernel->shared_bytes += length * 4;
	line_take_end(line);
	shared = vec_push(&kernel->shared);
	shared->name = arena_string(line->program->arena, name->start, name->length);
	shared->type = type;
	shared->length = length;
}
