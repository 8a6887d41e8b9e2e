// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpu - GPU time of our SPIR-V against hand-written GLSL.
 *
 *	gpu [--gpu N] [--only NAME] [--peak TFLOPS] [--small] FOLDER
 *
 * FOLDER holds spv/ and primitives/. On a software GPU problems are small and only
 * checked: its times say nothing about a GPU, and no target is judged.
 *
 * Each workload runs on two devices of the same GPU, without and with
 * robustBufferAccess: what the driver's own bounds checks would cost on top of ours.
 */
#include "contest.h"
#include "measure.h"
#include "rawvk.h"
#include "workload.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WANT_OF_COPY 0.90
#define WANT_OF_PEAK 0.30

struct row {
	const struct workload_type *type;
	double work;
	struct contest_score scores[CONTEST_VARIANTS_MAX];
	struct contest_score robust[CONTEST_VARIANTS_MAX];
};

struct options {
	const char *folder;
	const char *only;
	double peak; /* fp32 TFLOP/s; 0: unknown */
	bool small;
	int gpu;
};

/* The makers' figures; Vulkan does not tell. */
static double peak_of(const char *gpu)
{
	return strstr(gpu, "H200") || strstr(gpu, "H100") ? 67 : 0;
}

/* The fastest variant of @kind that ran and was right, or NULL. */
static const struct contest_score *best(const struct row *row, enum workload_kind kind,
					const char **ret_name)
{
	const struct contest_score *found = NULL;
	unsigned int i;

	for (i = 0; i < row->type->n_variants; i++) {
		const struct contest_score *s = &row->scores[i];

		if (row->type->variants[i].kind != kind || !s->ran || s->wrong)
			continue;
		if (!found || s->ns < found->ns) {
			found = s;
			if (ret_name)
				*ret_name = row->type->variants[i].name;
		}
	}
	return found;
}

static uint64_t wrong(const struct row *row)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < row->type->n_variants; i++)
		n += row->scores[i].wrong + row->robust[i].wrong;
	return n;
}

/* ----------------------------------------------------------------- figures */

static void print_time(const struct contest_score *s, const char *name)
{
	if (s)
		printf(" %.1f%s%s |", s->ns / 1e3, name ? " " : "", name ? name : "");
	else
		printf(" - |");
}

/* @want: 0 for none; an absent score prints a dash and is a miss if wanted. */
static void print_ratio(const struct contest_score *slow, const struct contest_score *fast,
			double want, bool judged)
{
	double ratio = slow && fast ? fast->ns / slow->ns : 0;

	if (slow && fast)
		printf(" %.2f", ratio);
	else
		printf(" -");
	if (want > 0 && judged)
		printf(" %s (%.2f)", verdict_name(figure_at_least(ratio, want)), want);
	printf(" |");
}

static void print_row(const struct row *row, double copy_rate, bool judged)
{
	const char *tuned_name = NULL;
	const struct contest_score *ours = best(row, WORKLOAD_OURS, NULL);
	const struct contest_score *plain = best(row, WORKLOAD_PLAIN, NULL);
	const struct contest_score *tuned = best(row, WORKLOAD_TUNED, &tuned_name);
	double rate = ours ? row->work / ours->ns / 1e3 : 0; /* TB/s, TFLOP/s */
	uint64_t n_wrong = wrong(row);

	printf("| %s |", row->type->name);
	print_time(ours, NULL);
	printf(" %.2f %s |", rate, row->type->flops ? "TFLOP/s" : "TB/s");
	print_time(plain, NULL);
	print_time(tuned, tuned_name);
	print_ratio(ours, plain, 0, false);
	print_ratio(ours, tuned, row->type->want, judged);
	if (row->type->streaming && copy_rate > 0) {
		printf(" %.2f", rate / copy_rate);
		if (judged)
			printf(" %s (%.2f)",
			       verdict_name(figure_at_least(rate / copy_rate, WANT_OF_COPY)),
			       WANT_OF_COPY);
		printf(" |");
	} else {
		printf(" |");
	}
	if (ours && row->robust[ours - row->scores].ran)
		printf(" %.2f |", row->robust[ours - row->scores].ns / ours->ns);
	else
		printf(" |");
	if (n_wrong)
		printf(" WRONG: %llu |\n", (unsigned long long)n_wrong);
	else
		printf(" yes |\n");
	if (n_wrong)
		figure_at_most((double)n_wrong, 0);
}

