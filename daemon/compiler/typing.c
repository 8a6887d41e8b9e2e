// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Typing: what each register is, and in what type each operation computes.
 *
 * A register has the type of its first assignment in the text, but may be read
 * before it (in a loop, say). So the operations are gone through twice: first
 * only to find the registers' types, silently, a register not yet known counting
 * as an integer literal; then, with all types known, to set op->type and to
 * complain. A register that is assigned by a line with an error, or never, or was
 * complained of, is *unknown*: what is computed from it is unknown, too, and nobody
 * complains of what he does not know.
 *
 * op->type afterwards is the type computed in: of the operands of a COMPARE, of
 * the result of an ADD, of the element of a STORE. The emitter converts operands
 * to it and needs no rule of its own.
 */
#include <string.h>

#include "syntax.h"

struct typing {
	struct program *program;
	struct kernel *kernel;
	bool checking; /* the second pass */
};

/* What is known of an operand. */
struct typed {
	enum pxos_type type; /* NONE: takes any number's type */
	bool literal; /* an integer literal */
	bool big; /* one that is uint where nothing stands beside it: 7u, 3000000000 */
};

static struct typed operand_type(const struct typing *t, const struct operand *operand)
{
	struct typed typed = { PXOS_TYPE_NONE, false, false };

	switch (operand->kind) {
	case OPERAND_REGISTER:
		typed.type = kernel_register(t->kernel, operand->value)->type;
		break;
	case OPERAND_SCALAR:
		typed.type = kernel_scalar(t->kernel, operand->value)->type;
		if (typed.type == PXOS_TYPE_U8)
			typed.type = PXOS_TYPE_INT;
		break;
	case OPERAND_FLOAT:
		typed.type = PXOS_TYPE_FLOAT;
		break;
	case OPERAND_INT:
		typed.literal = true;
		typed.big = operand->literal == LITERAL_BIG || operand->literal == LITERAL_UNSIGNED;
		break;
	}
	return typed;
}

static const char *operand_name(const struct typing *t, const struct operand *operand)
{
	if (operand->kind == OPERAND_REGISTER)
		return kernel_register(t->kernel, operand->value)->name;
	if (operand->kind == OPERAND_SCALAR)
		return kernel_scalar(t->kernel, operand->value)->name;
	return "this number";
}

static enum pxos_type alone(const struct typing *t, const struct operand *a)
{
	struct typed ta = operand_type(t, a);

	if (ta.type != PXOS_TYPE_NONE)
		return ta.type;
	return ta.big ? PXOS_TYPE_UINT : PXOS_TYPE_INT;
}

static void complain(const struct typing *t, const struct op *op, const struct operand *operand,
		     enum rule rule, const char *hint, const char *want)
{
	if (!t->checking)
		return;
	diag_error(t->program->diag,
		   (struct place){ op->line, operand->column ? operand->column : op->column }, rule,
		   hint, "%s is %s; %s wants %s", operand_name(t, operand),
		   pxos_type_name(alone(t, operand)), op_infos[op->code].name, want);
}

/* The type two or three operands meet in: float, uint, int; bool only with bool. */
static enum pxos_type meet(const struct typing *t, const struct op *op, const struct operand *a,
			   const struct operand *b)
{
	struct typed ta = operand_type(t, a), tb = operand_type(t, b);

	if (ta.type == PXOS_TYPE_BOOL && tb.type == PXOS_TYPE_NONE && !tb.literal)
		return PXOS_TYPE_BOOL;
	if (tb.type == PXOS_TYPE_BOOL && ta.type == PXOS_TYPE_NONE && !ta.literal)
		return PXOS_TYPE_BOOL;
	if ((ta.type == PXOS_TYPE_BOOL) != (tb.type == PXOS_TYPE_BOOL)) {
		const struct operand *other = ta.type == PXOS_TYPE_BOOL ? b : a;

		complain(t, op, ta.type == PXOS_TYPE_BOOL ? a : b, RULE_OPERAND_TYPE,
			 "CAST one of them", "two of a kind");
		return operand_type(t, other).type;
	}
	if (ta.type == PXOS_TYPE_BOOL)
		return PXOS_TYPE_BOOL;
	if (ta.type == PXOS_TYPE_FLOAT || tb.type == PXOS_TYPE_FLOAT)
		return PXOS_TYPE_FLOAT;
	if (ta.type == PXOS_TYPE_UINT || tb.type == PXOS_TYPE_UINT)
		return PXOS_TYPE_UINT;
	if (ta.type == PXOS_TYPE_INT || tb.type == PXOS_TYPE_INT)
		return PXOS_TYPE_INT;
	return ta.big || tb.big ? PXOS_TYPE_UINT : PXOS_TYPE_INT;
}

