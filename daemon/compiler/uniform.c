// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Uniformity: where the threads of a block may part.
 *
 * A barrier that some threads of a block reach and others do not hangs the GPU,
 * so SYNC_THREADS and BLOCK_REDUCE may stand only where control flow is the same
 * for the whole block, and that must be proven here.
 *
 * A register is *divergent* if any assignment to it, anywhere in the kernel, takes
 * a value that may differ between threads, or stands where control flow may
 * differ. An IF or LOOP is divergent if its condition or count is, if it stands
 * in a divergent one, or (LOOP) if a BREAK in divergent flow leaves it. Memory may
 * change under a LOAD (guests and other kernels' parameters share it), so what is
 * loaded is divergent also if every thread loads the same element.
 *
 * Both sets only grow, and a work list visits the readers of each register once
 * when it turns divergent and the inside of each construct once when that does:
 * linear in text length, times the nesting limit.
 */
#include "syntax.h"

struct uniform {
	struct kernel *kernel;
	uint32_t *readers; /* ops, grouped by the register they read */
	uint32_t *first_reader; /* of register i; [n_registers] ends the last group */
	struct vec work; /* uint32_t: registers newly divergent */
};

static uint32_t op_registers(const struct op *op, uint32_t registers[3])
{
	const struct operand *operands[3] = { &op->a, &op->b, &op->c };
	uint32_t n = 0;

	for (int i = 0; i < 3; i++)
		if (operands[i]->kind == OPERAND_REGISTER)
			registers[n++] = operands[i]->value;
	return n;
}

static bool index_readers(struct uniform *u, struct arena *arena)
{
	struct kernel *kernel = u->kernel;
	uint32_t n_registers = kernel->registers.n, registers[3], *first;

	first = arena_alloc(arena, (n_registers + 1) * sizeof(uint32_t));
	u->readers = arena_alloc(arena, (kernel->ops.n * 3 + 1) * sizeof(uint32_t));
	if (!first || !u->readers)
		return false;
	for (uint32_t i = 0; i < kernel->ops.n; i++)
		for (uint32_t n = op_registers(kernel_op(kernel, i), registers); n--;)
			first[registers[n]]++;
	/* Counts become ends; filling each group from its end makes them starts. */
	for (uint32_t i = 1; i < n_registers; i++)
		first[i] += first[i - 1];
	first[n_registers] = n_registers ? first[n_registers - 1] : 0;
	for (uint32_t i = kernel->ops.n; i--;)
		for (uint32_t n = op_registers(kernel_op(kernel, i), registers); n--;)
			u->readers[--first[registers[n]]] = i;
	u->first_reader = first;
	return true;
}

static void diverge_register(struct uniform *u, uint32_t index)
{
	struct variable *variable = kernel_register(u->kernel, index);

	if (variable->divergent)
		return;
	variable->divergent = true;
	*(uint32_t *)vec_push(&u->work) = index;
}

/* Everything inside of an IF or LOOP happens for some threads only. */
static void diverge_construct(struct uniform *u, uint32_t index)
{
	struct kernel *kernel = u->kernel;
	struct op *construct = kernel_op(kernel, index);
	uint32_t end = construct->match;

	if (construct->divergent)
		return;
	construct->divergent = true;
	if (kernel_op(kernel, end)->code == OP_ELSE) {
		kernel_op(kernel, end)->divergent = true;
		end = kernel_op(kernel, end)->match;
	}
	for (uint32_t i = index; i < end; i++) {
		const struct op *op = kernel_op(kernel, i);

		if (op->dest != NONE)
			diverge_register(u, op->dest);
		/* A BREAK out of a loop around this IF: that loop's threads part.
		 * Nesting bounds how deep this recursion goes. */
		if (op->code == OP_BREAK && op->match < index)
			diverge_construct(u, op->match);
	}
}

static void follow(struct uniform *u, uint32_t index)
{
	struct op *op = kernel_op(u->kernel, index);

	if (op->code == OP_IF || op->code == OP_LOOP)
		diverge_construct(u, index);
	else if (op->dest != NONE && op->code != OP_BLOCK_REDUCE)
		diverge_register(u, op->dest);
}

static bool is_source(const struct op *op)
{
	switch (op_form(op)) {
	case FORM_LOAD:
	case FORM_ATOMIC:
	case FORM_CAS:
		return op->dest != NONE;
	default:
		return op->code == OP_THREAD_ID || op->code == OP_LOCAL_ID;
	}
}

static const struct op *divergent_parent(const struct kernel *kernel, const struct op *op)
{
	while (op->parent != NONE) {
		op = kernel_op(kernel, op->parent);
		if (op->divergent)
			return op;
	}
	return NULL;
}

static void check_barrier(struct program *program, struct kernel *kernel, struct op *op)
{
	const struct op *parted = divergent_parent(kernel, op);

	if (!parted)
		return;
	diag_error(program->diag, (struct place){ op->line, op->column }, RULE_DIVERGENT_BARRIER,
		   "all threads of a block must reach it: move it out",
		   "%s where the %s of line %u may part the threads of a block",
		   op_infos[op->code].name, op_infos[parted->code].name, parted->line);
}

/* Mark what stands behind a BREAK up to the end of its construct. */
static void mark_dead(struct program *program, struct kernel *kernel)
{
	bool dead = false, told = false;
	uint32_t parent = NONE;

	for (uint32_t i = 0; i < kernel->ops.n; i++) {
		struct op *op = kernel_op(kernel, i);

		if (dead &&
		    (op->code == OP_ELSE || op->code == OP_ENDIF || op->code == OP_ENDLOOP)) {
			/* Does it end the construct that the BREAK stands in? */
			uint32_t start = op->code == OP_ELSE ? parent : op->match;

			if (op->code == OP_ELSE && kernel_op(kernel, parent)->match != i)
				start = NONE;
			dead = start != parent;
		}
		op->dead = dead;
		if (dead && !told)
			diag_warning(program->diag, (struct place){ op->line, op->column },
				     RULE_UNREACHABLE, NULL,
				     "this is never reached: it stands behind a BREAK");
		told = dead;
		if (op->code == OP_BREAK && !dead) {
			dead = true;
			parent = op->parent;
		}
	}
}

void kernel_uniform(struct program *program, struct kernel *kernel)
{
	struct uniform u = { .kernel = kernel };

	mark_dead(program, kernel);
	vec_init(&u.work, program->arena, sizeof(uint32_t));
	if (!index_readers(&u, program->arena))
		return;
	for (uint32_t i = 0; i < kernel->ops.n; i++)
		if (is_source(kernel_op(kernel, i)))
			diverge_register(&u, kernel_op(kernel, i)->dest);
	while (u.work.n && !program->arena->failed) {
		uint32_t index = ((uint32_t *)u.work.data)[--u.work.n];

		for (uint32_t i = u.first_reader[index]; i < u.first_reader[index + 1]; i++)
			follow(&u, u.readers[i]);
	}
	for (uint32_t i = 0; i < kernel->ops.n && !program->arena->failed; i++) {
		struct op *op = kernel_op(kernel, i);

		if (op->code == OP_SYNC_THREADS || op->code == OP_BLOCK_REDUCE)
			check_barrier(program, kernel, op);
	}
}
