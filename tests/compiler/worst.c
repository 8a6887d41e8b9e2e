// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The worst texts that a hostile guest can send, as far as we can think of them.
 *
 * Each is as long as a program may be and made to cost as much as it can in one
 * way. None may take more than MS_MAX of CPU time or the memory a compilation is
 * allowed; and a text of legal statements must not be refused for want of memory.
 * Time is the least of several runs, since others use the machine, too.
 *
 * usage: worst            measure
 *        worst FOLDER     write modules of shorter texts of the kinds there, for a
 *                         validator: it takes minutes over those of whole ones
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pxos/limits.h"
#include "pxos_compiler.h"

#define MS_MAX 50.0
#define RUNS 5
#define SHORT_BYTES 4096

static char text[PXOS_PROGRAM_BYTES_MAX + 1];
static size_t length, length_max = PXOS_PROGRAM_BYTES_MAX;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
	size_t left = sizeof(text) - length;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text + length, left, format, args);
	va_end(args);
	length += n < 0 ? 0 : (size_t)n < left ? (size_t)n : left - 1;
}

static size_t room(void)
{
	return length < length_max ? length_max - length : 0;
}

/* A kernel with something of each type to work on. */
static void start(void)
{
	put("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM f float[]\nGPU_PARAM b u8[]\n"
	    "GPU_PARAM n int\nGPU_PARAM u uint\nGPU_PARAM x float\nGPU_THREAD_CODE:\n"
	    "THREAD_ID->t\nCAST bool t->p\n");
}

#define END_BYTES 64

static void end(void)
{
	put("GPU_END\nGPU_LAUNCH k BLOCKS 1 THREADS 64\n");
}

/* The line as often as there is room. A #, of which it may have one, is its number. */
static void fill(const char *line, size_t leave)
{
	const char *hole = strchr(line, '#');

	for (uint32_t i = 0; room() > leave + strlen(line) + 16; i++) {
		if (hole)
			put("%.*s%u%s\n", (int)(hole - line), line, i, hole + 1);
		else
			put("%s\n", line);
	}
}

static void statements(const char *line)
{
	start();
	fill(line, END_BYTES);
	end();
}

/* LOAD a[HEAD REPEATED… TAIL] */
static void expression(const char *head, const char *repeated, const char *tail)
{
	start();
	put("LOAD a[%s", head);
	while (room() > END_BYTES + 64 + strlen(repeated))
		put("%s", repeated);
	put("%s]->r\nSTORE r->a[0]\n", tail);
	end();
}

/* The same in a kernel that is not coarsened, for its loop. */
static void plain_expression(const char *head, const char *repeated)
{
	start();
	put("LOOP 2->i:\nENDLOOP\nLOAD a[%s", head);
	while (room() > END_BYTES + 64 + strlen(repeated))
		put("%s", repeated);
	put("]->r\n");
	end();
}

/* Nests as deep as may be, side by side. */
static void nests(const char *open, const char *inner, const char *close)
{
	size_t nest = PXOS_NESTING_MAX * (strlen(open) + strlen(close) + 2) + strlen(inner);

	start();
	while (room() > nest + END_BYTES) {
		for (int i = 0; i < PXOS_NESTING_MAX; i++)
			put("%s\n", open);
		put("%s\n", inner);
		for (int i = 0; i < PXOS_NESTING_MAX; i++)
			put("%s\n", close);
	}
	end();
}

/* r0 = r1, r1 = r2, …: what the last one is comes to the first one step a pass. */
static void chain(const char *operation, const char *last)
{
	uint32_t i = 0;

	start();
	put("LOOP n->q:\n");
	for (; room() > END_BYTES + 100; i++)
		put("%s r%u->r%u\n", operation, i + 1, i);
	put("%s->r%u\nIF r0 > 1:\nSTORE r1->a[r2]\nENDIF\nENDLOOP\n", last, i);
	end();
}

