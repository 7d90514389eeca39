/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_ADDITION_H
#define ENGINE_ADDITION_H

#include <sys/queue.h>

#include "engine/node.h"

struct engine;

/*
 * A child that came while the tree runs, by `add` or from a file that was read
 * again, with what is below it: its nodes, and in the first case its
 * specification too, live until the core lets go of it.
 */
struct addition {
	SLIST_ENTRY(addition) next; /* in engine->freed */
	struct conf conf;           /* of conf_parse_child(), or empty */
	struct nodes nodes;
	struct child *child; /* the top of it; NULL before addition_make() */
};

SLIST_HEAD(additions, addition);

/* Makes the nodes of `spec`, which is borrowed. 0 or -ENOMEM. */
int addition_make(struct addition *addition, const struct child_spec *spec,
    uint32_t *next_id);

/* Makes a child of `spec`, of the file, with room for it. NULL: no memory. */
struct child *addition_new(struct engine *e, const struct child_spec *spec);

/* Frees it, whatever it has got so far; NULL is harmless. */
void addition_free(struct addition *addition);

#endif
