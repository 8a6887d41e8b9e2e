// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Traits: what a launcher and a scheduler want to know of a kernel besides its
 * code. How its arrays are used, what it costs, whether it may be run twice,
 * whether its blocks can see each other, whether threads are coarsened.
 *
 * Costs are worst cases: both branches of an IF are counted, every loop runs all
 * its iterations. All answers err on the safe side: a kernel is repeatable, or its
 * blocks apart, only if that is evident from the text.
 */
#include <string.h>

#include "emit.h"

/* A float ATOMIC_ADD, or a byte's STORE, by compare-and-swap: everybody retries. */
#define WEIGHT_SWAP 2048
#define WEIGHT_FLOAT_MOD 160
#define WEIGHT_FLOAT_DIV 12
#define WEIGHT_LITERAL_DIV 6
#define WEIGHT_SHARED 4
/* Coming to a loop, whether it then runs or not; and to end it. */
#define WEIGHT_ENTER 32
/* Global memory is so much nearer where the GPU is software. */
#define SOFTWARE_MEMORY_DIVISOR 4
#define WEIGHT_INDEX_DIV 24
/* A product beside other operations: an element, and one step of its sum. */
#define WEIGHT_SHARED_OUT 128
#define WEIGHT_DOT 160
/* One step along the inner size of a tiled product, for a thread: 64 fused
 * multiply-adds at the full rate of the GPU, which no other code comes near. */
#define WEIGHT_MATMUL_STEP 8

/*
 * PXOS_TARGET_FEW_ROUNDS: what a round of a loop costs at least, so that the rounds
 * that a thread can pay for, from both of its accounts, stay under the driver's
 * 65,535: 2 * 2^20 / 34 = 61,680. The rest is for the loops of a compare-and-swap.
 */
#define WEIGHT_ROUND 34
#define FEW_ROUNDS_STEPS_MAX (1u << 20)
#define ROUNDS_POWER 32
#define ROUNDS_FLOAT_MOD 33
#define ROUNDS_REDUCE 128

static bool is_literal(const struct operand *operand)
{
	return operand->kind == OPERAND_INT || operand->kind == OPERAND_FLOAT;
}

static uint64_t index_weight(const struct kernel *kernel, const struct op *op)
{
	uint64_t weight = 0;

	for (uint32_t i = 0; i < op->n_terms; i++) {
		const struct term *term = kernel_term(kernel, op->first_term + i);

		if (term->sign == '/' || term->sign == '%')
			weight += is_literal(&term[-1].operand) && !term[-1].sign
					  ? WEIGHT_LITERAL_DIV
					  : WEIGHT_INDEX_DIV;
		else if (term->sign)
			weight++;
	}
	return weight;
}

/* Rounds of the loops that stand in for an operation. */
static uint64_t op_rounds(const struct op *op)
{
	if (op->code == OP_POW && op->type != PXOS_TYPE_FLOAT)
		return ROUNDS_POWER;
	if (op->code == OP_MOD && op->type == PXOS_TYPE_FLOAT)
		return ROUNDS_FLOAT_MOD;
	return op->code == OP_BLOCK_REDUCE ? ROUNDS_REDUCE : 0;
}

static bool is_divergent(const struct kernel *kernel, const struct operand *operand)
{
	return operand->kind == OPERAND_REGISTER &&
	       kernel_register(kernel, operand->value)->divergent;
}

/*
 * Rounds that a vector of threads makes for one round of a thread. Threads that go
 * through a loop together share its rounds; those that enter it at different times,
 * or for different counts, may have to wait for each other every time.
 */
static uint64_t loop_rounds(const struct program *program, const struct kernel *kernel,
			    const struct op *op)
{
	bool together = true;

	for (; together && op; op = op->parent == NONE ? NULL : kernel_op(kernel, op->parent))
		together = op->code == OP_LOOP ? !is_divergent(kernel, &op->a) : !op->divergent;
	return together ? 1 : program->target->subgroup_size;
}

/* The same for an operation that is a loop inside. */
static uint64_t parent_rounds(const struct program *program, const struct kernel *kernel,
			      const struct op *op)
{
	if (op->parent == NONE)
		return 1;
	return loop_rounds(program, kernel, kernel_op(kernel, op->parent));
}

