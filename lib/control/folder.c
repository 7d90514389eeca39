/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/folder.h"

#define ROOT_FOLDER "/run/supervise"

/* Below a folder that the user has from the system. */
#define SUBFOLDER "/supervise"

/* Whether `path` is a folder of this user, as a place for others. */
static bool
is_own_folder(const char *path)
{
	struct stat st;

	return path[0] == '/' && stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == geteuid();
}

/* Adds the folder unless it is there already. */
static void
add(struct control_folders *folders, const char *path, const char *below)
{
	char *to = folders->paths[folders->n];
	int len = snprintf(to, PATH_MAX, "%s%s", path, below);

	if (len < 0 || len >= PATH_MAX)
		return;
	for (size_t i = 0; i < folders->n; i++)
		if (strcmp(folders->paths[i], to) == 0)
			return;
	folders->n++;
}

void
control_folders(struct control_folders *folders)
{
	const char *given = getenv("XDG_RUNTIME_DIR");
	char path[64];

	folders->n = 0;
	if (geteuid() == 0) {
		add(folders, ROOT_FOLDER, "");
		return;
	}

	/* After `su` the variable may name a folder of somebody else. */
	if (given != NULL && is_own_folder(given))
		add(folders, given, SUBFOLDER);
	snprintf(path, sizeof(path), "/tmp/supervise-%ju",
	    (uintmax_t)geteuid());
	add(folders, path, "");

	/* What was started in a session is found from outside it. */
	snprintf(path, sizeof(path), "/run/user/%ju", (uintmax_t)geteuid());
	if (is_own_folder(path))
		add(folders, path, SUBFOLDER);
}

/* Says how a folder is not safe, and what helps; always -EPERM. */
static int
refuse(const char *path, const struct stat *st,
    char why[static CONTROL_WHY_SIZE])
{
	if (!S_ISDIR(st->st_mode))
		snprintf(why, CONTROL_WHY_SIZE,
		    "%s is %s, expected a folder: remove it, or put the "
		    "socket elsewhere with -S PATH",
		    path, S_ISLNK(st->st_mode) ? "a symbolic link" : "a file");
	else if (st->st_uid != geteuid())
		snprintf(why, CONTROL_WHY_SIZE,
		    "the folder %s belongs to user %ju, not to you: have it "
		    "removed, or put the socket elsewhere with -S PATH",
		    path, (uintmax_t)st->st_uid);
	else
		snprintf(why, CONTROL_WHY_SIZE,
		    "the folder %s is open to others (mode %04o): look at "
		    "what is in it, then chmod 700 %s",
		    path, (unsigned)(st->st_mode & 07777), path);
	return -EPERM;
}

int
control_folder_check(const char *path, char why[static CONTROL_WHY_SIZE])
{
	struct stat st;

	if (lstat(path, &st) == -1) {
		int error = -errno;

		snprintf(why, CONTROL_WHY_SIZE, "cannot look at %s: %s", path,
		    strerror(-error));
		return error == -ENOTDIR ? -ENOENT : error;
	}
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return refuse(path, &st, why);
	return 0;
}

int
control_folder_make(const char *path, char why[static CONTROL_WHY_SIZE])
{
	if (mkdir(path, S_IRWXU) == -1 && errno != EEXIST) {
		int error = -errno;

		snprintf(why, CONTROL_WHY_SIZE,
		    "cannot make the folder %s: %s; -S PATH puts the socket "
		    "elsewhere",
		    path, strerror(-error));
		return error;
	}
	return control_folder_check(path, why);
}
