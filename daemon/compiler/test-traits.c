// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of a kernel: uses of its arrays, flags, coarsening, interface. */
#include "test-support.h"

static struct pxos_program *program;

/* The kernel that compile_statements() makes of these. */
static const struct pxos_kernel *kernel_of(const char *statements, uint32_t flags)
{
	pxos_program_free(program);
	program = compile_statements(statements, flags);
	assert(!program->n_errors);
	return &program->kernels[0];
}

/* One without shared memory: arrays a and b int[], scalar n int. */
static const struct pxos_kernel *plain_of(const char *statements, uint32_t flags)
{
	char text[4096];

	snprintf(text, sizeof(text),
		 "GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM b u8[]\nGPU_PARAM n int\n"
		 "GPU_THREAD_CODE:\nTHREAD_ID → t\n%s\nGPU_END\n",
		 statements);
	pxos_program_free(program);
	program = compile_text(text, flags);
	assert(!program->n_errors);
	return &program->kernels[0];
}

#define OWN PXOS_USE_OWN_ELEMENT
#define READ PXOS_USE_READ
#define WRITE PXOS_USE_WRITE
#define ATOMIC PXOS_USE_ATOMIC

static void test_uses(void)
{
	assert(plain_of("", 0)->arrays[0].uses == 0);
	assert(plain_of("LOAD a[t] → x", 0)->arrays[0].uses == (READ | OWN));
	assert(plain_of("STORE 1 → a[t]", 0)->arrays[0].uses == (WRITE | OWN));
	assert(plain_of("LOAD a[t] → x\nSTORE x → a[t]", 0)->arrays[0].uses ==
	       (READ | WRITE | OWN));
	assert(plain_of("LOAD a[t] → x\nSTORE x → a[0]", 0)->arrays[0].uses == (READ | WRITE));
	assert(plain_of("STORE 1 → a[0]\nLOAD a[t] → x", 0)->arrays[0].uses == (READ | WRITE));
	assert(plain_of("LOAD a[t + 0] → x", 0)->arrays[0].uses == READ);
	assert(plain_of("LOAD a[n] → x", 0)->arrays[0].uses == READ);
	/* Not, or not only, THREAD_ID. */
	assert(plain_of("SET t → q\nLOAD a[q] → x", 0)->arrays[0].uses == READ);
	assert(plain_of("LOAD a[t] → x\nSET 5 → t", 0)->arrays[0].uses == READ);
	assert(plain_of("LOAD a[q] → x\nTHREAD_ID → q", 0)->arrays[0].uses == READ);
	assert(plain_of("IF n > 1:\nTHREAD_ID → q\nENDIF\nLOAD a[q] → x", 0)->arrays[0].uses ==
	       READ);
	assert(plain_of("ATOMIC_ADD a[t] 1", 0)->arrays[0].uses == (READ | WRITE | ATOMIC));
	/* An output that was not declared. */
	assert(plain_of("STORE 1.5 → out[t]", 0)->n_arrays == 3);
	assert(program->kernels[0].arrays[2].implicit && !program->kernels[0].arrays[0].implicit);
	assert(program->kernels[0].arrays[2].type == PXOS_TYPE_FLOAT);
	assert(program->kernels[0].arrays[2].line == 7);
}

static void test_repeatable(void)
{
	const uint32_t both = PXOS_KERNEL_REPEATABLE | PXOS_KERNEL_BLOCKS_COMMUNICATE;

	assert((plain_of("LOAD a[0] → x\nSTORE x → b[0]", 0)->flags & both) ==
	       PXOS_KERNEL_REPEATABLE);
	assert((plain_of("LOAD a[t] → x\nSTORE x → a[t]", 0)->flags & both) == 0);
	assert(strstr(program->kernels[0].repeat_reason, "reads and writes a"));
	assert((plain_of("LOAD a[0] → x\nSTORE x → a[t]", 0)->flags & both) ==
	       PXOS_KERNEL_BLOCKS_COMMUNICATE);
	assert((plain_of("ATOMIC_ADD a[0] 1", 0)->flags & both) == PXOS_KERNEL_BLOCKS_COMMUNICATE);
}

