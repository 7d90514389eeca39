/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/proc.h"
#include "os/usage.h"

/* Room for "/proc/PID/fd". */
#define PATH_SIZE 32

struct groups {
	struct usage *items;
	size_t n;
};

static int
compare(const void *a, const void *b)
{
	const struct usage *x = a, *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

struct usage *
usage_find(struct usage *groups, size_t n, pid_t group)
{
	const struct usage key = { .group = group };

	return n == 0 ? NULL : bsearch(&key, groups, n, sizeof(key), compare);
}

static int
add_process(pid_t pid, void *arg)
{
	const struct groups *groups = arg;
	struct proc_stat stat;
	struct usage *usage;

	/* One that has just ended is not there any more. */
	if (proc_stat(pid, &stat) < 0)
		return 0;
	usage = usage_find(groups->items, groups->n, stat.pgrp);
	if (usage == NULL)
		return 0;
	usage->nprocesses += stat.state != 'Z';
	usage->cpu_ns += stat.cpu_ns;
	usage->rss_bytes += stat.rss_bytes;
	return 0;
}

int
usage_read(struct usage *groups, size_t n)
{
	struct groups all = { groups, n };

	for (size_t i = 0; i < n; i++)
		groups[i] = (struct usage){ .group = groups[i].group };
	if (n == 0)
		return 0;
	qsort(groups, n, sizeof(*groups), compare);
	return proc_each(add_process, &all);
}

int
usage_descriptors(pid_t pid)
{
	char path[PATH_SIZE];
	DIR *dir;
	int n = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (dir == NULL)
		return -errno;
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n - 2; /* `.` and `..` */
}
