// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Flow: IF, LOOP, BREAK, and the step budget.
 *
 * IF and LOOP become SPIR-V's structured selections and loops. In a predicated
 * (coarsened) kernel, which has no loops, an IF becomes a condition instead: its
 * assignments select between new and old, its loads and stores take it into
 * their bounds.
 *
 * The budget is paid where a loop is entered, for all its iterations: the count is
 * read once, so what it will cost is known there, and an iteration pays nothing.
 * A loop that cannot be paid for runs nothing; its thread goes on with `live`
 * false, storing nothing, so that it still comes to every barrier. Where barriers
 * stand, control flow must not part because one thread has spent more than another:
 * loops that are the same for the whole block pay from an account of their own,
 * which all threads of the block spend alike.
 */
#include "emit.h"

void emit_label(struct emit *e, uint32_t label)
{
	CODE(e, SpvOpLabel, label);
	e->block = label;
	e->ended = false;
}

void emit_branch(struct emit *e, uint32_t label)
{
	if (!e->ended)
		CODE(e, SpvOpBranch, label);
	e->ended = true;
}

uint32_t emit_begin_if(struct emit *e, uint32_t condition)
{
	uint32_t then = module_new_id(&e->m), merge = module_new_id(&e->m);

	CODE(e, SpvOpSelectionMerge, merge, SpvSelectionControlMaskNone);
	CODE(e, SpvOpBranchConditional, condition, then, merge);
	emit_label(e, then);
	return merge;
}

void emit_end_if(struct emit *e, uint32_t merge)
{
	emit_branch(e, merge);
	emit_label(e, merge);
}

/* Spent: say where, if nobody has, and store nothing from here on. */
static void emit_spent(struct emit *e, uint32_t over, uint32_t loop)
{
	uint32_t live = VALUE(e, SpvOpLoad, t_bool(e), e->live), merge, pointer;
	uint32_t none = c_uint(e, 0), scope = c_uint(e, SpvScopeDevice);

	merge = emit_begin_if(e, VALUE(e, SpvOpLogicalAnd, t_bool(e), over, live));
	pointer = VALUE(e, SpvOpAccessChain, e->status_pointer, e->status, none, none);
	VALUE(e, SpvOpAtomicCompareExchange, t_uint(e), pointer, scope, none, none,
	      c_uint(e, loop + 1), none);
	CODE(e, SpvOpStore, e->live, module_id(&e->m, ID_FALSE));
	emit_end_if(e, merge);
}

uint32_t emit_charge(struct emit *e, uint32_t count, uint64_t cost, uint32_t loop, bool uniform)
{
	uint32_t account = uniform ? e->block_budget : e->thread_budget, pair, left, price;
	uint32_t over, allowed, before = e->block, merge, after, none = c_uint(e, 0), rest;

	pair = module_id(&e->m, ID_UINT_PAIR);
	merge = emit_begin_if(e, e->checked_constant);
	left = VALUE(e, SpvOpLoad, t_uint(e), account);
	pair = VALUE(e, SpvOpUMulExtended, pair, count,
		     c_uint(e, cost > UINT32_MAX ? UINT32_MAX : (uint32_t)cost));
	price = VALUE(e, SpvOpCompositeExtract, t_uint(e), pair, 0);
	over = VALUE(e, SpvOpCompositeExtract, t_uint(e), pair, 1);
	over = VALUE(e, SpvOpINotEqual, t_bool(e), over, none);
	over = VALUE(e, SpvOpLogicalOr, t_bool(e), over,
		     VALUE(e, SpvOpUGreaterThan, t_bool(e), price, left));
	rest = VALUE(e, SpvOpISub, t_uint(e), left, price);
	rest = VALUE(e, SpvOpSelect, t_uint(e), over, none, rest);
	CODE(e, SpvOpStore, account, rest);
	allowed = VALUE(e, SpvOpSelect, t_uint(e), over, none, count);
	emit_spent(e, over, loop);
	after = e->block;
	emit_end_if(e, merge);
	return VALUE(e, SpvOpPhi, t_uint(e), count, before, allowed, after);
}

/* Values known before a branch came together may be out of date behind it. */
static void forget(struct emit *e)
{
	e->epoch++;
}

static void emit_if(struct emit *e, const struct op *op)
{
	struct emit_open *open = &e->open[e->n_open++];
	uint32_t condition, then;

	if (op->variant == COMPARE_NONE)
		condition = emit_operand(e, &op->a, PXOS_TYPE_BOOL, 0);
	else
		condition = emit_compare(e, op, 0);
	open->merge = module_new_id(&e->m);
	then = module_new_id(&e->m);
	open->other = open->merge;
	if (kernel_op(e->kernel, op->match)->code == OP_ELSE)
		open->other = module_new_id(&e->m);
	CODE(e, SpvOpSelectionMerge, open->merge, SpvSelectionControlMaskNone);
	CODE(e, SpvOpBranchConditional, condition, then, open->other);
	emit_label(e, then);
}

