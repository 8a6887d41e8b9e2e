// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Helpers: functions of the module for operations that take many instructions.
 *
 * A call is six words, the division it stands for seventy: without functions a
 * text of divisions would blow the module up beyond its bound. Drivers inline
 * them all, so nothing is lost on the GPU. A helper is made when first asked for
 * and written behind the main function.
 */
#include "emit.h"

#include <math.h>

/*
 * Macros, not functions: the parts of a compound literal are evaluated in order,
 * arguments of a function are not, and the order of instructions must not depend
 * on the compiler this file is compiled with.
 */
#define select_uint(e, ...) VALUE(e, SpvOpSelect, t_uint(e), __VA_ARGS__)
#define select_float(e, ...) VALUE(e, SpvOpSelect, t_float(e), __VA_ARGS__)
#define either(e, ...) VALUE(e, SpvOpLogicalOr, t_bool(e), __VA_ARGS__)
#define compare(e, opcode, ...) VALUE(e, opcode, t_bool(e), __VA_ARGS__)
#define bits_of(e, value) VALUE(e, SpvOpBitcast, t_uint(e), value)
#define float_of(e, bits) VALUE(e, SpvOpBitcast, t_float(e), bits)

/* A loop whose values go round in phis: for (n = first; n > 0; n = next). */
struct round {
	uint32_t header, body, next, merge, before;
	uint32_t phis[3], nexts[3], types[3];
	uint32_t n;
};

/* @firsts[0] is the loop's condition: it goes on while that is not 0. */
static void round_begin(struct emit *e, struct round *loop, const uint32_t *types,
			const uint32_t *firsts, uint32_t n)
{
	uint32_t goes_on;

	loop->header = module_new_id(&e->m);
	loop->body = module_new_id(&e->m);
	loop->next = module_new_id(&e->m);
	loop->merge = module_new_id(&e->m);
	loop->before = e->block;
	loop->n = n;
	emit_branch(e, loop->header);
	emit_label(e, loop->header);
	for (uint32_t i = 0; i < n; i++) {
		loop->types[i] = types[i];
		loop->nexts[i] = module_new_id(&e->m);
		loop->phis[i] = VALUE(e, SpvOpPhi, types[i], firsts[i], loop->before,
				      loop->nexts[i], loop->next);
	}
	goes_on = compare(e, SpvOpINotEqual, loop->phis[0], c_uint(e, 0));
	CODE(e, SpvOpLoopMerge, loop->merge, loop->next, SpvLoopControlMaskNone);
	CODE(e, SpvOpBranchConditional, goes_on, loop->body, loop->merge);
	emit_label(e, loop->body);
}

static void round_end(struct emit *e, struct round *loop, const uint32_t *values)
{
	emit_branch(e, loop->next);
	emit_label(e, loop->next);
	for (uint32_t i = 0; i < loop->n; i++)
		CODE(e, SpvOpCopyObject, loop->types[i], loop->nexts[i], values[i]);
	emit_branch(e, loop->header);
	emit_label(e, loop->merge);
}

static uint32_t helper_divide(struct emit *e, uint32_t a, uint32_t b, bool is_signed)
{
	uint32_t zero = compare(e, SpvOpIEqual, b, c_uint(e, 0));
	uint32_t minus_one, q;

	if (!is_signed) {
		q = select_uint(e, zero, c_uint(e, 1), b);
		q = VALUE(e, SpvOpUDiv, t_uint(e), a, q);
		return select_uint(e, zero, c_uint(e, 0), q);
	}
	/* INT_MIN / -1 overflows, so -1 is not divided by at all. */
	minus_one = compare(e, SpvOpIEqual, b, c_uint(e, UINT32_MAX));
	q = select_uint(e, either(e, zero, minus_one), c_uint(e, 1), b);
	q = VALUE(e, SpvOpSDiv, t_uint(e), a, q);
	q = select_uint(e, minus_one, VALUE(e, SpvOpSNegate, t_uint(e), a), q);
	return select_uint(e, zero, c_uint(e, 0), q);
}

/* a - a / b * b: OpSRem is not defined for negative operands everywhere. */
static uint32_t helper_remainder(struct emit *e, uint32_t a, uint32_t b, bool is_signed)
{
	uint32_t divide = emit_helper(e, is_signed ? HELPER_SDIV : HELPER_UDIV);
	uint32_t q = VALUE(e, SpvOpFunctionCall, t_uint(e), divide, a, b);
	uint32_t r = VALUE(e, SpvOpISub, t_uint(e), a, VALUE(e, SpvOpIMul, t_uint(e), q, b));

	return select_uint(e, compare(e, SpvOpIEqual, b, c_uint(e, 0)), c_uint(e, 0), r);
}

