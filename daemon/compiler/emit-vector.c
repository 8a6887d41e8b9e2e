// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Vectors: four neighbouring threads in one invocation.
 *
 * A streaming kernel, whose every access is to array[THREAD_ID], moves 16 bytes an
 * access: on the GPUs we measured that is the last tenth of the memory's speed over
 * four accesses of 4. The kernel is written twice. Where all four threads are in the
 * launch and in every array they index (one comparison with the least of these
 * lengths, which is the same for all), they go by vectors, unchecked; else one after
 * the other, checked as any other access is. An array of bytes goes by words.
 */
#include "emit.h"

#include <string.h>

static bool is_bytes(const struct emit *e, uint32_t array)
{
	return kernel_array(e->kernel, array)->type == PXOS_TYPE_U8;
}

static bool has_own_element(const struct emit *e, uint32_t array)
{
	for (uint32_t i = 0; i < e->kernel->ops.n; i++) {
		const struct op *op = kernel_op(e->kernel, i);

		if (op->n_terms && op->array == array && kernel_own_element(e->kernel, op))
			return true;
	}
	return false;
}

/* The second variable of an array's binding. */
void emit_fours(struct emit *e, uint32_t index)
{
	struct emit_array *array = &e->arrays[index];

	if (!has_own_element(e, index))
		return;
	array->four = is_bytes(e, index)	     ? t_uint(e)
		      : array->element == t_float(e) ? module_id(&e->m, ID_VEC4)
						     : module_id(&e->m, ID_UVEC4);
	array->fours = emit_buffer(e, array->four, index, &array->four_pointer);
	DECORATE(&e->m, array->fours, SpvDecorationAliased);
	if (emit_is_coherent(e, kernel_array(e->kernel, index)))
		DECORATE(&e->m, array->fours, SpvDecorationCoherent);
	else if (!(kernel_array(e->kernel, index)->uses & PXOS_USE_WRITE))
		DECORATE(&e->m, array->fours, SpvDecorationNonWritable);
}

static uint32_t four_element(struct emit *e, const struct emit_array *array)
{
	return VALUE(e, SpvOpAccessChain, array->four_pointer, array->fours, c_uint(e, 0), e->quad);
}

void emit_vector_load(struct emit *e, const struct op *op, uint32_t values[COPIES_MAX])
{
	const struct emit_array *array = &e->arrays[op->array];
	uint32_t four = VALUE(e, SpvOpLoad, array->four, four_element(e, array));

	for (uint32_t k = 0; k < e->copies; k++) {
		if (!is_bytes(e, op->array)) {
			values[k] =
				VALUE(e, SpvOpCompositeExtract, emit_type(e, op->type), four, k);
			continue;
		}
		values[k] = four;
		if (k)
			values[k] =
				VALUE(e, SpvOpShiftRightLogical, t_uint(e), four, c_uint(e, 8 * k));
		values[k] = VALUE(e, SpvOpBitwiseAnd, t_uint(e), values[k], c_uint(e, 255));
	}
}

static uint32_t pack(struct emit *e, const struct op *op, uint32_t values[COPIES_MAX])
{
	uint32_t word = 0, byte;

	if (!is_bytes(e, op->array))
		return VALUE(e, SpvOpCompositeConstruct, e->arrays[op->array].four, values[0],
			     values[1], values[2], values[3]);
	for (uint32_t k = 0; k < e->copies; k++) {
		byte = VALUE(e, SpvOpBitwiseAnd, t_uint(e), values[k], c_uint(e, 255));
		if (k)
			byte = VALUE(e, SpvOpShiftLeftLogical, t_uint(e), byte, c_uint(e, 8 * k));
		word = k ? VALUE(e, SpvOpBitwiseOr, t_uint(e), word, byte) : byte;
	}
	return word;
}

