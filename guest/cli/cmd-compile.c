/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pxos-gpu compile - check a program, and write what it is compiled to.
 *
 * Without --gpu the result is what every Vulkan 1.1 desktop GPU can run, and no GPU
 * is needed. A SPIR-V file holds one kernel; as text and as JSON there may be several.
 */
#include "guest/cli/backend.h"
#include "guest/cli/cli.h"
#include "guest/cli/options.h"
#include "guest/cli/program-json.h"
#include "guest/cli/program.h"
#include "guest/cli/spvasm.h"

#include "common/cleanup.h"
#include "common/file.h"
#include "pxos_compiler.h"

#include <errno.h>
#include <string.h>

enum compile_option {
	COMPILE_EMIT,
	COMPILE_OUTPUT,
	COMPILE_KERNEL,
	COMPILE_GPU,
	COMPILE_HELP,
	_COMPILE_N,
};

static const struct option compile_options[_COMPILE_N] = {
	[COMPILE_EMIT] = { 'e', "emit", "FORMAT", "spirv, spvasm (text) or json" },
	[COMPILE_OUTPUT] = { 'o', "output", "FILE", "write there; - is standard output" },
	[COMPILE_KERNEL] = { 'k', "kernel", "NAME", "only this kernel" },
	[COMPILE_GPU] = { 'g', "gpu", "SELECTOR", "compile for that GPU, as `run` would" },
	[COMPILE_HELP] = { 'h', "help", NULL, "show this" },
};

static const char compile_details[] =
	"Without --emit and without -o the program is only checked. With -o alone FORMAT goes by\n"
	"the file's name: *.json, *.spvasm, else spirv.\n";

enum emit {
	EMIT_NOTHING,
	EMIT_SPIRV,
	EMIT_SPVASM,
	EMIT_JSON,
	_EMIT_N,
};

static const char *const emit_names[] = {
	[EMIT_NOTHING] = "",
	[EMIT_SPIRV] = "spirv",
	[EMIT_SPVASM] = "spvasm",
	[EMIT_JSON] = "json",
};

_Static_assert(sizeof(emit_names) / sizeof(*emit_names) == _EMIT_N, "each has a name");

struct compile {
	const char *file;
	const char *output; /* NULL: standard output */
	const char *kernel;
	const char *gpu;
	enum emit emit;
	struct program program;
};

static int take_emit(struct compile *compile, const char *name)
{
	for (int i = EMIT_SPIRV; i < _EMIT_N; i++)
		if (strcmp(name, emit_names[i]) == 0) {
			compile->emit = (enum emit)i;
			return 0;
		}
	return usage_say("--emit takes spirv, spvasm or json, not '%s'", name);
}

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), n = strlen(end);

	return length > n && strcmp(text + length - n, end) == 0;
}

static int parse(struct compile *compile, const struct command *command, int argc, char **argv)
{
	struct options options;
	int found, r = 0;

	options_init(&options, command->name, command->options, command->n_options, argc, argv);
	while (r == 0 && (found = options_next(&options)) != OPTIONS_END) {
		switch (found) {
		case COMPILE_EMIT:
			r = take_emit(compile, options.value);
			break;
		case COMPILE_OUTPUT:
			compile->output = options.value;
			break;
		case COMPILE_KERNEL:
			compile->kernel = options.value;
			break;
		case COMPILE_GPU:
			compile->gpu = options.value;
			break;
		case OPTIONS_OPERAND:
			if (compile->file)
				return usage_say("compile takes one program, not '%s' and '%s'",
						 compile->file, options.value);
			compile->file = options.value;
			break;
		default:
			return CLI_E_USAGE;
		}
	}
	if (r)
		return r;
	if (!compile->file)
		return usage_say("compile: no program; see pxos-gpu compile --help");
	if (compile->output && compile->emit == EMIT_NOTHING)
		compile->emit = ends_in(compile->output, ".json")     ? EMIT_JSON
				: ends_in(compile->output, ".spvasm") ? EMIT_SPVASM
								      : EMIT_SPIRV;
	if (compile->emit == EMIT_SPIRV && isatty(STDOUT_FILENO) &&
	    (!compile->output || strcmp(compile->output, "-") == 0))
		return usage_say(
			"SPIR-V is binary, this is a terminal; give -o FILE, or --emit spvasm");
	return 0;
}

