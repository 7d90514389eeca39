/* SPDX-License-Identifier: ISC */
#ifndef OS_CGROUP_H
#define OS_CGROUP_H

#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Control groups, version 2: folders of a file system of their own. A group is
 * named by a descriptor of a folder, or AT_FDCWD, and a path from there; "."
 * is the folder itself. Nothing here keeps anything, nothing waits, and nothing
 * asks whether the folder is one: where it is not, files are missing.
 */

/*
 * Writes the path of the group that this process is in, as far as it can be
 * seen. 0 or -errno; -ENOENT: no such file system is mounted here.
 */
int cgroup_own(char path[static PATH_MAX]);

/* Opens the folder, FD_FIRST or above, to be a start of paths. -errno. */
int cgroup_open(int at, const char *group);

/* Makes the group, unless it is there. 0 or -errno. */
int cgroup_make(int at, const char *group);

/* Writes `text` to a file of the group. 0 or -errno. */
int cgroup_write(int at, const char *group, const char *file, const char *text);

/*
 * The number behind `key` in a file of the group, as in `populated 1`, not
 * below 0; or -errno, -ENODATA when the file has no such line.
 */
int64_t
cgroup_value(int at, const char *group, const char *file, const char *key);

/* Opens cgroup.events, to be polled for EPOLLPRI and read again. -errno. */
int cgroup_events(int at, const char *group);

/* The value of `populated` in it: 1: processes are in the group or below. */
bool cgroup_populated(int fd);

/*
 * Lets groups below have limits of `controller`. 0; -ENODATA: the group itself
 * has not got it; -EBUSY: processes are in it; other -errno.
 */
int cgroup_enable(int at, const char *group, const char *controller);

/*
 * Calls `visit` with each process in the group itself, until it returns other
 * than 0. 0, what `visit` returned, or -errno.
 */
int cgroup_each(int at, const char *group, int (*visit)(pid_t pid, void *arg),
    void *arg);

/* Whether the path of the group that `pid` is in has this end. */
bool cgroup_has(const char *end, pid_t pid);

/*
 * Sends SIGKILL to all processes in the group and below. Before Linux 5.14, to
 * those that it finds in the group itself: to be repeated. 0 or -errno.
 */
int cgroup_kill(int at, const char *group);

/* Removes the group and what is below it. 0 or -errno; -EBUSY: populated. */
int cgroup_remove(int at, const char *group);

#endif
