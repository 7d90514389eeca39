/* SPDX-License-Identifier: ISC */
#ifndef OS_USAGE_H
#define OS_USAGE_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

/*
 * What process groups use of the machine: one look at every process in /proc,
 * for all groups at once.
 */
struct usage {
	pid_t group; /* set by the caller */
	uint32_t nprocesses;
	int64_t cpu_ns;    /* of those that live, and what these have reaped */
	int64_t rss_bytes; /* pages that several share count for each */
};

/*
 * Sorts `groups` by their numbers and fills them. 0, or -errno where /proc is
 * missing: then all are as if they were empty.
 */
int usage_read(struct usage *groups, size_t n);

/* The one of these that usage_read() has filled, or NULL. */
struct usage *usage_find(struct usage *groups, size_t n, pid_t group);

/* How many descriptors a process has, or -errno. */
int usage_descriptors(pid_t pid);

#endif
