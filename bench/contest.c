// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One workload, all its variants, one device: checked first, timed after.
 *
 * All variants share the same buffers. Before its check each starts from the same
 * contents, with the outputs poisoned. They are then timed in turns, A B C A B C …,
 * so that a clock that rises or a card that warms up meets all of them alike; the
 * median of each is the figure. Rounds go on for a fixed time, so that one slow
 * variant does not take minutes.
 */
#include "contest.h"
#include "measure.h"
#include "px.h"
#include "rawvk.h"
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP_NS 150000000u
#define WARM_UP_ROUNDS 3
#define ROUNDS_MAX 41
#define ROUNDS_MIN 5
#define TIMED_NS 1200000000u
#define SOFTWARE_ROUNDS 3

struct entry {
	const struct workload_variant *variant;
	struct contest_score *score;
	struct rawvk_pipeline pipeline;
	struct px px;
	uint64_t groups; /* for check() */
	double samples[ROUNDS_MAX];
};

struct contest {
	struct rawvk *rv;
	const struct workload *w;
	const char *folder;
	struct rawvk_buffer buffers[WORKLOAD_ARRAYS_MAX];
	struct rawvk_buffer status;
	uint32_t *after[WORKLOAD_ARRAYS_MAX];
	struct entry entries[CONTEST_VARIANTS_MAX];
	unsigned int n;
};

/* ----------------------------------------------------------------- entries */

static bool prepare_ours(struct contest *c, struct entry *e)
{
	const struct rawvk_buffer *bound[RAWVK_BUFFERS_MAX];
	const struct pxos_kernel *k;
	char path[512];
	uint32_t i;

	snprintf(path, sizeof(path), "%s/primitives/%s", c->folder, e->variant->file);
	if (!px_init(&e->px, c->rv, path, c->w))
		return false;
	k = e->px.kernel;
	px_pipeline(&e->px, c->rv, &e->pipeline, c->w);
	for (i = 0; i < k->n_arrays; i++)
		bound[i] = &c->buffers[e->px.arrays[i]];
	bound[i] = &c->status;
	rawvk_pipeline_bind(c->rv, &e->pipeline, bound,
			    k->n_arrays + (k->flags & PXOS_KERNEL_CHECKED ? 1 : 0));
	e->groups = e->px.blocks;
	snprintf(e->score->note, sizeof(e->score->note), "%u block%s a workgroup%s, %zu words",
		 k->coarsen, k->coarsen == 1 ? "" : "s", e->px.checked ? ", step budget on" : "",
		 k->n_words);
	return true;
}

static bool prepare_glsl(struct contest *c, struct entry *e)
{
	const struct rawvk_buffer *bound[RAWVK_BUFFERS_MAX];
	struct rawvk_shader shader = { .n_buffers = c->w->n_arrays, .n_push = c->w->n_scalars };
	char path[512];
	size_t bytes;
	char *words;
	uint32_t i;

	snprintf(path, sizeof(path), "%s/spv/%s", c->folder, e->variant->file);
	words = read_file(path, &bytes);
	if (!words)
		return false;
	shader.words = (const uint32_t *)(const void *)words;
	shader.n_words = bytes / 4;
	rawvk_pipeline_init(c->rv, &e->pipeline, &shader);
	free(words);
	for (i = 0; i < c->w->n_arrays; i++)
		bound[i] = &c->buffers[i];
	rawvk_pipeline_bind(c->rv, &e->pipeline, bound, c->w->n_arrays);
	for (i = 0; i < c->w->n_scalars; i++)
		e->pipeline.push[i] = c->w->scalars[i].word;
	c->w->type->grid(c->w, e->variant, e->pipeline.groups);
	e->groups = e->pipeline.groups[0];
	return true;
}

static bool fits(const struct contest *c, const struct entry *e)
{
	const VkPhysicalDeviceLimits *limits = &c->rv->properties.limits;
	const uint32_t *groups = e->pipeline.groups;

	return groups[0] && groups[0] <= limits->maxComputeWorkGroupCount[0] &&
	       groups[1] <= limits->maxComputeWorkGroupCount[1];
}

static void add_entry(struct contest *c, const struct workload_variant *v,
		      struct contest_score *score)
{
	struct entry *e = &c->entries[c->n];

	*score = (struct contest_score){ 0 };
	if (v->exact && !c->w->exact)
		return;
	*e = (struct entry){ .variant = v, .score = score };
	if (v->kind == WORKLOAD_OURS ? !prepare_ours(c, e)
				     : v->kind != WORKLOAD_COMMAND && !prepare_glsl(c, e)) {
		/* The cause stands on stderr; nothing to time is a wrong result. */
		score->wrong = 1;
		return;
	}
	if (v->kind != WORKLOAD_COMMAND && !fits(c, e)) {
		rawvk_pipeline_deinit(c->rv, &e->pipeline);
		px_deinit(&e->px);
		return;
	}
	score->ran = true;
	c->n++;
}

