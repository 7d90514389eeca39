/* SPDX-License-Identifier: ISC */
#include <sys/signalfd.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/signals.h"

/* Sets the action of `signo` and forgets its flags. */
static int
set_action(int signo, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	(void)sigemptyset(&action.sa_mask);
	return sigaction(signo, &action, NULL) == -1 ? -errno : 0;
}

static int
restore_action(const struct signals *signals, int signo)
{
	return set_action(signo,
	    signals_ignored(signals, signo) ? SIG_IGN : SIG_DFL);
}

/* The signals that are ignored now. */
static void
read_ignored(sigset_t *ignored)
{
	struct sigaction action;
	int signo;

	(void)sigemptyset(ignored);
	for (signo = 1; signo <= SIGRTMAX; signo++) {
		/* Fails for the numbers that the C library keeps. */
		if (sigaction(signo, NULL, &action) == 0 &&
		    action.sa_handler == SIG_IGN)
			(void)sigaddset(ignored, signo);
	}
}

int
signals_block(struct signals *signals)
{
	sigset_t all;
	int error;

	(void)sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, &signals->mask) == -1)
		return -errno;
	read_ignored(&signals->ignored);
	error = set_action(SIGCHLD, SIG_DFL);
	if (error == 0)
		error = set_action(SIGPIPE, SIG_IGN);
	return error;
}

int
signals_restore(const struct signals *signals)
{
	int error;

	error = restore_action(signals, SIGCHLD);
	if (error == 0)
		error = restore_action(signals, SIGPIPE);
	if (error == 0 && sigprocmask(SIG_SETMASK, &signals->mask, NULL) == -1)
		error = -errno;
	return error;
}

bool
signals_ignored(const struct signals *signals, int signo)
{
	return sigismember(&signals->ignored, signo) == 1;
}

void
signals_forwardable(sigset_t *set)
{
	(void)sigfillset(set);
	(void)sigdelset(set, SIGKILL);
	(void)sigdelset(set, SIGSTOP);
	(void)sigdelset(set, SIGCHLD);
	(void)sigdelset(set, SIGPIPE);
}

int
signals_open(const sigset_t *set)
{
	int error, fd;

	fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

int
signals_read(int fd, struct signalfd_siginfo *signal)
{
	ssize_t n;

	do {
		n = read(fd, signal, sizeof(*signal));
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN ? 0 : -errno;
	return n == (ssize_t)sizeof(*signal) ? 1 : -EIO;
}

void
signals_raise(int signo)
{
	struct sigaction before;
	sigset_t mask, one;

	(void)sigaction(signo, NULL, &before);
	(void)set_action(signo, SIG_DFL);
	(void)sigemptyset(&one);
	(void)sigaddset(&one, signo);
	(void)kill(getpid(), signo);
	(void)sigprocmask(SIG_UNBLOCK, &one, &mask);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)sigaction(signo, &before, NULL);
}
