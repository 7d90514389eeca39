/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "base/units.h"
#include "world.h"

/* Checks, watchdogs, and words of more time. */

void
world_signs(struct world *w, struct worker_policy *worker)
{
	struct alive_policy *alive = &worker->alive;

	worker->check_every_ms = 1 + (int64_t)world_below(w, 100);
	if (world_chance(w, 15))
		worker->watchdog_ms = 20 + (int64_t)world_below(w, 1000);
	if (!world_chance(w, 15))
		return;
	alive->kind = ALIVE_CHECK;
	alive->every_ms = 20 + (int64_t)world_below(w, 500);
	alive->timeout_ms = 1 + (int64_t)world_below(w, 200);
	alive->failures = 1 + (int64_t)world_below(w, 3);
}

/* Nobody is watched any more, so that all comes to rest. */
void
world_unsign(struct world *w)
{
	for (unsigned i = 0; i < w->nactors; i++) {
		struct actor *actor = w->actors[i];

		if (child_is_sup(&actor->child))
			continue;
		actor->policy.worker.watchdog_ms = WATCHDOG_NONE;
		actor->policy.worker.alive.kind = ALIVE_NONE;
		if (actor->alive && !actor->zombie)
			actor->alive_ns = w->now_ns;
	}
}

/* It says that it needs more time, or that all is well. */
void
world_plead(struct world *w, struct actor *actor)
{
	const struct event event = {
		.kind = world_chance(w, 20) ? EVENT_SETTLED : EVENT_EXTENDED,
		.child = &actor->child,
		.until_ns =
		    w->now_ns + (int64_t)world_below(w, 3000) * NS_PER_MS,
	};

	if (child_is_sup(&actor->child) || !actor->alive)
		return;
	world_say(w, "%u pleads", actor->id);
	drive_feed(w, &event);
}

/* What else the same step has decided about it is seen here as well. */
static void
check_begun(const struct world *w, const struct actor *actor)
{
	const struct worker_policy *worker = &actor->policy.worker;

	if (!actor->alive || actor->child.preparing ||
	    (!ready_is_checked(worker->ready) &&
		worker->alive.kind == ALIVE_NONE))
		world_fail(w, "%u is not to be checked", actor->id);
	if (actor->checks)
		world_fail(w, "%u is checked twice", actor->id);
}

void
check_sign(struct world *w, const struct action *action)
{
	const struct actor *actor = world_actor(w, action->child);
	const struct worker_policy *worker = &actor->policy.worker;
	const struct child *child = action->child;

	if (action->kind == ACTION_CHECK)
		check_begun(w, actor);
	else if (action->kind == ACTION_UNCHECK && !actor->checks)
		world_fail(w, "%u has no check to end", actor->id);
	else if (action->kind == ACTION_ABORT &&
	    (child->reason.value != SIGABRT ||
		w->now_ns - actor->heard_ns < worker->watchdog_ms * NS_PER_MS))
		world_fail(w, "%u is not silent", actor->id);
	else if (action->kind == ACTION_STOP && child->condemned &&
	    child->reason.kind == REASON_UNHEALTHY && child->by == NULL &&
	    actor->nfailed < worker->alive.failures)
		world_fail(w, "%u is not unhealthy", actor->id);
}

/* Silence and failed checks have their consequence at once. */
void
check_heeded(const struct world *w)
{
	for (unsigned i = 0; i < w->nactors; i++) {
		const struct actor *actor = w->actors[i];
		const struct child *child = &actor->child;
		const struct worker_policy *worker = &actor->policy.worker;

		if (child_is_sup(child) || !child_lives(child))
			continue;
		if (worker->watchdog_ms != WATCHDOG_NONE &&
		    w->now_ns - actor->heard_ns >
			worker->watchdog_ms * NS_PER_MS)
			world_fail(w, "the silence of %u is not noticed",
			    actor->id);
		if (worker->alive.kind != ALIVE_NONE &&
		    actor->nfailed >= worker->alive.failures)
			world_fail(w, "%u is unhealthy, and lives", actor->id);
	}
}
