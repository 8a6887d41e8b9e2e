// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Parsing: the frame of a program, which is its kernels, their declarations and
 * the launches. What stands between GPU_THREAD_CODE and GPU_END is statement.c's.
 *
 * A line is taken or refused whole; after an error the next line is parsed as if
 * this one had been right, as far as one can tell what it wanted to be, so that
 * one mistake makes one diagnostic.
 */
#include <string.h>

#include "statement.h"

struct place line_place(const struct line *line, const struct token *token)
{
	return (struct place){ line->number, token->column };
}

const char *token_text(const struct line *line, const struct token *token)
{
	if (token->kind == TOKEN_END)
		return "the end of the line";
	return arena_format(line->program->arena, "'%.*s'",
			    token->length > 40 ? 40 : (int)token->length, token->start);
}

void line_expected(struct line *line, const char *what, const char *hint)
{
	diag_error(line->program->diag, line_place(line, line->at), RULE_EXPECTED, hint,
		   "expected %s, found %s", what, token_text(line, line->at));
}

bool line_take_punct(struct line *line, char punct, const char *after)
{
	if (line->at->kind != TOKEN_PUNCT || line->at->punct != punct) {
		line_expected(line,
			      arena_format(line->program->arena, "'%c' after %s", punct, after),
			      NULL);
		return false;
	}
	line->at++;
	return true;
}

bool line_take_end(struct line *line)
{
	if (line->at->kind == TOKEN_END)
		return true;
	diag_error(line->program->diag, line_place(line, line->at), RULE_TRAILING,
		   "one statement a line", "%s after the end of the statement",
		   token_text(line, line->at));
	return false;
}

const struct token *line_take_name(struct line *line, const char *what)
{
	if (line->at->kind != TOKEN_NAME) {
		line_expected(line, what, NULL);
		return NULL;
	}
	return line->at++;
}

bool line_take_count(struct line *line, const char *what, uint32_t *ret_count)
{
	const struct token *token = line->at;

	if (token->kind != TOKEN_INT || token->value < 1 || token->value > INT32_MAX) {
		line_expected(line, what, "an integer from 1 to 2147483647");
		return false;
	}
	line->at++;
	*ret_count = token->value;
	return true;
}

static const struct {
	const char *name;
	enum pxos_type type;
} type_names[] = {
	{ "INT", PXOS_TYPE_INT },   { "UINT", PXOS_TYPE_UINT },	  { "U32", PXOS_TYPE_UINT },
	{ "FLOAT", PXOS_TYPE_FLOAT }, { "U8", PXOS_TYPE_U8 },	  { "CHAR", PXOS_TYPE_U8 },
	{ "BOOL", PXOS_TYPE_BOOL }, { "PIXEL", PXOS_TYPE_UINT },
};

#define N_TYPES (sizeof(type_names) / sizeof(type_names[0]))

/* A type's name; @ret_pixel tells pixel, which is an array's only. */
static bool take_type(struct line *line, enum pxos_type *ret_type, bool *ret_pixel)
{
	const struct token *token = line_take_name(line, "a type");
	struct nearest nearest;

	if (!token)
		return false;
	nearest_init(&nearest, token->start, token->length);
	for (size_t i = 0; i < N_TYPES; i++) {
		if (token_is(token, type_names[i].name)) {
			*ret_type = type_names[i].type;
			*ret_pixel = i == N_TYPES - 1;
			return true;
		}
		nearest_try(&nearest, type_names[i].name);
	}
	diag_error(line->program->diag, line_place(line, token), RULE_UNKNOWN_TYPE,
		   "types are int, uint, float and u8, with [] for arrays",
		   nearest.best ? "%s is not a type; did you mean %s?" : "%s is not a type",
		   token_text(line, token), nearest.best);
	return false;
}

/* Enter a name of the kernel's. Return: false if it is there already. */
static bool declare(struct line *line, const struct token *token, uint32_t space, uint32_t value)
{
	struct program *program = line->program;

	if (names_find(&program->names, space, token->start, token->length)) {
		diag_error(program->diag, line_place(line, token), RULE_DUPLICATE_NAME, NULL,
			   "%s is declared twice in kernel %s", token_text(line, token),
			   line->kernel->name);
		return false;
	}
	names_add(&program->names, space, token->start, token->length, value);
	return true;
}

