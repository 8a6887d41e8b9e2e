// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * thread.c - one thread's statements, one after the other.
 *
 * A thread is a position in the flat list, its registers and a stack of the
 * loops it is in. Where its way depends on a value that is not known, the
 * launch is abandoned: all that may follow could be otherwise.
 */
#include "thread.h"

#include <stddef.h>

void ref_machine_abandon(struct ref_machine *machine, const char *why, uint32_t line)
{
	if (machine->is_abandoned)
		return;
	machine->is_abandoned = true;
	machine->why = why;
	machine->why_line = line;
}

struct ref_value ref_machine_operand(const struct ref_machine *machine,
				     const struct ref_thread *thread,
				     const struct ref_operand *operand, enum ref_type type)
{
	switch (operand->kind) {
	case REF_OPERAND_REGISTER:
		return ref_value_convert(&thread->registers[operand->index], type);
	case REF_OPERAND_SCALAR:
		return ref_value_convert(&machine->scalars[operand->index], type);
	case REF_OPERAND_FLOAT:
		return ref_value_range(ref_range_of(operand->number));
	case REF_OPERAND_INTEGER:
		if (type == REF_FLOAT)
			return ref_value_range(ref_range_of((float)operand->integer));
		return ref_value_word(type, (uint32_t)operand->integer);
	case REF_OPERAND_NONE:
		break;
	}
	return ref_value_zero(type);
}

static struct ref_value index_value(const struct ref_machine *machine,
				    const struct ref_thread *thread,
				    const struct ref_expression *expression, enum ref_type type)
{
	struct ref_value sides[3] = { { 0 } };
	enum ref_op op;

	/* A literal beside another operand takes its type, so types come from above. */
	if (!expression->op)
		return ref_machine_operand(machine, thread, &expression->operand, type);
	sides[0] = index_value(machine, thread, expression->left, expression->type);
	if (expression->right)
		sides[1] = index_value(machine, thread, expression->right, expression->type);
	switch (expression->op) {
	case '+':
		op = REF_OP_ADD;
		break;
	case '-':
		op = REF_OP_SUB;
		break;
	case '*':
		op = REF_OP_MUL;
		break;
	case '/':
		op = REF_OP_DIV;
		break;
	case '%':
		op = REF_OP_MOD;
		break;
	default:
		op = REF_OP_NEG;
		break;
	}
	sides[0] = ref_value_operate(op, expression->type, sides);
	return ref_value_convert(&sides[0], type);
}

static struct ref_value statement_operand(const struct ref_machine *machine,
					  const struct ref_thread *thread,
					  const struct ref_statement *statement, int i)
{
	return ref_machine_operand(machine, thread, &statement->operands[i], statement->type);
}

/* ------------------------------------------------------------------ memory */

static void run_memory(struct ref_machine *machine, struct ref_thread *thread,
		       const struct ref_statement *statement)
{
	struct ref_memory_array *array = machine->arrays[statement->array];
	enum ref_type element = array->type == REF_U8 ? REF_INT : array->type;
	struct ref_value index, values[2] = { { 0 } }, result;
	bool race = false;
	int i;

	index = index_value(machine, thread, statement->index, statement->index->type);
	for (i = 0; i < statement->n_operands; i++)
		values[i] = ref_machine_operand(machine, thread, &statement->operands[i], element);
	if (statement->op == REF_OP_LOAD)
		result = ref_memory_load(array, &index, &machine->actor, &race);
	else if (statement->op == REF_OP_STORE)
		ref_memory_store(array, &index, &values[0], &machine->actor, &race);
	else
		result = ref_memory_atomic(array, statement->op, &index, values,
					   statement->result != REF_NO_INDEX, &machine->actor,
					   &race);
	if (statement->result != REF_NO_INDEX)
		thread->registers[statement->result] = result;
	if (race)
		ref_machine_abandon(machine, "accesses race", statement->line);
}

/* ------------------------------------------------------------ control flow */

static void enter_if(struct ref_machine *machine, struct ref_thread *thread,
		     const struct ref_statement *statement)
{
	struct ref_value condition = statement_operand(machine, thread, statement, 0), other;
	enum ref_truth truth;

	if (statement->n_operands == 2) {
		other = statement_operand(machine, thread, statement, 1);
		condition = ref_value_compare(&condition, statement->compare, &other);
	}
	truth = ref_value_is_true(&condition);
	if (truth == REF_MAYBE)
		ref_machine_abandon(machine, "a condition is open", statement->line);
	thread->position = truth == REF_TRUE ? thread->position + 1 : statement->other + 1;
}

static void set_counter(struct ref_thread *thread, const struct ref_statement *loop, uint32_t i)
{
	thread->registers[loop->result] = ref_value_word(REF_INT, i);
}

static void enter_loop(struct ref_machine *machine, struct ref_thread *thread,
		       const struct ref_statement *statement)
{
	struct ref_value count = statement_operand(machine, thread, statement, 0);

	if (!count.is_known)
		ref_machine_abandon(machine, "a loop's count is open", statement->line);
	if (!count.word || (count.type == REF_INT && count.word >> 31)) {
		thread->position = statement->other + 1;
		return;
	}
	thread->loops[thread->n_loops].statement = thread->position;
	thread->loops[thread->n_loops].count = count.word;
	thread->loops[thread->n_loops].next = 1;
	thread->n_loops++;
	set_counter(thread, statement, 0);
	thread->position++;
}

