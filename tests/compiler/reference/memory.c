// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory.c - arrays, and who touched which element when.
 *
 * The record of one kind of access needs no list: accesses by one thread since
 * the last barrier are told from accesses by several, and those of one block
 * from those of several; nothing finer decides whether a new access races.
 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ arrays */

struct ref_memory_array *ref_memory_add(struct ref_memory *memory, const char *name,
					enum ref_type type, uint32_t length,
					struct ref_buffer *buffer)
{
	struct ref_memory_array *array;

	memory->arrays = realloc(memory->arrays, (memory->n_arrays + 1) * sizeof(*memory->arrays));
	array = &memory->arrays[memory->n_arrays++];
	*array = (struct ref_memory_array){ .type = type, .length = length };
	ref_copy_name(array->name, name);
	array->is_alias = buffer;
	array->buffer = buffer;
	if (!buffer) {
		array->buffer = calloc(1, sizeof(*array->buffer));
		array->buffer->cells = calloc((size_t)length + 1, sizeof(*array->buffer->cells));
		ref_memory_array_clear(array);
	}
	return array;
}

struct ref_memory_array *ref_memory_find(const struct ref_memory *memory, const char *name)
{
	size_t i;

	for (i = 0; i < memory->n_arrays; i++)
		if (!strcmp(memory->arrays[i].name, name))
			return &memory->arrays[i];
	return NULL;
}

void ref_memory_array_deinit(struct ref_memory_array *array)
{
	if (array->is_alias)
		return;
	free(array->buffer->cells);
	free(array->buffer->sums);
	free(array->buffer);
}

struct ref_memory *ref_memory_free(struct ref_memory *memory)
{
	size_t i;

	if (!memory)
		return NULL;
	for (i = 0; i < memory->n_arrays; i++)
		ref_memory_array_deinit(&memory->arrays[i]);
	free(memory->arrays);
	free(memory);
	return NULL;
}

static void fill(struct ref_memory_array *array, const struct ref_value *value)
{
	uint32_t i;

	for (i = 0; i < array->length; i++)
		ref_cell_put(array, i, value);
}

void ref_memory_array_clear(struct ref_memory_array *array)
{
	struct ref_value zero = ref_value_zero(array->type);

	memset(array->buffer->cells, 0, (size_t)array->length * sizeof(*array->buffer->cells));
	fill(array, &zero);
}

void ref_memory_array_forget(struct ref_memory_array *array)
{
	struct ref_value unknown = ref_value_unknown(array->type == REF_U8 ? REF_INT : array->type);

	fill(array, &unknown);
}

struct ref_value ref_cell_value(const struct ref_memory_array *array, uint32_t i)
{
	const struct ref_cell *cell = &array->buffer->cells[i];

	if (array->type == REF_FLOAT)
		return ref_value_range(cell->range);
	return (struct ref_value){
		.type = array->type == REF_U8 ? REF_INT : array->type,
		.is_known = cell->is_known,
		.word = cell->word,
	};
}

/* @value is of the element's type, or an int for u8. */
void ref_cell_put(struct ref_memory_array *array, uint32_t i, const struct ref_value *value)
{
	struct ref_cell *cell = &array->buffer->cells[i];

	if (array->type == REF_FLOAT) {
		cell->range = value->range;
		if (array->buffer->sums)
			ref_sum_init(&array->buffer->sums[i]);
		return;
	}
	cell->is_known = value->is_known;
	cell->word = array->type == REF_U8 ? value->word & 0xff : value->word;
}

/* ------------------------------------------------------------------- races */

/* Are there accesses in @access that nothing orders against @actor's? */
static bool races(const struct ref_access *access, const struct ref_actor *actor)
{
	if (access->launch != actor->launch)
		return false;
	if (access->block != actor->block)
		return true;
	return access->epoch == actor->epoch && access->thread != actor->thread;
}

static void note(struct ref_access *access, const struct ref_actor *actor)
{
	if (access->launch != actor->launch) {
		*access = (struct ref_access){
			.launch = actor->launch,
			.epoch = actor->epoch,
			.block = actor->block,
			.thread = actor->thread,
		};
		return;
	}
	if (access->block != actor->block)
		access->block = REF_MANY;
	if (access->epoch != actor->epoch)
		access->thread = actor->thread;
	else if (access->thread != actor->thread)
		access->thread = REF_MANY;
	access->epoch = actor->epoch;
}

bool ref_cell_note_load(struct ref_memory_array *array, uint32_t i, const struct ref_actor *actor)
{
	struct ref_cell *cell = &array->buffer->cells[i];

	note(&cell->loads, actor);
	return !races(&cell->stores, actor) && !races(&cell->atomics, actor);
}

/* ---------------------------------------------------------------- accesses */

/* The element that @index names; false if it is out of range. */
static bool locate(const struct ref_memory_array *array, const struct ref_value *index,
		   uint32_t *ret_i)
{
	/* An int below 0 is, as a uint, past the end of any array. */
	*ret_i = index->word;
	return index->word < array->length && (index->type == REF_UINT || !(index->word >> 31));
}

