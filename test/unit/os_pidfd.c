/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"
#include "os_left.h"

/* A child that leads a group, and what it does. */
static pid_t
fork_group(void (*run)(void), int *pidfd)
{
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		(void)setpgid(0, 0);
		run();
		_exit(0);
	}
	CHECK(pid > 0);
	(void)setpgid(pid, pid);
	*pidfd = pidfd_of(pid);
	CHECK(*pidfd >= FD_FIRST);
	return pid;
}

static void
wait_for(pid_t pid)
{
	siginfo_t info;

	CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
}

static void
end_normally(void)
{
	_exit(42);
}

static void
end_by_term(void)
{
	(void)raise(SIGTERM);
}

static void
sleep_for_ever(void)
{
	(void)pause();
}

/* Leaves a member of the group behind. */
static void
fork_member(void)
{
	if (fork() == 0)
		sleep_for_ever();
}

static void
tells_status(void)
{
	struct process_end end;
	int pidfd;
	pid_t pid;

	pid = fork_group(end_normally, &pidfd);
	wait_for(pid);
	CHECK(pidfd_state(pidfd) == PROCESS_ENDED);
	CHECK(pidfd_state(pidfd) == PROCESS_ENDED);
	CHECK(pidfd_reap(pidfd, &end) == 1);
	CHECK(!end.by_signal && end.status == 42 && !end.core);
	CHECK(pidfd_reap(pidfd, &end) == -ECHILD);
	fd_close(&pidfd);

	pid = fork_group(end_by_term, &pidfd);
	wait_for(pid);
	CHECK(pidfd_reap(pidfd, &end) == 1);
	CHECK(end.by_signal && end.status == SIGTERM && !end.core);
	fd_close(&pidfd);
	OK("S1: the end of a process is a status or a signal");
}

/* Of a process that is reaped the kernel tells it, if it does at all. */
static void
tells_status_of_any(void)
{
	struct process_end end, reaped;
	int pidfd;
	pid_t pid;

	pid = fork_group(end_by_term, &pidfd);
	wait_for(pid);
	CHECK(pidfd_end(pidfd, &end) <= 0);
	CHECK(pidfd_reap(pidfd, &reaped) == 1);
	if (pidfd_end(pidfd, &end) == 1) {
		CHECK(end.by_signal && end.status == SIGTERM && !end.core);
		fd_close(&pidfd);
		pid = fork_group(end_normally, &pidfd);
		CHECK(pidfd_end(pidfd, &end) == 0);
		wait_for(pid);
		CHECK(pidfd_reap(pidfd, &reaped) == 1);
		CHECK(pidfd_end(pidfd, &end) == 1);
		CHECK(!end.by_signal && end.status == 42);
	}
	fd_close(&pidfd);
	OK("L6: the end of any process, once it is reaped");
}

static void
reaps_others(void)
{
	struct process_end end;
	int first, second;
	pid_t pid, other;

	pid = fork_group(end_normally, &first);
	other = fork_group(end_normally, &second);
	wait_for(pid);
	wait_for(other);
	process_reap_others(pid, 0);
	CHECK(pidfd_reap(first, &end) == 1);
	process_reap_others(pid, 0);
	CHECK(pidfd_reap(second, &end) == -ECHILD);
	fd_close(&first);
	fd_close(&second);
	OK("children are reaped but for one");

	pid = fork_group(end_normally, &first);
	other = fork_group(end_normally, &second);
	wait_for(pid);
	wait_for(other);
	process_reap_group(other);
	CHECK(pidfd_reap(second, &end) == -ECHILD);
	CHECK(pidfd_reap(first, &end) == 1);
	process_reap_group(other);
	fd_close(&first);
	fd_close(&second);
	OK("those of a group are reaped, whoever ended before");
}

