/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <string.h>

#include "base/units.h"
#include "check.h"

/* SIGKILL to all takes no longer. */
#define HURRY_NS (60 * NS_PER_S)

static const struct actor *
actor_of(const struct child *child)
{
	return (const struct actor *)(const void *)child;
}

static bool
is_stopping_all(const struct sup *sup)
{
	return sup->op == OP_SHUTDOWN || sup->op == OP_SWEEP;
}

/* Whether a process of `child`, or of anything below it, lives. */
static bool
lives(const struct child *child)
{
	const struct actor *actor = actor_of(child);
	const struct child *below;

	if (actor->alive || actor->remains)
		return true;
	if (!child_is_sup(child))
		return false;
	TAILQ_FOREACH(below, &actor->sup.children, order)
		if (lives(below))
			return true;
	return false;
}

/* The one that a group restarts for may not be over its last run. */
static bool
is_down(const struct sup *sup, const struct child *child)
{
	return child->state == CHILD_DOWN &&
	    (!lives(child) ||
		(sup->op == OP_GROUP_START && child == sup->target));
}

/* Nobody starts before those in front of it have, nor behind others. */
static void
check_start_order(const struct world *w, const struct child *child)
{
	const struct sup *sup = child->sup;
	bool rest = sup->child.policy->sup.strategy == STRATEGY_REST_FOR_ONE;
	bool before = sup->op == OP_BOOT || !rest;
	bool after = false;
	const struct child *other;

	TAILQ_FOREACH(other, &sup->children, order) {
		if (other == child) {
			after = true;
			continue;
		}
		if (other == sup->target)
			before = true;
		if (other->forgotten)
			continue;
		if (after && !is_down(sup, other))
			world_fail(w, "%u starts after its successor %u",
			    actor_of(child)->id, actor_of(other)->id);
		if (!after && before && other->state != CHILD_UP &&
		    other->state != CHILD_ENDED && other->state != CHILD_DOWN)
			world_fail(w, "%u starts before %u has",
			    actor_of(child)->id, actor_of(other)->id);
	}
}

/* Whether what its supervisor does allows `child` to start. */
static void
check_start_op(const struct world *w, const struct child *child)
{
	const struct sup *sup = child->sup;
	const struct actor *actor = actor_of(child);

	if (sup->child.state != CHILD_UP && sup->child.state != CHILD_STARTING)
		world_fail(w, "%u starts under one that is not up", actor->id);
	switch ((enum sup_op)sup->op) {
	case OP_SHUTDOWN:
	case OP_SWEEP:
		world_fail(w, "%u starts while all stop", actor->id);
	case OP_PREPARE:
		world_fail(w, "%u starts before it is a child", actor->id);
	case OP_BOOT:
		check_start_order(w, child);
		break;
	case OP_GROUP_START:
		/*
		 * What a request has begun to start is awaited no more once
		 * somebody asks to stop it, and goes on until that is served.
		 */
		if (!child->asked)
			check_start_order(w, child);
		/* What it was for may have been removed. */
		if (sup->target != NULL && !actor_of(sup->target)->licensed)
			world_fail(w, "%u: no restart counted", actor->id);
		break;
	case OP_IDLE:
	case OP_GROUP_STOP:
	case OP_CHILD_START:
	case OP_CHILD_STOP:
		if (!actor->licensed && !child->asked)
			world_fail(w, "%u: no restart counted", actor->id);
	}
}

/* A spawn ends its step, so what is seen here is what led to it. */
static void
check_spawn(const struct world *w, const struct actor *actor)
{
	const struct child *child = &actor->child;

	if (child->state != CHILD_STARTING || child->blocked ||
	    (child->forgotten && child_first(child) == NULL) || child->held)
		world_fail(w, "%u is not to start", actor->id);
	if (lives(child))
		world_fail(w, "%u starts while its last run lives", actor->id);
	if (child->sup == NULL)
		return;
	/* A second one has no place in what goes on. */
	if (child_first(child) == NULL)
		check_start_op(w, child);
	/* A stop may be on its way down: it has not come here yet. */
	while ((child = &child->sup->child)->state == CHILD_STARTING &&
	    child->sup != NULL)
		if (child->sup->child.state != CHILD_STOPPING &&
		    !is_stopping_all(child->sup))
			check_start_op(w, child);
}

