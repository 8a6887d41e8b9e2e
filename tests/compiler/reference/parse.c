// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parse.c - a program's frame: kernels, their declarations, the launches.
 *
 * Lines are read one by one in three states: outside a kernel, in its
 * declarations, in its code. The first error ends it: the reference does not
 * compete in diagnostics, it only says which programs are none.
 */
#include "parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state {
	STATE_OUTSIDE,
	STATE_DECLARATIONS,
	STATE_CODE,
};

bool ref_fail(struct ref_parser *parser, uint32_t line, uint32_t column, const char *format, ...)
{
	va_list arguments;

	if (parser->error->line)
		return false;
	parser->error->line = line;
	parser->error->column = column;
	va_start(arguments, format);
	vsnprintf(parser->error->message, sizeof(parser->error->message), format, arguments);
	va_end(arguments);
	return false;
}

const struct ref_token *ref_peek(const struct ref_reader *reader)
{
	return &reader->line.tokens[reader->position];
}

const struct ref_token *ref_take(struct ref_reader *reader)
{
	const struct ref_token *token = ref_peek(reader);

	if (token->kind != REF_TOKEN_END)
		reader->position++;
	return token;
}

bool ref_reader_fail(struct ref_reader *reader, const char *message)
{
	return ref_fail(reader->parser, reader->line.number, ref_peek(reader)->column, "%s",
			message);
}

bool ref_take_symbol(struct ref_reader *reader, int symbol)
{
	const struct ref_token *token = ref_peek(reader);

	if (token->kind != REF_TOKEN_SYMBOL || token->symbol != symbol)
		return false;
	reader->position++;
	return true;
}

bool ref_expect_symbol(struct ref_reader *reader, int symbol, const char *what)
{
	return ref_take_symbol(reader, symbol) || ref_reader_fail(reader, what);
}

bool ref_expect_name(struct ref_reader *reader, char name[REF_NAME_SIZE], const char *what)
{
	const struct ref_token *token = ref_peek(reader);

	if (token->kind != REF_TOKEN_NAME)
		return ref_reader_fail(reader, what);
	memcpy(name, token->text, token->length);
	name[token->length] = 0;
	reader->position++;
	return true;
}

bool ref_expect_end(struct ref_reader *reader)
{
	return ref_peek(reader)->kind == REF_TOKEN_END ||
	       ref_reader_fail(reader, "more on the line than belongs there");
}

void ref_copy_name(char name[REF_NAME_SIZE], const char *from)
{
	snprintf(name, REF_NAME_SIZE, "%s", from);
}

enum ref_type ref_type_named(const struct ref_token *token)
{
	static const struct {
		const char *name;
		enum ref_type type;
	} types[] = {
		{ "int", REF_INT },	{ "uint", REF_UINT }, { "u32", REF_UINT },
		{ "float", REF_FLOAT }, { "u8", REF_U8 },     { "char", REF_U8 },
		{ "bool", REF_BOOL },
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ref_token_is(token, types[i].name))
			return types[i].type;
	return REF_NONE;
}

int ref_kernel_first_array(const struct ref_kernel *kernel)
{
	int i;

	for (i = 0; i < kernel->n_arrays; i++)
		if (!kernel->arrays[i].is_shared && !kernel->arrays[i].is_implicit)
			return i;
	return REF_NO_INDEX;
}

bool ref_kernel_is_matmul(const struct ref_kernel *kernel)
{
	return kernel->n_statements == 1 && kernel->statements[0].op == REF_OP_PARALLEL_MATMUL;
}

