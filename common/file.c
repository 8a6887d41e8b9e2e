/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whole files, read and written.
 *
 * Reading is bounded by the caller, takes pipes and devices as well as files,
 * and never trusts a size that stat() gives: the file may grow meanwhile.
 *
 * Writing goes to a file without a name in the same folder, which takes the name at
 * commit; until then, and if anything fails, what stood there before stays, and a
 * process that is killed leaves nothing behind. Where a file system has no
 * files without names, a hidden one stands in. Devices and pipes are written in
 * place: a rename would replace them (as root, delete /dev/null). A symbolic link
 * is followed, so that the link stays a link.
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
	size_t room = 0, used = 0, first = 65536;
	struct stat st;

	/* One read is enough where the size is as stat() says; nothing depends on it. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uintmax_t)st.st_size < bytes_max)
		first = (size_t)st.st_size + 1;

	for (;;) {
		ssize_t n;

		if (used == room) {
			char *grown;

			room = room ? room * 2 : first;
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

/* Length of the folder's part of @path, its slash included. */
static int folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path) + 1 : 0;
}

/* A hidden name beside @path, its last characters to be replaced. */
static char *hidden_name(const char *path)
{
	int length = folder_length(path);
	char *name;

	return asprintf(&name, "%.*s.%s.XXXXXX", length, path, path + length) < 0 ? NULL : name;
}

/* Return: 0, or a negative errno: do without. */
static int open_nameless(struct file_writer *writer)
{
	int length = folder_length(writer->path);
	cleanup_free char *folder = length ? strndup(writer->path, (size_t)length) : strdup(".");
	cleanup_fd int fd = -1;
	char link[32];

	if (!folder)
		return -ENOMEM;
	fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	/* It gets its name through /proc, which early in a boot is not there. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (access(link, F_OK) < 0)
		return -errno;
	writer->fd = steal_fd(&fd);
	writer->nameless = true;
	return 0;
}

static int open_hidden(struct file_writer *writer)
{
	cleanup_free char *name = hidden_name(writer->path);

	if (!name)
		return -ENOMEM;
	writer->fd = mkostemp(name, O_CLOEXEC);
	if (writer->fd < 0)
		return -errno;
	writer->temporary = steal(&name);
	return 0;
}

static int open_temporary(struct file_writer *writer, mode_t mode)
{
	int r;

	r = open_nameless(writer);
	if (r)
		r = open_hidden(writer);
	if (r)
		return r;
	return fchmod(writer->fd, mode) < 0 ? -errno : 0;
}

static int open_in_place(struct file_writer *writer)
{
	writer->fd = open(writer->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return writer->fd < 0 ? -errno : 0;
}

/**
 * file_writer_open() - begin to write @path; "-" is standard output.
 * @writer: FILE_WRITER_NULL before; needs file_writer_deinit() after, also on failure.
 *
 * Return: 0 or a negative errno.
 */
int file_writer_open(struct file_writer *writer, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		writer->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
		return writer->fd < 0 ? -errno : 0;
	}
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

/* Give a file without a name a hidden one. */
static int name_nameless(struct file_writer *writer)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", writer->fd);
	for (;;) {
		cleanup_free char *name = hidden_name(writer->path);
		int fd;

		if (!name)
			return -ENOMEM;
		/* Only for the name: it is free again for a moment, hence the loop. */
		fd = mkostemp(name, O_CLOEXEC);
		if (fd < 0)
			return -errno;
		close(fd);
		unlink(name);
		if (linkat(AT_FDCWD, link, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) {
			writer->temporary = steal(&name);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
}

/**
 * file_writer_commit() - give the file its name; @writer is then finished.
 *
 * Return: 0 or a negative errno, the old file then being as it was.
 */
int file_writer_commit(struct file_writer *writer)
{
	bool in_place = !writer->nameless && !writer->temporary;
	int r;

	/* Some file systems tell that they are full only now. */
	if (!in_place && fsync(writer->fd) < 0)
		return -errno;
	if (writer->nameless) {
		r = name_nameless(writer);
		if (r)
			return r;
	}
	if (close(steal_fd(&writer->fd)) < 0)
		return -errno;
	if (!in_place) {
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
