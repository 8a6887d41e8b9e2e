// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * statement.c - one line of a kernel's code.
 *
 * The form of each operation stands in one table: how many operands, whether
 * an array stands before or after them, whether a result follows. What remains
 * is read by a function of its own. Nothing is known of types here.
 */
#include "parse.h"

#include <stdlib.h>
#include <string.h>

enum form {
	FORM_VALUE, /* NAME operands → r */
	FORM_LOAD, /* NAME array[index] → r */
	FORM_STORE, /* NAME operand → array[index] */
	FORM_ATOMIC, /* NAME array[index] operands [→ r] */
	FORM_CAST,
	FORM_COMPARE,
	FORM_REDUCE,
	FORM_MATMUL,
	FORM_IF,
	FORM_ELSE,
	FORM_LOOP,
	FORM_END,
	FORM_BARE,
};

struct operation {
	const char *name;
	enum form form;
	int n_operands;
};

static const struct operation operations[_REF_OP_N] = {
	[REF_OP_THREAD_ID] = { "THREAD_ID", FORM_VALUE, 0 },
	[REF_OP_BLOCK_ID] = { "BLOCK_ID", FORM_VALUE, 0 },
	[REF_OP_LOCAL_ID] = { "LOCAL_ID", FORM_VALUE, 0 },
	[REF_OP_BLOCK_SIZE] = { "BLOCK_SIZE", FORM_VALUE, 0 },
	[REF_OP_THREAD_COUNT] = { "THREAD_COUNT", FORM_VALUE, 0 },
	[REF_OP_LOAD] = { "LOAD", FORM_LOAD, 0 },
	[REF_OP_STORE] = { "STORE", FORM_STORE, 1 },
	[REF_OP_SET] = { "SET", FORM_VALUE, 1 },
	[REF_OP_ADD] = { "ADD", FORM_VALUE, 2 },
	[REF_OP_SUB] = { "SUB", FORM_VALUE, 2 },
	[REF_OP_MUL] = { "MUL", FORM_VALUE, 2 },
	[REF_OP_DIV] = { "DIV", FORM_VALUE, 2 },
	[REF_OP_MOD] = { "MOD", FORM_VALUE, 2 },
	[REF_OP_MIN] = { "MIN", FORM_VALUE, 2 },
	[REF_OP_MAX] = { "MAX", FORM_VALUE, 2 },
	[REF_OP_POW] = { "POW", FORM_VALUE, 2 },
	[REF_OP_NEG] = { "NEG", FORM_VALUE, 1 },
	[REF_OP_ABS] = { "ABS", FORM_VALUE, 1 },
	[REF_OP_SQRT] = { "SQRT", FORM_VALUE, 1 },
	[REF_OP_RSQRT] = { "RSQRT", FORM_VALUE, 1 },
	[REF_OP_EXP] = { "EXP", FORM_VALUE, 1 },
	[REF_OP_LOG] = { "LOG", FORM_VALUE, 1 },
	[REF_OP_SIN] = { "SIN", FORM_VALUE, 1 },
	[REF_OP_COS] = { "COS", FORM_VALUE, 1 },
	[REF_OP_TAN] = { "TAN", FORM_VALUE, 1 },
	[REF_OP_FLOOR] = { "FLOOR", FORM_VALUE, 1 },
	[REF_OP_CEIL] = { "CEIL", FORM_VALUE, 1 },
	[REF_OP_ROUND] = { "ROUND", FORM_VALUE, 1 },
	[REF_OP_FMA] = { "FMA", FORM_VALUE, 3 },
	[REF_OP_AND] = { "AND", FORM_VALUE, 2 },
	[REF_OP_OR] = { "OR", FORM_VALUE, 2 },
	[REF_OP_XOR] = { "XOR", FORM_VALUE, 2 },
	[REF_OP_SHL] = { "SHL", FORM_VALUE, 2 },
	[REF_OP_SHR] = { "SHR", FORM_VALUE, 2 },
	[REF_OP_NOT] = { "NOT", FORM_VALUE, 1 },
	[REF_OP_CAST] = { "CAST", FORM_CAST, 1 },
	[REF_OP_COMPARE] = { "COMPARE", FORM_COMPARE, 2 },
	[REF_OP_SELECT] = { "SELECT", FORM_VALUE, 3 },
	[REF_OP_IF] = { "IF", FORM_IF, 0 },
	[REF_OP_ELSE] = { "ELSE", FORM_ELSE, 0 },
	[REF_OP_ENDIF] = { "ENDIF", FORM_END, 0 },
	[REF_OP_LOOP] = { "LOOP", FORM_LOOP, 1 },
	[REF_OP_ENDLOOP] = { "ENDLOOP", FORM_END, 0 },
	[REF_OP_BREAK] = { "BREAK", FORM_BARE, 0 },
	[REF_OP_SYNC_THREADS] = { "SYNC_THREADS", FORM_BARE, 0 },
	[REF_OP_ATOMIC_ADD] = { "ATOMIC_ADD", FORM_ATOMIC, 1 },
	[REF_OP_ATOMIC_MIN] = { "ATOMIC_MIN", FORM_ATOMIC, 1 },
	[REF_OP_ATOMIC_MAX] = { "ATOMIC_MAX", FORM_ATOMIC, 1 },
	[REF_OP_ATOMIC_EXCH] = { "ATOMIC_EXCH", FORM_ATOMIC, 1 },
	[REF_OP_ATOMIC_CAS] = { "ATOMIC_CAS", FORM_ATOMIC, 2 },
	[REF_OP_BLOCK_REDUCE] = { "BLOCK_REDUCE", FORM_REDUCE, 1 },
	[REF_OP_PARALLEL_MATMUL] = { "PARALLEL_MATMUL", FORM_MATMUL, 0 },
};

