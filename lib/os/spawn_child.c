/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "os/spawn_attributes.h"
#include "os/spawn_child.h"

#define SHELL "/bin/sh"

/* The status of a child that could not start; nobody sees it. */
#define STATUS_FAILED 127

/* Who was not born in its control group moves there. */
IN_CHILD static int
enter_cgroup(const struct spawn_start *start)
{
	const struct spawn_plan *plan = start->plan;
	int fd, error = 0;

	if (!plan->grouped || start->spawner->clone_cgroup)
		return 0;
	fd = openat(plan->cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	if (write(fd, "0", 1) == -1)
		error = -errno;
	(void)close(fd);
	return error;
}

/* Leaves the parent's descriptor table for a private one of the first. */
IN_CHILD static int
separate_table(const struct spawn_start *start)
{
	if (!start->spawner->private_table || start->plan->anywhere)
		return 0;
	return close_range(FD_FIRST, ~0U, CLOSE_RANGE_UNSHARE) == -1 ? -errno :
								       0;
}

/*
 * The parent may have ended before the prctl. 0 is a parent outside of this
 * pid namespace, which whoever inherits orphans here never is.
 */
IN_CHILD static int
tie_to_parent(const struct spawn_start *start)
{
	pid_t parent;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		return -errno;
	parent = getppid();
	return parent == start->spawner->parent || parent == 0 ? 0 : -ESRCH;
}

/* Who changes what he is loses that tie. */
IN_CHILD static int
tie_again(const struct spawn_start *start)
{
	return start->plan->identity == NULL ? 0 : tie_to_parent(start);
}

IN_CHILD static int
make_group(const struct spawn_start *start)
{
	(void)start;
	return setpgid(0, 0) == -1 ? -errno : 0;
}

IN_CHILD static int
write_pids(const struct spawn_start *start)
{
	char *const *text = start->plan->pids;

	for (; text != NULL && *text != NULL; text++) {
		char digits[SPAWN_PID_SIZE];
		int n = 0, at = 0;

		for (pid_t left = getpid(); left > 0; left /= 10)
			digits[n++] = (char)('0' + left % 10);
		while (n > 0)
			(*text)[at++] = digits[--n];
		(*text)[at] = '\0';
	}
	return 0;
}

IN_CHILD static int
take_terminal(const struct spawn_start *start)
{
	if (start->plan->tty == -1)
		return 0;
	return tcsetpgrp(start->plan->tty, getpid()) == -1 ? -errno : 0;
}

/* Will one of the first `before` pairs replace the descriptor `fd`? */
IN_CHILD static bool
replaced_by(const struct spawn_plan *plan, size_t before, int fd)
{
	size_t i;

	for (i = 0; i < before; i++)
		if (plan->fds[i].to == fd)
			return true;
	return false;
}

/* A number above all that descriptors go to. */
IN_CHILD static int
number_beyond(const struct spawn_plan *plan)
{
	int number = FD_FIRST;
	size_t i;

	for (i = 0; i < plan->nfds; i++)
		if (plan->fds[i].to >= number)
			number = plan->fds[i].to + 1;
	return number;
}

/*
 * Closes what a whole table has beside what the child gets: the parent goes on
 * before the program is executed, and must not find duplicates of what it
 * closes.
 */
IN_CHILD static int
close_others(const struct spawn_start *start)
{
	int beyond = number_beyond(start->plan), fd;

	if (!start->plan->anywhere || !start->spawner->private_table)
		return 0;
	for (fd = FD_FIRST; fd < beyond; fd++)
		if (!replaced_by(start->plan, start->plan->nfds, fd))
			(void)close(fd);
	return close_range((unsigned)beyond, ~0U, 0) == -1 ? -errno : 0;
}

/*
 * As if all moved at the same time: what would be replaced before its turn is
 * copied out of the way first.
 */
IN_CHILD static int
pass_descriptors(const struct spawn_start *start)
{
	const struct spawn_plan *plan = start->plan;
	int from[SPAWN_FDS_MAX], n;
	size_t i;

	for (i = 0; i < plan->nfds; i++) {
		from[i] = plan->fds[i].from;
		if (!replaced_by(plan, i, from[i]))
			continue;
		from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, number_beyond(plan));
		if (from[i] == -1)
			return -errno;
	}
	for (i = 0; i < plan->nfds; i++) {
		if (from[i] == plan->fds[i].to)
			n = fcntl(from[i], F_SETFD, 0);
		else
			n = dup2(from[i], plan->fds[i].to);
		if (n == -1)
			return -errno;
	}
	return 0;
}

