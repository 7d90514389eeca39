/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_ATTEND_H
#define ENGINE_ATTEND_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/window.h"
#include "engine/guardian.h"
#include "engine/logging.h"
#include "engine/outbox.h"
#include "engine/reporter.h"
#include "engine/sweep.h"
#include "engine/upward.h"
#include "os/pidfd.h"

/*
 * What the guardian hears: signals, what the engine says, and the ends of its
 * children.
 */

struct guardian {
	const struct run *run;
	struct reporter reporter;
	struct window window;    /* of engines that were started anew */
	struct engine_link link; /* of the engine in hand */
	int signals;             /* signalfd; owned */
	struct outbox outbox;    /* to the engine; its channel: owned */
	struct logging logging;
	struct upward upward;
	struct sweep sweep;         /* of our children */
	struct inherited inherited; /* those of them that are not ours */
	bool parent;                /* the witness is the engine's */
	pid_t engine;               /* 0: it has not started */
	int engine_fd;              /* pidfd of it; owned; -1 */
	int error;                  /* why not, -errno */
	bool over;                  /* it has ended, or did not start */
	struct process_end end;     /* of the engine */
	struct window witnesses;    /* that were started anew */
	bool done;                  /* the engine said that all is over, */
	int status;                 /* with this status */
	int nstops;                 /* signals that told us to stop */
	int64_t kill_ns;            /* when the engine is killed, if it lives */
	char cgroup[PATH_MAX]; /* in which control groups are made; or "" */
	int stop;              /* signal by which we were told to stop, or 0 */
};

/* Waits until something happens, at most `timeout_ms` (-1: for ever). */
void attend(struct guardian *g, int timeout_ms);

/* Takes what the engine, and its parent, have said. */
void attend_messages(struct guardian *g);

/* Reaps everything that has ended. False when no child is left. */
bool attend_reap(struct guardian *g);

#endif
