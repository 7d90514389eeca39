/* SPDX-License-Identifier: ISC */
#ifndef CORE_DEADLINE_H
#define CORE_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct child;

/*
 * The children that wait for a time, nearest first: a binary heap, whose
 * room is made when a child is added, so that setting a deadline never
 * allocates. What a deadline means follows from the child's state:
 *
 *	remains of an ended run		kill them
 *	STARTING			start_timeout, or ready after
 *	UP, condemned			kill
 *	STOPPING			kill
 *	RESTARTING			the delay is over
 */
struct deadlines {
	struct child **heap; /* owned */
	size_t n;
	size_t room;     /* slots of `heap` */
	size_t reserved; /* children that may have a deadline, <= room */
};

/* Makes room for one more child, or n; false when memory is short. */
bool deadline_reserve(struct deadlines *d, size_t n);

/* Gives back the room of n children, which must have no deadline. */
void deadline_unreserve(struct deadlines *d, size_t n);

void deadline_fini(struct deadlines *d);

/* Sets, moves or, with NEVER_NS, clears the deadline of `child`. */
void deadline_set(struct deadlines *d, struct child *child, int64_t at_ns);

/* The time of the nearest deadline, or NEVER_NS. */
int64_t deadline_next(const struct deadlines *d);

/* The child with the nearest deadline if that is <= now_ns, else NULL. */
struct child *deadline_due(const struct deadlines *d, int64_t now_ns);

#endif
