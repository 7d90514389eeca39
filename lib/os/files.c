/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/files.h"

/* What a file is at least given room for: those of /proc have size 0. */
#define FIRST_SIZE 4096

static int
check_regular(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	return S_ISREG(st->st_mode) ? 0 : -EINVAL;
}

/*
 * Reads all of `fd` into file->bytes, which has room for `room` bytes and
 * grows; a file may grow while it is read, so that only its end tells.
 */
static int
read_bytes(int fd, size_t room, size_t size_max, struct file *file)
{
	char *grown;
	ssize_t n;

	for (;;) {
		grown = realloc(file->bytes, room + 1);
		if (grown == NULL)
			return -ENOMEM;
		file->bytes = grown;

		do {
			n = read(fd, file->bytes + file->size,
			    room - file->size);
		} while (n == -1 && errno == EINTR);
		if (n == -1)
			return -errno;
		file->size += (size_t)n;
		if (file->size > size_max)
			return -EFBIG;
		if (n == 0) {
			file->bytes[file->size] = '\0';
			return 0;
		}
		if (file->size == room)
			room *= 2;
	}
}

static int
read_open(int fd, size_t size_max, struct file *file)
{
	struct stat st;
	size_t room;
	int error;

	if (fstat(fd, &st) == -1)
		return -errno;
	error = check_regular(&st);
	if (error < 0)
		return error;
	if (st.st_size > 0 && (uintmax_t)st.st_size > size_max)
		return -EFBIG;

	/* One more than the size: the last read is to find the end. */
	room = (size_t)st.st_size + 1;
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	file->uid = st.st_uid;
	file->gid = st.st_gid;
	file->mode = st.st_mode;
	return read_bytes(fd, room < FIRST_SIZE ? FIRST_SIZE : room, size_max,
	    file);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
glob_error(int result)
{
	switch (result) {
	case 0:
	case GLOB_NOMATCH:
		return 0;
	case GLOB_NOSPACE:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

/* What glob() allocates can be freed by nobody else. */
static int
copy_names(const glob_t *found, struct names *names)
{
	size_t i;

	names->paths = calloc(found->gl_pathc + 1, sizeof(char *));
	if (names->paths == NULL)
		return -ENOMEM;
	for (i = 0; i < found->gl_pathc; i++) {
		names->paths[i] = strdup(found->gl_pathv[i]);
		if (names->paths[i] == NULL)
			return -ENOMEM;
		names->count++;
	}
	qsort(names->paths, names->count, sizeof(char *), compare_names);
	return 0;
}

int
file_read(const char *path, size_t size_max, struct file *file)
{
	struct file fresh = { .bytes = NULL };
	int error, fd;

	/* O_NONBLOCK: a FIFO without a writer would make open() wait. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return -errno;
	error = read_open(fd, size_max, &fresh);
	fd_close(&fd);
	if (error < 0) {
		file_free(&fresh);
		return error;
	}
	*file = fresh;
	return 0;
}

void
file_free(struct file *file)
{
	free(file->bytes);
	*file = (struct file){ .bytes = NULL };
}

int
names_match(const char *pattern, struct names *names)
{
	struct names fresh = { .paths = NULL };
	glob_t found = { .gl_pathc = 0 };
	int error;

	error = glob_error(glob(pattern, GLOB_NOSORT, NULL, &found));
	if (error == 0)
		error = copy_names(&found, &fresh);
	globfree(&found);
	if (error < 0) {
		names_free(&fresh);
		return error;
	}
	*names = fresh;
	return 0;
}

void
names_free(struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->paths[i]);
	free(names->paths);
	*names = (struct names){ .paths = NULL };
}
