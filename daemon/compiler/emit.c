// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Emission: one kernel to one SPIR-V module, as the shader interface in
 * pxos_compiler.h has it.
 *
 * Two shapes. A plain kernel has one thread of the language in an invocation.
 * A *coarsened* one has four, side by side: each operation is written four times
 * before the next, so the loads of all four are under way before anything waits
 * for one, which is what it takes to fill a GPU's memory bus. It is the
 * interleaving of four threads in step, and no program can tell, since threads run
 * in no promised order and each keeps its own. The four are a block's width apart,
 * or, where each only touches its own elements, neighbours (emit-vector.c). Kernels
 * with loops, barriers or atomics stay plain: they have other things to wait for.
 */
#include "emit.h"

#include <errno.h>
#include <string.h>

#include "pxos_compiler.h"

enum {
	PUSH_GROUP,
	PUSH_TOTAL,
	PUSH_BUDGET,
	PUSH_PAD,
	PUSH_ARGS
};

static uint32_t builtin(struct emit *e, uint32_t type, SpvBuiltIn which)
{
	uint32_t id = module_variable(&e->m, SpvStorageClassInput, type);

	DECORATE(&e->m, id, SpvDecorationBuiltIn, (uint32_t)which);
	e->interface[e->n_interface++] = id;
	return id;
}

static void emit_capabilities(struct emit *e)
{
	static const uint32_t types[] = { ID_VOID, ID_BOOL, ID_UINT, ID_FLOAT, ID_GLSL };

	/* In a fixed order, whatever asks for one first. */
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		module_id(&e->m, types[i]);
	module_capability(&e->m, SpvCapabilityShader);
	if (e->target->flags & (PXOS_TARGET_PRESERVE_FLOAT32 | PXOS_TARGET_RTE_FLOAT32))
		module_extension(&e->m, "SPV_KHR_float_controls");
	if (e->target->flags & PXOS_TARGET_PRESERVE_FLOAT32)
		module_capability(&e->m, SpvCapabilitySignedZeroInfNanPreserve);
	if (e->target->flags & PXOS_TARGET_RTE_FLOAT32)
		module_capability(&e->m, SpvCapabilityRoundingModeRTE);
}

/* The workgroup's size is a specialization constant. */
static void emit_block_size(struct emit *e, uint32_t fixed)
{
	uint32_t one = c_uint(e, 1), size = module_id(&e->m, ID_UVEC3);

	if (fixed) {
		e->block_size = c_uint(e, fixed);
		size = GLOBAL(&e->m, SpvOpConstantComposite, size, e->block_size, one, one);
	} else {
		e->block_size =
			GLOBAL(&e->m, SpvOpSpecConstant, t_uint(e), PXOS_BLOCK_THREADS_DEFAULT);
		DECORATE(&e->m, e->block_size, SpvDecorationSpecId, 0);
		size = GLOBAL(&e->m, SpvOpSpecConstantComposite, size, e->block_size, one, one);
	}
	DECORATE(&e->m, size, SpvDecorationBuiltIn, SpvBuiltInWorkgroupSize);
}

/* A block of n uints: push constants, or the uniform buffer. */
static uint32_t emit_word_block(struct emit *e, SpvStorageClass storage, uint32_t n)
{
	uint32_t words[PUSH_ARGS + PXOS_ARRAYS_MAX + PXOS_SCALARS_MAX + 1];
	uint32_t type = module_new_id(&e->m);

	words[0] = type;
	for (uint32_t i = 0; i < n; i++) {
		words[1 + i] = t_uint(e);
		PUT(&e->m.decorations, SpvOpMemberDecorate, type, i, SpvDecorationOffset, 4 * i);
	}
	module_put(&e->m.globals, SpvOpTypeStruct, words, n + 1);
	DECORATE(&e->m, type, SpvDecorationBlock);
	return module_variable(&e->m, storage, type);
}

