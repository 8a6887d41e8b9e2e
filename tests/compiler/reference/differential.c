// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * differential.c - random programs on a GPU against the reference.
 *
 *	differential --seed S --count N [--time SECONDS] [--gpu NAME]
 *	differential --show SEED
 *	differential --reduce SEED	… and leave out what does not matter
 *	differential --dry …		reference only: is the generator sound and quick?
 *	differential --mutate …		spoiled programs: do both call the same ones programs?
 *
 * A seed is a program, its arguments and a variant of compiling and launching
 * it. Every element of every array is compared. Failures say the seed, why, and
 * the program; the last line sums up. Exits with 1 if anything failed, 77 if there is no GPU.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/compiler/pxos_compiler.h"
#include "generate.h"
#include "mutate.h"
#include "random.h"
#include "reduce.h"
#include "runner.h"

#define STEPS_MAX (8 * (uint64_t)REF_GENERATE_STEPS)

struct options {
	uint64_t seed, count;
	double seconds; /* 0: no limit */
	const char *gpu;
	bool is_dry, is_show, is_reduce, is_verbose, is_mutate;
};

struct totals {
	uint64_t programs;
	uint64_t exact, within, unspecified;
	uint64_t too_long, over_budget, abandoned;
	uint64_t failed;
};

/* A program with all that was found out about it. */
struct trial {
	uint64_t seed;
	bool is_quiet;
	bool is_refused; /* by the reference: no program at all */
	struct ref_generated program;
	struct ref_variant variant;
	struct ref_memory *memory;
	struct ref_report report;
	struct totals found;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ----------------------------------------------------------------- variants */

static void choose_variant(uint64_t seed, struct ref_variant *variant)
{
	struct ref_random random;

	/* Not the generator's own numbers. */
	ref_random_init(&random, seed ^ 0x76617269616e7473u);
	*variant = (struct ref_variant){ 0 };
	variant->host_memory = ref_random_chance(&random, 70);
	variant->apart = ref_random_chance(&random, 50);
	if (ref_random_chance(&random, 25))
		variant->set_flags |= PXOS_TARGET_NO_COARSEN;
	if (ref_random_chance(&random, 20))
		variant->set_flags |= PXOS_TARGET_ARGS_UNIFORM;
	if (ref_random_chance(&random, 30))
		variant->clear_flags |= PXOS_TARGET_STORAGE8;
	if (ref_random_chance(&random, 30))
		variant->clear_flags |= PXOS_TARGET_SUBGROUP_ARITHMETIC;
	if (ref_random_chance(&random, 30))
		variant->clear_flags |= PXOS_TARGET_ATOMIC_FLOAT_ADD |
					PXOS_TARGET_ATOMIC_FLOAT_ADD_SHARED;
	if (ref_random_chance(&random, 30))
		variant->push_bytes_max = 128;
	/* One that nothing reaches, yet small enough that loops are checked. */
	if (ref_random_chance(&random, 70))
		variant->step_budget = ref_random_chance(&random, 50) ? 1ull << 40 : UINT64_MAX;
	if (ref_random_chance(&random, 25))
		variant->slice_ns = 1;
}

static void describe_variant(const struct ref_variant *variant, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s%s%s%s%s, budget %llu%s",
		 variant->host_memory ? "host memory" : "device memory",
		 variant->apart ? ", arrays apart" : "",
		 variant->set_flags & PXOS_TARGET_NO_COARSEN ? ", no coarsening" : "",
		 variant->set_flags & PXOS_TARGET_ARGS_UNIFORM ? ", uniform arguments" : "",
		 variant->clear_flags & PXOS_TARGET_STORAGE8 ? ", no byte storage" : "",
		 variant->clear_flags & PXOS_TARGET_SUBGROUP_ARITHMETIC ? ", no subgroups" : "",
		 variant->clear_flags & PXOS_TARGET_ATOMIC_FLOAT_ADD ? ", no float atomics" : "",
		 variant->push_bytes_max ? ", 128 bytes of push constants" : "",
		 (unsigned long long)variant->step_budget, variant->slice_ns ? ", cut" : "");
}

/* --------------------------------------------------------------- complaints */