/* Under an IF: by vector if all four store, else those that do. */
static void store_some(struct emit *e, const struct op *op, uint32_t values[COPIES_MAX])
{
	const struct emit_array *array = &e->arrays[op->array];
	uint32_t all = e->predicates[0], then = module_new_id(&e->m);
	uint32_t other = module_new_id(&e->m), merge = module_new_id(&e->m), inner, value;

	for (uint32_t k = 1; k < e->copies; k++)
		all = VALUE(e, SpvOpLogicalAnd, t_bool(e), all, e->predicates[k]);
	CODE(e, SpvOpSelectionMerge, merge, SpvSelectionControlMaskNone);
	CODE(e, SpvOpBranchConditional, all, then, other);
	emit_label(e, then);
	value = pack(e, op, values);
	CODE(e, SpvOpStore, four_element(e, array), value);
	emit_branch(e, merge);
	emit_label(e, other);
	for (uint32_t k = 0; k < e->copies; k++) {
		inner = emit_begin_if(e, e->predicates[k]);
		value = values[k];
		if (array->element == e->m.ids[ID_U8])
			value = VALUE(e, SpvOpUConvert, array->element, value);
		CODE(e, SpvOpStore, emit_element(e, array, false, e->thread[k]), value);
		emit_end_if(e, inner);
	}
	emit_end_if(e, merge);
}

void emit_vector_store(struct emit *e, const struct op *op)
{
	enum pxos_type type = op->type == PXOS_TYPE_U8 ? PXOS_TYPE_INT : op->type;
	uint32_t values[COPIES_MAX] = { 0 }, value;

	for (uint32_t k = 0; k < e->copies; k++)
		values[k] = emit_operand(e, &op->a, type, k);
	if (e->n_open) {
		store_some(e, op, values);
		return;
	}
	value = pack(e, op, values);
	CODE(e, SpvOpStore, four_element(e, &e->arrays[op->array]), value);
}

/* Are all four in the launch and in every array indexed by THREAD_ID? */
static uint32_t all_in_range(struct emit *e)
{
	uint32_t least = e->total;

	for (uint32_t i = 0; i < e->kernel->arrays.n; i++)
		if (e->arrays[i].fours)
			least = GLSL(e, t_uint(e), GLSLstd450UMin, least, e->arrays[i].length);
	/* The quad is what is indexed by, so the quad is what is compared. */
	least = VALUE(e, SpvOpShiftRightLogical, t_uint(e), least, c_uint(e, 2));
	return VALUE(e, SpvOpULessThan, t_bool(e), e->quad, least);
}

/* for (i = 0; i < 4; i++): one thread at a time, checked. */
static void one_by_one(struct emit *e, void (*statements)(struct emit *e))
{
	uint32_t header = module_new_id(&e->m), body = module_new_id(&e->m);
	uint32_t next = module_new_id(&e->m), merge = module_new_id(&e->m);
	uint32_t step = module_new_id(&e->m), before = e->block, i, more, copies = e->copies;

	emit_branch(e, header);
	emit_label(e, header);
	i = VALUE(e, SpvOpPhi, t_uint(e), c_uint(e, 0), before, step, next);
	more = VALUE(e, SpvOpULessThan, t_bool(e), i, c_uint(e, copies));
	CODE(e, SpvOpLoopMerge, merge, next, SpvLoopControlMaskNone);
	CODE(e, SpvOpBranchConditional, more, body, merge);
	emit_label(e, body);
	e->vectors = false;
	e->copies = 1;
	e->thread[0] = VALUE(e, SpvOpIAdd, t_uint(e), e->thread[0], i);
	e->predicates[0] = VALUE(e, SpvOpULessThan, t_bool(e), e->thread[0], e->total);
	statements(e);
	emit_branch(e, next);
	emit_label(e, next);
	CODE(e, SpvOpIAdd, t_uint(e), step, i, c_uint(e, 1));
	emit_branch(e, header);
	emit_label(e, merge);
}

void emit_vector_body(struct emit *e, void (*statements)(struct emit *e))
{
	uint32_t fast = module_new_id(&e->m), slow = module_new_id(&e->m);
	uint32_t merge = module_new_id(&e->m), all = all_in_range(e);

	CODE(e, SpvOpSelectionMerge, merge, SpvSelectionControlMaskNone);
	CODE(e, SpvOpBranchConditional, all, fast, slow);
	emit_label(e, fast);
	memset(e->predicates, 0, sizeof(e->predicates));
	statements(e);
	emit_branch(e, merge);
	emit_label(e, slow);
	/* What the fast side knew of registers does not hold here. */
	memset(e->registers, 0, (e->kernel->registers.n + 1) * sizeof(*e->registers));
	one_by_one(e, statements);
	emit_end_if(e, merge);
}
