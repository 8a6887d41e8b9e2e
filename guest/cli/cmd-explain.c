/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pxos-gpu explain - what the compiler makes of a program, in words.
 *
 * It answers what a writer of primitives asks: which type did my register get, what
 * does a thread cost and what does that depend on, may this launch be repeated or cut,
 * why was it not coarsened.
 */
#include "guest/cli/backend.h"
#include "guest/cli/cli.h"
#include "guest/cli/options.h"
#include "guest/cli/program-json.h"
#include "guest/cli/program.h"

#include "pxos/limits.h"
#include "pxos_compiler.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum explain_option {
	EXPLAIN_JSON,
	EXPLAIN_GPU,
	EXPLAIN_HELP,
	_EXPLAIN_N,
};

static const struct option explain_options[_EXPLAIN_N] = {
	[EXPLAIN_JSON] = { 0, "json", NULL, "the same as JSON" },
	[EXPLAIN_GPU] = { 'g', "gpu", "SELECTOR", "as compiled for that GPU" },
	[EXPLAIN_HELP] = { 'h', "help", NULL, "show this" },
};

struct explain {
	const char *file;
	const char *gpu;
	bool json;
	struct program program;
};

/* ------------------------------------------------------------------ in words */

static void print_uses(uint32_t uses)
{
	if ((uses & PXOS_USE_READ) && (uses & PXOS_USE_WRITE))
		printf("read and written");
	else if (uses & PXOS_USE_WRITE)
		printf("written");
	else
		printf(uses & PXOS_USE_READ ? "read" : "not used");
	if (uses & PXOS_USE_ATOMIC)
		printf(", by atomics too");
	if (uses & PXOS_USE_OWN_ELEMENT)
		printf(", each thread its own element");
}

static void print_parameters(const struct pxos_kernel *kernel)
{
	int width = 1;

	for (uint32_t i = 0; i < kernel->n_arrays; i++)
		if ((int)strlen(kernel->arrays[i].name) > width)
			width = (int)strlen(kernel->arrays[i].name);
	for (uint32_t i = 0; i < kernel->n_scalars; i++)
		if ((int)strlen(kernel->scalars[i].name) > width)
			width = (int)strlen(kernel->scalars[i].name);

	printf("  parameters\n");
	for (uint32_t i = 0; i < kernel->n_arrays; i++) {
		const struct pxos_array *array = &kernel->arrays[i];
		char type[16];

		snprintf(type, sizeof(type), "%s[]", pxos_type_name(array->type));
		printf("    %-*s  %-8s ", width, array->name, type);
		print_uses(array->uses);
		printf("%s\n", array->implicit ? "; implicit output" : "");
	}
	for (uint32_t i = 0; i < kernel->n_scalars; i++)
		printf("    %-*s  %s\n", width, kernel->scalars[i].name,
		       pxos_type_name(kernel->scalars[i].type));
}

static void print_registers(const struct pxos_program *compiled, uint32_t kernel)
{
	unsigned int column = 0;

	for (uint32_t i = 0; i < compiled->n_registers; i++) {
		const struct pxos_register *reg = &compiled->registers[i];

		if (reg->kernel != kernel)
			continue;
		if (column == 0)
			printf("  registers\n    ");
		else if (column > 72) {
			printf(",\n    ");
			column = 0;
		} else {
			printf(", ");
		}
		column += (unsigned int)printf("%s %s", reg->name, pxos_type_name(reg->type)) + 2;
	}
	if (column)
		putchar('\n');
}

static bool has_inner(const struct pxos_kernel *kernel, uint32_t parent)
{
	for (uint32_t i = 0; i < kernel->n_loops; i++)
		if (kernel->loops[i].parent == parent)
			return true;
	return false;
}

/* " + n × (5 + 10 × 3)" for each loop in @parent; as deep as the language nests. */
static void print_loops(const struct pxos_kernel *kernel, uint32_t parent)
{
	for (uint32_t i = 0; i < kernel->n_loops; i++) {
		const struct pxos_loop *loop = &kernel->loops[i];
		bool inner;

		if (loop->parent != parent)
			continue;
		inner = has_inner(kernel, i);
		if (loop->count == PXOS_COUNT_LITERAL)
			printf(" + %" PRIu32 " × ", loop->value);
		else if (loop->count == PXOS_COUNT_SCALAR)
			printf(" + %s × ", kernel->scalars[loop->value].name);
		else
			printf(" + count@%" PRIu32 " × ", loop->line);
		printf("%s%" PRIu64, inner ? "(" : "", loop->body_cost);
		print_loops(kernel, i);
		if (inner)
			putchar(')');
	}
}

static void print_cost(const struct pxos_kernel *kernel)
{
	bool data = false;

	for (uint32_t i = 0; i < kernel->n_loops; i++)
		data |= kernel->loops[i].count == PXOS_COUNT_DATA;

	printf("  steps a thread: %" PRIu64, kernel->straight_cost);
	print_loops(kernel, UINT32_MAX);
	putchar('\n');
	if (data)
		printf("    count@N: the count of the loop in line N, known on the GPU only\n");
	if (kernel->flags & PXOS_KERNEL_CHECKED)
		printf("    checked against the step budget while it runs\n");
}

