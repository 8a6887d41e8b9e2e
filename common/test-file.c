/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef NDEBUG
#include "common/cleanup.h"
#include "common/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

static unsigned int entries_in(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned int n = 0;

	assert(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2; /* . and .. */
}

static void put(const char *path, const char *text)
{
	struct file_writer writer = FILE_WRITER_NULL;

	assert(file_writer_open(&writer, path) == 0);
	assert(file_writer_write(&writer, text, strlen(text)) == 0);
	assert(file_writer_commit(&writer) == 0);
	file_writer_deinit(&writer);
}

static void expect(const char *path, const char *text)
{
	cleanup_free char *data = NULL;
	size_t bytes;

	assert(file_read(path, 1000, &data, &bytes) == 0);
	assert(bytes == strlen(text));
	assert(memcmp(data, text, bytes) == 0);
}

static void test_read_bounds(void)
{
	cleanup_free char *data = NULL;
	size_t bytes = 77;

	put("five", "12345");
	assert(file_read("five", 4, &data, &bytes) == FILE_E_TOO_LARGE);
	assert(!data && bytes == 77);
	assert(file_read("five", 5, &data, &bytes) == 0);
	assert(bytes == 5);
	free(steal(&data));

	put("empty", "");
	assert(file_read("empty", 0, &data, &bytes) == 0);
	assert(data && bytes == 0);

	free(steal(&data));
	assert(file_read("absent", 5, &data, &bytes) == -ENOENT);
	assert(file_read(".", 5, &data, &bytes) == -EISDIR);
	assert(file_read("/dev/zero", 100000, &data, &bytes) == FILE_E_TOO_LARGE);
	assert(!data);
}

static void test_write_replaces_whole(void)
{
	struct file_writer writer = FILE_WRITER_NULL;
	struct stat st;

	put("out", "old");
	assert(chmod("out", 0640) == 0);
	assert(file_writer_open(&writer, "out") == 0);
	assert(file_writer_write(&writer, "new, longer", 11) == 0);
	expect("out", "old");
	file_writer_deinit(&writer); /* never committed */
	expect("out", "old");

	put("out", "new");
	expect("out", "new");
	assert(stat("out", &st) == 0);
	assert((st.st_mode & 0777) == 0640);
	assert(entries_in(".") == 3);
}

static void test_write_follows_links(void)
{
	struct stat st;

	assert(symlink("out", "link") == 0);
	put("link", "through");
	expect("out", "through");
	assert(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
}

static void test_write_devices_in_place(void)
{
	struct file_writer writer = FILE_WRITER_NULL;
	struct stat st;

	assert(file_writer_open(&writer, "/dev/full") == 0);
	assert(file_writer_write(&writer, "x", 1) == -ENOSPC);
	file_writer_deinit(&writer);
	assert(stat("/dev/full", &st) == 0 && S_ISCHR(st.st_mode));

	put("/dev/null", "x");
	assert(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
}

static void test_write_refused(void)
{
	struct file_writer writer = FILE_WRITER_NULL;

	assert(file_writer_open(&writer, ".") == -EISDIR);
	file_writer_deinit(&writer);
	assert(file_writer_open(&writer, "no-folder/out") == -ENOENT);
	file_writer_deinit(&writer);
	assert(file_writer_open(&writer, "out/under") == -ENOTDIR);
	file_writer_deinit(&writer);
}

int main(void)
{
	char folder[] = "/tmp/test-file.XXXXXX";
	const char *const names[] = { "five", "empty", "out", "link" };

	assert(mkdtemp(folder));
	assert(chdir(folder) == 0);

	test_read_bounds();
	test_write_replaces_whole();
	test_write_follows_links();
	test_write_devices_in_place();
	test_write_refused();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert(unlink(names[i]) == 0);
	assert(chdir("/") == 0);
	assert(rmdir(folder) == 0);
	return 0;
}
