/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arguments to parameters, by name over the whole program.
 *
 * A name stands for one array, or one scalar, in all kernels that have it. Kernels
 * are gone through in the order of launches, since what one makes the next may read:
 *
 *  - an array parameter is its argument; without one, what an earlier kernel made
 *    under that name as an implicit output;
 *  - a scalar parameter is its argument; without one, and if it is an int and the only
 *    int left over in the program, the length of its kernel's first array;
 *  - an implicit output is new, all zero, as long as its kernel's first array
 *    parameter (rows times columns where the kernel is one PARALLEL_MATMUL).
 *
 * Kernels that are not launched need nothing, though arguments for them are
 * understood. All that is missing is told at once.
 */
#include "guest/cli/bind.h"

#include "common/nearest.h"
#include "guest/cli/arguments.h"
#include "guest/cli/backend.h"
#include "guest/cli/cli.h"
#include "guest/cli/program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job_array *job_find_array(const struct job *job, const char *name)
{
	for (size_t i = 0; i < job->n_arrays; i++)
		if (strcmp(job->arrays[i].name, name) == 0)
			return &job->arrays[i];
	return NULL;
}

struct job_scalar *job_find_scalar(const struct job *job, const char *name)
{
	for (size_t i = 0; i < job->n_scalars; i++)
		if (strcmp(job->scalars[i].name, name) == 0)
			return &job->scalars[i];
	return NULL;
}

/* ------------------------------------------------------------------- names */

enum known {
	UNKNOWN,
	KNOWN_PARAMETER,
	KNOWN_OUTPUT, /* implicit: made by the program */
};

static enum known name_known(const struct pxos_program *compiled, const char *name,
			     struct nearest *nearest)
{
	enum known known = UNKNOWN;

	for (uint32_t k = 0; k < compiled->n_kernels; k++) {
		const struct pxos_kernel *kernel = &compiled->kernels[k];

		for (uint32_t i = 0; i < kernel->n_arrays; i++) {
			const struct pxos_array *array = &kernel->arrays[i];

			if (!array->implicit)
				nearest_try(nearest, array->name);
			if (strcmp(array->name, name) != 0)
				continue;
			if (!array->implicit)
				return KNOWN_PARAMETER;
			known = KNOWN_OUTPUT;
		}
		for (uint32_t i = 0; i < kernel->n_scalars; i++) {
			nearest_try(nearest, kernel->scalars[i].name);
			if (strcmp(kernel->scalars[i].name, name) == 0)
				return KNOWN_PARAMETER;
		}
	}
	return known;
}

static int check_names(const struct program *program, const struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->n; i++) {
		const char *name = arguments->list[i].name;
		struct nearest nearest;

		nearest_init(&nearest, name, strlen(name));
		switch (name_known(program->compiled, name, &nearest)) {
		case KNOWN_PARAMETER:
			break;
		case KNOWN_OUTPUT:
			return error_say("%s: '%s' takes no argument, the program makes it itself;"
					 " declare it with GPU_PARAM to give one",
					 program->file, name);
		case UNKNOWN:
			if (nearest.best)
				return error_say("%s: no parameter '%s'; did you mean '%s'?",
						 program->file, name, nearest.best);
			return error_say("%s: no parameter '%s'; pxos-gpu explain lists them",
					 program->file, name);
		}
	}
	return 0;
}

/* ----------------------------------------------------------------- missing */

/* What has no argument, as a list for people. */
struct missing {
	char text[512];
	size_t used;
	unsigned int n;
};

static void missing_add(struct missing *missing, const char *name, enum pxos_type type, bool array)
{
	int n;

	missing->n++;
	if (missing->used >= sizeof(missing->text))
		return;
	n = snprintf(missing->text + missing->used, sizeof(missing->text) - missing->used,
		     "%s'%s' (%s%s)", missing->used ? ", " : "", name, pxos_type_name(type),
		     array ? "[]" : "");
	if (n > 0)
		missing->used += (size_t)n;
}

