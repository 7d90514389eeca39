/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_READY_H
#define ENGINE_READY_H

#include <stdbool.h>

#include "engine/node.h"
#include "os/spawn.h"

struct engine;

/*
 * Readiness: the pipe on which a worker with `ready fd N` says, by a newline,
 * that its start is complete (U6). `ready exec` and `ready after` need
 * nothing of the kernel: the core knows by itself. Of any other worker than
 * one with a pipe all of these do nothing.
 */

/*
 * Before a run is spawned: makes the pipe, watches its reading end and lays
 * the other in a slot. 1 with what the run is to get in *fd; 0 without a
 * pipe; or -errno with nothing left open.
 */
int
ready_begin(struct engine *e, const struct worker *worker, struct spawn_fd *fd);

/* The run was spawned, or could not be: the slot is emptied. */
void ready_passed(struct engine *e, const struct worker *worker);

/* Has the run said that it is ready, unheard so far? */
bool ready_heard(struct engine *e, struct worker *worker);

/* The run has ended, or there was none: closes the pipe. Twice is harmless. */
void ready_over(struct engine *e, struct worker *worker);

#endif