/* Whether somebody has ever asked for `child` to be stopped, out of order. */
static bool
is_asked_for(const struct world *w, const struct child *child)
{
	for (unsigned i = 0; i < w->nerrands; i++) {
		const struct request *request = &w->errands[i].request;

		if (request->kind == REQUEST_REPLACE &&
		    (request->child == child || request->first == child))
			return true;
		if (request->child == child &&
		    (request->kind == REQUEST_STOP ||
			request->kind == REQUEST_HOLD ||
			request->kind == REQUEST_REMOVE ||
			request->kind == REQUEST_RESTART))
			return true;
	}
	return false;
}

/* In a reverse stop nobody is told before those behind it are gone. */
static void
check_stop_order(const struct world *w, const struct child *child)
{
	const struct sup *sup = child->sup;
	const struct child *other = child;

	if (sup == NULL || (!is_stopping_all(sup) && sup->op != OP_GROUP_STOP))
		return;
	if (sup_stops_together(sup) || is_asked_for(w, child))
		return;
	while ((other = TAILQ_NEXT(other, order)) != NULL)
		if (other != sup->target && lives(other))
			world_fail(w, "%u stops before %u", actor_of(child)->id,
			    actor_of(other)->id);
	if (sup->op != OP_GROUP_STOP ||
	    sup->child.policy->sup.strategy != STRATEGY_REST_FOR_ONE)
		return;
	for (other = child; other != NULL; other = TAILQ_NEXT(other, order))
		if (other == sup->target)
			world_fail(w, "%u stops, before the dead one",
			    actor_of(child)->id);
}

/* Whether SIGKILL was ordered for `child`, or for one above it. */
static bool
is_slaughtered(const struct child *child)
{
	for (const struct sup *sup = child->sup; sup != NULL;
	     sup = sup->child.sup)
		if (sup->kill)
			return true;
	return false;
}

static void
check_stop(const struct world *w, const struct actor *actor)
{
	const struct child *child = &actor->child;

	if (!actor->alive)
		world_fail(w, "%u is told to stop, but does not run",
		    actor->id);
	if (actor->told ||
	    (child->state != CHILD_STOPPING && !child->condemned))
		world_fail(w, "%u is not to be told to stop", actor->id);
	if (child->policy->shutdown_ms == SHUTDOWN_BRUTAL_KILL &&
	    child->reason.value != SIGABRT)
		world_fail(w, "%u is told, not killed", actor->id);
	if (child->late || child->condemned)
		return;
	for (; child != NULL; child = child->sup ? &child->sup->child : NULL)
		if (child->state == CHILD_STOPPING)
			check_stop_order(w, child);
}

static void
check_kill(const struct world *w, const struct actor *actor)
{
	int64_t shutdown_ms = actor->policy.shutdown_ms;

	if (!actor->alive && !actor->remains)
		world_fail(w, "%u is killed, but does not run", actor->id);
	if (actor->alive && actor->killed)
		world_fail(w, "%u is killed twice", actor->id);
	if (child_is_sup(&actor->child)) {
		if (actor->child.state != CHILD_STOPPING)
			world_fail(w, "%u prepares, and is killed", actor->id);
		return;
	}
	if (actor->remains || is_slaughtered(&actor->child) ||
	    shutdown_ms == SHUTDOWN_BRUTAL_KILL)
		return;
	if ((actor->child.state != CHILD_STOPPING && !actor->child.condemned) ||
	    !actor->told)
		world_fail(w, "%u is killed without a word", actor->id);
	/* The stop of all takes no more than its time. */
	if (actor->child.cut && w->tree.stop_by_ns != NEVER_NS)
		return;
	if (shutdown_ms == SHUTDOWN_INFINITY ||
	    w->now_ns - actor->told_ns < shutdown_ms * NS_PER_MS)
		world_fail(w, "%u is killed too early", actor->id);
}

/* Restarts of `sup` that count now, by the book (S43, S45). */
static unsigned
restarts_that_count(const struct world *w, const struct actor *sup)
{
	unsigned n = 0;

	while (n < sup->nrestarts &&
	    w->now_ns - sup->restarts_ns[n] <=
		sup->policy.sup.max_seconds * NS_PER_S)
		n++;
	return n;
}

