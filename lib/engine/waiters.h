/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_WAITERS_H
#define ENGINE_WAITERS_H

#include <sys/queue.h>

#include "control/server.h"
#include "core/child.h"

struct engine;

/*
 * Clients that wait for a state: `wait ready|up|down NAME...`, `wait quiet`.
 * They are looked at after something has happened, and at once when they
 * come, so asking after the fact works.
 */
enum wait_kind {
	WAIT_READY, /* the start is complete */
	WAIT_UP,    /* there is a process */
	WAIT_DOWN,  /* nothing of it lives, and nothing is about to */
	WAIT_QUIET, /* nothing anywhere starts, stops or restarts */
};

/* What `wait` takes. */
#define WAIT_USAGE "ready|up|down NAME... | quiet"

struct waiter {
	TAILQ_ENTRY(waiter) next;
	struct control_client *client;
	enum wait_kind kind;
	bool pattern; /* what a pattern means and has done its work counts */
	size_t n;
	struct child *children[]; /* NULL: it was freed */
};

TAILQ_HEAD(waiters, waiter);

void wait_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);

/* Answers those whose time has come. */
void wait_look(struct engine *e);

/* Whether `child` is down because it has done its work, or has none. */
bool wait_done(const struct child *child);

/* The client, or a child with all below it, is not to be used any more. */
void wait_closed(struct engine *e, struct control_client *client);
void wait_freed(struct engine *e, const struct child *child);

#endif
