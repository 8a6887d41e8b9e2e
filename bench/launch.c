// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * launch - what it costs to get work to the GPU and to hear that it is done.
 *
 *	launch [--gpu N] FOLDER
 *
 * Latency: one launch of an empty kernel of one thread, submitted and waited for,
 * through daemon/vgpu/vulkan and by hand: with a command buffer recorded once (the
 * least any program can do) and with one recorded for each launch (what a program
 * does whose arguments change); the faster of the two is what we are judged
 * against. A third, with timestamps around the launch, tells what of ours is
 * them. All wait asleep. They take turns of some dozens of launches; the first
 * of a turn are left out, since they wake what the others let sleep.
 *
 * Rate: ten thousand launches in flight, each adding one to the same 256 elements,
 * so each needs the one before it and the sum tells that all ran, in order. A
 * software GPU runs them on the CPU that submits, so no rate is wanted of it.
 *
 * FOLDER holds spv/ and primitives/.
 */
#include "measure.h"
#include "rawvk.h"

#include "daemon/compiler/pxos_compiler.h"
#include "daemon/vgpu/vulkan/gpu-buffer.h"
#include "daemon/vgpu/vulkan/gpu-kernel.h"
#include "daemon/vgpu/vulkan/gpu-launch.h"
#include "daemon/vgpu/vulkan/gpu.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define TURNS 60
#define TURN 40
#define TURN_LEFT_OUT 8
#define LATENCIES ((size_t)TURNS * (TURN - TURN_LEFT_OUT))
#define IN_FLIGHT 10000
#define BATCHES 5
#define ELEMENTS 256
#define WANT_OVERHEAD 1.1
#define WANT_RATE 10

_Noreturn static void die(const char *what, const char *why)
{
	fprintf(stderr, "launch: %s: %s\n", what, why);
	exit(2);
}

/* -------------------------------------------------------------------- ours */

struct ours {
	struct gpu *gpu;
	struct gpu_kernel *kernel;
	struct gpu_buffer *data; /* increment only */
	struct gpu_binding binding;
	struct gpu_launch launch;
};

static struct gpu_kernel *load(struct gpu *gpu, const char *folder, const char *name)
{
	struct pxos_program *program;
	struct pxos_target target;
	struct gpu_kernel *kernel;
	struct gpu_error error;
	char path[512];
	size_t bytes;
	char *text;

	snprintf(path, sizeof(path), "%s/primitives/%s.px", folder, name);
	text = read_file(path, &bytes);
	if (!text)
		exit(2);
	gpu_target(gpu, &target);
	if (pxos_compile(text, bytes, &target, &program))
		die(path, "does not compile");
	if (gpu_kernel_new(gpu, &program->kernels[0], &kernel, &error))
		die(path, error.text);
	pxos_program_free(program);
	free(text);
	return kernel;
}

static void ours_init(struct ours *o, struct gpu *gpu, const char *folder, const char *name,
		      uint32_t elements)
{
	struct gpu_error error;

	*o = (struct ours){ .gpu = gpu, .kernel = load(gpu, folder, name) };
	if (elements &&
	    gpu_buffer_new(gpu, GPU_BUFFER_DEVICE, 4 * (uint64_t)elements, &o->data, &error))
		die("gpu_buffer_new", error.text);
	o->binding = (struct gpu_binding){ .buffer = o->data, .length = elements };
	o->launch = (struct gpu_launch){
		.kernel = o->kernel,
		.bindings = &o->binding,
		.blocks = elements ? 0 : 1,
		.threads = elements ? 0 : 1,
	};
}

static void ours_deinit(struct ours *o)
{
	gpu_kernel_free(o->kernel);
	gpu_buffer_free(o->data);
}

static double ours_once(struct ours *o)
{
	uint64_t start = now_ns(), seq;
	struct gpu_error error;

	if (gpu_launch_submit(o->gpu, &o->launch, &seq, &error) ||
	    gpu_launch_wait(o->gpu, seq, UINT64_MAX, NULL, &error))
		die("launch", error.text);
	return (double)(now_ns() - start);
}

static double ours_many(struct ours *o)
{
	uint64_t start = now_ns(), seq;
	struct gpu_error error;
	unsigned int i;

	for (i = 0; i < IN_FLIGHT; i++)
		if (gpu_launch_submit(o->gpu, &o->launch, &seq, &error))
			die("gpu_launch_submit", error.text);
	if (gpu_launch_wait_all(o->gpu, UINT64_MAX, NULL, &error))
		die("gpu_launch_wait_all", error.text);
	return (double)(now_ns() - start);
}

/* ----------------------------------------------------------------- by hand */

