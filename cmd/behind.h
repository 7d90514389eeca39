/* SPDX-License-Identifier: ISC */
#ifndef CMD_BEHIND_H
#define CMD_BEHIND_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "cmd/command.h"

/*
 * A tree in a process of its own, behind the one that the user has started:
 * for `run -d`, which ends once everything has started, and for `with`, which
 * has a command of its own in front.
 */
struct behind {
	pid_t pid;   /* of that process, the guardian */
	int told;    /* what struct run's `caller` is told comes from here;
			owned; -1: it is over */
	int signals; /* signalfd; borrowed */
	int stop;    /* the signal that told us to stop, or 0 */
	bool hup;    /* SIGHUP is no such signal: nohup(1) */
	bool silent; /* what went wrong is not to be printed: it has been */
	bool said;   /* something was printed */
	bool started;
	bool stops; /* the tree, whoever has asked for it */
};

/*
 * Goes on in two processes. In the new one it returns 0, and *caller is for
 * struct run; in the one that has called, the pid. -errno when it could not be
 * done.
 */
pid_t behind_fork(struct behind *behind, const struct globals *globals,
    int signals, int *caller);

/* Takes what there is to be read; what went wrong is printed. */
void behind_take(struct behind *behind);

/*
 * Waits until everything has started: true; or until nothing is left: false. A
 * signal to stop is passed on.
 */
bool behind_await_start(struct behind *behind);

/* Tells it to stop, waits until nothing is left. */
void behind_end(struct behind *behind);

/* The status of the process, which has ended or is about to. */
int behind_status(const struct behind *behind);

/* Ends as the signal that told us to stop would have ended us. */
void behind_die(const struct behind *behind, const struct globals *globals);

#endif