IN_CHILD static int
change_folder(const struct spawn_start *start)
{
	if (start->plan->cwd == NULL)
		return 0;
	return chdir(start->plan->cwd) == -1 ? -errno : 0;
}

/*
 * After the descriptors: their numbers may be above the lower limit. Before
 * the limits of the plan, which may be above it.
 */
IN_CHILD static int
restore_limit(const struct spawn_start *start)
{
	const struct spawner *spawner = start->spawner;

	if (!spawner->limit_changed)
		return 0;
	return setrlimit(RLIMIT_NOFILE, &spawner->nofile) == -1 ? -errno : 0;
}

IN_CHILD static int
restore_signals(const struct spawn_start *start)
{
	return signals_restore(start->spawner->signals);
}

/* A file of no format that the kernel knows is a script, as in execvp(3). */
IN_CHILD static int
execute_script(const struct spawn_start *start, const char *file)
{
	const char **script = start->area->script;
	size_t i;

	script[0] = SHELL;
	script[1] = file;
	for (i = 1;
	     start->plan->argv[0] != NULL && start->plan->argv[i] != NULL;
	     i++) {
		if (i >= SPAWN_SCRIPT_MAX)
			return -E2BIG;
		script[i + 1] = start->plan->argv[i];
	}
	script[i + 1] = NULL;
	(void)execve(SHELL, (char *const *)script,
	    (char *const *)start->plan->envp);
	return -errno;
}

/* Returns only if the file cannot be executed: -errno. */
IN_CHILD static int
execute_file(const struct spawn_start *start, const char *file)
{
	(void)execve(file, (char *const *)start->plan->argv,
	    (char *const *)start->plan->envp);
	return errno == ENOEXEC ? execute_script(start, file) : -errno;
}

/*
 * Writes the candidate that a search tries in the folder at *path to the
 * area, and moves *path on to the next folder, or makes it NULL.
 */
