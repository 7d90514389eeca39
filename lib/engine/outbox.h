/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "engine/guardian.h"

/*
 * What the guardian tells the engine. One that is far behind is told later:
 * what to say fits in a bit for each value from 1 to 64, and what is said
 * twice is said once.
 */
struct outbox {
	int channel; /* to the engine; owned by the guardian; -1: none */
	uint64_t unsent[MESSAGE_NKINDS];
};

/* Whether the signal asks for the end of everything (U11). */
bool outbox_is_stop(int signo);

void
outbox_tell(struct outbox *o, enum message_kind kind, int value, pid_t pid);

bool outbox_is_behind(const struct outbox *o);

/* Tells what it could not be told yet; who these are, as it is now. */
void outbox_flush(struct outbox *o, pid_t witness, pid_t logger);

#endif
