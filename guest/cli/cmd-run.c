/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pxos-gpu run - run a program and show what it stored.
 *
 * The order of steps is the order in which mistakes are cheapest to be told of:
 * options, the program's text, arguments, where outputs go, and only then the GPU.
 */
#include "guest/cli/arguments.h"
#include "guest/cli/backend.h"
#include "guest/cli/bind.h"
#include "guest/cli/cli.h"
#include "guest/cli/gpus.h"
#include "guest/cli/json-writer.h"
#include "guest/cli/options.h"
#include "guest/cli/output.h"
#include "guest/cli/program.h"

#include "common/clock.h"
#include "common/progress.h"
#include "pxos_compiler.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum run_option {
	RUN_ARG,
	RUN_ARGS,
	RUN_OUTPUT,
	RUN_JSON,
	RUN_ALL,
	RUN_TIME,
	RUN_GPU,
	RUN_LIST_GPUS,
	RUN_STEP_BUDGET,
	RUN_SLICE_US,
	RUN_QUIET,
	RUN_HELP,
	_RUN_N,
};

static const struct option run_options[_RUN_N] = {
	[RUN_ARG] = { 'a', "arg", "NAME=VALUE", "give a parameter its value, see below" },
	[RUN_ARGS] = { 0, "args", "FILE", "take arguments from a JSON object {\"NAME\": VALUE}" },
	[RUN_OUTPUT] = { 'o', "output", "NAME=FILE[:FORMAT]",
			 "write an array to a file; FORMAT raw or json" },
	[RUN_JSON] = { 0, "json", NULL, "print one JSON object instead of text" },
	[RUN_ALL] = { 0, "all", NULL, "print long arrays whole on a terminal too" },
	[RUN_TIME] = { 0, "time", NULL, "tell where the time went" },
	[RUN_GPU] = { 'g', "gpu", "SELECTOR", "PCI address, index or part of a name" },
	[RUN_LIST_GPUS] = { 'l', "list-gpus", NULL, "show the GPUs there are, run nothing" },
	[RUN_STEP_BUDGET] = { 0, "step-budget", "N",
			      "steps a block may take before it is stopped" },
	[RUN_SLICE_US] = { 0, "slice-us", "N", "cut launches into pieces of N microseconds" },
	[RUN_QUIET] = { 'q', "quiet", NULL, "no notes, no progress; errors and warnings only" },
	[RUN_HELP] = { 'h', "help", NULL, "show this" },
};

static const char run_details[] =
	"VALUE of a scalar parameter:\n"
	"  5  -1.5e3  0xff  inf  nan     a number\n"
	"VALUE of an array parameter:\n"
	"  [1, 2.5, \"inf\"]               JSON\n"
	"  @FILE[:TYPE]                  a file: JSON (*.json), else raw little-endian elements;\n"
	"                                TYPE int, uint, u32, float, u8, char, pixel, json or raw\n"
	"  zeros:N                       N zeros\n"
	"  range:N, range:FROM:TO        0 to N-1, FROM to TO-1\n"
	"  random:N[:SEED]               floats in [0, 1), integers over their whole type\n"
	"In --args FILE the last three are {\"zeros\": N}, {\"range\": [FROM, TO]}, {\"random\": N}.\n"
	"\n"
	"An int that is the only one without a value takes the length of the first array.\n"
	"FILE may be - for standard input.\n";

/* What one run holds. */
struct run {
	const char *file;
	const char *gpu;
	bool json;
	bool all;
	bool time;
	bool list_gpus;
	bool quiet;

	struct program program;
	struct arguments arguments;
	struct output_files outputs;
	struct job job;
	struct backend *backend;
	struct job_times times;
	uint64_t open_ns;
	unsigned int n_stdin; /* who reads standard input */
	unsigned int n_stdout; /* outputs that go to standard output */
};

/* ------------------------------------------------------------------ options */