static void emit_interface(struct emit *e)
{
	uint32_t n_args = e->kernel->arrays.n + e->kernel->scalars.n;
	uint32_t n_push = PUSH_ARGS + (e->args_uniform ? 0 : n_args);
	uint32_t bindings = e->kernel->arrays.n;

	e->push = emit_word_block(e, SpvStorageClassPushConstant, n_push);
	e->push_pointer = module_pointer(&e->m, SpvStorageClassPushConstant, t_uint(e));
	e->workgroup_id = builtin(e, module_id(&e->m, ID_UVEC3), SpvBuiltInWorkgroupId);
	e->local_index = builtin(e, t_uint(e), SpvBuiltInLocalInvocationIndex);
	if (e->checked) {
		e->status = emit_buffer(e, t_uint(e), bindings, &e->status_pointer);
		e->checked_constant = module_value(&e->m, &e->m.globals, SpvOpSpecConstantTrue,
						   t_bool(e), NULL, 0);
		DECORATE(&e->m, e->checked_constant, SpvDecorationSpecId, 1);
	}
	if (e->args_uniform && n_args) {
		e->args = emit_word_block(e, SpvStorageClassUniform, n_args);
		e->args_pointer = module_pointer(&e->m, SpvStorageClassUniform, t_uint(e));
		DECORATE(&e->m, e->args, SpvDecorationDescriptorSet, 0);
		DECORATE(&e->m, e->args, SpvDecorationBinding, bindings + 1);
	}
	emit_arrays(e);
}

static bool uses_reduce(const struct kernel *kernel)
{
	for (uint32_t i = 0; i < kernel->ops.n; i++)
		if (kernel_op(kernel, i)->code == OP_BLOCK_REDUCE)
			return true;
	return false;
}

/* What BLOCK_REDUCE needs at module scope. */
static void emit_reduce_interface(struct emit *e)
{
	uint32_t type;

	if (!uses_reduce(e->kernel))
		return;
	if (!e->shared_uint)
		e->shared_uint = module_pointer(&e->m, SpvStorageClassWorkgroup, t_uint(e));
	type = module_new_id(&e->m);
	PUT(&e->m.globals, SpvOpTypeArray, type, t_uint(e), e->block_size);
	e->scratch = module_variable(&e->m, SpvStorageClassWorkgroup, type);
	if (!emit_has_subgroups(e))
		return;
	module_capability(&e->m, SpvCapabilityGroupNonUniform);
	module_capability(&e->m, SpvCapabilityGroupNonUniformArithmetic);
	e->subgroup_id = builtin(e, t_uint(e), SpvBuiltInSubgroupId);
	e->n_subgroups = builtin(e, t_uint(e), SpvBuiltInNumSubgroups);
}

uint32_t emit_push_word(struct emit *e, uint32_t i)
{
	uint32_t pointer = VALUE(e, SpvOpAccessChain, e->push_pointer, e->push, c_uint(e, i));

	return VALUE(e, SpvOpLoad, t_uint(e), pointer);
}

static uint32_t emit_arg_word(struct emit *e, uint32_t i)
{
	uint32_t pointer;

	if (!e->args_uniform)
		return emit_push_word(e, PUSH_ARGS + i);
	pointer = VALUE(e, SpvOpAccessChain, e->args_pointer, e->args, c_uint(e, i));
	return VALUE(e, SpvOpLoad, t_uint(e), pointer);
}

void emit_args(struct emit *e)
{
	const struct kernel *kernel = e->kernel;

	for (uint32_t i = 0; i < kernel->arrays.n; i++)
		e->arrays[i].length = emit_arg_word(e, i);
	for (uint32_t i = 0; i < kernel->scalars.n; i++) {
		enum pxos_type type = kernel_scalar(kernel, i)->type;
		uint32_t word = emit_arg_word(e, kernel->arrays.n + i);

		if (type == PXOS_TYPE_FLOAT)
			word = VALUE(e, SpvOpBitcast, t_float(e), word);
		else if (type == PXOS_TYPE_U8)
			word = VALUE(e, SpvOpBitwiseAnd, t_uint(e), word, c_uint(e, 255));
		e->scalars[i] = word;
	}
}

