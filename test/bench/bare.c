/* SPDX-License-Identifier: ISC */
/*
 * The bare loop: what restarting N children costs when nothing but the kernel
 * is paid for. It spawns as supervise does, watches pidfds with epoll, reaps
 * with waitid(P_PIDFD), restarts at once, and has no policy, no names and no
 * records. Everything else is measured against it.
 *
 *	bare together|reverse N PROGRAM
 *
 * SIGTERM stops it: `together` signals all children and then reaps them;
 * `reverse` signals and reaps one after the other, the youngest first.
 */
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BARE_STACK_SIZE = 16384,
	BARE_BATCH = 64,
	BARE_FIRST_FD = 3 /* a child keeps the descriptors below */
};

/* The event of the signalfd; those of children carry their index. */
static const uint64_t BARE_SIGNAL = UINT64_MAX;

struct bare {
	int *pidfd; /* of child i, or -1; owned */
	size_t nchildren;
	size_t nrunning;
	int epoll_fd;
	struct rlimit files; /* as it was at the start, for the children */
	char **argv;
};

static _Alignas(16) char bare_stack[BARE_STACK_SIZE];

/*
 * Runs in the memory of the parent, which waits: system calls only. The
 * first of them leaves the parent's descriptor table for a private one of
 * three, instead of copying and closing thousands.
 */
static int
child_main(void *arg)
{
	const struct bare *b = arg;
	sigset_t none;

	if (syscall(SYS_close_range, BARE_FIRST_FD, ~0U, CLOSE_RANGE_UNSHARE) ==
	    -1)
		_exit(127);
	sigemptyset(&none);
	if (setpgid(0, 0) == -1 || setrlimit(RLIMIT_NOFILE, &b->files) == -1 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) == -1)
		_exit(127);
	execve(b->argv[0], b->argv, environ);
	_exit(127);
}

static void
spawn(struct bare *b, size_t idx)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = idx };
	pid_t pid;
	int fd;

	pid = clone(child_main, bare_stack + sizeof(bare_stack),
	    CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, b);
	if (pid == -1)
		err(1, "clone");
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd == -1)
		err(1, "pidfd_open");
	if (epoll_ctl(b->epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		err(1, "epoll_ctl");
	b->pidfd[idx] = fd;
	b->nrunning++;
}

static void
reap(struct bare *b, size_t idx)
{
	siginfo_t info;

	if (waitid(P_PIDFD, (id_t)b->pidfd[idx], &info, WEXITED) == -1)
		err(1, "waitid");
	close(b->pidfd[idx]);
	b->pidfd[idx] = -1;
	b->nrunning--;
}

static void
terminate(const struct bare *b, size_t idx)
{
	if (syscall(SYS_pidfd_send_signal, b->pidfd[idx], SIGTERM, NULL, 0) ==
	    -1)
		err(1, "pidfd_send_signal");
}

/* Handles one batch of events. False once SIGTERM has come. */
static bool
turn(struct bare *b, bool restart)
{
	struct epoll_event events[BARE_BATCH];
	int n;

	n = epoll_wait(b->epoll_fd, events, BARE_BATCH, -1);
	if (n == -1)
		err(1, "epoll_wait");
	for (int i = 0; i < n; i++) {
		if (events[i].data.u64 == BARE_SIGNAL)
			return false;
		reap(b, (size_t)events[i].data.u64);
		if (restart)
			spawn(b, (size_t)events[i].data.u64);
	}
	return true;
}

static void
stop_together(struct bare *b)
{
	for (size_t i = 0; i < b->nchildren; i++)
		if (b->pidfd[i] != -1)
			terminate(b, i);
	while (b->nrunning > 0)
		(void)turn(b, false);
}

static void
stop_reverse(struct bare *b)
{
	for (size_t i = b->nchildren; i-- > 0;) {
		if (b->pidfd[i] == -1)
			continue;
		terminate(b, i);
		reap(b, i);
	}
}

/* Opens what the loop needs and returns the descriptor of the signalfd. */
static int
bare_init(struct bare *b, size_t nchildren, char **argv)
{
	struct epoll_event event = { .events = EPOLLIN,
		.data.u64 = BARE_SIGNAL };
	struct rlimit files;
	sigset_t term;
	int fd;

	b->nchildren = nchildren;
	b->argv = argv;
	b->pidfd = malloc(nchildren * sizeof(*b->pidfd));
	if (b->pidfd == NULL)
		err(1, NULL);
	memset(b->pidfd, -1, nchildren * sizeof(*b->pidfd));

	if (getrlimit(RLIMIT_NOFILE, &b->files) == -1)
		err(1, "getrlimit");
	files = b->files;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) == -1)
		err(1, "setrlimit");

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	fd = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
	b->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd == -1 || b->epoll_fd == -1 ||
	    epoll_ctl(b->epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		err(1, "epoll");
	return fd;
}

int
main(int argc, char **argv)
{
	struct bare b = { 0 };
	bool reverse;
	int signal_fd;

	if (argc != 4)
		errx(2, "usage: bare together|reverse N PROGRAM");
	reverse = strcmp(argv[1], "reverse") == 0;
	signal_fd = bare_init(&b, strtoul(argv[2], NULL, 10), argv + 3);

	for (size_t i = 0; i < b.nchildren; i++)
		spawn(&b, i);
	while (turn(&b, true))
		;

	/* Level-triggered: left open, it would end every later turn early. */
	close(signal_fd);
	if (reverse)
		stop_reverse(&b);
	else
		stop_together(&b);
	return 0;
}
