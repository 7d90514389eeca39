/* SPDX-License-Identifier: ISC */
#include "bench_proc.h"

#include <assert.h>
#include <dirent.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* From the end of the name to the parent in /proc/PID/stat: ") S 1 ". */
enum {
	STAT_PARENT = 4
};

struct process {
	pid_t pid;
	pid_t parent;
};

struct processes {
	struct process *at; /* owned; ordered by parent once complete */
	size_t count;
	size_t room;
};

static int
compare_parents(const void *a, const void *b)
{
	const struct process *x = a;
	const struct process *y = b;

	return (x->parent > y->parent) - (x->parent < y->parent);
}

static int
compare_pids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a;
	pid_t y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static void *
grown(void *array, size_t room, size_t size)
{
	array = reallocarray(array, room, size);
	if (array == NULL)
		err(1, NULL);
	return array;
}

static pid_t
parent_of(const char *pid)
{
	char path[64];
	char text[512];
	const char *after_name;
	FILE *f;
	pid_t parent = -1;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return -1;
	if (fgets(text, sizeof(text), f) != NULL) {
		/* The name may hold anything, a closing parenthesis too. */
		after_name = strrchr(text, ')');
		if (after_name != NULL && strlen(after_name) > STAT_PARENT)
			parent =
			    (pid_t)strtol(after_name + STAT_PARENT, NULL, 10);
	}
	(void)fclose(f);
	return parent;
}

static void
read_processes(struct processes *all)
{
	const struct dirent *entry;
	DIR *dir;

	dir = opendir("/proc");
	if (dir == NULL)
		err(1, "/proc");
	while ((entry = readdir(dir)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid <= 0)
			continue;
		if (all->count == all->room) {
			all->room = all->room * 2 + 1024;
			all->at = grown(all->at, all->room, sizeof(*all->at));
		}
		all->at[all->count++] =
		    (struct process){ pid, parent_of(entry->d_name) };
	}
	(void)closedir(dir);
	assert(all->at != NULL); /* it holds this process at least */
	qsort(all->at, all->count, sizeof(*all->at), compare_parents);
}

/* The index of the first process whose parent is not below `parent`. */
static size_t
first_child(const struct processes *all, pid_t parent)
{
	size_t low = 0;
	size_t high = all->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (all->at[middle].parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
proc_below(pid_t **pids)
{
	struct processes all = { 0 };
	pid_t parent = getpid();
	size_t count = 0;

	read_processes(&all);
	*pids = grown(NULL, all.count + 1, sizeof(**pids));
	for (size_t next = 0;; next++) {
		size_t i = first_child(&all, parent);

		for (; i < all.count && all.at[i].parent == parent; i++)
			(*pids)[count++] = all.at[i].pid;
		if (next == count)
			break;
		parent = (*pids)[next];
	}
	free(all.at);
	return count;
}

/* Adds up the numbers of the lines of /proc/PID/FILE that start with `key`. */
static int64_t
sum_lines(pid_t pid, const char *file, const char *const *keys)
{
	char path[64];
	char line[256];
	int64_t sum = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		for (const char *const *key = keys; *key != NULL; key++)
			if (strncmp(line, *key, strlen(*key)) == 0)
				sum += strtoll(line + strlen(*key), NULL, 10);
	(void)fclose(f);
	return sum;
}

void
proc_usage(const pid_t *children, size_t nchildren, struct proc_usage *usage)
{
	static const char *const private[] = {
		"Private_Clean:", "Private_Dirty:", NULL
	};
	static const char *const proportional[] = { "Pss:", NULL };
	static const char *const switches[] = {
		"voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:", NULL
	};
	pid_t *sorted = grown(NULL, nchildren + 1, sizeof(*sorted));
	pid_t *pids;
	size_t npids = proc_below(&pids);

	memcpy(sorted, children, nchildren * sizeof(*sorted));
	qsort(sorted, nchildren, sizeof(*sorted), compare_pids);
	*usage = (struct proc_usage){ 0 };
	for (size_t i = 0; i < npids; i++) {
		if (bsearch(&pids[i], sorted, nchildren, sizeof(*sorted),
			compare_pids) != NULL)
			continue;
		usage->nprocs++;
		usage->private_kb +=
		    sum_lines(pids[i], "smaps_rollup", private);
		usage->proportional_kb +=
		    sum_lines(pids[i], "smaps_rollup", proportional);
		usage->switches += sum_lines(pids[i], "status", switches);
	}
	free(pids);
	free(sorted);
}

/* Ticks of all processors since boot: busy ones and all. */
static void
read_ticks(double *busy, double *all)
{
	enum {
		USER,
		NICE,
		SYSTEM,
		IDLE,
		IOWAIT,
		IRQ,
		SOFTIRQ,
		STEAL,
		KINDS
	};
	char line[512] = "";
	char *at = line + strlen("cpu");
	double ticks[KINDS];
	FILE *f = fopen("/proc/stat", "re");

	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		err(1, "/proc/stat");
	(void)fclose(f);
	for (size_t i = 0; i < KINDS; i++)
		ticks[i] = strtod(at, &at);
	*busy = ticks[USER] + ticks[NICE] + ticks[SYSTEM] + ticks[IRQ] +
	    ticks[SOFTIRQ] + ticks[STEAL];
	*all = *busy + ticks[IDLE] + ticks[IOWAIT];
}

double
proc_load(int ms)
{
	struct timespec pause = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L };
	double busy, all, busy_after, all_after;

	read_ticks(&busy, &all);
	(void)nanosleep(&pause, NULL);
	read_ticks(&busy_after, &all_after);
	if (all_after <= all)
		return 0;
	return (busy_after - busy) / (all_after - all);
}
