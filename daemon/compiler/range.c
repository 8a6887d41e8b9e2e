// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Ranges: how large an index can get.
 *
 * For each register an upper bound of its value taken as an unsigned number: of the
 * last assignment where that stands in the same stretch of straight code, else over
 * the whole kernel the greatest that any of its assignments can give, and 0, which it
 * holds before the first. It is what makes `AND k 255 → bin` enough to use bin in a
 * shared array of 256 without a comparison.
 *
 * The bounds start at 0 and only grow while the operations are gone through again
 * and again; one that still grows after PASSES_MAX rounds feeds itself (a counter,
 * say) and is given up, as are all others if that takes long. Nothing here looks
 * at memory or at sizes known only at launch.
 */
#include "syntax.h"

#define UNBOUNDED UINT32_MAX
#define PASSES_MAX 4
#define PASSES_TOTAL_MAX 12

static uint32_t operand_max(const struct kernel *kernel, const struct operand *operand)
{
	const struct variable *variable;

	switch (operand->kind) {
	case OPERAND_REGISTER:
		variable = kernel_register(kernel, operand->value);
		return variable->stretch == kernel->stretch ? variable->max_here : variable->max;
	case OPERAND_SCALAR:
		return kernel_scalar(kernel, operand->value)->type == PXOS_TYPE_U8 ? 255
										   : UNBOUNDED;
	case OPERAND_INT:
		return operand->value;
	default:
		return UNBOUNDED;
	}
}

static uint32_t saturate(uint64_t value)
{
	return value > UNBOUNDED ? UNBOUNDED : (uint32_t)value;
}

/* All ones up to the highest bit. */
static uint32_t ones(uint32_t value)
{
	return value ? UINT32_MAX >> __builtin_clz(value) : 0;
}

/* Of a op b, for operands up to @a and @b; @literal: b is just that. */
static uint32_t binary_max(enum op_code code, bool is_unsigned, uint32_t a, uint32_t b,
			   bool literal)
{
	/* An int may be negative, that is very large, and then divides as such. */
	bool plain = is_unsigned || a <= INT32_MAX;

	switch (code) {
	case OP_ADD:
		return saturate((uint64_t)a + b);
	case OP_MUL:
		return saturate((uint64_t)a * b);
	case OP_AND:
		return a < b ? a : b;
	case OP_OR:
	case OP_XOR:
		return ones(a | b);
	case OP_SHL:
		return literal ? saturate((uint64_t)a << (b & 31)) : UNBOUNDED;
	case OP_SHR:
		return plain ? a >> (literal ? b & 31 : 0) : UNBOUNDED;
	case OP_DIV:
		return plain && literal && b && b <= INT32_MAX ? a / b : UNBOUNDED;
	case OP_MOD:
		if (!plain || !literal || b > INT32_MAX)
			return UNBOUNDED;
		return !b ? 0 : a < b - 1 ? a : b - 1;
	case OP_MIN:
		if (is_unsigned || (a <= INT32_MAX && b <= INT32_MAX))
			return a < b ? a : b;
		return UNBOUNDED;
	case OP_MAX:
		return a > b ? a : b;
	default:
		return UNBOUNDED;
	}
}

static uint32_t op_max(const struct kernel *kernel, const struct op *op)
{
	uint32_t a = operand_max(kernel, &op->a), b = operand_max(kernel, &op->b);
	uint32_t c = operand_max(kernel, &op->c);

	if (op->type == PXOS_TYPE_FLOAT)
		return UNBOUNDED;
	switch (op_form(op)) {
	case FORM_ID:
		return op->code == OP_LOCAL_ID ? PXOS_BLOCK_THREADS_MAX - 1 : UNBOUNDED;
	case FORM_LOAD:
		return op->type == PXOS_TYPE_U8 ? 255 : UNBOUNDED;
	case FORM_UNARY:
		return op->code == OP_SET ? a : UNBOUNDED;
	case FORM_BINARY:
		return binary_max(op->code, op->type == PXOS_TYPE_UINT, a, b,
				  op->b.kind == OPERAND_INT);
	case FORM_TERNARY:
		if (op->code == OP_SELECT)
			return b > c ? b : c;
		return saturate((uint64_t)saturate((uint64_t)a * b) + c);
	case FORM_CAST:
		if (op->type == PXOS_TYPE_BOOL)
			return 1;
		return op->variant == PXOS_TYPE_U8 && a > 255 ? 255 : a;
	case FORM_LOOP:
		/* The counter never gets to the count. */
		if (op->type == PXOS_TYPE_INT && a > INT32_MAX)
			return op->a.kind == OPERAND_INT ? 0 : INT32_MAX;
		return a ? a - 1 : 0;
	default:
		return UNBOUNDED;
	}
}

/* The greatest value of an access's index, where the walk is now. */
static uint32_t index_max(const struct kernel *kernel, const struct op *op)
{
	uint32_t stack[TERM_STACK_MAX] = { 0 }, n = 0;

	for (uint32_t i = 0; i < op->n_terms; i++) {
		const struct term *term = kernel_term(kernel, op->first_term + i);
		const struct term *last = i ? term - 1 : term;
		enum op_code code = term->sign == '+'	? OP_ADD
				    : term->sign == '*' ? OP_MUL
				    : term->sign == '/' ? OP_DIV
				    : term->sign == '%' ? OP_MOD
							: OP_SUB;

		if (!term->sign) {
			stack[n++] = operand_max(kernel, &term->operand);
		} else if (term->sign == 'n') {
			stack[n - 1] = UNBOUNDED;
		} else {
			n--;
			stack[n - 1] = binary_max(code, term->type == PXOS_TYPE_UINT, stack[n - 1],
						  stack[n],
						  !last->sign && last->operand.kind == OPERAND_INT);
		}
	}
	return stack[0];
}

/* One walk over the kernel. Return: did any bound grow? */
static bool grow(struct kernel *kernel, bool give_up)
{
	bool grown = false;

	kernel->stretch++;
	for (uint32_t i = 0; i < kernel->ops.n; i++) {
		struct op *op = kernel_op(kernel, i);
		struct variable *variable;
		uint32_t max;

		if (op->code == OP_ELSE || op->code == OP_ENDIF || op->code == OP_ENDLOOP)
			kernel->stretch++;
		op->index_max = op->n_terms ? index_max(kernel, op) : 0;
		max = op->dest == NONE ? 0 : op_max(kernel, op);
		if (op->code == OP_LOOP)
			kernel->stretch++;
		if (op->dest == NONE)
			continue;
		variable = kernel_register(kernel, op->dest);
		variable->stretch = kernel->stretch;
		variable->max_here = max;
		if (max <= variable->max)
			continue;
		variable->max = give_up ? UNBOUNDED : max;
		grown = true;
	}
	return grown;
}

/* Sets each access's index_max. The last walk, in which nothing grew, is the one that
 * counts: all it said was said knowing every bound. */
void kernel_ranges(struct kernel *kernel)
{
	for (uint32_t pass = 0; pass < PASSES_TOTAL_MAX; pass++)
		if (!grow(kernel, pass >= PASSES_MAX))
			return;
	for (uint32_t i = 0; i < kernel->registers.n; i++)
		kernel_register(kernel, i)->max = UNBOUNDED;
	grow(kernel, true);
}
