// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-refusals.c - texts that are no programs, and ones that just are.
 *
 * In a body, a is an int array, f a float array, n and x are scalars.
 */
#include "test.h"

/* The error's line in @text; 0 if there is none. */
static uint32_t error_line(const char *text)
{
	struct ref_error error;
	struct ref_program *program = ref_parse(text, strlen(text), &error);

	assert(!program == !!error.line);
	ref_program_free(program);
	return error.line;
}

/* As line 8 and on. */
static uint32_t body(const char *lines)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM f float[]\nGPU_PARAM n int\n"
		 "GPU_PARAM x float\nGPU_SHARED s int 8\nGPU_THREAD_CODE:\n%s\nGPU_END\n",
		 lines);
	return error_line(text);
}

static void test_frames(void)
{
	assert(error_line("GPU_KERNEL k\nGPU_THREAD_CODE:\nGPU_END\n") == 1);
	assert(error_line(
		       "GPU_KERNEL k\nGPU_THREAD_CODE:\nGPU_END\nGPU_LAUNCH k BLOCKS 1 THREADS 1") ==
	       0);
	assert(error_line("GPU_KERNEL k\nGPU_THREAD_CODE:\nGPU_END\n"
			  "GPU_LAUNCH k BLOCKS 1 THREADS 1025") == 4);
	assert(error_line("GPU_KERNEL k\nGPU_THREAD_CODE:\nGPU_END\n"
			  "GPU_LAUNCH j BLOCKS 1 THREADS 1") == 4);
	assert(error_line("GPU_LAUNCH k BLOCKS 1 THREADS 1\nGPU_KERNEL k\nGPU_THREAD_CODE:\n"
			  "GPU_END\n") == 1);
	/* One meaning of a name in all kernels. */
	assert(error_line("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\nGPU_END\n"
			  "GPU_KERNEL l\nGPU_PARAM a int\nGPU_THREAD_CODE:\nGPU_END\n"
			  "GPU_LAUNCH k BLOCKS 1 THREADS 1") != 0);
	assert(error_line("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_PARAM a int[]\n") == 3);
	assert(error_line("GPU_KERNEL k\nGPU_PARAM a bool\n") == 2);
	assert(error_line("GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\n") != 0);
	assert(error_line("GPU_KERNEL k\nGPU_PARAM a pixel[]\nGPU_PARAM n uint\nGPU_THREAD_CODE:\n"
			  "GPU_END") == 0);
}

static void test_types(void)
{
	assert(body("") == 0);
	assert(body("SET 1 -> r\nSET 1.5 -> r") == 9);
	assert(body("SET 1.5 -> r\nSET 1 -> r") == 0);
	assert(body("SET 7u -> r\nSET 1 -> r") == 0);
	assert(body("SET 7u -> r\nADD 1 2 -> r") == 9);
	assert(body("ADD r 1.0 -> q\nSET 1 -> r") == 0);
	assert(body("ADD r n -> q\nSET 1.0 -> r") == 8);
	/* What is stored first is known when all registers are. */
	assert(body("STORE r -> b[0]\nSET 1.0 -> r\nSTORE r -> b[1]") == 0);
	assert(body("SET 1 -> r\nSET 7u -> r") == 9);
	assert(body("SET -7u -> r") == 8);
	assert(body("ADD q 1 -> r") != 0);
	assert(body("SET 1 -> n") == 8);
	assert(body("STORE 1.0 -> a[0]") == 8);
	assert(body("STORE n -> f[0]") == 0);
	assert(body("LOAD a[1.0] -> r") == 8 && body("LOAD a[x] -> r") == 8);
	assert(body("LOAD b[0] -> r") == 8);
	assert(body("STORE 1 -> b[0]\nSTORE 1.0 -> b[1]") == 9);
	assert(body("STORE 1.0 -> b[0]\nSTORE 1 -> b[1]") == 0);
	assert(body("STORE 1 -> b[0]\nLOAD b[0] -> r") == 9);
	assert(body("ATOMIC_ADD b[0] 1") == 8);
	assert(body("ATOMIC_MAX f[0] 1") == 8 && body("ATOMIC_ADD f[0] 1") == 0);
	assert(body("AND n x -> r") == 8 && body("SHL x n -> r") == 8);
	assert(body("IF n:\nENDIF") == 8);
	assert(body("IF n < x:\nENDIF") == 0);
	assert(body("COMPARE n == 0 -> b\nCOMPARE b == n -> c") == 9);
	assert(body("COMPARE n == 0 -> b\nCOMPARE b < b -> c") == 9);
	assert(body("LOOP x -> i:\nENDLOOP") == 8);
	assert(body("SET 4294967296 -> r") == 8 && body("SET 4294967295 -> r") == 0);
	assert(body("SET 1e39 -> r") == 8 &&
	       body("SET .5 -> r\nSET 1e-3 -> r\nSET 2.0f -> r") == 0);
	assert(body("SET 0xff -> r\nSET -7 -> r") == 0);
}

