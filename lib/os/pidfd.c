/* SPDX-License-Identifier: ISC */
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/units.h"
#include "os/fd.h"
#include "os/pidfd.h"

/* Since Linux 6.9; glibc 2.36 does not know it yet. */
#ifndef PIDFD_SIGNAL_PROCESS_GROUP
#define PIDFD_SIGNAL_PROCESS_GROUP (1U << 2)
#endif

/* Likewise, of the first 64 bytes what is of use: linux/pidfd.h. */
struct info {
	uint64_t mask;
	uint64_t cgroup;
	uint32_t ids[11];
	int32_t exit_code; /* as wait(2) has it */
};
#define INFO_EXIT (UINT64_C(1) << 3)
#define GET_INFO  _IOWR(0xFF, 11, struct info)

/*
 * waitid() that goes on after a signal: 1 if there was something, 0 if not.
 */
static int
wait_now(idtype_t type, id_t id, int options, siginfo_t *info)
{
	int n;

	do {
		info->si_pid = 0;
		n = waitid(type, id, info, options | WNOHANG);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return -errno;
	return info->si_pid != 0;
}

static struct process_end
read_end(const siginfo_t *info)
{
	return (struct process_end){
		.status = info->si_status,
		.by_signal = info->si_code != CLD_EXITED,
		.core = info->si_code == CLD_DUMPED,
	};
}

int
pidfd_state(int pidfd)
{
	siginfo_t info;
	int n;

	n = wait_now(P_PIDFD, (id_t)pidfd, WEXITED | WSTOPPED | WNOWAIT, &info);
	if (n <= 0)
		return n < 0 ? n : PROCESS_RUNS;
	return info.si_code == CLD_STOPPED ? PROCESS_STOPPED : PROCESS_ENDED;
}

int
pidfd_reap(int pidfd, struct process_end *end)
{
	siginfo_t info;
	int n;

	n = wait_now(P_PIDFD, (id_t)pidfd, WEXITED, &info);
	if (n == 1)
		*end = read_end(&info);
	return n;
}

int
pidfd_stopped(int pidfd, int *signo)
{
	siginfo_t info;
	int n;

	n = wait_now(P_PIDFD, (id_t)pidfd, WSTOPPED, &info);
	if (n == 1)
		*signo = info.si_status;
	return n;
}

int
pidfd_signal(int pidfd, int signo)
{
	return pidfd_send_signal(pidfd, signo, NULL, 0) == -1 ? -errno : 0;
}

int
pidfd_of(pid_t pid)
{
	int error, fd;

	fd = pidfd_open(pid, 0);
	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

int
pidfd_end(int pidfd, struct process_end *end)
{
	struct info info = { .mask = INFO_EXIT };
	int status;

	if (ioctl(pidfd, GET_INFO, &info) == -1)
		return -errno;
	if (!(info.mask & INFO_EXIT))
		return 0;
	status = info.exit_code;
	*end = (struct process_end){
		.by_signal = WIFSIGNALED(status),
		.status = WIFSIGNALED(status) ? WTERMSIG(status) :
						WEXITSTATUS(status),
		.core = WIFSIGNALED(status) && WCOREDUMP(status),
	};
	return 1;
}

int
group_signal(int pidfd, pid_t pgid, int signo)
{
	/* 1 and 0 would be everybody and our own group. */
	assert(pgid > 1);

	if (pidfd_send_signal(pidfd, signo, NULL, PIDFD_SIGNAL_PROCESS_GROUP) ==
	    0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	return kill(-pgid, signo) == -1 ? -errno : 0;
}

bool
process_is_child(pid_t pid)
{
	siginfo_t info;

	return wait_now(P_PID, (id_t)pid, WEXITED | WNOWAIT, &info) >= 0;
}

int
process_reap_any(pid_t *pid, struct process_end *end)
{
	siginfo_t info;
	int n;

	n = wait_now(P_ALL, 0, WEXITED, &info);
	if (n == 1) {
		*pid = info.si_pid;
		*end = read_end(&info);
	}
	return n;
}

void
process_reap_others(pid_t pid, pid_t other)
{
	siginfo_t info;

	while (wait_now(P_ALL, 0, WEXITED | WNOWAIT, &info) == 1 &&
	    info.si_pid != pid && info.si_pid != other)
		(void)wait_now(P_PID, (id_t)info.si_pid, WEXITED, &info);
}

void
process_reap_group(pid_t pgid)
{
	siginfo_t info;

	while (wait_now(P_PGID, (id_t)pgid, WEXITED, &info) == 1)
		;
}

static int64_t
timeval_ns(struct timeval time)
{
	return time.tv_sec * NS_PER_S + time.tv_usec * (NS_PER_S / 1000000);
}

int64_t
process_reaped_cpu_ns(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_CHILDREN, &usage) == -1)
		return 0;
	return timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime);
}
