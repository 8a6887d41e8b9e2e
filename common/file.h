/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMMON_FILE_H
#define PXOS_COMMON_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum file_code {
	_FILE_E_SUCCESS,
	/* More bytes than the caller allowed. */
	FILE_E_TOO_LARGE,
};

int file_read(const char *path, size_t bytes_max, char **ret_data, size_t *ret_bytes);

/* A file being written: all of it appears under its name, or nothing does. */
struct file_writer {
	int fd;
	char *path; /* the name it will have, links followed */
	char *temporary; /* its hidden name until then */
	bool nameless; /* it has none yet; neither: written in place, see file.c */
};

#define FILE_WRITER_NULL \
	{                \
		.fd = -1 \
	}

int file_writer_open(struct file_writer *writer, const char *path);
int file_writer_write(struct file_writer *writer, const void *data, size_t bytes);
int file_writer_commit(struct file_writer *writer);
void file_writer_deinit(struct file_writer *writer);

#endif
