/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_RELOAD_H
#define ENGINE_RELOAD_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "control/server.h"
#include "core/request.h"
#include "engine/reload_plan.h"
#include "engine/version.h"

struct engine;

/*
 * `reload` (D7): the file is read again and the running tree is brought to
 * what it says, one step after the other. A wrong file changes nothing. It
 * begins when no supervisor is at work, and there is one at a time; until it
 * has begun a later one takes its place. Each step is one request to the core:
 * deaths, restarts and other requests meanwhile find it done or not.
 */
struct reload {
	struct request request;        /* of the step in hand */
	struct control_client *client; /* NULL: SIGHUP, or it is gone */
	struct version *version;       /* what is to be; owned until it is */
	struct plan plan;
	size_t at;     /* the step in hand */
	bool begun;    /* the plan is made, its steps are being done */
	bool waits;    /* it has said for whom it waits to begin */
	bool dry;      /* only the plan is asked for */
	bool answered; /* the core has answered about the step */
	size_t failed; /* steps that did not succeed */
	char why[512]; /* the first of them did not */
};

/* `reload [--dry-run]`; a NULL client is SIGHUP. */
void reload_serve(struct engine *e, struct control_client *client,
    size_t nwords, const char *const *words);

/* Whether `request` is a reload's, and its answer. */
bool reload_owns(const struct engine *e, const struct request *request);
void reload_replied(struct engine *e);

/* Where a child that the file has got belongs among its siblings. */
struct child *
reload_successor(const struct sup *sup, const struct child *placed);

/* Whether there is something for reload_turn() to do at once. */
bool reload_can_go_on(const struct engine *e);

/* Once a turn: begins when it can. */
void reload_turn(struct engine *e);

/* The tree has let go of `child`. */
void reload_freed(struct engine *e, const struct child *child);

/* The client is gone; the reload goes on. */
void reload_closed(struct engine *e, const struct control_client *client);

#endif
