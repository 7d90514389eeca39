/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/behind.h"
#include "engine/guardian.h"
#include "os/fd.h"

pid_t
behind_fork(struct behind *behind, const struct globals *globals, int signals,
    int *caller)
{
	int ends[2], error;
	pid_t pid;

	error = fd_pipe(ends, 0);
	if (error < 0)
		return error;
	fflush(stdout);
	fflush(stderr);
	pid = fork();
	if (pid == -1) {
		error = -errno;
		fd_close(&ends[0]);
		fd_close(&ends[1]);
		return error;
	}
	if (pid == 0) {
		fd_close(&ends[0]);
		*caller = ends[1];
		return 0;
	}
	fd_close(&ends[1]);
	*behind = (struct behind){
		.pid = pid,
		.told = ends[0],
		.signals = signals,
		.hup = !signals_ignored(globals->signals, SIGHUP),
	};
	return pid;
}

static void
take_bytes(struct behind *behind, const char *bytes, size_t len)
{
	static const char words[] = { CALLER_STARTED, CALLER_STOPS };

	while (len > 0) {
		size_t text = 0;

		while (text < len && memchr(words, bytes[text], 2) == NULL)
			text++;
		behind->said = behind->said || text > 0;
		if (!behind->silent)
			fwrite(bytes, 1, text, stderr);
		if (text == len)
			return;
		behind->stops = bytes[text] == CALLER_STOPS;
		behind->started = behind->started || !behind->stops;
		bytes += text + 1;
		len -= text + 1;
	}
}

void
behind_take(struct behind *behind)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(behind->told, bytes, sizeof(bytes))) > 0)
		take_bytes(behind, bytes, (size_t)n);
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		fd_close(&behind->told);
}

static bool
says_stop(const struct behind *behind, int signo)
{
	return signo == SIGINT || signo == SIGTERM || signo == SIGQUIT ||
	    (signo == SIGHUP && behind->hup);
}

/* A stop is for the new process as well. */
static void
take_signals(struct behind *behind)
{
	struct signalfd_siginfo signal;
	int signo;

	while (signals_read(behind->signals, &signal) == 1) {
		signo = (int)signal.ssi_signo;
		if (!says_stop(behind, signo))
			continue;
		behind->stop = signo;
		/* SIGHUP would mean another thing there. */
		(void)kill(behind->pid, signo == SIGHUP ? SIGTERM : signo);
	}
}

static void
await(struct behind *behind)
{
	struct pollfd fds[] = {
		{ .fd = behind->told, .events = POLLIN },
		{ .fd = behind->signals, .events = POLLIN },
	};

	if (poll(fds, 2, -1) == -1)
		return;
	if (fds[1].revents != 0)
		take_signals(behind);
	if (fds[0].revents != 0)
		behind_take(behind);
}

bool
behind_await_start(struct behind *behind)
{
	while (!behind->started && behind->told != -1)
		await(behind);
	return behind->started;
}

void
behind_end(struct behind *behind)
{
	/* A second one would end everything at once. */
	bool asked = behind->stop != 0;

	while (behind->told != -1) {
		if (!asked && !behind->stops) {
			(void)kill(behind->pid, SIGTERM);
			asked = true;
		}
		await(behind);
	}
}

int
behind_status(const struct behind *behind)
{
	int status;

	while (waitpid(behind->pid, &status, 0) == -1)
		if (errno != EINTR)
			return STATUS_FAILED;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

void
behind_die(const struct behind *behind, const struct globals *globals)
{
	(void)signals_restore(globals->signals);
	signals_raise(behind->stop);
}
