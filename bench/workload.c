// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A piece of work that every variant must do alike: inputs, arguments, and how a
 * result is checked.
 *
 * A workload knows nothing of Vulkan. It holds the arrays as they are before
 * a run; the runner copies them to a GPU, poisons the outputs, runs one variant,
 * copies the arrays back and asks check(). So each variant is checked from the
 * same start, and a kernel that stores nothing is caught by the poison.
 */
#include "workload.h"
#include "measure.h"

#include <stdlib.h>
#include <string.h>

const struct workload_type *const workload_types[] = {
	&workload_copy,	      &workload_saxpy,	&workload_triad,
	&workload_stencil,    &workload_reduce, &workload_histogram,
	&workload_mandelbrot, &workload_matmul, &workload_matmul_odd,
};
const unsigned int workload_n_types = ARRAY_LENGTH(workload_types);

void workload_init(struct workload *w, const struct workload_type *type, bool small)
{
	*w = (struct workload){ .type = type, .exact = true };
	type->setup(w, small);
}

void workload_deinit(struct workload *w)
{
	unsigned int i;

	for (i = 0; i < w->n_arrays; i++)
		free(w->arrays[i].before);
	free(w->reference);
	*w = (struct workload){ 0 };
}

void workload_add_output(struct workload *w, const char *name, uint64_t words)
{
	w->arrays[w->n_arrays++] = (struct workload_array){ .name = name, .words = words };
}

struct filling {
	uint32_t *words;
	uint32_t seed;
	uint32_t (*make)(uint32_t seed, uint64_t index);
};

static void fill(void *userdata, uint64_t first, uint64_t end)
{
	const struct filling *f = userdata;
	uint64_t i;

	for (i = first; i < end; i++)
		f->words[i] = f->make(f->seed, i);
}

void workload_add_input(struct workload *w, const char *name, uint64_t words,
			uint32_t (*make)(uint32_t seed, uint64_t index))
{
	struct filling f = { .words = malloc(words * 4), .seed = 1 + w->n_arrays, .make = make };

	if (!f.words)
		abort();
	parallel_for(words, fill, &f);
	w->arrays[w->n_arrays++] =
		(struct workload_array){ .name = name, .words = words, .before = f.words };
}

void workload_add_scalar(struct workload *w, const char *name, uint32_t word)
{
	w->scalars[w->n_scalars++] = (struct workload_scalar){ .name = name, .word = word };
}

uint32_t workload_unit_float(uint32_t seed, uint64_t index)
{
	return float_bits(random_unit(seed, index));
}

uint32_t workload_whole_float(uint32_t seed, uint64_t index)
{
	return float_bits((float)(random_word(seed, index) % 16) - 8.0f);
}

struct counting {
	const struct workload *w;
	uint32_t *const *after;
	bool (*ok)(const struct workload *w, uint32_t *const *after, uint64_t i);
	uint64_t wrong;
};

static void count(void *userdata, uint64_t first, uint64_t end)
{
	struct counting *c = userdata;
	uint64_t i, wrong = 0;

	for (i = first; i < end; i++)
		wrong += !c->ok(c->w, c->after, i);
	__atomic_fetch_add(&c->wrong, wrong, __ATOMIC_RELAXED);
}

uint64_t workload_count_wrong(uint64_t n, const struct workload *w, uint32_t *const *after,
			      bool (*ok)(const struct workload *w, uint32_t *const *after,
					 uint64_t i))
{
	struct counting c = { .w = w, .after = after, .ok = ok };

	parallel_for(n, count, &c);
	return c.wrong;
}