/* Where in the launch this invocation is, for each of its copies. */
static void emit_ids(struct emit *e)
{
	uint32_t three = VALUE(e, SpvOpLoad, module_id(&e->m, ID_UVEC3), e->workgroup_id);

	e->group = VALUE(e, SpvOpCompositeExtract, t_uint(e), three, 0);
	e->group = VALUE(e, SpvOpIAdd, t_uint(e), e->group, emit_push_word(e, PUSH_GROUP));
	e->local = VALUE(e, SpvOpLoad, t_uint(e), e->local_index);
	e->total = emit_push_word(e, PUSH_TOTAL);
	e->block_id[0] = e->group;
	if (e->copies > 1)
		e->block_id[0] = VALUE(e, SpvOpIMul, t_uint(e), e->group, c_uint(e, e->copies));
	if (e->vectors) {
		e->quad = VALUE(e, SpvOpIMul, t_uint(e), e->group, e->block_size);
		e->quad = VALUE(e, SpvOpIAdd, t_uint(e), e->quad, e->local);
		e->thread[0] = VALUE(e, SpvOpIMul, t_uint(e), e->quad, c_uint(e, e->copies));
		for (uint32_t k = 1; k < e->copies; k++)
			e->thread[k] = VALUE(e, SpvOpIAdd, t_uint(e), e->thread[0], c_uint(e, k));
		return;
	}
	e->thread[0] = VALUE(e, SpvOpIMul, t_uint(e), e->block_id[0], e->block_size);
	e->thread[0] = VALUE(e, SpvOpIAdd, t_uint(e), e->thread[0], e->local);
	for (uint32_t k = 1; k < e->copies; k++) {
		e->block_id[k] = VALUE(e, SpvOpIAdd, t_uint(e), e->block_id[0], c_uint(e, k));
		e->thread[k] = VALUE(e, SpvOpIAdd, t_uint(e), e->thread[k - 1], e->block_size);
	}
}

static uint32_t function_variable(struct emit *e, enum pxos_type type, uint32_t initial)
{
	uint32_t *pointer = type == PXOS_TYPE_BOOL    ? &e->function_bool
			    : type == PXOS_TYPE_FLOAT ? &e->function_float
						      : &e->function_uint;
	uint32_t id = emit_type(e, type);

	if (!*pointer)
		*pointer = module_pointer(&e->m, SpvStorageClassFunction, id);
	if (!initial && type == PXOS_TYPE_BOOL)
		initial = module_id(&e->m, ID_FALSE);
	else if (!initial)
		initial = module_constant(&e->m, id, 0);
	return VALUE(e, SpvOpVariable, *pointer, SpvStorageClassFunction, initial);
}

/* Variables stand first in the function. */
static void emit_variables(struct emit *e)
{
	if (!e->predicated)
		emit_mark_stored(e);
	for (uint32_t i = 0; i < e->kernel->registers.n && !e->m.arena->failed; i++) {
		const struct variable *variable = kernel_register(e->kernel, i);

		if (variable->stored && !e->predicated)
			e->registers[i].variable = function_variable(e, variable->type, 0);
	}
	if ((e->cooperates && !e->full_blocks) || e->checked)
		e->live = function_variable(e, PXOS_TYPE_BOOL, module_id(&e->m, ID_TRUE));
	if (e->checked)
		e->thread_budget = function_variable(e, PXOS_TYPE_UINT, 0);
	if (e->checked && e->cooperates)
		e->block_budget = function_variable(e, PXOS_TYPE_UINT, 0);
}

/* Where constants must be hidden from the driver: see constant() in emit-value.c. */
static void emit_zero(struct emit *e)
{
	if (!(e->target->flags & PXOS_TARGET_FEW_ROUNDS))
		return;
	e->zero = emit_push_word(e, PUSH_PAD);
	for (uint32_t i = 0; i < e->kernel->registers.n; i++) {
		enum pxos_type type = kernel_register(e->kernel, i)->type;

		if (e->registers[i].variable && type != PXOS_TYPE_BOOL)
			CODE(e, SpvOpStore, e->registers[i].variable, emit_nothing(e, type));
	}
}

