// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pxos_kernel_cost(): each part by known weights (ops.h), and both ends of its range.
 */
#include "test-support.h"

/* What a kernel costs that has no statements. */
#define EMPTY 8

static bool cost_of(const char *statements, const uint32_t *scalars, uint64_t *ret_cost)
{
	struct pxos_program *program = compile_statements(statements, 0);
	bool known;

	assert(!program->n_errors);
	known = pxos_kernel_cost(&program->kernels[0], scalars, ret_cost);
	pxos_program_free(program);
	return known;
}

/* The scalars are n int, m uint, x float, c u8. */
static uint64_t cost(const char *statements, uint32_t n, uint32_t m, uint32_t c)
{
	const uint32_t scalars[4] = { n, m, 0, c };
	uint64_t r;

	assert(cost_of(statements, scalars, &r));
	return r - EMPTY;
}

static void test_straight(void)
{
	assert(cost("", 0, 0, 0) == 0);
	assert(cost("ADD 1 2 → r", 0, 0, 0) == 1);
	assert(cost("LOAD a[0] → r", 0, 0, 0) == 64);
	assert(cost("LOAD a[n + 1] → r", 0, 0, 0) == 65);
	assert(cost("LOAD a[n / 3] → r", 0, 0, 0) == 64 + 6);
	assert(cost("LOAD a[3 / n] → r", 0, 0, 0) == 64 + 24);
	assert(cost("LOAD a[n % (m * 2)] → r", 0, 0, 0) == 64 + 24 + 1);
	assert(cost("LOAD s[0] → r\nSTORE r → s[1]", 0, 0, 0) == 8);
	assert(cost("DIV n 3 → r", 0, 0, 0) == 6);
	assert(cost("DIV n m → r", 0, 0, 0) == 24);
	assert(cost("DIV x m → r", 0, 0, 0) == 12);
	assert(cost("MOD n m → r", 0, 0, 0) == 32);
	assert(cost("MOD x m → r", 0, 0, 0) == 160);
	assert(cost("ATOMIC_ADD a[0] 1", 0, 0, 0) == 256);
	assert(cost("ATOMIC_ADD f[0] 1", 0, 0, 0) == 2048);
	/* Both sides of an IF. */
	assert(cost("IF n > 0:\nADD 1 2 → r\nELSE:\nADD 1 2 → r\nENDIF", 0, 0, 0) == 2 + 2);
}

/* What a loop costs to enter, and each round of an empty one and of one with an ADD. */
static uint64_t enter(void)
{
	return cost("LOOP 0 → i:\nENDLOOP", 0, 0, 0);
}

static uint64_t empty_round(void)
{
	return cost("LOOP 1 → i:\nENDLOOP", 0, 0, 0) - enter();
}

static uint64_t add_round(void)
{
	return cost("LOOP 1 → i:\nADD 1 2 → r\nENDLOOP", 0, 0, 0) - enter();
}

static void test_counts(void)
{
	const char *scalar = "LOOP n → i:\nADD 1 2 → r\nENDLOOP";
	const char *bytes = "LOOP c → i:\nADD 1 2 → r\nENDLOOP";
	uint64_t e = enter(), round = add_round();

	assert(empty_round() > 0 && round == empty_round() + 1);
	assert(cost("LOOP 10 → i:\nADD 1 2 → r\nENDLOOP", 0, 0, 0) == e + 10 * round);
	assert(cost("LOOP -10 → i:\nADD 1 2 → r\nENDLOOP", 0, 0, 0) == e);
	assert(cost("LOOP 4294967295 → i:\nADD 1 2 → r\nENDLOOP", 0, 0, 0) ==
	       e + 4294967295 * round);
	assert(cost(scalar, 0, 0, 0) == e);
	assert(cost(scalar, 7, 0, 0) == e + 7 * round);
	assert(cost(scalar, INT32_MAX, 0, 0) == e + INT32_MAX * round);
	assert(cost(scalar, (uint32_t)-1, 0, 0) == e);
	assert(cost("LOOP m → i:\nADD 1 2 → r\nENDLOOP", 0, UINT32_MAX, 0) ==
	       e + UINT32_MAX * round);
	assert(cost(bytes, 0, 0, 255) == e + 255 * round);
	assert(cost(bytes, 0, 0, 256 + 3) == e + 3 * round);
}

/* Nests multiply, neighbours add up. */
static void test_nests(void)
{
	uint64_t e = enter(), empty = empty_round(), round = add_round();

	assert(cost("LOOP 3 → i:\nLOOP n → j:\nADD 1 2 → r\nENDLOOP\nENDLOOP", 5, 0, 0) ==
	       e + 3 * (empty + e) + 15 * round);
	assert(cost("LOOP 3 → i:\nENDLOOP\nLOOP 4 → j:\nENDLOOP", 0, 0, 0) == 2 * e + 7 * empty);
	/* What stands behind a BREAK costs nothing; BREAK gives nothing back. */
	assert(cost("LOOP 3 → i:\nBREAK\nDIV x x → r\nENDLOOP", 0, 0, 0) == e + 3 * round);
}

