/* SPDX-License-Identifier: ISC */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "core/child.h"

/*
 * OTP's administration calls (supervisor(3)): made by a person or a program,
 * served by the supervisor in their turn, answered by ACTION_REPLY when the
 * thing has happened.
 *
 * Placing and removing are how a file that was read again is carried out (D7).
 * Where a supervisor is not up they hold as well, and the answer is
 * RESULT_NOPROC: it starts with what was placed, and without what was removed.
 *
 * Replacing has nothing in OTP. A second child, which nobody is to call by its
 * name yet, starts beside the first; from when its start is complete it is the
 * child, and the first, which nobody calls by its name any more, is stopped.
 * Where that start fails nothing has happened, and nothing is counted. What
 * starts, stops or removes the first in between stops the second; a group
 * restart of the two does as well.
 */
enum request_kind {
	REQUEST_START, /* restart_child */
	REQUEST_STOP,  /* terminate_child */
	REQUEST_HOLD,  /* the same, and down until it is started by name (D8) */
	REQUEST_RESTART, /* one after the other */
	REQUEST_ADD,     /* start_child */
	REQUEST_DELETE,  /* delete_child */
	REQUEST_PLACE,   /* start_child of one that the file has */
	REQUEST_REMOVE,  /* terminate_child and delete_child, as one */
	REQUEST_REPLACE, /* another child takes its place when it is up */
};

/* Result, and OTP's word for it. */
#define REQUEST_RESULTS(X)                                                   \
	X(RESULT_OK, "ok")                                                   \
	X(RESULT_IGNORED, "ignore") /* ok, without a process */              \
	X(RESULT_RUNNING, "running")                                         \
	X(RESULT_RESTARTING, "restarting")                                   \
	X(RESULT_NOT_FOUND, "not_found")                                     \
	X(RESULT_ALREADY_STARTED, "already_started")                         \
	X(RESULT_ALREADY_PRESENT, "already_present")                         \
	X(RESULT_MAX_CHILDREN, "max_children")                               \
	X(RESULT_START_FAILED, "start_failed")                               \
	X(RESULT_STOPPED, "stopped")             /* while it was starting */ \
	X(RESULT_NOT_SUPPORTED, "not_supported") /* by dynamic ones */       \
	X(RESULT_NOT_RUNNING, "not_running")     /* not to be replaced */    \
	X(RESULT_REPLACING, "replacing")         /* it is already */         \
	X(RESULT_NOPROC, "noproc")               /* supervisor not up */

enum request_result {
#define REQUEST_ENUM(name, text) name,
	REQUEST_RESULTS(REQUEST_ENUM)
#undef REQUEST_ENUM
};

extern const char *const request_result_text[];

struct request {
	struct mail mail; /* first: an inbox entry is its request */
	enum request_kind kind;
	struct sup *sup; /* that is asked */
	/*
	 * About whom. To add, place or replace a zeroed child with
	 * its policy (or a supervisor made by sup_init() without a parent)
	 * that has no supervisor yet; it is the tree's from when it has one
	 * (child->sup) until ACTION_FREE, which a failed start of one that was
	 * added leads to. Otherwise a child of `sup`, or NULL. One that a stop
	 * makes vanish is freed after the answer.
	 */
	struct child *child;
	struct child *first; /* REQUEST_REPLACE: whose place it takes */
	enum request_result result;
	bool reload;          /* the file was read again: it asks */
	struct reason reason; /* RESULT_START_FAILED: why */
};

#endif
