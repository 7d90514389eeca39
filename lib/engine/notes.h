/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_NOTES_H
#define ENGINE_NOTES_H

#include "base/record.h"
#include "engine/engine.h"

/* Turns what the core notes into a record and reports it. */
void
note_record(struct engine *e, struct child *child, const struct note *note);

/* Records about the process of `worker`: RECORD_STOPPING, RECORD_KILLING. */
void note_signal(struct engine *e, enum record_event event,
    struct worker *worker, int signo);

#endif
