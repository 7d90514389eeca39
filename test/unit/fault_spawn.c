/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "check.h"
#include "fault.h"
#include "os/cgroup.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os_run.h"

#define SAID(attribute) (UINT32_C(1) << (attribute))

static bool clone_pidfd;

/* Everything that can be said about a process, harmless. */
static struct attributes all = {
	.said = SAID(ATTRIBUTE_NICE) | SAID(ATTRIBUTE_OOM_SCORE_ADJ) |
	    SAID(ATTRIBUTE_IOPRIO) | SAID(ATTRIBUTE_CPUS) |
	    SAID(ATTRIBUTE_LIMIT) | SAID(ATTRIBUTE_CHROOT) |
	    SAID(ATTRIBUTE_PRIVATE_TMP) | SAID(ATTRIBUTE_CAPABILITIES) |
	    SAID(ATTRIBUTE_NO_NEW_PRIVILEGES),
	.limited = 1 << 1,
	.ioprio = IOPRIO_IDLE << IOPRIO_CLASS_SHIFT,
	.oom_score_adj = "100",
	.chroot = "/",
	.capabilities = 1,
};
static const struct identity other = {
	.sets_uid = true,
	.sets_gid = true,
	.sets_groups = true,
	.uid = 54321,
	.gid = 54321,
};
static bool attributes;

/* A control group to start in. */
static char group[PATH_MAX];

static void
end_child(struct spawn_result *result)
{
	struct process_end end;
	siginfo_t info;

	CHECK(pidfd_signal(result->pidfd, SIGKILL) == 0);
	CHECK(waitid(P_PIDFD, (id_t)result->pidfd, &info, WEXITED | WNOWAIT) ==
	    0);
	CHECK(pidfd_reap(result->pidfd, &end) == 1);
	fd_close(&result->pidfd);
}

/* Everything that a spawner does in its life, with one child. */
static int
spawn_one(void)
{
	static const char *const argv[] = { "sleep", "1000", NULL };
	static const struct spawn_fd fds[] = { { 3, 4 }, { 4, 3 } };
	struct spawn_plan plan = run_plan(argv);
	struct spawn_result result = { .pidfd = -1 };
	struct spawner spawner;
	int error, fd = -1;

	plan.path = "/nowhere:/bin:/usr/bin";
	plan.fds = fds;
	plan.nfds = 2;
	plan.cwd = "/";
	if (*group != '\0') {
		fd = cgroup_open(AT_FDCWD, group);
		if (fd < 0)
			return fd;
	}
	plan.grouped = fd != -1;
	plan.cgroup = fd;
	if (attributes) {
		plan.attributes = &all;
		plan.identity = &other;
		plan.input = "/dev/null";
	}
	error = spawner_init(&spawner, &run_signals, &run_nofile);
	if (error < 0) {
		fd_close(&fd);
		return error;
	}
	spawner.clone_pidfd = clone_pidfd;
	/* One that is born there has a copy of the memory: counts by itself. */
	spawner.clone_cgroup = false;
	error = spawner_lay(&spawner, FD_SLOT, STDERR_FILENO);
	if (error == 0)
		error = spawner_lay(&spawner, FD_SLOT, -1);
	if (error == 0)
		error = spawner_spawn(&spawner, &plan, &result);
	fault_disarm();
	if (error == 0)
		end_child(&result);
	spawner_fini(&spawner);
	fd_close(&fd);
	return error;
}

/* A start that fails anyway, with one more fault on the way. */
static int
spawn_none(void)
{
	static const char *const argv[] = { "./nosuchcommand", NULL };
	struct spawn_plan plan = run_plan(argv);
	struct spawn_result result;
	struct spawner spawner;
	int error;

	error = spawner_init(&spawner, &run_signals, &run_nofile);
	if (error < 0)
		return error;
	error = spawner_spawn(&spawner, &plan, &result);
	CHECK(error < 0);
	fault_disarm();
	spawner_fini(&spawner);
	return error == -ENOENT ? 0 : error;
}

/* In a group below that of this process, where that is possible. */
static void
spawn_grouped(void)
{
	char own[PATH_MAX], name[64];

	snprintf(name, sizeof(name), "/supervise-fault.%d", (int)getpid());
	if (cgroup_own(own) < 0 || strlcat(own, name, PATH_MAX) >= PATH_MAX ||
	    cgroup_make(AT_FDCWD, own) < 0)
		return;
	strlcpy(group, own, sizeof(group));
	fault_each("a spawn in a control group", spawn_one, NULL);
	*group = '\0';
	CHECK(cgroup_remove(AT_FDCWD, own) == 0);
}

int
main(int argc, char *argv[])
{
	run_start(argc, argv);
	clone_pidfd = true;
	fault_each("a spawn", spawn_one, NULL);
	clone_pidfd = false;
	fault_each("a spawn with pidfd_open", spawn_one, NULL);
	fault_each("a spawn that fails", spawn_none, NULL);
	clone_pidfd = true;
	spawn_grouped();
	if (geteuid() != 0)
		return 0;
	attributes = true;
	clone_pidfd = true;
	CHECK(sched_getaffinity(0, sizeof(all.cpus), &all.cpus) == 0);
	fault_each("a spawn with attributes", spawn_one, NULL);
	return 0;
}
