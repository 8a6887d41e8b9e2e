// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The other tests once more, under the Khronos validation layer with its checks of
 * synchronisation, which must have nothing to say. They are looked for beside this
 * program. Without the layer (package vulkan-validationlayers) this is skipped.
 *
 * check: timeout=400 variants=gcc quick=no
 */
#include "daemon/vgpu/vulkan/test-support.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "daemon/vgpu/vulkan/gpu-private.h"

#define LAYER "VK_LAYER_KHRONOS_validation"
/* Set for the child that makes one. */
#define MISTAKE "PXOS_TEST_MISTAKE"

static void need_layer(void)
{
	VkLayerProperties *layers;
	bool found = false;
	uint32_t n = 0;

	if (volkInitialize()) {
		printf("skipped: no Vulkan loader\n");
		exit(77);
	}
	assert(!vkEnumerateInstanceLayerProperties(&n, NULL));
	layers = calloc(n + 1, sizeof(*layers));
	assert(layers && !vkEnumerateInstanceLayerProperties(&n, layers));
	for (uint32_t i = 0; i < n; i++)
		found |= !strcmp(layers[i].layerName, LAYER);
	free(layers);
	if (!found) {
		printf("skipped: no %s here: install vulkan-validationlayers\n", LAYER);
		exit(77);
	}
}

/* Return: its exit status, with what it said in @log. */
static int run(const char *program, const char *log)
{
	int status;
	pid_t pid;

	pid = fork();
	assert(pid >= 0);
	if (!pid) {
		int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		/* The layer and its reports go to standard output, ours to standard error. */
		setenv("VK_INSTANCE_LAYERS", LAYER, 1);
		setenv("VK_LAYER_ENABLES",
		       "VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT", 1);
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0)
			execl(program, program, (char *)NULL);
		_exit(127);
	}
	assert(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static bool is_clean(const char *log)
{
	char line[4096];
	bool clean = true;
	FILE *file;

	file = fopen(log, "re");
	assert(file);
	while (fgets(line, sizeof(line), file)) {
		/* The two ways in which layers of any age begin a report. */
		if (!strstr(line, "VUID-") && !strstr(line, "SYNC-HAZARD"))
			continue;
		fputs(line, stderr);
		clean = false;
	}
	fclose(file);
	return clean;
}

/* A mistake of which the layer must tell, or its silence means nothing. */
static void mistake(void)
{
	struct gpu *gpu = test_open(NULL);
	const VkBufferCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = 16, /* and no usage */
	};
	VkBuffer buffer = VK_NULL_HANDLE;

	if (!gpu->vk.vkCreateBuffer(gpu->device, &info, NULL, &buffer))
		gpu->vk.vkDestroyBuffer(gpu->device, buffer, NULL);
	gpu_close(gpu);
}

int main(void)
{
	static const char *const names[] = { "test-buffer", "test-launch", "test-pipeline" };
	char log[4096], self[4096], program[4200];
	int fd, failed = 0;
	ssize_t n;

	if (getenv(MISTAKE)) {
		mistake();
		return 0;
	}
	need_layer();
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert(n > 0);
	self[n] = '\0';
	snprintf(log, sizeof(log), "%s/log-XXXXXX", getenv("TMPDIR") ?: "/tmp");
	fd = mkstemp(log);
	assert(fd >= 0);
	close(fd);

	setenv(MISTAKE, "1", 1);
	assert(run(self, log) == 0);
	unsetenv(MISTAKE);
	fprintf(stderr, "one mistake on purpose:\n");
	assert(!is_clean(log));

	for (size_t i = 0; i < TEST_N(names); i++) {
		int r;

		snprintf(program, sizeof(program), "%.*s/%s", (int)(strrchr(self, '/') - self),
			 self, names[i]);
		r = run(program, log);
		if (r == 77) {
			printf("skipped: %s is\n", names[i]);
			unlink(log);
			return 77;
		}
		if (r || !is_clean(log)) {
			fprintf(stderr, "%s: exit status %d\n", names[i], r);
			failed = 1;
		}
	}
	unlink(log);
	return failed;
}
