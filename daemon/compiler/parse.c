// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Parsing: the frame of a program, which is its kernels and the launches. What
 * stands inside of a kernel is declare.c's and statement.c's.
 *
 * A line is taken or refused whole; after an error the next line is parsed as if
 * this one had been right, as far as one can tell what it wanted to be, so that
 * one mistake makes one diagnostic: a misspelt word is taken for the word that the
 * diagnostic suggests, a declaration outside of a kernel begins one, a line that
 * holds what is no token is parsed for what it opens and assigns. All that happens
 * with diagnostics muted, since the line has had its own.
 */
#include <string.h>

#include "declare.h"
#include "statement.h"

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

/* A kernel begins; @name is NULL where it should have one. */
static void open_kernel(struct line *line, const struct token *name)
{
	struct program *program = line->program;
	uint32_t number = program->kernels.n;
	struct kernel *kernel = vec_push(&program->kernels);

	kernel_init(kernel, program->arena, number);
	kernel->name = name ? arena_string(program->arena, name->start, name->length) : "?";
	kernel->nameless = !name;
	kernel->place = line_place(line, name ? name : line->first);
	line->kernel = kernel;
	line->strayed = false;
	line->n_open = line->n_too_deep = 0;
}

/* GPU_KERNEL name [hint…] */
static void parse_kernel(struct line *line)
{
	struct program *program = line->program;
	const struct token *name = line_take_name(line, "the kernel's name");
	uint32_t number = program->kernels.n;

	if (number == PXOS_KERNELS_MAX)
		diag_error(program->diag, line_place(line, name ? name : line->at), RULE_TOO_MANY,
			   NULL, "a program has at most %u kernels", PXOS_KERNELS_MAX);
	/* Also without a name there is a kernel here: the lines below are its. */
	open_kernel(line, name);
	if (!name)
		return;
	if (names_find(&program->names, SPACE_KERNELS, name->start, name->length))
		line_error(line, name, RULE_DUPLICATE_NAME, NULL, "there is a kernel %s already");
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
			   nearest.best ? "there is no kernel %s; did you mean %s?"
					: "there is no kernel %s",
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
	if (program->launches.n == PXOS_LAUNCHES_MAX)
		diag_error(program->diag, line_place(line, name), RULE_TOO_MANY, NULL,
			   "a program has at most %u launches", PXOS_LAUNCHES_MAX);
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
	{ "GPU_PARAM", DECLARATIONS, declare_param, "parameters stand before GPU_THREAD_CODE" },
	{ "GPU_SHARED", DECLARATIONS, declare_shared, "GPU_SHARED stands before GPU_THREAD_CODE" },
	{ "GPU_THREAD_CODE", DECLARATIONS, parse_thread_code, "once in a kernel" },
	{ "GPU_END", DECLARATIONS | CODE, parse_end, "it ends a GPU_KERNEL" },
	{ "GPU_LAUNCH", OUTSIDE, parse_launch, "end the kernel before with GPU_END" },
	{ "GPU_SYNC", OUTSIDE, parse_sync, "inside a kernel the barrier is SYNC_THREADS" },
};

#define N_DIRECTIVES (sizeof(directives) / sizeof(directives[0]))

static unsigned int place_of(const struct line *line)
{
	return !line->kernel ? OUTSIDE : line->kernel->coded ? CODE : DECLARATIONS;
}

static const struct directive *find_directive(const struct token *token)
{
	for (size_t i = 0; i < N_DIRECTIVES; i++)
		if (token_is(token, directives[i].name))
			return &directives[i];
	return NULL;
}

/* GPU_KERNEL or GPU_LAUNCH, and a kernel has not ended. */
static void end_missing(struct line *line, const struct directive *directive)
{
	struct diag *diag = line->program->diag;

	if (!line->kernel->nameless)
		diag_error(diag, line_place(line, line->at), RULE_MISSING_END, directive->hint,
			   "%s before the GPU_END of kernel %s", directive->name,
			   line->kernel->name);
	diag->muted++;
	statement_finish(line);
	diag->muted--;
	line->kernel = NULL;
}

static void parse_directive(struct line *line, const struct directive *directive)
{
	bool begins = directive->parse == parse_kernel || directive->parse == parse_launch;

	if (line->kernel && begins) {
		end_missing(line, directive);
	} else if (!line->kernel && directive->places == DECLARATIONS) {
		diag_error(line->program->diag, line_place(line, line->at), RULE_MISPLACED,
			   "GPU_KERNEL name stands before it", "%s outside of a kernel",
			   directive->name);
		open_kernel(line, NULL);
	} else if (line->kernel && directive->parse == parse_thread_code && line->kernel->strayed) {
		line->kernel->strayed = false; /* here it is, where we took it for forgotten */
		return;
	} else if (!(directive->places & place_of(line))) {
		diag_error(line->program->diag, line_place(line, line->at), RULE_MISPLACED,
			   directive->hint, "%s does not stand here", directive->name);
		return;
	}
	line->at++;
	directive->parse(line);
}

static void parse_statement(struct line *line, uint32_t code)
{
	if (place_of(line) != CODE) {
		if (!line->strayed)
			line_error(line, line->at, RULE_MISPLACED,
				   "statements stand between GPU_THREAD_CODE: and GPU_END",
				   "%s outside of thread code");
		if (!line->kernel) {
			line->strayed = true;
			return;
		}
		line->kernel->coded = line->kernel->strayed = true;
	}
	statement_parse(line, code);
}

