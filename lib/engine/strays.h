/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_STRAYS_H
#define ENGINE_STRAYS_H

#include "engine/node.h"

struct engine;

/*
 * Strays: descendants of a run that left its process group (setsid, double
 * fork). The witness adopts them when their parents end, or the guardian once
 * the witness is dead, or the engine when both are; and they carry
 * SUPERVISE_NAME and SUPERVISE_RUN in their environment (U3). Looking for
 * them costs one read of a list, of the witness's children, that is empty but
 * for the engine, so every end of a run can afford it.
 *
 * What we may not signal, a program that runs as another user by now, is a
 * stray as well, the leader of a run included: nobody waits for it.
 */
struct stray {
	pid_t pid;
	int pidfd;             /* of a child of the engine's own; owned; -1 */
	struct worker *worker; /* whose run left it; NULL: nobody knows */
	bool seen;             /* by the last look */
	bool killed;
	bool denied; /* we may not signal it */
};

struct strays {
	int children; /* list of their reaper's; owned; -1: not to be had */
	struct stray *known; /* told to end, not yet gone; owned */
	size_t n;
	size_t room;
};

/* From now on `reaper` adopts them; 0: we do. */
void strays_follow(struct engine *e, pid_t reaper);
void strays_fini(struct strays *s);

/*
 * Looks which strays there are: forgets those that are gone, finds those of
 * the last runs of `workers`, and tells them to end as their child would be.
 */
void strays_look(struct engine *e, const struct workers *workers);

/*
 * Takes the process for a stray of `worker` that cannot be ended, and says
 * so, once. `pidfd`, if it is not -1, is of a child of the engine's own, which
 * is reaped at a later look; it is taken over.
 */
void strays_deny(struct engine *e, struct worker *worker, pid_t pid, int pidfd);

/* Whether `worker` has strays that are to go and are not gone. */
bool strays_of(const struct engine *e, const struct worker *worker);

/* Whether it is a stray that we may not signal. */
bool strays_denied(const struct engine *e, pid_t pid);

/* One that is to go and is not gone; 0: there is none. */
pid_t strays_first(const struct engine *e);

/* Sends SIGKILL to the strays of `worker`; NULL: to all. */
void strays_kill(struct engine *e, const struct worker *worker);

/*
 * Takes every process left below the reaper for a stray and tells it to
 * end. Returns how many are left that can be ended.
 */
size_t strays_look_all(struct engine *e);

#endif
