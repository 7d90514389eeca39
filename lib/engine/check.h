/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include <sys/queue.h>
#include <sys/stat.h>

#include "engine/node.h"
#include "os/loop.h"

struct engine;

/*
 * Checks of `ready` and `alive`: a command, a connection, a file. The core
 * says when one begins and when it has taken too long; the answer is fed to it
 * in the next turn. Nothing here waits.
 */
struct check {
	struct loop_watch watch; /* on the process, or the socket; first */
	struct worker *worker;
	TAILQ_ENTRY(check) next; /* engine->answers */
	int fd;                  /* watched; owned; -1 */
	pid_t pid;               /* of the command; 0: it is a socket */
	bool dying;              /* nobody wants its answer any more */
	bool answered;           /* in engine->answers */
	bool passed;
	bool before; /* there was a file before the run: `file` */
	struct stat file;
	char why[128]; /* it has failed */
};

TAILQ_HEAD(answers, check);

/* Before a run is spawned. 0 or -ENOMEM. */
int check_prepare(struct worker *worker);

/* ACTION_CHECK */
void check_begin(struct engine *e, struct worker *worker);

/* ACTION_UNCHECK */
void check_expire(struct engine *e, struct worker *worker);

/* The run is told to stop, or has ended: there is no answer any more. */
void check_cancel(struct engine *e, struct worker *worker);

/* Tells the core what was found out. */
void check_turn(struct engine *e);

void check_free(struct worker *worker);

#endif
