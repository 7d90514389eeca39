/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_INIT_H
#define ENGINE_INIT_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "engine/node.h"
#include "engine/printing.h"

struct engine;

/*
 * The `init` of a supervisor: a program that says what its children are, each
 * time that it starts, and for a reload while it runs. Once it has ended its
 * output is read, which may take other programs, and what the supervisor has
 * is changed into that: by the plan of a reload, with no process to touch when
 * it starts.
 */
enum init_state {
	INIT_RUNS,
	INIT_PRINTED, /* version->conf.root is what the supervisor is to be */
	INIT_KEPT,    /* it is that, and has the version */
	INIT_IGNORED, /* it said that the supervisor is not needed */
	INIT_FAILED,  /* version->conf.diags say why */
};

struct init {
	SLIST_ENTRY(init) next;
	struct supervisor *supervisor; /* NULL: it was freed meanwhile */
	const struct spec *spec;       /* of the file; borrowed */
	enum init_state state;
	bool killed;              /* its supervisor is to stop */
	struct printing printing; /* itself, then what it named */
	struct program *program;  /* it has ended; owned */
	struct version *version;  /* owned, unless it was given away */
	char *label;              /* owned: `init of web/api` */
	char *name;               /* owned: SUPERVISE_NAME=web/api */
	const char *given[3];     /* variables, then NULL */
};

SLIST_HEAD(inits, init);

/* Runs that of `supervisor`, as `spec` says it. NULL: no memory. */
struct init *init_new(struct engine *e, struct supervisor *supervisor,
    const struct spec *spec);

/* Once a turn while it runs: goes on. */
void init_turn(struct engine *e, struct init *init);

/* Kills what runs, and frees; NULL is harmless. */
void init_free(struct init *init);

/* When one of them is to go on at the latest, in ns. */
int64_t inits_deadline(const struct inits *inits);

/* Kills and frees them all. */
void inits_fini(struct inits *inits);

/* ACTION_SPAWN: true, or false with the reason. */
bool
init_start(struct engine *e, struct supervisor *supervisor, struct reason *why);

/* ACTION_KILL: its end is told in the turn. */
void init_kill(struct engine *e, const struct supervisor *supervisor);

/* Once a turn: goes on with those of supervisors that start. */
void init_turn_all(struct engine *e);

#endif
