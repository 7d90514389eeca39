/* SPDX-License-Identifier: ISC */
#ifndef OS_SPAWN_CHILD_H
#define OS_SPAWN_CHILD_H

#include <limits.h>

#include "os/spawn.h"

/*
 * The child's half of a spawn, for os/spawn.c alone: what happens between
 * clone() and execve(), in the parent's memory while the parent is held. It
 * makes system calls only, changes nothing but the area, and never returns.
 */

#define SPAWN_STACK_SIZE 65536

/*
 * Functions that run in the child: it has a stack that the sanitizers do not
 * know and shares their bookkeeping with the parent.
 */
#define IN_CHILD __attribute__((no_sanitize("address", "undefined")))

/*
 * What parent and child share besides their memory. Pages are used only when
 * touched, so that the room for scripts costs nothing until there is one.
 */
struct spawn_area {
	_Alignas(16) char stack[SPAWN_STACK_SIZE]; /* from its end down */
	char path[PATH_MAX];                       /* candidate of a search */
	const char *script[SPAWN_SCRIPT_MAX + 2];  /* words for a shell */
	const char *file;                          /* see struct spawn_result */
	const char *subject;                       /* likewise */
	enum spawn_step step; /* which failed, if error is not 0 */
	int error;            /* -errno of the child, or 0 */
};

/* What the child works from; borrowed until it has executed or ended. */
struct spawn_start {
	const struct spawner *spawner;
	const struct spawn_plan *plan;
	struct spawn_area *area;
};

/*
 * The child from its first instruction on; `arg` is a struct spawn_start. A
 * failure is left in the area.
 */
int spawn_child(void *arg);

#endif
