/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_LOGGING_H
#define ENGINE_LOGGING_H

#include <sys/types.h>

#include <stdbool.h>

#include "core/window.h"
#include "log/wire.h"

struct run;

/*
 * The logger as the guardian sees it: a child that is started before the first
 * engine, and again when it was killed, and that ends last. It is spared when
 * all others are killed, for it has their last words, and no wait for whatever
 * child sees it.
 */
struct logging {
	struct wire wire;
	bool wanted; /* something is to go through it */
	pid_t pid;   /* 0: it does not run */
	int pidfd;   /* of it; owned; -1; its end is seen by this alone */
	struct window starts;
};

/*
 * Sees whether `run` needs a logger, and makes what it takes to have one. 0 or
 * -errno.
 */
int logging_init(struct logging *logging, const struct run *run);

/*
 * Starts the logger if it is wanted and does not run, but not in a loop, should
 * each end at once. 1 when it was started; 0 when not; in the new process -1:
 * that closes what the guardian has and calls logging_be().
 */
int logging_keep(struct logging *logging);

_Noreturn void
logging_be(struct logging *logging, const struct run *run, pid_t guardian);

/* It has ended: reaps it. */
void logging_ended(struct logging *logging);

/*
 * Waits until the logger, or if there is none this process, has written
 * everything that was said and ended, or until one of `signals` says to stop:
 * who wants us to end now, a second time, does not wait for a reader that has
 * stopped reading. What could not be written is told on standard error.
 */
void
logging_finish(struct logging *logging, const struct run *run, int signals);

#endif