/* By squaring: at most 32 rounds. A negative exponent leaves 1, -1 or 0. */
static uint32_t helper_power(struct emit *e, uint32_t a, uint32_t n, bool is_signed)
{
	uint32_t zero = c_uint(e, 0), one = c_uint(e, 1), negative = 0, odd, r, inverse;
	uint32_t types[3] = { t_uint(e), t_uint(e), t_uint(e) };
	uint32_t values[3] = { n, a, one };
	struct round loop;

	if (is_signed) {
		negative = compare(e, SpvOpSLessThan, n, zero);
		values[0] = select_uint(e, negative, zero, n);
	}
	round_begin(e, &loop, types, values, 3);
	odd = VALUE(e, SpvOpBitwiseAnd, t_uint(e), loop.phis[0], one);
	r = VALUE(e, SpvOpIMul, t_uint(e), loop.phis[2], loop.phis[1]);
	values[2] = select_uint(e, compare(e, SpvOpINotEqual, odd, zero), r, loop.phis[2]);
	values[1] = VALUE(e, SpvOpIMul, t_uint(e), loop.phis[1], loop.phis[1]);
	values[0] = VALUE(e, SpvOpShiftRightLogical, t_uint(e), loop.phis[0], one);
	round_end(e, &loop, values);
	if (!is_signed)
		return loop.phis[2];
	odd = VALUE(e, SpvOpBitwiseAnd, t_uint(e), n, one);
	inverse = select_uint(e, compare(e, SpvOpINotEqual, odd, zero), c_uint(e, UINT32_MAX), one);
	inverse = select_uint(e, compare(e, SpvOpIEqual, a, c_uint(e, UINT32_MAX)), inverse, zero);
	inverse = select_uint(e, compare(e, SpvOpIEqual, a, one), one, inverse);
	return select_uint(e, negative, inverse, loop.phis[2]);
}

/* The exponent field of a float's magnitude, 1 for subnormals; and its mantissa. */
static uint32_t split(struct emit *e, uint32_t magnitude, uint32_t *ret_mantissa)
{
	uint32_t exponent = VALUE(e, SpvOpShiftRightLogical, t_uint(e), magnitude, c_uint(e, 23));
	uint32_t normal = compare(e, SpvOpINotEqual, exponent, c_uint(e, 0));
	uint32_t m = VALUE(e, SpvOpBitwiseAnd, t_uint(e), magnitude, c_uint(e, 0x7fffff));

	m = select_uint(e, normal, VALUE(e, SpvOpBitwiseOr, t_uint(e), m, c_uint(e, 0x800000)), m);
	*ret_mantissa = m;
	return select_uint(e, normal, exponent, c_uint(e, 1));
}

/*
 * Exact remainder, as C's fmod: long division of the mantissas in integers, eight
 * binary digits a round, so at most 32 rounds. With r < my < 2^24, r << 8 fits.
 */
