// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every benchmark needs: a clock, a median, random words, all CPUs, and
 * the lines of a table.
 *
 * Figures are printed as Markdown tables, because the same text is read on a
 * terminal and kept in bench/RESULTS.md. A figure is a ratio of two things that
 * were measured in one run on one machine; absolute times stand beside it only
 * so that a reader can tell a broken measurement from a slow program. A target
 * that is missed is a word in the table ("MISS") and is counted.
 *
 * Random words are a hash of (seed, index), not a sequence: any number of
 * threads may fill parts of an array, and the reference can be computed again
 * from nothing.
 */
#include "measure.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64

static unsigned int misses;

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *v, size_t n)
{
	if (!n)
		return 0;
	qsort(v, n, sizeof(*v), compare_doubles);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* The finalizer of splitmix64, which passes the usual tests of randomness. */
uint32_t random_word(uint32_t seed, uint64_t index)
{
	uint64_t z = index * 0x9e3779b97f4a7c15u + ((uint64_t)seed << 32 | (seed ^ 0x5bd1e995u));

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ (z >> 31)) >> 16);
}

float random_unit(uint32_t seed, uint64_t index)
{
	return (float)(random_word(seed, index) >> 8) * 0x1p-23f - 1.0f;
}

struct share {
	pthread_t thread;
	void (*body)(void *userdata, uint64_t first, uint64_t end);
	void *userdata;
	uint64_t first, end;
};

static void *share_run(void *userdata)
{
	struct share *s = userdata;

	s->body(s->userdata, s->first, s->end);
	return NULL;
}

void parallel_for(uint64_t n, void (*body)(void *userdata, uint64_t first, uint64_t end),
		  void *userdata)
{
	struct share shares[THREADS_MAX];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int i, n_shares = cpus < 1 ? 1 : cpus > THREADS_MAX ? THREADS_MAX : (unsigned)cpus;
	bool started[THREADS_MAX] = { false };

	for (i = 0; i < n_shares; i++) {
		shares[i] = (struct share){
			.body = body,
			.userdata = userdata,
			.first = n * i / n_shares,
			.end = n * (i + 1) / n_shares,
		};
		started[i] = !pthread_create(&shares[i].thread, NULL, share_run, &shares[i]);
		if (!started[i])
			share_run(&shares[i]);
	}
	for (i = 0; i < n_shares; i++)
		if (started[i])
			pthread_join(shares[i].thread, NULL);
}

double number(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	return end == text ? 0 : value;
}

char *read_file(const char *path, size_t *ret_bytes)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;
	long size = -1;

	if (f && !fseek(f, 0, SEEK_END) && (size = ftell(f)) >= 0 && !fseek(f, 0, SEEK_SET)) {
		bytes = calloc(1, (size_t)size + 1);
		if (bytes && fread(bytes, 1, (size_t)size, f) != (size_t)size) {
			free(bytes);
			bytes = NULL;
		}
	}
	if (!bytes)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	else
		*ret_bytes = (size_t)size;
	if (f)
		fclose(f);
	return bytes;
}

void figure_head(const char *title, const char *const *columns, unsigned int n)
{
	unsigned int i;

	printf("\n%s\n\n|", title);
	for (i = 0; i < n; i++)
		printf(" %s |", columns[i]);
	printf("\n|");
	for (i = 0; i < n; i++)
		printf(" --- |");
	printf("\n");
}

enum verdict figure_at_least(double value, double want)
{
	if (value >= want)
		return VERDICT_PASS;
	misses++;
	return VERDICT_MISS;
}

enum verdict figure_at_most(double value, double want)
{
	if (value <= want)
		return VERDICT_PASS;
	misses++;
	return VERDICT_MISS;
}

const char *verdict_name(enum verdict verdict)
{
	return verdict == VERDICT_PASS ? "pass" : verdict == VERDICT_MISS ? "MISS" : "";
}

unsigned int figure_misses(void)
{
	return misses;
}

/* One line of /proc/cpuinfo: "model name : …"; the machine's name is not ours to know. */
static void cpu_name(char *name, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256];
	char *value;

	snprintf(name, size, "unknown CPU");
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "model name", 10) != 0 || !(value = strchr(line, ':')))
			continue;
		value += strspn(value, ": \t");
		value[strcspn(value, "\n")] = 0;
		snprintf(name, size, "%s", value);
		break;
	}
	if (f)
		fclose(f);
}

void machine_line(FILE *out, const char *gpu, const char *driver)
{
	char cpu[128];
	time_t now = time(NULL);
	struct tm tm;
	char day[16] = "";

	cpu_name(cpu, sizeof(cpu));
	if (gmtime_r(&now, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	fprintf(out, "Machine: %s, %s; %ld x %s; %s\n", gpu ? gpu : "no GPU used",
		driver ? driver : "no driver", sysconf(_SC_NPROCESSORS_ONLN), cpu, day);
}
