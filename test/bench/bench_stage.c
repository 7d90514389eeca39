/* SPDX-License-Identifier: ISC */
#include "bench_stage.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench_tree.h"

/* Above the lowest real-time priority, which is for who steps back. */
enum {
	STAGE_PRIORITY = 1
};

static void
set_realtime(int above_lowest)
{
	struct sched_param param = {
		.sched_priority =
		    sched_get_priority_min(SCHED_RR) + above_lowest,
	};

	if (sched_setscheduler(0, SCHED_RR, &param) == -1)
		err(1, "-R");
}

/* All contenders inherit it. */
static void
take_precedence(const struct stage *stage)
{
	(void)setpriority(PRIO_PROCESS, 0, -20);
	if (stage->realtime)
		set_realtime(STAGE_PRIORITY);
}

void
stage_step_back(const struct stage *stage)
{
	(void)setpriority(PRIO_PROCESS, 0, 0);
	if (stage->realtime)
		set_realtime(0);
}

static int
remove_entry(const char *path, const struct stat *st, int type,
    struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void
make_scratch(struct stage *stage)
{
	const char *folder = "/dev/shm";

	if (access(folder, W_OK | X_OK) == -1)
		folder = "/tmp";
	(void)snprintf(stage->dir, sizeof(stage->dir),
	    "%s/supervise-bench.XXXXXX", folder);
	if (mkdtemp(stage->dir) == NULL)
		err(1, "%s", stage->dir);
}

/* Waits for the end of `worker`, or ends it when asked to. */
static int
await_worker(pid_t worker, const sigset_t *signals)
{
	int status = 0;

	for (;;) {
		int signal = sigwaitinfo(signals, NULL);

		if (signal == SIGCHLD &&
		    waitpid(worker, &status, WNOHANG) == worker)
			break;
		if (signal != SIGCHLD && signal != -1)
			(void)kill(worker, SIGKILL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int
stage_run(struct stage *stage)
{
	struct tree left = { .root_fd = -1, .fifo = -1 };
	sigset_t signals, before;
	pid_t worker;
	int status;

	make_scratch(stage);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		err(1, "sub-reaper");
	worker = fork();
	if (worker == -1)
		err(1, "fork");
	if (worker == 0) {
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		take_precedence(stage);
		stage->measure(stage);
		(void)fflush(stdout);
		exit(0);
	}
	status = await_worker(worker, &signals);
	(void)tree_clear(&left);
	(void)nftw(stage->dir, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
	return status;
}

size_t
stage_number(const char *text, size_t max)
{
	const char *errstr;
	long long n = strtonum(text, 1, (long long)max, &errstr);

	if (errstr != NULL)
		errx(2, "%s: expected a number from 1 to %zu", text, max);
	return (size_t)n;
}