static void show_program(const struct trial *trial)
{
	const struct ref_arguments *arguments = &trial->program.arguments;
	char variant[256];
	size_t i;
	uint32_t k;

	describe_variant(&trial->variant, variant, sizeof(variant));
	printf("seed %llu: %s\n%s", (unsigned long long)trial->seed, variant, trial->program.text);
	for (i = 0; i < arguments->n_items; i++) {
		const struct ref_argument *a = &arguments->items[i];

		if (!a->is_array) {
			printf("# %s = 0x%x\n", a->name, a->scalar);
			continue;
		}
		printf("# %s[%u]%s%s =", a->name, a->length, a->alias[0] ? " is " : "", a->alias);
		for (k = 0; k < a->length && k < 16 && a->words; k++)
			printf(" 0x%x", a->words[k]);
		printf("%s\n", a->words && k < a->length ? " …" : "");
	}
	if (trial->report.abandoned)
		printf("# abandoned: %s, line %u\n", trial->report.why, trial->report.why_line);
}

static void complain(struct trial *trial, const char *what)
{
	if (!trial->found.failed && !trial->is_quiet)
		printf("FAILED seed %llu: %s\n", (unsigned long long)trial->seed, what);
	trial->found.failed = 1;
}

/* --------------------------------------------------------------- comparing */

static void compare_array(struct trial *trial, size_t i, const struct ref_argument *output,
			  const char *name, uint32_t length)
{
	char expected[128], what[400];
	uint32_t k;
	float f;

	for (k = 0; k < length; k++) {
		switch (ref_memory_check(trial->memory, i, k, output->words[k])) {
		case REF_EXACT:
			trial->found.exact++;
			break;
		case REF_WITHIN:
			trial->found.within++;
			break;
		case REF_UNSPECIFIED:
			trial->found.unspecified++;
			break;
		case REF_WRONG:
			memcpy(&f, &output->words[k], sizeof(f));
			ref_memory_describe(trial->memory, i, k, expected, sizeof(expected));
			snprintf(what, sizeof(what), "%s[%u] is 0x%x (%d, %.9g), should be %s",
				 name, k, output->words[k], (int32_t)output->words[k], (double)f,
				 expected);
			complain(trial, what);
			return;
		}
	}
}

static void compare(struct trial *trial, const struct ref_arguments *outputs)
{
	const struct ref_argument *output;
	enum ref_type type;
	const char *name;
	uint32_t length;
	char what[200];
	size_t i;

	for (i = 0; i < ref_memory_n_arrays(trial->memory); i++) {
		ref_memory_array(trial->memory, i, &name, &type, &length);
		output = ref_arguments_find(outputs, name);
		if (!output || output->type != type || output->length != length) {
			snprintf(what, sizeof(what),
				 "array %s is not there, or not like it should be", name);
			complain(trial, what);
			continue;
		}
		compare_array(trial, i, output, name, length);
	}
}

/* ------------------------------------------------------------------ trials */

/* The reference's side; false if there is nothing to compare. */
static bool refer(struct trial *trial)
{
	struct ref_error error;
	struct ref_program *program = ref_parse(trial->program.text, trial->program.length, &error);
	char what[300];
	int r;

	if (!program) {
		trial->is_refused = true;
		snprintf(what, sizeof(what), "the reference refuses it: %u:%u: %s", error.line,
			 error.column, error.message);
		complain(trial, what);
		return false;
	}
	r = ref_run(program, &trial->program.arguments, STEPS_MAX, &trial->memory, &trial->report);
	ref_program_free(program);
	if (r == REF_RUN_E_STEPS)
		trial->found.too_long = 1;
	trial->is_refused = r == REF_RUN_E_ARGUMENT;
	if (trial->is_refused)
		complain(trial, "the reference misses an argument");
	trial->found.abandoned = trial->report.abandoned;
	return !r;
}

static void count_unspecified(struct trial *trial)
{
	enum ref_type type;
	const char *name;
	uint32_t length, k;
	size_t i;

	for (i = 0; i < ref_memory_n_arrays(trial->memory); i++) {
		ref_memory_array(trial->memory, i, &name, &type, &length);
		for (k = 0; k < length; k++) {
			if (ref_memory_check(trial->memory, i, k, 0) == REF_UNSPECIFIED)
				trial->found.unspecified++;
			else
				trial->found.exact++;
		}
	}
}

