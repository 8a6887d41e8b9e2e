// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * launch.c - a program's launches in order, each block by block.
 *
 * The threads of a block run one after the other up to the next barrier, then
 * all of them go on. BLOCK_REDUCE is a barrier for the threads, but orders no
 * memory: only SYNC_THREADS begins a new epoch.
 */
#include "thread.h"

#include <stdlib.h>
#include <string.h>

struct run {
	const struct ref_program *program;
	const struct ref_arguments *arguments;
	struct ref_memory *memory;
	struct ref_report *report;
	struct ref_machine machine;
	uint32_t epoch;
};

/* ---------------------------------------------------------------- barriers */

static struct ref_value reduce(enum ref_op op, const struct ref_thread *threads, uint32_t n)
{
	struct ref_value result = threads[0].offer, operands[3] = { { 0 } };
	struct ref_sum sum;
	uint32_t i;

	if (result.type == REF_FLOAT && op == REF_OP_ADD) {
		ref_sum_init(&sum);
		for (i = 0; i < n; i++)
			ref_sum_add(&sum, threads[i].offer.range);
		return ref_value_range(ref_sum_range(&sum, 1));
	}
	for (i = 1; i < n; i++) {
		operands[0] = result;
		operands[1] = threads[i].offer;
		result = ref_value_operate(op, result.type, operands);
	}
	return result;
}

/* All threads wait at the same barrier: let them go on. */
static void pass_barrier(struct run *run, struct ref_thread *threads, uint32_t n)
{
	const struct ref_statement *statement =
		&run->machine.kernel->statements[threads[0].position - 1];
	struct ref_value result;
	uint32_t i;

	for (i = 1; i < n; i++)
		if (threads[i].position != threads[0].position)
			ref_machine_abandon(&run->machine, "threads wait at different barriers",
					    statement->line);
	if (statement->op == REF_OP_SYNC_THREADS) {
		run->machine.actor.epoch = ++run->epoch;
		return;
	}
	result = reduce(statement->reduce, threads, n);
	for (i = 0; i < n; i++)
		threads[i].registers[statement->result] = result;
}

/* ------------------------------------------------------------------ blocks */

static void init_thread(const struct ref_kernel *kernel, struct ref_thread *thread,
			struct ref_value *registers, uint32_t local_id)
{
	int i;

	*thread = (struct ref_thread){ .registers = registers, .local_id = local_id };
	for (i = 0; i < kernel->n_registers; i++)
		registers[i] = ref_value_zero(kernel->registers[i].type);
}

static bool is_over(const struct ref_machine *machine)
{
	return machine->is_abandoned || machine->steps >= machine->steps_max;
}

static void run_threads(struct run *run, struct ref_thread *threads, uint32_t first, uint32_t n)
{
	struct ref_machine *machine = &run->machine;
	uint32_t i, n_ended;

	do {
		n_ended = 0;
		for (i = 0; i < n && !is_over(machine); i++) {
			machine->actor.thread = first + i;
			ref_thread_run(machine, &threads[i]);
			n_ended += threads[i].state == REF_THREAD_ENDED;
		}
		if (is_over(machine))
			return;
		if (n_ended && n_ended < n)
			ref_machine_abandon(machine, "a thread ended before a barrier", 0);
		else if (!n_ended)
			pass_barrier(run, threads, n);
	} while (!n_ended);
}

static void run_block(struct run *run, uint32_t block)
{
	struct ref_machine *machine = &run->machine;
	const struct ref_kernel *kernel = machine->kernel;
	uint32_t first = block * machine->block_size, n = machine->n_threads - first, t;
	size_t n_registers = (size_t)kernel->n_registers;
	struct ref_thread *threads;
	struct ref_value *registers;
	int i;

	if (n > machine->block_size)
		n = machine->block_size;
	threads = calloc(n, sizeof(*threads));
	registers = calloc(n * n_registers + 1, sizeof(*registers));
	for (t = 0; t < n; t++)
		init_thread(kernel, &threads[t], registers + t * n_registers, t);
	for (i = 0; i < kernel->n_arrays; i++)
		if (kernel->arrays[i].is_shared)
			ref_memory_array_clear(machine->arrays[i]);
	machine->actor.block = block;
	machine->actor.epoch = ++run->epoch;
	run_threads(run, threads, first, n);
	free(threads);
	free(registers);
}

