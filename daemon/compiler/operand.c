// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Operands: registers, parameters, literals, arrays and index expressions.
 *
 * Names are resolved here, types are not: a register's type may be known only
 * further down. A name that is read and never assigned is found by typing.c. An
 * array is complained of once, whatever its further uses.
 */
#include "operand.h"

uint32_t operand_register(struct line *line, const struct token *token)
{
	struct names *names = &line->program->names;
	struct kernel *kernel = line->kernel;
	struct variable *variable;
	struct name *name = names_find(names, kernel->space, token->start, token->length);

	if (name)
		return name->value;
	name = names_add(names, kernel->space, token->start, token->length,
			 NAME_REGISTER | kernel->registers.n);
	variable = vec_push(&kernel->registers);
	variable->name = name ? name->text : "";
	variable->first_op = NONE;
	return NAME_REGISTER | (kernel->registers.n - 1);
}

void operand_spoil(struct line *line, uint32_t index)
{
	struct variable *variable;

	if (line->program->arena->failed)
		return;
	variable = kernel_register(line->kernel, index);
	if (!variable->n_assigned++) {
		variable->line = line->number;
		variable->unknown = true;
	}
}

void operand_unknown_register(struct line *line, const struct token *token)
{
	uint32_t value = operand_register(line, token);

	if (value & NAME_REGISTER)
		operand_spoil(line, value & ~NAME_REGISTER);
}

uint32_t operand_arrays_max(const struct program *program)
{
	uint32_t max = program->target->arrays_max;

	return max > PXOS_ARRAYS_MAX ? PXOS_ARRAYS_MAX : max;
}

static bool take_literal(struct line *line, struct operand *operand)
{
	const struct token *token = line->at;
	bool negative = token_is_punct(token, '-');

	if (negative)
		token++;
	if (token->kind != TOKEN_FLOAT && token->kind != TOKEN_INT)
		return false;
	operand->column = line->at->column;
	operand->value = token->value;
	if (token->kind == TOKEN_FLOAT) {
		operand->kind = OPERAND_FLOAT;
		operand->value ^= negative ? 0x80000000u : 0;
	} else {
		operand->kind = OPERAND_INT;
		operand->literal = token->unsigned_suffix		   ? LITERAL_UNSIGNED
				   : negative && token->value		   ? LITERAL_NEGATIVE
				   : !negative && token->value > INT32_MAX ? LITERAL_BIG
									   : LITERAL_SMALL;
		if (negative && token->unsigned_suffix)
			line_error(line, token, RULE_NUMBER_RANGE, "a uint has no sign",
				   "%s cannot be negative");
		else if (negative && token->value > 0x80000000u)
			line_error(line, token, RULE_NUMBER_RANGE,
				   "the least integer is -2147483648", "%s cannot be negative");
		if (negative)
			operand->value = -token->value;
	}
	line->at = token + 1;
	return true;
}

bool operand_take(struct line *line, struct operand *operand, const char *what)
{
	const struct token *token = line->at;
	uint32_t value;

	if (take_literal(line, operand))
		return true;
	if (token->kind != TOKEN_NAME) {
		line_expected(line, what, "a register, a parameter or a number");
		return false;
	}
	if (token_is_punct(token + 1, '[')) {
		line_error(line, token, RULE_EXPECTED, "LOAD the element into a register first",
			   "%s is an array's element, no operand");
		return false;
	}
	line->at++;
	value = operand_register(line, token);
	operand->column = token->column;
	operand->value = value & ~NAME_REGISTER;
	operand->kind = value & NAME_REGISTER ? OPERAND_REGISTER : OPERAND_SCALAR;
	if (operand->kind == OPERAND_REGISTER && !line->program->arena->failed) {
		struct variable *variable = kernel_register(line->kernel, operand->value);

		if (!variable->read.line)
			variable->read = line_place(line, token);
	}
	return true;
}

static void unknown_array(struct line *line, const struct token *token)
{
	struct kernel *kernel = line->kernel;
	struct nearest nearest;
	struct name *other =
		names_find(&line->program->names, kernel->space, token->start, token->length);

	if (other) {
		line_error(line, token, RULE_UNKNOWN_ARRAY,
			   "an array is declared: GPU_PARAM name int[]",
			   other->value & NAME_REGISTER ? "%s is a register, no array"
							: "%s is one value, no array");
		return;
	}
	nearest_init(&nearest, token->start, token->length);
	for (uint32_t i = 0; i < kernel->arrays.n; i++)
		nearest_try(&nearest, kernel_array(kernel, i)->name);
	for (uint32_t i = 0; i < kernel->shared.n; i++)
		nearest_try(&nearest, kernel_shared(kernel, i)->name);
	diag_error(line->program->diag, line_place(line, token), RULE_UNKNOWN_ARRAY,
		   "only what is stored to may go undeclared; declare it with GPU_PARAM",
		   nearest.best ? "there is no array %s; did you mean %s?" : "there is no array %s",
		   token_text(line, token), nearest.best);
}

