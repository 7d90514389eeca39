/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_CENSUS_H
#define ENGINE_CENSUS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/names.h"
#include "engine/node.h"

struct engine;
struct sup;

/*
 * The tree while names are looked up in it: all that is in it, and what is to
 * come with the steps of a reload at work, so that one look does for all of
 * them.
 */
struct census {
	struct child *fresh;      /* about to start, or NULL */
	const struct sup *parent; /* it is to be a child of; NULL: it is one */

	struct arena arena; /* all that follows is there */
	struct name_node *nodes;
	struct child **children; /* of each */
	struct names names;
	size_t n;
	size_t first_to_come;
	size_t first_fresh; /* the nodes of `fresh`, from here */
	size_t after_fresh; /* to here */
	bool partial;       /* an init is yet to say what some names are */
};

/* Room for what is wrong with a name. */
#define CENSUS_WHY_SIZE (NODE_PATH_SIZE + 256)

/* Fills one with its `fresh` and `parent`. 0 or -ENOMEM; fini in any case. */
int census_init(struct census *c, struct engine *e);
void census_fini(struct census *c);

/*
 * The node that a word of the node `idx`, in a `directive`, means: 1; 0 or
 * -ENOENT: none or several, which *why tells. The latter where `fresh` should
 * not start so.
 */
int census_find(const struct census *c, size_t idx, const char *directive,
    const char *word, size_t *peer, char why[static CENSUS_WHY_SIZE]);

/* Whether the node is about to start, which a name that is wrong prevents. */
bool census_is_to_start(const struct census *c, size_t idx);

/* The child that is to go and whose place the node `idx` will take; or NULL. */
struct child *census_outgoing(const struct census *c, size_t idx);

/* Whether the worker `idx` and the neighbour before have the very same body. */
bool census_is_instance(const struct census *c, size_t idx);

#endif