static int missing_say(const struct missing *missing, const struct program *program)
{
	return error_say("%s: no argument for %s; give --arg NAME=VALUE", program->file,
			 missing->text);
}

/* ------------------------------------------------------------------ arrays */

/* The first array that is a parameter; NULL if there is none, or it has no elements yet. */
static const struct job_array *first_array(const struct job *job, const struct pxos_kernel *kernel)
{
	for (uint32_t i = 0; i < kernel->n_arrays; i++)
		if (!kernel->arrays[i].implicit)
			return job_find_array(job, kernel->arrays[i].name);
	return NULL;
}

static bool has_array_parameter(const struct pxos_kernel *kernel)
{
	for (uint32_t i = 0; i < kernel->n_arrays; i++)
		if (!kernel->arrays[i].implicit)
			return true;
	return false;
}

static struct job_array *add_array(struct job *job, const struct pxos_array *array)
{
	struct job_array *list = realloc(job->arrays, (job->n_arrays + 1) * sizeof(*list));

	if (!list)
		return NULL;
	job->arrays = list;
	list[job->n_arrays] = (struct job_array){ .name = array->name, .type = array->type };
	return &list[job->n_arrays++];
}

static int bind_array(struct job *job, const struct pxos_array *array, struct arguments *arguments,
		      struct missing *missing)
{
	struct argument *argument = arguments_find(arguments, array->name);
	struct job_array *mine;

	if (job_find_array(job, array->name))
		return 0;
	if (!argument) {
		missing_add(missing, array->name, array->type, true);
		return 0;
	}
	mine = add_array(job, array);
	if (!mine)
		return -ENOMEM;
	return value_to_array(&argument->value, array->name, array->type, &mine->data,
			      &mine->length);
}

static int64_t matmul_size(const struct job *job, const struct pxos_kernel *kernel, int which)
{
	const struct job_scalar *scalar;
	int32_t size;

	if (!kernel->matmul[which].is_scalar)
		return kernel->matmul[which].value;
	scalar = job_find_scalar(job, kernel->scalars[kernel->matmul[which].value].name);
	if (!scalar)
		return 0;
	size = (int32_t)scalar->word;
	return size > 0 ? size : 0;
}

static int bind_implicit(struct job *job, const struct pxos_kernel *kernel,
			 const struct pxos_array *array, struct arguments *arguments)
{
	const struct job_array *first = first_array(job, kernel);
	uint64_t length = first ? first->length : 0;
	struct missing ignored = { 0 };
	struct job_array *mine;

	/* A later kernel's parameter of that name may have an argument: one name, one array. */
	if (job_find_array(job, array->name))
		return 0;
	if (arguments_find(arguments, array->name) && !job_find_scalar(job, array->name))
		return bind_array(job, array, arguments, &ignored);

	if (kernel->flags & PXOS_KERNEL_MATMUL)
		length = (uint64_t)matmul_size(job, kernel, 0) *
			 (uint64_t)matmul_size(job, kernel, 1);
	if (length > UINT32_MAX)
		return error_say("output '%s' would have %" PRIu64
				 " elements, more than an array may have",
				 array->name, length);
	mine = add_array(job, array);
	if (!mine)
		return -ENOMEM;
	mine->implicit = true;
	mine->length = (uint32_t)length;
	return 0;
}

/* ----------------------------------------------------------------- scalars */

/* The one int of the launched kernels that has no argument; NULL if none or several have none. */
static const char *lonely_int(const struct pxos_program *compiled,
			      const struct arguments *arguments)
{
	const char *name = NULL;

	for (uint32_t l = 0; l < compiled->n_launches; l++) {
		const struct pxos_kernel *kernel = &compiled->kernels[compiled->launches[l].kernel];

		for (uint32_t i = 0; i < kernel->n_scalars; i++) {
			const struct pxos_scalar *scalar = &kernel->scalars[i];

			if (scalar->type != PXOS_TYPE_INT ||
			    arguments_find(arguments, scalar->name))
				continue;
			if (name && strcmp(name, scalar->name) != 0)
				return NULL;
			name = scalar->name;
		}
	}
	return name;
}

