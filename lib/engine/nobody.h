/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_NOBODY_H
#define ENGINE_NOBODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct census;
struct control_client;
struct engine;

/*
 * Names behind `link` and `monitor` that mean nobody, or several. As long as an
 * init may still print one nothing is said; when all has started each is told
 * in a record, and again only after it has meant somebody.
 */
struct nobody {
	uint32_t *told; /* hashes of what was told and is so; sorted; owned */
	size_t ntold;
	struct nobody_look *look; /* the one at work, or NULL */
	bool pending;             /* there may be some that were not told */
};

/* One that the node `idx` has in a `directive`, and *why. */
void nobody_found(struct engine *e, const struct census *c, size_t idx,
    const char *directive, const char *word, const char *why);

/* A reload is over: tells it to the client as well, if there is one. */
void nobody_look(struct engine *e, struct control_client *client);

/* Once a turn: tells what there is to be told. */
void nobody_turn(struct engine *e);

void nobody_fini(struct engine *e);

#endif
