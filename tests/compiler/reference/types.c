// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * types.c - what type each register, implicit output and operation has.
 *
 * Two passes over a kernel, both in the order of the text. The first gives
 * each register the type of its first assignment; a register that is not
 * assigned yet counts as an integer literal there. The second, with all
 * registers known, works out the type each statement computes in and refuses
 * what does not fit.
 */
#include "program.h"

#include <string.h>

/* Pseudo types of integer literals, for the time of looking at operands. */
#define LITERAL_INT (REF_U8 + 1)
#define LITERAL_UINT (REF_U8 + 2)

struct checker {
	struct ref_parser *parser;
	struct ref_kernel *kernel;
	const struct ref_statement *statement;
};

static bool refuse(const struct checker *checker, const char *message)
{
	return ref_fail(checker->parser, checker->statement->line, checker->statement->column, "%s",
			message);
}

/* A register's, element's or scalar's type as a value: u8 is an int. */
static int value_type(enum ref_type type)
{
	return type == REF_U8 ? REF_INT : (int)type;
}

static int operand_type(const struct ref_kernel *kernel, const struct ref_operand *operand)
{
	switch (operand->kind) {
	case REF_OPERAND_REGISTER:
		if (kernel->registers[operand->index].type == REF_NONE)
			return LITERAL_INT;
		return (int)kernel->registers[operand->index].type;
	case REF_OPERAND_SCALAR:
		return value_type(kernel->scalars[operand->index].type);
	case REF_OPERAND_INTEGER:
		return operand->is_unsigned || operand->integer > INT32_MAX ? LITERAL_UINT
									    : LITERAL_INT;
	case REF_OPERAND_FLOAT:
		return REF_FLOAT;
	case REF_OPERAND_NONE:
		break;
	}
	return REF_NONE;
}

static bool is_literal(int type)
{
	return type == LITERAL_INT || type == LITERAL_UINT;
}

/* A type of its own: what a literal is when nothing stands beside it. */
static enum ref_type alone(int type)
{
	return type == LITERAL_INT    ? REF_INT
	       : type == LITERAL_UINT ? REF_UINT
				      : (enum ref_type)type;
}

/* The type two operands meet in; REF_NONE if they cannot. */
static int meet(int a, int b)
{
	if (a == REF_BOOL || b == REF_BOOL)
		return a == b ? REF_BOOL : REF_NONE;
	if (a == REF_FLOAT || b == REF_FLOAT)
		return REF_FLOAT;
	if (is_literal(a) && is_literal(b))
		return a == LITERAL_UINT || b == LITERAL_UINT ? LITERAL_UINT : LITERAL_INT;
	if (is_literal(a))
		return b;
	if (is_literal(b))
		return a;
	return a == REF_UINT || b == REF_UINT ? REF_UINT : REF_INT;
}

static enum ref_type meet_operands(const struct checker *checker, int first, int n)
{
	int type = operand_type(checker->kernel, &checker->statement->operands[first]);
	int i;

	for (i = first + 1; i < first + n && type != REF_NONE; i++)
		type = meet(type, operand_type(checker->kernel, &checker->statement->operands[i]));
	return alone(type);
}

/* ------------------------------------------------- the type of a statement */

static enum ref_type numbers_only(enum ref_type type)
{
	return type == REF_BOOL ? REF_NONE : type;
}

static enum ref_type integers_only(enum ref_type type)
{
	return type == REF_INT || type == REF_UINT ? type : REF_NONE;
}

static enum ref_type shift_type(const struct checker *checker)
{
	int left = operand_type(checker->kernel, &checker->statement->operands[0]);
	int right = operand_type(checker->kernel, &checker->statement->operands[1]);

	if (!integers_only(alone(right)))
		return REF_NONE;
	if (is_literal(left) && !is_literal(right))
		left = right;
	return integers_only(alone(left));
}

/*
 * What the operands are brought to, by what is known so far; REF_NONE if they
 * do not go together. For statements without a value: REF_INT, or whatever the
 * second pass looks at.
 */
static enum ref_type operation_type(const struct checker *checker)
{
	const struct ref_statement *statement = checker->statement;
	enum ref_type type;

