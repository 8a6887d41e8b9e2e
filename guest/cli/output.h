/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_OUTPUT_H
#define PXOS_CLI_OUTPUT_H

#include "common/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct job;
struct job_array;
struct json_writer;

bool output_is(const struct job_array *array);
void output_print(FILE *stream, const struct job_array *array, bool all);
void output_json(struct json_writer *json, const char *key, const struct job_array *array);

/* Files that --output asked for. */
struct output_file {
	char *name;
	const char *file; /* as given */
	bool json;
	struct file_writer writer;
};

struct output_files {
	struct output_file *list;
	size_t n;
};

int output_files_add(struct output_files *files, const char *text);
int output_files_open(struct output_files *files, const struct job *job);
int output_files_write(struct output_files *files, const struct job *job);
const struct output_file *output_files_find(const struct output_files *files, const char *name);
void output_files_deinit(struct output_files *files);

#endif
