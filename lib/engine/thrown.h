/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_THROWN_H
#define ENGINE_THROWN_H

#include <stddef.h>
#include <sys/queue.h>

struct engine;

/*
 * Values that were thrown. Reasons borrow them, and reasons are copied from
 * child to child, into histories, and to what a supervisor ends for: a value
 * is freed only when a look at all of these finds it nowhere. Most throws say
 * what was thrown before, and are that value.
 */
struct thrown_value;

struct thrown {
	TAILQ_HEAD(, thrown_value) values; /* owned */
	size_t n;
	size_t look; /* at so many values it looks which are in use */
};

void thrown_init(struct thrown *thrown);

/*
 * The value `text`, until no reason has it any more after the next event that
 * the tree is given; NULL: no memory.
 */
const char *thrown_keep(struct engine *e, const char *text);

void thrown_fini(struct thrown *thrown);

#endif
