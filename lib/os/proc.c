/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/units.h"
#include "base/utf8.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"

/* Room for "/proc/PID/task/PID/children". */
#define PATH_SIZE 64

/* Numbers of processes are lower: PID_MAX_LIMIT of the kernel. */
#define PID_MAX 4194304

/* What is read of a file at a time. */
#define CHUNK_SIZE 4096

/* Room for /proc/PID/stat, whose name has at most PROC_COMM_SIZE bytes. */
#define STAT_SIZE 1024

/* PF_EXITING of the flags in /proc/PID/stat. */
#define FLAG_EXITING 0x4UL

/* The most entries that proc_env_has() looks for. */
#define ENV_ENTRIES_MAX 16

/* The whole of `text` as a pid, or -1. */
static pid_t
parse_pid(const char *text)
{
	char *end;
	long pid;

	pid = strtol(text, &end, 10);
	return end != text && *end == '\0' && pid > 0 ? (pid_t)pid : -1;
}

/* Whether the numbers in /proc are those of our own PID namespace. */
static bool
is_ours(void)
{
	static bool ours;
	char self[PATH_SIZE] = "";

	if (!ours && readlink("/proc/self", self, sizeof(self) - 1) > 0)
		ours = parse_pid(self) == getpid();
	return ours;
}

/* Reads a file of /proc/PID from its start. -errno; -ENOENT: no /proc. */
static int
open_of(pid_t pid, const char *name)
{
	char path[PATH_SIZE];
	int fd;

	if (!is_ours())
		return -ENOENT;
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd != -1)
		return fd;

	/* No such process, or no /proc any more? */
	if (errno == ENOENT && access("/proc/self", F_OK) == 0)
		return -ESRCH;
	return -errno;
}

static ssize_t
read_chunk(int fd, char *buf, size_t size)
{
	ssize_t n;

	do {
		n = read(fd, buf, size);
	} while (n == -1 && errno == EINTR);
	return n == -1 ? -errno : n;
}

/* The first bytes of /proc/PID/NAME, ended with a NUL: how many, or -errno. */
static ssize_t
read_start(pid_t pid, const char *name, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int fd;

	fd = open_of(pid, name);
	if (fd < 0)
		return fd;
	do {
		n = read_chunk(fd, buf + used, size - 1 - used);
		used += n > 0 ? (size_t)n : 0;
	} while (n > 0 && used < size - 1);
	fd_close(&fd);
	if (n < 0)
		return n;
	buf[used] = '\0';
	return (ssize_t)used;
}

int
proc_adopt_orphans(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1) == -1 ? -errno : 0;
}

