// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check.c - is a word that a GPU wrote among those allowed?
 */
#include "memory.h"

#include <stdio.h>
#include <string.h>

size_t ref_memory_n_arrays(const struct ref_memory *memory)
{
	return memory->n_arrays;
}

void ref_memory_array(const struct ref_memory *memory, size_t i, const char **ret_name,
		      enum ref_type *ret_type, uint32_t *ret_length)
{
	*ret_name = memory->arrays[i].name;
	*ret_type = memory->arrays[i].type;
	*ret_length = memory->arrays[i].length;
}

static float float_of(uint32_t word)
{
	float f;

	memcpy(&f, &word, sizeof(f));
	return f;
}

enum ref_verdict ref_memory_check(const struct ref_memory *memory, size_t i, uint32_t index,
				  uint32_t word)
{
	const struct ref_memory_array *array = &memory->arrays[i];
	const struct ref_cell *cell = &array->buffer->cells[index];

	if (array->type == REF_FLOAT) {
		if (ref_range_is_any(cell->range))
			return REF_UNSPECIFIED;
		if (!ref_range_holds(cell->range, float_of(word)))
			return REF_WRONG;
		return ref_range_is_exact(cell->range) ? REF_EXACT : REF_WITHIN;
	}
	if (!cell->is_known)
		return REF_UNSPECIFIED;
	if (array->type == REF_U8)
		word &= 0xff;
	return word == cell->word ? REF_EXACT : REF_WRONG;
}

void ref_memory_describe(const struct ref_memory *memory, size_t i, uint32_t index, char *text,
			 size_t size)
{
	const struct ref_memory_array *array = &memory->arrays[i];
	const struct ref_cell *cell = &array->buffer->cells[index];

	if (array->type == REF_FLOAT) {
		if (!ref_range_has_numbers(cell->range))
			snprintf(text, size, "NaN");
		else if (cell->range.lo == cell->range.hi)
			snprintf(text, size, "%.9g%s", (double)ref_key_float(cell->range.lo),
				 cell->range.nan ? " or NaN" : "");
		else
			snprintf(text, size, "%.9g to %.9g%s",
				 (double)ref_key_float(cell->range.lo),
				 (double)ref_key_float(cell->range.hi),
				 cell->range.nan ? " or NaN" : "");
		return;
	}
	if (!cell->is_known)
		snprintf(text, size, "unspecified");
	else if (array->type == REF_UINT)
		snprintf(text, size, "%u (0x%x)", cell->word, cell->word);
	else
		snprintf(text, size, "%d (0x%x)", (int32_t)cell->word, cell->word);
}