/* A byte where the GPU stores words: a compare-and-swap loop. */
static bool stores_by_swap(const struct program *program, const struct op *op)
{
	return op->code == OP_STORE && op->type == PXOS_TYPE_U8 && !(op->array & ARRAY_SHARED) &&
	       !(program->target->flags & PXOS_TARGET_STORAGE8);
}

static uint64_t op_weight(const struct program *program, const struct kernel *kernel,
			  const struct op *op)
{
	uint64_t weight = op_infos[op->code].weight;
	bool is_float = op->type == PXOS_TYPE_FLOAT;

	switch (op->code) {
	case OP_DIV:
	case OP_MOD:
		if (is_float)
			return op->code == OP_DIV ? WEIGHT_FLOAT_DIV : WEIGHT_FLOAT_MOD;
		return is_literal(&op->b) ? WEIGHT_LITERAL_DIV : weight;
	case OP_ATOMIC_ADD:
		if (is_float)
			weight = WEIGHT_SWAP;
		break;
	case OP_STORE:
		if (stores_by_swap(program, op))
			weight = WEIGHT_SWAP;
		break;
	}
	if (op->n_terms && (op->array & ARRAY_SHARED))
		weight = op->code == OP_LOAD || op->code == OP_STORE ? WEIGHT_SHARED : weight / 4;
	else if (op->n_terms && (program->target->flags & PXOS_TARGET_FEW_ROUNDS))
		weight /= SOFTWARE_MEMORY_DIVISOR;
	return weight + index_weight(kernel, op);
}

static struct pxos_loop *add_loop(struct kernel *kernel, uint32_t line, uint32_t parent)
{
	struct pxos_loop *loop = vec_push(&kernel->loops);

	loop->line = line;
	loop->parent = parent;
	*(uint32_t *)vec_push(&kernel->lines) = line;
	return loop;
}

static void count_by(struct pxos_loop *loop, const struct kernel *kernel,
		     const struct operand *count)
{
	loop->value = count->value;
	loop->count = PXOS_COUNT_DATA;
	if (count->kind == OPERAND_INT) {
		loop->count = PXOS_COUNT_LITERAL;
		if (count->literal == LITERAL_NEGATIVE)
			loop->value = 0;
	} else if (count->kind == OPERAND_SCALAR &&
		   kernel_scalar(kernel, count->value)->type != PXOS_TYPE_FLOAT) {
		loop->count = PXOS_COUNT_SCALAR;
	}
}

/* Threads of the smallest block the kernel is launched with. */
static uint32_t block_threads_min(const struct program *program, const struct kernel *kernel)
{
	const struct pxos_launch *launches = program->launches.data;
	uint32_t least = PXOS_BLOCK_THREADS_MAX;

	for (uint32_t i = 0; i < program->launches.n; i++) {
		uint32_t threads = launches[i].blocks ? launches[i].threads
						      : PXOS_BLOCK_THREADS_DEFAULT;

		if (program_kernel(program, launches[i].kernel) == kernel && threads < least)
			least = threads;
	}
	return least;
}

static void raise_cost(uint64_t *cost, uint64_t least)
{
	if (*cost < least)
		*cost = least;
}

/* To the body of a loop, or to the kernel's own. */
static void add_cost(struct kernel *kernel, struct pxos_kernel *out, uint32_t loop, uint64_t cost)
{
	if (kernel->ops.arena->failed)
		return;
	if (loop == NONE)
		out->straight_cost += cost;
	else
		((struct pxos_loop *)kernel->loops.data)[loop].body_cost += cost;
}

/* What coming to a loop costs the code around it; a loop of n makes n + 1 rounds. */
static uint64_t entry_cost(const struct program *program, const struct kernel *kernel,
			   const struct op *op)
{
	if (!(program->target->flags & PXOS_TARGET_FEW_ROUNDS))
		return WEIGHT_ENTER;
	return WEIGHT_ENTER + WEIGHT_ROUND * loop_rounds(program, kernel, op);
}