/* A name has one type in all kernels: arguments are bound by name. */
static void check_argument(struct line *line, const struct token *token, uint32_t kind)
{
	struct names *names = &line->program->names;
	struct name *name = names_find(names, SPACE_ARGUMENTS, token->start, token->length);

	if (!name)
		names_add(names, SPACE_ARGUMENTS, token->start, token->length, kind);
	else if (name->value != kind)
		diag_error(line->program->diag, line_place(line, token), RULE_PARAMETER_TYPE,
			   "arguments are bound by name, so a name has one type in a program",
			   "%s has another type in an earlier kernel", token_text(line, token));
}

static void add_array_parameter(struct line *line, const struct token *name, enum pxos_type type)
{
	struct kernel *kernel = line->kernel;
	struct pxos_array *array;
	uint32_t max = line->program->target->arrays_max;

	if (max > PXOS_ARRAYS_MAX)
		max = PXOS_ARRAYS_MAX;
	if (kernel->arrays.n >= max) {
		diag_error(line->program->diag, line_place(line, name), RULE_TOO_MANY, NULL,
			   "a kernel has at most %u arrays on this GPU", max);
		return;
	}
	if (!declare(line, name, kernel->space + 1, kernel->arrays.n))
		return;
	check_argument(line, name, type | 0x100);
	if (kernel->first_array == NONE)
		kernel->first_array = kernel->arrays.n;
	array = vec_push(&kernel->arrays);
	array->name = arena_string(line->program->arena, name->start, name->length);
	array->type = type;
	array->line = line->number;
}

static void add_scalar_parameter(struct line *line, const struct token *name, enum pxos_type type)
{
	struct kernel *kernel = line->kernel;
	struct pxos_scalar *scalar;

	if (kernel->scalars.n >= PXOS_SCALARS_MAX) {
		diag_error(line->program->diag, line_place(line, name), RULE_TOO_MANY,
			   "pass them in an array", "a kernel has at most %u scalar parameters",
			   PXOS_SCALARS_MAX);
		return;
	}
	/* Registers share the space; they are numbered from PXOS_SCALARS_MAX. */
	if (!declare(line, name, kernel->space, kernel->scalars.n))
		return;
	check_argument(line, name, type);
	scalar = vec_push(&kernel->scalars);
	scalar->name = arena_string(line->program->arena, name->start, name->length);
	scalar->type = type;
	scalar->line = line->number;
}

/* GPU_PARAM name type, name type[], name type* */
static void parse_param(struct line *line)
{
	const struct token *name = line_take_name(line, "the parameter's name"), *at;
	bool pixel, array = false;
	enum pxos_type type;

	if (!name)
		return;
	at = line->at;
	if (!take_type(line, &type, &pixel))
		return;
	if (line->at->kind == TOKEN_PUNCT && line->at->punct == '[') {
		line->at++;
		if (!line_take_punct(line, ']', "'['"))
			return;
		array = true;
	} else if (line->at->kind == TOKEN_PUNCT && line->at->punct == '*') {
		line->at++;
		array = true;
	}
	if (type == PXOS_TYPE_BOOL || (pixel && !array)) {
		diag_error(line->program->diag, line_place(line, at), RULE_UNKNOWN_TYPE,
			   pixel ? "write pixel[], or uint" : "use an int that is 0 or 1",
			   "%s is no parameter's type", token_text(line, at));
		return;
	}
	if (!line_take_end(line))
		return;
	if (array)
		add_array_parameter(line, name, type);
	else
		add_scalar_parameter(line, name, type);
}

/* GPU_SHARED name type size */
static void parse_shared(struct line *line)
{
	struct kernel *kernel = line->kernel;
	const struct token *name = line_take_name(line, "the shared array's name"), *at;
	struct shared *shared;
	enum pxos_type type;
	uint32_t length;
	bool pixel;

	if (!name)
		return;
	at = line->at;
	if (!take_type(line, &type, &pixel))
		return;
	if (type == PXOS_TYPE_BOOL) {
		diag_error(line->program->diag, line_place(line, at), RULE_UNKNOWN_TYPE,
			   "use int", "shared memory holds no bool");
		return;
	}
	if (line->at->kind == TOKEN_PUNCT && line->at->punct == '[' &&
	    line->at[1].kind == TOKEN_PUNCT && line->at[1].punct == ']')
		line->at += 2;
	at = line->at;
	if (!line_take_count(line, "the shared array's size", &length) || !line_take_end(line))
		return;
	if (kernel->shared.n >= PXOS_SHARED_ARRAYS_MAX) {
		diag_error(line->program->diag, line_place(line, name), RULE_TOO_MANY, NULL,
			   "a kernel has at most %u shared arrays", PXOS_SHARED_ARRAYS_MAX);
		return;
	}
	if (!declare(line, name, kernel->space + 1, kernel->shared.n | ARRAY_SHARED))
		return;
	/* An element takes four bytes, also a u8: neighbours cannot disturb each other. */
	if (length > (line->program->target->shared_bytes_max - kernel->shared_bytes) / 4) {
		diag_error(line->program->diag, line_place(line, at), RULE_SHARED_SIZE,
			   "an element takes 4 bytes",
			   "shared memory of a block is at most %u bytes on this GPU",
			   line->program->target->shared_bytes_max);
		length = 1;
	}
	kernel->shared_bytes += length * 4;
	shared = vec_push(&kernel->shared);
	shared->name = arena_string(line->program->arena, name->start, name->length);
	shared->type = type;
	shared->length = length;
}