/* What follows is said before (S167). */
static void
check_reported(struct world *w, const struct actor *actor)
{
	if (!actor->reported)
		world_fail(w, "%u: no report of what is to be restarted",
		    actor->id);
}

static void
check_restarting(struct world *w, struct actor *actor, const struct note *note)
{
	struct actor *sup = world_actor(w, &actor->child.sup->child);
	unsigned n = restarts_that_count(w, sup);

	if (n >= sup->policy.sup.max_restarts)
		world_fail(w, "%u restarts too often", sup->id);
	if (note->restarts != n + 1)
		world_fail(w, "%u counts %u restarts, not %u", sup->id,
		    note->restarts, n + 1);
	memmove(&sup->restarts_ns[1], &sup->restarts_ns[0],
	    sizeof(sup->restarts_ns) - sizeof(sup->restarts_ns[0]));
	sup->restarts_ns[0] = w->now_ns;
	sup->nrestarts = n + 1;
	actor->licensed = true;
}

static void
check_note(struct world *w, struct actor *actor, const struct note *note)
{
	struct actor *sup = NULL;

	if (actor->child.sup != NULL)
		sup = world_actor(w, &actor->child.sup->child);
	switch (note->kind) {
	case NOTE_STARTING:
		if (!child_is_sup(&actor->child))
			break;
		actor->nrestarts = 0;
		break;
	case NOTE_STARTED:
		actor->ignored = false;
		break;
	case NOTE_START_FAILED:
		actor->reported = false;
		actor->licensed = false;
		break;
	case NOTE_EXITED:
	case NOTE_ENDED:
		/* Who ended it is still there to be named. */
		if (note->cause == CAUSED_BY_LINK)
			(void)world_actor(w, note->sibling);
		if (note->origin != NULL)
			(void)world_actor(w, note->origin);
		actor->reported = false;
		/* The group that its restart began may still be starting. */
		if (sup == NULL || sup->sup.target != &actor->child ||
		    sup->sup.op != OP_GROUP_START)
			actor->licensed = false;
		break;
	case NOTE_IGNORED:
		actor->ignored = true;
		break;
	case NOTE_CAUGHT:
		actor->ignored = note->caught == CATCH_STOP;
		/* A group whose start it would have undone goes on. */
		if (actor->ignored || note->caught == CATCH_IGNORE)
			actor->licensed = true;
		break;
	case NOTE_RESTARTING:
		check_reported(w, actor);
		check_restarting(w, actor, note);
		break;
	case NOTE_GAVE_UP:
		if (sup == NULL)
			world_fail(w, "the root was to restart");
		check_reported(w, actor);
		if (note->restarts > 0 &&
		    restarts_that_count(w, sup) != sup->policy.sup.max_restarts)
			world_fail(w, "%u gives up too early", sup->id);
		break;
	case NOTE_REPORT:
		actor->reported = true;
		break;
	case NOTE_AUTO_SHUTDOWN:
	case NOTE_REMOVED:
	case NOTE_REPLACING:
	case NOTE_REPLACED:
	case NOTE_TRAPPED:
		break;
	}
}

void
check_action(struct world *w, const struct action *action)
{
	int64_t timeout_ms = w->root->policy.sup.stop_timeout_ms;
	struct actor *actor = NULL;

	if (w->nends > 0)
		world_fail(w, "something is done after the end");
	if (action->child != NULL)
		actor = world_actor(w, action->child);
	switch (action->kind) {
	case ACTION_SPAWN:
		check_spawn(w, actor);
		break;
	case ACTION_STOP:
	case ACTION_ABORT:
		check_stop(w, actor);
		check_sign(w, action);
		break;
	case ACTION_CHECK:
	case ACTION_UNCHECK:
		check_sign(w, action);
		break;
	case ACTION_KILL:
		check_kill(w, actor);
		break;
	case ACTION_NOTE:
		check_note(w, actor, &action->note);
		break;
	case ACTION_REPLY:
		if (!((struct errand *)(void *)action->request)->posted)
			world_fail(w, "an answer twice, or to nobody");
		break;
	case ACTION_FREE:
		if (!actor->child.added || lives(&actor->child))
			world_fail(w, "%u is not to be freed", actor->id);
		break;
	case ACTION_UNLINK:
		break;
	case ACTION_END:
		if (lives(&w->root->child))
			world_fail(w, "the end, but something lives");
		if (w->slaughter_ns != NEVER_NS &&
		    w->now_ns - w->slaughter_ns > HURRY_NS)
			world_fail(w, "the end took its time");
		if (w->shutdown_ns != NEVER_NS && timeout_ms > 0 &&
		    w->now_ns - w->shutdown_ns >
			timeout_ms * NS_PER_MS + HURRY_NS)
			world_fail(w, "the stop took more than its time");
		break;
	}
}