static void test_blocks(void)
{
	const uint32_t mask = PXOS_KERNEL_ANY_BLOCK | PXOS_KERNEL_COOPERATES;

	assert((plain_of("STORE 1 → a[t]", 0)->flags & mask) == PXOS_KERNEL_ANY_BLOCK);
	assert((plain_of("BLOCK_ID → q", 0)->flags & mask) == 0);
	assert((plain_of("LOCAL_ID → q", 0)->flags & mask) == 0);
	assert((plain_of("BLOCK_SIZE → q", 0)->flags & mask) == 0);
	assert((plain_of("THREAD_COUNT → q", 0)->flags & mask) == PXOS_KERNEL_ANY_BLOCK);
	assert((plain_of("SYNC_THREADS", 0)->flags & mask) == PXOS_KERNEL_COOPERATES);
	assert((plain_of("BLOCK_REDUCE SUM t → q", 0)->flags & mask) == PXOS_KERNEL_COOPERATES);
	assert((kernel_of("", 0)->flags & mask) == PXOS_KERNEL_COOPERATES); /* shared memory */
	assert(program->kernels[0].shared_bytes == 64 * 4);
	assert(kernel_of("BLOCK_REDUCE SUM n → q", 0)->shared_bytes == 64 * 4);
	assert(kernel_of("BLOCK_REDUCE SUM n → q", 0)->shared_bytes_thread == 4);
}

/* Many lines, by repeating one. */
static void append(char *text, size_t size, const char *line, int times)
{
	size_t length = strlen(text);

	for (; times; times--) {
		assert(length + strlen(line) < size);
		memcpy(text + length, line, strlen(line) + 1);
		length += strlen(line);
	}
}

static void test_coarsening(void)
{
	static const struct {
		const char *statements;
		uint32_t flags, coarsen;
		const char *reason;
	} rows[] = {
		{ "LOAD a[t] → x", 0, 4, "by vectors" },
		{ "LOAD a[t + 1] → x", 0, 4, "four elements a thread" },
		{ "STORE 1 → a[t]", 0, 4, "four" },
		{ "IF t < n:\nSTORE 1 → a[t]\nENDIF", 0, 4, "four" },
		{ "STORE 1 → a[t]", PXOS_TARGET_NO_COARSEN, 1, "not asked for" },
		{ "ADD t 1 → x", 0, 1, "no memory" },
		{ "LOOP 2 → i:\nSTORE 1 → a[t]\nENDLOOP", 0, 1, "loop" },
		{ "SYNC_THREADS\nSTORE 1 → a[t]", 0, 1, "together" },
		{ "ATOMIC_ADD a[t] 1", 0, 1, "atomics" },
		{ "ATOMIC_CAS a[t] 1 2 → x", 0, 1, "atomics" },
		{ "STORE 1 → b[t]", 0, 1, "compare-and-swap" },
		{ "STORE 1 → b[t]", PXOS_TARGET_STORAGE8, 4, "four" },
		{ "LOAD b[t] → x", 0, 4, "four" },
	};
	char text[4096] = "LOAD a[t] → x\n";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct pxos_kernel *kernel = plain_of(rows[i].statements, rows[i].flags);

		assert(kernel->coarsen == rows[i].coarsen);
		assert(strstr(kernel->coarsen_reason, rows[i].reason));
	}
	/* THREAD_ID, LOAD, and 62 more are 64 operations; one more is too long. */
	append(text, sizeof(text), "ADD x 1 → x\n", 62);
	assert(plain_of(text, 0)->coarsen == 4);
	append(text, sizeof(text), "ADD x 1 → x\n", 1);
	assert(plain_of(text, 0)->coarsen == 1);
	/* 255 terms of an index and one more, a number and an operator each time. */
	text[0] = 0;
	append(text, sizeof(text), "LOAD a[t", 1);
	append(text, sizeof(text), "+1", 127);
	append(text, sizeof(text), "] → x\nLOAD a[t] → y", 1);
	assert(plain_of(text, 0)->coarsen == 4);
	append(text, sizeof(text), "\nLOAD a[t] → y", 1);
	assert(plain_of(text, 0)->coarsen == 1);
}

