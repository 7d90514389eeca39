/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os/files.h"
#include "os_left.h"

#define BIG_SIZE 100000

static char folder[] = "/tmp/os_files.XXXXXX";

/* The path of a file in the test's folder; the last one is overwritten. */
static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
create(const char *name, const char *bytes, size_t size)
{
	int fd;

	fd = open(path_of(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd != -1);
	CHECK(write(fd, bytes, size) == (ssize_t)size);
	CHECK(fchmod(fd, 0640) == 0);
	fd_close(&fd);
}

static void delete (const char *name)
{
	CHECK(unlink(path_of(name)) == 0);
}

static void
reads_file(void)
{
	struct file file;
	struct stat st;

	create("a.conf", "worker\0x", 8);
	CHECK(file_read(path_of("a.conf"), 8, &file) == 0);
	CHECK(stat(path_of("a.conf"), &st) == 0);
	CHECK(file.size == 8 && memcmp(file.bytes, "worker\0x", 9) == 0);
	CHECK(file.dev == st.st_dev && file.ino == st.st_ino);
	CHECK(file.uid == getuid() && file.gid == st.st_gid);
	CHECK(file.mode == (S_IFREG | 0640));
	file_free(&file);
	file_free(&file);
	CHECK(file_read(path_of("a.conf"), 7, &file) == -EFBIG);
	delete ("a.conf");

	create("empty", "", 0);
	CHECK(file_read(path_of("empty"), 0, &file) == 0);
	CHECK(file.size == 0 && file.bytes[0] == '\0');
	file_free(&file);
	delete ("empty");
	OK("a file is read whole, with whose it is");
}

static void
reads_big_file(void)
{
	static char bytes[BIG_SIZE];
	struct file file;

	memset(bytes, 'b', sizeof(bytes));
	create("big", bytes, sizeof(bytes));
	CHECK(file_read(path_of("big"), BIG_SIZE, &file) == 0);
	CHECK(file.size == BIG_SIZE);
	CHECK(memcmp(file.bytes, bytes, BIG_SIZE) == 0);
	file_free(&file);
	delete ("big");

	/* Of size 0, and longer than what is read at first. */
	CHECK(file_read("/proc/self/smaps", 1 << 20, &file) == 0);
	CHECK(file.size > 4096 && strlen(file.bytes) == file.size);
	file_free(&file);
	CHECK(file_read("/proc/self/smaps", 4096, &file) == -EFBIG);
	OK("a file may be longer than it says");
}

static void
refuses(void)
{
	struct file file;

	CHECK(file_read(folder, 100, &file) == -EISDIR);
	CHECK(file_read(path_of("nosuch"), 100, &file) == -ENOENT);
	CHECK(file_read("/dev/zero", 100, &file) == -EINVAL);
	CHECK(mkfifo(path_of("fifo"), 0600) == 0);
	CHECK(file_read(path_of("fifo"), 100, &file) == -EINVAL);
	delete ("fifo");
	OK("what is no file is refused, and never waited for");
}

static void
matches(void)
{
	struct names names;

	create("b.conf", "", 0);
	create("B.conf", "", 0);
	create("a.conf", "", 0);
	create("a.txt", "", 0);
	CHECK(names_match(path_of("*.conf"), &names) == 0);
	CHECK(names.count == 3 && names.paths[3] == NULL);
	CHECK(strcmp(names.paths[0], path_of("B.conf")) == 0);
	CHECK(strcmp(names.paths[1], path_of("a.conf")) == 0);
	CHECK(strcmp(names.paths[2], path_of("b.conf")) == 0);
	names_free(&names);
	names_free(&names);
	CHECK(names_match(path_of("*.none"), &names) == 0);
	CHECK(names.count == 0 && names.paths[0] == NULL);
	names_free(&names);
	delete ("b.conf");
	delete ("B.conf");
	delete ("a.conf");
	delete ("a.txt");
	OK("names that match come sorted by their bytes");
}

int
main(void)
{
	left_start();
	CHECK(mkdtemp(folder) != NULL);
	reads_file();
	reads_big_file();
	refuses();
	matches();
	CHECK(rmdir(folder) == 0);
	left_check();
	return 0;
}