	switch (statement->op) {
	case REF_OP_SET:
	case REF_OP_CAST:
	case REF_OP_STORE:
		return meet_operands(checker, 0, 1);
	case REF_OP_ADD:
	case REF_OP_SUB:
	case REF_OP_MUL:
	case REF_OP_DIV:
	case REF_OP_MOD:
	case REF_OP_MIN:
	case REF_OP_MAX:
	case REF_OP_POW:
		return numbers_only(meet_operands(checker, 0, 2));
	case REF_OP_NEG:
	case REF_OP_ABS:
	case REF_OP_BLOCK_REDUCE:
		return numbers_only(meet_operands(checker, 0, 1));
	case REF_OP_SQRT:
	case REF_OP_RSQRT:
	case REF_OP_EXP:
	case REF_OP_LOG:
	case REF_OP_SIN:
	case REF_OP_COS:
	case REF_OP_TAN:
	case REF_OP_FLOOR:
	case REF_OP_CEIL:
	case REF_OP_ROUND:
		return numbers_only(meet_operands(checker, 0, 1)) ? REF_FLOAT : REF_NONE;
	case REF_OP_FMA:
		return numbers_only(meet_operands(checker, 0, 3));
	case REF_OP_AND:
	case REF_OP_OR:
	case REF_OP_XOR:
		type = meet_operands(checker, 0, 2);
		return type == REF_BOOL ? type : integers_only(type);
	case REF_OP_NOT:
		type = meet_operands(checker, 0, 1);
		return type == REF_BOOL ? type : integers_only(type);
	case REF_OP_SHL:
	case REF_OP_SHR:
		return shift_type(checker);
	case REF_OP_COMPARE:
		return meet_operands(checker, 0, 2);
	case REF_OP_SELECT:
		return meet_operands(checker, 1, 2);
	case REF_OP_IF:
		return meet_operands(checker, 0, statement->n_operands);
	case REF_OP_LOOP:
		return integers_only(meet_operands(checker, 0, 1));
	case REF_OP_LOAD:
	case REF_OP_ATOMIC_ADD:
	case REF_OP_ATOMIC_MIN:
	case REF_OP_ATOMIC_MAX:
	case REF_OP_ATOMIC_EXCH:
	case REF_OP_ATOMIC_CAS:
		return (enum ref_type)value_type(checker->kernel->arrays[statement->array].type);
	default:
		return REF_INT;
	}
}

/* The type of the value assigned, given the operation's. */
static enum ref_type result_type(const struct ref_statement *statement, enum ref_type type)
{
	switch (statement->op) {
	case REF_OP_COMPARE:
		return REF_BOOL;
	case REF_OP_CAST:
		return (enum ref_type)value_type(statement->cast);
	case REF_OP_LOOP:
		return REF_INT;
	default:
		return type;
	}
}

/* ---------------------------------------------------------------- 1st pass */

static void first_pass(struct checker *checker)
{
	struct ref_kernel *kernel = checker->kernel;
	struct ref_register *result;
	int i;

	for (i = 0; i < kernel->n_statements; i++) {
		checker->statement = &kernel->statements[i];
		if (checker->statement->result == REF_NO_INDEX)
			continue;
		result = &kernel->registers[checker->statement->result];
		if (result->type == REF_NONE)
			result->type = result_type(checker->statement, operation_type(checker));
	}
	/* Implicit outputs, by what is stored first. Registers never depend on them. */
	for (i = 0; i < kernel->n_statements; i++) {
		struct ref_statement *statement = &kernel->statements[i];
		enum ref_type type;

		checker->statement = statement;
		type = operation_type(checker);
		if (statement->op == REF_OP_STORE &&
		    kernel->arrays[statement->array].type == REF_NONE)
			kernel->arrays[statement->array].type = type;
		if (statement->op == REF_OP_PARALLEL_MATMUL &&
		    kernel->arrays[statement->matrices[2]].type == REF_NONE)
			kernel->arrays[statement->matrices[2]].type = REF_FLOAT;
	}
}

/* ---------------------------------------------------------------- 2nd pass */

static bool check_index(const struct checker *checker, struct ref_expression *expression,
			int *ret_type)
{
	int left, right;

	if (!expression->op) {
		*ret_type = operand_type(checker->kernel, &expression->operand);
		expression->type = alone(*ret_type);
		return integers_only(expression->type) ||
		       refuse(checker, "an index is made of int and uint");
	}
	if (!check_index(checker, expression->left, &left))
		return false;
	right = left;
	if (expression->right && !check_index(checker, expression->right, &right))
		return false;
	expression->type = alone(meet(left, right));
	*ret_type = (int)expression->type;
	return true;
}

/* May a value of @type be stored in @array? */
static bool is_storable(int type, const struct ref_array *array)
{
	if (type == REF_BOOL || type == REF_NONE)
		return false;
	return type != REF_FLOAT || array->type == REF_FLOAT;
}

static bool check_atomic(const struct checker *checker)
{
	const struct ref_statement *statement = checker->statement;
	struct ref_array *array = &checker->kernel->arrays[statement->array];
	int i;

	if (array->is_implicit)
		return refuse(checker, "atomics on an array that is not declared");
	if (array->type == REF_U8)
		return refuse(checker, "atomics on a u8 array");
	if (array->type == REF_FLOAT && statement->op != REF_OP_ATOMIC_ADD)
		return refuse(checker, "floats have ATOMIC_ADD only");
	for (i = 0; i < statement->n_operands; i++)
		if (!is_storable(operand_type(checker->kernel, &statement->operands[i]), array))
			return refuse(checker, "the value does not fit the array");
	array->is_atomic = true;
	array->is_stored = true;
	array->is_loaded = true;
	return true;
}

