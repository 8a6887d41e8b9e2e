// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Statements: one line of thread code into one operation.
 *
 * Names are resolved here, types are not: a register's type may be known only
 * further down. A name that is read and never assigned is found by typing.c.
 *
 * IF, ELSE and LOOP stand in a stack of open constructs (bounded by
 * PXOS_NESTING_MAX) and are matched as they close. A line that should have
 * opened one opens it even when the rest of the line is wrong, or each mistake
 * in an IF would also be a complaint about its ENDIF.
 */
#include "statement.h"

#include <string.h>

const struct op_info op_infos[_OP_N] = {
#define OP(id, text, shape, cost) [OP_##id] = { text, FORM_##shape, cost },
	COMPILER_OPS(OP)
#undef OP
};

static void error_at(struct line *line, const struct token *token, enum rule rule,
		     const char *hint, const char *message)
{
	diag_error(line->program->diag, line_place(line, token), rule, hint, message,
		   token_text(line, token));
}

static uint32_t find_register(struct line *line, const struct token *token)
{
	struct names *names = &line->program->names;
	struct kernel *kernel = line->kernel;
	struct variable *variable;
	struct name *name = names_find(names, kernel->space, token->start, token->length);

	if (name)
		return name->value;
	name = names_add(names, kernel->space, token->start, token->length,
			 PXOS_SCALARS_MAX + kernel->registers.n);
	variable = vec_push(&kernel->registers);
	variable->name = name ? name->text : "";
	variable->first_op = NONE;
	return name ? name->value : 0;
}

static bool take_literal(struct line *line, struct operand *operand)
{
	const struct token *token = line->at;
	bool negative = token->kind == TOKEN_PUNCT && token->punct == '-';

	if (negative)
		token++;
	operand->column = line->at->column;
	operand->value = token->value;
	if (token->kind == TOKEN_FLOAT) {
		operand->kind = OPERAND_FLOAT;
		operand->value ^= negative ? 0x80000000u : 0;
	} else if (token->kind == TOKEN_INT) {
		operand->kind = OPERAND_INT;
		operand->literal = token->unsigned_suffix	       ? LITERAL_UNSIGNED :
				   negative && token->value	       ? LITERAL_NEGATIVE :
				   !negative && token->value > INT32_MAX ? LITERAL_BIG :
									 LITERAL_SMALL;
		if (negative) {
			if (token->value > 0x80000000u || token->unsigned_suffix)
				error_at(line, token, RULE_NUMBER_RANGE,
					 "the least integer is -2147483648",
					 "-%s is out of range");
			operand->value = -token->value;
		}
	} else {
		return false;
	}
	line->at = token + 1;
	return true;
}

/* A register, a scalar parameter or a literal. */
static bool take_operand(struct line *line, struct operand *operand, const char *what)
{
	const struct token *token = line->at;
	uint32_t value;

	if (take_literal(line, operand))
		return true;
	if (token->kind != TOKEN_NAME) {
		line_expected(line, what, "a register, a parameter or a number");
		return false;
	}
	if (token[1].kind == TOKEN_PUNCT && token[1].punct == '[') {
		error_at(line, token, RULE_EXPECTED, "LOAD the element into a register first",
			 "%s is an array's element, no operand");
		return false;
	}
	line->at++;
	value = find_register(line, token);
	operand->column = token->column;
	if (value < PXOS_SCALARS_MAX) {
		operand->kind = OPERAND_SCALAR;
		operand->value = value;
		return true;
	}
	operand->kind = OPERAND_REGISTER;
	operand->value = value - PXOS_SCALARS_MAX;
	if (!line->program->arena->failed) {
		struct variable *variable = kernel_register(line->kernel, operand->value);

		if (!variable->read.line)
			variable->read = line_place(line, token);
	}
	return true;
}

static bool take_arrow(struct line *line)
{
	if (line->at->kind == TOKEN_ARROW) {
		line->at++;
		return true;
	}
	line_expected(line, "→", "write → or ->, then where the result goes");
	return false;
}

static bool take_dest(struct line *line, struct op *op)
{
	const struct token *token;
	uint32_t value;

	if (!take_arrow(line))
		return false;
	token = line_take_name(line, "the register for the result");
	if (!token)
		return false;
	op->dest_column = token->column;
	value = find_register(line, token);
	if (value < PXOS_SCALARS_MAX) {
		error_at(line, token, RULE_ASSIGN_PARAMETER, "use another register",
			 "%s is a parameter and cannot be assigned to");
		return false;
	}
	op->dest = value - PXOS_SCALARS_MAX;
	return true;
}

