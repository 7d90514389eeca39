/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_MAILBOX_H
#define ENGINE_MAILBOX_H

#include "core/tree.h"
#include "engine/node.h"
#include "os/spawn.h"

struct engine;

/*
 * Mailboxes: the pipe of each run of a worker with `trap_exits` or `monitor`,
 * in which it finds a record a line (L4, L6, L7). Nobody waits for its reader:
 * what finds no room is counted, and told when there is room again. Of any
 * other worker all of these do nothing.
 */
struct mailbox {
	struct loop_watch watch; /* while something was lost: for room */
	struct worker *worker;
	int fd; /* to write to; owned; -1 */
	uint32_t lost;
	struct monitors monitors; /* of its specification; owned */
};

/* That of a worker, made when there is none; NULL: no memory. */
struct mailbox *mailbox_of(struct worker *worker);

/* Frees it, when nobody it monitors ends any more. */
void mailbox_free(struct worker *worker);

/*
 * Before a run is spawned: makes the pipe and lays its reading end in a slot.
 * 1 with what the run is to get in *fd; 0 without a mailbox; or -errno.
 */
int mailbox_begin(struct engine *e, struct worker *worker, struct spawn_fd *fd);

/* The run was spawned, or could not be: the slot is emptied. */
void mailbox_passed(struct engine *e, const struct worker *worker);

/* The run has ended, or there was none. Twice is harmless. */
void mailbox_over(struct engine *e, struct worker *worker);

/* Which descriptor the run finds its mailbox at; 0: it has none. */
int mailbox_number(const struct worker *worker);

/* Puts a record into it, if it has one at this moment. */
void
mailbox_put(struct engine *e, struct worker *worker, const struct record *r);

/* NOTE_TRAPPED: one that `worker` is linked to has ended. */
void
mailbox_exit(struct engine *e, struct worker *worker, const struct note *note);

/* One that traps exits is about to be sent its stop signal. */
void mailbox_stop(struct engine *e, struct worker *worker, int signo);

#endif