static void print_peak(const struct row *rows, unsigned int n, double peak, bool judged)
{
	const struct contest_score *ours;
	unsigned int i;
	double share;

	for (i = 0; i < n; i++) {
		ours = best(&rows[i], WORKLOAD_OURS, NULL);
		if (rows[i].type != &workload_matmul || peak <= 0)
			continue;
		share = ours ? rows[i].work / ours->ns / 1e3 / peak : 0;
		printf("\nPARALLEL_MATMUL 2048 cubed: %.2f of the card's %.0f TFLOP/s", share,
		       peak);
		if (judged)
			printf(": %s (%.2f)", verdict_name(figure_at_least(share, WANT_OF_PEAK)),
			       WANT_OF_PEAK);
		printf("\n");
	}
}

/* Every variant's time, for whoever wants to make one faster. */
static void print_details(const struct row *rows, unsigned int n, bool small)
{
	unsigned int i, k;

	printf("\nEvery variant, µs (spread between quartiles):\n\n");
	for (i = 0; i < n; i++) {
		printf("- %s, %s:", rows[i].type->name, small ? "small" : rows[i].type->size_text);
		for (k = 0; k < rows[i].type->n_variants; k++) {
			const struct contest_score *s = &rows[i].scores[k];
			const struct workload_variant *v = &rows[i].type->variants[k];

			if (!s->ran && !s->wrong)
				continue;
			printf(" %s %.1f (%.0f %%)%s%s%s;", v->name, s->ns / 1e3, s->spread * 100,
			       s->note[0] ? ", " : "", s->note, s->wrong ? " WRONG" : "");
		}
		printf("\n");
	}
}

static void print_all(const struct row *rows, unsigned int n, const struct rawvk *rv,
		      const struct options *o)
{
	static const char *const columns[] = { "work",	       "ours µs",     "ours does",
					       "plain µs",     "tuned µs",    "ours / plain",
					       "ours / tuned", "of the copy", "robust",
					       "right" };
	bool judged = !o->small;
	const struct contest_score *s;
	double copy_rate = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (rows[i].type == &workload_copy && (s = best(&rows[i], WORKLOAD_TUNED, NULL)))
			copy_rate = rows[i].work / s->ns / 1e3;
	figure_head(judged ? "GPU time of compiled primitives and hand-written GLSL; ratios are of "
			     "speed, more is better (wanted)"
			   : "Software GPU or small problems: correctness only, times say nothing",
		    columns, ARRAY_LENGTH(columns));
	for (i = 0; i < n; i++)
		print_row(&rows[i], copy_rate, judged);
	printf("\n\"robust\": our time with robustBufferAccess over our time without.\n");
	print_peak(rows, n, o->peak > 0 ? o->peak : peak_of(rv->properties.deviceName), judged);
	print_details(rows, n, o->small);
}

/* -------------------------------------------------------------------- main */

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "gpu", required_argument, NULL, 'g' },
		{ "only", required_argument, NULL, 'o' },
		{ "peak", required_argument, NULL, 'p' },
		{ "small", no_argument, NULL, 's' },
		{ 0 },
	};
	int c;

	*o = (struct options){ .gpu = -1 };
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == 'g')
			o->gpu = (int)number(optarg);
		else if (c == 'o')
			o->only = optarg;
		else if (c == 'p')
			o->peak = number(optarg);
		else if (c == 's')
			o->small = true;
		else
			exit(2);
	}
	if (optind + 1 != argc) {
		fprintf(stderr,
			"usage: %s [--gpu N] [--only NAME] [--peak TFLOPS] [--small] FOLDER\n",
			argv[0]);
		exit(2);
	}
	o->folder = argv[optind];
}

int main(int argc, char **argv)
{
	struct row rows[16] = { 0 };
	struct rawvk plain, robust;
	struct options o;
	struct workload w;
	unsigned int i, n = 0;

	parse(&o, argc, argv);
	rawvk_init(&plain, &(struct rawvk_options){ .gpu = o.gpu });
	rawvk_init(&robust, &(struct rawvk_options){ .gpu = o.gpu, .robust = true });
	o.small |= plain.software;
	for (i = 0; i < workload_n_types; i++) {
		if (o.only && strcmp(o.only, workload_types[i]->name) != 0)
			continue;
		workload_init(&w, workload_types[i], o.small);
		rows[n].type = w.type;
		rows[n].work = w.work;
		contest_run(&plain, &w, o.folder, false, rows[n].scores);
		contest_run(&robust, &w, o.folder, true, rows[n].robust);
		workload_deinit(&w);
		n++;
	}
	machine_line(stdout, plain.properties.deviceName, plain.driver);
	print_all(rows, n, &plain, &o);
	rawvk_deinit(&robust);
	rawvk_deinit(&plain);
	return figure_misses() ? 1 : 0;
}
