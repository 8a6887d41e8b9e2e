// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-generate.c - generated programs are programs, the same each time, and say something.
 */
#include "test.h"

#include "generate.h"
#include "random.h"
#include "reduce.h"

#define SEEDS 200

static void test_random(void)
{
	struct ref_random a, b;
	uint32_t i, same = 0;

	ref_random_init(&a, 1);
	ref_random_init(&b, 2);
	for (i = 0; i < 1000; i++)
		same += ref_random_below(&a, 16) == ref_random_below(&b, 16);
	assert(same > 20 && same < 130);
	assert(ref_random_below(&a, 0) == 0 && ref_random_below(&a, 1) == 0);
	assert(!ref_random_chance(&a, 0) && ref_random_chance(&a, 100));
}

static void test_same(void)
{
	struct ref_generated a, b;

	ref_generate(77, &a);
	ref_generate(77, &b);
	assert(a.length == b.length && memcmp(a.text, b.text, a.length) == 0);
	assert(a.arguments.n_items == b.arguments.n_items);
	ref_generated_deinit(&a);
	ref_generate(78, &a);
	assert(a.length != b.length || memcmp(a.text, b.text, a.length) != 0);
	ref_generated_deinit(&a);
	ref_generated_deinit(&b);
}

/* Counts the elements of which the reference can say what they must be. */
static void count(const struct ref_memory *memory, uint64_t *known, uint64_t *unknown)
{
	enum ref_type type;
	uint32_t length, k;
	const char *name;
	size_t i;

	for (i = 0; i < ref_memory_n_arrays(memory); i++) {
		ref_memory_array(memory, i, &name, &type, &length);
		for (k = 0; k < length; k++) {
			bool is_open = ref_memory_check(memory, i, k, 0) == REF_UNSPECIFIED;

			*unknown += is_open;
			*known += !is_open;
		}
	}
}

static void test_programs(void)
{
	uint64_t known = 0, unknown = 0, seed;
	struct ref_report report;
	struct ref_memory *memory;
	struct ref_generated generated;

	for (seed = 1; seed <= SEEDS; seed++) {
		ref_generate(seed, &generated);
		memory = run_program(generated.text, &generated.arguments, &report);
		assert(report.steps <= 2ull * REF_GENERATE_STEPS);
		count(memory, &known, &unknown);
		ref_memory_free(memory);
		ref_generated_deinit(&generated);
	}
	printf("%llu values are known, %llu are not\n", (unsigned long long)known,
	       (unsigned long long)unknown);
	assert(unknown < known / 20);
}

/* "Fails" as long as the lines x and y are there, in balanced blocks. */
static bool has_both(void *data, const char *text, size_t length)
{
	const char *loop = strstr(text, "LOOP 3"), *end = strstr(text, "ENDLOOP");

	(*(int *)data)++;
	assert(length == strlen(text));
	return strstr(text, "x\n") && strstr(text, "y\n") && !loop == !end;
}

static void test_reduce(void)
{
	int tries = 0;
	char *text = ref_reduce("a\nLOOP 3 -> i:\nb\nx\nENDLOOP\nc\ny\ne\n", has_both, &tries);

	assert(!strcmp(text, "x\ny\n") && tries > 2);
	free(text);
}

int main(void)
{
	test_random();
	test_same();
	test_programs();
	test_reduce();
	return 0;
}
