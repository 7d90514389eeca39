/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_ADDING_H
#define ENGINE_ADDING_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "engine/printing.h"

struct control_client;
struct engine;

/*
 * An `add` whose programs run: when they have ended it is as if it had come
 * only then. The client may leave meanwhile: then nothing is added.
 */
struct adding {
	SLIST_ENTRY(adding) next;
	struct control_client *client;
	char *sup;  /* what it calls the supervisor; owned */
	char *text; /* owned */
	bool wait;
	struct printing printing;
};

SLIST_HEAD(addings, adding);

/* `add` of a text that wants `programs`, which are given. */
void adding_begin(struct engine *e, struct control_client *client,
    const char *sup, const char *text, bool wait, struct programs *programs);

/* Once a turn, and when that is to be at the latest, in ns. */
void adding_turn(struct engine *e);
int64_t adding_deadline(const struct engine *e);

/* The client is gone. */
void adding_closed(struct engine *e, const struct control_client *client);

/* The end: kills the programs that still run. */
void adding_fini(struct engine *e);

#endif