static void emit_reduce(struct emit *e, const struct op *op)
{
	uint32_t value = emit_operand(e, &op->a, op->type, 0);
	uint32_t column = op->type == PXOS_TYPE_FLOAT ? 2 : op->type == PXOS_TYPE_UINT;
	uint32_t helper = emit_helper(e, HELPER_REDUCE + 3 * op->variant + column);

	value = VALUE(e, SpvOpFunctionCall, emit_type(e, op->type), helper, value, e->active);
	emit_assign(e, op->dest, 0, value);
}

static void emit_op(struct emit *e, const struct op *op)
{
	uint32_t old, values[COPIES_MAX] = { 0 };

	switch (op_form(op)) {
	case FORM_IF:
	case FORM_ELSE:
	case FORM_ENDIF:
	case FORM_LOOP:
	case FORM_ENDLOOP:
	case FORM_BREAK:
		emit_flow(e, op);
		break;
	case FORM_STORE:
		if (e->vectors && kernel_own_element(e->kernel, op)) {
			emit_vector_store(e, op);
			break;
		}
		for (uint32_t k = 0; k < e->copies; k++)
			emit_store(e, op, k);
		break;
	case FORM_SYNC:
		emit_barrier(e);
		break;
	case FORM_ATOMIC:
	case FORM_CAS:
		old = emit_atomic(e, op);
		if (op->dest != NONE)
			emit_assign(e, op->dest, 0, old);
		break;
	case FORM_REDUCE:
		emit_reduce(e, op);
		break;
	case FORM_MATMUL:
		emit_matmul_shared_out(e, op);
		break;
	default:
		/* All copies' values before any is assigned: loads go out together. */
		if (e->vectors && op->code == OP_LOAD && kernel_own_element(e->kernel, op)) {
			emit_vector_load(e, op, values);
			for (uint32_t k = 0; k < e->copies; k++)
				emit_assign(e, op->dest, k, values[k]);
			break;
		}
		for (uint32_t k = 0; k < e->copies; k++)
			values[k] = op->code == OP_LOAD ? emit_load(e, op, k)
							: emit_value(e, op, k);
		for (uint32_t k = 0; k < e->copies; k++)
			emit_assign(e, op->dest, k, values[k]);
	}
}

static void emit_statements(struct emit *e)
{
	for (uint32_t i = 0; i < e->kernel->ops.n && !e->m.arena->failed; i++) {
		const struct op *op = kernel_op(e->kernel, i);

		if (!op->dead)
			emit_op(e, op);
	}
}

/* Threads past the launch's last one: masked, or not there at all. */
static void emit_body(struct emit *e)
{
	uint32_t merge;

	if (e->vectors) {
		emit_vector_body(e, emit_statements);
		return;
	}
	if (e->predicated) {
		for (uint32_t k = 0; k < e->copies; k++)
			e->predicates[k] =
				VALUE(e, SpvOpULessThan, t_bool(e), e->thread[k], e->total);
		emit_statements(e);
		return;
	}
	if (e->cooperates && e->full_blocks) {
		e->active = module_id(&e->m, ID_TRUE);
		emit_zero_shared(e);
		emit_statements(e);
		return;
	}
	e->active = VALUE(e, SpvOpULessThan, t_bool(e), e->thread[0], e->total);
	if (e->cooperates) {
		CODE(e, SpvOpStore, e->live, e->active);
		emit_zero_shared(e);
		emit_statements(e);
		return;
	}
	merge = emit_begin_if(e, e->active);
	emit_statements(e);
	emit_end_if(e, merge);
}

/* What is left for loops once the straight code is paid. */
static uint32_t emit_budget(struct emit *e)
{
	uint32_t budget = emit_push_word(e, PUSH_BUDGET);
	uint32_t straight = c_uint(e, e->straight_cost);
	uint32_t rest = GLSL(e, t_uint(e), GLSLstd450UMax, budget, straight);

	return VALUE(e, SpvOpISub, t_uint(e), rest, straight);
}

