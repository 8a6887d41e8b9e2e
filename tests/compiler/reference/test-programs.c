// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-programs.c - whole programs: blocks, barriers, arrays, launches, races.
 */
#include "test.h"

#include <math.h>

static struct ref_arguments arguments;
static struct ref_report report;
static struct ref_memory *left;

static void given_ints(const char *name, uint32_t length, int32_t first, int32_t step)
{
	struct ref_argument *array = ref_arguments_add_array(&arguments, name, REF_INT, length);
	uint32_t i;

	for (i = 0; i < length; i++)
		array->words[i] = (uint32_t)(first + (int32_t)i * step);
}

static void given_floats(const char *name, uint32_t length, float first, float step)
{
	struct ref_argument *array = ref_arguments_add_array(&arguments, name, REF_FLOAT, length);
	uint32_t i;

	for (i = 0; i < length; i++)
		array->words[i] = bits_of(first + (float)i * step);
}

static void run(const char *text)
{
	left = run_program(text, &arguments, &report);
}

static void expect(const char *name, uint32_t index, int32_t value)
{
	assert(verdict(left, name, index, (uint32_t)value) == REF_EXACT);
}

static void expect_unspecified(const char *name, uint32_t index)
{
	assert(verdict(left, name, index, 0) == REF_UNSPECIFIED);
}

static void done(void)
{
	left = ref_memory_free(left);
	ref_arguments_deinit(&arguments);
}

static void test_identity(void)
{
	given_ints("a", 600, 0, 0);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\nTHREAD_ID → t\nBLOCK_ID -> b\n"
	    "LOCAL_ID -> l\nBLOCK_SIZE -> s\nTHREAD_COUNT -> n\nMUL b 1000 -> r\nADD r l -> r\n"
	    "STORE r -> a[t]\nIF t == 599:\nSTORE s -> a[0]\nSTORE n -> a[1]\nGPU_END\n");
	/* 0 and 1 are stored to by two threads: what stays is open. */
	expect_unspecified("a", 0);
	expect("a", 255, 255);
	expect("a", 256, 1000);
	expect("a", 599, 2087);
	done();
}

static void test_implicit_and_n(void)
{
	given_ints("a", 5, 10, 1);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM n int\nGPU_THREAD_CODE:\nTHREAD_ID -> t\n"
	    "LOAD a[n - 1 - t] -> v\nSTORE v -> out[t]\nGPU_END\n");
	expect("out", 0, 14);
	expect("out", 4, 10);
	done();
}

static void test_bounds(void)
{
	given_ints("a", 4, 10, 1);
	given_ints("o", 5, -1, 0);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM o int[]\nGPU_THREAD_CODE:\n"
	    "LOAD a[-1] -> v\nLOAD a[4] -> w\nLOAD a[1073741824 * 4 + 1] -> x\n"
	    "ADD v w -> s\nSTORE s -> o[0]\nSTORE x -> o[1]\nSTORE 5 -> o[2147483647]\n"
	    "ATOMIC_ADD o[-5] 1 -> old\nSTORE old -> o[2]\nSTORE 7 -> o[7 / 0 + 3]\n"
	    "LOAD a[2u - 1] -> y\nSTORE y -> o[(3 + 5) % 4 + 4]\nGPU_END\n"
	    "GPU_LAUNCH k BLOCKS 1 THREADS 1\n");
	expect("o", 0, 0);
	expect("o", 1, 11);
	expect("o", 2, 0);
	expect("o", 3, 7);
	expect("o", 4, 11);
	done();
}

static void test_bytes(void)
{
	struct ref_argument *bytes = ref_arguments_add_array(&arguments, "b", REF_U8, 4);

	bytes->words[0] = 200;
	ref_arguments_add_scalar(&arguments, "s", REF_U8, 0x1ff);
	run("GPU_KERNEL k\nGPU_PARAM b u8[]\nGPU_PARAM s char\nGPU_THREAD_CODE:\nTHREAD_ID -> t\n"
	    "LOAD b[t] -> v\nADD v s -> v\nSTORE v -> b[t]\nGPU_END\n");
	expect("b", 0, (200 + 255) & 255);
	expect("b", 3, 255);
	done();
}

static void test_shared(void)
{
	given_ints("a", 6, 1, 1);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_SHARED s int 4\nGPU_THREAD_CODE:\nTHREAD_ID -> t\n"
	    "LOCAL_ID -> l\nLOAD s[3] -> zero\nLOAD a[t] -> v\nADD v zero -> v\nSYNC_THREADS\n"
	    "STORE v -> s[l]\nSYNC_THREADS\nLOAD s[2 - l] -> w\nSTORE w -> a[t]\nGPU_END\n"
	    "GPU_LAUNCH k BLOCKS 2 THREADS 3\n");
	expect("a", 0, 3);
	expect("a", 3, 6);
	expect("a", 5, 4);
	done();
}

static void test_reduce(void)
{
	given_ints("a", 258, 1, 1);
	given_floats("f", 258, 0.1f, 0.1f);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM f float[]\nGPU_THREAD_CODE:\nTHREAD_ID -> t\n"
	    "LOAD a[t] -> v\nLOAD f[t] -> x\nBLOCK_REDUCE SUM v -> sum\nBLOCK_REDUCE MAX v -> max\n"
	    "BLOCK_REDUCE SUM x -> total\nBLOCK_REDUCE MIN x -> least\nADD sum max -> sum\n"
	    "STORE sum -> a[t]\nSTORE total -> f[t]\nSTORE least -> least[t]\nGPU_END\n");
	expect("a", 0, 256 * 257 / 2 + 256);
	/* The partial block: two threads. */
	expect("a", 257, 257 + 258 + 258);
	assert(verdict(left, "f", 257, bits_of(25.7f + 25.8f)) == REF_WITHIN);
	assert(is_wrong(left, "f", 257, bits_of(51.6f)));
	expect("least", 3, (int32_t)bits_of(0.1f));
	done();
}

