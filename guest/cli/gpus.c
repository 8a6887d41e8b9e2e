/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of GPUs, for people and as JSON.
 *
 * The index at the front, the PCI address and any part of the name are what --gpu takes.
 */
#include "guest/cli/gpus.h"

#include "common/cleanup.h"
#include "guest/cli/backend.h"
#include "guest/cli/cli.h"
#include "guest/cli/json-writer.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define GIB (1024.0 * 1024 * 1024)

static void show_text(const struct backend_gpu *gpus, size_t n)
{
	int name_width = 4;

	for (size_t i = 0; i < n; i++) {
		int name = (int)strlen(gpus[i].name);

		name_width = name > name_width ? name : name_width;
	}
	printf("%-5s  %-*s  %-12s  %-10s  %10s  %s\n", "INDEX", name_width, "NAME", "PCI", "TYPE",
	       "MEMORY", "DRIVER");
	for (size_t i = 0; i < n; i++)
		printf("%-5zu  %-*s  %-12s  %-10s  %6.1f GiB  %s%s\n", i, name_width, gpus[i].name,
		       gpus[i].pci, gpus[i].software ? "software" : gpus[i].type,
		       (double)gpus[i].memory_bytes / GIB, gpus[i].driver,
		       gpus[i].usable ? "" : " (not usable: needs Vulkan 1.1 with compute)");
}

static void show_json(const struct backend_gpu *gpus, size_t n)
{
	struct json_writer json;

	json_writer_init(&json, stdout);
	json_object(&json, NULL, true);
	json_array(&json, "gpus", true);
	for (size_t i = 0; i < n; i++) {
		json_object(&json, NULL, false);
		json_uint(&json, "index", i);
		json_text(&json, "name", gpus[i].name);
		json_text(&json, "pci", strcmp(gpus[i].pci, "none") == 0 ? NULL : gpus[i].pci);
		json_text(&json, "type", gpus[i].type);
		json_bool(&json, "software", gpus[i].software);
		json_bool(&json, "usable", gpus[i].usable);
		json_uint(&json, "memory_bytes", gpus[i].memory_bytes);
		json_text(&json, "driver", gpus[i].driver);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
}

/** gpus_show() - Return: 0, CLI_E_SAID (none at all), -ENOMEM. */
int gpus_show(bool json)
{
	cleanup_free struct backend_gpu *gpus = calloc(BACKEND_GPUS_MAX, sizeof(*gpus));
	size_t n;
	int r;

	if (!gpus)
		return -ENOMEM;
	r = backend_list(gpus, &n);
	if (r)
		return r;
	if (json)
		show_json(gpus, n);
	else
		show_text(gpus, n);
	return 0;
}