/* An undeclared array that is stored to. Return: its index, or ARRAY_UNKNOWN after an error. */
static uint32_t add_implicit(struct line *line, const struct token *token)
{
	struct kernel *kernel = line->kernel;
	struct pxos_array *array;
	uint32_t max = operand_arrays_max(line->program);

	if (kernel->first_array == NONE) {
		if (!kernel->spoilt)
			line_error(line, token, RULE_IMPLICIT_OUTPUT, "declare it with GPU_PARAM",
				   "output %s is as long as the first array parameter, but "
				   "there is none");
		return ARRAY_UNKNOWN;
	}
	if (kernel->arrays.n == max)
		diag_error(line->program->diag, line_place(line, token), RULE_TOO_MANY, NULL,
			   "a kernel has at most %u arrays on this GPU, outputs included", max);
	array = vec_push(&kernel->arrays);
	array->name = arena_string(line->program->arena, token->start, token->length);
	array->implicit = true;
	array->line = line->number;
	return kernel->arrays.n - 1;
}

uint32_t operand_take_array(struct line *line, bool may_make, uint32_t *ret_column)
{
	const struct token *token = line_take_name(line, "an array");
	struct program *program = line->program;
	uint32_t space = line->kernel->space + 1, array;
	struct name *name;

	if (!token)
		return NONE;
	*ret_column = token->column;
	name = names_find(&program->names, space, token->start, token->length);
	if (name) {
		array = name->value;
	} else if (may_make) {
		array = add_implicit(line, token);
		names_add(&program->names, space, token->start, token->length, array);
	} else {
		unknown_array(line, token);
		array = ARRAY_UNKNOWN;
		names_add(&program->names, space, token->start, token->length, array);
	}
	if (array == ARRAY_UNKNOWN || program->arena->failed)
		return NONE;
	if (!may_make && !(array & ARRAY_SHARED) && kernel_array(line->kernel, array)->implicit) {
		line_error(line, token, RULE_IMPLICIT_OUTPUT,
			   "declare it with GPU_PARAM to read it",
			   "%s is an output made by its first STORE and can only be stored to");
		return NONE;
	}
	return array;
}

static void push_term(struct line *line, char sign, const struct operand *operand)
{
	struct term *term = vec_push(&line->kernel->terms);

	term->sign = sign;
	if (operand)
		term->operand = *operand;
}

static bool take_sum(struct line *line, uint32_t depth);

static bool take_factor(struct line *line, uint32_t depth)
{
	struct operand operand = { 0 };

	if (depth > PXOS_PAREN_DEPTH_MAX) {
		line_error(line, line->at, RULE_TOO_DEEP, "compute parts of it in registers first",
			   "the index is nested too deep at %s");
		return false;
	}
	if (token_is_punct(line->at, '(')) {
		line->at++;
		return take_sum(line, depth + 1) && line_take_punct(line, ')', "the expression");
	}
	if (token_is_punct(line->at, '-') && line->at[1].kind != TOKEN_INT) {
		line->at++;
		if (!take_factor(line, depth + 1))
			return false;
		push_term(line, 'n', NULL);
		return true;
	}
	if (!operand_take(line, &operand, "a part of the index"))
		return false;
	push_term(line, 0, &operand);
	return true;
}

static bool take_product(struct line *line, uint32_t depth)
{
	if (!take_factor(line, depth))
		return false;
	while (token_is_punct(line->at, '*') || token_is_punct(line->at, '/') ||
	       token_is_punct(line->at, '%')) {
		char sign = line->at++->punct;

		if (!take_factor(line, depth))
			return false;
		push_term(line, sign, NULL);
	}
	return true;
}

static bool take_sum(struct line *line, uint32_t depth)
{
	if (!take_product(line, depth))
		return false;
	while (token_is_punct(line->at, '+') || token_is_punct(line->at, '-')) {
		char sign = line->at++->punct;

		if (!take_product(line, depth))
			return false;
		push_term(line, sign, NULL);
	}
	return true;
}

bool operand_take_element(struct line *line, struct op *op, bool may_make)
{
	op->array = operand_take_array(line, may_make, &op->array_column);
	if (op->array == NONE)
		return false;
	op->first_term = line->kernel->terms.n;
	if (!line_take_punct(line, '[', "the array") || !take_sum(line, 0) ||
	    !line_take_punct(line, ']', "the index"))
		return false;
	op->n_terms = line->kernel->terms.n - op->first_term;
	return true;
}
