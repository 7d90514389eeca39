/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os_left.h"

#define FDS 2048

/* What has not come to its next check after so long hangs. */
#define TIMEOUT_SECONDS 120

static bool open_at_start[FDS];

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

void
left_start(void)
{
	int fd;

	(void)alarm(TIMEOUT_SECONDS);
	CHECK(fd_clean(-1) == 0);
	for (fd = 0; fd < FDS; fd++)
		open_at_start[fd] = is_open(fd);
}

void
left_check(void)
{
	siginfo_t info;
	int fd;

	(void)alarm(TIMEOUT_SECONDS);
	for (fd = 0; fd < FDS; fd++) {
		if (is_open(fd) == open_at_start[fd])
			continue;
		(void)fprintf(stderr, "descriptor %d is %s\n", fd,
		    is_open(fd) ? "left open" : "closed");
		exit(1);
	}
	info.si_pid = 0;
	CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1);
	CHECK(errno == ECHILD);
}