static const char *const hint_names[] = {
	[PXOS_HINT_NONE] = "none",
	[PXOS_HINT_LATENCY_CRITICAL] = "LATENCY_CRITICAL",
	[PXOS_HINT_REALTIME] = "REALTIME",
	[PXOS_HINT_INTERACTIVE] = "INTERACTIVE",
	[PXOS_HINT_THROUGHPUT] = "THROUGHPUT",
	[PXOS_HINT_BATCH] = "BATCH",
};

const char *pxos_hint_name(enum pxos_hint hint)
{
	return hint_names[hint];
}

static void parse_hint(struct line *line)
{
	const struct token *token = line->at;
	struct nearest nearest;

	nearest_init(&nearest, token->start, token->length);
	for (uint32_t i = PXOS_HINT_LATENCY_CRITICAL; i <= PXOS_HINT_BATCH; i++) {
		if (token_is(token, hint_names[i])) {
			line->kernel->hints |= 1u << i;
			return;
		}
		nearest_try(&nearest, hint_names[i]);
	}
	diag_error(line->program->diag, line_place(line, token), RULE_UNKNOWN_HINT,
		   "hints are LATENCY_CRITICAL, REALTIME, INTERACTIVE, THROUGHPUT, BATCH",
		   nearest.best ? "%s is not a hint; did you mean %s?" : "%s is not a hint",
		   token_text(line, token), nearest.best);
}

static void kernel_init(struct kernel *kernel, struct arena *arena, uint32_t number)
{
	kernel->space = 2 + 2 * number;
	kernel->first_array = NONE;
	vec_init(&kernel->scalars, arena, sizeof(struct pxos_scalar));
	vec_init(&kernel->arrays, arena, sizeof(struct pxos_array));
	vec_init(&kernel->shared, arena, sizeof(struct shared));
	vec_init(&kernel->registers, arena, sizeof(struct variable));
	vec_init(&kernel->ops, arena, sizeof(struct op));
	vec_init(&kernel->terms, arena, sizeof(struct term));
	vec_init(&kernel->loops, arena, sizeof(struct pxos_loop));
	vec_init(&kernel->lines, arena, sizeof(uint32_t));
}

/* GPU_KERNEL name [hint…] */
static void parse_kernel(struct line *line)
{
	struct program *program = line->program;
	const struct token *name = line_take_name(line, "the kernel's name");
	uint32_t number = program->kernels.n;
	struct kernel *kernel;

	if (number >= PXOS_KERNELS_MAX) {
		diag_error(program->diag, line_place(line, line->at), RULE_TOO_MANY, NULL,
			   "a program has at most %u kernels", PXOS_KERNELS_MAX);
		return;
	}
	/* Also without a name there is a kernel here: the lines below are its. */
	kernel = vec_push(&program->kernels);
	kernel_init(kernel, program->arena, number);
	kernel->name = name ? arena_string(program->arena, name->start, name->length) : "?";
	kernel->place = (struct place){ line->number, name ? name->column : 1 };
	line->kernel = kernel;
	line->n_open = 0;
	if (!name)
		return;
	if (names_find(&program->names, SPACE_KERNELS, name->start, name->length))
		diag_error(program->diag, line_place(line, name), RULE_DUPLICATE_NAME, NULL,
			   "kernel %s is there already", token_text(line, name));
	else
		names_add(&program->names, SPACE_KERNELS, name->start, name->length, number);
	for (; line->at->kind == TOKEN_NAME; line->at++)
		parse_hint(line);
	line_take_end(line);
}

