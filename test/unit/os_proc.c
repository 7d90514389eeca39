/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os/proc.h"
#include "os_left.h"

#define CHILDREN 300

static pid_t children[CHILDREN];

static pid_t
fork_sleeper(void)
{
	pid_t pid;

	pid = fork();
	CHECK(pid >= 0);
	while (pid == 0)
		(void)pause();
	return pid;
}

static void
kill_and_reap(pid_t pid)
{
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

struct tally {
	int count;
	int known;
};

static int
count_child(pid_t pid, void *arg)
{
	struct tally *tally = arg;
	int i;

	tally->count++;
	for (i = 0; i < CHILDREN; i++)
		if (children[i] == pid)
			tally->known++;
	return 0;
}

static int
stop_at_first(pid_t pid, void *arg)
{
	*(pid_t *)arg = pid;
	return -EINTR;
}

static void
lists_children(void)
{
	struct tally tally = { 0, 0 };
	pid_t first;
	int fd, i;

	fd = proc_children_open(getpid());
	CHECK(fd >= FD_FIRST);
	CHECK(proc_children_each(fd, count_child, &tally) == 0);
	CHECK(tally.count == 0);

	for (i = 0; i < CHILDREN; i++)
		children[i] = fork_sleeper();
	CHECK(proc_children_each(fd, count_child, &tally) == 0);
	CHECK(tally.count == CHILDREN && tally.known == CHILDREN);
	CHECK(proc_children_each(fd, stop_at_first, &first) == -EINTR);
	CHECK(first == children[0]);

	for (i = 0; i < CHILDREN; i++)
		kill_and_reap(children[i]);
	tally = (struct tally){ 0, 0 };
	CHECK(proc_children_each(fd, count_child, &tally) == 0);
	CHECK(tally.count == 0);
	fd_close(&fd);
	CHECK(proc_children_open(0x3fffffff) == -ESRCH);
	OK("the children of a process are listed, again and again");
}

static void
tells_facts(void)
{
	struct proc_stat stat;
	siginfo_t info;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, "a) R 1 (b\n");
		(void)setpgid(0, 0);
		_exit(0);
	}
	CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	CHECK(proc_stat(pid, &stat) == 0);
	CHECK(stat.pid == pid && stat.ppid == getpid());
	CHECK(stat.pgrp == pid && stat.session == getsid(0));
	CHECK(stat.state == 'Z');
	CHECK(strncmp(stat.comm, "a) R 1 (b", 9) == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(proc_stat(pid, &stat) == -ESRCH);
	OK("facts are read right whatever a process calls itself");
}

/* A process that executes `sleep` with this environment. */
static pid_t
execute_sleep(char *const envp[])
{
	static char *const argv[] = { (char *)"sleep", (char *)"\t1",
		(char *)"1000", NULL };
	int ends[2];
	char byte;
	pid_t pid;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		(void)execve("/bin/sleep", argv, envp);
		_exit(127);
	}
	fd_close(&ends[1]);
	CHECK(read(ends[0], &byte, 1) == 0);
	fd_close(&ends[0]);
	return pid;
}

static void
searches_environment(void)
{
	static char huge[3 * PROC_ENV_ENTRY_MAX], edge[PROC_ENV_ENTRY_MAX];
	char *envp[] = { (char *)"A=1", huge, (char *)"NAME=web/api", edge,
		(char *)"RUN=12", (char *)"", (char *)"LAST=", NULL };
	const char *both[] = { "RUN=12", "NAME=web/api", NULL };
	const char *one_wrong[] = { "NAME=web/api", "RUN=1", NULL };
	const char *part[] = { "NAME=web", NULL };
	const char *last[] = { "LAST=", NULL };
	const char *long_one[] = { edge, NULL };
	const char *none[] = { NULL };
	pid_t pid;

	memset(huge, 'h', sizeof(huge) - 1);
	memset(edge, 'e', sizeof(edge) - 1);
	pid = execute_sleep(envp);
	CHECK(proc_env_has(pid, both) == 1);
	CHECK(proc_env_has(pid, one_wrong) == 0);
	CHECK(proc_env_has(pid, part) == 0);
	CHECK(proc_env_has(pid, last) == 1);
	CHECK(proc_env_has(pid, long_one) == 1);
	CHECK(proc_env_has(pid, none) == 1);
	kill_and_reap(pid);
	CHECK(proc_env_has(pid, both) == -ESRCH);
	OK("U3: a process is known by its environment, however large");
}

static void
tells_command_line(void)
{
	char *envp[] = { NULL };
	char line[64], small[8];
	pid_t pid;

	pid = execute_sleep(envp);
	CHECK(proc_cmdline(pid, line, sizeof(line)) == 0);
	CHECK(strcmp(line, "sleep ?1 1000") == 0);
	CHECK(proc_cmdline(pid, small, sizeof(small)) == 0);
	CHECK(strcmp(small, "sleep ?") == 0);
	kill_and_reap(pid);

	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, "gone");
		_exit(0);
	}
	CHECK(waitid(P_PID, (id_t)pid, &(siginfo_t){ .si_pid = 0 },
		  WEXITED | WNOWAIT) == 0);
	CHECK(proc_cmdline(pid, line, sizeof(line)) == 0);
	CHECK(strcmp(line, "[gone]") == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(proc_cmdline(pid, line, sizeof(line)) == -ESRCH);
	OK("a command line is one line, and a dead process has its name");
}

static void
finds_children_without_list(void)
{
	struct tally tally = { 0, 0 };
	pid_t first;

	CHECK(proc_children_each(-1, count_child, &tally) == 0);
	CHECK(tally.count == 0);
	children[0] = fork_sleeper();
	children[1] = fork_sleeper();
	CHECK(kill(children[1], SIGKILL) == 0);
	CHECK(proc_children_each(-1, count_child, &tally) == 0);
	CHECK(tally.count == 2 && tally.known == 2);
	CHECK(proc_children_each(-1, stop_at_first, &first) == -EINTR);
	CHECK(waitpid(children[1], NULL, 0) == children[1]);
	kill_and_reap(children[0]);
	OK("our own children are found where there is no list of them");
}

static int
find_self(pid_t pid, void *arg)
{
	CHECK(pid > 0);
	if (pid == getpid())
		*(bool *)arg = true;
	return 0;
}

static void
visits_all(void)
{
	bool found = false;
	pid_t first;

	CHECK(proc_each(find_self, &found) == 0 && found);
	CHECK(proc_each(stop_at_first, &first) == -EINTR && first > 0);
	OK("all processes can be visited");
}

int
main(void)
{
	left_start();
	lists_children();
	finds_children_without_list();
	tells_facts();
	searches_environment();
	tells_command_line();
	visits_all();
	left_check();
	return 0;
}
