/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os/signals.h"
#include "os_left.h"

static struct signals signals;

static bool
is_ignored(int signo)
{
	struct sigaction action;

	CHECK(sigaction(signo, NULL, &action) == 0);
	return action.sa_handler == SIG_IGN;
}

static bool
is_blocked(int signo)
{
	sigset_t mask;

	CHECK(sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
	return sigismember(&mask, signo) == 1;
}

static void
keeps_and_restores(void)
{
	struct signals before;
	sigset_t mask;

	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGUSR2);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);

	CHECK(signals_block(&before) == 0);
	CHECK(signals_ignored(&before, SIGHUP));
	CHECK(signals_ignored(&before, SIGCHLD));
	CHECK(!signals_ignored(&before, SIGPIPE));
	CHECK(!is_ignored(SIGCHLD) && is_ignored(SIGPIPE));
	CHECK(is_blocked(SIGTERM) && is_blocked(SIGRTMAX));

	CHECK(signals_restore(&before) == 0);
	CHECK(is_ignored(SIGHUP) && is_ignored(SIGCHLD));
	CHECK(!is_ignored(SIGPIPE));
	CHECK(is_blocked(SIGUSR2) && !is_blocked(SIGTERM));

	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&mask);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	OK("U14: mask and ignored signals are kept and put back");
}

static void
reads_from_descriptor(void)
{
	struct signalfd_siginfo signal;
	sigset_t set;
	int fd;

	signals_forwardable(&set);
	fd = signals_open(&set);
	CHECK(fd >= FD_FIRST && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(signals_read(fd, &signal) == 0);
	(void)kill(getpid(), SIGTERM);
	(void)kill(getpid(), SIGRTMIN + 3);
	(void)kill(getpid(), SIGSEGV);
	CHECK(signals_read(fd, &signal) == 1);
	CHECK(signal.ssi_signo == SIGSEGV);
	CHECK(signals_read(fd, &signal) == 1);
	CHECK(signal.ssi_signo == SIGTERM);
	CHECK(signal.ssi_pid == (uint32_t)getpid());
	CHECK(signals_read(fd, &signal) == 1);
	CHECK(signal.ssi_signo == (uint32_t)SIGRTMIN + 3);
	CHECK(signals_read(fd, &signal) == 0);
	fd_close(&fd);
	OK("U11: signals are read, real-time ones included");
}

static void
forwards_what_can_be_caught(void)
{
	static const int kept[] = { SIGKILL, SIGSTOP, SIGCHLD, SIGPIPE };
	sigset_t set;
	size_t i;

	signals_forwardable(&set);
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		CHECK(sigismember(&set, kept[i]) == 0);
	CHECK(sigismember(&set, SIGTERM) == 1);
	CHECK(sigismember(&set, SIGWINCH) == 1);
	CHECK(sigismember(&set, SIGRTMIN) == 1);
	CHECK(sigismember(&set, SIGRTMAX) == 1);
	OK("U11: what can be caught can be passed on");
}

/* Blocked and ignored at the same time, as under nohup. */
static void
ignored_is_still_read(void)
{
	struct signalfd_siginfo info;
	sigset_t set;
	int fd;

	(void)signal(SIGHUP, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	fd = signals_open(&set);
	CHECK(fd >= 0);
	(void)kill(getpid(), SIGHUP);
	CHECK(signals_read(fd, &info) == 1 && info.ssi_signo == SIGHUP);
	fd_close(&fd);
	(void)signal(SIGHUP, SIG_DFL);
	OK("an ignored signal is seen; that it was ignored is known");
}

static void
write_to_nobody(void)
{
	int ends[2];

	CHECK(pipe(ends) == 0);
	fd_close(&ends[0]);
	CHECK(write(ends[1], "x", 1) == -1 && errno == EPIPE);
	fd_close(&ends[1]);
	OK("a reader that went away is an error, not a signal");
}

static int
status_of(void (*run)(void))
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		run();
		_exit(7);
	}
	CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	if (WIFSTOPPED(status)) {
		CHECK(WSTOPSIG(status) == SIGSTOP);
		CHECK(kill(pid, SIGCONT) == 0);
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(WEXITSTATUS(status) == 7);
	}
	return status;
}

static void
raise_term(void)
{
	signals_raise(SIGTERM);
}

static void
raise_pipe(void)
{
	signals_raise(SIGPIPE);
}

static void
raise_stop(void)
{
	signals_raise(SIGSTOP);
}

static void
raise_winch(void)
{
	signals_raise(SIGWINCH);
	CHECK(is_blocked(SIGWINCH) && is_ignored(SIGPIPE));
}

static void
ends_by_signal(void)
{
	int status;

	status = status_of(raise_term);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	status = status_of(raise_pipe);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
	CHECK(WEXITSTATUS(status_of(raise_winch)) == 7);
	CHECK(WEXITSTATUS(status_of(raise_stop)) == 7);
	OK("U15: the program can end and stop by a signal that it blocks");
}

int
main(void)
{
	left_start();
	keeps_and_restores();
	CHECK(signals_block(&signals) == 0);
	reads_from_descriptor();
	forwards_what_can_be_caught();
	ignored_is_still_read();
	write_to_nobody();
	ends_by_signal();
	left_check();
	return 0;
}
