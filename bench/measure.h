/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Time. */
uint64_t now_ns(void);

/* Statistics: sorts @v in place; 0 for no values. */
double median(double *v, size_t n);

/* Random words that depend on @seed and @index only, so threads can share the filling. */
uint32_t random_word(uint32_t seed, uint64_t index);
float random_unit(uint32_t seed, uint64_t index); /* [-1, 1), 24 bits */

static inline uint32_t float_bits(float f)
{
	union {
		float f;
		uint32_t u;
	} v = { .f = f };

	return v.u;
}

static inline float bits_float(uint32_t u)
{
	union {
		uint32_t u;
		float f;
	} v = { .u = u };

	return v.f;
}

/* Work shared out among the machine's CPUs: @body gets disjoint ranges of [0, n). */
void parallel_for(uint64_t n, void (*body)(void *userdata, uint64_t first, uint64_t end),
		  void *userdata);

/* Numbers in text: 0 if there is none. */
double number(const char *text);

/* Files. */
char *read_file(const char *path, size_t *ret_bytes); /* NULL and a message */

/* Figures: one line of a table each; see measure.c. */
enum verdict {
	VERDICT_PASS,
	VERDICT_MISS,
	VERDICT_INFO, /* has no target */
};

void figure_head(const char *title, const char *const *columns, unsigned int n);
enum verdict figure_at_least(double value, double want);
enum verdict figure_at_most(double value, double want);
const char *verdict_name(enum verdict verdict);
/* Misses so far, and wrong results: what the program's exit status tells. */
unsigned int figure_misses(void);

void machine_line(FILE *out, const char *gpu, const char *driver);

#endif
