/* SPDX-License-Identifier: ISC */
#ifndef OS_PIDFD_H
#define OS_PIDFD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Processes by descriptor: how one ended, and signals that cannot reach a
 * stranger that was given the number of a process long gone.
 */

/* How a process ended. */
struct process_end {
	int status; /* exit status, or the signal if `by_signal` */
	bool by_signal;
	bool core; /* the signal left a core dump */
};

/* What an unreaped child is doing. */
enum process_state {
	PROCESS_RUNS,
	PROCESS_STOPPED, /* by a signal, until SIGCONT */
	PROCESS_ENDED,   /* and is unreaped */
};

/*
 * What the child is doing, an enum process_state, or -errno. Takes nothing: an
 * ended child is left unreaped, so that its pid and its group's number stay
 * taken.
 */
int pidfd_state(int pidfd);

/* Reaps the child if it has ended: 1 and *end, 0 not yet, -errno. */
int pidfd_reap(int pidfd, struct process_end *end);

/*
 * Says whether the child was stopped since last asked: 1 and *signo, the
 * signal that stopped it; 0 if not; -errno.
 */
int pidfd_stopped(int pidfd, int *signo);

/* Sends `signo`, or with 0 only tries: 0, -ESRCH after the reap, -errno. */
int pidfd_signal(int pidfd, int signo);

/*
 * Opens a pidfd, FD_FIRST or above, of any process: for processes that are
 * not our children. The caller owns it. -errno; -ESRCH if there is none.
 */
int pidfd_of(pid_t pid);

/*
 * How the process of `pidfd` ended, which need not be our child: 1 and *end; 0:
 * nobody has reaped it yet; -errno where the kernel does not tell, which it
 * does since 6.15.
 */
int pidfd_end(int pidfd, struct process_end *end);

/*
 * Sends `signo` to every process of the group that the process of `pidfd`
 * leads or led and whose number is `pgid`; with 0 only tries. -ESRCH exactly
 * when the group is empty; an ended but unreaped process is still in it.
 * -EPERM when there are members and none of them may be signalled.
 *
 * From Linux 6.9 on it goes through the pidfd and never reaches a later group
 * of the same number. Before, it goes by number, which is certain only while
 * the leader is unreaped or the group has members.
 */
int group_signal(int pidfd, pid_t pgid, int signo);

/* Whether `pid` is a child of ours, ended and unreaped perhaps. */
bool process_is_child(pid_t pid);

/*
 * Reaps any child that has ended: 1, *pid and *end; 0 if children are left
 * but none has ended; -ECHILD if there are none. Looks at all children: for
 * the guardian and its orphans.
 */
int process_reap_any(pid_t *pid, struct process_end *end);

/*
 * Reaps the children that have ended, as far as they come before `pid` and
 * `other`, which are left; 0: none is.
 */
void process_reap_others(pid_t pid, pid_t other);

/* Reaps the children of that process group that have ended. */
void process_reap_group(pid_t pgid);

/*
 * The processor time of all that we have reaped so far, and of what these had
 * reaped themselves.
 */
int64_t process_reaped_cpu_ns(void);

#endif
