/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_LOOKUP_H
#define ENGINE_LOOKUP_H

#include "engine/node.h"

/*
 * Children by name: a path, `web/api`; its last part where that is unique,
 * `api`; a pattern of glob(7), `web/[ab]*`, in which `*` stops at a slash and
 * which without a slash is held against last parts.
 */

/* Candidates that an answer names, when a name is ambiguous. */
#define LOOKUP_CANDIDATES 8

enum lookup_result {
	LOOKUP_FOUND,     /* one or, by a pattern, several */
	LOOKUP_NONE,      /* near: something similar, or NULL */
	LOOKUP_AMBIGUOUS, /* several have this last part */
};

struct lookup {
	/* Called for each child that is meant, in start order. */
	void (*visit)(void *arg, struct child *child);
	void *arg;

	size_t n; /* that are meant, or that have this last part */
	struct child *candidates[LOOKUP_CANDIDATES]; /* the first of them */
	char near[NODE_PATH_SIZE]; /* LOOKUP_NONE: perhaps this one; or "" */
	bool array;                /* which is an instance of an array */
};

/* Finds the children that `name` means below `root`. */
enum lookup_result
lookup(struct lookup *l, struct supervisor *root, const char *name);

/*
 * Calls `visit` with `child` and everything below it, depth first, in start
 * order; children that are no longer there are left out.
 */
void lookup_walk(struct child *child,
    void (*visit)(void *arg, struct child *child), void *arg);

/* Whether `name` means `child`, or a supervisor above it. */
bool lookup_covers(const char *name, const struct child *child);

/* Whether `name` is a pattern, which may mean several. */
bool lookup_is_pattern(const char *name);

#endif