/* ---------------------------------------------------------------- binding */

static int bind_scalars(struct run *run, const struct ref_kernel *kernel)
{
	int first = ref_kernel_first_array(kernel), unbound = REF_NO_INDEX, i;
	const struct ref_memory_array *array;

	for (i = 0; i < kernel->n_scalars; i++) {
		const struct ref_argument *argument =
			ref_arguments_find(run->arguments, kernel->scalars[i].name);

		if (argument && argument->is_array)
			return REF_RUN_E_ARGUMENT;
		if (argument) {
			run->machine.scalars[i] =
				ref_value_element(kernel->scalars[i].type, argument->scalar);
			continue;
		}
		if (unbound != REF_NO_INDEX || kernel->scalars[i].type != REF_INT)
			return REF_RUN_E_ARGUMENT;
		unbound = i;
	}
	if (unbound == REF_NO_INDEX)
		return 0;
	if (first == REF_NO_INDEX)
		return REF_RUN_E_ARGUMENT;
	array = ref_memory_find(run->memory, kernel->arrays[first].name);
	if (!array)
		return REF_RUN_E_ARGUMENT;
	run->machine.scalars[unbound] = ref_value_word(REF_INT, array->length);
	return 0;
}

static uint32_t implicit_length(const struct run *run, const struct ref_kernel *kernel)
{
	const struct ref_memory_array *array;
	int64_t m, n;

	if (ref_kernel_is_matmul(kernel)) {
		m = ref_matmul_size(&run->machine, &kernel->statements[0], 0);
		n = ref_matmul_size(&run->machine, &kernel->statements[0], 1);
		return m > 0 && n > 0 ? (uint32_t)(m * n) : 0;
	}
	array = ref_memory_find(run->memory, kernel->arrays[ref_kernel_first_array(kernel)].name);
	return array ? array->length : 0;
}

/* First come the arrays, then, by their lengths, what is implicit. */
static int bind_arrays(struct run *run, const struct ref_kernel *kernel)
{
	struct ref_memory_array *array;
	int i;

	for (i = 0; i < kernel->n_arrays; i++) {
		const struct ref_array *wanted = &kernel->arrays[i];

		if (wanted->is_shared)
			continue;
		array = ref_memory_find(run->memory, wanted->name);
		if (!array && !wanted->is_implicit)
			return REF_RUN_E_ARGUMENT;
		if (!array)
			array = ref_memory_add(run->memory, wanted->name, wanted->type,
					       implicit_length(run, kernel), NULL);
		if (array->type != wanted->type)
			return REF_RUN_E_ARGUMENT;
	}
	/* Only now: adding one may have moved the others. */
	for (i = 0; i < kernel->n_arrays; i++)
		if (!kernel->arrays[i].is_shared)
			run->machine.arrays[i] =
				ref_memory_find(run->memory, kernel->arrays[i].name);
	return 0;
}

static void bind_shared(struct run *run, struct ref_memory *shared)
{
	const struct ref_kernel *kernel = run->machine.kernel;
	int i;

	for (i = 0; i < kernel->n_arrays; i++)
		if (kernel->arrays[i].is_shared)
			ref_memory_add(shared, kernel->arrays[i].name, kernel->arrays[i].type,
				       kernel->arrays[i].shared_length, NULL);
	for (i = 0; i < kernel->n_arrays; i++)
		if (kernel->arrays[i].is_shared)
			run->machine.arrays[i] = ref_memory_find(shared, kernel->arrays[i].name);
}