static enum pxos_type number(const struct typing *t, const struct op *op,
			     const struct operand *operand, enum pxos_type type)
{
	if (type != PXOS_TYPE_BOOL)
		return type;
	complain(t, op, operand, RULE_OPERAND_TYPE, "CAST it to int, or use SELECT", "numbers");
	return PXOS_TYPE_INT;
}

static enum pxos_type integer(const struct typing *t, const struct op *op,
			      const struct operand *operand, enum pxos_type type)
{
	if (type != PXOS_TYPE_FLOAT)
		return type;
	complain(t, op, operand_type(t, operand).type == PXOS_TYPE_FLOAT ? operand : &op->b,
		 RULE_OPERAND_TYPE, "CAST it to int first", "integers");
	return PXOS_TYPE_INT;
}

static void want_bool(const struct typing *t, const struct op *op, const struct operand *operand)
{
	struct typed typed = operand_type(t, operand);

	if (typed.type == PXOS_TYPE_BOOL || (typed.type == PXOS_TYPE_NONE && !typed.literal))
		return;
	complain(t, op, operand, RULE_CONDITION_TYPE,
		 operand->kind == OPERAND_INT || operand->kind == OPERAND_FLOAT
			 ? "write a comparison, 1 == 1 for always"
			 : arena_format(t->program->arena, "compare it: %s != 0",
					operand_name(t, operand)),
		 "a bool");
}

/* What is shifted has its own type, and a literal the count's; else the count has no say. */
static enum pxos_type type_shift(const struct typing *t, struct op *op)
{
	enum pxos_type count = alone(t, &op->b), type = alone(t, &op->a);

	if (integer(t, op, &op->b, number(t, op, &op->b, count)) == count &&
	    op->a.kind == OPERAND_INT)
		type = meet(t, op, &op->a, &op->b);
	type = integer(t, op, &op->a, number(t, op, &op->a, type));
	op->type = (uint8_t)type;
	return type;
}

/* The types of a BINARY. Sets op->type; returns the result's. */
static enum pxos_type type_binary(const struct typing *t, struct op *op)
{
	enum pxos_type type;

	if (op->code == OP_SHL || op->code == OP_SHR)
		return type_shift(t, op);
	type = meet(t, op, &op->a, &op->b);
	if (op->code == OP_AND || op->code == OP_OR || op->code == OP_XOR)
		type = integer(t, op, &op->a, type);
	else
		type = number(t, op, &op->a, type);
	op->type = (uint8_t)type;
	return type;
}

static enum pxos_type type_unary(const struct typing *t, struct op *op)
{
	enum pxos_type type = alone(t, &op->a);

	switch (op->code) {
	case OP_SET:
		/* A literal takes the register's type, if there is one. */
		if (op->a.kind == OPERAND_INT && operand_type(t, &op->a).type == PXOS_TYPE_NONE) {
			enum pxos_type dest = kernel_register(t->kernel, op->dest)->type;

			if (dest == PXOS_TYPE_FLOAT || dest == PXOS_TYPE_UINT)
				type = dest;
		}
		break;
	case OP_NOT:
		type = integer(t, op, &op->a, type);
		break;
	case OP_NEG:
	case OP_ABS:
		type = number(t, op, &op->a, type);
		break;
	default:
		number(t, op, &op->a, type);
		type = PXOS_TYPE_FLOAT;
	}
	op->type = (uint8_t)type;
	return type;
}

/* The same for FMA: a literal goes by whichever operand is none. */
static enum pxos_type meet_three(const struct typing *t, const struct op *op)
{
	const struct operand *operands[3] = { &op->a, &op->b, &op->c };
	bool any_float = false, any_uint = false, any_int = false, any_big = false;

	for (int i = 0; i < 3; i++) {
		struct typed typed = operand_type(t, operands[i]);

		number(t, op, operands[i], alone(t, operands[i]));
		any_float |= typed.type == PXOS_TYPE_FLOAT;
		any_uint |= typed.type == PXOS_TYPE_UINT;
		any_int |= typed.type == PXOS_TYPE_INT;
		any_big |= typed.big;
	}
	if (any_float)
		return PXOS_TYPE_FLOAT;
	return any_uint || (any_big && !any_int) ? PXOS_TYPE_UINT : PXOS_TYPE_INT;
}

static enum pxos_type type_ternary(const struct typing *t, struct op *op)
{
	enum pxos_type type;