static uint32_t unknown_array(struct line *line, const struct token *token)
{
	struct kernel *kernel = line->kernel;
	struct nearest nearest;

	nearest_init(&nearest, token->start, token->length);
	for (uint32_t i = 0; i < kernel->arrays.n; i++)
		nearest_try(&nearest, kernel_array(kernel, i)->name);
	for (uint32_t i = 0; i < kernel->shared.n; i++)
		nearest_try(&nearest, kernel_shared(kernel, i)->name);
	diag_error(line->program->diag, line_place(line, token), RULE_UNKNOWN_ARRAY,
		   "only what is stored to may go undeclared; declare it with GPU_PARAM",
		   nearest.best ? "there is no array %s; did you mean %s?" :
				  "there is no array %s",
		   token_text(line, token), nearest.best);
	return NONE;
}

/* An undeclared array that is stored to. Return: its index, or NONE after an error. */
static uint32_t add_implicit(struct line *line, const struct token *token)
{
	struct kernel *kernel = line->kernel;
	struct pxos_array *array;
	uint32_t max = line->program->target->arrays_max;

	if (max > PXOS_ARRAYS_MAX)
		max = PXOS_ARRAYS_MAX;
	if (kernel->first_array == NONE) {
		error_at(line, token, RULE_IMPLICIT_OUTPUT, "declare it with GPU_PARAM",
			 "output %s is as long as the first array parameter, but there is none");
		return NONE;
	}
	if (kernel->arrays.n >= max) {
		diag_error(line->program->diag, line_place(line, token), RULE_TOO_MANY, NULL,
			   "a kernel has at most %u arrays on this GPU, outputs included", max);
		return NONE;
	}
	names_add(&line->program->names, kernel->space + 1, token->start, token->length,
		  kernel->arrays.n);
	array = vec_push(&kernel->arrays);
	array->name = arena_string(line->program->arena, token->start, token->length);
	array->implicit = true;
	array->line = line->number;
	return kernel->arrays.n - 1;
}

/* An array's name. @may_make: an unknown one is an implicit output. */
static uint32_t take_array(struct line *line, bool may_make, uint32_t *ret_column)
{
	const struct token *token = line_take_name(line, "an array");
	struct name *name;

	if (!token)
		return NONE;
	*ret_column = token->column;
	name = names_find(&line->program->names, line->kernel->space + 1, token->start,
			  token->length);
	if (!name)
		return may_make ? add_implicit(line, token) : unknown_array(line, token);
	if (!may_make && !(name->value & ARRAY_SHARED) && !line->program->arena->failed &&
	    kernel_array(line->kernel, name->value)->implicit) {
		error_at(line, token, RULE_IMPLICIT_OUTPUT, "declare it with GPU_PARAM to read it",
			 "%s is an output made by its first STORE and can only be stored to");
		return NONE;
	}
	return name->value;
}

static void push_term(struct line *line, char operator, const struct operand *operand)
{
	struct term *term = vec_push(&line->kernel->terms);

	term->operator = operator;
	if (operand)
		term->operand = *operand;
}

static bool at_punct(const struct line *line, char punct)
{
	return line->at->kind == TOKEN_PUNCT && line->at->punct == punct;
}

static bool take_sum(struct line *line, uint32_t depth);

static bool take_factor(struct line *line, uint32_t depth)
{
	struct operand operand = { 0 };

	if (depth > PXOS_PAREN_DEPTH_MAX) {
		error_at(line, line->at, RULE_TOO_DEEP, "compute parts of it in registers first",
			 "the index is nested too deep at %s");
		return false;
	}
	if (at_punct(line, '(')) {
		line->at++;
		return take_sum(line, depth + 1) && line_take_punct(line, ')', "the expression");
	}
	if (at_punct(line, '-') && line->at[1].kind != TOKEN_INT) {
		line->at++;
		if (!take_factor(line, depth + 1))
			return false;
		push_term(line, 'n', NULL);
		return true;
	}
	if (!take_operand(line, &operand, "a part of the index"))
		return false;
	push_term(line, 0, &operand);
	return true;
}

static bool take_product(struct line *line, uint32_t depth)
{
	if (!take_factor(line, depth))
		return false;
	while (at_punct(line, '*') || at_punct(line, '/') || at_punct(line, '%')) {
		char operator = line->at++->punct;

		if (!take_factor(line, depth))
			return false;
		push_term(line, operator, NULL);
	}
	return true;
}