static void run_trial(struct trial *trial, struct ref_runner *runner)
{
	char message[REF_RUNNER_MESSAGE_SIZE];
	struct ref_arguments outputs;
	int r;

	if (!refer(trial))
		return;
	if (!runner) {
		count_unspecified(trial);
		return;
	}
	r = ref_runner_run(runner, trial->program.text, trial->program.length,
			   &trial->program.arguments, &trial->variant, &outputs, message);
	if (r == REF_RUNNER_E_BUDGET) {
		trial->found.over_budget = 1;
		return;
	}
	if (r)
		complain(trial, message);
	if (!r || r == REF_RUNNER_E_GUARD)
		compare(trial, &outputs);
	ref_arguments_deinit(&outputs);
}

/* ---------------------------------------------------------------- reducing */

struct shorter {
	struct trial *trial;
	struct ref_runner *runner;
};

/* Still a program, still wrong. */
static bool fails_still(void *data, const char *text, size_t length)
{
	struct shorter *shorter = data;
	struct trial trial = *shorter->trial;

	trial.is_quiet = true;
	trial.memory = NULL;
	trial.found = (struct totals){ 0 };
	trial.program.text = strdup(text);
	trial.program.length = length;
	run_trial(&trial, shorter->runner);
	ref_memory_free(trial.memory);
	free(trial.program.text);
	return trial.found.failed && !trial.is_refused;
}

static void reduce(struct trial *trial, struct ref_runner *runner)
{
	struct shorter shorter = { .trial = trial, .runner = runner };
	char *text = ref_reduce(trial->program.text, fails_still, &shorter);

	free(trial->program.text);
	trial->program.text = text;
	trial->program.length = strlen(text);
	ref_memory_free(trial->memory);
	trial->memory = NULL;
	trial->found = (struct totals){ 0 };
	run_trial(trial, runner);
}

/* ----------------------------------------------------------------- mutating */

/* What the compiler says of @text: NULL if it takes it, else a line for people. */
static const char *refusal(const char *text, char *line, size_t size)
{
	struct pxos_program *program = NULL;
	struct pxos_target target;
	uint32_t i;

	pxos_target_init(&target);
	/* A limit of a GPU is none of the language. */
	target.shared_bytes_max = 1u << 30;
	if (!pxos_compile(text, strlen(text), &target, &program)) {
		pxos_program_free(program);
		return NULL;
	}
	snprintf(line, size, "no reason");
	for (i = 0; program && i < program->n_diagnostics; i++)
		if (program->diagnostics[i].severity == PXOS_ERROR) {
			snprintf(line, size, "%u:%u: %s", program->diagnostics[i].line,
				 program->diagnostics[i].column, program->diagnostics[i].message);
			break;
		}
	pxos_program_free(program);
	return line;
}

static void try_mutant(uint64_t seed, struct totals *totals)
{
	struct ref_generated generated;
	struct ref_random random;
	struct ref_program *program;
	struct ref_error error;
	const char *refused;
	char *text, line[400];

	ref_generate(seed / 8, &generated);
	ref_random_init(&random, seed ^ 0x6d7574616e740000u);
	text = ref_mutate(&random, generated.text);
	program = ref_parse(text, strlen(text), &error);
	refused = refusal(text, line, sizeof(line));
	totals->programs++;
	totals->exact += !refused == !!program;
	if (!refused != !!program) {
		totals->failed++;
		if (refused)
			printf("FAILED mutant %llu: only the compiler refuses it: %s\n%s\n",
			       (unsigned long long)seed, refused, text);
		else
			printf("FAILED mutant %llu: only the reference refuses it: %u:%u: %s\n%s\n",
			       (unsigned long long)seed, error.line, error.column, error.message,
			       text);
	}
	ref_program_free(program);
	ref_generated_deinit(&generated);
	free(text);
}

/* ------------------------------------------------------------------- totals */

static void add_totals(struct totals *totals, const struct totals *found)
{
	totals->programs++;
	totals->exact += found->exact;
	totals->within += found->within;
	totals->unspecified += found->unspecified;
	totals->too_long += found->too_long;
	totals->over_budget += found->over_budget;
	totals->abandoned += found->abandoned;
	totals->failed += found->failed;
}

