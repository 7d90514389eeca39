/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_LIST_H
#define CONTROL_LIST_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "control/place.h"

/*
 * All sockets that this user's supervisors have in their folders, found by
 * looking there; nothing else keeps a list of them.
 */

/* A socket of this user. */
struct control_entry {
	struct control_place place;
	pid_t pid;  /* who listens there; 0: nobody, or it cannot be told */
	bool alive; /* somebody listens */
};

/* The sockets of this user, by label. */
struct control_list {
	struct control_entry *entries; /* owned */
	size_t n;
};

/*
 * Finds every socket in this user's folders; folders that are not there or
 * not safe have none. 0, with control_list_free() to follow, or -errno.
 */
int control_list_read(struct control_list *list);

/* Frees and zeroes. Twice is harmless. */
void control_list_free(struct control_list *list);

#endif
