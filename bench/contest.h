/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

struct rawvk;
struct workload;

#define CONTEST_VARIANTS_MAX 8

struct contest_score {
	bool ran;
	uint64_t wrong; /* elements; a run that ended in a status of its own counts as 1 */
	double ns; /* median of GPU time */
	double spread; /* (third quartile - first) / median */
	char note[96]; /* of ours: how it was compiled */
};

/*
 * Check each variant of @w once, then time all of them in turns on @rv.
 * @folder: holds spv/ and primitives/
 * @only_ours: leave the hand-written ones out
 * @scores: one for each variant of the workload's type
 */
void contest_run(struct rawvk *rv, const struct workload *w, const char *folder, bool only_ours,
		 struct contest_score scores[CONTEST_VARIANTS_MAX]);

#endif
