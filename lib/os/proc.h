/* SPDX-License-Identifier: ISC */
#ifndef OS_PROC_H
#define OS_PROC_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What /proc tells about processes: who the children of one are, what is in
 * its environment, what it is called. Everything returns -errno when /proc is
 * missing or hides the process, and its callers do without.
 */

/* The most bytes of a command's name, its NUL included. */
#define PROC_COMM_SIZE 64

/* Facts about one process. */
struct proc_stat {
	pid_t pid;
	pid_t ppid;
	pid_t pgrp;
	pid_t session;
	char state;         /* as in proc(5): R, S, D, Z, T … */
	bool ending;        /* it does no more, but has its children still */
	int64_t own_cpu_ns; /* that it has used */
	int64_t cpu_ns;     /* the same with that of what it has reaped */
	int64_t rss_bytes;  /* of its memory, those that are in the machine's */
	char comm[PROC_COMM_SIZE];
};

/* Makes orphaned descendants children of the calling process. 0 or -errno. */
int proc_adopt_orphans(void);

/*
 * Opens the list of a process's children, to be read any number of times
 * with proc_children_each(). The process has one thread. The caller owns the
 * descriptor, which is FD_FIRST or above. -errno on failure.
 */
int proc_children_open(pid_t pid);

/*
 * Calls `visit` with each child in the list, ended but unreaped ones
 * included, until it returns other than 0. Children that come or go
 * meanwhile may be missed: whoever needs none left asks again. 0, what
 * `visit` returned, or -errno.
 *
 * Where there is no list, `fd` below 0, it is about our own children: asks
 * of every number that a process can have, which takes up to a second.
 */
int proc_children_each(int fd, int (*visit)(pid_t pid, void *arg), void *arg);

/*
 * Calls `visit` with each entry, NAME=VALUE, of the environment that the
 * process was executed with, until it returns other than 0. Entries of
 * PROC_ENV_ENTRY_MAX bytes and more are left out. 0, what `visit` returned,
 * or -errno.
 */
int
proc_env_each(pid_t pid, int (*visit)(const char *entry, void *arg), void *arg);

/*
 * Has the process all of `entries` (NAME=VALUE, ends with NULL, each under
 * PROC_ENV_ENTRY_MAX bytes, at most 16) in the environment that it was
 * executed with? 1, 0, or -errno.
 */
#define PROC_ENV_ENTRY_MAX 4096
int proc_env_has(pid_t pid, const char *const *entries);

/* Reads the facts about a process. 0 or -errno; -ESRCH if there is none. */
int proc_stat(pid_t pid, struct proc_stat *stat);

/*
 * Writes the command line of a process to buf, words separated by blanks,
 * control characters as `?`, cut to fit; its name in brackets if it has none.
 * 0 or -errno.
 */
int proc_cmdline(pid_t pid, char *buf, size_t size);

/*
 * Calls `visit` with every process there is, until it returns other than 0.
 * 0, what `visit` returned, or -errno.
 */
int proc_each(int (*visit)(pid_t pid, void *arg), void *arg);

#endif
