// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Values: registers, operands and arithmetic.
 *
 * int and uint are one SPIR-V type, a 32-bit integer without sign: the operations
 * say what they take it for, and nothing needs a cast. A register that is only
 * used inside of one stretch of straight code is an id; one that lives across
 * branches is a Function variable, which every driver turns into ids by itself.
 *
 * Every operation of the language is defined for every operand, most of SPIR-V's
 * are not: what would be undefined (division by zero, conversion out of range,
 * logarithm of a negative number) is steered around with OpSelect, never with a
 * branch. Float results are NoContraction: nothing is fused or reassociated that
 * the program did not write so.
 */
#include "emit.h"

#include <math.h>
#include <string.h>

uint32_t emit_exact(struct emit *e, uint32_t id)
{
	DECORATE(&e->m, id, SpvDecorationNoContraction);
	return id;
}

uint32_t emit_type(struct emit *e, enum pxos_type type)
{
	if (type == PXOS_TYPE_FLOAT)
		return t_float(e);
	return type == PXOS_TYPE_BOOL ? t_bool(e) : t_uint(e);
}

/* A macro for the order of evaluation; see emit-helper.c. */
#define select_id(e, type, ...) VALUE(e, SpvOpSelect, type, __VA_ARGS__)

uint32_t emit_convert(struct emit *e, uint32_t value, enum pxos_type from, enum pxos_type to)
{
	if (to != PXOS_TYPE_FLOAT || from == PXOS_TYPE_FLOAT)
		return value;
	return VALUE(e, from == PXOS_TYPE_UINT ? SpvOpConvertUToF : SpvOpConvertSToF, t_float(e),
		     value);
}

/*
 * A constant of the program's. Mesa's llvmpipe folds float zeros as if -0, NaN and
 * infinities did not exist (0 * x is 0, 0 - x is -x), whatever the module says of
 * them; so there constants are made from a zero that it cannot see through.
 */
static uint32_t constant(struct emit *e, enum pxos_type type, uint32_t bits)
{
	if (!e->zero)
		return module_constant(&e->m, emit_type(e, type), bits);
	bits = VALUE(e, SpvOpBitwiseXor, t_uint(e), e->zero, c_uint(e, bits));
	return type == PXOS_TYPE_FLOAT ? VALUE(e, SpvOpBitcast, t_float(e), bits) : bits;
}

static uint32_t literal(struct emit *e, const struct operand *operand, enum pxos_type type)
{
	float value = (float)operand->value;
	uint32_t bits = operand->value;

	if (type == PXOS_TYPE_FLOAT && operand->kind == OPERAND_INT) {
		if (operand->literal == LITERAL_NEGATIVE)
			value = (float)(int32_t)operand->value;
		memcpy(&bits, &value, sizeof(bits));
	}
	return constant(e, type, bits);
}

/* What a register holds before anything is assigned to it. */
uint32_t emit_nothing(struct emit *e, enum pxos_type type)
{
	return type == PXOS_TYPE_BOOL ? module_id(&e->m, ID_FALSE) : constant(e, type, 0);
}

static uint32_t read_register(struct emit *e, uint32_t index, uint32_t copy)
{
	struct emit_register *r = &e->registers[index];
	enum pxos_type type = kernel_register(e->kernel, index)->type;

	if (r->values[copy] && (r->epoch == e->epoch || e->predicated))
		return r->values[copy];
	if (r->variable)
		r->values[copy] = VALUE(e, SpvOpLoad, emit_type(e, type), r->variable);
	else
		r->values[copy] = emit_nothing(e, type);
	r->epoch = e->epoch;
	return r->values[copy];
}

uint32_t emit_operand(struct emit *e, const struct operand *operand, enum pxos_type type,
		      uint32_t copy)
{
	enum pxos_type from;

	switch (operand->kind) {
	case OPERAND_REGISTER:
		from = kernel_register(e->kernel, operand->value)->type;
		return emit_convert(e, read_register(e, operand->value, copy), from, type);
	case OPERAND_SCALAR:
		from = kernel_scalar(e->kernel, operand->value)->type;
		return emit_convert(e, e->scalars[operand->value], from, type);
	default:
		return literal(e, operand, type);
	}
}

void emit_assign(struct emit *e, uint32_t index, uint32_t copy, uint32_t value)
{
	struct emit_register *r = &e->registers[index];

	if (e->predicated && e->n_open) {
		uint32_t type = emit_type(e, kernel_register(e->kernel, index)->type);

		value = select_id(e, type, e->predicates[copy], value,
				  read_register(e, index, copy));
	}
	r->values[copy] = value;
	r->epoch = e->epoch;
	if (r->variable)
		CODE(e, SpvOpStore, r->variable, value);
}