int
proc_children_open(pid_t pid)
{
	char name[PATH_SIZE];
	int error, fd;

	(void)snprintf(name, sizeof(name), "task/%d/children", (int)pid);
	fd = open_of(pid, name);
	if (fd < 0)
		return fd;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

/* A list of numbers that is read in pieces. */
struct pid_list {
	pid_t pid; /* the digits so far of a number not yet ended, or 0 */
	int (*visit)(pid_t pid, void *arg);
	void *arg;
};

/* Every number is followed by a blank, the last one too. */
static int
visit_chunk(struct pid_list *list, const char *chunk, size_t len)
{
	int result;
	size_t i;

	for (i = 0; i < len; i++) {
		if (chunk[i] >= '0' && chunk[i] <= '9') {
			list->pid = list->pid * 10 + (chunk[i] - '0');
			continue;
		}
		result = list->pid == 0 ? 0 : list->visit(list->pid, list->arg);
		if (result != 0)
			return result;
		list->pid = 0;
	}
	return 0;
}

/* Own children, without /proc. */
static int
each_number(int (*visit)(pid_t pid, void *arg), void *arg)
{
	int result = 0;

	if (waitid(P_ALL, 0, NULL, WEXITED | WNOHANG | WNOWAIT) == -1)
		return errno == ECHILD ? 0 : -errno;
	for (pid_t pid = 1; pid < PID_MAX && result == 0; pid++)
		if (process_is_child(pid))
			result = visit(pid, arg);
	return result;
}

int
proc_children_each(int fd, int (*visit)(pid_t pid, void *arg), void *arg)
{
	struct pid_list list = { 0, visit, arg };
	char chunk[CHUNK_SIZE];
	off_t offset = 0;
	int result = 0;
	ssize_t n;

	if (fd < 0)
		return each_number(visit, arg);
	while (result == 0) {
		n = pread(fd, chunk, sizeof(chunk), offset);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? 0 : -errno;
		offset += n;
		result = visit_chunk(&list, chunk, (size_t)n);
	}
	return result;
}

/*
 * Calls `visit` with entry after entry of an environment. One that does not
 * fit into PROC_ENV_ENTRY_MAX bytes is left out.
 */
static int
each_entry(int fd, int (*visit)(const char *entry, void *arg), void *arg)
{
	char buf[PROC_ENV_ENTRY_MAX + 1];
	bool too_long = false;
	size_t start, used = 0;
	ssize_t n;
	char *end;
	int result;

	while ((n = read_chunk(fd, buf + used, sizeof(buf) - used)) > 0) {
		used += (size_t)n;
		start = 0;
		while ((end = memchr(buf + start, '\0', used - start)) !=
		    NULL) {
			result = too_long ? 0 : visit(buf + start, arg);
			if (result != 0)
				return result;
			too_long = false;
			start = (size_t)(end - buf) + 1;
		}
		used -= start;
		memmove(buf, buf + start, used);
		if (used == sizeof(buf)) {
			too_long = true;
			used = 0;
		}
	}
	return (int)n;
}

int
proc_env_each(pid_t pid, int (*visit)(const char *entry, void *arg), void *arg)
{
	int fd = open_of(pid, "environ");
	int result;

	if (fd < 0)
		return fd;
	result = each_entry(fd, visit, arg);
	fd_close(&fd);
	return result;
}

/* Entries that are looked for: bit i of `wanted` stands for entries[i]. */
struct wanted {
	const char *const *entries;
	uint32_t bits;
};

/* Crosses an entry off the list: 1 when nothing is left of it. */
static int
cross_off(const char *entry, void *arg)
{
	struct wanted *wanted = arg;

	for (size_t i = 0; wanted->entries[i] != NULL; i++)
		if (strcmp(entry, wanted->entries[i]) == 0)
			wanted->bits &= ~(UINT32_C(1) << i);
	return wanted->bits == 0;
}

int
proc_env_has(pid_t pid, const char *const *entries)
{
	struct wanted wanted = { .entries = entries };

	for (size_t i = 0; entries[i] != NULL; i++) {
		assert(i < ENV_ENTRIES_MAX);
		wanted.bits |= UINT32_C(1) << i;
	}
	return proc_env_each(pid, cross_off, &wanted);
}

/* The fields from `minflt` on that tell what a process uses. */
static void
read_usage(struct proc_stat *stat, char *at)
{
	int64_t ns_per_tick = NS_PER_S / sysconf(_SC_CLK_TCK);

	for (int i = 0; i < 4; i++)
		(void)strtoul(at, &at, 10); /* faults */
	for (int i = 0; i < 2; i++)
		stat->own_cpu_ns += strtoll(at, &at, 10) * ns_per_tick;
	stat->cpu_ns = stat->own_cpu_ns;
	for (int i = 0; i < 2; i++)
		stat->cpu_ns += strtoll(at, &at, 10) * ns_per_tick;
	for (int i = 0; i < 6; i++)
		(void)strtoull(at, &at, 10); /* priority to vsize */
	stat->rss_bytes = strtoll(at, &at, 10) * sysconf(_SC_PAGESIZE);
}

int
proc_stat(pid_t pid, struct proc_stat *stat)
{
	char text[STAT_SIZE];
	struct proc_stat found = { .pid = pid };
	char *open, *close, *at;
	ssize_t n;

	n = read_start(pid, "stat", text, sizeof(text));
	if (n < 0)
		return (int)n;

	/* The name may hold parentheses and blanks; no field after it does. */
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (open == NULL || close == NULL || close < open || close[1] != ' ' ||
	    close[2] == '\0')
		return -EPROTO;
	*close = '\0';
	(void)strlcpy(found.comm, open + 1, sizeof(found.comm));
	found.state = close[2];
	at = close + 3;
	found.ppid = (pid_t)strtol(at, &at, 10);
	found.pgrp = (pid_t)strtol(at, &at, 10);
	found.session = (pid_t)strtol(at, &at, 10);
	(void)strtol(at, &at, 10); /* terminal */
	(void)strtol(at, &at, 10); /* its group in the foreground */
	found.ending = (strtoul(at, &at, 10) & FLAG_EXITING) != 0 &&
	    found.state != 'Z' && found.state != 'X';
	read_usage(&found, at);
	*stat = found;
	return 0;
}

int
proc_cmdline(pid_t pid, char *buf, size_t size)
{
	struct proc_stat stat;
	ssize_t i, n;
	int error;

	assert(size > 0);
	n = read_start(pid, "cmdline", buf, size);
	if (n < 0)
		return (int)n;
	while (n > 0 && buf[n - 1] == '\0')
		n--;
	if (n == 0) {
		error = proc_stat(pid, &stat);
		if (error == 0)
			(void)snprintf(buf, size, "[%s]", stat.comm);
		return error;
	}
	for (i = 0; i < n; i++)
		if (buf[i] == '\0')
			buf[i] = ' ';
	utf8_tame(buf, (size_t)n, false, '?');
	return 0;
}

int
proc_each(int (*visit)(pid_t pid, void *arg), void *arg)
{
	const struct dirent *entry;
	int result = 0;
	pid_t pid;
	DIR *dir;

	if (!is_ours())
		return -ENOENT;
	dir = opendir("/proc");
	if (dir == NULL)
		return -errno;
	while (result == 0) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL) {
			result = -errno;
			break;
		}
		pid = parse_pid(entry->d_name);
		if (pid != -1)
			result = visit(pid, arg);
	}
	(void)closedir(dir);
	return result;
}