static int bind_scalar(struct job *job, const struct pxos_kernel *kernel,
		       const struct pxos_scalar *scalar, const char *lonely,
		       const struct arguments *arguments, struct missing *missing)
{
	const struct argument *argument = arguments_find(arguments, scalar->name);
	const struct job_array *first = first_array(job, kernel);
	struct job_scalar mine = { .name = scalar->name, .type = scalar->type };
	struct job_scalar *list;
	int r;

	if (job_find_scalar(job, scalar->name))
		return 0;
	if (argument) {
		r = value_to_word(&argument->value, scalar->name, scalar->type, &mine.word);
		if (r)
			return r;
	} else if (lonely && strcmp(lonely, scalar->name) == 0 && first) {
		if (first->length > INT32_MAX)
			return error_say("'%s' cannot take the length of '%s', %" PRIu32
					 ": too much for an int",
					 scalar->name, first->name, first->length);
		mine.word = first->length;
		mine.automatic = true;
	} else {
		/* Would take the length of an array that itself is missing: one mistake, not two. */
		if (!lonely || strcmp(lonely, scalar->name) != 0 || !has_array_parameter(kernel))
			missing_add(missing, scalar->name, scalar->type, false);
		return 0;
	}

	list = realloc(job->scalars, (job->n_scalars + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	job->scalars = list;
	list[job->n_scalars++] = mine;
	return 0;
}

/* -------------------------------------------------------------------- jobs */

static int bind_kernel(struct job *job, const struct pxos_kernel *kernel, const char *lonely,
		       struct arguments *arguments, struct missing *missing)
{
	int r;

	for (uint32_t i = 0; i < kernel->n_arrays; i++) {
		if (kernel->arrays[i].implicit)
			continue;
		r = bind_array(job, &kernel->arrays[i], arguments, missing);
		if (r)
			return r;
	}
	for (uint32_t i = 0; i < kernel->n_scalars; i++) {
		r = bind_scalar(job, kernel, &kernel->scalars[i], lonely, arguments, missing);
		if (r)
			return r;
	}
	for (uint32_t i = 0; i < kernel->n_arrays; i++) {
		struct job_array *mine;

		if (kernel->arrays[i].implicit) {
			r = bind_implicit(job, kernel, &kernel->arrays[i], arguments);
			if (r)
				return r;
		}
		mine = job_find_array(job, kernel->arrays[i].name);
		if (mine)
			mine->uses |= kernel->arrays[i].uses;
	}
	return 0;
}

/**
 * job_bind() - make a job of a compiled program and its arguments.
 * @job: zero before; needs job_deinit() after, also on failure; names are @program's
 * @arguments: have given their elements away afterwards
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int job_bind(struct job *job, const struct program *program, struct arguments *arguments)
{
	const struct pxos_program *compiled = program->compiled;
	const char *lonely = lonely_int(compiled, arguments);
	struct missing missing = { 0 };
	int r;

	job->program = program;
	r = check_names(program, arguments);
	for (uint32_t l = 0; r == 0 && l < compiled->n_launches; l++) {
		const struct pxos_launch *launch = &compiled->launches[l];
		bool seen = false;

		for (uint32_t before = 0; before < l; before++)
			seen |= compiled->launches[before].kernel == launch->kernel;
		if (!seen)
			r = bind_kernel(job, &compiled->kernels[launch->kernel], lonely, arguments,
					&missing);
	}
	if (r)
		return r;
	return missing.n ? missing_say(&missing, program) : 0;
}

void job_deinit(struct job *job)
{
	for (size_t i = 0; i < job->n_arrays; i++)
		free(job->arrays[i].data);
	free(job->arrays);
	free(job->scalars);
	*job = (struct job){ 0 };
}