static void chain_diverges(void)
{
	chain("SET", "SET t");
}

static void chain_ranges(void)
{
	chain("AND 65535", "AND t 255");
}

static void chain_grows(void)
{
	chain("ADD 1", "ADD r0 1");
}

/* Long names, all different in their last letters, and then errors that are near to each. */
static void near_misses(void)
{
	start();
	for (uint32_t i = 0; i < 520; i++)
		put("SET 1->a%055u%04u\n", 0, i);
	for (uint32_t i = 0; i < 40; i++)
		put("SET a%055u9%02uz->y\n", 0, i);
	end();
}

static void near_arrays(void)
{
	put("GPU_KERNEL k\n");
	for (uint32_t i = 0; i < PXOS_ARRAYS_MAX; i++)
		put("GPU_PARAM a%055u%02u int[]\n", 0, i);
	put("GPU_THREAD_CODE:\n");
	for (uint32_t i = 0; room() > 200; i++)
		put("LOAD a%055u%04u[0]->y\n", 0, i);
	end();
}

static void one_line(const char *repeated)
{
	start();
	while (room() > strlen(repeated))
		put("%s", repeated);
}

static void raw(const char *repeated)
{
	while (room() > strlen(repeated))
		put("%s", repeated);
}

static void kernels(const char *parameters, const char *body, uint32_t repeat)
{
	bool alone = strstr(body, "MATMUL"); /* then it is tiled */

	for (uint32_t i = 0; i < PXOS_KERNELS_MAX; i++) {
		put("GPU_KERNEL k%u\nGPU_PARAM a int[]\nGPU_PARAM f float[]\nGPU_PARAM b u8[]\n%s"
		    "GPU_THREAD_CODE:\n%s",
		    i, parameters, alone ? "" : "THREAD_ID->t\n");
		for (uint32_t j = 0;
		     j < repeat &&
		     length < length_max / PXOS_KERNELS_MAX * (i + 1) - strlen(body) - 64;
		     j++)
			put("%s\n", body);
		put("GPU_END\n");
	}
	put("GPU_LAUNCH k0 BLOCKS 1 THREADS 64\n");
}

static void many_scalars(void)
{
	put("GPU_KERNEL k\n");
	for (uint32_t i = 0; i < PXOS_ARRAYS_MAX; i++)
		put("GPU_PARAM a%u float[]\n", i);
	for (uint32_t i = 0; i < PXOS_SCALARS_MAX; i++)
		put("GPU_PARAM s%u int\n", i);
	for (uint32_t i = 0; i < PXOS_SHARED_ARRAYS_MAX; i++)
		put("GPU_SHARED h%u float 4\n", i);
	put("GPU_THREAD_CODE:\n");
	for (uint32_t i = 0; room() > 100; i++)
		put("ATOMIC_ADD a%u[s%u] 1.5->r\nATOMIC_ADD h%u[s%u] 1.5->r\n", i % PXOS_ARRAYS_MAX,
		    i % PXOS_SCALARS_MAX, i % PXOS_SHARED_ARRAYS_MAX, i % PXOS_SCALARS_MAX);
	end();
}

static void launches(void)
{
	put("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\nGPU_END\n");
	fill("GPU_LAUNCH k BLOCKS 1 THREADS 64", 0);
}

static void functions(void)
{
	start();
	for (uint32_t i = 0; room() > END_BYTES + 300; i++)
		put("POW u n->r\nPOW n n->r1\nMOD x x->r2\nPOW x x->r2\nCAST int x->r3\n"
		    "CAST uint x->r4\nROUND x->r5\nDIV n n->r6\nMOD n n->r6\nDIV u u->r7\nMOD u u->r7\n"
		    "BLOCK_REDUCE SUM x->r8\nBLOCK_REDUCE MIN x->r8\nBLOCK_REDUCE MAX n->r9\n");
	end();
}

static void m_statements(const char *a, const char *b, const char *c)
{
	(void)b, (void)c;
	statements(a);
}

