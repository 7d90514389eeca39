/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_READING_H
#define ENGINE_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/printing.h"

struct control_client;
struct engine;
struct reload;

/*
 * Reading the file for a reload. Only when all programs that print parts of it
 * have ended the reload takes its place; until then the tree, and a reload
 * that is at work, know nothing of it. A stop of everything, and a later
 * reload, end it, and its programs with it.
 */
struct reading {
	struct reload *reload;    /* that it is for; owned */
	struct printing printing; /* its programs */
	bool read;                /* the file is; now come the inits */
};

/* Reads the file for the client (NULL: SIGHUP), or tells why not. */
void reading_begin(struct engine *e, struct control_client *client, bool dry);

/* Once a turn: goes on if there is something to do. */
void reading_turn(struct engine *e);

/* When there is at the latest, in ns. */
int64_t reading_deadline(const struct engine *e);

/* The client is gone; the reading goes on. */
void reading_closed(struct engine *e, const struct control_client *client);

/* The end: kills the programs that still run. */
void reading_fini(struct engine *e);

#endif