struct hand {
	struct rawvk *rv;
	struct rawvk_pipeline pipeline;
	struct rawvk_buffer data;
	VkCommandBuffer recorded, stamped, fresh;
};

static void hand_init(struct hand *h, struct rawvk *rv, const char *folder, const char *name,
		      uint32_t elements)
{
	const struct rawvk_buffer *bound = &h->data;
	struct rawvk_shader shader = { .n_buffers = elements ? 1 : 0, .n_push = elements ? 1 : 0 };
	char path[512];
	size_t bytes;
	char *words;

	*h = (struct hand){ .rv = rv };
	snprintf(path, sizeof(path), "%s/spv/%s.spv", folder, name);
	words = read_file(path, &bytes);
	if (!words)
		exit(2);
	shader.words = (const uint32_t *)(const void *)words;
	shader.n_words = bytes / 4;
	rawvk_pipeline_init(rv, &h->pipeline, &shader);
	free(words);
	if (elements) {
		h->data = rawvk_buffer_new(rv, 4 * (VkDeviceSize)elements);
		rawvk_pipeline_bind(rv, &h->pipeline, &bound, 1);
		h->pipeline.push[0] = elements;
		h->pipeline.groups[0] = (elements + 255) / 256;
	}
	h->recorded = rawvk_commands_new(rv);
	h->stamped = rawvk_commands_new(rv);
	h->fresh = rawvk_commands_new(rv);
	rawvk_begin(rv, h->recorded, 0);
	rawvk_record(rv, h->recorded, &h->pipeline);
	rawvk_end(rv, h->recorded);
	rawvk_begin(rv, h->stamped, 0);
	rawvk_record_stamped(rv, h->stamped, &h->pipeline);
	rawvk_end(rv, h->stamped);
}

static void hand_deinit(struct hand *h)
{
	rawvk_pipeline_deinit(h->rv, &h->pipeline);
	rawvk_buffer_free(h->rv, &h->data);
}

static double hand_recorded(struct hand *h, VkCommandBuffer commands)
{
	uint64_t start = now_ns();

	rawvk_submit(h->rv, commands);
	rawvk_wait(h->rv);
	return (double)(now_ns() - start);
}