/* GPU_LAUNCH kernel BLOCKS b THREADS t */
static void parse_launch(struct line *line)
{
	struct program *program = line->program;
	const struct token *name = line_take_name(line, "the kernel's name"), *blocks_at;
	uint32_t blocks, threads, max = program->target->threads_max;
	struct pxos_launch *launch;
	struct name *kernel;

	if (!name)
		return;
	kernel = names_find(&program->names, SPACE_KERNELS, name->start, name->length);
	if (!kernel) {
		struct nearest nearest;

		nearest_init(&nearest, name->start, name->length);
		for (uint32_t i = 0; i < program->kernels.n; i++)
			nearest_try(&nearest, program_kernel(program, i)->name);
		diag_error(program->diag, line_place(line, name), RULE_UNKNOWN_KERNEL,
			   "a kernel stands before its launch",
			   nearest.best ? "there is no kernel %s; did you mean %s?" :
					  "there is no kernel %s",
			   token_text(line, name), nearest.best);
	}
	if (!token_is(line->at, "BLOCKS")) {
		line_expected(line, "BLOCKS", "GPU_LAUNCH kernel BLOCKS b THREADS t");
		return;
	}
	blocks_at = ++line->at;
	if (!line_take_count(line, "the number of blocks", &blocks))
		return;
	if (!token_is(line->at, "THREADS")) {
		line_expected(line, "THREADS", "GPU_LAUNCH kernel BLOCKS b THREADS t");
		return;
	}
	line->at++;
	if (!line_take_count(line, "the number of threads in a block", &threads) ||
	    !line_take_end(line))
		return;
	if (max > PXOS_BLOCK_THREADS_MAX)
		max = PXOS_BLOCK_THREADS_MAX;
	if (threads > max)
		diag_error(program->diag, line_place(line, line->at - 1), RULE_LAUNCH_SIZE,
			   "use more blocks", "a block has at most %u threads on this GPU", max);
	else if ((uint64_t)blocks * threads > PXOS_LAUNCH_THREADS_MAX)
		diag_error(program->diag, line_place(line, blocks_at), RULE_LAUNCH_SIZE,
			   "let a thread do several elements in a LOOP",
			   "a launch has at most %u threads", PXOS_LAUNCH_THREADS_MAX);
	if (program->launches.n >= PXOS_LAUNCHES_MAX) {
		diag_error(program->diag, line_place(line, name), RULE_TOO_MANY, NULL,
			   "a program has at most %u launches", PXOS_LAUNCHES_MAX);
		return;
	}
	launch = vec_push(&program->launches);
	launch->kernel = kernel ? kernel->value : 0;
	launch->blocks = blocks;
	launch->threads = threads;
	launch->line = line->number;
}

static void parse_end(struct line *line)
{
	struct kernel *kernel = line->kernel;

	line_take_end(line);
	if (!kernel->coded)
		diag_error(line->program->diag, kernel->place, RULE_MISSING_THREAD_CODE,
			   "GPU_THREAD_CODE: stands before the statements",
			   "kernel %s has no GPU_THREAD_CODE", kernel->name);
	statement_finish(line);
	kernel->ended = true;
	line->kernel = NULL;
}

static void parse_sync(struct line *line)
{
	struct program *program = line->program;

	line_take_end(line);
	if (program->launches.n && !program->arena->failed)
		((struct pxos_launch *)program->launches.data)[program->launches.n - 1].sync = true;
}

static void parse_thread_code(struct line *line)
{
	if (line_take_punct(line, ':', "GPU_THREAD_CODE"))
		line_take_end(line);
	line->kernel->coded = true;
}

enum directive_place {
	OUTSIDE = 1, /* of kernels */
	DECLARATIONS = 2, /* between GPU_KERNEL and GPU_THREAD_CODE */
	CODE = 4,
};

static const struct directive {
	const char *name;
	unsigned int places;
	void (*parse)(struct line *line);
	const char *hint;
} directives[] = {
	{ "GPU_KERNEL", OUTSIDE, parse_kernel, "end the kernel before with GPU_END" },
	{ "GPU_PARAM", DECLARATIONS, parse_param, "parameters stand before GPU_THREAD_CODE" },
	{ "GPU_SHARED", DECLARATIONS, parse_shared, "GPU_SHARED stands before GPU_THREAD_CODE" },
	{ "GPU_THREAD_CODE", DECLARATIONS, parse_thread_code, "once in a kernel" },
	{ "GPU_END", DECLARATIONS | CODE, parse_end, "it ends a GPU_KERNEL" },
	{ "GPU_LAUNCH", OUTSIDE, parse_launch, "launches stand after GPU_END" },
	{ "GPU_SYNC", OUTSIDE, parse_sync, "inside a kernel the barrier is SYNC_THREADS" },
};

#define N_DIRECTIVES (sizeof(directives) / sizeof(directives[0]))