static void print_traits(const struct pxos_kernel *kernel)
{
	printf("  operations: %" PRIu32 " arithmetic, %" PRIu32 " loads, %" PRIu32
	       " stores, %" PRIu32 " atomics, %" PRIu32 " barriers\n",
	       kernel->n_arithmetic, kernel->n_loads, kernel->n_stores, kernel->n_atomics,
	       kernel->n_barriers);
	if (kernel->shared_bytes)
		printf("  shared memory: %" PRIu32 " bytes a block\n", kernel->shared_bytes);
	if (kernel->coarsen > 1)
		printf("  coarsened: %" PRIu32 " elements a thread", kernel->coarsen);
	else
		printf("  not coarsened");
	printf(": %s\n", kernel->coarsen_reason);
	printf("  %s: %s\n",
	       kernel->flags & PXOS_KERNEL_REPEATABLE ? "repeatable" : "not repeatable",
	       kernel->repeat_reason);
	printf("  blocks %s\n",
	       kernel->flags & PXOS_KERNEL_BLOCKS_COMMUNICATE
		       ? "may see each other's stores: cut into slices, results may differ"
		       : "do not communicate: it may be cut anywhere between two");
	if (kernel->flags & PXOS_KERNEL_ANY_BLOCK)
		printf("  any block size: it does not look at its block\n");
	if (kernel->flags & PXOS_KERNEL_MATMUL)
		printf("  matrix product: tiles of %" PRIu32 " × %" PRIu32 ", a grid of its own\n",
		       kernel->matmul_tile[0], kernel->matmul_tile[1]);
	printf("  SPIR-V: %zu bytes\n", kernel->n_words * sizeof(uint32_t));
}

static void print_kernel(const struct pxos_program *compiled, uint32_t k)
{
	const struct pxos_kernel *kernel = &compiled->kernels[k];

	printf("kernel %s, line %" PRIu32, kernel->name, kernel->line);
	for (int hint = PXOS_HINT_LATENCY_CRITICAL; hint <= PXOS_HINT_BATCH; hint++)
		if (kernel->hints & (1u << hint))
			printf(", %s", pxos_hint_name((enum pxos_hint)hint));
	putchar('\n');
	print_parameters(kernel);
	print_registers(compiled, k);
	print_cost(kernel);
	print_traits(kernel);
	putchar('\n');
}

static void print_launches(const struct pxos_program *compiled)
{
	printf("launches\n");
	for (uint32_t i = 0; i < compiled->n_launches; i++) {
		const struct pxos_launch *launch = &compiled->launches[i];
		const struct pxos_kernel *kernel = &compiled->kernels[launch->kernel];

		printf("  %s: ", kernel->name);
		if (launch->blocks)
			printf("%" PRIu32 " blocks of %" PRIu32 " threads, line %" PRIu32,
			       launch->blocks, launch->threads, launch->line);
		else
			printf("a thread for each element of %s, in blocks of %d",
			       kernel->n_arrays ? kernel->arrays[0].name : "nothing",
			       PXOS_BLOCK_THREADS_DEFAULT);
		printf("%s\n", launch->sync ? ", then sync" : "");
	}
}

/* ------------------------------------------------------------------- command */

static int parse(struct explain *explain, const struct command *command, int argc, char **argv)
{
	struct options options;
	int found;

	options_init(&options, command->name, command->options, command->n_options, argc, argv);
	while ((found = options_next(&options)) != OPTIONS_END) {
		switch (found) {
		case EXPLAIN_JSON:
			explain->json = true;
			break;
		case EXPLAIN_GPU:
			explain->gpu = options.value;
			break;
		case OPTIONS_OPERAND:
			if (explain->file)
				return usage_say("explain takes one program, not '%s' and '%s'",
						 explain->file, options.value);
			explain->file = options.value;
			break;
		default:
			return CLI_E_USAGE;
		}
	}
	if (!explain->file)
		return usage_say("explain: no program; see pxos-gpu explain --help");
	return 0;
}

static int explain_program(struct explain *explain)
{
	struct pxos_target target;
	int r;

	r = program_load(&explain->program, explain->file);
	if (r == 0)
		r = backend_target_of(explain->gpu, &target);
	if (r == 0)
		r = program_check(&explain->program, &target);
	if (r)
		return r;

	if (explain->json) {
		program_json(stdout, &explain->program, NULL, false);
		return 0;
	}
	for (uint32_t k = 0; k < explain->program.compiled->n_kernels; k++)
		print_kernel(explain->program.compiled, k);
	print_launches(explain->program.compiled);
	return 0;
}

static int explain_run(const struct command *command, int argc, char **argv)
{
	struct explain explain = { 0 };
	int r;

	r = parse(&explain, command, argc, argv);
	if (r == 0)
		r = explain_program(&explain);
	program_deinit(&explain.program);
	return r;
}

const struct command command_explain = {
	.name = "explain",
	.synopsis = "[OPTION …] FILE",
	.summary = "Tell the types, costs and properties of a program",
	.options = explain_options,
	.n_options = _EXPLAIN_N,
	.run = explain_run,
};
