/* SPDX-License-Identifier: ISC */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/tree.h"

/*
 * One scenario of the simulator: a random tree of lib/core, the processes it
 * thinks it has, and a clock, all of them from one seed.
 *
 * The kernel here is a bad one: it answers late, fails to start what it is
 * asked to, lets processes ignore signals, die before the signal that was
 * meant for them, and leave things behind. Whatever it does, the checkers
 * (check.h) hold after every step.
 */

#define WORLD_ACTORS_MAX   64
#define WORLD_REQUESTS_MAX 64
#define WORLD_RESTARTS_MAX 8
#define WORLD_TIES_MAX     32

/* A child, its process, and what the checkers know about it. */
struct actor {
	union {
		struct child child; /* first */
		struct sup sup;
	};
	struct child_policy policy;
	unsigned id;   /* never used again */
	unsigned name; /* what the namesake of another has too */

	bool alive;   /* executed, and its end is not known to the tree */
	bool zombie;  /* alive, and has ended */
	bool remains; /* of its group, after its end */
	bool told;    /* the stop signal was sent in this run */
	bool killed;  /* SIGKILL was, while it was alive */
	bool unasked; /* ended before that */
	bool leaves_remains;
	int64_t ready_ns; /* when the kernel tells; NEVER_NS: not to be */
	int64_t exit_ns;
	int64_t gone_ns;
	int64_t die_ns; /* when it will end by itself */
	int64_t told_ns;
	struct reason reason;

	bool reported; /* its last end, or failed start */

	bool checks; /* a check runs, and will pass, or not */
	bool passes;
	unsigned nfailed; /* checks in a row, while it was up */
	int64_t check_ns; /* when the kernel answers the one that runs */
	int64_t alive_ns; /* when it gives the next sign of life */
	int64_t heard_ns; /* when it gave the last */

	bool licensed; /* a restart was counted since its last end */
	bool ignored;  /* the last start said ignore */
	unsigned nrestarts;
	int64_t
	    restarts_ns[WORLD_RESTARTS_MAX]; /* a supervisor's, newest first */
};

/* A request on its way. */
struct errand {
	struct request request; /* first */
	bool posted;
};

/* A link of the core's. */
struct tie {
	struct link link; /* first */
	bool used;
	uint32_t runs[2]; /* of its ends, when it was cut */
};

/* How bad the kernel is, in percent. */
struct mood {
	unsigned spawn_fails;
	unsigned hangs;
	unsigned early;
	unsigned ignores;
	unsigned dies; /* by itself, some time */
	unsigned stubborn;
	unsigned odd_stop;
	unsigned ill; /* checks fail, or have no end; silence */
	unsigned remains;
	unsigned requests;
	unsigned deaths;
	unsigned links;
};

struct world {
	struct tree tree;
	struct actor *root;
	struct actor *actors[WORLD_ACTORS_MAX];
	unsigned nactors;
	unsigned next_id;
	struct errand errands[WORLD_REQUESTS_MAX];
	unsigned nerrands;
	unsigned nanswers;
	struct tie ties[WORLD_TIES_MAX];
	struct mood mood;
	uint64_t seed;
	uint64_t random;
	int64_t now_ns;
	uint64_t nsteps;
	bool calm; /* the kernel behaves */
	bool more; /* the tree has not done all it can */
	bool booted;
	int64_t slaughter_ns; /* when the root was killed; NEVER_NS: not */
	int64_t shutdown_ns;  /* when it was told to stop; likewise */
	unsigned nends;
	bool verbose;
};

/* How deep supervisors are nested. */
#define WORLD_DEPTH_MAX 3

struct world *world_new(uint64_t seed, bool verbose);
void world_free(struct world *w);

/* Plays the scenario; ends the program when a checker finds something. */
void world_play(struct world *w);

uint64_t world_random(struct world *w);
unsigned world_below(struct world *w, unsigned n);
bool world_chance(struct world *w, unsigned percent);

/* The actor that `child` is; fails when there is none any more. */
struct actor *world_actor(struct world *w, struct child *child);

/* grow.c: a new actor, in no tree yet, and the freeing of one with all it has.
 */
struct actor *world_grow(struct world *w, unsigned depth);
void world_grow_root(struct world *w);

/* Other children for one whose init has ended. */
void world_print(struct world *w, struct actor *sup);
void world_release(struct world *w, struct actor *actor);

/* kernel.c */
bool kernel_spawn(struct world *w, struct actor *actor, struct reason *why);
void kernel_stop(struct world *w, struct actor *actor);
void kernel_kill(struct world *w, struct actor *actor);
void kernel_end(struct world *w, struct actor *actor, struct reason reason);
void kernel_check(struct world *w, struct actor *actor);
void kernel_uncheck(struct world *w, struct actor *actor);
void kernel_started(struct world *w, struct actor *actor);
void kernel_calm(struct world *w);
int64_t kernel_next(const struct world *w);
bool kernel_tell(struct world *w, struct event *event);

/* link.c: at first; between two, or cut; a throw; and no more. */
void world_tie(struct world *w);
void world_link(struct world *w, struct actor *a, struct actor *b);
void world_throw(struct world *w, struct actor *actor);
void world_untie(struct link *link);
void world_untie_actor(struct world *w, const struct actor *actor);

/* drive.c */
void drive_feed(struct world *w, const struct event *event);

/* signs.c: random rules, none, signs of life, and whether they were heeded. */
void world_signs(struct world *w, struct worker_policy *worker);
void world_unsign(struct world *w);
void world_plead(struct world *w, struct actor *actor);
void check_sign(struct world *w, const struct action *action);
void check_heeded(const struct world *w);

__attribute__((format(printf, 2, 3))) void
world_say(const struct world *w, const char *format, ...);
__attribute__((format(printf, 2, 3), noreturn)) void
world_fail(const struct world *w, const char *format, ...);

#endif
