// SPDX-License-Identifier: GPL-2.0-or-later
/* The public calls: misuse, what a program holds, determinism, and many threads at once. */
#include <errno.h>
#include <pthread.h>

#include "pxos/limits.h"
#include "test-support.h"

static const char text[] = "GPU_KERNEL first REALTIME batch\n"
			   "GPU_PARAM a float[]\n"
			   "GPU_PARAM n int\n"
			   "GPU_THREAD_CODE:\n"
			   "    THREAD_ID → t\n"
			   "    LOOP n → i:\n"
			   "        LOAD a[t + i] → x\n"
			   "        MOD x 3.5 → x\n"
			   "        BLOCK_REDUCE SUM x → y\n"
			   "    ENDLOOP\n"
			   "    STORE y → out[t]\n"
			   "GPU_END\n"
			   "GPU_KERNEL second\n"
			   "GPU_PARAM a float[]\n"
			   "GPU_THREAD_CODE:\n"
			   "    THREAD_ID → t\n"
			   "    STORE t → a[t]\n"
			   "GPU_END\n"
			   "GPU_SYNC\n"
			   "GPU_LAUNCH second BLOCKS 3 THREADS 64\n"
			   "GPU_SYNC\n"
			   "GPU_LAUNCH first BLOCKS 1 THREADS 1024";

static void test_misuse(void)
{
	struct pxos_program *const untouched = (struct pxos_program *)&errno;
	struct pxos_program *program = untouched;
	struct pxos_target target;

	pxos_target_init(&target);
	target.size--;
	assert(pxos_compile(text, sizeof(text) - 1, &target, &program) == -EINVAL);
	target.size += 2;
	assert(pxos_compile(text, sizeof(text) - 1, &target, &program) == -EINVAL);
	pxos_target_init(&target);
	target.push_bytes_max = 127;
	assert(pxos_compile(text, sizeof(text) - 1, &target, &program) == -EINVAL);
	pxos_target_init(&target);
	target.threads_max = 0;
	assert(pxos_compile(text, sizeof(text) - 1, &target, &program) == -EINVAL);
	assert(program == untouched);
	assert(!pxos_program_free(NULL));
}

static void test_contents(void)
{
	struct pxos_program *program = compile_text(text, 0);

	assert(program->n_kernels == 2 && program->n_launches == 2 && !program->n_diagnostics);
	assert(program->kernels[0].hints == (1u << PXOS_HINT_REALTIME | 1u << PXOS_HINT_BATCH));
	assert(!program->kernels[1].hints && program->kernels[1].line == 13);
	assert(program->launches[0].kernel == 1 && program->launches[0].blocks == 3);
	assert(program->launches[0].threads == 64 && program->launches[0].sync);
	assert(program->launches[1].kernel == 0 && !program->launches[1].sync);
	assert(program->launches[1].line == 22);
	assert(program->n_registers == 5); /* t, i, x, y; t */
	assert(!strcmp(program->registers[3].name, "y") && program->registers[3].line == 9);
	assert(program->registers[4].kernel == 1 && program->registers[4].type == PXOS_TYPE_INT);
	assert(program->arena_bytes > 1000 && program->arena_bytes < 200000);
	assert(!pxos_program_free(program));
}

static void test_names(void)
{
	assert(!strcmp(pxos_type_name(PXOS_TYPE_U8), "u8"));
	assert(!strcmp(pxos_type_name(PXOS_TYPE_BOOL), "bool"));
	assert(pxos_type_bytes(PXOS_TYPE_U8) == 1 && pxos_type_bytes(PXOS_TYPE_FLOAT) == 4);
	assert(!strcmp(pxos_hint_name(PXOS_HINT_BATCH), "BATCH"));
	assert(!strcmp(pxos_hint_name(PXOS_HINT_NONE), "none"));
}

/* Without GPU_LAUNCH; lengths on both sides of the limit; a text of nothing. */
static void test_edges(void)
{
	static char large[PXOS_PROGRAM_BYTES_MAX + 2];
	const char *small = "GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\nGPU_END\n";
	struct pxos_program *program = compile_text(small, 0);

	assert(program->n_launches == 1 && !program->launches[0].blocks);
	assert(!program->launches[0].threads && program->launches[0].line == 1);
	pxos_program_free(program);
	memset(large, ' ', sizeof(large));
	memcpy(large, small, strlen(small));
	large[PXOS_PROGRAM_BYTES_MAX] = 0;
	program = compile_text(large, 0);
	assert(!program->n_errors);
	pxos_program_free(program);
	large[PXOS_PROGRAM_BYTES_MAX] = ' ';
	large[PXOS_PROGRAM_BYTES_MAX + 1] = 0;
	program = compile_text(large, 0);
	assert(program->n_errors == 1 && find_rule(program, "program-too-long"));
	pxos_program_free(program);
	program = compile_text("", 0);
	assert(program->n_errors == 1 && find_rule(program, "missing-kernel"));
	assert(!program->n_kernels && !program->n_launches);
	pxos_program_free(program);
	/* A byte order mark moves no column. */
	program = compile_text("\xef\xbb\xbfGPU_KERNAL k\n", 0);
	assert(program->diagnostics[0].line == 1 && program->diagnostics[0].column == 1);
	pxos_program_free(program);
}

static void check_same(const struct pxos_program *a, const struct pxos_program *b)
{
	assert(a->n_kernels == b->n_kernels && a->arena_bytes == b->arena_bytes);
	for (uint32_t i = 0; i < a->n_kernels; i++) {
		assert(a->kernels[i].n_words == b->kernels[i].n_words);
		assert(a->kernels[i].hash == b->kernels[i].hash);
		assert(!memcmp(a->kernels[i].spirv, b->kernels[i].spirv,
			       a->kernels[i].n_words * 4));
	}
}

static void test_determinism(void)
{
	struct pxos_program *a = compile_text(text, 0), *b = compile_text(text, 0);
	struct pxos_program *c = compile_text(text, PXOS_TARGET_SUBGROUP_ARITHMETIC);

	check_same(a, b);
	assert(a->kernels[0].hash != c->kernels[0].hash);
	assert(a->kernels[1].hash == c->kernels[1].hash);
	pxos_program_free(a);
	pxos_program_free(b);
	pxos_program_free(c);
}

static void *compile_often(void *expected)
{
	for (int i = 0; i < 50; i++) {
		struct pxos_program *program = compile_text(text, 0);
		struct pxos_program *bad = compile_text("GPU_KERNEL k\nLOAD 1e5 → @\n", 0);

		check_same(program, expected);
		assert(bad->n_errors);
		pxos_program_free(program);
		pxos_program_free(bad);
	}
	return NULL;
}

static void test_threads(void)
{
	struct pxos_program *expected = compile_text(text, 0);
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		assert(!pthread_create(&threads[i], NULL, compile_often, expected));
	for (int i = 0; i < 4; i++)
		assert(!pthread_join(threads[i], NULL));
	pxos_program_free(expected);
}

int main(void)
{
	test_misuse();
	test_contents();
	test_names();
	test_edges();
	test_determinism();
	test_threads();
	return 0;
}