static uint32_t helper_fmod(struct emit *e, uint32_t x, uint32_t y)
{
	uint32_t u = t_uint(e), sign, ax, ay, mx, my, ex, ey, nan, less, r, digits, shift, bits;
	uint32_t types[3] = { u, u, 0 }, values[3] = { 0 };
	struct round loop;

	sign = VALUE(e, SpvOpBitwiseAnd, u, bits_of(e, x), c_uint(e, 0x80000000));
	ax = VALUE(e, SpvOpBitwiseAnd, u, bits_of(e, x), c_uint(e, 0x7fffffff));
	ay = VALUE(e, SpvOpBitwiseAnd, u, bits_of(e, y), c_uint(e, 0x7fffffff));
	nan = compare(e, SpvOpIEqual, ay, c_uint(e, 0));
	nan = either(e, nan, compare(e, SpvOpUGreaterThanEqual, ax, c_uint(e, 0x7f800000)));
	nan = either(e, nan, compare(e, SpvOpUGreaterThan, ay, c_uint(e, 0x7f800000)));
	less = compare(e, SpvOpULessThan, ax, ay);
	ex = split(e, ax, &mx);
	ey = split(e, ay, &my);
	digits = VALUE(e, SpvOpISub, u, ex, ey);
	digits = select_uint(e, either(e, nan, less), c_uint(e, 0), digits);
	my = select_uint(e, compare(e, SpvOpIEqual, my, c_uint(e, 0)), c_uint(e, 1), my);
	values[0] = digits;
	values[1] = VALUE(e, SpvOpUMod, u, mx, my);
	round_begin(e, &loop, types, values, 2);
	shift = GLSL(e, u, GLSLstd450UMin, loop.phis[0], c_uint(e, 8));
	r = VALUE(e, SpvOpShiftLeftLogical, u, loop.phis[1], shift);
	values[1] = VALUE(e, SpvOpUMod, u, r, my);
	values[0] = VALUE(e, SpvOpISub, u, loop.phis[0], shift);
	round_end(e, &loop, values);
	/* r * 2^(ey - 150), normalised as far as the exponent allows. */
	r = loop.phis[1];
	shift = GLSL(e, u, GLSLstd450FindUMsb, VALUE(e, SpvOpBitwiseOr, u, r, c_uint(e, 1)));
	shift = VALUE(e, SpvOpISub, u, c_uint(e, 23), shift);
	shift = GLSL(e, u, GLSLstd450UMin, shift, VALUE(e, SpvOpISub, u, ey, c_uint(e, 1)));
	r = VALUE(e, SpvOpShiftLeftLogical, u, r, shift);
	ey = VALUE(e, SpvOpISub, u, ey, shift);
	bits = VALUE(e, SpvOpShiftLeftLogical, u, ey, c_uint(e, 23));
	bits = VALUE(e, SpvOpBitwiseOr, u, bits,
		     VALUE(e, SpvOpBitwiseAnd, u, r, c_uint(e, 0x7fffff)));
	bits = select_uint(e, compare(e, SpvOpUGreaterThanEqual, r, c_uint(e, 0x800000)), bits, r);
	bits = VALUE(e, SpvOpBitwiseOr, u, bits, sign);
	bits = select_uint(e, less, bits_of(e, x), bits);
	return float_of(e, select_uint(e, nan, c_uint(e, 0x7fc00000), bits));
}

static uint32_t helper_fpow(struct emit *e, uint32_t a, uint32_t b)
{
	uint32_t zero = c_float(e, 0), infinite = c_float(e, INFINITY), r, at_zero, nan;
	uint32_t positive = compare(e, SpvOpFOrdGreaterThan, a, zero);

	r = select_float(e, positive, a, c_float(e, 1));
	r = GLSL(e, t_float(e), GLSLstd450Pow, r, b);
	at_zero = select_float(e, compare(e, SpvOpFOrdLessThan, b, zero), infinite, zero);
	r = select_float(e, compare(e, SpvOpFOrdEqual, a, zero), at_zero, r);
	r = select_float(e, compare(e, SpvOpFOrdEqual, b, zero), c_float(e, 1), r);
	nan = compare(e, SpvOpFOrdLessThan, a, zero);
	nan = either(e, nan, VALUE(e, SpvOpIsNan, t_bool(e), a));
	nan = either(e, nan, VALUE(e, SpvOpIsNan, t_bool(e), b));
	return select_float(e, nan, module_constant(&e->m, t_float(e), 0x7fc00000), r);
}

static uint32_t helper_float_to_int(struct emit *e, uint32_t x, bool is_signed)
{
	float limit = is_signed ? 2147483648.0f : 4294967296.0f;
	uint32_t low = compare(e, SpvOpFOrdLessThanEqual, x, c_float(e, is_signed ? -limit : 0));
	uint32_t high = compare(e, SpvOpFOrdGreaterThanEqual, x, c_float(e, limit));
	uint32_t odd = either(e, either(e, low, high), VALUE(e, SpvOpIsNan, t_bool(e), x));
	uint32_t r = select_float(e, odd, c_float(e, 0), x);

	r = VALUE(e, is_signed ? SpvOpConvertFToS : SpvOpConvertFToU, t_uint(e), r);
	r = select_uint(e, low, c_uint(e, is_signed ? 0x80000000 : 0), r);
	return select_uint(e, high, c_uint(e, is_signed ? 0x7fffffff : UINT32_MAX), r);
}

