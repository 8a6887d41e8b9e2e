// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compile - the golden programs, compiled by us and, as GLSL, by glslang.
 *
 *	compile [--instructions] FOLDER
 *
 * FOLDER holds compile-ours, compile-glslang, golden/ and golden-glsl/. Each figure
 * comes from runners in processes of their own (race.c): cold is the median of the
 * first compile in many processes, warm the median of many in one. No Vulkan.
 * --instructions counts them too, by callgrind, where it is installed; that is
 * slow, and exact.
 */
#include "measure.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COLD 31
/* glslang takes some 100 ms each time; the ratio is far from its target. */
#define COLD_THEIRS 7
#define WANT_NS 200000
#define WANT_TIMES 20
#define PROGRAMS_MAX 64
#define FOLDER_BYTES 512

struct figures {
	double cold_ns, warm_ns; /* 0: not to be had */
	double instructions;
};

/* Run @argv and return what it wrote to @fd (1 or 2); NULL if it failed. */
static char *output_of(char *const *argv, int fd, char *text, size_t size)
{
	int ends[2], status = -1;
	size_t n = 0;
	ssize_t r;
	pid_t pid;

	if (pipe(ends) || (pid = fork()) < 0)
		return NULL;
	if (!pid) {
		dup2(ends[1], fd);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	while (n < size - 1 && (r = read(ends[0], text + n, size - 1 - n)) > 0)
		n += (size_t)r;
	text[n] = 0;
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0)
		;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? text : NULL;
}

static double runner(char *program, char *mode, char *file)
{
	char *const argv[] = { program, mode, file, NULL };
	char text[64];

	return output_of(argv, 1, text, sizeof(text)) ? number(text) : 0;
}

/* Callgrind ends with a line "==PID== Collected : NUMBER". */
static double instructions(char *program, char *file)
{
	char tool[] = "--tool=callgrind", out[] = "--callgrind-out-file=/dev/null";
	char collect[] = "--toggle-collect=race_measured", count[] = "count";
	char valgrind[] = "valgrind";
	char *const argv[] = { valgrind, tool, out, collect, program, count, file, NULL };
	char text[8192], *at;

	if (!output_of(argv, 2, text, sizeof(text)) || !(at = strstr(text, "Collected : ")))
		return 0;
	return number(at + strlen("Collected : "));
}

static struct figures measure(char *program, char *file, int n_cold, bool count)
{
	struct figures f = { 0 };
	char warm[] = "warm", once[] = "once";
	double v[COLD];
	int i;

	f.warm_ns = runner(program, warm, file);
	if (!(f.warm_ns > 0))
		return f;
	for (i = 0; i < n_cold; i++)
		v[i] = runner(program, once, file);
	f.cold_ns = median(v, (size_t)n_cold);
	if (count)
		f.instructions = instructions(program, file);
	return f;
}

/* -------------------------------------------------------------------- rows */

static void print_times(double slow, double fast, double want)
{
	if (slow > 0 && fast > 0)
		printf(" %.0f %s (%.0f) |", slow / fast,
		       verdict_name(figure_at_least(slow / fast, want)), want);
	else
		printf(" - |");
}

static void print_number(double value, double unit)
{
	if (value > 0)
		printf(" %.1f |", value / unit);
	else
		printf(" - |");
}

static void print_row(const char *name, const struct figures *ours, const struct figures *theirs)
{
	printf("| %s | %.1f %s (%.0f) | %.1f |", name, ours->cold_ns / 1e3,
	       verdict_name(figure_at_most(ours->cold_ns > 0 ? ours->cold_ns : 1e12, WANT_NS)),
	       WANT_NS / 1e3, ours->warm_ns / 1e3);
	print_number(theirs->cold_ns, 1e3);
	print_number(theirs->warm_ns, 1e3);
	print_times(theirs->cold_ns, ours->cold_ns, WANT_TIMES);
	print_times(theirs->warm_ns, ours->warm_ns, WANT_TIMES);
	print_number(ours->instructions, 1e3);
	print_number(theirs->instructions, 1e3);
	if (theirs->instructions > 0 && ours->instructions > 0)
		printf(" %.0f |\n", theirs->instructions / ours->instructions);
	else
		printf(" - |\n");
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in FOLDER/golden without ".px", in order. */
static unsigned int list(const char *folder, char *names[PROGRAMS_MAX])
{
	char path[FOLDER_BYTES + 16];
	unsigned int n = 0;
	struct dirent *entry;
	size_t length;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/golden", folder);
	dir = opendir(path);
	while (dir && n < PROGRAMS_MAX && (entry = readdir(dir))) {
		length = strlen(entry->d_name);
		if (length > 3 && !strcmp(entry->d_name + length - 3, ".px"))
			names[n++] = strndup(entry->d_name, length - 3);
	}
	if (dir)
		closedir(dir);
	qsort(names, n, sizeof(*names), compare_names);
	return n;
}

int main(int argc, char **argv)
{
	static const char *const columns[] = {
		"program",
		"ours cold µs (wanted)",
		"ours warm",
		"glslang cold",
		"glslang warm",
		"times, cold (wanted)",
		"times, warm (wanted)",
		"ours, k instructions",
		"glslang's",
		"times",
	};
	bool count = argc > 2 && !strcmp(argv[1], "--instructions");
	const char *folder = argc > 1 ? argv[argc - 1] : "";
	char *names[PROGRAMS_MAX], ours[FOLDER_BYTES + 32], theirs[FOLDER_BYTES + 32];
	char px[FOLDER_BYTES + 320], glsl[FOLDER_BYTES + 320];
	unsigned int i, n;

	if (argc < 2 || argc > 3 || strlen(folder) >= FOLDER_BYTES) {
		fprintf(stderr, "usage: %s [--instructions] FOLDER\n", argv[0]);
		return 2;
	}
	snprintf(ours, sizeof(ours), "%s/compile-ours", folder);
	snprintf(theirs, sizeof(theirs), "%s/compile-glslang", folder);
	n = list(folder, names);
	machine_line(stdout, NULL, NULL);
	figure_head("Compiling the golden programs, against glslang on the same in GLSL", columns,
		    ARRAY_LENGTH(columns));
	for (i = 0; i < n; i++) {
		struct figures f, g = { 0 };

		snprintf(px, sizeof(px), "%s/golden/%s.px", folder, names[i]);
		snprintf(glsl, sizeof(glsl), "%s/golden-glsl/%s.comp", folder, names[i]);
		f = measure(ours, px, COLD, count);
		if (!access(glsl, R_OK))
			g = measure(theirs, glsl, COLD_THEIRS, count);
		print_row(names[i], &f, &g);
		fflush(stdout);
		free(names[i]);
	}
	if (!n)
		fprintf(stderr, "%s/golden: no programs\n", folder);
	return !n || figure_misses() ? 1 : 0;
}
