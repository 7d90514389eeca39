/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_RELOAD_STEP_H
#define ENGINE_RELOAD_STEP_H

#include <stdbool.h>

#include "engine/reload.h"

/*
 * The steps of a reload that has begun, one after the other. Each is one
 * request to the core: deaths, restarts and other requests meanwhile find it
 * done or not.
 */

/* The path of the child that a step is about, also of one that is new. */
const char *
step_path(const struct step *step, char path[static NODE_PATH_SIZE]);

/*
 * Makes all children that are to come, so that one look at the names does: the
 * links of each stand before it starts. One without memory is told in its step.
 */
void steps_make(struct engine *e);

/*
 * Orders the next step that there is something to wait for. False: none is
 * left, or everything stops.
 */
bool steps_order(struct engine *e);

/* Whom the step in hand waits for; NULL: nobody. */
struct child *steps_awaited(const struct engine *e);

/* What the core has answered about the step in hand, which is over. */
void steps_answered(struct engine *e);

/* Lets go of what was made for steps that are not to be done. */
void steps_drop(struct engine *e);

/* A step did not succeed; the first failure is told with their number. */
void reload_note_failure(struct reload *r, const char *who, const char *why);

/* Whether `request` is a reload's, and its answer. */
bool reload_owns(const struct engine *e, const struct request *request);
void reload_replied(struct engine *e);

/* Where a child that the file has got belongs among its siblings. */
struct child *
reload_successor(const struct sup *sup, const struct child *placed);

/* The supervisor `child` starts with what its init has just said. */
void reload_overtaken(struct engine *e, const struct child *child);

/* The tree has let go of `child`. */
void reload_freed(struct engine *e, const struct child *child);

#endif
