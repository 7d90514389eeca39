/* SPDX-License-Identifier: ISC */
#ifndef CMD_TOP_RING_H
#define CMD_TOP_RING_H

#include <stddef.h>

/*
 * The last lines of a child that is watched.
 */
#define TOP_RING_LINES 1000

struct top_ring {
	char *lines[TOP_RING_LINES]; /* owned */
	size_t next;                 /* where the next one comes */
	size_t n;
};

/* Adds a copy; the oldest goes. One that there is no memory for is left out. */
void top_ring_add(struct top_ring *ring, const char *line);

/* The line so many before the last one, or NULL. */
const char *top_ring_back(const struct top_ring *ring, size_t back);

/* Empties it. */
void top_ring_clear(struct top_ring *ring);

#endif
