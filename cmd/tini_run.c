/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/signal_name.h"
#include "cmd/tini.h"
#include "os/pidfd.h"
#include "os/proc.h"
#include "os/signals.h"
#include "os/terminal.h"

/* With these tini ends; as sh has it where the program cannot be executed. */
#define STATUS_FAILED         1
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND      127
#define STATUS_SIGNALLED      128

/*
 * Signals of the program's own mistakes end it as they would end anything, and
 * those of the terminal are only to stop nobody who writes there.
 */
static void
choose_signals(sigset_t *passed)
{
	static const int own[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT,
		SIGTRAP, SIGSYS };
	sigset_t mistakes;

	signals_forwardable(passed);
	sigemptyset(&mistakes);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		sigdelset(passed, own[i]);
		sigaddset(&mistakes, own[i]);
	}
	sigdelset(passed, SIGTTIN);
	sigdelset(passed, SIGTTOU);
	sigaddset(passed, SIGCHLD);
	(void)sigprocmask(SIG_UNBLOCK, &mistakes, NULL);
}

/* A group of its own, in the foreground if that was ours. 0 or -errno. */
static int
set_apart(bool foreground)
{
	if (setpgid(0, 0) == -1)
		return -errno;
	return foreground ? terminal_set_foreground(STDIN_FILENO, getpid()) : 0;
}

static _Noreturn void
be_program(const struct tini *tini, const struct signals *signals,
    bool foreground)
{
	int status = STATUS_FAILED;
	int error = set_apart(foreground);

	if (error == 0)
		error = signals_restore(signals);
	if (error < 0) {
		tini_say(tini, TINI_FATAL, "cannot begin: %s",
		    strerror(-error));
		_exit(status);
	}
	(void)execvp(tini->argv[0], tini->argv);
	if (errno == ENOENT)
		status = STATUS_NOT_FOUND;
	else if (errno == EACCES)
		status = STATUS_NOT_EXECUTABLE;
	tini_say(tini, TINI_FATAL, "exec %s failed: %s", tini->argv[0],
	    strerror(errno));
	_exit(status);
}

/* False: it cannot go on. */
static bool
pass_on(const struct tini *tini, pid_t program, int signo)
{
	char name[SIGNAL_NAME_SIZE];

	tini_say(tini, TINI_DEBUG, "passing on SIG%s",
	    signal_name(signo, name));
	if (kill(tini->group ? -program : program, signo) == 0)
		return true;
	if (errno == ESRCH) {
		tini_say(tini, TINI_WARN,
		    "the program had ended when SIG%s came", name);
		return true;
	}
	tini_say(tini, TINI_FATAL, "cannot pass on SIG%s: %s", name,
	    strerror(errno));
	return false;
}

/* The status for an end of the program. */
static int
status_of(const struct tini *tini, const struct process_end *end)
{
	char name[SIGNAL_NAME_SIZE];
	int status = end->status;

	if (end->by_signal) {
		tini_say(tini, TINI_INFO, "the program was ended by SIG%s",
		    signal_name(end->status, name));
		status = (STATUS_SIGNALLED + end->status) % 256;
	} else {
		tini_say(tini, TINI_INFO, "the program ended with status %d",
		    status);
	}
	return tini->fine[status] ? 0 : status;
}

/* Reaps whatever has ended. -1, or the status of the program. */
static int
reap(const struct tini *tini, pid_t program)
{
	struct process_end end;
	int status = -1;
	pid_t pid;

	while (process_reap_any(&pid, &end) == 1) {
		tini_say(tini, TINI_DEBUG, "reaped pid %d", (int)pid);
		if (pid == program)
			status = status_of(tini, &end);
		else if (tini->warns)
			tini_say(tini, TINI_WARN,
			    "reaped zombie process with pid=%d", (int)pid);
	}
	return status;
}

/* Whether all is as asked for before there is a program. */
static bool
prepare(const struct tini *tini)
{
	int reaper = 0, error;

	if (tini->parent != 0 && prctl(PR_SET_PDEATHSIG, tini->parent) == -1) {
		tini_say(tini, TINI_FATAL, "cannot have -p: %s",
		    strerror(errno));
		return false;
	}
	if (tini->reaper) {
		error = proc_adopt_orphans();
		if (error < 0) {
			tini_say(tini, TINI_FATAL, "cannot adopt orphans: %s",
			    strerror(-error));
			return false;
		}
		tini_say(tini, TINI_TRACE, "orphans are adopted");
	}
	if (getpid() != 1 &&
	    (prctl(PR_GET_CHILD_SUBREAPER, &reaper) == -1 || reaper == 0))
		tini_say(tini, TINI_WARN,
		    "not the first process: zombie reaping won't work without "
		    "-s or TINI_SUBREAPER");
	return true;
}

int
tini_run(const struct tini *tini)
{
	struct signals signals;
	sigset_t passed;
	int status = -1, signo, error;
	pid_t program;
	bool foreground;

	error = signals_block(&signals);
	if (error < 0) {
		tini_say(tini, TINI_FATAL, "cannot begin: %s",
		    strerror(-error));
		return STATUS_FAILED;
	}
	choose_signals(&passed);
	if (!prepare(tini))
		return STATUS_FAILED;
	foreground = terminal_foreground(STDIN_FILENO) == getpgrp();
	program = fork();
	if (program == 0)
		be_program(tini, &signals, foreground);
	if (program == -1) {
		tini_say(tini, TINI_FATAL, "cannot fork: %s", strerror(errno));
		return STATUS_FAILED;
	}
	/* The same as the child does: a signal to its group may come first. */
	(void)setpgid(program, program);
	tini_say(tini, TINI_INFO, "started %s with pid %d", tini->argv[0],
	    (int)program);
	while (status < 0) {
		signo = sigwaitinfo(&passed, NULL);
		if (signo > 0 && signo != SIGCHLD &&
		    !pass_on(tini, program, signo))
			return STATUS_FAILED;
		status = reap(tini, program);
	}
	return status;
}
