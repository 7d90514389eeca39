/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_FOLLOW_H
#define ENGINE_FOLLOW_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/server.h"

struct child;
struct engine;
struct outlet;
struct worker;

/*
 * `logs --follow`: the lines of children as they are written. The logger puts
 * those of the children that somebody follows into the memory that it shares
 * with the engine, and says so once. Who reads too slowly loses lines, which
 * are counted.
 */
struct followed {
	uint32_t id;     /* of the node */
	uint32_t number; /* of the last line that was told, or not to be told */
};

struct follower {
	LIST_ENTRY(follower) next;
	struct control_client *client;
	struct followed *children; /* owned */
	size_t n;
	size_t room;
	size_t at;     /* the one that was found last */
	uint64_t lost; /* lines */
	bool all;      /* whoever comes */
	char *names;   /* owned: else whom these mean, each with its NUL */
	size_t nnames;
	bool begun; /* it has what there was */
};

LIST_HEAD(followers, follower);

struct follows {
	struct followers list;
	uint32_t seen;               /* of the news in the memory */
	const struct outlet *latest; /* who wrote the last of them */
};

/* `logs [--follow] [NAME...]`. */
void logs_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);

/* For a view: the last lines of a child, which is followed from here on. */
void follow_child(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);

/* The view is over: it is only followed, or if that failed no more. */
void follow_begun(struct engine *e, struct control_client *client);
void follow_ended(struct engine *e, const struct control_client *client);

/* Whether what `worker` writes is news to somebody. */
void follow_outlet(struct engine *e, struct worker *worker, bool followed);

/* Once a turn: tells what is new. */
void follow_turn(struct engine *e);

/* The client is not to be used any more. */
void follow_closed(struct engine *e, const struct control_client *client);

/* The node with the name of `first` is `second` now. */
void follow_replaced(struct engine *e, uint32_t first, uint32_t second);

#endif
