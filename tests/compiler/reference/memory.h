/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.h - arrays, and who touched which element when.
 *
 * Each element remembers the loads, stores and atomics of this launch. Two
 * accesses by different threads are ordered only if both threads are of one
 * block and a barrier lies between them. Stores that nobody ordered leave one
 * of the values; loads against stores leave the launch without a result that
 * could be foretold, and it is abandoned: everything it may write is unspecified.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "value.h"

/* Who accesses. Epochs never repeat: a new one for each block and each barrier. */
struct ref_actor {
	uint32_t launch; /* from 1 */
	uint32_t epoch;
	uint32_t block;
	uint32_t thread; /* of the launch */
};

#define REF_MANY UINT32_MAX

struct ref_access {
	uint32_t launch; /* 0, or not this launch: none */
	uint32_t epoch;
	uint32_t block; /* or REF_MANY */
	uint32_t thread; /* of those in the last epoch; or REF_MANY */
};

struct ref_cell {
	union {
		struct ref_range range; /* float arrays */
		struct {
			uint32_t word;
			bool is_known;
		};
	};
	struct ref_access loads, stores, atomics;
	enum ref_op atomic_op; /* of the last atomic */
};

struct ref_buffer {
	struct ref_cell *cells;
	struct ref_sum *sums; /* float arrays with atomics: what was added so far */
};

struct ref_memory_array {
	char name[REF_NAME_SIZE];
	enum ref_type type;
	uint32_t length;
	struct ref_buffer *buffer;
	bool is_alias; /* the buffer belongs to an earlier array */
};

struct ref_memory {
	struct ref_memory_array *arrays;
	size_t n_arrays;
};

struct ref_memory_array *ref_memory_add(struct ref_memory *memory, const char *name,
					enum ref_type type, uint32_t length,
					struct ref_buffer *buffer);
struct ref_memory_array *ref_memory_find(const struct ref_memory *memory, const char *name);
void ref_memory_array_deinit(struct ref_memory_array *array);
/* All elements back to 0, touched by nobody. */
void ref_memory_array_clear(struct ref_memory_array *array);
/* All elements unspecified. */
void ref_memory_array_forget(struct ref_memory_array *array);

struct ref_value ref_cell_value(const struct ref_memory_array *array, uint32_t i);
void ref_cell_put(struct ref_memory_array *array, uint32_t i, const struct ref_value *value);
/* Notes a load; false if it races with a store or an atomic. */
bool ref_cell_note_load(struct ref_memory_array *array, uint32_t i, const struct ref_actor *actor);

/*
 * The accesses of a thread. @index is int or uint and may be unknown; *ret_race is set
 * if the access races with others in a way that leaves no result.
 */
struct ref_value ref_memory_load(struct ref_memory_array *array, const struct ref_value *index,
				 const struct ref_actor *actor, bool *ret_race);
void ref_memory_store(struct ref_memory_array *array, const struct ref_value *index,
		      const struct ref_value *value, const struct ref_actor *actor, bool *ret_race);
/* ATOMIC_CAS: values are the expected one and the new one. */
struct ref_value ref_memory_atomic(struct ref_memory_array *array, enum ref_op op,
				   const struct ref_value *index, const struct ref_value values[2],
				   bool wants_old, const struct ref_actor *actor, bool *ret_race);

#endif