static bool take_sum(struct line *line, uint32_t depth)
{
	if (!take_product(line, depth))
		return false;
	while (at_punct(line, '+') || at_punct(line, '-')) {
		char operator = line->at++->punct;

		if (!take_product(line, depth))
			return false;
		push_term(line, operator, NULL);
	}
	return true;
}

/* arr[index] */
static bool take_element(struct line *line, struct op *op, bool may_make)
{
	op->array = take_array(line, may_make, &op->array_column);
	if (op->array == NONE)
		return false;
	op->first_term = line->kernel->terms.n;
	if (!line_take_punct(line, '[', "the array") || !take_sum(line, 0) ||
	    !line_take_punct(line, ']', "the index"))
		return false;
	op->n_terms = line->kernel->terms.n - op->first_term;
	return true;
}

static bool take_compare(struct line *line, struct op *op)
{
	switch (line->at->kind) {
	case TOKEN_LT:
		op->variant = COMPARE_LT;
		break;
	case TOKEN_GT:
		op->variant = COMPARE_GT;
		break;
	case TOKEN_LE:
		op->variant = COMPARE_LE;
		break;
	case TOKEN_GE:
		op->variant = COMPARE_GE;
		break;
	case TOKEN_EQ:
		op->variant = COMPARE_EQ;
		break;
	case TOKEN_NE:
		op->variant = COMPARE_NE;
		break;
	default:
		line_expected(line, "a comparison", "one of < > <= >= == !=");
		return false;
	}
	line->at++;
	return true;
}

static bool take_cast_type(struct line *line, struct op *op)
{
	static const struct {
		const char *name;
		enum pxos_type type;
	} types[] = {
		{ "INT", PXOS_TYPE_INT }, { "UINT", PXOS_TYPE_UINT }, { "U32", PXOS_TYPE_UINT },
		{ "FLOAT", PXOS_TYPE_FLOAT }, { "U8", PXOS_TYPE_U8 }, { "CHAR", PXOS_TYPE_U8 },
		{ "BOOL", PXOS_TYPE_BOOL },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (token_is(line->at, types[i].name)) {
			op->variant = (uint8_t)types[i].type;
			line->at++;
			return true;
		}
	}
	error_at(line, line->at, RULE_UNKNOWN_TYPE, "CAST to int, uint, float, u8 or bool",
		 "%s is not a type");
	return false;
}

static bool take_reduce(struct line *line, struct op *op)
{
	static const char *const names[_REDUCE_N] = { "SUM", "MIN", "MAX" };

	for (uint8_t i = 0; i < _REDUCE_N; i++) {
		if (token_is(line->at, names[i])) {
			op->variant = i;
			line->at++;
			return true;
		}
	}
	line_expected(line, "SUM, MIN or MAX", NULL);
	return false;
}

/* A MATMUL size: a keyword, then an int parameter or a literal. */
static bool take_size(struct line *line, const char *keyword, struct operand *operand)
{
	const struct token *token = line->at;

	if (!token_is(token, keyword)) {
		line_expected(line, keyword, "PARALLEL_MATMUL A B → C ROWS m COLS n INNER k");
		return false;
	}
	token = ++line->at;
	if (!take_operand(line, operand, "a size"))
		return false;
	if (operand->kind == OPERAND_INT && operand->literal != LITERAL_BIG &&
	    operand->literal != LITERAL_UNSIGNED)
		return true;
	if (operand->kind == OPERAND_SCALAR && !line->program->arena->failed &&
	    kernel_scalar(line->kernel, operand->value)->type == PXOS_TYPE_INT)
		return true;
	error_at(line, token, RULE_MATMUL_FORM, "sizes are int parameters or literals",
		 "%s is no size of a matrix");
	return false;
}

static bool take_matmul(struct line *line, struct op *op)
{
	const struct token *at = line->at - 1;
	uint32_t column, arrays[3];

	arrays[0] = take_array(line, false, &column);
	arrays[1] = arrays[0] == NONE ? NONE : take_array(line, false, &column);
	if (arrays[1] == NONE || !take_arrow(line))
		return false;
	op->array_column = line->at->column;
	arrays[2] = take_array(line, true, &op->array_column);
	if (arrays[2] == NONE || !take_size(line, "ROWS", &op->a) ||
	    !take_size(line, "COLS", &op->b) || !take_size(line, "INNER", &op->c))
		return false;
	op->matmul_a = arrays[0];
	op->matmul_b = arrays[1];
	op->array = arrays[2];
	for (int i = 0; i < 3 && !line->program->arena->failed; i++) {
		struct pxos_array *array = NULL;

		if (!(arrays[i] & ARRAY_SHARED))
			array = kernel_array(line->kernel, arrays[i]);
		if (i == 2 && array && array->implicit && !array->type)
			array->type = PXOS_TYPE_FLOAT;
		if (!array || array->type != PXOS_TYPE_FLOAT) {
			error_at(line, at, RULE_MATMUL_FORM, "declare them as float[]",
				 "%s takes float arrays in global memory");
			return false;
		}
	}
	if (line->n_open) {
		error_at(line, at, RULE_MATMUL_FORM, "put it in a kernel of its own",
			 "%s is the whole launch's and stands outside of IF and LOOP");
		return false;
	}
	return true;
}

