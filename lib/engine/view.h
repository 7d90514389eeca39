/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_VIEW_H
#define ENGINE_VIEW_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>

#include "control/server.h"
#include "core/child.h"

struct engine;

/*
 * Answers about many children, made a piece a turn, so that a death is seen
 * soon however much is asked. Who is meant is settled by the request; what
 * is said about each holds when it is said. Nothing is made for a client
 * before it has taken what came before.
 */
struct view {
	TAILQ_ENTRY(view) next;
	struct control_client *client;
	void (*query)(struct engine *e, struct child *child,
	    struct control_client *client, int64_t now_ns);
	struct child **children; /* owned; NULL: it was freed */
	size_t n;
	size_t room;
	size_t at;         /* the child that comes next */
	size_t nwords;     /* names still to be looked up */
	const char *words; /* the first of them, in `text` */
	bool no_memory;    /* for all of the children */
	char text[];       /* the names, each with its NUL */
};

TAILQ_HEAD(views, view);

/*
 * Answers with what `query` says about each child that the words mean, of the
 * whole tree without any.
 */
void view_begin(struct engine *e, struct control_client *client,
    void (*query)(struct engine *e, struct child *child,
	struct control_client *client, int64_t now_ns),
    size_t nwords, const char *const *words);

/* Once a turn: the next piece of one answer. */
void view_turn(struct engine *e);

/* Whether there is an answer to go on with. */
bool view_can_go_on(const struct engine *e);

/* The client, or a child with all below it, is not to be used any more. */
void view_closed(struct engine *e, struct control_client *client);
void view_freed(struct engine *e, const struct child *child);

#endif