static void unknown_directive(struct line *line)
{
	struct nearest nearest;

	nearest_init(&nearest, line->at->start, line->at->length);
	for (size_t i = 0; i < N_DIRECTIVES; i++)
		nearest_try(&nearest, directives[i].name);
	for (size_t i = 0; i < _OP_N; i++) {
		if (!token_is(line->at, op_infos[i].name))
			continue;
		diag_error(line->program->diag, line_place(line, line->at), RULE_MISPLACED,
			   "statements stand between GPU_THREAD_CODE: and GPU_END",
			   "%s outside of thread code", token_text(line, line->at));
		return;
	}
	diag_error(line->program->diag, line_place(line, line->at), RULE_UNKNOWN_DIRECTIVE,
		   "a program is GPU_KERNEL, GPU_PARAM, GPU_THREAD_CODE:, statements, GPU_END",
		   nearest.best ? "%s is not a declaration; did you mean %s?" :
				  "%s is not a declaration",
		   token_text(line, line->at), nearest.best);
}

static void parse_line(struct line *line)
{
	unsigned int place = !line->kernel ? OUTSIDE : line->kernel->coded ? CODE : DECLARATIONS;

	if (line->at->kind != TOKEN_NAME) {
		line_expected(line, place == CODE ? "an operation" : "a declaration", NULL);
		return;
	}
	for (size_t i = 0; i < N_DIRECTIVES; i++) {
		const struct directive *directive = &directives[i];

		if (!token_is(line->at, directive->name))
			continue;
		if (directive->parse == parse_kernel && line->kernel) {
			diag_error(line->program->diag, line_place(line, line->at),
				   RULE_MISSING_END, directive->hint,
				   "GPU_KERNEL before the GPU_END of kernel %s",
				   line->kernel->name);
			statement_finish(line);
			line->kernel->ended = true;
		} else if (!(directive->places & place)) {
			diag_error(line->program->diag, line_place(line, line->at), RULE_MISPLACED,
				   directive->hint, "%s does not stand here", directive->name);
			return;
		}
		line->at++;
		directive->parse(line);
		return;
	}
	if (place == CODE)
		statement_parse(line);
	else
		unknown_directive(line);
}

/* What a whole program needs, once its last line is read. */
static void check_whole(struct program *program, uint32_t last_line, struct kernel *open)
{
	struct place end = { last_line ? last_line : 1, 1 };
	struct kernel *kernel;

	if (open)
		diag_error(program->diag, end, RULE_MISSING_END, NULL,
			   "kernel %s has no GPU_END", open->name);
	if (!program->kernels.n) {
		if (!program->diag->n_errors)
			diag_error(program->diag, end, RULE_MISSING_KERNEL,
				   "a program starts with GPU_KERNEL name", "no kernel");
		return;
	}
	if (program->launches.n || program->diag->n_errors || program->arena->failed)
		return;
	kernel = program_kernel(program, 0);
	if (program->kernels.n > 1)
		diag_error(program->diag, end, RULE_MISSING_LAUNCH,
			   "end with GPU_LAUNCH name BLOCKS b THREADS t for each, in order",
			   "a program of %u kernels says with GPU_LAUNCH what runs",
			   program->kernels.n);
	else if (kernel->first_array == NONE)
		diag_error(program->diag, kernel->place, RULE_MISSING_LAUNCH,
			   "add GPU_LAUNCH, or an array parameter: it gives the number of threads",
			   "kernel %s has no array parameter and no GPU_LAUNCH", kernel->name);
	else
		((struct pxos_launch *)vec_push(&program->launches))->line = kernel->place.line;
}

void program_parse(struct program *program, const char *text, size_t length)
{
	struct line line = { .program = program };
	struct scan scan;

	if (length > PXOS_PROGRAM_BYTES_MAX) {
		diag_error(program->diag, (struct place){ 1, 1 }, RULE_PROGRAM_TOO_LONG, NULL,
			   "a program has at most %u bytes, this one has %zu",
			   PXOS_PROGRAM_BYTES_MAX, length);
		return;
	}
	/* A byte order mark is no character of the text. */
	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		length -= 3;
	}
	scan_init(&scan, program->arena, text, length);
	while (scan_line(&scan, program->diag)) {
		if (program->arena->failed || diag_full(program->diag))
			return;
		line.number = scan.line;
		line.at = scan.tokens.data;
		if (scan.bad)
			statement_skip(&line);
		else if (line.at->kind != TOKEN_END)
			parse_line(&line);
	}
	if (program->arena->failed || diag_full(program->diag))
		return;
	if (line.kernel)
		statement_finish(&line);
	check_whole(program, scan.line, line.kernel);
}