/* ----------------------------------------------------- names and operands */

/* The register of that name, made where it is new. */
static int find_register(struct ref_kernel *kernel, const char *name)
{
	int i;

	for (i = 0; i < kernel->n_registers; i++)
		if (!strcmp(kernel->registers[i].name, name))
			return i;
	kernel->registers = realloc(kernel->registers,
				    (size_t)(kernel->n_registers + 1) * sizeof(*kernel->registers));
	kernel->registers[kernel->n_registers] = (struct ref_register){ .type = REF_NONE };
	ref_copy_name(kernel->registers[kernel->n_registers].name, name);
	return kernel->n_registers++;
}

static int find_scalar(const struct ref_kernel *kernel, const char *name)
{
	int i;

	for (i = 0; i < kernel->n_scalars; i++)
		if (!strcmp(kernel->scalars[i].name, name))
			return i;
	return REF_NO_INDEX;
}

static bool read_operand(struct ref_reader *reader, struct ref_operand *operand)
{
	bool is_negative = ref_take_symbol(reader, '-');
	const struct ref_token *token = ref_peek(reader);
	char name[REF_NAME_SIZE];

	*operand = (struct ref_operand){ .column = token->column };
	if (token->kind == REF_TOKEN_INTEGER) {
		operand->kind = REF_OPERAND_INTEGER;
		operand->integer = is_negative ? -(int64_t)token->integer : (int64_t)token->integer;
		operand->is_unsigned = token->is_unsigned;
		if (operand->integer < INT32_MIN || (is_negative && token->is_unsigned))
			return ref_reader_fail(reader, "an integer literal is out of range");
	} else if (token->kind == REF_TOKEN_FLOAT) {
		operand->kind = REF_OPERAND_FLOAT;
		operand->number = is_negative ? -token->number : token->number;
	} else if (is_negative || !ref_expect_name(reader, name, "a value is expected")) {
		return ref_reader_fail(reader, "a value is expected");
	} else {
		operand->index = find_scalar(reader->kernel, name);
		operand->kind = REF_OPERAND_SCALAR;
		if (operand->index == REF_NO_INDEX) {
			operand->kind = REF_OPERAND_REGISTER;
			operand->index = find_register(reader->kernel, name);
		}
		return true;
	}
	ref_take(reader);
	return true;
}

static bool read_result(struct ref_reader *reader, struct ref_statement *statement)
{
	char name[REF_NAME_SIZE];

	if (!ref_expect_symbol(reader, REF_SYMBOL_ARROW, "an arrow is expected") ||
	    !ref_expect_name(reader, name, "a register is expected"))
		return false;
	if (find_scalar(reader->kernel, name) != REF_NO_INDEX)
		return ref_reader_fail(reader, "a parameter cannot be assigned to");
	statement->result = find_register(reader->kernel, name);
	return true;
}

