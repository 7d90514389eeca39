/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdlib.h>

#include "world.h"

/* Random trees. */

/* Room that is left for children that are added later. */
#define ROOM 24

static const int64_t shutdowns_ms[] = { 5000, 5000, 5000, 100, 0,
	SHUTDOWN_INFINITY, SHUTDOWN_BRUTAL_KILL };
#define NSHUTDOWNS (sizeof(shutdowns_ms) / sizeof(*shutdowns_ms))

static void
random_worker(struct world *w, struct worker_policy *worker)
{
	static const enum ready readies[] = { READY_EXEC, READY_EXEC, READY_FD,
		READY_FD, READY_AFTER, READY_NOTIFY, READY_CHECK };

	worker->ready = readies[world_below(w, 7)];
	worker->ready_after_ms = (int64_t)world_below(w, 300);
	/* Some of them are too short. */
	if (world_chance(w, 50))
		worker->start_timeout_ms = world_chance(w, 10) ?
		    1 + (int64_t)world_below(w, 400) :
		    1000;
	/* No start would succeed, and a tree that allows it would never rest.
	 */
	if (worker->start_timeout_ms != START_TIMEOUT_NONE &&
	    worker->ready_after_ms >= worker->start_timeout_ms)
		worker->ready_after_ms = worker->start_timeout_ms - 1;
	if (world_chance(w, 20)) {
		worker->backoff_min_ms = 1 + (int64_t)world_below(w, 200);
		worker->backoff_max_ms =
		    worker->backoff_min_ms + (int64_t)world_below(w, 2000);
	}
	if (world_chance(w, 20))
		worker->stop_signal = SIGINT;
	if (!w->calm)
		world_signs(w, worker);
	worker->trap_exits = w->mood.links > 0 && world_chance(w, 20);
	status_set_add(&worker->normal, 75);
	status_set_add(&worker->planned, 80);
}

/* Lines of `catch`: any number of these, from the first. */
static void
random_catches(struct world *w, struct child_policy *policy)
{
	static const struct catch_rule rules[][3] = {
		{ { "exit:1", CATCH_STOP, NULL },
		    { "signal:*", CATCH_ESCALATE, NULL },
		    { "*", CATCH_IGNORE, NULL } },
		{ { "exit:1-2,75", CATCH_RESTART, NULL },
		    { "killed", CATCH_STOP, NULL },
		    { "start:*", CATCH_ESCALATE, NULL } },
	};

	if (!world_chance(w, 10))
		return;
	policy->catches = rules[world_below(w, 2)];
	policy->ncatches = 1 + world_below(w, 3);
}

static void
random_sup(struct world *w, struct sup_policy *sup)
{
	sup->strategy = (enum strategy)world_below(w, STRATEGY_DYNAMIC + 1);
	sup->stop_order = world_chance(w, 25) ? STOP_TOGETHER : STOP_REVERSE;
	sup->max_restarts = world_below(w, world_chance(w, 30) ? 7 : 4);
	sup->max_seconds = 1 + (int64_t)world_below(w, 4);
	if (world_chance(w, 15))
		sup->auto_shutdown =
		    (enum auto_shutdown)(1 + world_below(w, 2));
	if (sup->strategy == STRATEGY_DYNAMIC && world_chance(w, 30))
		sup->max_children = world_below(w, 4);
}

static struct actor *
new_actor(struct world *w, enum kind kind)
{
	struct actor *actor = calloc(1, sizeof(*actor));
	struct child_policy *policy;

	if (actor == NULL || w->nactors == WORLD_ACTORS_MAX)
		abort();
	w->actors[w->nactors++] = actor;
	actor->id = w->next_id++;
	actor->name =
	    world_chance(w, 5) ? world_below(w, actor->id + 1) : actor->id;
	actor->ready_ns = actor->exit_ns = NEVER_NS;
	actor->gone_ns = actor->die_ns = NEVER_NS;
	policy = &actor->policy;
	*policy = policy_default(kind);
	policy->restart = (enum restart)world_below(w, 3);
	if (world_chance(w, 30))
		policy->restart = RESTART_PERMANENT;
	policy->significant =
	    policy->restart != RESTART_PERMANENT && world_chance(w, 40);
	if (kind == KIND_WORKER || world_chance(w, 30))
		policy->shutdown_ms = shutdowns_ms[world_below(w, NSHUTDOWNS)];
	policy->prepares = world_chance(w, 15);
	if (world_chance(w, 20))
		status_set_add(&policy->ignore, 99);
	if (kind == KIND_WORKER)
		random_worker(w, &policy->worker);
	else
		random_sup(w, &policy->sup);
	random_catches(w, policy);
	actor->child.policy = policy;
	if (!tree_reserve(&w->tree, 1))
		abort();
	return actor;
}

