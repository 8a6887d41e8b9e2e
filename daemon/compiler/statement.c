// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Statements: one line of thread code into one operation.
 *
 * IF, ELSE and LOOP stand in a stack of open constructs (bounded by
 * PXOS_NESTING_MAX) and are matched as they close. One mistake makes one
 * diagnostic, so what a wrong line was to do is done as far as one can tell: it
 * opens or closes its construct, and the register it was to assign is assigned, to
 * a value of unknown type. A construct that is closed while others are open inside
 * of it closes those, too.
 */
#include "statement.h"

#include "operand.h"

const struct op_info op_infos[_OP_N] = {
#define OP(id, text, shape, cost) [OP_##id] = { text, FORM_##shape, cost },
	COMPILER_OPS(OP)
#undef OP
};

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
	value = operand_register(line, token);
	if (!(value & NAME_REGISTER)) {
		line_error(line, token, RULE_ASSIGN_PARAMETER, "use another register",
			   "%s is a parameter and cannot be assigned to");
		return false;
	}
	op->dest = value & ~NAME_REGISTER;
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
	const char *hint = "CAST to int, uint, float, u8 or bool";
	const struct token *token = line->at;
	enum pxos_type type;
	bool pixel;

	if (!line_take_type(line, hint, &type, &pixel))
		return false;
	if (pixel)
		line_error(line, token, RULE_UNKNOWN_TYPE, hint, "%s is an array's type");
	op->variant = (uint8_t)type;
	return !pixel;
}