/* Halves away from zero; trunc keeps the sign of zero, infinities and NaN. */
static uint32_t helper_round(struct emit *e, uint32_t x)
{
	uint32_t whole = GLSL(e, t_float(e), GLSLstd450Trunc, x);
	uint32_t rest = emit_exact(e, VALUE(e, SpvOpFSub, t_float(e), x, whole));
	uint32_t one = GLSL(e, t_float(e), GLSLstd450FSign, x);

	rest = GLSL(e, t_float(e), GLSLstd450FAbs, rest);
	one = emit_exact(e, VALUE(e, SpvOpFAdd, t_float(e), whole, one));
	return select_float(e, compare(e, SpvOpFOrdGreaterThanEqual, rest, c_float(e, 0.5f)), one,
			    whole);
}

/*
 * BLOCK_REDUCE. Float MIN and MAX are taken over the floats' bits, brought into an
 * order of integers, in which NaN counts for nothing: no GPU's idea of the least
 * of a NaN and a number comes into it.
 */
struct reduction {
	enum reduce reduce;
	enum pxos_type type;
	uint32_t id; /* SPIR-V type reduced in */
	uint32_t identity;
	bool ordered; /* float MIN or MAX */
};

static uint32_t reduction_combine(struct emit *e, const struct reduction *r, uint32_t a, uint32_t b)
{
	bool is_signed = r->type == PXOS_TYPE_INT;

	if (r->reduce == REDUCE_SUM && r->type == PXOS_TYPE_FLOAT)
		return emit_exact(e, VALUE(e, SpvOpFAdd, r->id, a, b));
	if (r->reduce == REDUCE_SUM)
		return VALUE(e, SpvOpIAdd, r->id, a, b);
	if (r->reduce == REDUCE_MIN)
		return GLSL(e, r->id, is_signed ? GLSLstd450SMin : GLSLstd450UMin, a, b);
	return GLSL(e, r->id, is_signed ? GLSLstd450SMax : GLSLstd450UMax, a, b);
}

static void reduction_init(struct emit *e, struct reduction *r, enum reduce reduce,
			   enum pxos_type type)
{
	static const uint32_t identities[2][2] = {
		/* int, then uint and ordered floats */
		{ 0x7fffffff, 0xffffffff }, /* MIN */
		{ 0x80000000, 0 }, /* MAX */
	};

	r->reduce = reduce;
	r->type = type;
	r->ordered = type == PXOS_TYPE_FLOAT && reduce != REDUCE_SUM;
	r->id = type == PXOS_TYPE_FLOAT && !r->ordered ? t_float(e) : t_uint(e);
	if (reduce != REDUCE_SUM)
		r->identity = c_uint(e, identities[reduce - REDUCE_MIN][type != PXOS_TYPE_INT]);
	else if (type == PXOS_TYPE_FLOAT)
		r->identity = c_float(e, -0.0f); /* + -0 changes nothing, + 0 makes -0 a 0 */
	else
		r->identity = c_uint(e, 0);
}

/* A float's bits to an unsigned integer in the order of floats; NaN to the identity. */
static uint32_t to_ordered(struct emit *e, const struct reduction *r, uint32_t value)
{
	uint32_t bits = bits_of(e, value), flip;

	flip = VALUE(e, SpvOpShiftRightArithmetic, t_uint(e), bits, c_uint(e, 31));
	flip = VALUE(e, SpvOpBitwiseOr, t_uint(e), flip, c_uint(e, 0x80000000));
	bits = VALUE(e, SpvOpBitwiseXor, t_uint(e), bits, flip);
	return select_uint(e, VALUE(e, SpvOpIsNan, t_bool(e), value), r->identity, bits);
}

static uint32_t from_ordered(struct emit *e, const struct reduction *r, uint32_t key)
{
	uint32_t flip, bits;

	flip = VALUE(e, SpvOpShiftRightArithmetic, t_uint(e), key, c_uint(e, 31));
	flip = VALUE(e, SpvOpNot, t_uint(e), flip);
	flip = VALUE(e, SpvOpBitwiseOr, t_uint(e), flip, c_uint(e, 0x80000000));
	bits = VALUE(e, SpvOpBitwiseXor, t_uint(e), key, flip);
	bits = select_uint(e, compare(e, SpvOpIEqual, key, r->identity), c_uint(e, 0x7fc00000),
			   bits);
	return float_of(e, bits);
}

static uint32_t scratch_pointer(struct emit *e, uint32_t index)
{
	return VALUE(e, SpvOpAccessChain, e->shared_uint, e->scratch, index);
}

