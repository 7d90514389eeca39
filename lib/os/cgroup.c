/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/cgroup.h"
#include "os/fd.h"
#include "os/files.h"
#include "os/pidfd.h"

/* The longest of the files that are read as a whole. */
#define FILE_SIZE 4096

/* What /proc tells of one process is short, and of all mounts may be long. */
#define MOUNTS_SIZE_MAX ((size_t)1 << 20)

/* How deep groups below a group are removed. */
#define NESTING_MAX 16

static int
open_file(int at, const char *group, const char *file, int flags)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = openat(at, path, flags | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	return fd;
}

/* The first bytes of the file, ended with a NUL: how many, or -errno. */
static ssize_t
read_open(int fd, char text[static FILE_SIZE])
{
	ssize_t n;

	do {
		n = pread(fd, text, FILE_SIZE - 1, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return -errno;
	text[n] = '\0';
	return n;
}

static ssize_t
read_file(int at, const char *group, const char *file,
    char text[static FILE_SIZE])
{
	int fd = open_file(at, group, file, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read_open(fd, text);
	fd_close(&fd);
	return n;
}

/* The path behind `0::` of /proc/PID/cgroup, a line of `text`; or NULL. */
static char *
path_in(char *text)
{
	char *line = text, *end;

	while (line != NULL && strncmp(line, "0::", 3) != 0) {
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	if (line == NULL)
		return NULL;
	end = strchr(line, '\n');
	if (end != NULL)
		*end = '\0';
	return line + 3;
}

/*
 * Looks whether a line of /proc/self/mountinfo is a mount that has the group
 * `own`, and writes where. The kernel quotes blanks in it: such mounts are
 * passed over.
 */
static bool
is_mount_of(char *line, const char *own, char path[static PATH_MAX])
{
	const char *root, *mounted;
	char *type = strstr(line, " - cgroup2 "), *save = NULL;
	size_t len;

	if (type == NULL)
		return false;
	*type = '\0';
	for (int skipped = 0; skipped < 3; skipped++)
		(void)strtok_r(skipped == 0 ? line : NULL, " ", &save);
	root = strtok_r(NULL, " ", &save);
	mounted = strtok_r(NULL, " ", &save);
	if (root == NULL || mounted == NULL || strchr(mounted, '\\') != NULL)
		return false;
	len = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(own, root, len) != 0 ||
	    (own[len] != '/' && own[len] != '\0'))
		return false;
	own += len;
	return snprintf(path, PATH_MAX, "%s%s", mounted,
		   strcmp(own, "/") == 0 ? "" : own) < PATH_MAX;
}

int
cgroup_own(char path[static PATH_MAX])
{
	struct file groups = { .bytes = NULL }, mounts = { .bytes = NULL };
	char *own = NULL, *line, *save = NULL;
	bool found = false;
	int error = file_read("/proc/self/cgroup", MOUNTS_SIZE_MAX, &groups);

	if (error == 0)
		error =
		    file_read("/proc/self/mountinfo", MOUNTS_SIZE_MAX, &mounts);
	if (error == 0)
		own = path_in(groups.bytes);
	if (own != NULL)
		for (line = strtok_r(mounts.bytes, "\n", &save);
		     line != NULL && !found; line = strtok_r(NULL, "\n", &save))
			found = is_mount_of(line, own, path);
	file_free(&groups);
	file_free(&mounts);
	return error < 0 ? error : found ? 0 : -ENOENT;
}

int
cgroup_open(int at, const char *group)
{
	int fd = openat(at, group, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error;

	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

int
cgroup_make(int at, const char *group)
{
	return mkdirat(at, group, 0755) == -1 && errno != EEXIST ? -errno : 0;
}

int
cgroup_write(int at, const char *group, const char *file, const char *text)
{
	/* So a limit of memory reclaims nothing here, which may take long. */
	int fd = open_file(at, group, file, O_WRONLY | O_NONBLOCK);
	int error = 0;

	if (fd < 0)
		return fd;
	if (write(fd, text, strlen(text)) == -1)
		error = -errno;
	fd_close(&fd);
	return error;
}

/* The number of the line of `text` that begins with `key` and a blank. */
static int64_t
value_in(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text != NULL) {
		if (strncmp(text, key, len) == 0 && text[len] == ' ')
			return strtoll(text + len, NULL, 10);
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return -ENODATA;
}

int64_t
cgroup_value(int at, const char *group, const char *file, const char *key)
{
	char text[FILE_SIZE];
	ssize_t n = read_file(at, group, file, text);

	return n < 0 ? n : value_in(text, key);
}

int
cgroup_events(int at, const char *group)
{
	return open_file(at, group, "cgroup.events", O_RDONLY);
}

bool
cgroup_populated(int fd)
{
	char text[FILE_SIZE];

	return read_open(fd, text) >= 0 && value_in(text, "populated") == 1;
}

/* Whether the file, words on a line, has this one. 1, 0 or -errno. */
static int
has_word(int at, const char *group, const char *file, const char *word)
{
	char text[FILE_SIZE], *save = NULL, *at_word;
	ssize_t n = read_file(at, group, file, text);

	if (n < 0)
		return (int)n;
	at_word = strtok_r(text, " \n", &save);
	while (at_word != NULL && strcmp(at_word, word) != 0)
		at_word = strtok_r(NULL, " \n", &save);
	return at_word != NULL;
}

int
cgroup_enable(int at, const char *group, const char *controller)
{
	int got = has_word(at, group, "cgroup.subtree_control", controller);
	char text[32];

	if (got == 0) {
		got = has_word(at, group, "cgroup.controllers", controller);
		if (got == 0)
			return -ENODATA;
		snprintf(text, sizeof(text), "+%s", controller);
		if (got == 1)
			return cgroup_write(at, group, "cgroup.subtree_control",
			    text);
	}
	return got < 0 ? got : 0;
}

int
cgroup_each(int at, const char *group, int (*visit)(pid_t pid, void *arg),
    void *arg)
{
	int fd = open_file(at, group, "cgroup.procs", O_RDONLY);
	pid_t pid = 0;
	char text[FILE_SIZE];
	int result = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	while (result == 0 && (n = read(fd, text, sizeof(text))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			result = -errno;
		for (ssize_t i = 0; i < n && result == 0; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				pid = 10 * pid + text[i] - '0';
				continue;
			}
			/* 0: one that this PID namespace does not have. */
			if (pid > 0)
				result = visit(pid, arg);
			pid = 0;
		}
	}
	fd_close(&fd);
	return result;
}

bool
cgroup_has(const char *end, pid_t pid)
{
	char path[64], text[FILE_SIZE];
	const char *group;
	size_t len = strlen(end), all;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	if (read_file(AT_FDCWD, path, "cgroup", text) < 0)
		return false;
	group = path_in(text);
	all = group != NULL ? strlen(group) : 0;
	return group != NULL && all >= len &&
	    strcmp(group + all - len, end) == 0;
}

static int
kill_one(pid_t pid, void *arg)
{
	const char *end = arg;
	int pidfd = pidfd_of(pid);

	/* Another one may have got the number meanwhile. */
	if (pidfd >= 0 && cgroup_has(end, pid))
		(void)pidfd_signal(pidfd, SIGKILL);
	if (pidfd >= 0)
		fd_close(&pidfd);
	return 0;
}

int
cgroup_kill(int at, const char *group)
{
	int error = cgroup_write(at, group, "cgroup.kill", "1");
	char end[NAME_MAX + 2];
	const char *slash = strrchr(group, '/');

	if (error != -ENOENT)
		return error;
	snprintf(end, sizeof(end), "/%s", slash != NULL ? slash + 1 : group);
	return cgroup_each(at, group, kill_one, end);
}

static int
remove_group(int at, const char *group, unsigned nesting)
{
	const struct dirent *entry;
	DIR *dir = NULL;
	int fd;

	if (unlinkat(at, group, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return -errno;
	fd = openat(at, group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1 && nesting < NESTING_MAX)
		dir = fdopendir(fd);
	if (dir == NULL) {
		fd_close(&fd);
		return -EBUSY;
	}
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			(void)remove_group(fd, entry->d_name, nesting + 1);
	(void)closedir(dir);
	return unlinkat(at, group, AT_REMOVEDIR) == -1 ? -errno : 0;
}

int
cgroup_remove(int at, const char *group)
{
	return remove_group(at, group, 0);
}
