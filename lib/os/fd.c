/* SPDX-License-Identifier: ISC */
#include <sys/types.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"

/* Where the search for inherited descriptors ends if nothing else says. */
#define UNKNOWN_LIMIT 65536

/* Room for "/proc/self/fd/N". */
#define LINK_SIZE 64

/* The read end of a pipe that nobody writes to. */
static int
open_empty_pipe(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return -errno;
	fd_close(&ends[1]);
	return ends[0];
}

/* For sandboxes that do not know close_range. */
static void
close_up_to_limit(int keep)
{
	struct rlimit limit = { .rlim_cur = UNKNOWN_LIMIT };
	int fd, last;

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	last = limit.rlim_cur < UNKNOWN_LIMIT ? (int)limit.rlim_cur :
						UNKNOWN_LIMIT;
	for (fd = STDERR_FILENO + 1; fd < last; fd++)
		if (fd != keep)
			(void)close(fd);
}

static void
close_one_by_one(int keep)
{
	const struct dirent *entry;
	char *end;
	DIR *dir;
	long fd;

	dir = opendir("/proc/self/fd");
	if (dir == NULL) {
		close_up_to_limit(keep);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		fd = strtol(entry->d_name, &end, 10);
		if (*end == '\0' && fd > STDERR_FILENO && fd != keep &&
		    fd != dirfd(dir))
			(void)close((int)fd);
	}
	(void)closedir(dir);
}

void
fd_close(int *fd)
{
	/* Not to be repeated on EINTR: Linux has freed the number by then. */
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
}

int
fd_raise(int *fd)
{
	int error = 0, raised;

	if (*fd >= FD_FIRST) {
		if (fcntl(*fd, F_SETFD, FD_CLOEXEC) == -1) {
			error = -errno;
			fd_close(fd);
		}
		return error;
	}
	raised = fcntl(*fd, F_DUPFD_CLOEXEC, FD_FIRST);
	if (raised == -1) /* EINVAL: the limit is below FD_FIRST */
		error = errno == EINVAL ? -EMFILE : -errno;
	fd_close(fd);
	*fd = raised;
	return error;
}

int
fd_null(void)
{
	int error, fd;

	fd = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		fd = open_empty_pipe();
	if (fd < 0)
		return fd;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

static bool
close_between(int first, unsigned last)
{
	return (unsigned)first > last ||
	    close_range((unsigned)first, last, 0) == 0;
}

int
fd_pipe(int ends[2], int ours)
{
	int error;

	ends[0] = ends[1] = -1;
	if (pipe2(ends, O_CLOEXEC) == -1)
		return -errno;
	error = fd_raise(&ends[0]);
	if (error == 0)
		error = fd_raise(&ends[1]);
	if (error == 0 && fcntl(ends[ours], F_SETFL, O_NONBLOCK) == -1)
		error = -errno;
	if (error < 0) {
		fd_close(&ends[0]);
		fd_close(&ends[1]);
	}
	return error;
}

void
fd_close_others(int keep)
{
	bool closed = close_between(STDERR_FILENO + 1,
	    keep == -1 ? ~0U : (unsigned)keep - 1);

	if (keep != -1)
		closed = close_between(keep + 1, ~0U) && closed;
	if (!closed)
		close_one_by_one(keep);
}

int
fd_clean(int keep)
{
	int error = 0, fd, null = -1;

	fd_close_others(keep);
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			continue;
		if (null == -1)
			null = fd_null();
		if (null < 0)
			return null;
		if (dup2(null, fd) == -1) {
			error = -errno;
			break;
		}
	}
	fd_close(&null);
	return error;
}

int
fd_reopen(int fd, int flags)
{
	char link[LINK_SIZE];
	int error, own;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	own = open(link, flags | O_NOCTTY | O_CLOEXEC);
	if (own == -1)
		return -errno;
	error = fd_raise(&own);
	return error < 0 ? error : own;
}

struct iovec
fd_iovec(const void *bytes, size_t len)
{
	struct iovec part = { .iov_len = len };

	/* Its pointer is not const, as it is for reading too. */
	memcpy(&part.iov_base, &bytes, sizeof(bytes));
	return part;
}

int
fd_limit_raise(struct rlimit *original)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return -errno;
	*original = limit;
	if (limit.rlim_cur == limit.rlim_max)
		return 0;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == -1 ? -errno : 0;
}
