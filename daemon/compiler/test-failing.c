// SPDX-License-Identifier: GPL-2.0-or-later
/* check: timeout=300
 *
 * Each allocation of a compilation fails in turn, for each program among the golden
 * ones and the pairs: -ENOMEM, nothing leaked, nothing touched that is not there
 * (the sanitizers see to that), *ret_program left alone.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

static size_t n_calls, n_live, fail_at;

static int refuse(void)
{
	return ++n_calls == fail_at;
}

static void *failing_calloc(size_t n, size_t bytes)
{
	void *p = refuse() ? NULL : calloc(n, bytes);

	n_live += p != NULL;
	return p;
}

static void *failing_realloc(void *old, size_t bytes)
{
	void *p = refuse() ? NULL : realloc(old, bytes);

	n_live += p && !old;
	return p;
}

static void counted_free(void *p)
{
	n_live -= p != NULL;
	free(p);
}

/* All that allocates, compiled once more, with these in the place of the library's. */
#define calloc failing_calloc
#define realloc failing_realloc
#define free counted_free
#include "arena.c"
#include "compile.c"
#undef calloc
#undef realloc
#undef free

#include "test-support.h"

static void check(const char *text, size_t length, uint32_t flags)
{
	struct pxos_program *const untouched = (struct pxos_program *)&n_calls;
	struct pxos_program *program;
	struct pxos_target target;
	int r = -ENOMEM;

	pxos_target_init(&target);
	target.flags = flags;
	for (fail_at = 1; r; fail_at++) {
		n_calls = 0;
		program = untouched;
		r = pxos_compile(text, length, &target, &program);
		if (r == PXOS_COMPILE_E_INVALID && n_calls < fail_at)
			r = 0;
		if (r) {
			assert(r == -ENOMEM && program == untouched);
		} else {
			assert(program != untouched && n_calls < fail_at);
			pxos_program_free(program);
		}
		assert(!n_live);
	}
}

static uint32_t check_folder(const char *name)
{
	static char text[70000];
	DIR *folder = opendir(name);
	const struct dirent *entry;
	uint32_t n = 0;

	assert(folder);
	while ((entry = readdir(folder))) {
		const char *dot = strrchr(entry->d_name, '.');
		char path[512];
		size_t length;
		FILE *file;

		if (!dot || strcmp(dot, ".px") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", name, entry->d_name);
		file = fopen(path, "rb");
		assert(file);
		length = fread(text, 1, sizeof(text), file);
		fclose(file);
		check(text, length, 0);
		check(text, length, 0xbf);
		n++;
	}
	closedir(folder);
	return n;
}

int main(void)
{
	assert(check_folder("tests/compiler/golden") > 5);
	assert(check_folder("tests/compiler/spirv") > 30);
	assert(check_folder("tests/compiler/rules") > 80);
	return 0;
}
