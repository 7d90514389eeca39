/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_ACT_H
#define ENGINE_ACT_H

#include <sys/queue.h>

#include "control/server.h"
#include "core/request.h"
#include "engine/addition.h"

struct engine;

/*
 * Changing the tree on request: one order of a client becomes one request to
 * the core for each child that it means, and is answered when all of them
 * are, with a row for each child and an error if one failed.
 */
struct order {
	SLIST_ENTRY(order) next;
	struct control_client *client; /* NULL: does not wait, or is gone */
	size_t pending;                /* requests not yet answered */
	bool begun;                    /* all its requests are made */
	bool failed;                   /* there is a message */
	bool down;                     /* waits for the end of everything */
	const char *result;            /* of the first failure; NULL: none */
	char message[NODE_PATH_SIZE + 1280]; /* the first failure */
};

SLIST_HEAD(orders, order);

/* One request of an order. */
struct act {
	struct request request; /* first: what the core gives back */
	struct order *order;
	struct addition *addition; /* REQUEST_ADD: what is added */
};

/* An order of `client`; NULL: no memory, the client was answered. */
struct order *order_new(struct engine *e, struct control_client *client);

/* All that it means has been asked for; not to `wait` is an answer at once. */
void order_begun(struct engine *e, struct order *order, bool wait);

/* A request of the order, and to hand it to the core. NULL: the order failed.
 */
struct act *act_new(struct engine *e, struct order *order,
    enum request_kind kind, struct sup *sup, struct child *child);
void act_request(struct engine *e, struct act *act);

/* Lets go of `child`, and of all that was added below it. */
void act_let_go(struct engine *e, struct child *child);

void act_start(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_stop(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_restart(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_delete(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_replace(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_add(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_signal(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_throw(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);
void act_down(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words);

/*
 * Adds what `text` says to the supervisor that is called `name`. False: the
 * text wants more of `programs` to be run, nothing else has happened.
 */
bool act_add_text(struct engine *e, struct control_client *client,
    const char *name, const char *text, bool wait, struct programs *programs);

/*
 * Whether the client belongs to the run of `child`: it is in its process
 * group, or what it descends from is.
 */
bool act_is_said_by(const struct control_client *client, struct child *child);

/* Whether the process, or what it descends from, is in the group. */
bool act_descends_from(pid_t pid, pid_t group);

/* `second` has taken the place of `first`. */
void act_replacing(struct engine *e, struct child *second, struct child *first);
void act_replaced(struct engine *e, struct child *second, struct child *first);

/* Who waits for the answer to `request`, or NULL. */
struct control_client *act_client(struct request *request);

/* ACTION_REPLY: the core has answered. */
void act_replied(struct engine *e, struct request *request);

/* ACTION_FREE: nothing refers to `child` any more once the turn is over. */
void act_freed(struct engine *e, struct child *child);

/* Frees what was let go of in this turn. */
void act_turn(struct engine *e);

/* The client is gone; what it asked for goes on. */
void act_closed(struct engine *e, struct control_client *client);

/* Everything is down: answers those who asked for that. */
void act_down_done(struct engine *e);

#endif