/* Costs of the kernel's straight code and of each loop's body. */
static void kernel_costs(struct program *program, struct kernel *kernel, struct pxos_kernel *out)
{
	bool few_rounds = program->target->flags & PXOS_TARGET_FEW_ROUNDS;
	uint32_t inside = NONE; /* loop */

	out->straight_cost = 8;
	out->thread_steps_max = few_rounds ? FEW_ROUNDS_STEPS_MAX : 0;
	if (few_rounds)
		out->straight_cost += (uint64_t)WEIGHT_ROUND * (kernel->shared_bytes / 4) /
				      block_threads_min(program, kernel);
	for (uint32_t i = 0; i < kernel->ops.n && !kernel->ops.arena->failed; i++) {
		struct op *op = kernel_op(kernel, i);
		uint64_t weight = op->dead ? 0 : op_weight(program, kernel, op);

		if (op->code == OP_LOOP) {
			op->loop = kernel->loops.n;
			count_by(add_loop(kernel, op->line, inside), kernel, &op->a);
			add_cost(kernel, out, inside, entry_cost(program, kernel, op));
			inside = op->loop;
		} else if (op->code == OP_MATMUL) {
			/* The elements of a thread, and for each its row times a column. */
			op->loop = kernel->loops.n;
			add_loop(kernel, op->line, inside)->count = PXOS_COUNT_DATA;
			count_by(add_loop(kernel, op->line, op->loop), kernel, &op->c);
			add_cost(kernel, out, inside, entry_cost(program, kernel, op));
			add_cost(kernel, out, op->loop,
				 WEIGHT_SHARED_OUT + entry_cost(program, kernel, op));
			add_cost(kernel, out, op->loop + 1,
				 WEIGHT_DOT + (few_rounds ? WEIGHT_ROUND : 0));
		}
		if (few_rounds && !op->dead)
			raise_cost(&weight, WEIGHT_ROUND * op_rounds(op) *
						    parent_rounds(program, kernel, op));
		add_cost(kernel, out, inside, weight);
		if (op->code != OP_ENDLOOP || kernel->ops.arena->failed)
			continue;
		if (few_rounds)
			add_cost(kernel, out, inside,
				 WEIGHT_ROUND * loop_rounds(program, kernel,
							    kernel_op(kernel, op->match)));
		inside = ((struct pxos_loop *)kernel->loops.data)[inside].parent;
	}
}

bool kernel_own_element(const struct kernel *kernel, const struct op *op)
{
	const struct term *term = kernel_term(kernel, op->first_term);
	const struct variable *variable;
	const struct op *source;

	if ((op->array & ARRAY_SHARED) || op->n_terms != 1 ||
	    term->operand.kind != OPERAND_REGISTER)
		return false;
	/* A register that is assigned to once, THREAD_ID, in all threads and before. */
	variable = kernel_register(kernel, term->operand.value);
	source = kernel_op(kernel, variable->first_op);
	return variable->n_assigned == 1 && source < op && source->code == OP_THREAD_ID &&
	       source->parent == NONE;
}

static void use(struct kernel *kernel, uint32_t array, uint32_t uses, bool own)
{
	struct pxos_array *a;

	if (array & ARRAY_SHARED)
		return;
	a = kernel_array(kernel, array);
	/* Own until proven otherwise, from the first use on. */
	if (!own)
		a->uses &= ~(uint32_t)PXOS_USE_OWN_ELEMENT;
	else if (!(a->uses & (PXOS_USE_READ | PXOS_USE_WRITE)))
		a->uses |= PXOS_USE_OWN_ELEMENT;
	a->uses |= uses;
}

/* How each array is used; and the counts that a static reading goes by. */
static void kernel_uses(struct kernel *kernel, struct pxos_kernel *out)
{
	for (uint32_t i = 0; i < kernel->ops.n; i++) {
		const struct op *op = kernel_op(kernel, i);

		switch (op_form(op)) {
		case FORM_LOAD:
			use(kernel, op->array, PXOS_USE_READ, kernel_own_element(kernel, op));
			out->n_loads++;
			break;
		case FORM_STORE:
			use(kernel, op->array, PXOS_USE_WRITE, kernel_own_element(kernel, op));
			out->n_stores++;
			break;
		case FORM_ATOMIC:
		case FORM_CAS:
			use(kernel, op->array, PXOS_USE_READ | PXOS_USE_WRITE | PXOS_USE_ATOMIC,
			    false);
			out->n_atomics++;
			break;
		case FORM_MATMUL:
			use(kernel, op->matmul_a, PXOS_USE_READ, false);
			use(kernel, op->matmul_b, PXOS_USE_READ, false);
			use(kernel, op->array, PXOS_USE_WRITE, false);
			out->n_loads += 2;
			out->n_stores++;
			break;
		case FORM_SYNC:
		case FORM_REDUCE:
			out->n_barriers++;
			break;
		case FORM_IF:
		case FORM_ELSE:
		case FORM_ENDIF:
		case FORM_LOOP:
		case FORM_ENDLOOP:
		case FORM_BREAK:
			break;
		default:
			out->n_arithmetic++;
		}
	}
}