static void test_counts(void)
{
	const struct pxos_kernel *kernel =
		plain_of("LOAD a[t] → x\nADD x 1 → x\nIF x > 1:\nMUL x 2 → x\nENDIF\n"
			 "STORE x → a[t]\nATOMIC_ADD a[0] 1\nSYNC_THREADS\nBLOCK_REDUCE SUM x → y",
			 0);

	assert(kernel->n_loads == 1 && kernel->n_stores == 1 && kernel->n_atomics == 1);
	assert(kernel->n_barriers == 2 && kernel->n_arithmetic == 3); /* with THREAD_ID */
	assert(kernel->line == 1 && !strcmp(kernel->name, "k"));
}

static void test_checked(void)
{
	assert(!(plain_of("STORE 1 → a[t]", 0)->flags & PXOS_KERNEL_CHECKED));
	assert(plain_of("LOOP 2 → i:\nENDLOOP\nLOOP n → i:\nENDLOOP", 0)->flags &
	       PXOS_KERNEL_CHECKED);
	assert(program->kernels[0].n_lines == 2 && program->kernels[0].lines[1] == 9);
	assert(program->kernels[0].loops[1].count == PXOS_COUNT_SCALAR);
}

/* The arguments move to a buffer when the push constants have no room for one more. */
static void test_arguments(void)
{
	char text[8192], line[64];

	assert(!(plain_of("", 0)->flags & PXOS_KERNEL_ARGS_UNIFORM));
	assert(plain_of("", PXOS_TARGET_ARGS_UNIFORM)->flags & PXOS_KERNEL_ARGS_UNIFORM);
	for (int n = 27; n <= 28; n++) {
		text[0] = 0;
		append(text, sizeof(text), "GPU_KERNEL k\nGPU_PARAM a int[]\n", 1);
		for (int i = 0; i < n; i++) {
			snprintf(line, sizeof(line), "GPU_PARAM p%d int\n", i);
			append(text, sizeof(text), line, 1);
		}
		append(text, sizeof(text), "GPU_THREAD_CODE:\nGPU_END\n", 1);
		pxos_program_free(program);
		program = compile_text(text, 0);
		assert(!!(program->kernels[0].flags & PXOS_KERNEL_ARGS_UNIFORM) == (n > 27));
	}
}

static void test_matmul(void)
{
	const char *text = "GPU_KERNEL k\nGPU_PARAM a float[]\nGPU_PARAM n int\n%sPARALLEL_MATMUL "
			   "a a → c ROWS n COLS -4 INNER 7\nGPU_END\n";
	char whole[512];
	const struct pxos_kernel *kernel;

	snprintf(whole, sizeof(whole), text, "GPU_THREAD_CODE:\n");
	pxos_program_free(program);
	program = compile_text(whole, 0);
	kernel = &program->kernels[0];
	assert(kernel->flags & PXOS_KERNEL_MATMUL && !(kernel->flags & PXOS_KERNEL_CHECKED));
	assert(kernel->matmul[0].is_scalar && kernel->matmul[0].value == 0);
	assert(!kernel->matmul[1].is_scalar && kernel->matmul[1].value == 0);
	assert(!kernel->matmul[2].is_scalar && kernel->matmul[2].value == 7);
	assert(kernel->arrays[0].uses == READ && kernel->arrays[1].uses == WRITE);
	assert(kernel->arrays[1].implicit && kernel->n_loads == 2 && kernel->n_stores == 1);
	/* Beside something else it is a loop among others. */
	snprintf(whole, sizeof(whole), text,
		 "GPU_PARAM c float[]\nGPU_THREAD_CODE:\nTHREAD_ID → t\n");
	pxos_program_free(program);
	program = compile_text(whole, 0);
	kernel = &program->kernels[0];
	assert(!(kernel->flags & PXOS_KERNEL_MATMUL) && kernel->flags & PXOS_KERNEL_CHECKED);
	assert(kernel->n_loops == 2 && kernel->loops[1].parent == 0 && kernel->coarsen == 1);
}

int main(void)
{
	test_uses();
	test_repeatable();
	test_blocks();
	test_coarsening();
	test_counts();
	test_checked();
	test_arguments();
	test_matmul();
	pxos_program_free(program);
	return 0;
}
