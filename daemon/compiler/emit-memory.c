// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory: arrays in buffers and in workgroup memory, and the bounds of both.
 *
 * The security of a launch rests on this file: every access chain into an array
 * is made here (and in emit-matmul.c, by the same means), and its index has been
 * compared with the array's length as an unsigned number in the same invocation.
 *
 * A load, store or atomic is branched around where it is out of range or masked;
 * a load's value is then 0. GPUs make a predicate of so small a branch, so several
 * loads are under way at once all the same. (Loading element 0 instead and
 * dropping its value took a tenth longer on an NVIDIA H200.)
 *
 * What a kernel both reads and writes (or may, by another parameter's name) is
 * Coherent. For one thing SYNC_THREADS orders global memory among threads that may
 * cache by themselves. For another, NVIDIA's compiler (580.159, H200) otherwise moves
 * a thread's own load over its own store to the same element where one of them
 * stands behind a branch; with Coherent it never did.
 *
 * u8 arrays are bytes where the GPU stores bytes; elsewhere they are words, and a
 * store replaces its byte in a compare-and-swap loop, so that neighbours written
 * at the same time are not lost. In workgroup memory an u8 takes a whole word.
 */
#include "emit.h"

static bool is_words(const struct emit *e, const struct op *op)
{
	return !(op->array & ARRAY_SHARED) && op->type == PXOS_TYPE_U8 &&
	       !(e->target->flags & PXOS_TARGET_STORAGE8);
}

static struct emit_array *find_array(struct emit *e, const struct op *op)
{
	if (op->array & ARRAY_SHARED)
		return &e->shared[op->array & ~ARRAY_SHARED];
	return &e->arrays[op->array];
}

/* Float arrays that need atomics by compare-and-swap are words in the module. */
static bool cas_floats(struct emit *e, uint32_t array)
{
	uint32_t need = array & ARRAY_SHARED ? PXOS_TARGET_ATOMIC_FLOAT_ADD_SHARED
					     : PXOS_TARGET_ATOMIC_FLOAT_ADD;

	if (e->target->flags & need)
		return false;
	for (uint32_t i = 0; i < e->kernel->ops.n; i++) {
		const struct op *op = kernel_op(e->kernel, i);

		if (op->code == OP_ATOMIC_ADD && op->array == array)
			return true;
	}
	return false;
}

static uint32_t element_id(struct emit *e, uint32_t array, enum pxos_type type)
{
	if (type == PXOS_TYPE_FLOAT)
		return cas_floats(e, array) ? t_uint(e) : t_float(e);
	if (type == PXOS_TYPE_U8 && !(array & ARRAY_SHARED) &&
	    (e->target->flags & PXOS_TARGET_STORAGE8)) {
		module_capability(&e->m, SpvCapabilityStorageBuffer8BitAccess);
		return module_id(&e->m, ID_U8);
	}
	return t_uint(e);
}

/* Block-decorated struct of a runtime array, and pointer type, one for each element type. */
static void emit_buffer_types(struct emit *e, uint32_t element, uint32_t *ret_struct,
			      uint32_t *ret_pointer)
{
	struct module *m = &e->m;
	uint32_t i = 0, array;

	for (; e->buffer_types[i].element; i++)
		if (e->buffer_types[i].element == element)
			break;
	if (!e->buffer_types[i].element) {
		array = module_new_id(m);
		PUT(&m->globals, SpvOpTypeRuntimeArray, array, element);
		DECORATE(m, array, SpvDecorationArrayStride,
			 element == m->ids[ID_U8]				     ? 1
			 : element == m->ids[ID_VEC4] || element == m->ids[ID_UVEC4] ? 16
										     : 4);
		e->buffer_types[i].element = element;
		e->buffer_types[i].block = module_new_id(m);
		PUT(&m->globals, SpvOpTypeStruct, e->buffer_types[i].block, array);
		DECORATE(m, e->buffer_types[i].block, SpvDecorationBlock);
		PUT(&m->decorations, SpvOpMemberDecorate, e->buffer_types[i].block, 0,
		    SpvDecorationOffset, 0);
		e->buffer_types[i].pointer =
			module_pointer(m, SpvStorageClassStorageBuffer, element);
		e->buffer_types[i].block_pointer =
			module_pointer(m, SpvStorageClassStorageBuffer, e->buffer_types[i].block);
	}
	*ret_struct = e->buffer_types[i].block_pointer;
	*ret_pointer = e->buffer_types[i].pointer;
}

uint32_t emit_buffer(struct emit *e, uint32_t element, uint32_t binding, uint32_t *ret_pointer)
{
	uint32_t type, variable;

	emit_buffer_types(e, element, &type, ret_pointer);
	variable = GLOBAL(&e->m, SpvOpVariable, type, SpvStorageClassStorageBuffer);
	DECORATE(&e->m, variable, SpvDecorationDescriptorSet, 0);
	DECORATE(&e->m, variable, SpvDecorationBinding, binding);
	return variable;
}

bool emit_is_coherent(const struct emit *e, const struct pxos_array *array)
{
	bool written = false;

	if (e->target->flags & PXOS_TARGET_ARRAYS_APART)
		return (array->uses & PXOS_USE_WRITE) && (array->uses & PXOS_USE_READ);
	for (uint32_t i = 0; i < e->kernel->arrays.n; i++)
		written |= kernel_array(e->kernel, i)->uses & PXOS_USE_WRITE;
	return written;
}

static void emit_global_array(struct emit *e, uint32_t i)
{
	const struct pxos_array *array = kernel_array(e->kernel, i);
	struct emit_array *to = &e->arrays[i];

	to->element = element_id(e, i, array->type);
	to->variable = emit_buffer(e, to->element, i, &to->pointer);
	/* Where a buffer is looked at in two ways, that is an alias of its own. */
	if (e->target->flags & PXOS_TARGET_ARRAYS_APART && !e->two_ways)
		DECORATE(&e->m, to->variable, SpvDecorationRestrict);
	else
		DECORATE(&e->m, to->variable, SpvDecorationAliased);
	if (emit_is_coherent(e, array))
		DECORATE(&e->m, to->variable, SpvDecorationCoherent);
	else if (!(array->uses & PXOS_USE_WRITE))
		DECORATE(&e->m, to->variable, SpvDecorationNonWritable);
}

static void emit_shared_array(struct emit *e, uint32_t i)
{
	const struct shared *shared = kernel_shared(e->kernel, i);
	struct emit_array *to = &e->shared[i];
	uint32_t type;

	to->element = element_id(e, i | ARRAY_SHARED, shared->type);
	type = module_new_id(&e->m);
	to->length = c_uint(e, shared->length);
	PUT(&e->m.globals, SpvOpTypeArray, type, to->element, to->length);
	to->variable = module_variable(&e->m, SpvStorageClassWorkgroup, type);
	if (to->element == t_uint(e)) {
		to->pointer = e->shared_uint;
		return;
	}
	if (!e->shared_float)
		e->shared_float = module_pointer(&e->m, SpvStorageClassWorkgroup, to->element);
	to->pointer = e->shared_float;
}

void emit_arrays(struct emit *e)
{
	for (uint32_t i = 0; i < e->kernel->arrays.n; i++) {
		emit_global_array(e, i);
		if (e->vectors)
			emit_fours(e, i);
	}
	if (e->kernel->shared.n)
		e->shared_uint = module_pointer(&e->m, SpvStorageClassWorkgroup, t_uint(e));
	/* A lone matrix product declares its own and uses no other. */
	for (uint32_t i = 0; i < e->kernel->shared.n && !kernel_lone_matmul(e->kernel); i++)
		emit_shared_array(e, i);
	if (e->m.ids[ID_U8])
		module_extension(&e->m, "SPV_KHR_8bit_storage");
}

/* One term after the other, on a stack as deep as the parser lets it get. */
static uint32_t emit_index(struct emit *e, const struct op *op, uint32_t copy)
{
	uint32_t stack[TERM_STACK_MAX] = { 0 }, n = 0;

	for (uint32_t i = 0; i < op->n_terms; i++) {
		const struct term *term = kernel_term(e->kernel, op->first_term + i);
		const struct term *last = i ? term - 1 : term;
		const uint32_t *divisor = NULL;

		switch (term->sign) {
		case 0:
			stack[n++] = emit_operand(e, &term->operand,
						  term->type ? term->type : PXOS_TYPE_INT, copy);
			continue;
		case 'n':
			stack[n - 1] = VALUE(e, SpvOpSNegate, t_uint(e), stack[n - 1]);
			continue;
		case '/':
		case '%':
			if (!last->sign && last->operand.kind == OPERAND_INT)
				divisor = &last->operand.value;
			stack[n - 2] = emit_divide(e, term->sign, term->type, stack[n - 2],
						   stack[n - 1], divisor);
			break;
		default:
			stack[n - 2] = VALUE(e,
					     term->sign == '+'	 ? SpvOpIAdd
					     : term->sign == '-' ? SpvOpISub
								 : SpvOpIMul,
					     t_uint(e), stack[n - 2], stack[n - 1]);
		}
		n--;
	}
	return stack[0];
}

/* Is the index in range? A negative int is a large unsigned number. 0: it always is. */
static uint32_t emit_in_range(struct emit *e, const struct op *op, uint32_t index)
{
	const struct emit_array *array = find_array(e, op);
	enum pxos_type type = kernel_term(e->kernel, op->first_term + op->n_terms - 1)->type;
	uint32_t length = array->length;

	if (op->array & ARRAY_SHARED && op->index_max < kernel_shared(e->kernel, op->array)->length)
		return 0;
	/* Only u8 arrays can be long enough for -1 to be inside. */
	if (op->type == PXOS_TYPE_U8 && !(op->array & ARRAY_SHARED) && type != PXOS_TYPE_UINT)
		length = GLSL(e, t_uint(e), GLSLstd450UMin, length, c_uint(e, 0x80000000));
	return VALUE(e, SpvOpULessThan, t_bool(e), index, length);
}

uint32_t emit_element(struct emit *e, const struct emit_array *array, bool shared, uint32_t index)
{
	if (shared)
		return VALUE(e, SpvOpAccessChain, array->pointer, array->variable, index);
	return VALUE(e, SpvOpAccessChain, array->pointer, array->variable, c_uint(e, 0), index);
}

/* The bits a byte's index shifts by in its word. */
static uint32_t byte_shift(struct emit *e, uint32_t index)
{
	index = VALUE(e, SpvOpBitwiseAnd, t_uint(e), index, c_uint(e, 3));
	return VALUE(e, SpvOpShiftLeftLogical, t_uint(e), index, c_uint(e, 3));
}

/* The element at an index that is in range, as a register's value. */
static uint32_t load_element(struct emit *e, const struct op *op, uint32_t index)
{
	const struct emit_array *array = find_array(e, op);
	uint32_t value, word = index;

	if (is_words(e, op))
		word = VALUE(e, SpvOpShiftRightLogical, t_uint(e), index, c_uint(e, 2));
	word = emit_element(e, array, op->array & ARRAY_SHARED, word);
	value = VALUE(e, SpvOpLoad, array->element, word);
	if (is_words(e, op)) {
		value = VALUE(e, SpvOpShiftRightLogical, t_uint(e), value, byte_shift(e, index));
		value = VALUE(e, SpvOpBitwiseAnd, t_uint(e), value, c_uint(e, 255));
	} else if (array->element == e->m.ids[ID_U8]) {
		value = VALUE(e, SpvOpUConvert, t_uint(e), value);
	} else if (op->type == PXOS_TYPE_FLOAT && array->element != t_float(e)) {
		value = VALUE(e, SpvOpBitcast, t_float(e), value);
	}
	return value;
}

uint32_t emit_load(struct emit *e, const struct op *op, uint32_t copy)
{
	uint32_t index = emit_index(e, op, copy), in_range = emit_in_range(e, op, index);
	uint32_t type = emit_type(e, op->type), value, before, after, merge;

	if (e->predicated && e->n_open)
		in_range = VALUE(e, SpvOpLogicalAnd, t_bool(e), in_range, e->predicates[copy]);
	if (!in_range)
		return load_element(e, op, index);
	before = e->block;
	merge = emit_begin_if(e, in_range);
	value = load_element(e, op, index);
	after = e->block;
	emit_end_if(e, merge);
	return VALUE(e, SpvOpPhi, type, value, after, module_constant(&e->m, type, 0), before);
}

static uint32_t both(struct emit *e, uint32_t a, uint32_t b)
{
	return a && b ? VALUE(e, SpvOpLogicalAnd, t_bool(e), a, b) : a ? a : b;
}

uint32_t emit_store_mask(struct emit *e, uint32_t copy)
{
	uint32_t live = e->live ? VALUE(e, SpvOpLoad, t_bool(e), e->live) : 0;

	return both(e, e->predicates[copy], live);
}

/* May this thread store, here and now, at this index? 0: yes. */
static uint32_t emit_may_store(struct emit *e, const struct op *op, uint32_t index, uint32_t copy)
{
	uint32_t in_range = emit_in_range(e, op, index);

	/* What a thread over its budget leaves in shared memory is nobody's: the launch
	 * fails, and the block's other stores are unspecified with it. */
	if (op->array & ARRAY_SHARED && e->full_blocks)
		return in_range;
	return both(e, in_range, emit_store_mask(e, copy));
}

static uint32_t atomic_scope(struct emit *e, const struct op *op)
{
	return c_uint(e, op->array & ARRAY_SHARED ? SpvScopeWorkgroup : SpvScopeDevice);
}

/*
 * A compare-and-swap loop on a word: begin, compute a new word from the old one,
 * end. Whoever else changes the word makes progress by it, so all get through.
 */
struct swap {
	uint32_t header, next, merge, pointer, scope, old, found;
};

static void swap_begin(struct emit *e, struct swap *swap, uint32_t pointer, uint32_t scope)
{
	uint32_t first, before = 0, body = module_new_id(&e->m);

	swap->pointer = pointer;
	swap->scope = scope;
	first = VALUE(e, SpvOpAtomicLoad, t_uint(e), pointer, scope, c_uint(e, 0));
	before = e->block;
	swap->header = module_new_id(&e->m);
	swap->next = module_new_id(&e->m);
	swap->merge = module_new_id(&e->m);
	swap->found = module_new_id(&e->m);
	emit_branch(e, swap->header);
	emit_label(e, swap->header);
	swap->old = VALUE(e, SpvOpPhi, t_uint(e), first, before, swap->found, swap->next);
	CODE(e, SpvOpLoopMerge, swap->merge, swap->next, SpvLoopControlMaskNone);
	emit_branch(e, body);
	emit_label(e, body);
}

static void swap_end(struct emit *e, struct swap *swap, uint32_t new)
{
	uint32_t none = c_uint(e, 0), done;

	emit_branch(e, swap->next);
	emit_label(e, swap->next);
	CODE(e, SpvOpAtomicCompareExchange, t_uint(e), swap->found, swap->pointer, swap->scope,
	     none, none, new, swap->old);
	done = VALUE(e, SpvOpIEqual, t_bool(e), swap->found, swap->old);
	CODE(e, SpvOpBranchConditional, done, swap->merge, swap->header);
	e->ended = true;
	emit_label(e, swap->merge);
}

static void store_byte(struct emit *e, const struct op *op, uint32_t index, uint32_t value)
{
	uint32_t shift = byte_shift(e, index), mask, word;
	struct swap swap;

	word = VALUE(e, SpvOpShiftRightLogical, t_uint(e), index, c_uint(e, 2));
	word = emit_element(e, find_array(e, op), false, word);
	value = VALUE(e, SpvOpBitwiseAnd, t_uint(e), value, c_uint(e, 255));
	value = VALUE(e, SpvOpShiftLeftLogical, t_uint(e), value, shift);
	mask = VALUE(e, SpvOpShiftLeftLogical, t_uint(e), c_uint(e, 255), shift);
	mask = VALUE(e, SpvOpNot, t_uint(e), mask);
	swap_begin(e, &swap, word, c_uint(e, SpvScopeDevice));
	word = VALUE(e, SpvOpBitwiseAnd, t_uint(e), swap.old, mask);
	swap_end(e, &swap, VALUE(e, SpvOpBitwiseOr, t_uint(e), word, value));
}

void emit_store(struct emit *e, const struct op *op, uint32_t copy)
{
	const struct emit_array *array = find_array(e, op);
	enum pxos_type type = op->type == PXOS_TYPE_U8 ? PXOS_TYPE_INT : op->type;
	bool shared = op->array & ARRAY_SHARED;
	uint32_t index = emit_index(e, op, copy);
	uint32_t value = emit_operand(e, &op->a, type, copy);
	uint32_t may = emit_may_store(e, op, index, copy);
	uint32_t merge = may ? emit_begin_if(e, may) : 0;

	if (is_words(e, op)) {
		store_byte(e, op, index, value);
		emit_end_if(e, merge);
		return;
	}
	if (array->element == e->m.ids[ID_U8])
		value = VALUE(e, SpvOpUConvert, array->element, value);
	else if (op->type == PXOS_TYPE_U8)
		value = VALUE(e, SpvOpBitwiseAnd, t_uint(e), value, c_uint(e, 255));
	else if (type == PXOS_TYPE_FLOAT && array->element != t_float(e))
		value = VALUE(e, SpvOpBitcast, t_uint(e), value);
	CODE(e, SpvOpStore, emit_element(e, array, shared, index), value);
	if (merge)
		emit_end_if(e, merge);
}

static uint32_t atomic_float_add(struct emit *e, const struct op *op, uint32_t pointer,
				 uint32_t value)
{
	uint32_t scope = atomic_scope(e, op), sum, old;
	struct swap swap;

	if (find_array(e, op)->element == t_float(e)) {
		e->float_atomic = true;
		return VALUE(e, SpvOpAtomicFAddEXT, t_float(e), pointer, scope, c_uint(e, 0),
			     value);
	}
	swap_begin(e, &swap, pointer, scope);
	old = VALUE(e, SpvOpBitcast, t_float(e), swap.old);
	sum = emit_exact(e, VALUE(e, SpvOpFAdd, t_float(e), old, value));
	swap_end(e, &swap, VALUE(e, SpvOpBitcast, t_uint(e), sum));
	return old;
}

static uint32_t atomic_value(struct emit *e, const struct op *op, uint32_t pointer, uint32_t a,
			     uint32_t b)
{
	uint32_t scope = atomic_scope(e, op), relaxed = c_uint(e, 0);
	bool is_signed = op->type == PXOS_TYPE_INT;
	SpvOp opcode;

	switch (op->code) {
	case OP_ATOMIC_ADD:
		if (op->type == PXOS_TYPE_FLOAT)
			return atomic_float_add(e, op, pointer, a);
		opcode = SpvOpAtomicIAdd;
		break;
	case OP_ATOMIC_MIN:
		opcode = is_signed ? SpvOpAtomicSMin : SpvOpAtomicUMin;
		break;
	case OP_ATOMIC_MAX:
		opcode = is_signed ? SpvOpAtomicSMax : SpvOpAtomicUMax;
		break;
	case OP_ATOMIC_EXCH:
		opcode = SpvOpAtomicExchange;
		break;
	default: /* OP_ATOMIC_CAS */
		return VALUE(e, SpvOpAtomicCompareExchange, t_uint(e), pointer, scope, relaxed,
			     relaxed, b, a);
	}
	return VALUE(e, opcode, t_uint(e), pointer, scope, relaxed, a);
}

/* Return: the element before, 0 where nothing was done; no value if nobody wants it. */
uint32_t emit_atomic(struct emit *e, const struct op *op)
{
	bool shared = op->array & ARRAY_SHARED;
	uint32_t index = emit_index(e, op, 0), type = emit_type(e, op->type);
	uint32_t a = emit_operand(e, &op->a, op->type, 0), b = 0, old, before, after, merge, may;

	if (op->code == OP_ATOMIC_CAS)
		b = emit_operand(e, &op->b, op->type, 0);
	may = emit_may_store(e, op, index, 0);
	if (!may)
		return atomic_value(e, op, emit_element(e, find_array(e, op), shared, index), a, b);
	before = e->block;
	merge = emit_begin_if(e, may);
	old = atomic_value(e, op, emit_element(e, find_array(e, op), shared, index), a, b);
	after = e->block;
	emit_end_if(e, merge);
	if (op->dest == NONE)
		return 0;
	return VALUE(e, SpvOpPhi, type, old, after, module_constant(&e->m, type, 0), before);
}

void emit_barrier(struct emit *e)
{
	uint32_t scope = c_uint(e, SpvScopeWorkgroup);

	CODE(e, SpvOpControlBarrier, scope, scope,
	     c_uint(e, SpvMemorySemanticsAcquireReleaseMask | SpvMemorySemanticsUniformMemoryMask |
			       SpvMemorySemanticsWorkgroupMemoryMask));
}

/* for (i = local; i < length; i += block size) array[i] = 0; */
static void zero_array(struct emit *e, const struct emit_array *array)
{
	uint32_t header = module_new_id(&e->m), body = module_new_id(&e->m);
	uint32_t next = module_new_id(&e->m), merge = module_new_id(&e->m);
	uint32_t step = module_new_id(&e->m), before = e->block, i, more;

	emit_branch(e, header);
	emit_label(e, header);
	i = VALUE(e, SpvOpPhi, t_uint(e), e->local, before, step, next);
	more = VALUE(e, SpvOpULessThan, t_bool(e), i, array->length);
	CODE(e, SpvOpLoopMerge, merge, next, SpvLoopControlMaskNone);
	CODE(e, SpvOpBranchConditional, more, body, merge);
	emit_label(e, body);
	CODE(e, SpvOpStore, emit_element(e, array, true, i),
	     module_constant(&e->m, array->element, 0));
	emit_branch(e, next);
	emit_label(e, next);
	CODE(e, SpvOpIAdd, t_uint(e), step, i, e->block_size);
	emit_branch(e, header);
	emit_label(e, merge);
}

void emit_zero_shared(struct emit *e)
{
	for (uint32_t i = 0; i < e->kernel->shared.n; i++)
		zero_array(e, &e->shared[i]);
	if (e->kernel->shared.n)
		emit_barrier(e);
}
