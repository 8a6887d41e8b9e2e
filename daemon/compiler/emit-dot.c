// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * PARALLEL_MATMUL beside other operations: the threads of the launch share the
 * elements of C out among themselves, each summing a row times a column. Plain, and
 * slow: a product alone in its kernel is tiled (emit-matmul.c).
 */
#include "emit-matmul.h"

static uint64_t dot_cost(const struct emit *e, uint32_t loop)
{
	return ((const struct pxos_loop *)e->kernel->loops.data)[loop].body_cost;
}

/* A row of A times a column of B; terms outside of an array are left out. */
static uint32_t dot(struct matmul *mm, uint32_t row, uint32_t col, uint32_t loop)
{
	struct emit *e = mm->e;
	uint32_t header = module_new_id(&e->m), body = module_new_id(&e->m);
	uint32_t next = module_new_id(&e->m), merge = module_new_id(&e->m);
	uint32_t next_l = module_new_id(&e->m), next_sum = module_new_id(&e->m);
	uint32_t count = emit_charge(e, mm->k, dot_cost(e, loop), loop, false), before = e->block,
		 l, sum, a, b;

	emit_branch(e, header);
	emit_label(e, header);
	l = VALUE(e, SpvOpPhi, t_uint(e), c_uint(e, 0), before, next_l, next);
	sum = VALUE(e, SpvOpPhi, t_float(e), c_float(e, 0), before, next_sum, next);
	a = less(e, l, count);
	CODE(e, SpvOpLoopMerge, merge, next, SpvLoopControlMaskNone);
	CODE(e, SpvOpBranchConditional, a, body, merge);
	emit_label(e, body);
	a = matmul_load_checked(e, mm->a, row, l, mm->m, mm->k);
	b = matmul_load_checked(e, mm->b, l, col, mm->k, mm->n);
	emit_branch(e, next);
	emit_label(e, next);
	CODE(e, SpvOpExtInst, t_float(e), next_sum, module_id(&e->m, ID_GLSL), GLSLstd450Fma, a, b,
	     sum);
	CODE(e, SpvOpIAdd, t_uint(e), next_l, l, c_uint(e, 1));
	emit_branch(e, header);
	emit_label(e, merge);
	return sum;
}

/* for (i = thread; i < elements; i += threads of the launch) C[i] = …; */
void emit_matmul_shared_out(struct emit *e, const struct op *op)
{
	struct matmul mm = { .e = e,
			     .a = &e->arrays[op->matmul_a],
			     .b = &e->arrays[op->matmul_b],
			     .c = &e->arrays[op->array] };
	uint32_t header = module_new_id(&e->m), body = module_new_id(&e->m);
	uint32_t next = module_new_id(&e->m), merge = module_new_id(&e->m);
	uint32_t next_i = module_new_id(&e->m), next_turn = module_new_id(&e->m);
	uint32_t elements, ok, turns, before, i, turn, row, col, sum, store;

	mm.m = matmul_size(e, &op->a);
	mm.n = matmul_size(e, &op->b);
	mm.k = matmul_size(e, &op->c);
	elements = matmul_product(e, mm.m, mm.n, &ok);
	elements = VALUE(e, SpvOpSelect, t_uint(e), ok, elements, c_uint(e, UINT32_MAX));
	/* What lies behind the array's end is not stored, so it need not be computed. */
	elements = GLSL(e, t_uint(e), GLSLstd450UMin, elements, mm.c->length);
	turns = VALUE(e, SpvOpISub, t_uint(e), elements, e->thread[0]);
	turns = add(e, turns, VALUE(e, SpvOpISub, t_uint(e), e->total, c_uint(e, 1)));
	turns = VALUE(e, SpvOpUDiv, t_uint(e), turns, e->total);
	ok = less(e, e->thread[0], elements);
	turns = VALUE(e, SpvOpSelect, t_uint(e), ok, turns, c_uint(e, 0));
	turns = emit_charge(e, turns, dot_cost(e, op->loop), op->loop, false);
	before = e->block;
	emit_branch(e, header);
	emit_label(e, header);
	turn = VALUE(e, SpvOpPhi, t_uint(e), c_uint(e, 0), before, next_turn, next);
	i = VALUE(e, SpvOpPhi, t_uint(e), e->thread[0], before, next_i, next);
	ok = less(e, turn, turns);
	CODE(e, SpvOpLoopMerge, merge, next, SpvLoopControlMaskNone);
	CODE(e, SpvOpBranchConditional, ok, body, merge);
	emit_label(e, body);
	/* n is not 0 in here, or there were no elements. */
	row = GLSL(e, t_uint(e), GLSLstd450UMax, mm.n, c_uint(e, 1));
	row = VALUE(e, SpvOpUDiv, t_uint(e), i, row);
	col = VALUE(e, SpvOpISub, t_uint(e), i, mul(e, row, mm.n));
	sum = dot(&mm, row, col, op->loop + 1);
	ok = less(e, i, mm.c->length);
	ok = both(e, ok, VALUE(e, SpvOpLoad, t_bool(e), e->live));
	store = emit_begin_if(e, ok);
	if (mm.c->element != t_float(e))
		sum = VALUE(e, SpvOpBitcast, mm.c->element, sum);
	CODE(e, SpvOpStore, emit_element(e, mm.c, false, i), sum);
	emit_end_if(e, store);
	emit_branch(e, next);
	emit_label(e, next);
	CODE(e, SpvOpIAdd, t_uint(e), next_turn, turn, c_uint(e, 1));
	CODE(e, SpvOpIAdd, t_uint(e), next_i, i, e->total);
	emit_branch(e, header);
	emit_label(e, merge);
}
