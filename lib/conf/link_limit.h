/* SPDX-License-Identifier: ISC */
#ifndef CONF_LINK_LIMIT_H
#define CONF_LINK_LIMIT_H

#include "base/names.h"
#include "conf/loader.h"

/*
 * Workers that end together by their links, against the limits of those that
 * restart them: each is counted, so that one crash may be too much.
 */

/* A worker, and one of those that end with it: sets as trees. */
struct link_set {
	size_t up;             /* itself: stands for all of them */
	const struct spot *at; /* of that one: the first link; or NULL */
};

struct link_limit {
	struct loader *ld;
	const struct name_node *nodes; /* the root first */
	const struct spec *const *specs;
	const struct child_policy *root;
	struct link_set *sets; /* of each node */
	size_t n;
};

/* Makes limit->sets, of the fields before, in the scratch arena. */
void link_limit_init(struct link_limit *limit);

/* The nodes `a` and `b` are linked, as is said at `at`. */
void link_limit_join(struct link_limit *limit, size_t a, size_t b,
    const struct spot *at);

/* Warns of supervisors that give up when one of them crashes. */
void link_limit_check(struct link_limit *limit);

#endif
