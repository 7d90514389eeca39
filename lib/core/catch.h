/* SPDX-License-Identifier: ISC */
#ifndef CORE_CATCH_H
#define CORE_CATCH_H

#include "core/child.h"

/*
 * Catching ends: the `catch` lines of a child are tried, then those of each
 * supervisor above it.
 */

/* A walk along these lines. */
struct catching {
	const struct child *at; /* whose lines are tried; NULL: none is left */
	size_t next;            /* of them */
	const char *reason;
};

/* Begins with the lines of `child`; `reason` is a text, borrowed. */
struct catching catch_begin(const struct child *child, const char *reason);

/* The next line that matches; NULL: none. */
const struct catch_rule *catch_next(struct catching *catching);

/*
 * The first that matches and decides something: is not CATCH_RUN. NULL if
 * there is none. `child` has ended for child->reason.
 */
const struct catch_rule *catch_decides(const struct child *child);

#endif