static int take_file(struct run *run, const char *file)
{
	if (run->file)
		return usage_say("run takes one program, not '%s' and '%s'", run->file, file);
	run->file = file;
	run->n_stdin += strcmp(file, "-") == 0;
	return 0;
}

static int take_option(struct run *run, struct options *options, int index)
{
	const char *value = options->value;
	const char *at;
	uint64_t us;
	int r;

	switch (index) {
	case RUN_ARG:
		at = strchr(value, '=');
		run->n_stdin += at && at[1] == '@' && at[2] == '-' && (!at[3] || at[3] == ':');
		return arguments_add_text(&run->arguments, value);
	case RUN_ARGS:
		run->n_stdin += strcmp(value, "-") == 0;
		return arguments_add_file(&run->arguments, value);
	case RUN_OUTPUT:
		r = output_files_add(&run->outputs, value);
		if (r == 0)
			run->n_stdout += strcmp(run->outputs.list[run->outputs.n - 1].file, "-") ==
					 0;
		return r;
	case RUN_JSON:
		run->json = true;
		return 0;
	case RUN_ALL:
		run->all = true;
		return 0;
	case RUN_TIME:
		run->time = true;
		return 0;
	case RUN_GPU:
		run->gpu = value;
		return 0;
	case RUN_LIST_GPUS:
		run->list_gpus = true;
		return 0;
	case RUN_STEP_BUDGET:
		return options_number(options, index, 1, UINT32_MAX, &run->job.step_budget);
	case RUN_SLICE_US:
		r = options_number(options, index, 1, UINT32_MAX, &us);
		if (r == 0)
			run->job.slice_ns = us * 1000;
		return r;
	case RUN_QUIET:
		run->quiet = true;
		return 0;
	default:
		return CLI_E_USAGE;
	}
}

static int check_options(const struct run *run)
{
	if (run->list_gpus)
		return run->file ? usage_say("--list-gpus takes no program") : 0;
	if (!run->file)
		return usage_say("run: no program; see pxos-gpu run --help");
	if (run->n_stdin > 1)
		return usage_say("standard input can be read only once");
	if (run->n_stdout > 1 || (run->n_stdout && run->json))
		return usage_say("standard output can take only one thing");
	return 0;
}

/* Arguments are read as they come, so that a wrong one is told of before anything else. */
static int parse(struct run *run, const struct command *command, int argc, char **argv)
{
	struct options options;
	int found, r;

	options_init(&options, command->name, command->options, command->n_options, argc, argv);
	while ((found = options_next(&options)) != OPTIONS_END) {
		if (found == OPTIONS_BAD)
			return CLI_E_USAGE;
		if (found == OPTIONS_OPERAND)
			r = take_file(run, options.value);
		else
			r = take_option(run, &options, found);
		if (r == 0 && run->n_stdin > 1)
			r = usage_say("standard input can be read only once");
		if (r)
			return r;
	}
	return check_options(run);
}

/* ------------------------------------------------------------------ results */

static void print_times(const struct run *run)
{
	const struct job_times *times = &run->times;

	fprintf(stderr, "time: open %.3f ms, compile %.3f ms, pipeline %.3f ms, upload %.3f ms, ",
		(double)run->open_ns / 1e6, (double)run->program.compile_ns / 1e6,
		(double)times->pipeline_ns / 1e6, (double)times->upload_ns / 1e6);
	if (times->gpu_ns)
		fprintf(stderr, "GPU %.3f ms of ", (double)times->gpu_ns / 1e6);
	fprintf(stderr, "run %.3f ms in %u slices, download %.3f ms\n", (double)times->run_ns / 1e6,
		times->slices, (double)times->download_ns / 1e6);
}

