/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_RELOAD_PLAN_H
#define ENGINE_RELOAD_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/node.h"

/*
 * The difference between a running tree and a configuration, as the steps
 * that lead from one to the other: what is gone stops in reverse order, then
 * what is new starts and what runs differently restarts, in start order.
 * What changed in nothing but its rules is changed without a step, but named.
 * What is down stays down, unless it was to be up and failed to start.
 */
#define PLAN_STEPS(X)                                                    \
	X(STEP_FORGET, "forget")   /* gone already, and not to return */ \
	X(STEP_STOP, "stop")       /* no longer in the file */           \
	X(STEP_CHANGE, "change")   /* its rules alone: in place */       \
	X(STEP_START, "start")     /* new in the file */                 \
	X(STEP_RETRY, "start")     /* down, as its start failed */       \
	X(STEP_RESTART, "restart") /* other command, folder, environment */

enum step_kind {
#define PLAN_ENUM(name, text) name,
	PLAN_STEPS(PLAN_ENUM)
#undef PLAN_ENUM
};

extern const char *const step_kind_text[];

struct step {
	enum step_kind kind;
	struct sup *sup;     /* whose child it is; NULL: freed meanwhile */
	struct child *child; /* NULL: not made yet, or freed meanwhile */
	const struct child_spec *spec; /* as it is to be; NULL: not at all */
};

struct inits;

struct plan {
	const struct inits *inits; /* what they printed; borrowed, or NULL */
	struct step *steps;        /* owned */
	size_t n;
	size_t room;
};

/*
 * Works out how `top` and the tree under it become `spec`, which is borrowed,
 * as are the `inits` that have run for it. Without those it is for the start
 * of `top`: what was deleted comes back. 0, with plan_fini() to follow, or
 * -ENOMEM.
 */
int plan_make(struct plan *plan, struct supervisor *top,
    const struct spec *spec, const struct inits *inits);
void plan_fini(struct plan *plan);

/*
 * Gives every child that stays its new specification, rules and place in the
 * start order, at once and without touching a process. `spec` is that of the
 * top. False when memory was short: some keep their old rules.
 */
bool
plan_apply(struct plan *plan, struct supervisor *top, const struct spec *spec);

#endif
