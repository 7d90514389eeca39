/* SPDX-License-Identifier: ISC */
#include "bench_tree.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench_proc.h"
#include "bench_wire.h"

enum {
	TREE_FIFO_SIZE = 1 << 20, /* room for the records of 65,536 children */
	TREE_BATCH = 1024,        /* records a read */
	TREE_CLEAR_PASSES = 100
};

static const int64_t TREE_SECOND_NS = 1000000000;
static const int64_t TREE_MS_NS = 1000000;

/*
 * How often the FIFO is looked at while thousands of children start. Their
 * records carry the times, so nothing is lost by looking late, and waking up
 * for each of them would take the processor from those that are measured.
 */
static const int64_t TREE_TICK_NS = 2000000;

int64_t
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * TREE_SECOND_NS + ts.tv_nsec;
}

void
sleep_until(int64_t at_ns)
{
	struct timespec ts = { .tv_sec = at_ns / TREE_SECOND_NS,
		.tv_nsec = at_ns % TREE_SECOND_NS };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	    EINTR)
		;
}

void
tree_prepare(struct tree *t, const char *path)
{
	*t = (struct tree){ .root_fd = -1, .fifo = -1 };
	if (mkfifo(path, 0600) == -1 ||
	    (t->fifo = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)) == -1)
		err(1, "%s", path);
	(void)fcntl(t->fifo, F_SETPIPE_SZ, TREE_FIFO_SIZE);
	if (setenv(BENCH_FIFO_ENV, path, 1) == -1)
		err(1, NULL);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		err(1, "sub-reaper");
}

/* The child's side of the fork. Dies with the benchmark, whatever its end. */
static _Noreturn void
become(const char *dir, char *const *argv)
{
	int log, null;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)setsid();
	null = open("/dev/null", O_RDONLY);
	if (chdir(dir) == -1)
		_exit(126);
	log = open("log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (null == -1 || log == -1 || dup2(null, 0) == -1 ||
	    dup2(log, 1) == -1 || dup2(log, 2) == -1)
		_exit(126);
	(void)close_range(3, ~0U, 0);
	execvp(argv[0], argv);
	_exit(127);
}

void
tree_launch(struct tree *t, const char *dir, char *const *argv,
    size_t nchildren, int64_t *at_ns)
{
	struct bench_record stale[TREE_BATCH];

	while (read(t->fifo, stale, sizeof(stale)) > 0)
		;
	t->nchildren = nchildren;
	t->child = calloc(nchildren, sizeof(*t->child));
	t->born_ns = calloc(nchildren, sizeof(*t->born_ns));
	if (t->child == NULL || t->born_ns == NULL)
		err(1, NULL);

	*at_ns = now_ns();
	t->root = fork();
	if (t->root == -1)
		err(1, "fork");
	if (t->root == 0)
		become(dir, argv);
	t->root_fd = (int)syscall(SYS_pidfd_open, t->root, 0);
	if (t->root_fd == -1)
		err(1, "pidfd_open");
}

/* Waits for records, or for the supervisor's end, until the deadline. */
static int
await_records(const struct tree *t, int64_t deadline_ns)
{
	struct pollfd fds[2] = { { .fd = t->fifo, .events = POLLIN },
		{ .fd = t->root_fd, .events = POLLIN } };
	int64_t left_ns = deadline_ns - now_ns();

	if (left_ns <= 0)
		return -ETIMEDOUT;
	if (poll(fds, 2, (int)(left_ns / TREE_MS_NS) + 1) == -1 &&
	    errno != EINTR)
		return -errno;
	if (fds[0].revents != 0)
		return 0;
	return fds[1].revents != 0 ? -ECHILD : 0;
}

int
tree_await_all(struct tree *t, int64_t deadline_ns, int64_t *last_ns)
{
	struct bench_record records[TREE_BATCH];
	size_t count = 0;

	*last_ns = 0;
	while (count < t->nchildren) {
		size_t want = t->nchildren - count;
		ssize_t len;
		int error = await_records(t, deadline_ns);

		if (error != 0)
			return error;
		if (want > TREE_BATCH)
			want = TREE_BATCH;
		len = read(t->fifo, records, want * sizeof(*records));
		for (ssize_t i = 0; i < len / (ssize_t)sizeof(*records); i++) {
			t->child[count] = records[i].pid;
			t->born_ns[count++] = records[i].at_ns;
			if (records[i].at_ns > *last_ns)
				*last_ns = records[i].at_ns;
		}
		if (count < t->nchildren)
			sleep_until(now_ns() + TREE_TICK_NS);
	}
	return 0;
}

int
tree_replace(struct tree *t, size_t idx, int64_t timeout_ns, int64_t *took_ns)
{
	struct bench_record record;
	int64_t start_ns = now_ns();
	int error;

	if (kill(t->child[idx], SIGKILL) == -1)
		return -errno;
	do {
		error = await_records(t, start_ns + timeout_ns);
		if (error != 0)
			return error;
	} while (read(t->fifo, &record, sizeof(record)) !=
	    (ssize_t)sizeof(record));

	t->child[idx] = record.pid;
	t->born_ns[idx] = record.at_ns;
	*took_ns = record.at_ns - start_ns;
	return 0;
}

bool
tree_is_whole(const struct tree *t)
{
	struct pollfd fd = { .fd = t->fifo, .events = POLLIN };

	if (poll(&fd, 1, 0) != 0)
		return false;
	for (size_t i = 0; i < t->nchildren; i++)
		if (kill(t->child[i], 0) == -1)
			return false;
	return true;
}

int
tree_stop(struct tree *t, int signal, int64_t timeout_ns, int64_t *took_ns)
{
	struct pollfd fd = { .fd = t->root_fd, .events = POLLIN };
	int64_t start_ns = now_ns();
	pid_t pid;

	if (kill(t->root, signal) == -1)
		return -errno;
	if (poll(&fd, 1, (int)(timeout_ns / TREE_MS_NS)) != 1)
		return -ETIMEDOUT;

	/* Some supervisors end before their helpers do; these come to us. */
	while ((pid = waitpid(-1, NULL, WNOHANG)) != -1) {
		if (now_ns() - start_ns > timeout_ns)
			return -ETIMEDOUT;
		if (pid == 0)
			sleep_until(now_ns() + TREE_TICK_NS / 10);
	}
	*took_ns = now_ns() - start_ns;
	return 0;
}

size_t
tree_clear(struct tree *t)
{
	size_t nfound = 0;

	for (int pass = 0; pass < TREE_CLEAR_PASSES; pass++) {
		pid_t *pids;
		size_t npids = proc_below(&pids);

		if (pass == 0)
			nfound = npids;
		/* Supervisors come before what they would start again. */
		for (size_t i = 0; i < npids; i++)
			(void)kill(pids[i], SIGKILL);
		free(pids);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (npids == 0)
			break;
		sleep_until(now_ns() + TREE_TICK_NS * 10);
	}

	if (t->root_fd != -1)
		(void)close(t->root_fd);
	free(t->child);
	free(t->born_ns);
	*t = (struct tree){ .root_fd = -1, .fifo = t->fifo };
	return nfound;
}
