/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os_left.h"

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static bool
closes_on_execve(int fd)
{
	return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

/* Runs a case in a process of its own: it spoils the standard descriptors. */
static void
apart(void (*run)(void))
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		run();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void
raises(void)
{
	int fd, same;

	fd = open("/dev/null", O_RDWR);
	CHECK(fd >= 0 && fd < FD_FIRST);
	CHECK(fd_raise(&fd) == 0);
	CHECK(fd >= FD_FIRST && closes_on_execve(fd));
	CHECK(!is_open(FD_SLOT));

	same = fd;
	CHECK(fcntl(fd, F_SETFD, 0) == 0);
	CHECK(fd_raise(&fd) == 0 && fd == same && closes_on_execve(fd));
	fd_close(&fd);
	fd_close(&fd);
	CHECK(fd == -1 && !is_open(same));

	fd = same;
	CHECK(fd_raise(&fd) == -EBADF && fd == -1);
	OK("a descriptor of our own is above the slots");
}

static void
null_is_empty(void)
{
	char byte;
	int fd;

	fd = fd_null();
	CHECK(fd >= FD_FIRST && closes_on_execve(fd));
	CHECK(read(fd, &byte, 1) == 0);
	CHECK(write(fd, "x", 1) == 1);
	fd_close(&fd);
	OK("nothing can be read and anything written");
}

static void
keep_standard_only(void)
{
	int fd;

	for (fd = 3; fd < 200; fd++)
		CHECK(dup2(STDERR_FILENO, fd) == fd);
	CHECK(fd_clean(-1) == 0);
	for (fd = 3; fd < 200; fd++)
		CHECK(!is_open(fd));
	for (fd = 0; fd < 3; fd++)
		CHECK(is_open(fd) && !closes_on_execve(fd));
	CHECK(dup2(STDERR_FILENO, 70) == 70 && dup2(STDERR_FILENO, 71) == 71);
	CHECK(fd_clean(71) == 0);
	CHECK(!is_open(70) && is_open(71));
}

static void
keep_one(int keep)
{
	for (int fd = 3; fd < 200; fd++)
		CHECK(dup2(STDERR_FILENO, fd) == fd);
	fd_close_others(keep);
	for (int fd = 3; fd < 200; fd++)
		CHECK(is_open(fd) == (fd == keep));
	CHECK(is_open(0) && is_open(1) && is_open(2));
}

static void
keep_some_one(void)
{
	keep_one(3);
	keep_one(100);
	keep_one(199);
}

static void
open_missing(void)
{
	char byte;

	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	CHECK(fd_clean(-1) == 0);
	CHECK(is_open(0) && is_open(1) && is_open(2) && !is_open(3));
	CHECK(!closes_on_execve(0) && !closes_on_execve(1));
	CHECK(read(STDIN_FILENO, &byte, 1) == 0);
	CHECK(write(STDOUT_FILENO, "x", 1) == 1);
}

static void
open_all_missing(void)
{
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	(void)close(STDERR_FILENO);
	if (fd_clean(-1) != 0 || !is_open(0) || !is_open(1) || !is_open(2) ||
	    is_open(3) || is_open(FD_FIRST))
		_exit(1);
}

static void
raise_limit(void)
{
	struct rlimit limit = { 40, 64 }, original;

	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(fd_limit_raise(&original) == 0);
	CHECK(original.rlim_cur == 40 && original.rlim_max == 64);
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(limit.rlim_cur == 64 && limit.rlim_max == 64);

	CHECK(fd_limit_raise(&original) == 0);
	CHECK(original.rlim_cur == 64 && original.rlim_max == 64);
}

static void
pipes(void)
{
	int ends[2];
	char c;

	CHECK(fd_pipe(ends, 0) == 0);
	CHECK(ends[0] >= FD_FIRST && closes_on_execve(ends[0]));
	CHECK(ends[1] >= FD_FIRST && closes_on_execve(ends[1]));
	CHECK(read(ends[0], &c, 1) == -1 && errno == EAGAIN);
	CHECK((fcntl(ends[1], F_GETFL) & O_NONBLOCK) == 0);
	CHECK(write(ends[1], "x", 1) == 1 && read(ends[0], &c, 1) == 1);
	fd_close(&ends[0]);
	fd_close(&ends[1]);

	CHECK(fd_pipe(ends, 1) == 0);
	CHECK((fcntl(ends[0], F_GETFL) & O_NONBLOCK) == 0);
	CHECK((fcntl(ends[1], F_GETFL) & O_NONBLOCK) != 0);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("of a pipe our end does not block, the other one may");
}

int
main(void)
{
	left_start();
	raises();
	pipes();
	null_is_empty();
	apart(keep_standard_only);
	OK("U14: no inherited descriptor above 2 stays open");
	apart(keep_some_one);
	OK("all are closed but one");
	apart(open_missing);
	apart(open_all_missing);
	OK("standard descriptors that are missing are opened");
	apart(raise_limit);
	OK("the soft limit on open files is raised to the hard one");
	left_check();
	return 0;
}