static void
recount(const struct world *w, const struct actor *actor)
{
	const struct sup *sup = &actor->sup;
	uint32_t nchildren = 0, nactive = 0, nsignificant = 0, ngoing = 0;
	const struct child *child;

	TAILQ_FOREACH(child, &sup->children, order) {
		bool active = child->state != CHILD_DOWN;

		nchildren += !child->forgotten;
		nactive += active;
		nsignificant += active && child->policy->significant;
		ngoing += child->state == CHILD_STOPPING || child->remains;
	}
	if (nchildren != sup->nchildren || nactive != sup->nactive ||
	    nsignificant != sup->nsignificant || ngoing != sup->ngoing)
		world_fail(w, "%u counts its children wrong", actor->id);
}

void
check_counts(const struct world *w)
{
	for (unsigned i = 0; i < w->nactors; i++)
		if (child_is_sup(&w->actors[i]->child))
			recount(w, w->actors[i]);
}

static void
check_quiet_worker(const struct world *w, const struct actor *actor)
{
	const struct child *child = &actor->child;
	bool up = child->state == CHILD_UP;

	if (!up && child->state != CHILD_DOWN)
		world_fail(w, "%u is still %s", actor->id,
		    child_state_text[child->state]);
	if (up != actor->alive || actor->remains || child->remains)
		world_fail(w, "%u is %s, its process is not", actor->id,
		    child_state_text[child->state]);
	/* Nobody stopped it: it is kept up, or it takes all down with it. */
	if (!up && w->nerrands == 0 && !actor->ignored && !child->forgotten &&
	    child->policy->restart == RESTART_PERMANENT &&
	    child->sup->child.state == CHILD_UP)
		world_fail(w, "%u is down for no reason", actor->id);
}

static void
check_quiet_sup(const struct world *w, const struct actor *actor)
{
	const struct sup *sup = &actor->sup;
	bool up = sup->child.state == CHILD_UP;

	if (!up && sup->child.state != CHILD_DOWN &&
	    (actor != w->root || sup->child.state != CHILD_ENDED))
		world_fail(w, "%u is still %s", actor->id,
		    child_state_text[sup->child.state]);
	if (sup->op != OP_IDLE || sup->on_agenda || !TAILQ_EMPTY(&sup->inbox))
		world_fail(w, "%u has something to do", actor->id);
	if (!up && sup->nactive > 0)
		world_fail(w, "%u is down, its children are not", actor->id);
	if (actor->alive || sup->child.preparing)
		world_fail(w, "%u still prepares", actor->id);
}

void
check_quiet(const struct world *w)
{
	check_counts(w);
	check_unlinked(w);
	if (!TAILQ_EMPTY(&w->tree.agenda) || w->tree.deadlines.n > 0)
		world_fail(w, "the tree has something to do");
	if (w->tree.deadlines.reserved != w->nactors)
		world_fail(w, "room for %zu deadlines of %u",
		    w->tree.deadlines.reserved, w->nactors);
	for (unsigned i = 0; i < w->nactors; i++) {
		const struct actor *actor = w->actors[i];

		if (child_is_sup(&actor->child))
			check_quiet_sup(w, actor);
		else
			check_quiet_worker(w, actor);
	}
	if (w->nanswers != w->nerrands)
		world_fail(w, "%u requests, %u answers", w->nerrands,
		    w->nanswers);
}

void
check_ended(const struct world *w)
{
	check_quiet(w);
	if (w->nends != 1)
		world_fail(w, "%u ends", w->nends);
	if (w->root->child.state == CHILD_UP)
		world_fail(w, "the root is up after the end");
}