static struct op *innermost(struct line *line)
{
	if (!line->n_open || line->program->arena->failed)
		return NULL;
	return kernel_op(line->kernel, line->open[line->n_open - 1]);
}

static bool take_else(struct line *line, const struct token *at)
{
	struct op *open = innermost(line);

	if (!open || open->code != OP_IF) {
		error_at(line, at, RULE_UNBALANCED, "ELSE belongs to the IF around it",
			 "%s without an IF");
		return false;
	}
	open->match = line->kernel->ops.n;
	line->open[line->n_open - 1] = line->kernel->ops.n;
	return true;
}

/* ENDIF and ENDLOOP */
static bool take_close(struct line *line, const struct token *at, struct op *op)
{
	struct op *open = innermost(line);
	bool endif = op->code == OP_ENDIF;

	if (!open || (open->code == OP_LOOP) == endif) {
		diag_error(line->program->diag, line_place(line, at), RULE_UNBALANCED,
			   open ? arena_format(line->program->arena, "line %u's %s is open",
					       open->line, op_infos[open->code].name) :
				  NULL,
			   "%s without %s", token_text(line, at), endif ? "an IF" : "a LOOP");
		return false;
	}
	open->match = line->kernel->ops.n;
	op->match = line->open[--line->n_open];
	return true;
}

static bool take_break(struct line *line, const struct token *at, struct op *op)
{
	for (uint32_t i = line->n_open; i-- && !line->program->arena->failed;) {
		if (kernel_op(line->kernel, line->open[i])->code == OP_LOOP) {
			op->match = line->open[i];
			return true;
		}
	}
	error_at(line, at, RULE_UNBALANCED, NULL, "%s without a LOOP around it");
	return false;
}

static bool take_if(struct line *line, struct op *op)
{
	op->variant = COMPARE_NONE;
	if (!take_operand(line, &op->a, "a condition"))
		return false;
	if (!at_punct(line, ':') && line->at->kind != TOKEN_END &&
	    (!take_compare(line, op) || !take_operand(line, &op->b, "what to compare with")))
		return false;
	return line_take_punct(line, ':', "the condition");
}

/* What stands behind the operation's name. Return: false after an error. */
static bool take_form(struct line *line, const struct token *at, struct op *op)
{
	switch (op_form(op)) {
	case FORM_ID:
		return take_dest(line, op);
	case FORM_LOAD:
		return take_element(line, op, false) && take_dest(line, op);
	case FORM_STORE:
		return take_operand(line, &op->a, "a value") && take_arrow(line) &&
		       take_element(line, op, true);
	case FORM_UNARY:
		return take_operand(line, &op->a, "an operand") && take_dest(line, op);
	case FORM_BINARY:
		return take_operand(line, &op->a, "an operand") &&
		       take_operand(line, &op->b, "a second operand") && take_dest(line, op);
	case FORM_TERNARY:
		return take_operand(line, &op->a, "an operand") &&
		       take_operand(line, &op->b, "a second operand") &&
		       take_operand(line, &op->c, "a third operand") && take_dest(line, op);
	case FORM_CAST:
		return take_cast_type(line, op) && take_operand(line, &op->a, "an operand") &&
		       take_dest(line, op);
	case FORM_COMPARE:
		return take_operand(line, &op->a, "an operand") && take_compare(line, op) &&
		       take_operand(line, &op->b, "a second operand") && take_dest(line, op);
	case FORM_IF:
		return take_if(line, op);
	case FORM_ELSE:
		return take_else(line, at) && line_take_punct(line, ':', "ELSE");
	case FORM_ENDIF:
	case FORM_ENDLOOP:
		return take_close(line, at, op);
	case FORM_LOOP:
		return take_operand(line, &op->a, "a count") && take_dest(line, op) &&
		       line_take_punct(line, ':', "the counter");
	case FORM_BREAK:
		return take_break(line, at, op);
	case FORM_SYNC:
		return true;
	case FORM_ATOMIC:
		return take_element(line, op, false) && take_operand(line, &op->a, "a value") &&
		       (line->at->kind == TOKEN_END || take_dest(line, op));
	case FORM_CAS:
		return take_element(line, op, false) &&
		       take_operand(line, &op->a, "the value expected") &&
		       take_operand(line, &op->b, "the new value") && take_dest(line, op);
	case FORM_REDUCE:
		return take_reduce(line, op) && take_operand(line, &op->a, "a value") &&
		       take_dest(line, op);
	case FORM_MATMUL:
		return take_matmul(line, op);
	}
	return false;
}