static void emit_main(struct emit *e, const struct op *matmul)
{
	uint32_t type = module_id(&e->m, ID_VOID_FUNCTION);

	e->main = module_new_id(&e->m);
	CODE(e, SpvOpFunction, module_id(&e->m, ID_VOID), e->main, SpvFunctionControlMaskNone,
	     type);
	emit_label(e, module_new_id(&e->m));
	if (matmul) {
		emit_matmul_tiled(e, matmul);
	} else {
		emit_variables(e);
		emit_zero(e);
		emit_args(e);
		emit_ids(e);
		if (e->checked) {
			e->budget = emit_budget(e);
			CODE(e, SpvOpStore, e->thread_budget, e->budget);
			if (e->cooperates)
				CODE(e, SpvOpStore, e->block_budget, e->budget);
		}
		emit_body(e);
	}
	module_put(&e->m.code, SpvOpReturn, NULL, 0);
	module_put(&e->m.code, SpvOpFunctionEnd, NULL, 0);
	emit_helpers(e);
}

static void emit_modes(struct emit *e)
{
	uint32_t words[16] = { SpvExecutionModelGLCompute, e->main, 0x6e69616d /* "main" */, 0 };
	uint32_t flags = e->target->flags;

	for (uint32_t i = 0; i < e->n_interface; i++)
		words[4 + i] = e->interface[i];
	module_put(&e->m.modes, SpvOpEntryPoint, words, 4 + e->n_interface);
	if (flags & PXOS_TARGET_PRESERVE_FLOAT32)
		PUT(&e->m.modes, SpvOpExecutionMode, e->main,
		    SpvExecutionModeSignedZeroInfNanPreserve, 32);
	if (flags & PXOS_TARGET_RTE_FLOAT32)
		PUT(&e->m.modes, SpvOpExecutionMode, e->main, SpvExecutionModeRoundingModeRTE, 32);
	if (e->float_atomic) {
		module_capability(&e->m, SpvCapabilityAtomicFloat32AddEXT);
		module_extension(&e->m, "SPV_EXT_shader_atomic_float_add");
	}
}

static uint64_t hash_words(const uint32_t *words, size_t n)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < n * 4; i++)
		hash = (hash ^ (words[i / 4] >> i % 4 * 8 & 0xff)) * 0x100000001b3;
	return hash;
}

/**
 * kernel_emit() - write the module of a kernel that is free of errors.
 * @out: its traits are set; its module, and what depends on it, are set here.
 *
 * Return: 0 or -ENOMEM.
 */
int kernel_emit(struct program *program, struct kernel *kernel, struct pxos_kernel *out)
{
	struct emit *e = arena_alloc(program->arena, sizeof(*e));
	const struct op *matmul = kernel_lone_matmul(kernel);

	if (!e)
		return -ENOMEM;
	e->program = program;
	e->kernel = kernel;
	e->target = program->target;
	e->copies = out->coarsen;
	e->predicated = out->coarsen > 1;
	e->cooperates = out->flags & PXOS_KERNEL_COOPERATES;
	e->checked = out->flags & PXOS_KERNEL_CHECKED;
	e->vectors = out->flags & PXOS_KERNEL_VECTORS;
	e->full_blocks = out->flags & PXOS_KERNEL_FULL_BLOCKS;
	e->two_ways = e->vectors || matmul;
	e->args_uniform = out->flags & PXOS_KERNEL_ARGS_UNIFORM;
	e->straight_cost = out->straight_cost > UINT32_MAX ? UINT32_MAX
							   : (uint32_t)out->straight_cost;
	e->epoch = 1;
	e->registers =
		arena_alloc(program->arena, (kernel->registers.n + 1) * sizeof(*e->registers));
	if (!e->registers)
		return -ENOMEM;
	module_init(&e->m, program->arena);
	emit_capabilities(e);
	emit_block_size(e, matmul ? PXOS_MATMUL_THREADS : 0);
	emit_interface(e);
	emit_reduce_interface(e);
	emit_main(e, matmul);
	emit_modes(e);
	out->spirv = module_finish(&e->m, &out->n_words);
	if (!out->spirv)
		return -ENOMEM;
	out->hash = hash_words(out->spirv, out->n_words);
	return 0;
}
