/* SPDX-License-Identifier: ISC */
#ifndef CONF_NAMESET_H
#define CONF_NAMESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * A set of names with a number for each: finds the second child of a name,
 * or the second value of a variable, however many there are.
 */

struct nameset_slot {
	const char *name; /* borrowed; NULL: free */
	uint32_t number;
};

struct nameset {
	struct nameset_slot *slots; /* in the arena given to nameset_add() */
	uint32_t nslots;            /* 0 or a power of two */
	uint32_t nused;
};

/*
 * Adds `name` with `number` and returns true; or, when it is there already,
 * sets *found to its number and returns false.
 */
bool nameset_add(struct nameset *set, struct arena *arena, const char *name,
    uint32_t number, uint32_t *found);

#endif