	if (op->code == OP_SELECT) {
		want_bool(t, op, &op->a);
		type = meet(t, op, &op->b, &op->c);
	} else {
		type = meet_three(t, op);
	}
	op->type = (uint8_t)type;
	return type;
}

/* The element's type of op->array. */
static enum pxos_type element_type(const struct typing *t, const struct op *op)
{
	if (op->array & ARRAY_SHARED)
		return kernel_shared(t->kernel, op->array)->type;
	return kernel_array(t->kernel, op->array)->type;
}

static void check_integer_term(const struct typing *t, const struct op *op, struct term *term)
{
	enum pxos_type type = operand_type(t, &term->operand).type;

	if (type != PXOS_TYPE_FLOAT && type != PXOS_TYPE_BOOL)
		return;
	if (t->checking)
		diag_error(t->program->diag, (struct place){ op->line, term->operand.column },
			   RULE_INDEX_TYPE, "CAST it to int first",
			   "%s is %s; an index is made of integers",
			   operand_name(t, &term->operand), pxos_type_name(type));
	term->type = PXOS_TYPE_INT;
}

/* A literal that only uint holds: still takes an int's or uint's type beside it. */
#define TYPE_BIG_LITERAL 0xff

static uint8_t meet_terms(uint8_t a, uint8_t b)
{
	if (a == PXOS_TYPE_UINT || b == PXOS_TYPE_UINT)
		return PXOS_TYPE_UINT;
	if (a == PXOS_TYPE_INT || b == PXOS_TYPE_INT)
		return PXOS_TYPE_INT;
	return a == TYPE_BIG_LITERAL || b == TYPE_BIG_LITERAL ? PXOS_TYPE_UINT : PXOS_TYPE_NONE;
}

/* The types along an index expression: postfix, so a stack of what is known. */
static void type_index(const struct typing *t, const struct op *op)
{
	uint8_t stack[TERM_STACK_MAX] = { 0 }; /* NONE: a literal that takes any type */
	uint32_t n = 0;

	for (uint32_t i = 0; i < op->n_terms; i++) {
		struct term *term = kernel_term(t->kernel, op->first_term + i);

		if (!term->sign) {
			struct typed typed = operand_type(t, &term->operand);

			term->type = (uint8_t)typed.type;
			check_integer_term(t, op, term);
			stack[n++] = typed.big ? TYPE_BIG_LITERAL : term->type;
		} else if (term->sign != 'n') {
			n--;
			stack[n - 1] = meet_terms(stack[n - 1], stack[n]);
		}
		term->type = meet_terms(stack[n - 1], PXOS_TYPE_NONE);
	}
}

static const char *store_hint(const struct typing *t, const struct op *op)
{
	const struct pxos_array *array;

	if (op->array & ARRAY_SHARED || !kernel_array(t->kernel, op->array)->implicit)
		return "CAST it to int first";
	array = kernel_array(t->kernel, op->array);
	return arena_format(
		t->program->arena,
		"output %.63s is %s by its first STORE, in line %u; CAST, or declare it",
		array->name, pxos_type_name(array->type), array->line);
}

static void type_store(const struct typing *t, struct op *op)
{
	enum pxos_type value = alone(t, &op->a), element = element_type(t, op);

	if (!element && value != PXOS_TYPE_BOOL) {
		/* An implicit output's first store says what it is. */
		struct pxos_array *array = kernel_array(t->kernel, op->array);

		if (t->checking)
			array->type = value;
		element = array->type;
	}
	op->type = (uint8_t)element;
	if (value == PXOS_TYPE_BOOL && operand_type(t, &op->a).type)
		complain(t, op, &op->a, RULE_STORE_TYPE, "SELECT 1 or 0, or CAST it to int",
			 "a number");
	else if (value == PXOS_TYPE_FLOAT && element && element != PXOS_TYPE_FLOAT)
		complain(t, op, &op->a, RULE_STORE_TYPE, store_hint(t, op),
			 "an integer for this array");
}

static enum pxos_type type_atomic(const struct typing *t, struct op *op)
{
	enum pxos_type element = element_type(t, op);
	const struct operand *values[2] = { &op->a, op->code == OP_ATOMIC_CAS ? &op->b : NULL };

