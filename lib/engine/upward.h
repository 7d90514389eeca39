/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_UPWARD_H
#define ENGINE_UPWARD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What supervise itself tells whoever has started it, as sd_notify(3) would:
 * that the tree is up, that it is read again, that it stops; and signs of life
 * for a watchdog. The engine finds out, and the guardian says it, as it is the
 * process that a service manager knows. A hung engine gives no sign of life.
 */

struct engine;
struct guardian;
struct run;

enum upward_kind {
	UPWARD_NONE, /* the tree is not up yet */
	UPWARD_READY,
	UPWARD_RELOADING,
	UPWARD_STOPPING,
	UPWARD_ALIVE,
};

/* What the guardian has found in its environment. */
struct upward {
	char *socket;        /* owned; NULL: nobody listens */
	int64_t watchdog_ns; /* how often it wants a sign of life; 0: not */
	bool detached;       /* whom it has started is not us, and ends */
	bool failed;         /* which has been told */
};

/* What the engine has said so far. */
struct upward_said {
	bool wanted;
	enum upward_kind kind; /* the last but UPWARD_ALIVE */
	uint32_t nreloads;     /* that were begun, */
	uint32_t ntold;        /* and of these told */
	int64_t every_ns;      /* a sign of life is due so often; 0: never */
	int64_t due_ns;        /* the next one; NEVER_NS */
};

/* In the guardian: takes the variables, which no child is to have. */
void upward_init(struct upward *upward, const struct run *run);
void upward_fini(struct upward *upward);

/* Takes the variables from the environment of another process. */
void upward_hide(void);

/* In the guardian: says it; `value` is the number of children that are up. */
void upward_say(struct guardian *g, int kind, int value);

/* In the engine: the beginning, and what has changed, once a turn. */
void upward_begin(struct engine *e, const struct upward *upward);
void upward_turn(struct engine *e);

#endif