static int emit_spirv(const struct compile *compile, FILE *stream, const struct pxos_kernel *kernel)
{
	const struct pxos_program *compiled = compile->program.compiled;

	if (!kernel && compiled->n_kernels != 1)
		return error_say(
			"%s has %u kernels, a SPIR-V file takes one; name it with --kernel",
			compile->program.file, compiled->n_kernels);
	if (!kernel)
		kernel = &compiled->kernels[0];
	fwrite(kernel->spirv, sizeof(*kernel->spirv), kernel->n_words, stream);
	return 0;
}

static int emit_spvasm(const struct compile *compile, FILE *stream,
		       const struct pxos_kernel *kernel)
{
	const struct pxos_program *compiled = compile->program.compiled;
	int r = 0;

	if (kernel)
		return spvasm_write(stream, kernel);
	for (uint32_t i = 0; r == 0 && i < compiled->n_kernels; i++)
		r = spvasm_write(stream, &compiled->kernels[i]);
	return r;
}

static int emit(const struct compile *compile, FILE *stream)
{
	const struct pxos_kernel *kernel = NULL;
	int r;

	if (compile->kernel && compile->program.compiled->n_errors == 0) {
		r = program_kernel(&compile->program, compile->kernel, &kernel);
		if (r)
			return r;
	}
	switch (compile->emit) {
	case EMIT_SPIRV:
		return emit_spirv(compile, stream, kernel);
	case EMIT_SPVASM:
		return emit_spvasm(compile, stream, kernel);
	case EMIT_JSON:
		program_json(stream, &compile->program, kernel, true);
		return 0;
	default:
		return 0;
	}
}

/* Made whole in memory first: what fails on the way leaves no half of a file. */
static int emit_to_output(const struct compile *compile)
{
	const char *output = compile->output ? compile->output : "-";
	struct file_writer writer = FILE_WRITER_NULL;
	cleanup_free char *text = NULL;
	size_t bytes;
	FILE *stream = open_memstream(&text, &bytes);
	int r;

	if (!stream)
		return -ENOMEM;
	r = emit(compile, stream);
	if (fclose(stream) != 0 && r == 0)
		return -ENOMEM;
	if (r)
		return r;

	r = file_writer_open(&writer, output);
	if (r == 0)
		r = file_writer_write(&writer, text, bytes);
	if (r == 0)
		r = file_writer_commit(&writer);
	if (r)
		r = error_say_errno(r, "cannot write %s",
				    compile->output ? output : "to standard output");
	file_writer_deinit(&writer);
	return r;
}

static int compile_program(struct compile *compile)
{
	struct pxos_target target;
	int r;

	r = program_load(&compile->program, compile->file);
	if (r == 0)
		r = backend_target_of(compile->gpu, &target);
	if (r == 0)
		r = program_check(&compile->program, &target);
	/* Editors read diagnostics as JSON, so there they are an answer. */
	if (r == CLI_E_SAID && compile->program.compiled && compile->emit == EMIT_JSON) {
		int failed = emit_to_output(compile);

		return failed ? failed : r;
	}
	return r ? r : emit_to_output(compile);
}

static int compile_run(const struct command *command, int argc, char **argv)
{
	struct compile compile = { 0 };
	int r;

	r = parse(&compile, command, argc, argv);
	if (r == 0)
		r = compile_program(&compile);
	program_deinit(&compile.program);
	return r;
}

const struct command command_compile = {
	.name = "compile",
	.synopsis = "[OPTION …] FILE",
	.summary = "Check a program, and write it as SPIR-V or JSON",
	.details = compile_details,
	.options = compile_options,
	.n_options = _COMPILE_N,
	.run = compile_run,
};