static void
populate(struct world *w, struct actor *parent, unsigned depth, unsigned most)
{
	unsigned n =
	    depth == 0 ? 1 + world_below(w, most) : world_below(w, most + 1);

	while (n-- > 0 && w->nactors + ROOM < WORLD_ACTORS_MAX) {
		bool sup = depth < WORLD_DEPTH_MAX && world_chance(w, 30);
		struct actor *actor =
		    new_actor(w, sup ? KIND_SUPERVISOR : KIND_WORKER);

		if (!sup) {
			child_init(&actor->child, &parent->sup, &actor->policy);
			continue;
		}
		if (!sup_init(&actor->sup, &parent->sup, &actor->policy))
			abort();
		populate(w, actor, depth + 1, 4);
	}
}

struct actor *
world_grow(struct world *w, unsigned depth)
{
	bool sup = depth < WORLD_DEPTH_MAX && world_chance(w, 20);
	struct actor *actor = new_actor(w, sup ? KIND_SUPERVISOR : KIND_WORKER);

	if (!sup)
		return actor;
	if (!sup_init(&actor->sup, NULL, &actor->policy))
		abort();
	populate(w, actor, WORLD_DEPTH_MAX, 2);
	return actor;
}

void
world_print(struct world *w, struct actor *sup)
{
	struct child *child;
	struct actor *actor;

	TAILQ_FOREACH(child, &sup->sup.children, order)
		child->added |= world_chance(w, 20);
	child = TAILQ_FIRST(&sup->sup.children);
	if (w->nactors + 4 > WORLD_ACTORS_MAX || world_chance(w, 50))
		return;
	actor = world_grow(w, 2);
	child_init(&actor->child, &sup->sup, &actor->policy);
	if (world_chance(w, 50))
		child_move(&actor->child, child);
}

void
world_grow_root(struct world *w)
{
	tree_init(&w->tree, NULL, w->seed);
	w->root = new_actor(w, KIND_SUPERVISOR);
	w->root->policy.shutdown_ms = SHUTDOWN_INFINITY;
	w->root->policy.significant = false;
	/* It lives long enough for something to happen in it. */
	if (world_chance(w, 70)) {
		w->root->policy.sup.max_restarts = WORLD_RESTARTS_MAX - 1;
		w->root->policy.sup.max_seconds = 1;
	}
	if (world_chance(w, 40))
		w->root->policy.sup.stop_timeout_ms =
		    1 + (int64_t)world_below(w, 20000);
	if (!sup_init(&w->root->sup, NULL, &w->root->policy))
		abort();
	w->tree.root = &w->root->sup;
	populate(w, w->root, 0, 6);
	world_tie(w);
}

void
world_release(struct world *w, struct actor *actor)
{
	struct child *child;

	world_untie_actor(w, actor);
	if (child_is_sup(&actor->child)) {
		while ((child = TAILQ_FIRST(&actor->sup.children)) != NULL) {
			TAILQ_REMOVE(&actor->sup.children, child, order);
			world_release(w, world_actor(w, child));
		}
		sup_fini(&actor->sup);
	}
	if (actor->alive || actor->remains)
		world_fail(w, "%u is freed while it lives", actor->id);
	for (unsigned i = 0; i < w->nactors; i++)
		if (w->actors[i] == actor)
			w->actors[i] = w->actors[--w->nactors];
	tree_unreserve(&w->tree, 1);
	free(actor);
}