static void try_seed(const struct options *options, uint64_t seed, struct ref_runner *runner,
		     struct totals *totals)
{
	struct trial trial = { .seed = seed };

	ref_generate(seed, &trial.program);
	choose_variant(seed, &trial.variant);
	run_trial(&trial, runner);
	if (trial.found.failed && options->is_reduce)
		reduce(&trial, runner);
	if (trial.found.failed || options->is_show) {
		show_program(&trial);
		fflush(stdout);
	}
	add_totals(totals, &trial.found);
	if (options->is_verbose)
		printf("%llu: %llu steps, %llu + %llu compared, %llu unspecified\n",
		       (unsigned long long)seed, (unsigned long long)trial.report.steps,
		       (unsigned long long)trial.found.exact,
		       (unsigned long long)trial.found.within,
		       (unsigned long long)trial.found.unspecified);
	ref_memory_free(trial.memory);
	ref_generated_deinit(&trial.program);
}

static void sum_up(const struct options *options, const struct totals *totals,
		   const struct ref_runner *runner, double seconds)
{
	if (options->is_mutate) {
		printf("%llu mutants from seed %llu, %llu failed; %.1f s\n",
		       (unsigned long long)totals->programs, (unsigned long long)options->seed,
		       (unsigned long long)totals->failed, seconds);
		return;
	}
	printf("%llu programs on %s from seed %llu, %llu values compared (%llu of them within "
	       "bounds), %llu skipped as unspecified, %llu launches abandoned, %llu programs too "
	       "long, %llu over budget, %llu failed; %.1f s\n",
	       (unsigned long long)totals->programs, runner ? ref_runner_name(runner) : "no GPU",
	       (unsigned long long)options->seed,
	       (unsigned long long)totals->exact + totals->within,
	       (unsigned long long)totals->within, (unsigned long long)totals->unspecified,
	       (unsigned long long)totals->abandoned, (unsigned long long)totals->too_long,
	       (unsigned long long)totals->over_budget, (unsigned long long)totals->failed,
	       seconds);
}

static int usage(void)
{
	fprintf(stderr, "usage: differential [--seed S] [--count N] [--time SECONDS] [--gpu NAME] "
			"[--dry] [--mutate] [--verbose] [--show SEED] [--reduce SEED]\n");
	return 2;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'n' },
		{ "time", required_argument, NULL, 't' },
		{ "gpu", required_argument, NULL, 'g' },
		{ "show", required_argument, NULL, 'w' },
		{ "dry", no_argument, NULL, 'd' },
		{ "mutate", no_argument, NULL, 'm' },
		{ "reduce", required_argument, NULL, 'r' },
		{ "verbose", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'r':
		case 'w':
			options->is_show = option == 'w';
			options->is_reduce = option == 'r';
			options->count = 1;
			/* fall through */
		case 's':
			options->seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			options->count = strtoull(optarg, NULL, 0);
			break;
		case 't':
			options->seconds = strtod(optarg, NULL);
			break;
		case 'g':
			options->gpu = optarg;
			break;
		case 'd':
			options->is_dry = true;
			break;
		case 'm':
			options->is_mutate = options->is_dry = true;
			break;
		case 'v':
			options->is_verbose = true;
			break;
		default:
			return false;
		}
	}
	return optind == argc;
}

int main(int argc, char **argv)
{
	struct options options = { .seed = 1, .count = 100, .gpu = "auto" };
	struct ref_runner *runner = NULL;
	struct totals totals = { 0 };
	char message[REF_RUNNER_MESSAGE_SIZE];
	double start = now();
	uint64_t i;

	if (!parse_options(argc, argv, &options))
		return usage();
	if (!options.is_dry && ref_runner_new(options.gpu, &runner, message)) {
		fprintf(stderr, "differential: %s\n", message);
		return 77;
	}
	for (i = 0; i < options.count; i++) {
		if (options.seconds > 0 && now() - start > options.seconds)
			break;
		if (options.is_mutate)
			try_mutant(options.seed + i, &totals);
		else
			try_seed(&options, options.seed + i, runner, &totals);
	}
	sum_up(&options, &totals, runner, now() - start);
	ref_runner_free(runner);
	return totals.failed ? 1 : 0;
}
