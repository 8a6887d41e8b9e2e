// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * generate-arguments.c - what the arrays hold before the first launch.
 *
 * An array is of one kind throughout, so that a program sees either values a
 * person would use or the edges of its type, and often both in two arrays.
 */
#include "generator.h"

#include <float.h>
#include <math.h>
#include <string.h>

static uint32_t bits_of(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

static uint32_t integer_word(struct generator *g, int kind, uint32_t i)
{
	static const uint32_t edges[] = { 0,	       1,	    0xffffffffu, 0x80000000u,
					  0x7fffffffu, 0x80000001u, 2,		 0xfffffffeu,
					  31,	       32,	    65536,	 0xffff,
					  255,	       256,	    0x7f800000u, 0xff };

	switch (kind) {
	case 0:
		return gen_below(g, 41) - 20;
	case 1:
		return edges[gen_below(g, 16)];
	case 2:
		return ref_random_word(&g->random);
	case 3:
		return i;
	default:
		return gen_below(g, 1000);
	}
}

static uint32_t float_word(struct generator *g, int kind)
{
	static const float edges[] = { 0.0f,	-0.0f,	    INFINITY, -INFINITY, NAN,
				       FLT_MAX, -FLT_MAX,   1,	      -1,	 1e30f,
				       -1e-30f, 16777216,   0.5f,     -0.5f,	 2147483648.0f,
				       1.5f,	-2.5f,	    3e9f,     -3e9f,	 0x1p-100f,
				       255.5f,	8388607.5f, 1e-3f,    -0x1p126f, 4294967296.0f };
	uint32_t word;

	switch (kind) {
	case 0:
		return bits_of((float)((int)gen_below(g, 41) - 20));
	case 1:
		return bits_of(edges[gen_below(g, 25)]);
	case 2:
		/* Any bits, but subnormals: those say too little. */
		word = ref_random_word(&g->random);
		return word & 0x7f800000u ? word : 0;
	case 3:
		return bits_of((float)((int)gen_below(g, 49) - 24) / 8);
	case 4:
		return bits_of((float)(int32_t)ref_random_word(&g->random) / 0x1p28f);
	default:
		if (gen_chance(g, 5))
			return ref_random_word(&g->random) & 0x807fffffu;
		return bits_of((float)gen_below(g, 1000) / 10);
	}
}

/* An earlier array to share its buffer with: both are used element by element. */
static const struct ref_argument *choose_alias(struct generator *g, struct ref_arguments *arguments,
					       const struct gen_kernel *kernel, int use)
{
	const struct gen_array *array = gen_use_array(g, &kernel->uses[use]);
	int u;

	for (u = 0; u < use; u++) {
		const struct gen_array *other = gen_use_array(g, &kernel->uses[u]);

		if (kernel->uses[u].role == GEN_OWN && kernel->uses[use].role == GEN_OWN &&
		    kernel->uses[u].stride == kernel->uses[use].stride &&
		    other->type == array->type && other->length == array->length &&
		    other->is_exact == array->is_exact && other->is_given)
			return ref_arguments_find(arguments, other->name);
	}
	return NULL;
}

static void give_array(struct generator *g, struct ref_arguments *arguments,
		       const struct gen_array *array)
{
	static const int float_kinds[] = { 0, 3, 4, 0, 3, 4, 1, 2, 3, 5 };
	struct ref_argument *argument =
		ref_arguments_add_array(arguments, array->name, array->type, array->length);
	int kind = array->type == REF_FLOAT ? float_kinds[gen_below(g, 10)] : (int)gen_below(g, 5);
	uint32_t i;

	for (i = 0; i < array->length; i++) {
		uint32_t word = array->type == REF_FLOAT ? float_word(g, kind)
							 : integer_word(g, kind, i);

		argument->words[i] = array->type == REF_U8 ? word & 0xff : word;
	}
}

void gen_arguments(struct generator *g, struct ref_arguments *arguments, bool may_alias)
{
	int i, u;

	for (i = 0; i < g->n_arrays; i++) {
		const struct ref_argument *original = NULL;

		if (!g->arrays[i].is_given)
			continue;
		for (u = 0; may_alias && u < g->kernel->n_uses && !original; u++)
			if (g->kernel->uses[u].array == i)
				original = choose_alias(g, arguments, g->kernel, u);
		if (original && !original->alias[0])
			ref_arguments_add_alias(arguments, g->arrays[i].name, original);
		else
			give_array(g, arguments, &g->arrays[i]);
	}
	for (i = 0; i < g->n_scalars; i++)
		if (g->scalars[i].is_given)
			ref_arguments_add_scalar(arguments, g->scalars[i].name, g->scalars[i].type,
						 g->scalars[i].value);
}