/* The array of that name. Unknown ones become implicit outputs: types.c refuses to load them. */
static bool read_array(struct ref_reader *reader, int *ret_array)
{
	struct ref_kernel *kernel = reader->kernel;
	char name[REF_NAME_SIZE];
	int i, n_global = 0;

	if (!ref_expect_name(reader, name, "an array is expected"))
		return false;
	for (i = 0; i < kernel->n_arrays; i++) {
		if (!strcmp(kernel->arrays[i].name, name)) {
			*ret_array = i;
			return true;
		}
		n_global += !kernel->arrays[i].is_shared;
	}
	if (n_global == PXOS_ARRAYS_MAX)
		return ref_reader_fail(reader, "too many arrays");
	kernel->arrays[i] = (struct ref_array){ .is_implicit = true };
	ref_copy_name(kernel->arrays[i].name, name);
	kernel->n_arrays++;
	*ret_array = i;
	return true;
}

/* ------------------------------------------------------------------- index */

static struct ref_expression *new_expression(struct ref_reader *reader, char op)
{
	struct ref_program *program = reader->parser->program;
	struct ref_expression *expression = calloc(1, sizeof(*expression));

	expression->op = op;
	expression->next = program->expressions;
	program->expressions = expression;
	return expression;
}

static struct ref_expression *read_sum(struct ref_reader *reader, int depth);

static struct ref_expression *read_factor(struct ref_reader *reader, int depth)
{
	struct ref_expression *inner;
	const struct ref_token *next;

	if (ref_take_symbol(reader, '(')) {
		if (depth == PXOS_PAREN_DEPTH_MAX) {
			ref_reader_fail(reader, "parentheses are nested too deeply");
			return NULL;
		}
		inner = read_sum(reader, depth + 1);
		if (!inner || !ref_expect_symbol(reader, ')', "')' is expected"))
			return NULL;
		return inner;
	}
	next = ref_peek(reader) + 1;
	if (ref_peek(reader)->kind == REF_TOKEN_SYMBOL && ref_peek(reader)->symbol == '-' &&
	    next->kind != REF_TOKEN_INTEGER) {
		struct ref_expression *minus = new_expression(reader, '~');

		ref_take(reader);
		minus->left = read_factor(reader, depth);
		return minus->left ? minus : NULL;
	}
	inner = new_expression(reader, 0);
	return read_operand(reader, &inner->operand) ? inner : NULL;
}

/* Both binary levels: @level 0 is + and -, 1 is * / %. */
static struct ref_expression *read_level(struct ref_reader *reader, int depth, int level)
{
	struct ref_expression *left, *both;
	char op;

	left = level ? read_factor(reader, depth) : read_level(reader, depth, 1);
	while (left) {
		const struct ref_token *token = ref_peek(reader);

		if (token->kind != REF_TOKEN_SYMBOL || token->symbol > 127 ||
		    !strchr(level ? "*/%" : "+-", token->symbol))
			return left;
		op = (char)token->symbol;
		ref_take(reader);
		both = new_expression(reader, op);
		both->left = left;
		both->right = level ? read_factor(reader, depth) : read_level(reader, depth, 1);
		left = both->right ? both : NULL;
	}
	return NULL;
}

static struct ref_expression *read_sum(struct ref_reader *reader, int depth)
{
	return read_level(reader, depth, 0);
}

static bool read_element(struct ref_reader *reader, struct ref_statement *statement)
{
	if (!read_array(reader, &statement->array) ||
	    !ref_expect_symbol(reader, '[', "'[' is expected"))
		return false;
	statement->index = read_sum(reader, 0);
	return statement->index && ref_expect_symbol(reader, ']', "']' is expected");
}

/* -------------------------------------------------------------- statements */

static bool read_operands(struct ref_reader *reader, struct ref_statement *statement, int n)
{
	while (n--)
		if (!read_operand(reader, &statement->operands[statement->n_operands++]))
			return false;
	return true;
}

