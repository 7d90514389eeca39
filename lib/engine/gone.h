/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_GONE_H
#define ENGINE_GONE_H

#include "engine/node.h"

/*
 * The children that were removed last, for `supervise why`: one that is
 * temporary, or of a dynamic supervisor, is no longer there to be asked. Room
 * for a fixed number of them is there from the start; the oldest makes way.
 */

/* How many are remembered. */
#define GONE_MAX 32

struct gone {
	char path[NODE_PATH_SIZE];
	uint32_t id; /* its node's */
	uint32_t run;
	uint8_t restart; /* enum restart */
	bool supervisor;
	struct history history;
};

/* All zero at first. */
struct gone_ring {
	struct gone items[GONE_MAX];
	uint32_t n; /* so far */
};

/* `child` is no longer a child. */
void gone_add(struct gone_ring *ring, struct child *child);

/*
 * The last that was removed and had this path, or this name as the last part
 * of it; NULL: none is remembered.
 */
const struct gone *gone_find(const struct gone_ring *ring, const char *name);

/* The one whose node had this id; NULL: it is not remembered. */
const struct gone *gone_by_id(const struct gone_ring *ring, uint32_t id);

#endif
