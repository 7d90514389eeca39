/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os/proc.h"
#include "os_run.h"

static void
child_is_a_group(void)
{
	struct spawn_plan plan = run_plan_probe();

	run_probe(&plan);
	CHECK(run_reported("args a b c"));
	CHECK(run_reported("leads 1"));
	CHECK(run_reported("tied 9"));
	OK("U1: a child leads a process group of its own");
	OK("U8: a child has a parent-death signal");
}

static void
child_gets_old_signals(void)
{
	struct spawn_plan plan = run_plan_probe();
	char line[64];

	/* As run_start() has set them. */
	run_probe(&plan);
	(void)snprintf(line, sizeof(line), "mask %d", SIGUSR2);
	CHECK(run_reported(line));
	(void)snprintf(line, sizeof(line), "ignored %d %d", SIGHUP, SIGCHLD);
	CHECK(run_reported(line));
	OK("U14: mask and ignored signals are those of the start");
}

static void
child_gets_old_limit(void)
{
	struct spawn_plan plan = run_plan_probe();
	char line[64];

	run_probe(&plan);
	(void)snprintf(line, sizeof(line), "nofile %d",
	    (int)run_nofile.rlim_cur);
	CHECK(run_reported(line));
	OK("the limit on open files is put back");
}

static void
child_gets_folder(void)
{
	struct spawn_plan plan = run_plan_probe();

	plan.cwd = "/usr";
	run_probe(&plan);
	CHECK(run_reported("cwd /usr"));
	OK("a child starts in its folder");
}

static void
child_gets_no_other_descriptor(void)
{
	struct spawn_plan plan = run_plan_probe();
	int i, many[300];

	for (i = 0; i < 300; i++) {
		many[i] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, FD_FIRST);
		CHECK(many[i] >= FD_FIRST);
	}
	run_probe(&plan);
	CHECK(run_reported("fds 0 1 2"));
	for (i = 0; i < 300; i++)
		CHECK(fcntl(many[i], F_GETFD) == FD_CLOEXEC);
	for (i = 0; i < 300; i++)
		fd_close(&many[i]);
	OK("U14: descriptors above 2 are closed in a child");
}

/*
 * Passes the pipe of the report and a folder by the given pairs; a probe
 * prints 1 for a pipe and 4 for a folder.
 */
static void
pass(const struct spawn_fd *fds, size_t nfds, const char *kinds)
{
	struct spawn_plan plan = run_plan_probe();
	int folder;

	folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(spawner_lay(&run_spawner, RUN_SLOT_OTHER, folder) == 0);
	plan.fds = fds;
	plan.nfds = nfds;
	run_probe(&plan);
	CHECK(run_reported(kinds));
	CHECK(spawner_lay(&run_spawner, RUN_SLOT_OTHER, -1) == 0);
	fd_close(&folder);
}

static void
child_gets_descriptors(void)
{
	static const struct spawn_fd plain[] = { { 3, 1 }, { 4, 7 } };
	static const struct spawn_fd same[] = { { 3, 1 }, { 4, 4 } };
	static const struct spawn_fd swap[] = { { 3, 4 }, { 4, 3 }, { 3, 1 } };
	static const struct spawn_fd chain[] = { { 3, 1 }, { 3, 4 }, { 4, 5 } };
	static const struct spawn_fd twice[] = { { 4, 3 }, { 3, 1 }, { 3, 9 } };
	static const struct spawn_fd above[] = { { 4, 200 }, { 3, 1 },
		{ 3, 17 } };

	pass(plain, 2, "kinds 1:1 7:4");
	pass(same, 2, "kinds 1:1 4:4");
	pass(swap, 3, "kinds 1:1 3:4 4:1");
	pass(chain, 3, "kinds 1:1 4:1 5:4");
	pass(twice, 3, "kinds 1:1 3:4 9:1");
	pass(above, 3, "kinds 1:1 17:1 200:4");
	OK("descriptors come to their numbers, however these overlap");
}

/* In a process of its own: spawns, says the child's pid, is killed. */
static void
spawn_and_die(int fd)
{
	static const char *const argv[] = { RUN_SELF, "sleep", NULL };
	struct spawn_plan plan = run_plan(argv);
	struct spawn_result result;

	spawner_fini(&run_spawner);
	CHECK(spawner_init(&run_spawner, &run_signals, &run_nofile) == 0);
	plan.nfds = 0;
	CHECK(spawner_spawn(&run_spawner, &plan, &result) == 0);
	CHECK(write(fd, &result.pid, sizeof(result.pid)) ==
	    (ssize_t)sizeof(result.pid));
	(void)kill(getpid(), SIGKILL);
}

static void
child_dies_with_parent(void)
{
	siginfo_t info;
	int ends[2], status;
	pid_t child, parent;

	CHECK(proc_adopt_orphans() == 0);
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	parent = fork();
	if (parent == 0)
		spawn_and_die(ends[1]);
	CHECK(read(ends[0], &child, sizeof(child)) == (ssize_t)sizeof(child));
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	CHECK(waitpid(parent, &status, 0) == parent);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(waitid(P_PID, (id_t)child, &info, WEXITED) == 0);
	CHECK(info.si_code == CLD_KILLED && info.si_status == SIGKILL);
	OK("U8: a child dies with the process that spawned it");
}

static void
slots_are_taken(void)
{
	struct spawner second;
	int fd;

	for (fd = FD_SLOT; fd < FD_FIRST; fd++)
		CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(spawner_init(&second, &run_signals, &run_nofile) == -EBUSY);
	spawner_fini(&second);
	for (fd = FD_SLOT; fd < FD_FIRST; fd++)
		CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	OK("slots belong to one spawner");
}

static void
cases(void)
{
	slots_are_taken();
	child_is_a_group();
	child_gets_old_signals();
	child_gets_old_limit();
	child_gets_folder();
	child_gets_no_other_descriptor();
	child_gets_descriptors();
	child_dies_with_parent();
}

int
main(int argc, char *argv[])
{
	run_start(argc, argv);
	run_each_way(cases);
	return 0;
}