/* Division by a literal: what could go wrong is known now. */
static uint32_t divide_literal(struct emit *e, enum pxos_type type, uint32_t a, uint32_t divisor)
{
	if (!divisor)
		return c_uint(e, 0);
	if (type == PXOS_TYPE_UINT)
		return VALUE(e, SpvOpUDiv, t_uint(e), a, c_uint(e, divisor));
	if (divisor == UINT32_MAX)
		return VALUE(e, SpvOpSNegate, t_uint(e), a);
	return VALUE(e, SpvOpSDiv, t_uint(e), a, c_uint(e, divisor));
}

/**
 * emit_divide() - integer / or %.
 * @literal: the divisor, if it is one; else NULL.
 */
uint32_t emit_divide(struct emit *e, char sign, enum pxos_type type, uint32_t a, uint32_t b,
		     const uint32_t *literal_divisor)
{
	bool is_unsigned = type == PXOS_TYPE_UINT;
	uint32_t q, helper;

	if (!literal_divisor) {
		helper = emit_helper(e, sign == '/'   ? is_unsigned ? HELPER_UDIV : HELPER_SDIV
					: is_unsigned ? HELPER_UREM
						      : HELPER_SREM);
		return VALUE(e, SpvOpFunctionCall, t_uint(e), helper, a, b);
	}
	q = divide_literal(e, type, a, *literal_divisor);
	if (sign == '/')
		return q;
	if (!*literal_divisor)
		return q; /* MOD by 0 is 0, too */
	q = VALUE(e, SpvOpIMul, t_uint(e), q, c_uint(e, *literal_divisor));
	return VALUE(e, SpvOpISub, t_uint(e), a, q);
}

uint32_t emit_compare(struct emit *e, const struct op *op, uint32_t copy)
{
	static const SpvOp opcodes[COMPARE_NONE][4] = {
		/* int, uint, float, bool */
		{ SpvOpSLessThan, SpvOpULessThan, SpvOpFOrdLessThan, SpvOpNop },
		{ SpvOpSGreaterThan, SpvOpUGreaterThan, SpvOpFOrdGreaterThan, SpvOpNop },
		{ SpvOpSLessThanEqual, SpvOpULessThanEqual, SpvOpFOrdLessThanEqual, SpvOpNop },
		{ SpvOpSGreaterThanEqual, SpvOpUGreaterThanEqual, SpvOpFOrdGreaterThanEqual,
		  SpvOpNop },
		{ SpvOpIEqual, SpvOpIEqual, SpvOpFOrdEqual, SpvOpLogicalEqual },
		{ SpvOpINotEqual, SpvOpINotEqual, SpvOpFUnordNotEqual, SpvOpLogicalNotEqual },
	};
	uint32_t kind = op->type == PXOS_TYPE_BOOL    ? 3
			: op->type == PXOS_TYPE_FLOAT ? 2
			: op->type == PXOS_TYPE_UINT  ? 1
						      : 0;
	uint32_t a = emit_operand(e, &op->a, op->type, copy);
	uint32_t b = emit_operand(e, &op->b, op->type, copy);

	return VALUE(e, opcodes[op->variant][kind], t_bool(e), a, b);
}

static uint32_t emit_cast(struct emit *e, const struct op *op, uint32_t copy)
{
	enum pxos_type from = op->type, to = op->variant;
	uint32_t a = emit_operand(e, &op->a, from, copy);

	if (from == PXOS_TYPE_BOOL) {
		if (to == PXOS_TYPE_BOOL)
			return a;
		if (to == PXOS_TYPE_FLOAT)
			return select_id(e, t_float(e), a, c_float(e, 1), c_float(e, 0));
		return select_id(e, t_uint(e), a, c_uint(e, 1), c_uint(e, 0));
	}
	if (to == PXOS_TYPE_BOOL && from == PXOS_TYPE_FLOAT)
		return VALUE(e, SpvOpFUnordNotEqual, t_bool(e), a, c_float(e, 0));
	if (to == PXOS_TYPE_BOOL)
		return VALUE(e, SpvOpINotEqual, t_bool(e), a, c_uint(e, 0));
	if (to == PXOS_TYPE_FLOAT)
		return emit_convert(e, a, from, to);
	if (from == PXOS_TYPE_FLOAT) {
		uint32_t helper = emit_helper(e, to == PXOS_TYPE_UINT ? HELPER_FLOAT_TO_UINT
								      : HELPER_FLOAT_TO_INT);

		a = VALUE(e, SpvOpFunctionCall, t_uint(e), helper, a);
		if (to != PXOS_TYPE_U8)
			return a;
		a = GLSL(e, t_uint(e), GLSLstd450SMin, a, c_uint(e, 255));
		return GLSL(e, t_uint(e), GLSLstd450SMax, a, c_uint(e, 0));
	}
	if (to == PXOS_TYPE_U8)
		return VALUE(e, SpvOpBitwiseAnd, t_uint(e), a, c_uint(e, 255));
	return a;
}