static void kernel_repeatable(struct program *program, struct kernel *kernel,
			      struct pxos_kernel *out)
{
	out->flags |= PXOS_KERNEL_REPEATABLE;
	out->repeat_reason = "it reads nothing that it writes";
	for (uint32_t i = 0; i < kernel->arrays.n; i++) {
		const struct pxos_array *array = kernel_array(kernel, i);

		if (!(array->uses & PXOS_USE_READ) || !(array->uses & PXOS_USE_WRITE))
			continue;
		if (!(array->uses & PXOS_USE_OWN_ELEMENT))
			out->flags |= PXOS_KERNEL_BLOCKS_COMMUNICATE;
		if (out->flags & PXOS_KERNEL_REPEATABLE)
			out->repeat_reason =
				arena_format(program->arena, "it reads and writes %s", array->name);
		out->flags &= ~(uint32_t)PXOS_KERNEL_REPEATABLE;
	}
}

const struct op *kernel_lone_matmul(const struct kernel *kernel)
{
	if (kernel->ops.n != 1 || kernel_op(kernel, 0)->code != OP_MATMUL)
		return NULL;
	return kernel_op(kernel, 0);
}

static const char *why_plain(const struct program *program, const struct kernel *kernel,
			     const struct pxos_kernel *out)
{
	if (program->target->flags & PXOS_TARGET_NO_COARSEN)
		return "not asked for";
	if (out->flags & PXOS_KERNEL_COOPERATES)
		return "its threads work together in blocks";
	for (uint32_t i = 0; i < kernel->ops.n; i++) {
		const struct op *op = kernel_op(kernel, i);

		if (op->code == OP_LOOP || op->code == OP_MATMUL)
			return "it has a loop, which has work of its own to overlap";
		if (op_form(op) == FORM_ATOMIC || op_form(op) == FORM_CAS)
			return "it has atomics";
		if (stores_by_swap(program, op))
			return "this GPU stores bytes by compare-and-swap";
	}
	if (!out->n_loads && !out->n_stores)
		return "it touches no memory";
	if (kernel->ops.n > COARSEN_OPS_MAX || kernel->terms.n > 4 * COARSEN_OPS_MAX)
		return "it is long, and four copies would not fit the registers";
	return NULL;
}

/*
 * Are neighbouring threads' accesses neighbours, so that an invocation can take
 * four by vectors? Then everything it indexes is array[THREAD_ID], or the same for
 * all threads. (An index like t + 1 would be loaded by fours that overlap and
 * straddle; those kernels take threads a block's width apart.)
 */
static bool is_streaming(const struct kernel *kernel)
{
	uint32_t n_own = 0;

	for (uint32_t i = 0; i < kernel->ops.n; i++) {
		const struct op *op = kernel_op(kernel, i);

		if (!op->n_terms)
			continue;
		if (kernel_own_element(kernel, op)) {
			n_own++;
			continue;
		}
		for (uint32_t j = 0; j < op->n_terms; j++)
			if (kernel_term(kernel, op->first_term + j)->operand.kind ==
			    OPERAND_REGISTER)
				return false;
	}
	return n_own;
}

static bool is_launched_in_full(const struct program *program)
{
	const struct pxos_launch *launches = program->launches.data;

	return program->launches.n && launches[0].blocks;
}

/* Does it retry until nobody else was faster? */
static bool swaps(const struct program *program, const struct op *op)
{
	uint32_t need = op->array & ARRAY_SHARED ? PXOS_TARGET_ATOMIC_FLOAT_ADD_SHARED
						 : PXOS_TARGET_ATOMIC_FLOAT_ADD;

	return stores_by_swap(program, op) ||
	       (op->code == OP_ATOMIC_ADD && op->type == PXOS_TYPE_FLOAT &&
		!(program->target->flags & need));
}