static void scratch_store(struct emit *e, const struct reduction *r, uint32_t index, uint32_t value)
{
	if (r->id == t_float(e))
		value = bits_of(e, value);
	CODE(e, SpvOpStore, scratch_pointer(e, index), value);
}

static uint32_t scratch_load(struct emit *e, const struct reduction *r, uint32_t index)
{
	uint32_t value = VALUE(e, SpvOpLoad, t_uint(e), scratch_pointer(e, index));

	return r->id == t_float(e) ? float_of(e, value) : value;
}

/* Each subgroup by the hardware, then every thread goes over the subgroups' results. */
static uint32_t reduce_subgroups(struct emit *e, const struct reduction *r, uint32_t value)
{
	SpvOp opcode = r->reduce == REDUCE_SUM ? (r->id == t_float(e) ? SpvOpGroupNonUniformFAdd
								      : SpvOpGroupNonUniformIAdd)
		       : r->type == PXOS_TYPE_INT
			       ? (r->reduce == REDUCE_MIN ? SpvOpGroupNonUniformSMin
							  : SpvOpGroupNonUniformSMax)
			       : (r->reduce == REDUCE_MIN ? SpvOpGroupNonUniformUMin
							  : SpvOpGroupNonUniformUMax);
	uint32_t scope = c_uint(e, SpvScopeSubgroup), elected, merge, index;
	uint32_t types[2] = { t_uint(e), r->id }, values[2];
	struct round loop;

	value = VALUE(e, opcode, r->id, scope, SpvGroupOperationReduce, value);
	elected = VALUE(e, SpvOpGroupNonUniformElect, t_bool(e), scope);
	merge = emit_begin_if(e, elected);
	index = VALUE(e, SpvOpLoad, t_uint(e), e->subgroup_id);
	scratch_store(e, r, index, value);
	emit_end_if(e, merge);
	emit_barrier(e);
	values[0] = VALUE(e, SpvOpLoad, t_uint(e), e->n_subgroups);
	values[1] = r->identity;
	round_begin(e, &loop, types, values, 2);
	values[0] = VALUE(e, SpvOpISub, t_uint(e), loop.phis[0], c_uint(e, 1));
	values[1] = reduction_combine(e, r, loop.phis[1], scratch_load(e, r, values[0]));
	round_end(e, &loop, values);
	return loop.phis[1];
}

/* Halving, in shared memory: for (n = size; n > 1; n = (n + 1) / 2). */
static uint32_t reduce_tree(struct emit *e, const struct reduction *r, uint32_t value)
{
	uint32_t local = VALUE(e, SpvOpLoad, t_uint(e), e->local_index);
	uint32_t types[1] = { t_uint(e) }, values[1], half, other, merge, n, mine, done;
	struct round loop;

	scratch_store(e, r, local, value);
	emit_barrier(e);
	values[0] = VALUE(e, SpvOpISub, t_uint(e), e->block_size, c_uint(e, 1));
	/* The loop counts n - 1, so that it ends at 0. */
	round_begin(e, &loop, types, values, 1);
	n = VALUE(e, SpvOpIAdd, t_uint(e), loop.phis[0], c_uint(e, 1));
	half = VALUE(e, SpvOpIAdd, t_uint(e), n, c_uint(e, 1));
	half = VALUE(e, SpvOpShiftRightLogical, t_uint(e), half, c_uint(e, 1));
	other = VALUE(e, SpvOpIAdd, t_uint(e), local, half);
	merge = emit_begin_if(e, compare(e, SpvOpULessThan, other, n));
	mine = scratch_load(e, r, local);
	done = reduction_combine(e, r, mine, scratch_load(e, r, other));
	scratch_store(e, r, local, done);
	emit_end_if(e, merge);
	emit_barrier(e);
	values[0] = VALUE(e, SpvOpISub, t_uint(e), half, c_uint(e, 1));
	round_end(e, &loop, values);
	return scratch_load(e, r, c_uint(e, 0));
}

static uint32_t helper_reduce(struct emit *e, enum reduce reduce, enum pxos_type type,
			      uint32_t value, uint32_t active)
{
	struct reduction r;

	reduction_init(e, &r, reduce, type);
	if (r.ordered)
		value = to_ordered(e, &r, value);
	value = VALUE(e, SpvOpSelect, r.id, active, value, r.identity);
	if (emit_has_subgroups(e))
		value = reduce_subgroups(e, &r, value);
	else
		value = reduce_tree(e, &r, value);
	/* The next reduction writes where this one still reads. */
	emit_barrier(e);
	return r.ordered ? from_ordered(e, &r, value) : value;
}