static void m_expression(const char *a, const char *b, const char *c)
{
	expression(a, b, c);
}

static void m_plain(const char *a, const char *b, const char *c)
{
	(void)c;
	plain_expression(a, b);
}

static void m_nests(const char *a, const char *b, const char *c)
{
	nests(a, b, c);
}

static void m_line(const char *a, const char *b, const char *c)
{
	(void)b, (void)c;
	one_line(a);
}

static void m_raw(const char *a, const char *b, const char *c)
{
	(void)b, (void)c;
	raw(a);
}

static void m_kernels(const char *a, const char *b, const char *c)
{
	kernels(a, b, (uint32_t)strtoul(c, NULL, 10));
}

#define SPECIAL(function)                                                     \
	static void m_##function(const char *a, const char *b, const char *c) \
	{                                                                     \
		(void)a, (void)b, (void)c;                                    \
		function();                                                   \
	}
SPECIAL(chain_diverges)
SPECIAL(chain_ranges)
SPECIAL(chain_grows)
SPECIAL(near_misses)
SPECIAL(near_arrays)
SPECIAL(many_scalars)
SPECIAL(launches)
SPECIAL(functions)

/* Legal ones must compile. */
static const struct worst {
	const char *name;
	bool legal;
	void (*make)(const char *a, const char *b, const char *c);
	const char *a, *b, *c;
} worsts[] = {
	{ "assign", true, m_statements, "SET 1->a", "", "" },
	{ "names", true, m_statements, "SET 1->r#", "", "" },
	{ "literals", true, m_statements, "SET #.5->a", "", "" },
	{ "integers", true, m_statements, "ADD n #->a", "", "" },
	{ "divide", true, m_statements, "DIV n n->a", "", "" },
	{ "divide-literal", true, m_statements, "MOD n #->a", "", "" },
	{ "mod-float", true, m_statements, "MOD x x->a", "", "" },
	{ "log", true, m_statements, "LOG x->a", "", "" },
	{ "cast", true, m_statements, "CAST u8 x->a", "", "" },
	{ "reduce", true, m_statements, "BLOCK_REDUCE MIN x->a", "", "" },
	{ "load", true, m_statements, "LOAD a[n]->r", "", "" },
	{ "load-byte", true, m_statements, "LOAD b[n]->r", "", "" },
	{ "store", true, m_statements, "STORE n->a[n]", "", "" },
	{ "store-byte", true, m_statements, "STORE n->b[n]", "", "" },
	{ "atomic", true, m_statements, "ATOMIC_ADD a[n] n", "", "" },
	{ "atomic-float", true, m_statements, "ATOMIC_ADD f[n] x->r", "", "" },
	{ "barriers", true, m_statements, "SYNC_THREADS", "", "" },
	{ "matmul", true, m_statements, "PARALLEL_MATMUL f f->f ROWS n COLS n INNER n", "", "" },
	{ "if", true, m_statements, "IF p:\nENDIF", "", "" },
	{ "if-else", true, m_statements, "IF p:\nSET 1->a\nELSE:\nSET t->a\nENDIF", "", "" },
	{ "loop", true, m_statements, "LOOP n->i:\nENDLOOP", "", "" },
	{ "loop-break", true, m_statements, "LOOP n->i:\nIF p:\nBREAK\nENDIF\nENDLOOP", "", "" },
	{ "break-dead", true, m_nests, "LOOP n->i:", "BREAK\nBREAK\nBREAK", "ENDLOOP" },
	{ "deep-if", true, m_nests, "IF p:", "SET 1->q\nSTORE q->a[q]", "ENDIF" },

	{ "deep-loop", true, m_nests, "LOOP n->i:", "SYNC_THREADS", "ENDLOOP" },
	{ "deep-sync", false, m_nests,
	  "IF p:", "SYNC_THREADS\nSYNC_THREADS\nSYNC_THREADS\nSYNC_THREADS", "ENDIF" },
	{ "sum", true, m_expression, "1", "+1", "" },
	{ "sum-registers", true, m_expression, "t", "+t", "" },
	{ "quotients", true, m_expression, "t", "/t", "" },
	{ "quotients-literal", true, m_expression, "t", "/9", "" },
	{ "remainders-literal", true, m_expression, "t", "%9", "" },
	{ "remainders", true, m_expression, "t", "%n", "" },
	{ "minus", true, m_expression, "t", "--t", "" },
	{ "parentheses", true, m_expression, "t", "+((((((((((((((((t))))))))))))))))", "" },
	{ "plain-sum", true, m_plain, "t", "+t", "" },
	{ "plain-remainders", true, m_plain, "t", "%9", "" },
	{ "chain-diverges", true, m_chain_diverges, "", "", "" },
	{ "chain-ranges", true, m_chain_ranges, "", "", "" },
	{ "chain-grows", true, m_chain_grows, "", "", "" },
	{ "functions", true, m_functions, "", "", "" },
	{ "many-scalars", true, m_many_scalars, "", "", "" },
	{ "kernels-empty", true, m_kernels, "", "", "0" },
	{ "kernels-loads", true, m_kernels, "", "LOAD a[t]->r", "64" },
	{ "kernels-stores", true, m_kernels, "", "STORE t->a[t+5]", "64" },
	{ "kernels-sums", true, m_kernels, "", "LOAD a[t+t+t+t+t+t+t%9%9%9%9%9%9%9%9]->t", "64" },
	{ "kernels-remainders", true, m_kernels, "",
	  "LOAD a[t%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9%9]->t",
	  "64" },
	{ "kernels-matmul", true, m_kernels, "", "PARALLEL_MATMUL f f->f ROWS 99 COLS 9 INNER 5",
	  "1" },
	{ "kernels-reduce", true, m_kernels, "",
	  "BLOCK_REDUCE SUM 1.5->q\nBLOCK_REDUCE MIN 1.5->q\n"
	  "BLOCK_REDUCE MAX 1.5->q\nBLOCK_REDUCE MIN 1->r\nBLOCK_REDUCE MAX 1->r\nMOD 1.5 1.5->w\n"
	  "POW 1.5 1.5->w\nPOW 2 2->v\nDIV v v->z\nMOD v v->z\nCAST int w->z\nROUND w->w",
	  "9" },
	{ "launches", false, m_launches, "", "", "" },
	{ "near-misses", false, m_near_misses, "", "", "" },
	{ "near-arrays", false, m_near_arrays, "", "", "" },
	{ "never-assigned", false, m_statements, "SET q#->y", "", "" },
	{ "unknown-operations", false, m_statements, "LODAS", "", "" },
	{ "unknown-arrays", false, m_statements, "LOAD q#[1]->y", "", "" },
	{ "endifs", false, m_raw, "ENDIF\n", "", "" },
	{ "endifs-inside", false, m_statements, "ENDIF", "", "" },
	{ "only-ifs", false, m_statements, "IF p:", "", "" },
	{ "only-loops", false, m_statements, "LOOP 1->i:", "", "" },
	{ "type-errors", false, m_statements, "ADD p 1->r#", "", "" },
	{ "warnings", true, m_statements, "LOOP 1->i:\nBREAK\nSET 1->a\nENDLOOP", "", "" },
	{ "strays", false, m_raw, "@", "", "" },
	{ "strays-lines", false, m_raw, "@\n", "", "" },
	{ "zeros", false, m_raw, "0", "", "" },
	{ "digits", false, m_raw, "1.", "", "" },
	{ "numbers", false, m_raw, "1e9 ", "", "" },
	{ "words", false, m_raw, "a ", "", "" },
	{ "hints", false, m_line, "\nGPU_END\nGPU_KERNEL q BACTH BACTH BACTH BACTH BACTH BACTH", "",
	  "" },
	{ "one-name", false, m_raw, "a", "", "" },
	{ "brackets", false, m_line, "[", "", "" },
	{ "parentheses-open", false, m_line, "LOAD a[(((((((((((((((((((((((((((((((((((((((\n", "",
	  "" },
	{ "arrows", false, m_line, "->", "", "" },
	{ "comments", false, m_raw, "#\n", "", "" },
	{ "empty-lines", false, m_raw, "\n", "", "" },
	{ "bytes", false, m_raw, "\xff", "", "" },
	{ "kernels-unnamed", false, m_raw, "GPU_KERNEL\n", "", "" },
	{ "ends", false, m_raw, "END\n", "", "" },
};

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void write_largest(const struct pxos_program *program, const char *folder, const char *name,
			  const char *target)
{
	const struct pxos_kernel *largest = &program->kernels[0];
	char path[4096];
	FILE *file;

	for (uint32_t i = 1; i < program->n_kernels; i++)
		if (program->kernels[i].n_words > largest->n_words)
			largest = &program->kernels[i];
	snprintf(path, sizeof(path), "%s/%s-%s.spv", folder, name, target);
	file = fopen(path, "wb");
	if (!file || fwrite(largest->spirv, 4, largest->n_words, file) != largest->n_words ||
	    fclose(file)) {
		perror(path);
		exit(2);
	}
}