static void
does_not_wait(void)
{
	struct process_end end;
	int pidfd, signo;
	siginfo_t info;
	pid_t pid;

	pid = fork_group(sleep_for_ever, &pidfd);
	CHECK(pidfd_state(pidfd) == PROCESS_RUNS);
	CHECK(pidfd_reap(pidfd, &end) == 0);
	CHECK(pidfd_stopped(pidfd, &signo) == 0);
	CHECK(pidfd_signal(pidfd, SIGSTOP) == 0);
	CHECK(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT) == 0);
	CHECK(pidfd_state(pidfd) == PROCESS_STOPPED);
	CHECK(pidfd_stopped(pidfd, &signo) == 1 && signo == SIGSTOP);
	CHECK(pidfd_stopped(pidfd, &signo) == 0);

	CHECK(pidfd_signal(pidfd, SIGKILL) == 0);
	wait_for(pid);
	CHECK(pidfd_signal(pidfd, 0) == 0);
	CHECK(pidfd_state(pidfd) == PROCESS_ENDED);
	CHECK(pidfd_reap(pidfd, &end) == 1 && end.status == SIGKILL);
	CHECK(pidfd_state(pidfd) == -ECHILD);
	CHECK(pidfd_signal(pidfd, 0) == -ESRCH);
	CHECK(pidfd_signal(pidfd, SIGKILL) == -ESRCH);
	fd_close(&pidfd);
	OK("looking at a process never waits, and no signal goes astray");
}

static void
group_outlives_leader(void)
{
	struct process_end end;
	pid_t leader, member;
	siginfo_t info;
	int pidfd;

	leader = fork_group(fork_member, &pidfd);
	wait_for(leader);
	CHECK(group_signal(pidfd, leader, 0) == 0);
	CHECK(pidfd_reap(pidfd, &end) == 1);
	CHECK(group_signal(pidfd, leader, 0) == 0);

	CHECK(group_signal(pidfd, leader, SIGTERM) == 0);
	CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0);
	CHECK(process_reap_any(&member, &end) == 1 && member != leader);
	CHECK(end.by_signal && end.status == SIGTERM);
	CHECK(group_signal(pidfd, leader, 0) == -ESRCH);
	CHECK(group_signal(pidfd, leader, SIGKILL) == -ESRCH);
	fd_close(&pidfd);
	OK("U2: what is left of a group is ended after its leader");
}

static void
unreaped_is_member(void)
{
	struct process_end end;
	int pidfd;
	pid_t leader;

	leader = fork_group(end_normally, &pidfd);
	wait_for(leader);
	CHECK(group_signal(pidfd, leader, 0) == 0);
	CHECK(pidfd_reap(pidfd, &end) == 1);
	CHECK(group_signal(pidfd, leader, 0) == -ESRCH);
	fd_close(&pidfd);
	OK("U2: a group is empty when its leader was alone and is reaped");
}

static void
reaps_any(void)
{
	struct process_end end;
	int first, second;
	pid_t pid, one, two;

	CHECK(process_reap_any(&pid, &end) == -ECHILD);
	one = fork_group(end_normally, &first);
	two = fork_group(sleep_for_ever, &second);
	wait_for(one);
	CHECK(process_reap_any(&pid, &end) == 1);
	CHECK(pid == one && end.status == 42);
	CHECK(process_reap_any(&pid, &end) == 0);
	CHECK(group_signal(second, two, SIGKILL) == 0);
	wait_for(two);
	CHECK(process_reap_any(&pid, &end) == 1);
	CHECK(pid == two && end.by_signal && end.status == SIGKILL);
	CHECK(process_reap_any(&pid, &end) == -ECHILD);
	fd_close(&first);
	fd_close(&second);
	OK("U3: whoever adopts orphans reaps them");
}

static void
refuses(void)
{
	struct process_end end;
	int fd;

	CHECK(pidfd_of(0x3fffffff) == -ESRCH);
	CHECK(pidfd_reap(-1, &end) < 0);
	CHECK(pidfd_signal(-1, 0) == -EBADF);
	CHECK(group_signal(-1, 2, 0) == -EBADF);
	fd = pidfd_of(getpid());
	CHECK(fd >= FD_FIRST && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(pidfd_reap(fd, &end) == -ECHILD);
	fd_close(&fd);
	OK("a stranger can be watched, and nobody else's child reaped");
}

int
main(void)
{
	left_start();
	CHECK(proc_adopt_orphans() == 0);
	tells_status();
	tells_status_of_any();
	reaps_others();
	does_not_wait();
	group_outlives_leader();
	unreaped_is_member();
	reaps_any();
	refuses();
	left_check();
	return 0;
}