/* What other languages call it; spelling would not lead there. */
static const char *translate(const struct line *line)
{
	static const char *const words[][2] = {
		{ "WHILE", "LOOP" },
		{ "FOR", "LOOP" },
		{ "ENDWHILE", "ENDLOOP" },
		{ "ENDFOR", "ENDLOOP" },
		{ "MOV", "SET" },
		{ "MULTIPLY", "MUL" },
		{ "DIVIDE", "DIV" },
		{ "SUBTRACT", "SUB" },
		{ "REDUCE", "BLOCK_REDUCE" },
		{ "BARRIER", "SYNC_THREADS" },
		{ "MATMUL", "PARALLEL_MATMUL" },
	};

	if (token_is(line->at, "END"))
		return statement_end(line);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (token_is(line->at, words[i][0]))
			return words[i][1];
	return NULL;
}

static void parse_word(struct line *line);

static bool is_else_if(const struct token *token)
{
	return token_is(token, "ELSEIF") || token_is(token, "ELSIF") || token_is(token, "ELIF");
}

static const char *suggest(const struct line *line, bool code)
{
	const char *word = code ? translate(line) : NULL;
	struct nearest nearest;

	if (word)
		return word;
	nearest_init(&nearest, line->at->start, line->at->length);
	for (size_t i = 0; i < _OP_N && code; i++)
		nearest_try(&nearest, op_infos[i].name);
	for (size_t i = 0; i < N_DIRECTIVES; i++)
		nearest_try(&nearest, directives[i].name);
	return nearest.best;
}

/* Neither a declaration nor an operation: taken for the one suggested, if any. */
static void parse_unknown(struct line *line)
{
	struct diag *diag = line->program->diag;
	bool code = place_of(line) == CODE, else_if = code && is_else_if(line->at);
	const char *word = else_if ? NULL : suggest(line, code), *hint = NULL;

	if (else_if)
		hint = "write ELSE: and in it an IF with an ENDIF of its own";
	else if (!code)
		hint = "a program is GPU_KERNEL, GPU_PARAM, GPU_THREAD_CODE:, statements, GPU_END";
	diag_error(diag, line_place(line, line->at),
		   code ? RULE_UNKNOWN_OPERATION : RULE_UNKNOWN_DIRECTIVE, hint,
		   word ? "%s is not %s; did you mean %s?" : "%s is not %s",
		   token_text(line, line->at), code ? "an operation" : "a declaration", word);
	diag->muted++;
	if (word) {
		line->first->start = word;
		line->first->length = (uint32_t)strlen(word);
		parse_word(line);
	} else if (code && !else_if) {
		statement_salvage(line);
	}
	diag->muted--;
}

static void parse_word(struct line *line)
{
	const struct directive *directive = find_directive(line->at);
	uint32_t code = statement_code(line->at);

	if (directive)
		parse_directive(line, directive);
	else if (code < _OP_N)
		parse_statement(line, code);
	else
		parse_unknown(line);
}

static void parse_line(struct line *line)
{
	struct diag *diag = line->program->diag;

	if (line->at->kind == TOKEN_END)
		return;
	diag->muted += line->bad;
	if (line->at->kind != TOKEN_NAME)
		line_expected(line, place_of(line) == CODE ? "an operation" : "a declaration",
			      NULL);
	else
		parse_word(line);
	diag->muted -= line->bad;
}

/* BLOCK_REDUCE takes shared memory of its own: four bytes a thread of the block. */
static void check_reduce(struct program *program, const struct pxos_launch *launch)
{
	uint32_t threads = launch->blocks ? launch->threads : PXOS_BLOCK_THREADS_DEFAULT;
	const struct kernel *kernel = program_kernel(program, launch->kernel);

	if (kernel->shared_bytes + 4 * threads <= program->target->shared_bytes_max)
		return;
	for (uint32_t i = 0; i < kernel->ops.n; i++) {
		const struct op *op = kernel_op(kernel, i);

		if (op->code != OP_BLOCK_REDUCE)
			continue;
		diag_error(program->diag, (struct place){ op->line, op->column }, RULE_SHARED_SIZE,
			   "use less GPU_SHARED, or fewer threads a block",
			   "BLOCK_REDUCE needs %u bytes of shared memory beside the kernel's %u; a "
			   "block has %u on this GPU",
			   4 * threads, kernel->shared_bytes, program->target->shared_bytes_max);
		return;
	}
}

static void check_launches(struct program *program)
{
	const struct pxos_launch *launches = program->launches.data;

	for (uint32_t i = 0; i < program->launches.n; i++) {
		if (program->arena->failed || diag_full(program->diag))
			return;
		check_reduce(program, &launches[i]);
	}
}

/* What a whole program needs, once its last line is read. */
static void check_whole(struct program *program, uint32_t last_line, struct kernel *open)
{
	struct place end = { last_line ? last_line : 1, 1 };
	struct kernel *kernel;

	if (open && !open->nameless)
		diag_error(program->diag, end, RULE_MISSING_END,
			   "write it behind the last statement", "kernel %s has no GPU_END",
			   open->name);
	if (!program->kernels.n && !program->diag->n_errors)
		diag_error(program->diag, end, RULE_MISSING_KERNEL,
			   "a program starts with GPU_KERNEL name", "no kernel");
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
		line.bad = scan.bad;
		line.first = scan.tokens.data;
		line.at = line.first;
		parse_line(&line);
	}
	if (program->arena->failed || diag_full(program->diag))
		return;
	/* A text cut off is told of once, not for each construct in it. */
	program->diag->muted++;
	if (line.kernel)
		statement_finish(&line);
	program->diag->muted--;
	check_whole(program, scan.line, line.kernel);
	if (!program->diag->n_errors)
		check_launches(program);
}