/* What stands for the operation where the argument is one it is undefined for. */
static uint32_t emit_guarded(struct emit *e, enum op_code code, uint32_t a)
{
	uint32_t zero = c_float(e, 0), nan = module_constant(&e->m, t_float(e), 0x7fc00000);
	uint32_t positive, is_zero, r;

	if (code == OP_SQRT) {
		r = GLSL(e, t_float(e), GLSLstd450Sqrt, a);
		return select_id(e, t_float(e), VALUE(e, SpvOpFOrdLessThan, t_bool(e), a, zero),
				 nan, r);
	}
	positive = VALUE(e, SpvOpFOrdGreaterThan, t_bool(e), a, zero);
	r = select_id(e, t_float(e), positive, a, c_float(e, 1));
	r = GLSL(e, t_float(e), code == OP_LOG ? GLSLstd450Log : GLSLstd450InverseSqrt, r);
	is_zero = VALUE(e, SpvOpFOrdEqual, t_bool(e), a, zero);
	zero = select_id(e, t_float(e), is_zero, c_float(e, code == OP_LOG ? -INFINITY : INFINITY),
			 nan);
	return select_id(e, t_float(e), positive, r, zero);
}

static uint32_t emit_unary(struct emit *e, const struct op *op, uint32_t copy)
{
	enum pxos_type type = op->type;
	uint32_t a = emit_operand(e, &op->a, type, copy);
	uint32_t helper;

	switch (op->code) {
	case OP_SET:
		return a;
	case OP_NEG:
		return VALUE(e, type == PXOS_TYPE_FLOAT ? SpvOpFNegate : SpvOpSNegate,
			     emit_type(e, type), a);
	case OP_ABS:
		if (type == PXOS_TYPE_UINT)
			return a;
		return GLSL(e, emit_type(e, type),
			    type == PXOS_TYPE_FLOAT ? GLSLstd450FAbs : GLSLstd450SAbs, a);
	case OP_NOT:
		return VALUE(e, type == PXOS_TYPE_BOOL ? SpvOpLogicalNot : SpvOpNot,
			     emit_type(e, type), a);
	case OP_SQRT:
	case OP_RSQRT:
	case OP_LOG:
		return emit_guarded(e, op->code, a);
	case OP_EXP:
		return GLSL(e, t_float(e), GLSLstd450Exp, a);
	case OP_SIN:
		return GLSL(e, t_float(e), GLSLstd450Sin, a);
	case OP_COS:
		return GLSL(e, t_float(e), GLSLstd450Cos, a);
	case OP_TAN:
		return GLSL(e, t_float(e), GLSLstd450Tan, a);
	case OP_FLOOR:
		return GLSL(e, t_float(e), GLSLstd450Floor, a);
	case OP_CEIL:
		return GLSL(e, t_float(e), GLSLstd450Ceil, a);
	default: /* OP_ROUND */
		helper = emit_helper(e, HELPER_ROUND);
		return VALUE(e, SpvOpFunctionCall, t_float(e), helper, a);
	}
}

/* ADD SUB MUL AND OR XOR and the like: an opcode a type. */
static uint32_t emit_plain_binary(struct emit *e, const struct op *op, uint32_t a, uint32_t b)
{
	enum pxos_type type = op->type;
	bool is_float = type == PXOS_TYPE_FLOAT, is_bool = type == PXOS_TYPE_BOOL;
	uint32_t id = emit_type(e, type);

	switch (op->code) {
	case OP_ADD:
		return VALUE(e, is_float ? SpvOpFAdd : SpvOpIAdd, id, a, b);
	case OP_SUB:
		return VALUE(e, is_float ? SpvOpFSub : SpvOpISub, id, a, b);
	case OP_MUL:
		return VALUE(e, is_float ? SpvOpFMul : SpvOpIMul, id, a, b);
	case OP_AND:
		return VALUE(e, is_bool ? SpvOpLogicalAnd : SpvOpBitwiseAnd, id, a, b);
	case OP_OR:
		return VALUE(e, is_bool ? SpvOpLogicalOr : SpvOpBitwiseOr, id, a, b);
	case OP_XOR:
		return VALUE(e, is_bool ? SpvOpLogicalNotEqual : SpvOpBitwiseXor, id, a, b);
	case OP_MIN:
		return GLSL(e, id,
			    is_float		     ? GLSLstd450NMin
			    : type == PXOS_TYPE_UINT ? GLSLstd450UMin
						     : GLSLstd450SMin,
			    a, b);
	default: /* OP_MAX */
		return GLSL(e, id,
			    is_float		     ? GLSLstd450NMax
			    : type == PXOS_TYPE_UINT ? GLSLstd450UMax
						     : GLSLstd450SMax,
			    a, b);
	}
}