/* ---------------------------------------------------------------- launches */

static void run_blocks(struct run *run, const struct ref_launch *launch)
{
	struct ref_machine *machine = &run->machine;
	uint64_t n_blocks = launch->blocks, block;
	int first = ref_kernel_first_array(machine->kernel);

	machine->block_size = launch->threads;
	machine->n_threads = launch->blocks * launch->threads;
	if (!launch->blocks) {
		machine->block_size = PXOS_BLOCK_THREADS_DEFAULT;
		machine->n_threads = machine->arrays[first]->length;
		n_blocks = ((uint64_t)machine->n_threads + machine->block_size - 1) /
			   machine->block_size;
	}
	/* A product that is alone has a grid of its own. */
	if (ref_kernel_is_matmul(machine->kernel)) {
		ref_matmul_run(machine, &machine->kernel->statements[0]);
		return;
	}
	for (block = 0; block < n_blocks && !is_over(machine); block++)
		run_block(run, (uint32_t)block);
}

static int run_launch(struct run *run, const struct ref_launch *launch)
{
	struct ref_machine *machine = &run->machine;
	const struct ref_kernel *kernel = &run->program->kernels[launch->kernel];
	struct ref_memory *shared = calloc(1, sizeof(*shared));
	int r, i;

	machine->kernel = kernel;
	machine->matmul_is_done = false;
	machine->is_abandoned = false;
	machine->actor = (struct ref_actor){ .launch = ++run->report->launches };
	r = bind_scalars(run, kernel);
	if (!r)
		r = bind_arrays(run, kernel);
	if (!r) {
		bind_shared(run, shared);
		run_blocks(run, launch);
	}
	if (!r && machine->is_abandoned) {
		run->report->abandoned++;
		run->report->why = machine->why;
		run->report->why_line = machine->why_line;
		for (i = 0; i < kernel->n_arrays; i++)
			if (kernel->arrays[i].is_stored && !kernel->arrays[i].is_shared)
				ref_memory_array_forget(machine->arrays[i]);
	} else if (!r && machine->steps >= machine->steps_max) {
		r = REF_RUN_E_STEPS;
	}
	ref_memory_free(shared);
	return r;
}

static int take_arguments(struct run *run)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < run->arguments->n_items; i++) {
		const struct ref_argument *argument = &run->arguments->items[i];
		struct ref_memory_array *array, *original = NULL;

		if (!argument->is_array)
			continue;
		if (argument->alias[0]) {
			original = ref_memory_find(run->memory, argument->alias);
			if (!original || original->type != argument->type)
				return REF_RUN_E_ARGUMENT;
			ref_memory_add(run->memory, argument->name, original->type,
				       original->length, original->buffer);
			continue;
		}
		array = ref_memory_add(run->memory, argument->name, argument->type,
				       argument->length, NULL);
		for (k = 0; k < argument->length; k++) {
			struct ref_value value =
				ref_value_element(argument->type, argument->words[k]);

			ref_cell_put(array, k, &value);
		}
	}
	return 0;
}

int ref_run(const struct ref_program *program, const struct ref_arguments *arguments,
	    uint64_t steps_max, struct ref_memory **ret_memory, struct ref_report *ret_report)
{
	struct run run = {
		.program = program,
		.arguments = arguments,
		.report = ret_report,
		.machine = { .steps_max = steps_max },
	};
	int r, i;

	*ret_report = (struct ref_report){ 0 };
	run.memory = calloc(1, sizeof(*run.memory));
	r = take_arguments(&run);
	for (i = 0; i < program->n_launches && !r; i++)
		r = run_launch(&run, &program->launches[i]);
	ret_report->steps = run.machine.steps;
	if (r) {
		ref_memory_free(run.memory);
		return r;
	}
	*ret_memory = run.memory;
	return 0;
}