static bool take_reduce(struct line *line, struct op *op)
{
	static const char *const names[_REDUCE_N] = { "SUM", "MIN", "MAX" };

	for (uint32_t i = 0; i < _REDUCE_N; i++) {
		if (token_is(line->at, names[i])) {
			op->variant = (uint8_t)i;
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
	if (!operand_take(line, operand, "a size"))
		return false;
	if (operand->kind == OPERAND_INT && operand->literal != LITERAL_BIG &&
	    operand->literal != LITERAL_UNSIGNED)
		return true;
	if (operand->kind == OPERAND_SCALAR && !line->program->arena->failed &&
	    kernel_scalar(line->kernel, operand->value)->type == PXOS_TYPE_INT)
		return true;
	line_error(line, token, RULE_MATMUL_FORM, "sizes are int parameters or literals",
		   "%s is no size of a matrix");
	return false;
}

/* A float array in global memory; @output: the product, which may be an implicit output. */
static bool take_matrix(struct line *line, bool output, uint32_t *ret_array, uint32_t *ret_column)
{
	const struct token *token = line->at;
	struct pxos_array *array = NULL;

	*ret_array = operand_take_array(line, output, ret_column);
	if (*ret_array == NONE || line->program->arena->failed)
		return false;
	if (!(*ret_array & ARRAY_SHARED))
		array = kernel_array(line->kernel, *ret_array);
	if (array && array->implicit && !array->type)
		array->type = PXOS_TYPE_FLOAT;
	if (array && array->type == PXOS_TYPE_FLOAT)
		return true;
	line_error(line, token, RULE_MATMUL_FORM, "declare it as float[] with GPU_PARAM",
		   array ? "%s is no float array, and PARALLEL_MATMUL takes no other"
			 : "%s is shared, and PARALLEL_MATMUL takes arrays in global memory");
	return false;
}

static bool take_matmul(struct line *line, struct op *op)
{
	const struct token *at = line->at - 1;
	uint32_t column;

	if (line->n_open) {
		line_error(line, at, RULE_MATMUL_FORM, "put it in a kernel of its own",
			   "%s is the whole launch's and stands outside of IF and LOOP");
		return false;
	}
	return take_matrix(line, false, &op->matmul_a, &column) &&
	       take_matrix(line, false, &op->matmul_b, &column) && take_arrow(line) &&
	       take_matrix(line, true, &op->array, &op->array_column) &&
	       take_size(line, "ROWS", &op->a) && take_size(line, "COLS", &op->b) &&
	       take_size(line, "INNER", &op->c);
}

/* The @i-th of the open constructs. */
static struct op *open_at(const struct line *line, uint32_t i)
{
	return kernel_op(line->kernel, line->open[i]);
}

/*
 * The construct that ELSE (an IF), ENDIF (an IF or ELSE) or ENDLOOP at @at belongs to,
 * closing what was left open inside of it.
 * Return: its place in line->open, or NONE after an error.
 */
static uint32_t find_open(struct line *line, const struct token *at, bool loop)
{
	struct program *program = line->program;
	uint32_t i = line->n_open;

	while (i && !program->arena->failed && (open_at(line, i - 1)->code == OP_LOOP) != loop)
		i--;
	if (!i || program->arena->failed) {
		line_error(line, at, RULE_UNBALANCED, NULL,
			   loop ? "%s without a LOOP" : "%s without an IF");
		return NONE;
	}
	if (i < line->n_open) {
		const struct op *inner = open_at(line, line->n_open - 1);

		diag_error(program->diag, line_place(line, at), RULE_UNBALANCED, NULL,
			   "%s before the %s of line %u", token_text(line, at),
			   loop ? "ENDIF" : "ENDLOOP", inner->line);
	}
	while (line->n_open > i)
		open_at(line, --line->n_open)->match = line->kernel->ops.n;
	return i - 1;
}

static bool take_else(struct line *line, const struct token *at)
{
	uint32_t i;

	if (line->n_too_deep)
		return false;
	if (token_is(line->at, "IF")) {
		line_expected(line, "':' after ELSE",
			      "write ELSE: and in it an IF with an ENDIF of its own");
		return false;
	}
	i = find_open(line, at, false);
	if (i == NONE)
		return false;
	if (open_at(line, i)->code == OP_ELSE) {
		diag_error(line->program->diag, line_place(line, at), RULE_UNBALANCED, NULL,
			   "a second ELSE; the first is in line %u", open_at(line, i)->line);
		return false;
	}
	open_at(line, i)->match = line->kernel->ops.n;
	line->open[i] = line->kernel->ops.n;
	return true;
}

/* ENDIF and ENDLOOP */
static bool take_close(struct line *line, const struct token *at, struct op *op)
{
	uint32_t i;

	if (line->n_too_deep) {
		line->n_too_deep--;
		return false;
	}
	i = find_open(line, at, op->code == OP_ENDLOOP);
	if (i == NONE)
		return false;
	open_at(line, i)->match = line->kernel->ops.n;
	op->match = line->open[i];
	line->n_open = i;
	return true;
}

static bool take_break(struct line *line, const struct token *at, struct op *op)
{
	for (uint32_t i = line->n_open; i-- && !line->program->arena->failed;) {
		if (open_at(line, i)->code == OP_LOOP) {
			op->match = line->open[i];
			return true;
		}
	}
	line_error(line, at, RULE_UNBALANCED, NULL, "%s without a LOOP around it");
	return false;
}

static bool take_if(struct line *line, struct op *op)
{
	op->variant = COMPARE_NONE;
	if (!operand_take(line, &op->a, "a condition"))
		return false;
	if (!token_is_punct(line->at, ':') && line->at->kind != TOKEN_END &&
	    (!take_compare(line, op) || !operand_take(line, &op->b, "what to compare with")))
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
		return operand_take_element(line, op, false) && take_dest(line, op);
	case FORM_STORE:
		return operand_take(line, &op->a, "a value") && take_arrow(line) &&
		       operand_take_element(line, op, true);
	case FORM_UNARY:
		return operand_take(line, &op->a, "an operand") && take_dest(line, op);
	case FORM_BINARY:
		return operand_take(line, &op->a, "an operand") &&
		       operand_take(line, &op->b, "a second operand") && take_dest(line, op);
	case FORM_TERNARY:
		return operand_take(line, &op->a, "an operand") &&
		       operand_take(line, &op->b, "a second operand") &&
		       operand_take(line, &op->c, "a third operand") && take_dest(line, op);
	case FORM_CAST:
		return take_cast_type(line, op) && operand_take(line, &op->a, "an operand") &&
		       take_dest(line, op);
	case FORM_COMPARE:
		return operand_take(line, &op->a, "an operand") && take_compare(line, op) &&
		       operand_take(line, &op->b, "a second operand") && take_dest(line, op);
	case FORM_IF:
		return take_if(line, op);
	case FORM_ELSE:
		return take_else(line, at) && line_take_punct(line, ':', "ELSE");
	case FORM_ENDIF:
	case FORM_ENDLOOP:
		return take_close(line, at, op);
	case FORM_LOOP:
		return operand_take(line, &op->a, "a count") && take_dest(line, op) &&
		       line_take_punct(line, ':', "the counter");
	case FORM_BREAK:
		return take_break(line, at, op);
	case FORM_SYNC:
		return true;
	case FORM_ATOMIC:
		return operand_take_element(line, op, false) &&
		       operand_take(line, &op->a, "a value") &&
		       (line->at->kind == TOKEN_END || take_dest(line, op));
	case FORM_CAS:
		return operand_take_element(line, op, false) &&
		       operand_take(line, &op->a, "the value expected") &&
		       operand_take(line, &op->b, "the new value") && take_dest(line, op);
	case FORM_REDUCE:
		return take_reduce(line, op) && operand_take(line, &op->a, "a value") &&
		       take_dest(line, op);
	case FORM_MATMUL:
		return take_matmul(line, op);
	}
	return false;
}

static void assigned(struct line *line, const struct op *op)
{
	struct variable *variable;

	if (op->dest == NONE || line->program->arena->failed)
		return;
	variable = kernel_register(line->kernel, op->dest);
	if (!variable->n_assigned++) {
		variable->line = op->line;
		variable->first_op = line->kernel->ops.n;
	}
}

/* Enter the operation; an IF or LOOP is open from here on. */
static void push_op(struct line *line, struct op *op)
{
	struct kernel *kernel = line->kernel;
	uint32_t n_around = line->n_open;

	if (op->code == OP_IF || op->code == OP_LOOP) {
		if (line->n_open == PXOS_NESTING_MAX) {
			if (!line->n_too_deep++)
				diag_error(line->program->diag,
					   (struct place){ op->line, op->column }, RULE_TOO_DEEP,
					   "split the kernel",
					   "IF and LOOP are nested more than %u deep",
					   PXOS_NESTING_MAX);
			assigned(line, op);
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

void statement_salvage(struct line *line)
{
	const struct token *dest = NULL, *last = NULL;
	bool arrow = false;

	for (const struct token *token = line->first; token->kind != TOKEN_END; token++) {
		if (token->kind == TOKEN_ARROW) {
			arrow = true;
			dest = token[1].kind == TOKEN_NAME && !token_is_punct(token + 2, '[')
				       ? token + 1
				       : NULL;
		} else if (token->kind == TOKEN_NAME && token != line->first) {
			last = token;
		}
	}
	if (!arrow)
		dest = last;
	if (dest)
		operand_unknown_register(line, dest);
}

uint32_t statement_code(const struct token *token)
{
	uint32_t code = 0;

	while (code < _OP_N && !token_is(token, op_infos[code].name))
		code++;
	return code;
}

void statement_parse(struct line *line, uint32_t code)
{
	const struct token *at = line->at++;
	struct op op = { .code = (uint8_t)code,
			 .line = line->number,
			 .column = at->column,
			 .dest = NONE,
			 .match = NONE };
	uint32_t n_ops = line->kernel->ops.n;
	bool whole = take_form(line, at, &op);

	if (whole)
		line_take_end(line);
	if (whole && !line->bad) {
		push_op(line, &op);
		return;
	}
	statement_salvage(line);
	if (op.dest != NONE)
		operand_spoil(line, op.dest);
	/* What it opens is open, with a condition or count that nobody knows. */
	if (code == OP_IF || code == OP_LOOP ||
	    (code == OP_ELSE && line->n_open && line->open[line->n_open - 1] == n_ops))
		push_op(line, &(struct op){ .code = op.code,
					    .variant = COMPARE_NONE,
					    .line = op.line,
					    .column = op.column,
					    .dest = NONE,
					    .match = NONE });
}

const char *statement_end(const struct line *line)
{
	if (!line->n_open || line->program->arena->failed)
		return "GPU_END";
	return open_at(line, line->n_open - 1)->code == OP_LOOP ? "ENDLOOP" : "ENDIF";
}

void statement_finish(struct line *line)
{
	struct kernel *kernel = line->kernel;

	while (line->n_open && !line->program->arena->failed) {
		uint32_t start = line->open[--line->n_open];
		struct op *open = kernel_op(kernel, start);
		struct op end = { .code = OP_ENDIF,
				  .line = line->number,
				  .column = 1,
				  .dest = NONE,
				  .match = start };
		struct place place = { open->line, open->column };

		if (open->code == OP_LOOP) {
			diag_error(line->program->diag, place, RULE_UNBALANCED,
				   "write ENDLOOP where it ends",
				   "LOOP without ENDLOOP before GPU_END");
			end.code = OP_ENDLOOP;
		} else {
			diag_warning(line->program->diag, place, RULE_IF_CLOSED,
				     "write ENDIF where it ends", "%s closed at GPU_END",
				     op_infos[open->code].name);
		}
		open->match = kernel->ops.n;
		end.parent = line->n_open ? line->open[line->n_open - 1] : NONE;
		*(struct op *)vec_push(&kernel->ops) = end;
	}
}