static bool check_element(const struct checker *checker)
{
	const struct ref_statement *statement = checker->statement;
	struct ref_array *array = &checker->kernel->arrays[statement->array];
	int type;

	if (!check_index(checker, statement->index, &type))
		return false;
	if (statement->op == REF_OP_LOAD) {
		array->is_loaded = true;
		return !array->is_implicit ||
		       refuse(checker, "an array that is not declared is loaded");
	}
	if (statement->op != REF_OP_STORE)
		return check_atomic(checker);
	array->is_stored = true;
	type = operand_type(checker->kernel, &statement->operands[0]);
	return is_storable(type, array) || refuse(checker, "the value does not fit the array");
}

static bool check_matmul(const struct checker *checker)
{
	const struct ref_statement *statement = checker->statement;
	struct ref_kernel *kernel = checker->kernel;
	int i;

	for (i = 0; i < 3; i++) {
		const struct ref_operand *size = &statement->operands[i];
		struct ref_array *array = &kernel->arrays[statement->matrices[i]];

		if (array->type != REF_FLOAT || array->is_shared)
			return refuse(checker, "matrices are global float arrays");
		if (array->is_implicit && (i < 2 || !ref_kernel_is_matmul(kernel)))
			return refuse(checker, "a matrix is not declared");
		if (size->kind != REF_OPERAND_INTEGER &&
		    (size->kind != REF_OPERAND_SCALAR ||
		     kernel->scalars[size->index].type != REF_INT))
			return refuse(checker, "sizes are int parameters or literals");
	}
	kernel->arrays[statement->matrices[0]].is_loaded = true;
	kernel->arrays[statement->matrices[1]].is_loaded = true;
	kernel->arrays[statement->matrices[2]].is_stored = true;
	return true;
}

static bool check_condition(const struct checker *checker)
{
	const struct ref_statement *statement = checker->statement;
	const struct ref_operand *first = &statement->operands[0];

	switch (statement->op) {
	case REF_OP_SELECT:
		return operand_type(checker->kernel, first) == REF_BOOL ||
		       refuse(checker, "SELECT wants a bool");
	case REF_OP_IF:
		if (statement->n_operands == 1)
			return statement->type == REF_BOOL || refuse(checker, "IF wants a bool");
		/* fall through */
	case REF_OP_COMPARE:
		return statement->type != REF_BOOL || statement->compare == REF_EQ ||
		       statement->compare == REF_NE || refuse(checker, "bools have no order");
	default:
		return true;
	}
}

static bool check_statement(struct checker *checker, struct ref_statement *statement)
{
	struct ref_kernel *kernel = checker->kernel;
	struct ref_register *result;
	enum ref_type type;

	checker->statement = statement;
	statement->type = operation_type(checker);
	if (statement->type == REF_NONE)
		return refuse(checker, "the operands' types do not go together");
	if (!check_condition(checker))
		return false;
	if (statement->array != REF_NO_INDEX && !check_element(checker))
		return false;
	if (statement->op == REF_OP_PARALLEL_MATMUL && !check_matmul(checker))
		return false;
	if (statement->result == REF_NO_INDEX)
		return true;
	result = &kernel->registers[statement->result];
	type = result_type(statement, statement->type);
	/* SET 5 into a float or a uint. */
	if (statement->op == REF_OP_SET && statement->operands[0].kind == REF_OPERAND_INTEGER &&
	    (result->type == REF_FLOAT || result->type == REF_UINT))
		statement->type = type = result->type;
	return result->type == type || refuse(checker, "the register has another type");
}

bool ref_types_check(struct ref_parser *parser, struct ref_kernel *kernel)
{
	struct checker checker = { .parser = parser, .kernel = kernel };
	int i;

	first_pass(&checker);
	for (i = 0; i < kernel->n_statements; i++)
		if (!check_statement(&checker, &kernel->statements[i]))
			return false;
	for (i = 0; i < kernel->n_registers; i++)
		if (kernel->registers[i].type == REF_NONE)
			return ref_fail(parser, kernel->line, 1, "'%s' is never assigned",
					kernel->registers[i].name);
	for (i = 0; i < kernel->n_arrays; i++)
		if (kernel->arrays[i].is_implicit && ref_kernel_first_array(kernel) == REF_NO_INDEX)
			return ref_fail(parser, kernel->line, 1,
					"an implicit output needs an array parameter");
	return true;
}