static void end_loop(struct ref_machine *machine, struct ref_thread *thread)
{
	int top = thread->n_loops - 1;
	int statement = thread->loops[top].statement;

	if (thread->loops[top].next == thread->loops[top].count) {
		thread->n_loops--;
		thread->position++;
		return;
	}
	set_counter(thread, &machine->kernel->statements[statement], thread->loops[top].next++);
	thread->position = statement + 1;
}

/* True if @statement was control flow, and the position has been moved. */
static bool run_flow(struct ref_machine *machine, struct ref_thread *thread,
		     const struct ref_statement *statement)
{
	switch (statement->op) {
	case REF_OP_IF:
		enter_if(machine, thread, statement);
		return true;
	case REF_OP_ELSE:
		/* Reached from above: the IF's side is done. */
		thread->position = statement->other + 1;
		return true;
	case REF_OP_LOOP:
		enter_loop(machine, thread, statement);
		return true;
	case REF_OP_ENDLOOP:
		end_loop(machine, thread);
		return true;
	case REF_OP_BREAK:
		thread->n_loops--;
		thread->position = statement->other + 1;
		return true;
	default:
		return false;
	}
}

/* ------------------------------------------------------------------ values */

static uint32_t identity(const struct ref_machine *machine, const struct ref_thread *thread,
			 enum ref_op op)
{
	switch (op) {
	case REF_OP_THREAD_ID:
		return machine->actor.thread;
	case REF_OP_BLOCK_ID:
		return machine->actor.block;
	case REF_OP_LOCAL_ID:
		return thread->local_id;
	case REF_OP_BLOCK_SIZE:
		return machine->block_size;
	default:
		return machine->n_threads;
	}
}

static struct ref_value run_select(const struct ref_machine *machine,
				   const struct ref_thread *thread,
				   const struct ref_statement *statement)
{
	struct ref_value condition =
		ref_machine_operand(machine, thread, &statement->operands[0], REF_BOOL);
	struct ref_value yes = statement_operand(machine, thread, statement, 1);
	struct ref_value no = statement_operand(machine, thread, statement, 2);

	switch (ref_value_is_true(&condition)) {
	case REF_TRUE:
		return yes;
	case REF_FALSE:
		return no;
	default:
		return ref_value_either(&yes, &no);
	}
}

static struct ref_value run_value(const struct ref_machine *machine,
				  const struct ref_thread *thread,
				  const struct ref_statement *statement)
{
	struct ref_value operands[3] = { { 0 } };
	int i;

	switch (statement->op) {
	case REF_OP_THREAD_ID:
	case REF_OP_BLOCK_ID:
	case REF_OP_LOCAL_ID:
	case REF_OP_BLOCK_SIZE:
	case REF_OP_THREAD_COUNT:
		return ref_value_word(REF_INT, identity(machine, thread, statement->op));
	case REF_OP_SELECT:
		return run_select(machine, thread, statement);
	default:
		break;
	}
	for (i = 0; i < statement->n_operands; i++)
		operands[i] = statement_operand(machine, thread, statement, i);
	switch (statement->op) {
	case REF_OP_SET:
		return operands[0];
	case REF_OP_CAST:
		return ref_value_cast(&operands[0], statement->cast);
	case REF_OP_COMPARE:
		return ref_value_compare(&operands[0], statement->compare, &operands[1]);
	default:
		return ref_value_operate(statement->op, statement->type, operands);
	}
}

static void run_statement(struct ref_machine *machine, struct ref_thread *thread,
			  const struct ref_statement *statement)
{
	switch (statement->op) {
	case REF_OP_LOAD:
	case REF_OP_STORE:
	case REF_OP_ATOMIC_ADD:
	case REF_OP_ATOMIC_MIN:
	case REF_OP_ATOMIC_MAX:
	case REF_OP_ATOMIC_EXCH:
	case REF_OP_ATOMIC_CAS:
		run_memory(machine, thread, statement);
		break;
	case REF_OP_SYNC_THREADS:
		thread->state = REF_THREAD_WAITS;
		break;
	case REF_OP_BLOCK_REDUCE:
		thread->offer = statement_operand(machine, thread, statement, 0);
		thread->state = REF_THREAD_WAITS;
		break;
	case REF_OP_PARALLEL_MATMUL:
		ref_matmul_run(machine, statement);
		break;
	case REF_OP_ENDIF:
		break;
	default:
		thread->registers[statement->result] = run_value(machine, thread, statement);
		break;
	}
	/* A waiting thread goes on behind the barrier. */
	thread->position++;
}

void ref_thread_run(struct ref_machine *machine, struct ref_thread *thread)
{
	const struct ref_kernel *kernel = machine->kernel;

	if (thread->state == REF_THREAD_ENDED)
		return;
	thread->state = REF_THREAD_RUNS;
	while (thread->state == REF_THREAD_RUNS && !machine->is_abandoned) {
		const struct ref_statement *statement;

		if (thread->position == kernel->n_statements) {
			thread->state = REF_THREAD_ENDED;
			return;
		}
		if (machine->steps++ >= machine->steps_max)
			return;
		statement = &kernel->statements[thread->position];
		if (!run_flow(machine, thread, statement))
			run_statement(machine, thread, statement);
	}
}
