/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whole files, read and written.
 *
 * Reading is bounded by the caller, takes pipes and devices as well as files,
 * and never trusts a size that stat() gives: the file may grow meanwhile.
 *
 * Writing goes to a temporary file in the same folder, which takes the name at
 * commit; until then, and if anything fails, what stood there before stays. Two
 * kinds of target cannot be replaced by a rename without doing harm: devices and
 * pipes (as root, the rename would delete /dev/null). They are written in place.
 * A symbolic link is followed, so that the link stays a link.
 */
#include "common/file.h"

#include "common/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, size_t bytes_max, char **ret_data, size_t *ret_bytes)
{
	cleanup_free char *data = NULL;
	size_t room = 0, used = 0;

	for (;;) {
		ssize_t n;

		if (used == room) {
			char *grown;

			room = room ? room * 2 : 65536;
			/* One byte over the bound tells "just fits" from "too large". */
			if (room > bytes_max)
				room = bytes_max + 1;
			grown = realloc(data, room);
			if (!grown)
				return -ENOMEM;
			data = grown;
		}

		n = read(fd, data + used, room - used);
		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > bytes_max)
			return FILE_E_TOO_LARGE;
	}

	*ret_data = steal(&data);
	*ret_bytes = used;
	return 0;
}

/**
 * file_read() - read a whole file.
 * @path: its name; "-" is standard input.
 * @bytes_max: the most to take, below SIZE_MAX.
 * @ret_data: to be freed; never NULL on success, not ended by a zero byte.
 *
 * Return: 0, FILE_E_TOO_LARGE, or a negative errno (-EISDIR for a folder).
 */
int file_read(const char *path, size_t bytes_max, char **ret_data, size_t *ret_bytes)
{
	cleanup_fd int fd = -1;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, bytes_max, ret_data, ret_bytes);

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return read_all(fd, bytes_max, ret_data, ret_bytes);
}

static mode_t umask_now(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

static int open_temporary(struct file_writer *writer, mode_t mode)
{
	const char *slash = strrchr(writer->path, '/');
	int folder_len = slash ? (int)(slash - writer->path) + 1 : 0;
	cleanup_free char *name = NULL;
	cleanup_fd int fd = -1;

	if (asprintf(&name, "%.*s.%s.XXXXXX", folder_len, writer->path, writer->path + folder_len) <
	    0) {
		name = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) < 0) {
		int r = -errno;

		unlink(name);
		return r;
	}
	writer->temporary = steal(&name);
	writer->fd = steal_fd(&fd);
	return 0;
}

static int open_in_place(struct file_writer *writer)
{
	writer->fd = open(writer->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return writer->fd < 0 ? -errno : 0;
}

/**
 * file_writer_open() - begin to write @path.
 * @writer: FILE_WRITER_NULL before; needs file_writer_deinit() after, also on failure.
 *
 * Return: 0 or a negative errno.
 */
int file_writer_open(struct file_writer *writer, const char *path)
{
	struct stat st;

	writer->path = realpath(path, NULL);
	if (!writer->path && errno == ENOENT)
		writer->path = strdup(path); /* new, or a link to nowhere */
	if (!writer->path)
		return -errno;

	if (stat(writer->path, &st) < 0)
		return errno == ENOENT ? open_temporary(writer, 0666 & ~umask_now()) : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return open_in_place(writer);
	if (access(writer->path, W_OK) < 0)
		return -errno;
	return open_temporary(writer, st.st_mode & 07777);
}

/** file_writer_write() - Return: 0 or a negative errno. */
int file_writer_write(struct file_writer *writer, const void *data, size_t bytes)
{
	const char *p = data;

	while (bytes > 0) {
		ssize_t n = write(writer->fd, p, bytes);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		p += n;
		bytes -= (size_t)n;
	}
	return 0;
}

/**
 * file_writer_commit() - give the file its name; @writer is then finished.
 *
 * Return: 0 or a negative errno, the old file then being as it was.
 */
int file_writer_commit(struct file_writer *writer)
{
	/* Some file systems tell that they are full only now. */
	if (writer->temporary && fsync(writer->fd) < 0)
		return -errno;
	if (close(writer->fd) < 0) {
		writer->fd = -1;
		return -errno;
	}
	writer->fd = -1;
	if (writer->temporary) {
		if (rename(writer->temporary, writer->path) < 0)
			return -errno;
		free(writer->temporary);
		writer->temporary = NULL;
	}
	return 0;
}

/** file_writer_deinit() - what was not committed is as if it had never begun. */
void file_writer_deinit(struct file_writer *writer)
{
	if (writer->fd >= 0)
		close(writer->fd);
	if (writer->temporary)
		unlink(writer->temporary);
	free(writer->temporary);
	free(writer->path);
	*writer = (struct file_writer)FILE_WRITER_NULL;
}
