/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A compiled program as JSON: struct pxos_program, member by member.
 *
 * Names are those of pxos_compiler.h, with three exceptions that make it JSON:
 * flags are lists of words, indices of kernels are names, and what does not apply is null.
 * pxos-gpu-compile(1) describes it; members may be added, none will change.
 */
#include "guest/cli/program-json.h"

#include "guest/cli/json-writer.h"
#include "guest/cli/program.h"
#include "pxos_compiler.h"

#include <inttypes.h>

struct flag {
	uint32_t bit;
	const char *name;
};

static const struct flag use_flags[] = {
	{ PXOS_USE_READ, "read" },
	{ PXOS_USE_WRITE, "write" },
	{ PXOS_USE_ATOMIC, "atomic" },
	{ PXOS_USE_OWN_ELEMENT, "own-element" },
	{ 0, NULL },
};

static const struct flag kernel_flags[] = {
	{ PXOS_KERNEL_CHECKED, "checked" },
	{ PXOS_KERNEL_ARGS_UNIFORM, "args-uniform" },
	{ PXOS_KERNEL_MATMUL, "matmul" },
	{ PXOS_KERNEL_COOPERATES, "cooperates" },
	{ PXOS_KERNEL_ANY_BLOCK, "any-block" },
	{ PXOS_KERNEL_BLOCKS_COMMUNICATE, "blocks-communicate" },
	{ PXOS_KERNEL_REPEATABLE, "repeatable" },
	{ 0, NULL },
};

static const char *const count_names[] = {
	[PXOS_COUNT_LITERAL] = "literal",
	[PXOS_COUNT_SCALAR] = "scalar",
	[PXOS_COUNT_DATA] = "data",
};

static void flags_json(struct json_writer *json, const char *key, const struct flag *flags,
		       uint32_t set)
{
	json_array(json, key, false);
	for (; flags->name; flags++)
		if (set & flags->bit)
			json_text(json, NULL, flags->name);
	json_array_end(json);
}

static void parameters_json(struct json_writer *json, const struct pxos_kernel *kernel)
{
	json_array(json, "arrays", true);
	for (uint32_t i = 0; i < kernel->n_arrays; i++) {
		const struct pxos_array *array = &kernel->arrays[i];

		json_object(json, NULL, false);
		json_text(json, "name", array->name);
		json_text(json, "type", pxos_type_name(array->type));
		flags_json(json, "uses", use_flags, array->uses);
		json_bool(json, "implicit", array->implicit);
		json_uint(json, "line", array->line);
		json_object_end(json);
	}
	json_array_end(json);

	json_array(json, "scalars", true);
	for (uint32_t i = 0; i < kernel->n_scalars; i++) {
		json_object(json, NULL, false);
		json_text(json, "name", kernel->scalars[i].name);
		json_text(json, "type", pxos_type_name(kernel->scalars[i].type));
		json_uint(json, "line", kernel->scalars[i].line);
		json_object_end(json);
	}
	json_array_end(json);
}

static void costs_json(struct json_writer *json, const struct pxos_kernel *kernel)
{
	json_uint(json, "straight_cost", kernel->straight_cost);
	json_array(json, "loops", true);
	for (uint32_t i = 0; i < kernel->n_loops; i++) {
		const struct pxos_loop *loop = &kernel->loops[i];

		json_object(json, NULL, false);
		if (loop->parent == UINT32_MAX)
			json_null(json, "parent");
		else
			json_uint(json, "parent", loop->parent);
		json_uint(json, "line", loop->line);
		json_text(json, "count", count_names[loop->count]);
		if (loop->count == PXOS_COUNT_LITERAL)
			json_uint(json, "value", loop->value);
		else if (loop->count == PXOS_COUNT_SCALAR)
			json_text(json, "value", kernel->scalars[loop->value].name);
		else
			json_null(json, "value");
		json_uint(json, "body_cost", loop->body_cost);
		json_object_end(json);
	}
	json_array_end(json);

	json_array(json, "lines", false);
	for (uint32_t i = 0; i < kernel->n_lines; i++)
		json_uint(json, NULL, kernel->lines[i]);
	json_array_end(json);
	json_uint(json, "n_arithmetic", kernel->n_arithmetic);
	json_uint(json, "n_loads", kernel->n_loads);
	json_uint(json, "n_stores", kernel->n_stores);
	json_uint(json, "n_atomics", kernel->n_atomics);
	json_uint(json, "n_barriers", kernel->n_barriers);
}

