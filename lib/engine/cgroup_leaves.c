/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/cgroup_leaf.h"
#include "engine/engine.h"
#include "engine/mark.h"
#include "os/cgroup.h"
#include "os/proc.h"

#define FOLDER_PREFIX "supervise."
#define FOLDER_SELF   "self"

int
leaves_find(const char *said, char base[])
{
	if (said == NULL || *said != '/')
		return cgroup_own(base);
	return strlcpy(base, said, PATH_MAX) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

void
leaves_init(struct engine *e, const char *base, int error)
{
	struct leaves *l = &e->leaves;

	l->base = base;
	l->error = error;
	l->folder = -1;
	snprintf(l->name, sizeof(l->name), FOLDER_PREFIX "%d",
	    (int)e->guardian);
}

void
leaves_fini(struct engine *e)
{
	if (e->leaves.folder == -1)
		return;
	fd_close(&e->leaves.folder);
	leaves_remove(e->leaves.base, e->guardian, false);
}

/* Opens the folder of `guardian` in `base`, and writes its name. */
static int
open_folder(const char *base, pid_t guardian, char path[static PATH_MAX])
{
	if (*base == '\0' ||
	    snprintf(path, PATH_MAX, "%s/" FOLDER_PREFIX "%d", base,
		(int)guardian) >= PATH_MAX)
		return -ENOENT;
	return cgroup_open(AT_FDCWD, path);
}

void
leaves_kill(const char *base, pid_t guardian)
{
	char path[PATH_MAX];
	int at = open_folder(base, guardian, path);
	const struct dirent *entry;
	DIR *dir;

	if (at < 0)
		return;
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    strcmp(entry->d_name, FOLDER_SELF) != 0)
			(void)cgroup_kill(at, entry->d_name);
	if (dir != NULL)
		(void)closedir(dir);
	fd_close(&at);
}

/* Goes back to where supervise was started, which hands nothing on then. */
static void
leave_folder(const char *base, int at)
{
	char text[32];

	for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
		snprintf(text, sizeof(text), "-%s", cgroup_controller_text[i]);
		(void)cgroup_write(at, ".", "cgroup.subtree_control", text);
		(void)cgroup_write(AT_FDCWD, base, "cgroup.subtree_control",
		    text);
	}
	(void)cgroup_write(AT_FDCWD, base, "cgroup.procs", "0");
}

void
leaves_remove(const char *base, pid_t guardian, bool last)
{
	char path[PATH_MAX], self[64];
	int at = open_folder(base, guardian, path);

	if (at < 0)
		return;
	snprintf(self, sizeof(self), "/" FOLDER_PREFIX "%d/" FOLDER_SELF,
	    (int)guardian);
	if (last && cgroup_has(self, getpid()))
		leave_folder(base, at);
	fd_close(&at);
	(void)cgroup_remove(AT_FDCWD, path);
}

/* Removes empty folders of supervisors that were killed with all they had. */
static void
remove_left(const char *base)
{
	size_t len = strlen(FOLDER_PREFIX);
	const struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir = opendir(base);

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *number = entry->d_name + len;
		long pid;
		char *end;

		if (strncmp(entry->d_name, FOLDER_PREFIX, len) != 0)
			continue;
		pid = strtol(number, &end, 10);
		if (end == number || *end != '\0' || pid <= 0 ||
		    kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(path, sizeof(path), "%s/%s", base, entry->d_name);
		(void)cgroup_remove(AT_FDCWD, path);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

bool
leaves_have_folder(struct engine *e)
{
	struct leaves *l = &e->leaves;
	char path[PATH_MAX];

	if (l->tried)
		return l->folder != -1;
	l->tried = true;
	if (l->error == 0) {
		remove_left(l->base);
		snprintf(path, sizeof(path), "%s/%s", l->base, l->name);
		l->error = cgroup_make(AT_FDCWD, path);
		l->folder =
		    l->error == 0 ? cgroup_open(AT_FDCWD, path) : l->error;
		l->error = l->folder < 0 ? l->folder : 0;
	}
	if (l->error == 0)
		return true;
	l->folder = -1;
	reporter_message(&e->reporter, RECORD_WARNING,
	    "workers have no control groups, and limits of memory, pids and "
	    "cpu are not in force: %s%s: %s",
	    *l->base != '\0' ? "cannot make one in " : "no cgroup v2 here",
	    l->base, strerror(-l->error));
	return false;
}

/* Moves what is ours out of the group that is to hand controllers on. */
static int
move_ours(pid_t pid, void *arg)
{
	const char *const entries[] = { mark_text(), NULL };
	struct engine *e = arg;
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	if (pid == getpid() || pid == e->guardian || pid == e->witness ||
	    pid == e->outlets.logger || proc_env_has(pid, entries) == 1)
		(void)cgroup_write(e->leaves.folder, FOLDER_SELF,
		    "cgroup.procs", text);
	return 0;
}

static int
hand_on(struct engine *e, const char *controller)
{
	struct leaves *l = &e->leaves;
	int error = cgroup_enable(AT_FDCWD, l->base, controller);

	if (error == -EBUSY) {
		error = cgroup_make(l->folder, FOLDER_SELF);
		if (error == 0)
			error = cgroup_each(AT_FDCWD, l->base, move_ours, e);
		if (error == 0)
			error = cgroup_enable(AT_FDCWD, l->base, controller);
	}
	return error == 0 ? cgroup_enable(l->folder, ".", controller) : error;
}

int
leaves_controller(struct engine *e, enum cgroup_controller controller)
{
	struct leaves *l = &e->leaves;
	uint32_t bit = UINT32_C(1) << controller;

	if ((l->asked & bit) == 0)
		l->errors[controller] =
		    hand_on(e, cgroup_controller_text[controller]);
	l->asked |= bit;
	return l->errors[controller];
}

/* The folder that the root says, "" for the usual one. */
static const char *
folder_said(const struct spec *root)
{
	const char *said = root->sup.cgroup;

	return said != NULL && *said == '/' ? said : "";
}

void
leaves_read_again(struct engine *e, const struct spec *root)
{
	const char *said = folder_said(root);

	if (strcmp(said, folder_said(e->conf->root)) != 0 &&
	    strcmp(said, folder_said(e->run->conf->root)) != 0)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "cgroup %s: control groups are made elsewhere only when "
		    "supervise is started anew",
		    *said != '\0' ? said : "yes");
}
