/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "check.h"
#include "os/cgroup.h"
#include "os/fd.h"
#include "os_left.h"
#include "os_run.h"

/*
 * What the kernel does is tried below the group of this process, where that
 * may be written to; what depends on controllers, which need not be there, on
 * a folder with files that look like a group's.
 */

/* A folder for both. */
static char name[64];

static int
make_fake(void)
{
	int fd;

	CHECK(cgroup_make(AT_FDCWD, name) == 0);
	fd = cgroup_open(AT_FDCWD, name);
	CHECK(fd >= FD_FIRST);
	return fd;
}

static void
put(int at, const char *file, const char *text)
{
	int fd =
	    openat(at, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	CHECK(fd != -1);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	fd_close(&fd);
}

static bool
has(int at, const char *file, const char *text)
{
	char got[128] = "";
	int fd = openat(at, file, O_RDONLY | O_CLOEXEC);

	CHECK(fd != -1);
	CHECK(read(fd, got, sizeof(got) - 1) >= 0);
	fd_close(&fd);
	return strcmp(got, text) == 0;
}

static void
test_limits(void)
{
	char text[CGROUP_TEXT_SIZE];

	CHECK(strcmp(cgroup_limits[CGROUP_MEMORY_MAX].file, "memory.max") == 0);
	for (size_t i = 0; i < CGROUP_LIMITS; i++) {
		const struct cgroup_limit *limit = &cgroup_limits[i];
		const char *controller =
		    cgroup_controller_text[limit->controller];

		CHECK(strncmp(limit->file, controller, strlen(controller)) ==
		    0);
		cgroup_limit_text(limit, CGROUP_INFINITY, text);
		CHECK(strncmp(text, "max", 3) == 0);
		cgroup_limit_text(limit, 50, text);
		CHECK(strcmp(text,
			  limit->unit == CGROUP_PERCENT ? "50000 100000" :
							  "50") == 0);
	}
	OK("limits are written as the kernel reads them");
}

static void
test_files(void)
{
	int fd = make_fake();

	put(fd, "memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 7");
	CHECK(cgroup_value(fd, ".", "memory.events", "oom_kill") == 2);
	CHECK(cgroup_value(fd, ".", "memory.events", "oom") == 3);
	CHECK(cgroup_value(fd, ".", "memory.events", "kill") == -ENODATA);
	CHECK(cgroup_value(fd, ".", "pids.events", "max") == -ENOENT);
	put(fd, "memory.max", "");
	CHECK(cgroup_write(fd, ".", "memory.max", "max") == 0);
	CHECK(has(fd, "memory.max", "max"));
	CHECK(cgroup_write(fd, ".", "cpu.max", "1") == -ENOENT);

	put(fd, "cgroup.controllers", "cpu memory\n");
	put(fd, "cgroup.subtree_control", "cpu\n");
	CHECK(cgroup_enable(fd, ".", "cpu") == 0);
	CHECK(has(fd, "cgroup.subtree_control", "cpu\n"));
	CHECK(cgroup_enable(fd, ".", "pids") == -ENODATA);
	CHECK(cgroup_enable(fd, ".", "mem") == -ENODATA);
	put(fd, "cgroup.subtree_control", "");
	CHECK(cgroup_enable(fd, ".", "memory") == 0);
	CHECK(has(fd, "cgroup.subtree_control", "+memory"));

	CHECK(unlinkat(fd, "memory.events", 0) == 0);
	CHECK(unlinkat(fd, "memory.max", 0) == 0);
	CHECK(unlinkat(fd, "cgroup.controllers", 0) == 0);
	CHECK(unlinkat(fd, "cgroup.subtree_control", 0) == 0);
	fd_close(&fd);
	CHECK(cgroup_remove(AT_FDCWD, name) == 0);
	CHECK(cgroup_remove(AT_FDCWD, name) == -ENOENT);
	CHECK(cgroup_open(AT_FDCWD, name) == -ENOENT);
	OK("files of a group: values, limits, controllers");
}

struct listed {
	pid_t pid;
	int n;
};

static int
count(pid_t pid, void *arg)
{
	struct listed *listed = arg;

	listed->n += pid == listed->pid || listed->pid == 0;
	return 0;
}

/* Runs `sleep` in the group, however that gets there. */
static void
start_in(int at, const char *group, bool born, struct spawn_result *result)
{
	static const char *const argv[] = { RUN_SELF, "sleep", NULL };
	struct spawn_plan plan = run_plan(argv);

	run_spawner.clone_cgroup = born;
	plan.grouped = true;
	plan.cgroup = cgroup_open(at, group);
	CHECK(plan.cgroup >= 0);
	CHECK(spawner_spawn(&run_spawner, &plan, result) == 0);
	CHECK(run_spawner.clone_cgroup || !born);
	fd_close(&plan.cgroup);
}

/* Waits, without a poll that ends by itself, until nobody is in the group. */
static void
wait_empty(int events)
{
	struct pollfd fd = { .fd = events, .events = POLLPRI };

	while (cgroup_populated(events))
		CHECK(poll(&fd, 1, 10000) == 1);
}

static void
live_and_die(int at, bool born)
{
	struct listed listed = { .n = 0 };
	struct spawn_result result = { .pidfd = -1 };
	struct process_end end;
	int events;

	CHECK(cgroup_make(at, "leaf") == 0);
	CHECK(cgroup_make(at, "leaf") == 0);
	events = cgroup_events(at, "leaf");
	CHECK(events >= 0);
	CHECK(!cgroup_populated(events));
	start_in(at, "leaf", born, &result);
	CHECK(cgroup_populated(events));
	CHECK(cgroup_value(at, ".", "cgroup.events", "populated") == 1);
	listed.pid = result.pid;
	CHECK(cgroup_each(at, "leaf", count, &listed) == 0 && listed.n == 1);
	CHECK(cgroup_each(at, ".", count, &listed) == 0 && listed.n == 1);
	CHECK(cgroup_has("/leaf", result.pid));
	CHECK(!cgroup_has("/lea", result.pid) && !cgroup_has("/leaf", 1));
	CHECK(cgroup_remove(at, "leaf") == -EBUSY);

	CHECK(cgroup_kill(at, ".") == 0);
	wait_empty(events);
	while (pidfd_reap(result.pidfd, &end) == 0)
		;
	CHECK(end.by_signal && end.status == SIGKILL);
	fd_close(&result.pidfd);
	fd_close(&events);
	CHECK(cgroup_make(at, "leaf/below") == 0);
	CHECK(cgroup_remove(at, "leaf") == 0);
}

/* A group that is not there, or not one that a process can be in. */
static void
fail_to_start(int at, bool born)
{
	static const char *const argv[] = { RUN_SELF, "sleep", NULL };
	struct spawn_plan plan = run_plan(argv);
	struct spawn_result result = { .pidfd = -1 };

	run_spawner.clone_cgroup = born;
	plan.grouped = true;
	CHECK(cgroup_make(at, "gone") == 0);
	plan.cgroup = cgroup_open(at, "gone");
	CHECK(plan.cgroup >= 0 && cgroup_remove(at, "gone") == 0);
	CHECK(spawner_spawn(&run_spawner, &plan, &result) < 0);
	CHECK(result.step == SPAWN_CGROUP && result.pid == -1);
	fd_close(&plan.cgroup);
}

static void
test_kernel(void)
{
	char own[PATH_MAX];
	int at = -1, fd;

	if (cgroup_own(own) == 0)
		at = cgroup_open(AT_FDCWD, own);
	if (at < 0 || cgroup_make(at, name) < 0) {
		(void)printf("no writable control group: not tried\n");
		fd_close(&at);
		return;
	}
	fd = cgroup_open(at, name);
	CHECK(fd >= FD_FIRST);
	for (int born = 0; born < 2; born++) {
		live_and_die(fd, born == 1);
		fail_to_start(fd, born == 1);
	}
	fd_close(&fd);
	CHECK(cgroup_remove(at, name) == 0);
	fd_close(&at);
	OK("U3: a group is populated, killed as a whole, removed");
	OK("a start that its group refuses fails with that step");
}

int
main(int argc, char *argv[])
{
	run_start(argc, argv);
	left_start();
	snprintf(name, sizeof(name), "supervise-test.%d", (int)getpid());
	test_limits();
	test_files();
	run_each_way(test_kernel);
	left_check();
	return 0;
}