static struct rawvk_job job(const struct contest *c, const struct entry *e)
{
	if (e->variant->kind == WORKLOAD_COMMAND)
		return (struct rawvk_job){ .copy_from = &c->buffers[0], .copy_to = &c->buffers[1] };
	return (struct rawvk_job){ .pipeline = &e->pipeline };
}

/* ---------------------------------------------------------------- checking */

static void restore(struct contest *c)
{
	unsigned int i;

	for (i = 0; i < c->w->n_arrays; i++)
		if (c->w->arrays[i].before)
			rawvk_upload(c->rv, &c->buffers[i], c->w->arrays[i].before);
		else
			rawvk_fill(c->rv, &c->buffers[i], WORKLOAD_POISON);
	rawvk_fill(c->rv, &c->status, 0);
}

static void check(struct contest *c, struct entry *e)
{
	const struct workload_type *type = c->w->type;
	struct rawvk_job once = job(c, e);
	uint32_t status[4];
	unsigned int i;
	double ns;

	restore(c);
	rawvk_time(c->rv, &once, 1, &ns);
	for (i = 0; i < c->w->n_arrays; i++)
		rawvk_download(c->rv, &c->buffers[i], c->after[i]);
	e->score->wrong = type->check(c->w, c->after, e->groups);
	/* Hand-written code may fuse what a primitive must not; plain code rounds elsewhere. */
	if (type->tolerated &&
	    (e->variant->kind != WORKLOAD_OURS || strstr(e->variant->file, "-plain")))
		e->score->wrong = type->tolerated(c->w, e->score->wrong);
	rawvk_download(c->rv, &c->status, status);
	if (status[0]) {
		fprintf(stderr, "%s: step budget exceeded\n", e->variant->file);
		e->score->wrong++;
	}
}

/* ------------------------------------------------------------------ timing */

static void time_all(struct contest *c)
{
	struct rawvk_job jobs[CONTEST_VARIANTS_MAX];
	double ns[CONTEST_VARIANTS_MAX];
	uint64_t start = now_ns();
	unsigned int i, round, n_rounds = c->rv->software ? SOFTWARE_ROUNDS : ROUNDS_MAX;

	for (i = 0; i < c->n; i++)
		jobs[i] = job(c, &c->entries[i]);
	if (!c->rv->software)
		for (round = 0; round < WARM_UP_ROUNDS || now_ns() - start < WARM_UP_NS; round++)
			rawvk_time(c->rv, jobs, c->n, ns);
	start = now_ns();
	for (round = 0; round < n_rounds; round++) {
		if (round >= ROUNDS_MIN && now_ns() - start > TIMED_NS)
			break;
		rawvk_time(c->rv, jobs, c->n, ns);
		for (i = 0; i < c->n; i++)
			c->entries[i].samples[round] = ns[i];
	}
	for (i = 0; i < c->n; i++) {
		struct contest_score *s = c->entries[i].score;
		const double *v = c->entries[i].samples;

		s->ns = median(c->entries[i].samples, round); /* sorts */
		s->spread = (v[round * 3 / 4] - v[round / 4]) / s->ns;
	}
}

void contest_run(struct rawvk *rv, const struct workload *w, const char *folder, bool only_ours,
		 struct contest_score scores[CONTEST_VARIANTS_MAX])
{
	struct contest c = { .rv = rv, .w = w, .folder = folder };
	unsigned int i;

	for (i = 0; i < w->n_arrays; i++) {
		c.buffers[i] = rawvk_buffer_new(rv, w->arrays[i].words * 4);
		c.after[i] = malloc(w->arrays[i].words * 4);
		if (!c.after[i])
			abort();
	}
	c.status = rawvk_buffer_new(rv, 16);
	for (i = 0; i < w->type->n_variants; i++)
		if (!only_ours || w->type->variants[i].kind == WORKLOAD_OURS)
			add_entry(&c, &w->type->variants[i], &scores[i]);
	for (i = 0; i < c.n; i++)
		check(&c, &c.entries[i]);
	if (c.n)
		time_all(&c);

	for (i = 0; i < c.n; i++) {
		rawvk_pipeline_deinit(rv, &c.entries[i].pipeline);
		px_deinit(&c.entries[i].px);
	}
	rawvk_buffer_free(rv, &c.status);
	for (i = 0; i < w->n_arrays; i++) {
		rawvk_buffer_free(rv, &c.buffers[i]);
		free(c.after[i]);
	}
}