static bool read_comparison(struct ref_reader *reader, struct ref_statement *statement)
{
	const struct ref_token *token;

	if (!read_operands(reader, statement, 1))
		return false;
	token = ref_take(reader);
	if (token->kind != REF_TOKEN_SYMBOL)
		return ref_reader_fail(reader, "a comparison is expected");
	switch (token->symbol) {
	case '<':
		statement->compare = REF_LT;
		break;
	case '>':
		statement->compare = REF_GT;
		break;
	case REF_SYMBOL_LE:
		statement->compare = REF_LE;
		break;
	case REF_SYMBOL_GE:
		statement->compare = REF_GE;
		break;
	case REF_SYMBOL_EQ:
		statement->compare = REF_EQ;
		break;
	case REF_SYMBOL_NE:
		statement->compare = REF_NE;
		break;
	default:
		return ref_reader_fail(reader, "a comparison is expected");
	}
	return read_operands(reader, statement, 1);
}

static bool read_cast(struct ref_reader *reader, struct ref_statement *statement)
{
	statement->cast = ref_type_named(ref_take(reader));
	if (statement->cast == REF_NONE)
		return ref_reader_fail(reader, "a type is expected");
	return read_operands(reader, statement, 1) && read_result(reader, statement);
}

static bool read_reduce(struct ref_reader *reader, struct ref_statement *statement)
{
	const struct ref_token *token = ref_take(reader);

	if (ref_token_is(token, "SUM"))
		statement->reduce = REF_OP_ADD;
	else if (ref_token_is(token, "MIN"))
		statement->reduce = REF_OP_MIN;
	else if (ref_token_is(token, "MAX"))
		statement->reduce = REF_OP_MAX;
	else
		return ref_reader_fail(reader, "SUM, MIN or MAX is expected");
	return read_operands(reader, statement, 1) && read_result(reader, statement);
}

static bool read_matmul(struct ref_reader *reader, struct ref_statement *statement)
{
	static const char *const words[] = { "ROWS", "COLS", "INNER" };
	int i;

	for (i = 0; i < 3; i++) {
		if (i == 2 && !ref_expect_symbol(reader, REF_SYMBOL_ARROW, "an arrow is expected"))
			return false;
		if (!read_array(reader, &statement->matrices[i]))
			return false;
	}
	for (i = 0; i < 3; i++) {
		if (!ref_token_is(ref_take(reader), words[i]))
			return ref_reader_fail(reader, "ROWS, COLS and INNER are expected");
		if (!read_operands(reader, statement, 1))
			return false;
	}
	return reader->n_open == 0 ||
	       ref_reader_fail(reader, "PARALLEL_MATMUL stands outside IF and LOOP");
}

static bool read_if(struct ref_reader *reader, struct ref_statement *statement)
{
	const struct ref_token *after;
	size_t start = reader->position;

	if (!read_operands(reader, statement, 1))
		return false;
	after = ref_peek(reader);
	if (after->kind != REF_TOKEN_SYMBOL || after->symbol != ':') {
		reader->position = start;
		statement->n_operands = 0;
		if (!read_comparison(reader, statement))
			return false;
	}
	return ref_expect_symbol(reader, ':', "':' is expected");
}

static bool open_block(struct ref_reader *reader, int statement)
{
	if (reader->n_open == PXOS_NESTING_MAX)
		return ref_reader_fail(reader, "IF and LOOP are nested too deeply");
	reader->open[reader->n_open++] = statement;
	return true;
}

/* Ties an ELSE, ENDIF, ENDLOOP or BREAK to what it belongs to. */
static bool tie_blocks(struct ref_reader *reader, int number)
{
	struct ref_statement *statements = reader->kernel->statements;
	struct ref_statement *statement = &statements[number];
	int opener = reader->n_open ? reader->open[reader->n_open - 1] : REF_NO_INDEX;
	enum ref_op op = opener == REF_NO_INDEX ? _REF_OP_N : statements[opener].op;

	switch (statement->op) {
	case REF_OP_IF:
	case REF_OP_LOOP:
		return open_block(reader, number);
	case REF_OP_ELSE:
		if (op != REF_OP_IF)
			return ref_reader_fail(reader, "ELSE without IF");
		statements[opener].other = number;
		reader->open[reader->n_open - 1] = number;
		return true;
	case REF_OP_ENDIF:
		if (op != REF_OP_IF && op != REF_OP_ELSE)
			return ref_reader_fail(reader, "ENDIF without IF");
		statements[opener].other = number;
		reader->n_open--;
		return true;
	case REF_OP_ENDLOOP:
		if (op != REF_OP_LOOP)
			return ref_reader_fail(reader, "ENDLOOP without LOOP");
		statements[opener].other = number;
		statement->other = opener;
		reader->n_open--;
		return true;
	case REF_OP_BREAK: {
		int i = reader->n_open;

		while (i && statements[reader->open[i - 1]].op != REF_OP_LOOP)
			i--;
		if (!i)
			return ref_reader_fail(reader, "BREAK outside LOOP");
		statement->other = reader->open[i - 1]; /* the LOOP; its ENDLOOP is not known yet */
		return true;
	}
	default:
		return true;
	}
}

