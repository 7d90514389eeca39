/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/witness.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"

/* How often, and with what rest in between, it looks for the marked ones. */
#define LOOKS   1000
#define REST_NS (10 * NS_PER_MS)

struct hunt {
	const char *const entries[2];
	bool over; /* nobody was found, nor may one have been missed */
};

/* Whether `error` says that there is no such process, or not of ours. */
static bool
is_none_of_ours(int error)
{
	return error == -ESRCH || error == -ENOENT || error == -EACCES ||
	    error == -EPERM;
}

static int
visit(pid_t pid, void *arg)
{
	struct hunt *hunt = arg;
	int pidfd, marked;

	if (pid == getpid() || pid == 1)
		return 0;
	/* Opened first: what is read then is about the one that is killed. */
	pidfd = pidfd_of(pid);
	marked = pidfd < 0 ? pidfd : proc_env_has(pid, hunt->entries);
	if (marked == 1)
		(void)pidfd_signal(pidfd, SIGKILL);
	if (marked != 0 && !is_none_of_ours(marked))
		hunt->over = false;
	if (pidfd >= 0)
		fd_close(&pidfd);
	return 0;
}

static void
hunt_down(const char *mark)
{
	const struct timespec rest = { .tv_nsec = REST_NS };

	for (int i = 0; i < LOOKS; i++) {
		struct hunt hunt = { .entries = { mark, NULL }, .over = true };

		if (proc_each(visit, &hunt) == 0 && hunt.over)
			return;
		(void)nanosleep(&rest, NULL);
	}
}

pid_t
witness_start(const int alive[static 2], const char *mark)
{
	pid_t pid = fork();
	char byte;

	if (pid == -1)
		return -errno;
	if (pid > 0)
		return pid;

	/* A signal to the group of the others is not for the last of them. */
	(void)setpgid(0, 0);
	/* Nothing of the guardian's may look alive because of it. */
	fd_close_others(alive[0]);
	setproctitle("witness");
	while (read(alive[0], &byte, 1) != 0)
		;
	hunt_down(mark);
	_exit(0);
}