IN_CHILD static int
next_candidate(const struct spawn_start *start, const char **path)
{
	const char *name = start->plan->argv[0];
	const char *folder = *path;
	char *candidate = start->area->path;
	size_t folder_len, name_len;

	folder_len = strcspn(folder, ":");
	*path = folder[folder_len] == ':' ? folder + folder_len + 1 : NULL;

	/* No folder at all is the current one. */
	if (folder_len == 0) {
		folder = ".";
		folder_len = 1;
	}
	name_len = strlen(name);
	if (folder_len + 1 + name_len + 1 > PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(candidate, folder, folder_len);
	candidate[folder_len] = '/';
	memcpy(candidate + folder_len + 1, name, name_len + 1);
	return 0;
}

/* Does the search go on with the next folder after this error? */
IN_CHILD static bool
search_goes_on(int error)
{
	switch (-error) {
	case EACCES:
	case ENAMETOOLONG:
	case ENODEV:
	case ENOENT:
	case ENOTDIR:
	case ESTALE:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

/*
 * Tries argv[0] in each folder of `path`: -errno of what stopped the search,
 * else of what kept a file from being executed, else -ENOENT.
 */
IN_CHILD static int
search_and_execute(const struct spawn_start *start, const char *path)
{
	int error, result = -ENOENT;

	while (path != NULL) {
		error = next_candidate(start, &path);
		if (error == 0)
			error = execute_file(start, start->area->path);
		if (!search_goes_on(error))
			return error;
		if (error == -EACCES ||
		    (error == -ENAMETOOLONG && result == -ENOENT))
			result = error;
	}
	return result;
}

/* The first candidate that there is, or NULL. */
IN_CHILD static const char *
search_existing(const struct spawn_start *start, const char *path)
{
	while (path != NULL)
		if (next_candidate(start, &path) == 0 &&
		    access(start->area->path, F_OK) == 0)
			return start->area->path;
	return NULL;
}

/*
 * Executes the program. If that fails, looks what was found, because ENOENT
 * of a file that is there means its interpreter.
 */
IN_CHILD static int
execute(const struct spawn_start *start)
{
	const char *name = start->plan->argv[0];
	const char *path = start->plan->path;
	struct spawn_area *area = start->area;
	int error;

	if (path == NULL)
		path = SPAWN_PATH_DEFAULT;
	if (name[0] == '\0') {
		error = -ENOENT;
	} else if (strchr(name, '/') != NULL) {
		error = execute_file(start, name);
		area->file = access(name, F_OK) == 0 ? name : NULL;
	} else {
		error = search_and_execute(start, path);
		area->file = search_existing(start, path);
		/* A folder that may not be looked into has not got it. */
		if (error == -EACCES && area->file == NULL)
			error = -ENOENT;
	}

	area->step = SPAWN_EXECUTE;
	if (error == -ENOENT)
		area->step =
		    area->file == NULL ? SPAWN_SEARCH : SPAWN_INTERPRETER;
	return error;
}

/* What the child does, in this order. The last one names its own step. */
static const struct {
	enum spawn_step step;
	int (*run)(const struct spawn_start *start);
} child_steps[] = {
	{ SPAWN_CGROUP, enter_cgroup },
	{ SPAWN_TABLE, separate_table },
	{ SPAWN_PARENT, tie_to_parent },
	{ SPAWN_GROUP, make_group },
	{ SPAWN_GROUP, write_pids },
	{ SPAWN_TERMINAL, take_terminal },
	{ SPAWN_DESCRIPTORS, pass_descriptors },
	{ SPAWN_DESCRIPTORS, close_others },
	{ SPAWN_INPUT, spawn_set_input },
	{ SPAWN_OOM_SCORE, spawn_set_oom_score },
	{ SPAWN_NICE, spawn_set_nice },
	{ SPAWN_IOPRIO, spawn_set_ioprio },
	{ SPAWN_CPUS, spawn_set_cpus },
	{ SPAWN_LIMIT, restore_limit },
	{ SPAWN_LIMITS, spawn_set_limits },
	{ SPAWN_MOUNTS, spawn_leave_mounts },
	{ SPAWN_ROOT, spawn_change_root },
	{ SPAWN_TMP, spawn_mount_tmp },
	{ SPAWN_CAPABILITIES, spawn_bound_capabilities },
	{ SPAWN_GROUPS, spawn_set_groups },
	{ SPAWN_GID, spawn_set_group },
	{ SPAWN_USER, spawn_set_user },
	{ SPAWN_CAPABILITIES, spawn_set_capabilities },
	{ SPAWN_PARENT, tie_again },
	{ SPAWN_PRIVILEGES, spawn_set_no_new_privileges },
	{ SPAWN_FOLDER, change_folder },
	{ SPAWN_SIGNALS, restore_signals },
	{ SPAWN_EXECUTE, execute },
};
#define CHILD_STEPS (sizeof(child_steps) / sizeof(child_steps[0]))

IN_CHILD int
spawn_child(void *arg)
{
	const struct spawn_start *start = arg;
	int error;
	size_t i;

	for (i = 0; i < CHILD_STEPS; i++) {
		start->area->step = child_steps[i].step;
		start->area->subject = NULL;
		error = child_steps[i].run(start);
		if (error < 0) {
			start->area->error = error;
			break;
		}
	}
	_exit(STATUS_FAILED);
}