static bool read_kernel(struct ref_reader *reader)
{
	struct ref_program *program = reader->parser->program;
	struct ref_kernel *kernel;
	int i;

	if (program->n_kernels == PXOS_KERNELS_MAX)
		return ref_reader_fail(reader, "too many kernels");
	kernel = &program->kernels[program->n_kernels];
	kernel->line = reader->line.number;
	if (!ref_expect_name(reader, kernel->name, "a kernel's name is expected"))
		return false;
	for (i = 0; i < program->n_kernels; i++)
		if (!strcmp(program->kernels[i].name, kernel->name))
			return ref_reader_fail(reader, "a second kernel of that name");
	program->n_kernels++;
	reader->kernel = kernel;
	while (ref_peek(reader)->kind != REF_TOKEN_END) {
		const struct ref_token *hint = ref_peek(reader);

		if (!ref_token_is(hint, "LATENCY_CRITICAL") && !ref_token_is(hint, "REALTIME") &&
		    !ref_token_is(hint, "INTERACTIVE") && !ref_token_is(hint, "THROUGHPUT") &&
		    !ref_token_is(hint, "BATCH"))
			return ref_reader_fail(reader, "not a hint");
		ref_take(reader);
	}
	return true;
}

static bool array_is_taken(const struct ref_kernel *kernel, const char *name)
{
	int i;

	for (i = 0; i < kernel->n_arrays; i++)
		if (!strcmp(kernel->arrays[i].name, name))
			return true;
	return false;
}

static bool add_array(struct ref_reader *reader, const struct ref_array *array)
{
	struct ref_kernel *kernel = reader->kernel;
	int n_same = 0, i;

	if (array_is_taken(kernel, array->name))
		return ref_reader_fail(reader, "a second array of that name");
	for (i = 0; i < kernel->n_arrays; i++)
		n_same += kernel->arrays[i].is_shared == array->is_shared;
	if (n_same == (array->is_shared ? PXOS_SHARED_ARRAYS_MAX : PXOS_ARRAYS_MAX))
		return ref_reader_fail(reader, "too many arrays");
	kernel->arrays[kernel->n_arrays++] = *array;
	return true;
}

static bool add_scalar(struct ref_reader *reader, const char *name, enum ref_type type)
{
	struct ref_kernel *kernel = reader->kernel;
	int i;

	for (i = 0; i < kernel->n_scalars; i++)
		if (!strcmp(kernel->scalars[i].name, name))
			return ref_reader_fail(reader, "a second scalar of that name");
	if (kernel->n_scalars == PXOS_SCALARS_MAX)
		return ref_reader_fail(reader, "too many scalars");
	ref_copy_name(kernel->scalars[kernel->n_scalars].name, name);
	kernel->scalars[kernel->n_scalars++].type = type;
	return true;
}

static bool read_parameter(struct ref_reader *reader)
{
	struct ref_array array = { .type = REF_NONE };
	const struct ref_token *type;
	bool is_array = false;

	if (!ref_expect_name(reader, array.name, "a parameter's name is expected"))
		return false;
	type = ref_take(reader);
	array.type = ref_type_named(type);
	if (array.type == REF_BOOL)
		return ref_reader_fail(reader, "bool is for registers only");
	if (ref_take_symbol(reader, '[')) {
		is_array = true;
		if (!ref_expect_symbol(reader, ']', "']' is expected"))
			return false;
		if (ref_token_is(type, "pixel"))
			array.type = REF_UINT;
	} else if (ref_take_symbol(reader, '*')) {
		is_array = true;
		if (array.type != REF_INT && array.type != REF_FLOAT)
			return ref_reader_fail(reader, "only int* and float* are types");
	}
	if (array.type == REF_NONE)
		return ref_reader_fail(reader, "not a type");
	if (!ref_expect_end(reader))
		return false;
	return is_array ? add_array(reader, &array) : add_scalar(reader, array.name, array.type);
}

static bool read_shared(struct ref_reader *reader)
{
	struct ref_array array = { .is_shared = true };
	const struct ref_token *size;

	if (!ref_expect_name(reader, array.name, "a shared array's name is expected"))
		return false;
	array.type = ref_token_is(ref_peek(reader), "pixel") ? REF_UINT
							     : ref_type_named(ref_peek(reader));
	if (array.type == REF_NONE || array.type == REF_BOOL)
		return ref_reader_fail(reader, "not a type for a shared array");
	ref_take(reader);
	size = ref_take(reader);
	if (size->kind != REF_TOKEN_INTEGER || !size->integer)
		return ref_reader_fail(reader, "a shared array's size is expected");
	array.shared_length = (uint32_t)size->integer;
	return ref_expect_end(reader) && add_array(reader, &array);
}