static void test_atomics(void)
{
	given_ints("a", 300, 0, 1);
	given_ints("h", 6, 0, 0);
	given_floats("f", 2, 0, 0);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM h int[]\nGPU_PARAM f float[]\n"
	    "GPU_THREAD_CODE:\nTHREAD_ID -> t\nLOAD a[t] -> v\nATOMIC_ADD h[v % 3] 1\n"
	    "ATOMIC_MAX h[3] v\nATOMIC_ADD f[0] 1\nATOMIC_ADD f[1] 0.1\nATOMIC_EXCH h[4] t\n"
	    "IF t == 7:\nATOMIC_CAS h[5] 0 9 -> old\nATOMIC_CAS h[5] 9 4 -> older\n"
	    "ADD old older -> older\nSTORE older -> a[7]\nENDIF\nGPU_END\n");
	expect("h", 0, 100);
	expect("h", 3, 299);
	expect_unspecified("h", 4);
	expect("h", 5, 4);
	expect("a", 7, 9);
	expect("f", 0, (int32_t)bits_of(300));
	assert(verdict(left, "f", 1, bits_of(30)) == REF_WITHIN);
	done();
}

static void test_matmul(void)
{
	given_floats("A", 6, 1, 1);
	given_floats("B", 6, -1, 1);
	ref_arguments_add_scalar(&arguments, "k", REF_INT, 3);
	run("GPU_KERNEL product\nGPU_PARAM A float[]\nGPU_PARAM B float[]\nGPU_PARAM k int\n"
	    "GPU_THREAD_CODE:\nPARALLEL_MATMUL A B -> C ROWS 2 COLS 2 INNER k\nGPU_END\n");
	/* (1 2 3; 4 5 6) x (-1 0; 1 2; 3 4) */
	expect("C", 0, (int32_t)bits_of(10));
	expect("C", 1, (int32_t)bits_of(16));
	expect("C", 2, (int32_t)bits_of(19));
	expect("C", 3, (int32_t)bits_of(34));
	done();
}

static void test_launches(void)
{
	given_ints("a", 3, 1, 1);
	run("GPU_KERNEL first BATCH REALTIME # two\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\n"
	    "THREAD_ID -> t\nLOAD a[t] -> v\nMUL v v -> v\nSTORE v -> squares[t]\nGPU_END\n"
	    "gpu_launch first BLOCKS 1 threads 3\r\nGPU_SYNC\n"
	    "GPU_KERNEL second\nGPU_PARAM squares int[]\nGPU_PARAM a int*\nGPU_THREAD_CODE:\n"
	    "Thread_Id -> t\nload squares[2 - t] -> v\nstore v -> a[t]\nGPU_END\n"
	    "GPU_LAUNCH second BLOCKS 3 THREADS 1\n");
	expect("a", 0, 9);
	expect("squares", 1, 4);
	assert(report.launches == 2 && !report.abandoned);
	done();
}

/* Loads against stores: nothing can be said of what the kernel stores. */
static void test_races(void)
{
	given_ints("a", 4, 1, 1);
	given_ints("b", 4, 1, 1);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM b int[]\nGPU_THREAD_CODE:\nTHREAD_ID -> t\n"
	    "LOAD a[t + 1] -> v\nSTORE v -> a[t]\nLOAD b[t] -> w\nGPU_END\n");
	assert(report.abandoned == 1);
	expect_unspecified("a", 3);
	expect("b", 3, 4);
	done();

	given_ints("a", 4, 0, 0);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\nTHREAD_ID -> t\nSTORE 5 -> a[0]\n"
	    "STORE t -> a[1]\nGPU_END\n");
	assert(!report.abandoned);
	expect("a", 0, 5);
	expect_unspecified("a", 1);
	done();

	given_floats("f", 2, 2, 0);
	run("GPU_KERNEL k\nGPU_PARAM f float[]\nGPU_THREAD_CODE:\nTHREAD_ID -> t\nLOAD f[t] -> x\n"
	    "SQRT x -> y\nMUL y y -> z\nIF z == x:\nSTORE 1 -> f[t]\nENDIF\nGPU_END\n");
	assert(report.abandoned == 1 && report.why_line == 8);
	done();
}

static void test_alias(void)
{
	given_ints("a", 4, 1, 1);
	ref_arguments_add_alias(&arguments, "b", &arguments.items[0]);
	run("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM b int[]\nGPU_THREAD_CODE:\nTHREAD_ID -> t\n"
	    "LOAD a[t] -> v\nADD v 1 -> v\nSTORE v -> b[t]\nLOAD a[t] -> w\nADD w v -> w\n"
	    "STORE w -> a[t]\nGPU_END\n");
	expect("a", 0, 4);
	expect("b", 3, 10);
	done();
}

int main(void)
{
	test_identity();
	test_implicit_and_n();
	test_bounds();
	test_bytes();
	test_shared();
	test_reduce();
	test_atomics();
	test_matmul();
	test_launches();
	test_races();
	test_alias();
	return 0;
}