static void unknown_operation(struct line *line)
{
	struct nearest nearest;

	nearest_init(&nearest, line->at->start, line->at->length);
	for (size_t i = 0; i < _OP_N; i++)
		nearest_try(&nearest, op_infos[i].name);
	diag_error(line->program->diag, line_place(line, line->at), RULE_UNKNOWN_OPERATION, NULL,
		   nearest.best ? "%s is not an operation; did you mean %s?" :
				  "%s is not an operation",
		   token_text(line, line->at), nearest.best);
}

static void assigned(struct line *line, const struct op *op)
{
	struct kernel *kernel = line->kernel;
	struct variable *variable;

	if (op->dest == NONE || line->program->arena->failed)
		return;
	variable = kernel_register(kernel, op->dest);
	if (!variable->n_assigned++) {
		variable->line = op->line;
		variable->first_op = kernel->ops.n;
	}
}

/* Enter the operation; an IF or LOOP is open from here on. */
static void push_op(struct line *line, struct op *op)
{
	struct kernel *kernel = line->kernel;
	uint32_t n_around = line->n_open;

	if (op->code == OP_IF || op->code == OP_LOOP) {
		if (line->n_open >= PXOS_NESTING_MAX) {
			diag_error(line->program->diag, (struct place){ op->line, op->column },
				   RULE_TOO_DEEP, "split the kernel",
				   "IF and LOOP are nested more than %u deep", PXOS_NESTING_MAX);
			return;
		}
		line->open[line->n_open++] = kernel->ops.n;
	} else if (op->code == OP_ELSE) {
		n_around--; /* the IF's own place is the ELSE's now */
	}
	op->parent = n_around ? line->open[n_around - 1] : NONE;
	assigned(line, op);
	*(struct op *)vec_push(&kernel->ops) = *op;
}

void statement_parse(struct line *line)
{
	const struct token *at = line->at;
	struct op op = { .line = line->number, .column = at->column, .dest = NONE, .match = NONE };
	bool whole;

	while (op.code < _OP_N && !token_is(at, op_infos[op.code].name))
		op.code++;
	if (op.code == _OP_N) {
		unknown_operation(line);
		return;
	}
	line->at++;
	whole = take_form(line, at, &op) && line_take_end(line);
	if (whole || op.code == OP_IF || op.code == OP_LOOP ||
	    (op.code == OP_ELSE && line->n_open &&
	     line->open[line->n_open - 1] == line->kernel->ops.n))
		push_op(line, &op);
	else
		assigned(line, &op); /* a register all the same: no complaints further down */
}

/* A line the scanner refused: it may have been to open a construct. */
void statement_skip(struct line *line)
{
	struct op op = { .code = OP_IF, .line = line->number, .dest = NONE, .match = NONE };

	if (!line->kernel || !line->kernel->coded)
		return;
	if (token_is(line->at, "LOOP"))
		op.code = OP_LOOP;
	else if (!token_is(line->at, "IF"))
		return;
	op.column = line->at->column;
	push_op(line, &op);
}

void statement_finish(struct line *line)
{
	struct kernel *kernel = line->kernel;

	while (line->n_open && !line->program->arena->failed) {
		struct op *open = kernel_op(kernel, line->open[--line->n_open]);
		struct op end = { .code = OP_ENDIF, .line = line->number, .column = 1,
				  .dest = NONE, .match = line->open[line->n_open] };
		struct place place = { open->line, open->column };

		if (open->code == OP_LOOP) {
			diag_error(line->program->diag, place, RULE_UNBALANCED,
				   "write ENDLOOP where it ends",
				   "LOOP without ENDLOOP before GPU_END");
			end.code = OP_ENDLOOP;
		} else {
			diag_warning(line->program->diag, place, RULE_IF_CLOSED,
				     "write ENDIF where it ends", "IF closed at GPU_END");
		}
		open->match = kernel->ops.n;
		end.parent = line->n_open ? line->open[line->n_open - 1] : NONE;
		*(struct op *)vec_push(&kernel->ops) = end;
	}
}