static void matmul_json(struct json_writer *json, const struct pxos_kernel *kernel)
{
	static const char *const sizes[] = { "rows", "cols", "inner" };

	if (!(kernel->flags & PXOS_KERNEL_MATMUL)) {
		json_null(json, "matmul");
		return;
	}
	json_object(json, "matmul", false);
	for (size_t i = 0; i < 3; i++) {
		if (kernel->matmul[i].is_scalar)
			json_text(json, sizes[i], kernel->scalars[kernel->matmul[i].value].name);
		else
			json_uint(json, sizes[i], kernel->matmul[i].value);
	}
	json_array(json, "tile", false);
	json_uint(json, NULL, kernel->matmul_tile[0]);
	json_uint(json, NULL, kernel->matmul_tile[1]);
	json_array_end(json);
	json_object_end(json);
}

static void kernel_json(struct json_writer *json, const struct pxos_kernel *kernel, bool spirv)
{
	char hash[20];

	json_object(json, NULL, true);
	json_text(json, "name", kernel->name);
	json_uint(json, "line", kernel->line);
	json_array(json, "hints", false);
	for (int hint = PXOS_HINT_LATENCY_CRITICAL; hint <= PXOS_HINT_BATCH; hint++)
		if (kernel->hints & (1u << hint))
			json_text(json, NULL, pxos_hint_name((enum pxos_hint)hint));
	json_array_end(json);
	flags_json(json, "flags", kernel_flags, kernel->flags);
	parameters_json(json, kernel);
	json_uint(json, "shared_bytes", kernel->shared_bytes);
	json_uint(json, "coarsen", kernel->coarsen);
	json_text(json, "coarsen_reason", kernel->coarsen_reason);
	json_text(json, "repeat_reason", kernel->repeat_reason);
	costs_json(json, kernel);
	matmul_json(json, kernel);
	if (spirv) {
		json_array(json, "spirv", false);
		for (size_t i = 0; i < kernel->n_words; i++)
			json_uint(json, NULL, kernel->spirv[i]);
		json_array_end(json);
	}
	snprintf(hash, sizeof(hash), "%016" PRIx64, kernel->hash);
	json_text(json, "hash", hash);
	json_object_end(json);
}

static void launches_json(struct json_writer *json, const struct pxos_program *compiled)
{
	json_array(json, "launches", true);
	for (uint32_t i = 0; i < compiled->n_launches; i++) {
		const struct pxos_launch *launch = &compiled->launches[i];

		json_object(json, NULL, false);
		json_text(json, "kernel", compiled->kernels[launch->kernel].name);
		json_uint(json, "blocks", launch->blocks);
		json_uint(json, "threads", launch->threads);
		json_uint(json, "line", launch->line);
		json_bool(json, "sync", launch->sync);
		json_object_end(json);
	}
	json_array_end(json);
}

static void registers_json(struct json_writer *json, const struct pxos_program *compiled)
{
	json_array(json, "registers", true);
	for (uint32_t i = 0; i < compiled->n_registers; i++) {
		const struct pxos_register *reg = &compiled->registers[i];

		json_object(json, NULL, false);
		json_text(json, "name", reg->name);
		json_text(json, "type", pxos_type_name(reg->type));
		json_text(json, "kernel", compiled->kernels[reg->kernel].name);
		json_uint(json, "line", reg->line);
		json_object_end(json);
	}
	json_array_end(json);
}

static void diagnostics_json(struct json_writer *json, const struct pxos_program *compiled)
{
	json_array(json, "diagnostics", true);
	for (uint32_t i = 0; i < compiled->n_diagnostics; i++) {
		const struct pxos_diagnostic *d = &compiled->diagnostics[i];

		json_object(json, NULL, false);
		json_text(json, "severity", d->severity == PXOS_ERROR ? "error" : "warning");
		json_uint(json, "line", d->line);
		json_uint(json, "column", d->column);
		json_text(json, "rule", d->rule);
		json_text(json, "message", d->message);
		json_text(json, "hint", d->hint);
		json_object_end(json);
	}
	json_array_end(json);
	json_uint(json, "n_errors", compiled->n_errors);
	json_bool(json, "truncated", compiled->truncated);
}

/**
 * program_json() - write a compiled program, one that does not compile too.
 * @only: the one kernel to write; NULL: all
 * @spirv: with the modules' words
 */
void program_json(FILE *stream, const struct program *program, const struct pxos_kernel *only,
		  bool spirv)
{
	const struct pxos_program *compiled = program->compiled;
	struct json_writer json;

	json_writer_init(&json, stream);
	json_object(&json, NULL, true);
	json_text(&json, "file", program->file);
	json_array(&json, "kernels", true);
	for (uint32_t i = 0; i < compiled->n_kernels; i++)
		if (!only || only == &compiled->kernels[i])
			kernel_json(&json, &compiled->kernels[i], spirv);
	json_array_end(&json);
	launches_json(&json, compiled);
	registers_json(&json, compiled);
	diagnostics_json(&json, compiled);
	json_uint(&json, "arena_bytes", compiled->arena_bytes);
	json_object_end(&json);
}
