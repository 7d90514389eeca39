/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_INHERITED_H
#define ENGINE_INHERITED_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/*
 * The children that this process had before it became supervise: a shell had
 * started them, and then executed supervise in its own place, as in `bash -c
 * 'exec supervise run > >(tee log)'`. They are not of the tree: nobody ends
 * them, nor waits for them.
 */
struct inherited {
	pid_t *pids; /* owned */
	size_t n;
	size_t room;
};

/*
 * Notes who is in the list `children`, of proc_children_open(), before there
 * is a child of our own. 0, or -errno with nobody noted.
 */
int inherited_read(struct inherited *inherited, int children);

/* Whether `pid` is one of them. */
bool inherited_has(const struct inherited *inherited, pid_t pid);

/* `pid` was reaped: was it one of them? The number may be another one's now. */
bool inherited_forget(struct inherited *inherited, pid_t pid);

/* Forgets all. Twice is harmless. */
void inherited_fini(struct inherited *inherited);

#endif
