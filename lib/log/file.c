/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "log/file.h"
#include "os/fd.h"

#define MODE      0644
#define MODE_BITS (S_ISUID | S_ISGID | S_ISVTX | S_IRWXU | S_IRWXG | S_IRWXO)
#define FLAGS \
	(O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* Room for PATH.NUMBER, and for PATH.new. */
#define NAME_SIZE (PATH_MAX + 16)

static int
raised(int fd)
{
	int error;

	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

int
file_open(const char *path, int64_t *size)
{
	int fd = raised(open(path, FLAGS, MODE));
	struct stat st;

	*size = 0;
	if (fd >= 0 && fstat(fd, &st) == 0)
		*size = st.st_size;
	return fd;
}

static const char *
numbered(char name[static NAME_SIZE], const char *path, uint32_t number)
{
	snprintf(name, NAME_SIZE, "%s.%" PRIu32, path, number);
	return name;
}

/*
 * The lowest number that is free, at most `keep`: after being killed amid a
 * rotation it is not the one behind the last.
 */
static uint32_t
first_free(const char *path, uint32_t keep)
{
	char name[NAME_SIZE];
	uint32_t number = 1;

	while (number < keep && access(numbered(name, path, number), F_OK) == 0)
		number++;
	return number;
}

/* A second name for what PATH is, as the first of the old ones. */
static int
keep_old(const char *path, uint32_t keep)
{
	char name[NAME_SIZE], next[NAME_SIZE];

	if (keep == 0)
		return 0;
	for (uint32_t i = first_free(path, keep); i > 1; i--)
		if (rename(numbered(name, path, i - 1),
			numbered(next, path, i)) == -1)
			return -errno;
	(void)unlink(numbered(name, path, 1));
	if (link(path, name) == 0 || errno == ENOENT)
		return 0;
	/* Where there are no second names it is without one for a moment. */
	return rename(path, name) == -1 ? -errno : 0;
}

/* Owner and mode are those of `old`, as far as that may be. */
static void
be_alike(int fd, int old)
{
	struct stat st;

	if (fstat(old, &st) == -1)
		return;
	if (fchown(fd, st.st_uid, st.st_gid) == -1)
		st.st_mode &= ~(mode_t)(S_ISUID | S_ISGID);
	(void)fchmod(fd, st.st_mode & MODE_BITS);
}

int
file_rotate(const char *path, int old, uint32_t keep)
{
	char fresh[NAME_SIZE];
	int error, fd;

	/* The folder may be somebody's who has put something there for us. */
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	(void)unlink(fresh);
	fd = raised(open(fresh, FLAGS | O_EXCL | O_NOFOLLOW, MODE));
	if (fd < 0)
		return fd;
	be_alike(fd, old);
	error = keep_old(path, keep);
	if (error == 0 && rename(fresh, path) == -1)
		error = -errno;
	if (error < 0) {
		(void)unlink(fresh);
		fd_close(&fd);
	}
	return error < 0 ? error : fd;
}
