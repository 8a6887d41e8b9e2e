/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * --output NAME=FILE[:raw|json]: arrays into files.
 *
 * Files are opened before the program runs, so that a wrong path costs nothing, and
 * all are written before any of them gets its name, so that a full disk leaves none behind. JSON if the file's name ends in .json or it is asked for, else
 * raw elements, which --arg NAME=@FILE takes again. FILE "-" is standard output.
 */
#include "guest/cli/output.h"

#include "common/cleanup.h"
#include "common/file.h"
#include "common/nearest.h"
#include "guest/cli/backend.h"
#include "guest/cli/bind.h"
#include "guest/cli/cli.h"
#include "guest/cli/json-writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/**
 * output_files_add() - take NAME=FILE[:FORMAT].
 *
 * Return: 0, CLI_E_USAGE, -ENOMEM.
 */
int output_files_add(struct output_files *files, const char *text)
{
	size_t length = strcspn(text, "=");
	struct output_file *list = realloc(files->list, (files->n + 1) * sizeof(*list));
	struct output_file *file;
	char *path, *colon;

	if (!list)
		return -ENOMEM;
	files->list = list;
	if (length == 0 || !text[length] || !text[length + 1])
		return usage_say("--output takes NAME=FILE, not '%s'", text);

	/* One copy holds both. */
	file = &list[files->n];
	*file = (struct output_file){ .name = strdup(text), .writer = FILE_WRITER_NULL };
	if (!file->name)
		return -ENOMEM;
	file->name[length] = 0;
	path = file->name + length + 1;
	length = strlen(path);
	file->json = length >= 5 && strcmp(path + length - 5, ".json") == 0;
	colon = strrchr(path, ':');
	if (colon && (strcmp(colon, ":raw") == 0 || strcmp(colon, ":json") == 0)) {
		file->json = strcmp(colon, ":json") == 0;
		*colon = 0;
	}
	file->file = path;
	files->n++;
	if (output_files_find(files, file->name) != file)
		return usage_say("--output names '%s' twice", file->name);
	return 0;
}

const struct output_file *output_files_find(const struct output_files *files, const char *name)
{
	for (size_t i = 0; i < files->n; i++)
		if (strcmp(files->list[i].name, name) == 0)
			return &files->list[i];
	return NULL;
}

static int check_names(const struct output_files *files, const struct job *job)
{
	for (size_t i = 0; i < files->n; i++) {
		const char *name = files->list[i].name;
		const struct job_array *array = job_find_array(job, name);
		struct nearest nearest;

		if (array && output_is(array))
			continue;
		if (array)
			return error_say("--output: the program stores nothing to '%s'", name);
		nearest_init(&nearest, name, strlen(name));
		for (size_t a = 0; a < job->n_arrays; a++)
			if (output_is(&job->arrays[a]))
				nearest_try(&nearest, job->arrays[a].name);
		return error_say("--output: no output '%s'%s%s%s", name,
				 nearest.best ? "; did you mean '" : "",
				 nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
	}
	return 0;
}

static int write_json(struct file_writer *writer, const struct job_array *array)
{
	cleanup_free char *text = NULL;
	struct json_writer json;
	size_t bytes;
	FILE *stream = open_memstream(&text, &bytes);

	if (!stream)
		return -ENOMEM;
	json_writer_init(&json, stream);
	output_json(&json, NULL, array);
	if (fclose(stream) != 0)
		return -ENOMEM;
	return file_writer_write(writer, text, bytes);
}

static int write_raw(struct file_writer *writer, const struct job_array *array)
{
	size_t bytes = (size_t)array->length * pxos_type_bytes(array->type);

	return array->length ? file_writer_write(writer, array->data, bytes) : 0;
}

/**
 * output_files_open() - check names and open files; before the run, not after it.
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int output_files_open(struct output_files *files, const struct job *job)
{
	int r;

	r = check_names(files, job);
	for (size_t i = 0; r == 0 && i < files->n; i++) {
		r = file_writer_open(&files->list[i].writer, files->list[i].file);
		if (r)
			r = error_say_errno(r, "cannot write %s", files->list[i].file);
	}
	return r;
}

/**
 * output_files_write() - write all files, or none.
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int output_files_write(struct output_files *files, const struct job *job)
{
	int r;

	for (size_t i = 0; i < files->n; i++) {
		struct output_file *file = &files->list[i];
		const struct job_array *array = job_find_array(job, file->name);

		r = file->json ? write_json(&file->writer, array) : write_raw(&file->writer, array);
		if (r)
			return error_say_errno(r, "cannot write %s", file->file);
	}
	for (size_t i = 0; i < files->n; i++) {
		r = file_writer_commit(&files->list[i].writer);
		if (r)
			return error_say_errno(r, "cannot write %s", files->list[i].file);
	}
	return 0;
}

void output_files_deinit(struct output_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		file_writer_deinit(&files->list[i].writer);
		free(files->list[i].name);
	}
	free(files->list);
	*files = (struct output_files){ 0 };
}