static double hand_fresh(struct hand *h)
{
	uint64_t start = now_ns();

	rawvk_begin(h->rv, h->fresh, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
	rawvk_record(h->rv, h->fresh, &h->pipeline);
	rawvk_end(h->rv, h->fresh);
	rawvk_submit(h->rv, h->fresh);
	rawvk_wait(h->rv);
	return (double)(now_ns() - start);
}

/* One command buffer: nobody can be faster who needs a barrier after each. */
static double hand_many(struct hand *h)
{
	uint64_t start = now_ns();
	unsigned int i;

	rawvk_begin(h->rv, h->fresh, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
	for (i = 0; i < IN_FLIGHT; i++) {
		rawvk_record(h->rv, h->fresh, &h->pipeline);
		rawvk_barrier(h->rv, h->fresh);
	}
	rawvk_end(h->rv, h->fresh);
	rawvk_submit(h->rv, h->fresh);
	rawvk_wait(h->rv);
	return (double)(now_ns() - start);
}

/* ----------------------------------------------------------------- figures */

enum contender {
	RECORDED,
	STAMPED,
	FRESH,
	OURS,
	_CONTENDERS_N,
};

static double once(enum contender who, struct ours *o, struct hand *h)
{
	switch (who) {
	case OURS:
		return ours_once(o);
	case FRESH:
		return hand_fresh(h);
	case STAMPED:
		return hand_recorded(h, h->stamped);
	default:
		return hand_recorded(h, h->recorded);
	}
}

static void take_turns(struct ours *o, struct hand *h, double latencies[][LATENCIES])
{
	unsigned int turn, i, at;
	unsigned int who;
	double ns;

	for (turn = 0; turn < TURNS; turn++)
		for (who = 0; who < _CONTENDERS_N; who++)
			for (i = 0; i < TURN; i++) {
				ns = once(who, o, h);
				at = turn * (TURN - TURN_LEFT_OUT) + i - TURN_LEFT_OUT;
				if (i >= TURN_LEFT_OUT)
					latencies[who][at] = ns;
			}
}

/* Return: our median. */
static double race_latency(struct ours *o, struct hand *h)
{
	static const char *const columns[] = { "empty launch, submit to completion", "median µs",
					       "99th", "times (wanted)" };
	static const char *const names[] = { "by hand, recorded once",
					     "by hand, recorded once, timestamps",
					     "by hand, recorded each time", "daemon/vgpu/vulkan" };
	static double latencies[_CONTENDERS_N][LATENCIES];
	double p50[_CONTENDERS_N], least;
	unsigned int who;

	take_turns(o, h, latencies);
	for (who = 0; who < _CONTENDERS_N; who++)
		p50[who] = median(latencies[who], LATENCIES); /* sorts */
	least = p50[FRESH] < p50[RECORDED] ? p50[FRESH] : p50[RECORDED];
	figure_head("Launch overhead", columns, ARRAY_LENGTH(columns));
	for (who = 0; who < _CONTENDERS_N; who++) {
		printf("| %s | %.1f | %.1f | %.2f", names[who], p50[who] / 1e3,
		       latencies[who][LATENCIES * 99 / 100] / 1e3, p50[who] / least);
		if (who == OURS)
			printf(" %s (%.1f)",
			       verdict_name(figure_at_most(p50[who] / least, WANT_OVERHEAD)),
			       WANT_OVERHEAD);
		printf(" |\n");
	}
	return p50[OURS];
}

static bool counted(struct ours *o, struct hand *h, uint32_t want)
{
	uint32_t ours[ELEMENTS], hand[ELEMENTS];
	struct gpu_error error;
	unsigned int i;

	if (gpu_buffer_read(o->data, 0, ours, sizeof(ours), &error))
		die("gpu_buffer_read", error.text);
	rawvk_download(h->rv, &h->data, hand);
	for (i = 0; i < ELEMENTS; i++)
		if (ours[i] != want || hand[i] != want)
			return false;
	return true;
}

static void race_rate(struct ours *o, struct hand *h, double one_ns)
{
	static const char *const columns[] = { "10,000 launches in flight", "launches/s",
					       "times one at a time (wanted)" };
	double ours[BATCHES], hand[BATCHES], ours_ns, hand_ns;
	unsigned int i;

	rawvk_fill(h->rv, &h->data, 0);
	ours_many(o); /* warm-up: makes the pipeline, too */
	hand_many(h);
	for (i = 0; i < BATCHES; i++) {
		ours[i] = ours_many(o);
		hand[i] = hand_many(h);
	}
	ours_ns = median(ours, BATCHES) / IN_FLIGHT;
	hand_ns = median(hand, BATCHES) / IN_FLIGHT;
	figure_head("Launch rate, each launch after the one before", columns,
		    ARRAY_LENGTH(columns));
	printf("| by hand, one command buffer | %.0f | %.1f |\n", 1e9 / hand_ns, one_ns / hand_ns);
	printf("| daemon/vgpu/vulkan | %.0f | %.1f", 1e9 / ours_ns, one_ns / ours_ns);
	if (!h->rv->software)
		printf(" %s (%d)", verdict_name(figure_at_least(one_ns / ours_ns, WANT_RATE)),
		       WANT_RATE);
	printf(" |\n");
	if (!counted(o, h, (BATCHES + 1) * IN_FLIGHT)) {
		printf("\nWRONG: launches were lost or ran out of order\n");
		figure_at_most(1, 0);
	}
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "gpu", required_argument, NULL, 'g' },
		{ 0 },
	};
	const char *selector = "auto";
	struct ours empty, increment;
	struct hand hand_empty, hand_increment;
	struct gpu_error error;
	struct rawvk rv;
	struct gpu *gpu;
	double one_ns;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c != 'g')
			return 2;
		selector = optarg;
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "usage: %s [--gpu N] FOLDER\n", argv[0]);
		return 2;
	}
	rawvk_init(&rv, &(struct rawvk_options){ .gpu = strcmp(selector, "auto") != 0
								? (int)number(selector)
								: -1 });
	if (gpu_open(selector, NULL, &gpu, &error))
		die("gpu_open", error.text);
	if (strcmp(gpu_get_info(gpu)->name, rv.properties.deviceName) != 0)
		die("the two sides found different GPUs", "name one by --gpu N");
	machine_line(stdout, rv.properties.deviceName, rv.driver);

	ours_init(&empty, gpu, argv[optind], "empty", 0);
	ours_init(&increment, gpu, argv[optind], "increment", ELEMENTS);
	hand_init(&hand_empty, &rv, argv[optind], "empty", 0);
	hand_init(&hand_increment, &rv, argv[optind], "increment", ELEMENTS);
	one_ns = race_latency(&empty, &hand_empty);
	race_rate(&increment, &hand_increment, one_ns);

	hand_deinit(&hand_increment);
	hand_deinit(&hand_empty);
	ours_deinit(&increment);
	ours_deinit(&empty);
	gpu_close(gpu);
	rawvk_deinit(&rv);
	return figure_misses() ? 1 : 0;
}