static int append(struct ref_kernel *kernel, const struct ref_statement *statement)
{
	if ((kernel->n_statements & (kernel->n_statements - 1)) == 0) {
		size_t n = kernel->n_statements ? (size_t)kernel->n_statements * 2 : 1;

		kernel->statements = realloc(kernel->statements, n * sizeof(*kernel->statements));
	}
	kernel->statements[kernel->n_statements] = *statement;
	return kernel->n_statements++;
}

static bool read_form(struct ref_reader *reader, struct ref_statement *statement)
{
	const struct operation *operation = &operations[statement->op];
	int n = operation->n_operands;

	switch (operation->form) {
	case FORM_VALUE:
		return read_operands(reader, statement, n) && read_result(reader, statement);
	case FORM_LOAD:
		return read_element(reader, statement) && read_result(reader, statement);
	case FORM_STORE:
		return read_operands(reader, statement, n) &&
		       ref_expect_symbol(reader, REF_SYMBOL_ARROW, "an arrow is expected") &&
		       read_element(reader, statement);
	case FORM_ATOMIC:
		if (!read_element(reader, statement) || !read_operands(reader, statement, n))
			return false;
		return ref_peek(reader)->kind == REF_TOKEN_END || read_result(reader, statement);
	case FORM_CAST:
		return read_cast(reader, statement);
	case FORM_COMPARE:
		return read_comparison(reader, statement) && read_result(reader, statement);
	case FORM_REDUCE:
		return read_reduce(reader, statement);
	case FORM_MATMUL:
		return read_matmul(reader, statement);
	case FORM_IF:
		return read_if(reader, statement);
	case FORM_LOOP:
		return read_operands(reader, statement, n) && read_result(reader, statement) &&
		       ref_expect_symbol(reader, ':', "':' is expected");
	case FORM_ELSE:
		return ref_expect_symbol(reader, ':', "':' is expected");
	case FORM_END:
	case FORM_BARE:
		break;
	}
	return true;
}

bool ref_statement_read(struct ref_reader *reader)
{
	const struct ref_token *name = ref_take(reader);
	struct ref_statement statement = {
		.result = REF_NO_INDEX,
		.array = REF_NO_INDEX,
		.other = REF_NO_INDEX,
		.line = reader->line.number,
		.column = name->column,
	};
	int op;

	for (op = 0; op < _REF_OP_N; op++)
		if (ref_token_is(name, operations[op].name))
			break;
	if (op == _REF_OP_N)
		return ref_fail(reader->parser, reader->line.number, name->column,
				"not an operation");
	statement.op = (enum ref_op)op;
	if (!read_form(reader, &statement) || !ref_expect_end(reader))
		return false;
	return tie_blocks(reader, append(reader->kernel, &statement));
}

bool ref_statement_close_all(struct ref_reader *reader)
{
	struct ref_kernel *kernel = reader->kernel;
	int i;

	while (reader->n_open) {
		struct ref_statement end = { .op = REF_OP_ENDIF,
					     .result = REF_NO_INDEX,
					     .array = REF_NO_INDEX,
					     .other = REF_NO_INDEX,
					     .line = reader->line.number };

		if (kernel->statements[reader->open[reader->n_open - 1]].op == REF_OP_LOOP)
			return ref_reader_fail(reader, "ENDLOOP is expected");
		if (!tie_blocks(reader, append(kernel, &end)))
			return false;
	}
	for (i = 0; i < kernel->n_statements; i++)
		if (kernel->statements[i].op == REF_OP_BREAK)
			kernel->statements[i].other =
				kernel->statements[kernel->statements[i].other].other;
	return true;
}