	op->type = (uint8_t)element;
	if (t->checking &&
	    (element == PXOS_TYPE_U8 || (element == PXOS_TYPE_FLOAT && op->code != OP_ATOMIC_ADD)))
		diag_error(t->program->diag, (struct place){ op->line, op->array_column },
			   RULE_ATOMIC_TYPE,
			   "atomics work on int and uint arrays, ATOMIC_ADD also on float",
			   "%s does not work on %s arrays", op_infos[op->code].name,
			   pxos_type_name(element));
	for (int i = 0; i < 2 && values[i]; i++) {
		enum pxos_type type = operand_type(t, values[i]).type;

		if (type == PXOS_TYPE_BOOL ||
		    (type == PXOS_TYPE_FLOAT && element != PXOS_TYPE_FLOAT))
			complain(t, op, values[i], RULE_OPERAND_TYPE, "CAST it first",
				 "an integer for this array");
	}
	return element;
}

static bool is_unknown(const struct typing *t, const struct op *op)
{
	const struct operand *operands[3] = { &op->a, &op->b, &op->c };

	for (int i = 0; i < 3; i++)
		if (operands[i]->kind == OPERAND_REGISTER &&
		    kernel_register(t->kernel, operands[i]->value)->unknown)
			return true;
	return false;
}

/* Only a product alone in its kernel can say how long an undeclared C is. */
static void check_product(const struct typing *t, const struct op *op)
{
	if (t->checking && t->kernel->ops.n > 1 && !(op->array & ARRAY_SHARED) &&
	    kernel_array(t->kernel, op->array)->implicit)
		diag_error(t->program->diag, (struct place){ op->line, op->array_column },
			   RULE_MATMUL_FORM, "declare it with GPU_PARAM, as float[]",
			   "%s stands beside other operations, so nothing says how long %s is",
			   op_infos[op->code].name, kernel_array(t->kernel, op->array)->name);
}

/* The result's type, NONE if there is none; sets op->type. */
static enum pxos_type type_op(const struct typing *t, struct op *op)
{
	enum pxos_type type;

	switch (op_form(op)) {
	case FORM_ID:
		return op->type = PXOS_TYPE_INT;
	case FORM_LOAD:
		type_index(t, op);
		op->type = (uint8_t)element_type(t, op);
		return op->type == PXOS_TYPE_U8 ? PXOS_TYPE_INT : op->type;
	case FORM_STORE:
		type_index(t, op);
		type_store(t, op);
		return PXOS_TYPE_NONE;
	case FORM_UNARY:
		return type_unary(t, op);
	case FORM_BINARY:
		return type_binary(t, op);
	case FORM_TERNARY:
		return type_ternary(t, op);
	case FORM_CAST:
		op->type = (uint8_t)alone(t, &op->a);
		return op->variant == PXOS_TYPE_U8 ? PXOS_TYPE_INT : op->variant;
	case FORM_IF:
		if (op->variant == COMPARE_NONE) {
			want_bool(t, op, &op->a);
			op->type = PXOS_TYPE_BOOL;
			return PXOS_TYPE_NONE;
		}
		/* fallthrough */
	case FORM_COMPARE:
		type = meet(t, op, &op->a, &op->b);
		if (type == PXOS_TYPE_BOOL && op->variant != COMPARE_EQ &&
		    op->variant != COMPARE_NE)
			complain(t, op, &op->a, RULE_OPERAND_TYPE,
				 "bools are == or !=", "numbers to order");
		op->type = (uint8_t)type;
		return op->code == OP_IF ? PXOS_TYPE_NONE : PXOS_TYPE_BOOL;
	case FORM_LOOP:
		type = integer(t, op, &op->a, number(t, op, &op->a, alone(t, &op->a)));
		op->type = (uint8_t)type;
		return PXOS_TYPE_INT;
	case FORM_ATOMIC:
	case FORM_CAS:
		type_index(t, op);
		return type_atomic(t, op);
	case FORM_MATMUL:
		check_product(t, op);
		return PXOS_TYPE_NONE;
	case FORM_REDUCE:
		type = number(t, op, &op->a, alone(t, &op->a));
		return op->type = (uint8_t)type;
	default:
		return PXOS_TYPE_NONE;
	}
}

/* The result goes to a register: does it fit? */
static void check_dest(const struct typing *t, const struct op *op, enum pxos_type result)
{
	struct variable *dest = kernel_register(t->kernel, op->dest);
	const char *hint = "CAST it, or use another register";

	if (dest->type == result || dest->unknown)
		return;
	dest->unknown = true;
	if (kernel_op(t->kernel, dest->first_op) == op) {
		diag_error(t->program->diag, (struct place){ op->line, op->dest_column },
			   RULE_REGISTER_TYPE, "assign the operand above, too",
			   "%s would be %s, and %s by an operand that is assigned further down",
			   dest->name, pxos_type_name(dest->type), pxos_type_name(result));
		return;
	}
	if (kernel_op(t->kernel, dest->first_op)->code == OP_SET && dest->type == PXOS_TYPE_INT &&
	    result == PXOS_TYPE_FLOAT)
		hint = arena_format(t->program->arena, "start it as a float: SET 0.0 → %.63s",
				    dest->name);
	diag_error(t->program->diag, (struct place){ op->line, op->dest_column },
		   RULE_REGISTER_TYPE, hint, "%s is %s since line %u, but this gives %s",
		   dest->name, pxos_type_name(dest->type), dest->line, pxos_type_name(result));
}