static void emit_loop(struct emit *e, const struct op *op)
{
	struct emit_open *open = &e->open[e->n_open++];
	uint32_t count = emit_operand(e, &op->a, op->type, 0), before, body, more;
	const struct pxos_loop *loop = (struct pxos_loop *)e->kernel->loops.data + op->loop;
	bool uniform = e->cooperates && !op->divergent;

	for (uint32_t i = op->parent; uniform && i != NONE; i = kernel_op(e->kernel, i)->parent)
		uniform = !kernel_op(e->kernel, i)->divergent;
	if (op->type != PXOS_TYPE_UINT)
		count = GLSL(e, t_uint(e), GLSLstd450SMax, count, c_uint(e, 0));
	count = emit_charge(e, count, loop->body_cost, op->loop, uniform);
	before = e->block;
	body = module_new_id(&e->m);
	open->header = module_new_id(&e->m);
	open->other = module_new_id(&e->m);
	open->merge = module_new_id(&e->m);
	open->next = module_new_id(&e->m);
	emit_branch(e, open->header);
	emit_label(e, open->header);
	open->counter =
		VALUE(e, SpvOpPhi, t_uint(e), c_uint(e, 0), before, open->next, open->other);
	more = VALUE(e, SpvOpULessThan, t_bool(e), open->counter, count);
	CODE(e, SpvOpLoopMerge, open->merge, open->other, SpvLoopControlMaskNone);
	CODE(e, SpvOpBranchConditional, more, body, open->merge);
	emit_label(e, body);
	forget(e);
	emit_assign(e, op->dest, 0, open->counter);
}

static void emit_end_loop(struct emit *e)
{
	struct emit_open *open = &e->open[--e->n_open];

	emit_branch(e, open->other);
	emit_label(e, open->other);
	CODE(e, SpvOpIAdd, t_uint(e), open->next, open->counter, c_uint(e, 1));
	emit_branch(e, open->header);
	emit_label(e, open->merge);
	forget(e);
}

static void emit_break(struct emit *e, const struct op *op)
{
	uint32_t depth = 0;

	for (uint32_t i = op->match; i != NONE; i = kernel_op(e->kernel, i)->parent)
		depth++;
	emit_branch(e, e->open[depth - 1].merge);
}

static uint32_t both(struct emit *e, uint32_t a, uint32_t b)
{
	return a ? VALUE(e, SpvOpLogicalAnd, t_bool(e), a, b) : b;
}

/* IF and ELSE of a predicated kernel: conditions instead of branches. */
static void predicate(struct emit *e, const struct op *op)
{
	struct emit_open *open;

	if (op->code == OP_ENDIF) {
		open = &e->open[--e->n_open];
		for (uint32_t k = 0; k < e->copies; k++)
			e->predicates[k] = open->predicates[k];
		return;
	}
	if (op->code == OP_ELSE) {
		open = &e->open[e->n_open - 1];
		for (uint32_t k = 0; k < e->copies; k++)
			e->predicates[k] =
				both(e, open->predicates[k],
				     VALUE(e, SpvOpLogicalNot, t_bool(e), open->conditions[k]));
		return;
	}
	open = &e->open[e->n_open];
	for (uint32_t k = 0; k < e->copies; k++) {
		open->predicates[k] = e->predicates[k];
		open->conditions[k] = op->variant == COMPARE_NONE
					      ? emit_operand(e, &op->a, PXOS_TYPE_BOOL, k)
					      : emit_compare(e, op, k);
	}
	e->n_open++;
	for (uint32_t k = 0; k < e->copies; k++)
		e->predicates[k] = both(e, open->predicates[k], open->conditions[k]);
}

void emit_flow(struct emit *e, const struct op *op)
{
	if (e->predicated) {
		predicate(e, op);
		return;
	}
	switch (op->code) {
	case OP_IF:
		emit_if(e, op);
		break;
	case OP_ELSE:
		emit_branch(e, e->open[e->n_open - 1].merge);
		emit_label(e, e->open[e->n_open - 1].other);
		forget(e);
		break;
	case OP_ENDIF:
		emit_end_if(e, e->open[--e->n_open].merge);
		forget(e);
		break;
	case OP_LOOP:
		emit_loop(e, op);
		break;
	case OP_ENDLOOP:
		emit_end_loop(e);
		break;
	default: /* OP_BREAK */
		emit_break(e, op);
	}
}

static void mark_read(struct kernel *kernel, const struct operand *operand, const uint32_t *epochs,
		      uint32_t epoch)
{
	if (operand->kind == OPERAND_REGISTER && epochs[operand->value] != epoch)
		kernel_register(kernel, operand->value)->stored = true;
}

/*
 * Which registers are read where their value is not known as an id: the same walk
 * as the emission's, with the same epochs (emit.c's body and the functions above).
 */
void emit_mark_stored(struct emit *e)
{
	struct kernel *kernel = e->kernel;
	uint32_t *epochs = arena_alloc(e->m.arena, (kernel->registers.n + 1) * sizeof(uint32_t));
	uint32_t epoch = 1;

	for (uint32_t i = 0; epochs && i < kernel->ops.n; i++) {
		const struct op *op = kernel_op(kernel, i);

		if (op->dead)
			continue;
		if (op->code == OP_ELSE || op->code == OP_ENDIF || op->code == OP_ENDLOOP)
			epoch++;
		mark_read(kernel, &op->a, epochs, epoch);
		mark_read(kernel, &op->b, epochs, epoch);
		mark_read(kernel, &op->c, epochs, epoch);
		for (uint32_t j = 0; j < op->n_terms; j++)
			mark_read(kernel, &kernel_term(kernel, op->first_term + j)->operand, epochs,
				  epoch);
		if (op->code == OP_LOOP)
			epoch++;
		if (op->dest != NONE)
			epochs[op->dest] = epoch;
	}
}
