/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_MAILBOX_H
#define ENGINE_MAILBOX_H

#include "core/tree.h"
#include "engine/node.h"
#include "os/spawn.h"

struct engine;

/*
 * Mailboxes: the pipe of each run of a worker with `trap_exits`, in which it
 * finds a record a line (L4, L7). Nobody waits for its reader: what finds no
 * room is counted, and told when there is room again. Of any other worker all
 * of these do nothing.
 */
struct mailbox {
	struct loop_watch watch; /* while something was lost: for room */
	struct worker *worker;
	int fd; /* to write to; owned; -1 */
	uint32_t lost;
};

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

/* NOTE_TRAPPED: one that `worker` is linked to has ended. */
void
mailbox_exit(struct engine *e, struct worker *worker, const struct note *note);

/* It is about to be sent its stop signal. */
void mailbox_stop(struct engine *e, struct worker *worker, int signo);

#endif