static void kernel_shape(struct program *program, struct kernel *kernel, struct pxos_kernel *out)
{
	bool any_block = true;

	if (kernel->shared.n || out->n_barriers)
		out->flags |= PXOS_KERNEL_COOPERATES;
	for (uint32_t i = 0; i < kernel->ops.n; i++) {
		const struct op *op = kernel_op(kernel, i);

		if (op->code == OP_BLOCK_ID || op->code == OP_LOCAL_ID || op->code == OP_BLOCK_SIZE)
			any_block = false;
	}
	for (uint32_t i = 0; i < kernel->ops.n; i++)
		if (swaps(program, kernel_op(kernel, i)))
			out->flags |= PXOS_KERNEL_SWAPS;
	if (any_block && !(out->flags & PXOS_KERNEL_COOPERATES))
		out->flags |= PXOS_KERNEL_ANY_BLOCK;
	out->coarsen_reason = why_plain(program, kernel, out);
	out->coarsen = out->coarsen_reason ? 1 : COPIES_MAX;
	if (is_launched_in_full(program))
		out->flags |= PXOS_KERNEL_FULL_BLOCKS;
	if (out->coarsen_reason)
		return;
	out->coarsen_reason = "no loop, no barrier, no atomics: four elements a thread";
	if (any_block && is_streaming(kernel)) {
		out->flags |= PXOS_KERNEL_VECTORS;
		out->coarsen_reason =
			"each thread keeps to its own elements: four a thread, by vectors";
	}
}

static void matmul_shape(const struct program *program, const struct kernel *kernel,
			 const struct op *op, struct pxos_kernel *out)
{
	const struct operand *sizes[3] = { &op->a, &op->b, &op->c };
	struct pxos_loop *loops = kernel->loops.data;

	out->flags |= PXOS_KERNEL_MATMUL;
	out->flags &= ~(uint32_t)PXOS_KERNEL_ANY_BLOCK;
	out->shared_bytes =
		matmul_depth(program->target) * (PXOS_MATMUL_ROWS + PXOS_MATMUL_COLS) * 2 * 4;
	out->coarsen_reason = "a matrix product is tiled, 8 by 8 elements a thread";
	for (int i = 0; i < 3; i++) {
		out->matmul[i].is_scalar = sizes[i]->kind == OPERAND_SCALAR;
		out->matmul[i].value = sizes[i]->value;
		if (!out->matmul[i].is_scalar && sizes[i]->literal == LITERAL_NEGATIVE)
			out->matmul[i].value = 0;
	}
	out->matmul_tile[0] = PXOS_MATMUL_ROWS;
	out->matmul_tile[1] = PXOS_MATMUL_COLS;
	/* A thread's tile goes once along the inner size, and that is all. */
	loops[1].parent = NONE;
	loops[1].body_cost = WEIGHT_MATMUL_STEP;
	if (program->target->flags & PXOS_TARGET_FEW_ROUNDS)
		loops[1].body_cost = 32; /* slower by far, and a round is 8 or 16 steps */
	out->loops = &loops[1];
	out->n_loops = 1;
}

void kernel_traits(struct program *program, struct kernel *kernel, struct pxos_kernel *out)
{
	const struct op *matmul = kernel_lone_matmul(kernel);
	uint32_t n_args;

	kernel_costs(program, kernel, out);
	if (program->arena->failed)
		return;
	kernel_uses(kernel, out);
	kernel_repeatable(program, kernel, out);
	kernel_shape(program, kernel, out);
	out->name = kernel->name;
	out->line = kernel->place.line;
	out->hints = kernel->hints;
	out->arrays = kernel->arrays.data;
	out->n_arrays = kernel->arrays.n;
	out->scalars = kernel->scalars.data;
	out->n_scalars = kernel->scalars.n;
	out->loops = kernel->loops.data;
	out->n_loops = kernel->loops.n;
	out->lines = kernel->lines.data;
	out->n_lines = kernel->lines.n;
	out->shared_bytes = kernel->shared_bytes;
	for (uint32_t i = 0; i < kernel->ops.n; i++)
		if (kernel_op(kernel, i)->code == OP_BLOCK_REDUCE) {
			out->shared_bytes_thread = 4;
			break;
		}
	n_args = 16 + 4 * (out->n_arrays + out->n_scalars);
	if (n_args > program->target->push_bytes_max ||
	    (program->target->flags & PXOS_TARGET_ARGS_UNIFORM))
		out->flags |= PXOS_KERNEL_ARGS_UNIFORM;
	if (matmul)
		matmul_shape(program, kernel, matmul, out);
	else if (out->n_loops)
		out->flags |= PXOS_KERNEL_CHECKED;
}
