/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_SERVE_H
#define ENGINE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "control/server.h"

struct child;
struct engine;

/*
 * Requests from the control socket. serve.c has the table of them; view.c
 * answers those that look; act.c has those that change the tree; waiters.c
 * those that wait.
 */
struct verb {
	const char *name;
	size_t min; /* words behind the name */
	size_t max;
	const char *usage; /* what the words are */
	void (*serve)(struct engine *e, struct control_client *client,
	    size_t nwords, const char *const *words);
	/* Instead of `serve`: what to say about each child that is meant. */
	void (*query)(struct engine *e, struct child *child,
	    struct control_client *client, int64_t now_ns);
};

/*
 * Opens the socket, if there is to be one. Failing is a warning (U16), but
 * that another supervisor is there ends a first engine, which is not `again`.
 */
void serve_init(struct engine *e, bool again);

/* Once a turn: one request, answers written. When to come again, in ns. */
int64_t serve_turn(struct engine *e);

/* Answers who waits for the end, and closes the socket. */
void serve_fini(struct engine *e);

/* Answers the client that memory is short. */
void serve_no_memory(struct control_client *client);

/*
 * Tells what is wrong with a file or a text: to the client, a line each, or
 * without one in the records.
 */
void serve_diags(struct engine *e, struct control_client *client,
    const struct diag_list *diags);

/*
 * The first names of `n` children and how many more there are; valid until
 * the next call.
 */
const char *serve_names(struct child *const *children, size_t n);

/*
 * Finds the children that `name` means and calls `visit` with each; answers
 * the client with an error when there are none or it is ambiguous. True when
 * there were some.
 */
bool serve_each(struct engine *e, struct control_client *client,
    const char *name, void (*visit)(void *arg, struct child *child), void *arg);

/* The one child that `name` means; NULL after an error to the client. */
struct child *
serve_one(struct engine *e, struct control_client *client, const char *name);

#endif