static void print_json(const struct run *run)
{
	const struct job_times *times = &run->times;
	struct json_writer json;

	json_writer_init(&json, stdout);
	json_object(&json, NULL, true);
	json_object(&json, "outputs", true);
	for (size_t i = 0; i < run->job.n_arrays; i++)
		if (output_is(&run->job.arrays[i]))
			output_json(&json, run->job.arrays[i].name, &run->job.arrays[i]);
	json_object_end(&json);
	json_ms(&json, "elapsed_ms", times->upload_ns + times->run_ns + times->download_ns);
	json_text(&json, "gpu", backend_gpu(run->backend)->name);
	json_bool(&json, "software", backend_gpu(run->backend)->software);
	if (run->time) {
		json_object(&json, "times_ms", false);
		json_ms(&json, "open", run->open_ns);
		json_ms(&json, "compile", run->program.compile_ns);
		json_ms(&json, "pipeline", times->pipeline_ns);
		json_ms(&json, "upload", times->upload_ns);
		json_ms(&json, "run", times->run_ns);
		json_ms(&json, "gpu", times->gpu_ns);
		json_ms(&json, "download", times->download_ns);
		json_object_end(&json);
		json_uint(&json, "slices", times->slices);
	}
	json_object_end(&json);
}

static void print_text(const struct run *run)
{
	bool whole = run->all || !isatty(STDOUT_FILENO);
	size_t n = 0;

	for (size_t i = 0; i < run->job.n_arrays; i++) {
		const struct job_array *array = &run->job.arrays[i];
		const struct output_file *file = output_files_find(&run->outputs, array->name);

		if (!output_is(array))
			continue;
		n++;
		if (file)
			printf("%s %s[%u] → %s\n", array->name, pxos_type_name(array->type),
			       array->length, file->file);
		else
			output_print(stdout, array, whole);
	}
	if (n == 0 && !run->quiet)
		error_note("the program stores to no array, so there is nothing to show");
}

static int show(struct run *run)
{
	int r;

	r = output_files_write(&run->outputs, &run->job);
	if (r)
		return r;
	if (run->json)
		print_json(run);
	else if (!run->n_stdout)
		print_text(run);
	if (run->time && !run->json)
		print_times(run);
	return 0;
}

/* -------------------------------------------------------------------- steps */

static int open_gpu(struct run *run)
{
	uint64_t start_ns = clock_ns();
	struct pxos_target target;
	int r;

	r = backend_open(run->gpu, &run->backend);
	if (r)
		return r;
	run->open_ns = clock_ns() - start_ns;
	if (backend_gpu(run->backend)->software && !run->quiet)
		error_note(
			"%srunning in software on the CPU, with %s",
			run->gpu ? "" : "no hardware GPU found: ", backend_gpu(run->backend)->name);
	backend_target(run->backend, &target);
	return program_compile(&run->program, &target);
}

static int run_program(struct run *run)
{
	struct progress progress;
	int r;

	r = program_load(&run->program, run->file);
	if (r == 0)
		r = program_check(&run->program, NULL);
	if (r == 0)
		r = job_bind(&run->job, &run->program, &run->arguments);
	if (r == 0)
		r = output_files_open(&run->outputs, &run->job);
	if (r == 0)
		r = open_gpu(run);
	if (r)
		return r;

	progress_init(&progress, stderr, !run->quiet);
	r = backend_run(run->backend, &run->job, &progress, &run->times);
	progress_clear(&progress);
	return r ? r : show(run);
}

static int run_run(const struct command *command, int argc, char **argv)
{
	struct run run = { 0 };
	int r;

	r = parse(&run, command, argc, argv);
	if (r == 0)
		r = run.list_gpus ? gpus_show(run.json) : run_program(&run);

	if (backend_hangs(run.backend)) {
		fflush(NULL);
		_exit(CLI_E_SAID);
	}
	backend_close(run.backend);
	output_files_deinit(&run.outputs);
	job_deinit(&run.job);
	arguments_deinit(&run.arguments);
	program_deinit(&run.program);
	return r;
}

const struct command command_run = {
	.name = "run",
	.synopsis = "[OPTION …] FILE",
	.summary = "Run a program on a GPU and show the arrays that it stored to",
	.details = run_details,
	.options = run_options,
	.n_options = _RUN_N,
	.run = run_run,
};
