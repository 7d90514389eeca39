/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_NOTES_H
#define ENGINE_NOTES_H

#include "base/record.h"
#include "engine/engine.h"

/* Turns what the core notes into a record and reports it. */
void
note_record(struct engine *e, struct child *child, const struct note *note);

/*
 * The command of `after`, or another directive, has failed: the reason of its
 * end, or of the start that did not succeed, with its story `why`.
 */
void note_command(struct engine *e, struct worker *worker,
    const char *directive, struct reason reason, const char *why);

/* A check of `alive` has failed, and why. */
void note_check(struct engine *e, struct worker *worker, const char *why);

/* Records about the process of `worker`: RECORD_STOPPING, RECORD_KILLING. */
void note_signal(struct engine *e, enum record_event event,
    struct worker *worker, int signo);

#endif
