/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/detach.h"
#include "cmd/options.h"
#include "os/fd.h"

/* Who waits for the start. */
struct wait {
	pid_t pid;   /* of the new process */
	int pipe;    /* from it */
	int signals; /* signalfd */
	int stop;    /* the signal that was passed on, or 0 */
	bool told;   /* something was printed */
};

static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

bool
detach_keeps_stderr(void)
{
	return is_file(STDERR_FILENO);
}

static void
let_go_of_terminal(void)
{
	int null = fd_null();

	(void)setsid();
	if (null < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fd == STDIN_FILENO || !is_file(fd))
			(void)dup2(null, fd);
	fd_close(&null);
}

/* Prints what has come; true when everything has started. */
static bool
take_text(struct wait *wait, const char *bytes, size_t len)
{
	size_t text = strnlen(bytes, len);

	wait->told = wait->told || text > 0;
	/* A file has it already: the new process keeps that. */
	if (!is_file(STDERR_FILENO))
		fwrite(bytes, 1, text, stderr);
	return text < len;
}

/* A stop is for the new process as well. */
static void
take_signal(struct wait *wait)
{
	struct signalfd_siginfo signal;
	int signo;

	while (signals_read(wait->signals, &signal) == 1) {
		signo = (int)signal.ssi_signo;
		if (signo != SIGINT && signo != SIGTERM && signo != SIGQUIT &&
		    signo != SIGHUP)
			continue;
		wait->stop = signo;
		/* SIGHUP would mean another thing there. */
		(void)kill(wait->pid, signo == SIGHUP ? SIGTERM : signo);
	}
}

/* Waits until it has started: true; or has ended: false. */
static bool
await(struct wait *wait)
{
	struct pollfd fds[] = {
		{ .fd = wait->pipe, .events = POLLIN },
		{ .fd = wait->signals, .events = POLLIN },
	};
	char bytes[4096];
	ssize_t n;

	for (;;) {
		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			return false;
		if (fds[1].revents != 0)
			take_signal(wait);
		if (fds[0].revents == 0)
			continue;
		n = read(wait->pipe, bytes, sizeof(bytes));
		if (n == 0 || (n == -1 && errno != EINTR))
			return false;
		if (n > 0 && take_text(wait, bytes, (size_t)n))
			return true;
	}
}

/* The status of the new process, which ends. */
static int
status_of(const struct wait *wait)
{
	int status;

	while (waitpid(wait->pid, &status, 0) == -1)
		if (errno != EINTR)
			return STATUS_FAILED;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

static _Noreturn void
wait_for_start(const struct globals *globals, pid_t pid, int pipe)
{
	struct wait wait = { .pid = pid, .pipe = pipe };
	sigset_t set;
	int status;

	signals_forwardable(&set);
	wait.signals = signals_open(&set);
	if (await(&wait))
		exit(STATUS_OK);
	status = status_of(&wait);
	if (wait.stop != 0) {
		(void)signals_restore(globals->signals);
		signals_raise(wait.stop);
	}
	if (!wait.told && status != STATUS_OK)
		complain("it could not be started; without -d it says why");
	exit(status);
}

int
detach(const struct globals *globals)
{
	int ends[2], error;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return -errno;
	error = fd_raise(&ends[1]);
	if (error < 0) {
		fd_close(&ends[0]);
		return error;
	}
	pid = fork();
	if (pid == -1) {
		error = -errno;
		fd_close(&ends[0]);
		fd_close(&ends[1]);
		return error;
	}
	if (pid > 0) {
		fd_close(&ends[1]);
		wait_for_start(globals, pid, ends[0]);
	}
	fd_close(&ends[0]);
	let_go_of_terminal();
	return ends[1];
}
