/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_FOLDER_H
#define CONTROL_FOLDER_H

#include <limits.h>
#include <stddef.h>

#include "control/place.h"

/*
 * The folders of sockets with labels. Whoever may write into one decides whom
 * a command talks to, so it is used only if it is a folder of this user that
 * nobody else can enter.
 */

/* Most folders in which one user's sockets can be. */
#define CONTROL_FOLDERS_MAX 3

struct control_folders {
	char paths[CONTROL_FOLDERS_MAX][PATH_MAX];
	size_t n; /* the first is where new sockets go */
};

/* Says where this user's sockets can be, whether the folders exist or not. */
void control_folders(struct control_folders *folders);

/*
 * Looks at the folder. 0; -ENOENT if there is none; -EPERM, with what to do
 * about it in *why, if it is not safe; -errno and *why.
 */
int control_folder_check(const char *path, char why[static CONTROL_WHY_SIZE]);

/* The same after making it, if there is none. */
int control_folder_make(const char *path, char why[static CONTROL_WHY_SIZE]);

#endif