static bool read_launch(struct ref_reader *reader)
{
	struct ref_program *program = reader->parser->program;
	struct ref_launch *launch = &program->launches[program->n_launches];
	const struct ref_token *blocks, *threads;
	char name[REF_NAME_SIZE];

	if (program->n_launches == PXOS_LAUNCHES_MAX)
		return ref_reader_fail(reader, "too many launches");
	launch->line = reader->line.number;
	if (!ref_expect_name(reader, name, "a kernel's name is expected"))
		return false;
	/* Only what stands above is known. */
	while (launch->kernel < program->n_kernels &&
	       strcmp(program->kernels[launch->kernel].name, name) != 0)
		launch->kernel++;
	if (launch->kernel == program->n_kernels)
		return ref_reader_fail(reader, "no such kernel");
	if (!ref_token_is(ref_take(reader), "BLOCKS"))
		return ref_reader_fail(reader, "BLOCKS is expected");
	blocks = ref_take(reader);
	if (!ref_token_is(ref_take(reader), "THREADS"))
		return ref_reader_fail(reader, "THREADS is expected");
	threads = ref_take(reader);
	if (blocks->kind != REF_TOKEN_INTEGER || threads->kind != REF_TOKEN_INTEGER ||
	    !blocks->integer || !threads->integer || threads->integer > PXOS_BLOCK_THREADS_MAX ||
	    blocks->integer * threads->integer > PXOS_LAUNCH_THREADS_MAX)
		return ref_reader_fail(reader, "not a number of blocks and threads");
	launch->blocks = (uint32_t)blocks->integer;
	launch->threads = (uint32_t)threads->integer;
	program->n_launches++;
	return ref_expect_end(reader);
}

static bool read_outside(struct ref_reader *reader, enum state *state)
{
	const struct ref_token *keyword = ref_take(reader);

	if (ref_token_is(keyword, "GPU_KERNEL")) {
		*state = STATE_DECLARATIONS;
		return read_kernel(reader);
	}
	if (ref_token_is(keyword, "GPU_LAUNCH"))
		return read_launch(reader);
	if (ref_token_is(keyword, "GPU_SYNC"))
		return ref_expect_end(reader);
	return ref_reader_fail(reader, "GPU_KERNEL, GPU_LAUNCH or GPU_SYNC is expected");
}

static bool read_declaration(struct ref_reader *reader, enum state *state)
{
	const struct ref_token *keyword = ref_take(reader);

	if (ref_token_is(keyword, "GPU_PARAM"))
		return read_parameter(reader);
	if (ref_token_is(keyword, "GPU_SHARED"))
		return read_shared(reader);
	if (ref_token_is(keyword, "GPU_THREAD_CODE")) {
		*state = STATE_CODE;
		return ref_expect_symbol(reader, ':', "':' is expected") && ref_expect_end(reader);
	}
	return ref_reader_fail(reader, "GPU_PARAM, GPU_SHARED or GPU_THREAD_CODE is expected");
}

static bool read_code(struct ref_reader *reader, enum state *state)
{
	if (!ref_token_is(ref_peek(reader), "GPU_END"))
		return ref_statement_read(reader);
	ref_take(reader);
	*state = STATE_OUTSIDE;
	return ref_expect_end(reader) && ref_statement_close_all(reader) &&
	       ref_types_check(reader->parser, reader->kernel) &&
	       ref_diverge_check(reader->parser, reader->kernel);
}

static bool check_launches(struct ref_parser *parser)
{
	struct ref_program *program = parser->program;

	if (program->n_launches)
		return true;
	if (program->n_kernels != 1)
		return ref_fail(parser, 1, 1, "without GPU_LAUNCH there is exactly one kernel");
	if (ref_kernel_first_array(program->kernels) == REF_NO_INDEX)
		return ref_fail(parser, program->kernels->line, 1,
				"without GPU_LAUNCH a kernel needs an array parameter");
	program->launches[program->n_launches++] = (struct ref_launch){ .line = 1 };
	return true;
}

