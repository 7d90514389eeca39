/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_TIES_H
#define ENGINE_TIES_H

#include <sys/queue.h>

#include "control/server.h"
#include "engine/census.h"
#include "engine/node.h"

struct child;
struct engine;
struct sup;

/*
 * Links as the engine keeps them: those that specifications have, whose names
 * are looked up in the tree that runs, and those that somebody asked for.
 */
struct tie {
	struct link link; /* first: what the core gives back */
	LIST_ENTRY(tie) next;
	bool declared; /* as of the last look, by a specification */
};

LIST_HEAD(ties, tie);

/* Room for what is wrong with a name. */
#define TIES_WHY_SIZE CENSUS_WHY_SIZE

/*
 * Ties what the specifications say and nothing else, but for what was asked
 * for, and has those monitored that they name. What is about to start is
 * `fresh` with all that is below it: as a new child of `parent`; or, without a
 * `parent`, a supervisor of the tree with the children it has now. NULL:
 * nothing is. 0; -ENOMEM: some are not tied; -ENOENT: a name of what is about
 * to start means nothing, which *why says.
 */
int ties_renew(struct engine *e, struct child *fresh, const struct sup *parent,
    char why[static TIES_WHY_SIZE]);

/* The same when nothing starts; that memory is short is a warning. */
void ties_look(struct engine *e);

/*
 * `second` has the name of `first`: its links are those of the name, and none
 * of them is told of the end of `first`.
 */
void ties_replaced(struct engine *e, struct child *second, struct child *first);

/* ACTION_UNLINK: the core has let go of it. */
void ties_undone(struct link *link);

/* Undoes every link of `child`, which is to be freed. */
void ties_freed(struct engine *e, struct child *child);

/* Frees all of them. */
void ties_fini(struct engine *e);

/* Ties the present runs of two that run; false: no memory. */
bool ties_ask(struct engine *e, struct child *a, struct child *b);

/*
 * Unties them; a pair of the file until one of them starts anew. False: they
 * were not tied.
 */
bool ties_cut(struct engine *e, struct child *a, struct child *b);

void act_link(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_unlink(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);

#endif