uint32_t emit_helper(struct emit *e, enum helper helper)
{
	if (!e->helpers[helper])
		e->helpers[helper] = module_new_id(&e->m);
	return e->helpers[helper];
}

static uint32_t helper_type(enum helper helper, uint32_t parameter, struct emit *e)
{
	if (helper >= HELPER_REDUCE)
		return parameter == 2			   ? t_bool(e)
		       : (helper - HELPER_REDUCE) % 3 == 2 ? t_float(e)
							   : t_uint(e);
	switch (helper) {
	case HELPER_FMOD:
	case HELPER_FPOW:
	case HELPER_ROUND:
		return t_float(e);
	case HELPER_FLOAT_TO_INT:
	case HELPER_FLOAT_TO_UINT:
		return parameter ? t_float(e) : t_uint(e);
	default:
		return t_uint(e);
	}
}

static uint32_t helper_body(struct emit *e, enum helper helper, uint32_t a, uint32_t b)
{
	switch (helper) {
	case HELPER_SDIV:
	case HELPER_UDIV:
		return helper_divide(e, a, b, helper == HELPER_SDIV);
	case HELPER_SREM:
	case HELPER_UREM:
		return helper_remainder(e, a, b, helper == HELPER_SREM);
	case HELPER_SPOW:
	case HELPER_UPOW:
		return helper_power(e, a, b, helper == HELPER_SPOW);
	case HELPER_FMOD:
		return helper_fmod(e, a, b);
	case HELPER_FPOW:
		return helper_fpow(e, a, b);
	case HELPER_FLOAT_TO_INT:
	case HELPER_FLOAT_TO_UINT:
		return helper_float_to_int(e, a, helper == HELPER_FLOAT_TO_INT);
	case HELPER_ROUND:
		return helper_round(e, a);
	default: {
		static const enum pxos_type types[3] = { PXOS_TYPE_INT, PXOS_TYPE_UINT,
							 PXOS_TYPE_FLOAT };
		uint32_t which = helper - HELPER_REDUCE;

		return helper_reduce(e, which / 3, types[which % 3], a, b);
	}
	}
}

/* Function types, like all types, are made once. */
static uint32_t function_type(struct emit *e, uint32_t result, uint32_t a, uint32_t b)
{
	uint32_t i = 0, id;

	for (; e->signatures[i].id; i++)
		if (e->signatures[i].result == result && e->signatures[i].a == a &&
		    e->signatures[i].b == b)
			return e->signatures[i].id;
	id = module_new_id(&e->m);
	if (b)
		PUT(&e->m.globals, SpvOpTypeFunction, id, result, a, b);
	else
		PUT(&e->m.globals, SpvOpTypeFunction, id, result, a);
	e->signatures[i].id = id;
	e->signatures[i].result = result;
	e->signatures[i].a = a;
	e->signatures[i].b = b;
	return id;
}

static void write_helper(struct emit *e, enum helper helper)
{
	bool one = helper == HELPER_FLOAT_TO_INT || helper == HELPER_FLOAT_TO_UINT ||
		   helper == HELPER_ROUND;
	uint32_t result = helper_type(helper, 0, e), first = helper_type(helper, 1, e);
	uint32_t second = one ? 0 : helper_type(helper, 2, e), a, b = 0;

	CODE(e, SpvOpFunction, result, e->helpers[helper], SpvFunctionControlMaskNone,
	     function_type(e, result, first, second));
	a = module_value(&e->m, &e->m.code, SpvOpFunctionParameter, first, NULL, 0);
	if (!one)
		b = module_value(&e->m, &e->m.code, SpvOpFunctionParameter, second, NULL, 0);
	emit_label(e, module_new_id(&e->m));
	a = helper_body(e, helper, a, b);
	CODE(e, SpvOpReturnValue, a);
	module_put(&e->m.code, SpvOpFunctionEnd, NULL, 0);
}

/* A helper may ask for one that stands before it, so those that do come first. */
void emit_helpers(struct emit *e)
{
	static const enum helper order[] = { HELPER_SREM, HELPER_UREM };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (e->helpers[order[i]])
			write_helper(e, order[i]);
	for (uint32_t i = 0; i < _HELPER_N; i++)
		if (e->helpers[i] && i != HELPER_SREM && i != HELPER_UREM)
			write_helper(e, i);
}