/* What @name is in @kernel: a bit for each type, as a scalar and, 16 higher, as an array. */
static uint32_t meanings(const struct ref_kernel *kernel, const char *name)
{
	uint32_t bits = 0;
	int i;

	for (i = 0; i < kernel->n_arrays; i++)
		if (!kernel->arrays[i].is_shared && !strcmp(kernel->arrays[i].name, name))
			bits |= 1u << (kernel->arrays[i].type + 16);
	for (i = 0; i < kernel->n_scalars; i++)
		if (!strcmp(kernel->scalars[i].name, name))
			bits |= 1u << kernel->scalars[i].type;
	return bits;
}

static bool has_one_meaning(struct ref_parser *parser, const struct ref_kernel *kernel,
			    const char *name)
{
	const struct ref_program *program = parser->program;
	uint32_t bits = 0;
	int k;

	for (k = 0; k < program->n_kernels; k++)
		bits |= meanings(&program->kernels[k], name);
	return !(bits & (bits - 1)) ||
	       ref_fail(parser, kernel->line, 1, "'%s' has two types", name);
}

/* Arguments are bound by name: one name, one type in the whole program, array or scalar. */
static bool check_names(struct ref_parser *parser)
{
	const struct ref_program *program = parser->program;
	int k, i;

	for (k = 0; k < program->n_kernels; k++) {
		const struct ref_kernel *kernel = &program->kernels[k];

		for (i = 0; i < kernel->n_arrays; i++)
			if (!kernel->arrays[i].is_shared &&
			    !has_one_meaning(parser, kernel, kernel->arrays[i].name))
				return false;
		for (i = 0; i < kernel->n_scalars; i++)
			if (!has_one_meaning(parser, kernel, kernel->scalars[i].name))
				return false;
	}
	return true;
}

static bool read_lines(struct ref_parser *parser)
{
	struct ref_reader reader = { .parser = parser };
	const char *p = parser->text, *text_end = p + parser->length;
	enum state state = STATE_OUTSIDE;
	bool is_good = true;

	reader.line.tokens = calloc(REF_LINE_TOKENS_MAX, sizeof(*reader.line.tokens));
	while (is_good && p < text_end) {
		const char *end = memchr(p, '\n', (size_t)(text_end - p)), *wrong;
		uint32_t column;

		end = end ? end : text_end;
		reader.line.number++;
		reader.position = 0;
		wrong = ref_lex_line(&reader.line, p, end, &column);
		if (wrong)
			is_good = ref_fail(parser, reader.line.number, column, "%s", wrong);
		else if (ref_peek(&reader)->kind == REF_TOKEN_END)
			;
		else if (state == STATE_OUTSIDE)
			is_good = read_outside(&reader, &state);
		else if (state == STATE_DECLARATIONS)
			is_good = read_declaration(&reader, &state);
		else
			is_good = read_code(&reader, &state);
		p = end + 1;
	}
	if (is_good && state != STATE_OUTSIDE)
		is_good = ref_fail(parser, reader.line.number, 1, "GPU_END is expected");
	free(reader.line.tokens);
	return is_good;
}

struct ref_program *ref_parse(const char *text, size_t length, struct ref_error *ret_error)
{
	struct ref_parser parser = { .text = text, .length = length, .error = ret_error };

	*ret_error = (struct ref_error){ 0 };
	parser.program = calloc(1, sizeof(*parser.program));
	parser.program->kernels = calloc(PXOS_KERNELS_MAX, sizeof(*parser.program->kernels));
	if (length > PXOS_PROGRAM_BYTES_MAX)
		ref_fail(&parser, 1, 1, "a program is at most 64 KiB");
	else if (read_lines(&parser) && check_launches(&parser))
		check_names(&parser);
	if (ret_error->line)
		return ref_program_free(parser.program);
	return parser.program;
}

struct ref_program *ref_program_free(struct ref_program *program)
{
	int k;

	if (!program)
		return NULL;
	while (program->expressions) {
		struct ref_expression *next = program->expressions->next;

		free(program->expressions);
		program->expressions = next;
	}
	for (k = 0; k < PXOS_KERNELS_MAX; k++) {
		free(program->kernels[k].registers);
		free(program->kernels[k].statements);
	}
	free(program->kernels);
	free(program);
	return NULL;
}
