/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_PLACE_H
#define CONTROL_PLACE_H

#include <limits.h>
#include <stdbool.h>

/*
 * Where the socket of a supervisor is: at a path that was said, or under a
 * label in a folder that belongs to the user alone. A file has a label of its
 * own, made from its real path, so that a command typed in a project's folder
 * finds that project and two projects never meet.
 *
 * The folder is /run/supervise for root; for others supervise/ below
 * $XDG_RUNTIME_DIR, where that is a folder of theirs, else
 * /tmp/supervise-UID.
 */

/* What the name of a socket has behind its label. */
#define CONTROL_SUFFIX ".sock"

/* Most bytes of a label, and room for one. */
#define CONTROL_LABEL_MAX  64
#define CONTROL_LABEL_SIZE (CONTROL_LABEL_MAX + 1)

/* Room for why something failed, for a person, in one line. */
#define CONTROL_WHY_SIZE (PATH_MAX + 512)

/* What a command was told; NULL for what it was not. */
struct control_wish {
	const char *socket; /* -S */
	const char *label;  /* -L */
	const char *file;   /* whose label it is if nothing else is said */
	bool named;         /* that file was said, with -f */
};

struct control_place {
	char path[PATH_MAX];            /* absolute */
	char label[CONTROL_LABEL_SIZE]; /* "": the path was said */
};

/*
 * Where a supervisor is to listen: -S, -L, $SUPERVISE_SOCKET, the file's
 * label, in this order. The variable is left out in a child of a supervisor
 * ($SUPERVISE_NAME is set), whose own socket it names. Makes the folder of a
 * label with mode 0700. 0, or -errno and what to do about it in *why: -EINVAL
 * for a label that cannot be one, -EPERM for a folder that is not safe.
 */
int control_place_serve(const struct control_wish *wish,
    struct control_place *place, char why[static CONTROL_WHY_SIZE]);

/*
 * Where a command finds its supervisor: the same, but that a child leaves the
 * variable out only for a file that was named, and that every folder is tried
 * in which this user may have sockets. Where nothing is said, and there is no
 * file, the only supervisor that runs. 0, or -errno and *why: -ENOENT when
 * there is none, -ENOTUNIQ when several run, whom *why names; -EINVAL and
 * -EPERM as above.
 */
int control_place_find(const struct control_wish *wish,
    struct control_place *place, char why[static CONTROL_WHY_SIZE]);

/* The label of the file `path`, which must exist. 0 or -errno. */
int
control_place_label(const char *path, char label[static CONTROL_LABEL_SIZE]);

/* A letter, digit or _, then also dots and dashes; CONTROL_LABEL_MAX bytes. */
bool control_label_is_valid(const char *label);

#endif