static void unassigned(const struct typing *t, const struct variable *variable)
{
	struct kernel *kernel = t->kernel;
	size_t length = strlen(variable->name);
	struct nearest nearest;

	if (names_find(&t->program->names, kernel->space + 1, variable->name, length)) {
		diag_error(t->program->diag, variable->read, RULE_UNKNOWN_REGISTER,
			   "LOAD an element of it into a register first",
			   "'%s' is an array, no operand", variable->name);
		return;
	}
	nearest_init(&nearest, variable->name, length);
	for (uint32_t i = 0; i < kernel->scalars.n; i++)
		nearest_try(&nearest, kernel_scalar(kernel, i)->name);
	for (uint32_t i = 0; i < kernel->registers.n; i++)
		if (kernel_register(kernel, i)->n_assigned)
			nearest_try(&nearest, kernel_register(kernel, i)->name);
	diag_error(t->program->diag, variable->read, RULE_UNKNOWN_REGISTER,
		   "a register is made by being assigned to: SET 0 → name",
		   nearest.best ? "'%s' is never assigned; did you mean %s?"
				: "'%s' is never assigned",
		   variable->name, nearest.best);
}

static uint32_t first_store_column(const struct kernel *kernel, uint32_t array)
{
	for (uint32_t i = 0; i < kernel->ops.n; i++)
		if (kernel_op(kernel, i)->array == array && kernel_op(kernel, i)->array_column)
			return kernel_op(kernel, i)->array_column;
	return 1;
}

/* Implicit outputs are known by name to the whole program, like parameters. */
static void check_implicit(const struct typing *t, uint32_t index)
{
	const struct pxos_array *array = kernel_array(t->kernel, index);
	struct names *names = &t->program->names;
	size_t length = strlen(array->name);
	struct name *name = names_find(names, SPACE_ARGUMENTS, array->name, length);
	struct place place = { array->line, 1 };

	if (!name) {
		names_add(names, SPACE_ARGUMENTS, array->name, length, array->type | 0x100);
	} else if (name->value != (array->type | 0x100)) {
		place.column = first_store_column(t->kernel, index);
		diag_error(t->program->diag, place, RULE_PARAMETER_TYPE,
			   "arguments are bound by name, so a name has one type in a program",
			   "output %s has another type in another kernel", array->name);
	}
}

/* The first pass: what each register is. */
static void find_types(const struct typing *t)
{
	struct kernel *kernel = t->kernel;

	for (uint32_t i = 0; i < kernel->registers.n; i++)
		if (!kernel_register(kernel, i)->n_assigned)
			kernel_register(kernel, i)->unknown = true;
	for (uint32_t i = 0; i < kernel->ops.n; i++) {
		struct op *op = kernel_op(kernel, i);
		enum pxos_type result = is_unknown(t, op) ? PXOS_TYPE_NONE : type_op(t, op);
		struct variable *dest;

		if (op->dest == NONE)
			continue;
		dest = kernel_register(kernel, op->dest);
		if (dest->first_op == i) {
			dest->type = (uint8_t)result;
			dest->unknown = !result;
		}
	}
}

void kernel_type(struct program *program, struct kernel *kernel)
{
	struct typing t = { .program = program, .kernel = kernel };

	find_types(&t);
	t.checking = true;
	for (uint32_t i = 0; i < kernel->registers.n && !diag_full(program->diag); i++)
		if (!kernel_register(kernel, i)->n_assigned)
			unassigned(&t, kernel_register(kernel, i));
	for (uint32_t i = 0; i < kernel->ops.n && !diag_full(program->diag); i++) {
		struct op *op = kernel_op(kernel, i);
		enum pxos_type result = is_unknown(&t, op) ? PXOS_TYPE_NONE : type_op(&t, op);

		if (op->dest != NONE && result)
			check_dest(&t, op, result);
	}
	for (uint32_t i = 0; i < kernel->arrays.n && !diag_full(program->diag); i++)
		if (kernel_array(kernel, i)->implicit && kernel_array(kernel, i)->type)
			check_implicit(&t, i);
}