static void test_blocks(void)
{
	assert(body("IF n < 1:") == 0);
	assert(body("LOOP 3 -> i:") != 0);
	assert(body("ELSE:") == 8 && body("ENDIF") == 8 && body("BREAK") == 8);
	assert(body("LOOP 3 -> i:\nENDIF") == 9);
	assert(body("IF n < 1\nENDIF") == 8);
	assert(body("IF n < 1:\nELSE:\nELSE:\nENDIF") == 10);
}

static void test_barriers(void)
{
	assert(body("SYNC_THREADS") == 0);
	assert(body("IF n < 1:\nSYNC_THREADS\nENDIF") == 0);
	assert(body("THREAD_ID -> t\nIF t < 1:\nSYNC_THREADS\nENDIF") == 10);
	assert(body("LOAD a[0] -> t\nLOOP t -> i:\nSYNC_THREADS\nENDLOOP") == 10);
	assert(body("LOOP n -> i:\nSYNC_THREADS\nENDLOOP") == 0);
	assert(body("LOCAL_ID -> t\nLOOP 3 -> i:\nSYNC_THREADS\nIF t == i:\nBREAK\nENDIF\nENDLOOP") ==
	       10);
	assert(body("LOCAL_ID -> t\nLOOP 3 -> i:\nIF t == i:\nBREAK\nENDIF\nENDLOOP\nSYNC_THREADS") ==
	       0);
	/* i now differs between the threads. */
	assert(body("LOCAL_ID -> t\nLOOP 3 -> i:\nIF t == i:\nBREAK\nENDIF\nENDLOOP\n"
		    "IF i == 1:\nSYNC_THREADS\nENDIF") == 15);
	assert(body("LOCAL_ID -> t\nBLOCK_REDUCE MAX t -> m\nIF m > 3:\nSYNC_THREADS\nENDIF") == 0);
	assert(body("LOCAL_ID -> t\nIF t > 3:\nBLOCK_REDUCE MAX t -> m\nENDIF") == 10);
	assert(body("COMPARE n > 3 -> b\nBLOCK_REDUCE MAX b -> m") == 9);
}

static void test_words(void)
{
	/* Keywords are names where a name is wanted, and of any case where an operation is. */
	assert(body("set 1 -> set\nAdd set 1 → min\nMIN min set -> half\nLOOP 2 -> loop:\nendloop") ==
	       0);
	assert(body("LODA a[0] -> r") == 8 && body("ADD n 1 -> r 2") == 8);
	assert(body("PARALLEL_MATMUL f f -> f ROWS n COLS 2 INNER 3") == 0);
	assert(body("PARALLEL_MATMUL f a -> f ROWS n COLS 2 INNER 3") == 8);
	assert(body("PARALLEL_MATMUL f f -> g ROWS n COLS 2 INNER 3\nSET 1 -> r") == 8);
	assert(body("IF n < 1:\nPARALLEL_MATMUL f f -> f ROWS n COLS 2 INNER 3\nENDIF") == 9);
}

int main(void)
{
	test_frames();
	test_types();
	test_blocks();
	test_barriers();
	test_words();
	return 0;
}