/* Return: whether it kept within all bounds. */
static bool measure(const struct worst *worst, const struct pxos_target *target,
		    const char *target_name)
{
	struct pxos_program *program = NULL;
	double least = 1e9;
	size_t words = 0, bytes = 0;
	bool ok;
	int r = 0;

	/* Where one run is quick enough by far there is no need of another. */
	for (int i = 0; i < RUNS && least > MS_MAX / 2; i++) {
		double before = cpu_ms(), ms;

		words = 0;
		program = NULL;
		r = pxos_compile(text, length, target, &program);
		ms = cpu_ms() - before;
		least = ms < least ? ms : least;
		bytes = program ? program->arena_bytes : 0;
		for (uint32_t k = 0; program && k < program->n_kernels; k++)
			words += program->kernels[k].n_words;
		pxos_program_free(program);
	}
	ok = least <= MS_MAX && r != -ENOMEM && (!r || !worst->legal);
	printf("%-20s %-6s %8.2f %8.2f %8.2f  %s%s\n", worst->name, target_name, least,
	       (double)bytes / (1 << 20), (double)words * 4 / (1 << 20),
	       r == -ENOMEM ? "out of memory"
	       : r	    ? "errors"
			    : "compiles",
	       ok ? "" : "  <-- BAD");
	return ok;
}

static void write_short(const struct worst *worst, const struct pxos_target *target,
			const char *target_name, const char *folder)
{
	struct pxos_program *program = NULL;

	if (!pxos_compile(text, length, target, &program))
		write_largest(program, folder, worst->name, target_name);
	pxos_program_free(program);
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : NULL;
	struct pxos_target targets[2];
	const char *const names[2] = { "least", "most" };
	bool ok = true;

	pxos_target_init(&targets[0]);
	pxos_target_init(&targets[1]);
	targets[1].flags = 0x3f;
	targets[1].push_bytes_max = 256;
	if (folder)
		length_max = SHORT_BYTES;
	else
		printf("%-20s %-6s %8s %8s %8s\n", "text", "target", "ms", "MiB", "SPIR-V");
	for (size_t i = 0; i < 2 * sizeof(worsts) / sizeof(worsts[0]); i++) {
		const struct worst *worst = &worsts[i / 2];

		length = 0;
		worst->make(worst->a, worst->b, worst->c);
		if (folder)
			write_short(worst, &targets[i % 2], names[i % 2], folder);
		else
			ok &= measure(worst, &targets[i % 2], names[i % 2]);
	}
	return !ok;
}