struct ref_value ref_memory_load(struct ref_memory_array *array, const struct ref_value *index,
				 const struct ref_actor *actor, bool *ret_race)
{
	enum ref_type type = array->type == REF_U8 ? REF_INT : array->type;
	uint32_t i;

	if (!index->is_known) {
		/* Any element: a race with all who store here. */
		for (i = 0; i < array->length; i++)
			*ret_race |= !ref_cell_note_load(array, i, actor);
		return ref_value_unknown(type);
	}
	if (!locate(array, index, &i))
		return ref_value_zero(type);
	*ret_race |= !ref_cell_note_load(array, i, actor);
	return ref_cell_value(array, i);
}

static void store_cell(struct ref_memory_array *array, uint32_t i, const struct ref_value *value,
		       const struct ref_actor *actor, bool *ret_race)
{
	struct ref_cell *cell = &array->buffer->cells[i];
	struct ref_value old, element = *value;

	if (array->type == REF_U8)
		element.word &= 0xff;
	if (races(&cell->loads, actor))
		*ret_race = true;
	if (races(&cell->atomics, actor)) {
		element = ref_value_unknown(element.type);
	} else if (races(&cell->stores, actor)) {
		old = ref_cell_value(array, i);
		element = ref_value_either(&old, &element);
	}
	note(&cell->stores, actor);
	ref_cell_put(array, i, &element);
}

void ref_memory_store(struct ref_memory_array *array, const struct ref_value *index,
		      const struct ref_value *value, const struct ref_actor *actor, bool *ret_race)
{
	struct ref_value unknown = ref_value_unknown(value->type);
	uint32_t i;

	if (!index->is_known) {
		for (i = 0; i < array->length; i++)
			store_cell(array, i, &unknown, actor, ret_race);
		return;
	}
	if (locate(array, index, &i))
		store_cell(array, i, value, actor, ret_race);
}

/* A float's sum so far: of what was there, and all that was added since. */
static struct ref_value add_to_sum(struct ref_memory_array *array, uint32_t i,
				   struct ref_range term)
{
	struct ref_buffer *buffer = array->buffer;
	struct ref_range total;

	if (!buffer->sums) {
		uint32_t k;

		buffer->sums = calloc(array->length, sizeof(*buffer->sums));
		for (k = 0; k < array->length; k++)
			ref_sum_init(&buffer->sums[k]);
	}
	if (!buffer->sums[i].n_terms)
		ref_sum_add(&buffer->sums[i], buffer->cells[i].range);
	ref_sum_add(&buffer->sums[i], term);
	total = ref_sum_range(&buffer->sums[i], 1);
	buffer->cells[i].range = total;
	return ref_value_range(total);
}

static struct ref_value exchanged(enum ref_op op, const struct ref_value *old,
				  const struct ref_value values[2])
{
	static const enum ref_op plain[] = {
		[REF_OP_ATOMIC_ADD] = REF_OP_ADD,
		[REF_OP_ATOMIC_MIN] = REF_OP_MIN,
		[REF_OP_ATOMIC_MAX] = REF_OP_MAX,
	};
	struct ref_value operands[3] = { *old, values[0] };

	if (op == REF_OP_ATOMIC_EXCH)
		return values[0];
	if (op != REF_OP_ATOMIC_CAS)
		return ref_value_operate(plain[op], old->type, operands);
	if (!old->is_known || !values[0].is_known)
		return ref_value_either(old, &values[1]);
	return old->word == values[0].word ? values[1] : *old;
}

static struct ref_value atomic_cell(struct ref_memory_array *array, enum ref_op op, uint32_t i,
				    const struct ref_value values[2], bool wants_old,
				    const struct ref_actor *actor, bool *ret_race)
{
	struct ref_cell *cell = &array->buffer->cells[i];
	struct ref_value old = ref_cell_value(array, i), new;
	bool others = races(&cell->atomics, actor);

	/* Who looks at the old value loads it; CAS always looks. */
	if (races(&cell->loads, actor))
		*ret_race = true;
	if (wants_old || op == REF_OP_ATOMIC_CAS) {
		*ret_race |= others || races(&cell->stores, actor);
		note(&cell->loads, actor);
	}
	if (races(&cell->stores, actor) || (others && op != cell->atomic_op)) {
		new = ref_value_unknown(old.type);
		ref_cell_put(array, i, &new);
	} else if (op == REF_OP_ATOMIC_ADD && array->type == REF_FLOAT) {
		add_to_sum(array, i, values[0].range);
	} else {
		new = exchanged(op, &old, values);
		if (op == REF_OP_ATOMIC_EXCH && others)
			new = ref_value_either(&old, &new);
		ref_cell_put(array, i, &new);
	}
	note(&cell->atomics, actor);
	cell->atomic_op = op;
	return old;
}

struct ref_value ref_memory_atomic(struct ref_memory_array *array, enum ref_op op,
				   const struct ref_value *index, const struct ref_value values[2],
				   bool wants_old, const struct ref_actor *actor, bool *ret_race)
{
	uint32_t i;

	if (!index->is_known) {
		/* Nothing can be said of the whole array. */
		*ret_race = true;
		return ref_value_unknown(array->type);
	}
	if (!locate(array, index, &i))
		return ref_value_zero(array->type);
	return atomic_cell(array, op, i, values, wants_old, actor, ret_race);
}