static uint32_t emit_shift(struct emit *e, const struct op *op, uint32_t a, uint32_t b)
{
	SpvOp opcode = op->code == OP_SHL	    ? SpvOpShiftLeftLogical
		       : op->type == PXOS_TYPE_UINT ? SpvOpShiftRightLogical
						    : SpvOpShiftRightArithmetic;

	if (op->b.kind == OPERAND_INT)
		b = c_uint(e, op->b.value & 31);
	else
		b = VALUE(e, SpvOpBitwiseAnd, t_uint(e), b, c_uint(e, 31));
	return VALUE(e, opcode, t_uint(e), a, b);
}

static uint32_t emit_binary(struct emit *e, const struct op *op, uint32_t copy)
{
	enum pxos_type type = op->type;
	uint32_t a = emit_operand(e, &op->a, type, copy);
	uint32_t b = emit_operand(e, &op->b, type, copy);
	const uint32_t *divisor = op->b.kind == OPERAND_INT ? &op->b.value : NULL;
	enum helper helper;

	switch (op->code) {
	case OP_SHL:
	case OP_SHR:
		return emit_shift(e, op, a, b);
	case OP_DIV:
	case OP_MOD:
		if (type != PXOS_TYPE_FLOAT)
			return emit_divide(e, op->code == OP_DIV ? '/' : '%', type, a, b, divisor);
		if (op->code == OP_DIV)
			return emit_exact(e, VALUE(e, SpvOpFDiv, t_float(e), a, b));
		helper = HELPER_FMOD;
		break;
	case OP_POW:
		helper = type == PXOS_TYPE_FLOAT  ? HELPER_FPOW
			 : type == PXOS_TYPE_UINT ? HELPER_UPOW
						  : HELPER_SPOW;
		break;
	default:
		a = emit_plain_binary(e, op, a, b);
		if (type == PXOS_TYPE_FLOAT && op->code <= OP_MUL)
			emit_exact(e, a);
		return a;
	}
	return VALUE(e, SpvOpFunctionCall, emit_type(e, type), emit_helper(e, helper), a, b);
}

static uint32_t emit_ternary(struct emit *e, const struct op *op, uint32_t copy)
{
	enum pxos_type type = op->type;
	uint32_t a, b, c;

	a = emit_operand(e, &op->a, op->code == OP_SELECT ? PXOS_TYPE_BOOL : type, copy);
	b = emit_operand(e, &op->b, type, copy);
	c = emit_operand(e, &op->c, type, copy);
	if (op->code == OP_SELECT)
		return select_id(e, emit_type(e, type), a, b, c);
	if (type == PXOS_TYPE_FLOAT)
		return emit_exact(e, GLSL(e, t_float(e), GLSLstd450Fma, a, b, c));
	return VALUE(e, SpvOpIAdd, t_uint(e), VALUE(e, SpvOpIMul, t_uint(e), a, b), c);
}

static uint32_t emit_own_id(struct emit *e, const struct op *op, uint32_t copy)
{
	switch (op->code) {
	case OP_THREAD_ID:
		return e->thread[copy];
	case OP_BLOCK_ID:
		return e->block_id[copy];
	case OP_LOCAL_ID:
		return e->local;
	case OP_BLOCK_SIZE:
		return e->block_size;
	default: /* OP_THREAD_COUNT */
		return e->total;
	}
}

uint32_t emit_value(struct emit *e, const struct op *op, uint32_t copy)
{
	switch (op_form(op)) {
	case FORM_ID:
		return emit_own_id(e, op, copy);
	case FORM_UNARY:
		return emit_unary(e, op, copy);
	case FORM_BINARY:
		return emit_binary(e, op, copy);
	case FORM_TERNARY:
		return emit_ternary(e, op, copy);
	case FORM_CAST:
		return emit_cast(e, op, copy);
	default: /* FORM_COMPARE */
		return emit_compare(e, op, copy);
	}
}