static void test_unknown(void)
{
	const uint32_t scalars[4] = { 5, 5, 5, 5 };
	uint64_t e = enter(), r;

	assert(!cost_of("LOAD a[0] → q\nLOOP q → i:\nDIV x x → r\nENDLOOP", scalars, &r));
	assert(r == EMPTY + cost("LOAD a[0] → q", 0, 0, 0) + e);
	/* Known around and inside of it, but not how often. */
	assert(!cost_of("LOOP 2 → k:\nLOOP k → i:\nLOOP n → j:\nENDLOOP\nENDLOOP\nENDLOOP", scalars,
			&r));
	assert(r == EMPTY + e + 2 * (empty_round() + e));
	/* Never entered, but that is not looked into. */
	assert(!cost_of("LOOP 0 → k:\nLOOP k → i:\nENDLOOP\nENDLOOP", scalars, &r));
	assert(r == EMPTY + e);
}

/* Six loops of 2^32 - 1 rounds: more than 2^64. */
static void test_saturation(void)
{
	const uint32_t scalars[4] = { 0, UINT32_MAX, 0, 0 };
	uint64_t r;

	assert(cost_of("LOOP m → i:\nLOOP m → j:\nLOOP m → k:\nENDLOOP\nENDLOOP\nENDLOOP", scalars,
		       &r));
	assert(r == UINT64_MAX);
	/* Saturated parts added up stay there. */
	assert(cost_of("LOOP m → i:\nLOOP m → j:\nLOOP m → k:\nENDLOOP\nENDLOOP\nENDLOOP\n"
		       "LOOP m → i:\nENDLOOP",
		       scalars, &r));
	assert(r == UINT64_MAX);
}

static void test_no_scalars(void)
{
	struct pxos_program *program = compile_text("GPU_KERNEL k\nGPU_PARAM a int[]\n"
						    "GPU_THREAD_CODE:\nLOOP 3 → i:\nENDLOOP\n"
						    "GPU_END\n",
						    0);
	uint64_t r;

	assert(pxos_kernel_cost(&program->kernels[0], NULL, &r));
	assert(r == EMPTY + enter() + 3 * empty_round());
	pxos_program_free(program);
}

static uint64_t groups(const char *sizes, uint32_t n)
{
	char text[512];
	struct pxos_program *program;
	uint64_t r, steps;

	snprintf(text, sizeof(text),
		 "GPU_KERNEL k\nGPU_PARAM a float[]\nGPU_PARAM n int\nGPU_THREAD_CODE:\n"
		 "PARALLEL_MATMUL a a → c %s\nGPU_END\n",
		 sizes);
	program = compile_text(text, 0);
	assert(!program->n_errors && program->kernels[0].flags & PXOS_KERNEL_MATMUL);
	r = pxos_kernel_matmul_groups(&program->kernels[0], &n);
	assert(pxos_kernel_cost(&program->kernels[0], &n, &steps));
	pxos_program_free(program);
	return r;
}

static void test_matmul(void)
{
	assert(groups("ROWS n COLS n INNER n", 0) == 0);
	assert(groups("ROWS n COLS 1 INNER n", (uint32_t)-1) == 0);
	assert(groups("ROWS n COLS -1 INNER n", 5) == 0);
	assert(groups("ROWS n COLS 1 INNER 0", 1) == 1);
	assert(groups("ROWS n COLS 1 INNER 1", 128) == 1);
	assert(groups("ROWS n COLS 1 INNER 1", 129) == 2);
	assert(groups("ROWS n COLS 129 INNER 1", 257) == 6);
	assert(groups("ROWS n COLS n INNER n", INT32_MAX) == (uint64_t)1 << 48);
}

/* Where a driver ends loops after 65,535 rounds, no thread's budget pays for more. */
static void test_few_rounds(void)
{
	static const char *const bodies[] = { "",
					      "POW n n → r",
					      "MOD x x → r",
					      "BLOCK_REDUCE SUM n → r",
					      "THREAD_ID → t\nLOOP t → j:\nENDLOOP",
					      "IF n > 1:\nBREAK\nENDIF" };

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		uint32_t scalars[4] = { 0 };
		struct pxos_program *program;
		uint64_t none, some;
		char text[256];

		snprintf(text, sizeof(text), "LOOP n → i:\n%s\nENDLOOP", bodies[i]);
		program = compile_statements(text, PXOS_TARGET_FEW_ROUNDS);
		assert(!program->n_errors && program->kernels[0].thread_steps_max);
		pxos_kernel_cost(&program->kernels[0], scalars, &none);
		scalars[0] = 65536;
		pxos_kernel_cost(&program->kernels[0], scalars, &some);
		assert(some - none > program->kernels[0].thread_steps_max);
		pxos_program_free(program);
	}
}

int main(void)
{
	test_straight();
	test_counts();
	test_nests();
	test_unknown();
	test_saturation();
	test_no_scalars();
	test_matmul();
	test_few_rounds();
	return 0;
}
