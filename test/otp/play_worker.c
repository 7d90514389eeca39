/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * usage: play-worker FILE PLAN TERM
 *
 * A worker of play-live. FILE counts its starts, of which PLAN has a letter
 * for each: o (ok), f (fail) or i (ignore); the last one repeats. It is ready
 * when it has written a newline to descriptor 3.
 *
 * SIGRTMIN, queued with a value, ends it: with that status or, less than 0,
 * by that signal. Other signals are orders of others: TERM to stop, USR1 to
 * crash, USR2 to end normally. TERM, the argument, is what it does then:
 *
 *	die		what the signal does; USR2 is ignored
 *	trap		end as it was told
 *	ignore		nothing
 *	delay:MS	end as it was told after some time
 *	exit:VALUE	end so
 */

#define READY_FD 3

/* Never returns: with that status, or by that signal. */
static _Noreturn void
end(int value)
{
	sigset_t set;

	if (value >= 0)
		_exit(value);
	signal(-value, SIG_DFL);
	raise(-value);
	sigemptyset(&set);
	sigaddset(&set, -value);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(99);
}

static char
plan_of_this_start(const char *file, const char *plan)
{
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	size_t len = strlen(plan);
	struct stat stat;
	size_t nth;

	if (fd == -1 || write(fd, ".", 1) != 1 || fstat(fd, &stat) == -1)
		_exit(98);
	close(fd);
	nth = (size_t)stat.st_size - 1;
	return plan[nth < len ? nth : len - 1];
}

static _Noreturn void
obey(int signo, const char *term)
{
	struct timespec time;
	long ms;

	if (strncmp(term, "exit:", 5) == 0)
		end(atoi(term + 5));
	if (strncmp(term, "delay:", 6) == 0) {
		ms = atol(term + 6);
		time.tv_sec = ms / 1000;
		time.tv_nsec = ms % 1000 * 1000000;
		nanosleep(&time, NULL);
	}
	end(signo == SIGUSR2 ? 0 : -signo);
}

/* The signals that this takes, of those that are all blocked at the start. */
static void
prepare(const char *term, sigset_t *taken)
{
	static const int orders[] = { SIGTERM, SIGUSR1, SIGUSR2 };

	sigemptyset(taken);
	sigaddset(taken, SIGRTMIN);
	for (int i = 0; i < 3; i++) {
		if (strcmp(term, "ignore") == 0 ||
		    (strcmp(term, "die") == 0 && orders[i] == SIGUSR2))
			signal(orders[i], SIG_IGN);
		else if (strcmp(term, "die") != 0)
			sigaddset(taken, orders[i]);
	}
	sigprocmask(SIG_SETMASK, taken, NULL);
}

int
main(int argc, char *argv[])
{
	siginfo_t info;
	sigset_t taken;
	char plan;

	if (argc != 4)
		return 97;
	plan = plan_of_this_start(argv[1], argv[2]);
	if (plan != 'o')
		return plan == 'f';
	prepare(argv[3], &taken);
	/* Where it was ready when it was executed there is no such one. */
	if (write(READY_FD, "\n", 1) == 1)
		close(READY_FD);
	while (sigwaitinfo(&taken, &info) == -1)
		;
	if (info.si_signo == SIGRTMIN)
		end(info.si_value.sival_int);
	obey(info.si_signo, argv[3]);
}
