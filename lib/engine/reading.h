/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_READING_H
#define ENGINE_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/program.h"
#include "engine/runner.h"

struct control_client;
struct engine;
struct reload;

/*
 * Reading the file for a reload. Where programs print parts of it they run
 * while the loop goes on: the file is parsed, what it wants is run, and when
 * all of that has ended it is parsed again with what was printed, until
 * nothing is wanted any more. Only then the reload takes its place; until
 * then the tree, and a reload that is at work, know nothing of it. A stop of
 * everything, and a later reload, end it, and its programs with it.
 */
struct reading {
	struct reload *reload;    /* that it is for; owned */
	struct programs programs; /* and what they have printed */
	struct runner runner;     /* of these */
	bool runs;                /* there is a runner */
	bool ready;               /* the file is to be parsed again at once */
};

/* Reads the file for the client (NULL: SIGHUP), or tells why not. */
void reading_begin(struct engine *e, struct control_client *client, bool dry);

/* Once a turn: goes on if there is something to do. */
void reading_turn(struct engine *e);

/* Whether there is, at once, and when there is at the latest, in ns. */
bool reading_can_go_on(const struct engine *e);
int64_t reading_deadline(const struct engine *e);

/* The client is gone; the reading goes on. */
void reading_closed(struct engine *e, const struct control_client *client);

/* The end: kills the programs that still run. */
void reading_fini(struct engine *e);

#endif
