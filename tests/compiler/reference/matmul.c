// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * matmul.c - PARALLEL_MATMUL, element by element.
 *
 * The launch's threads make the product together, in no known order, so for
 * races it counts as the work of blocks that are nobody else's: one that
 * loads, one that stores.
 */
#include "thread.h"

#define MATMUL_LOADS (REF_MANY - 1)
#define MATMUL_STORES (REF_MANY - 2)

int64_t ref_matmul_size(const struct ref_machine *machine, const struct ref_statement *statement,
			int which)
{
	const struct ref_operand *operand = &statement->operands[which];

	if (operand->kind == REF_OPERAND_INTEGER)
		return (int32_t)(uint32_t)operand->integer;
	return (int32_t)machine->scalars[operand->index].word;
}

/* An element; 0 if it lies outside. */
static struct ref_range element(struct ref_memory_array *array, int64_t i,
				const struct ref_actor *actor, bool *race)
{
	struct ref_value zero = ref_value_zero(REF_FLOAT);

	if (i >= array->length)
		return zero.range;
	*race |= !ref_cell_note_load(array, (uint32_t)i, actor);
	return ref_cell_value(array, (uint32_t)i).range;
}

void ref_matmul_run(struct ref_machine *machine, const struct ref_statement *statement)
{
	struct ref_memory_array *a = machine->arrays[statement->matrices[0]];
	struct ref_memory_array *b = machine->arrays[statement->matrices[1]];
	struct ref_memory_array *c = machine->arrays[statement->matrices[2]];
	int64_t m = ref_matmul_size(machine, statement, 0);
	int64_t n = ref_matmul_size(machine, statement, 1);
	int64_t k = ref_matmul_size(machine, statement, 2);
	struct ref_actor loads = machine->actor, stores = machine->actor;
	struct ref_sum sum;
	int64_t i, j, l;
	bool race = false;

	if (machine->matmul_is_done)
		return;
	machine->matmul_is_done = true;
	loads.block = loads.thread = MATMUL_LOADS;
	stores.block = stores.thread = MATMUL_STORES;
	for (i = 0; i < m; i++)
		for (j = 0; j < n; j++) {
			struct ref_value index, value;

			if (machine->steps >= machine->steps_max)
				return;
			ref_sum_init(&sum);
			for (l = 0; l < k; l++, machine->steps++)
				ref_sum_add_product(&sum, element(a, i * k + l, &loads, &race),
						    element(b, l * n + j, &loads, &race));
			machine->steps++;
			if (i * n + j >= c->length)
				continue;
			index = ref_value_word(REF_UINT, (uint32_t)(i * n + j));
			value = ref_value_range(ref_sum_range(&sum, 2));
			ref_memory_store(c, &index, &value, &stores, &race);
		}
	if (race)
		ref_machine_abandon(machine, "a matrix races", statement->line);
}
