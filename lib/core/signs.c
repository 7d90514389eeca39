/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "base/units.h"
#include "core/internal.h"

/*
 * Signs of life: checks, by which a start becomes complete and a run is found
 * unhealthy, and the silence that a watchdog allows. One check of a child runs
 * at a time, and the next begins some time after it has ended.
 */

static int64_t
after_ms(const struct tree *t, int64_t ms)
{
	return t->now_ns + ms * NS_PER_MS;
}

/* Whether `child` is one whose checks and signs of life count now. */
static bool
is_watched(const struct child *child, enum child_state state)
{
	return child->state == state && child_is_mortal(child);
}

/* Whether `child` is to be checked, in the state in which it is. */
static bool
has_checks(const struct child *child)
{
	const struct worker_policy *worker = &child->policy->worker;

	if (child->state == CHILD_STARTING)
		return ready_is_checked(worker->ready);
	return worker->alive.kind != ALIVE_NONE;
}

void
signs_await(struct tree *t, struct child *child)
{
	const struct worker_policy *worker = &child->policy->worker;

	if (child->state == CHILD_STARTING) {
		/* Whoever is quick is ready at once. */
		if (has_checks(child))
			child_set_check(t, child, t->now_ns);
		return;
	}
	child->misses = 0;
	if (worker->watchdog_ms != WATCHDOG_NONE)
		child_set_limit(t, child, after_ms(t, worker->watchdog_ms));
	if (has_checks(child))
		child_set_check(t, child, after_ms(t, worker->alive.every_ms));
}

void
signs_missed(struct tree *t, struct child *child)
{
	child_condemn(t, child, reason_signal(SIGABRT), ACTION_ABORT);
}

void
signs_due(struct tree *t, struct child *child)
{
	const struct worker_policy *worker = &child->policy->worker;

	/* A reload may have taken the rule away. */
	if (!has_checks(child)) {
		child_set_check(t, child, NEVER_NS);
		return;
	}
	if (child->checking) {
		/* The answer comes when nothing of it is left to be heard. */
		child_set_check(t, child, NEVER_NS);
		tree_act(t, ACTION_UNCHECK, child);
		return;
	}
	child->checking = true;
	child_set_check(t, child,
	    after_ms(t,
		child->state == CHILD_STARTING ? READY_CHECK_TIMEOUT_MS :
						 worker->alive.timeout_ms));
	tree_act(t, ACTION_CHECK, child);
}

static void
start_checked(struct tree *t, struct child *child, bool passed)
{
	if (passed)
		child_started(t, child);
	else
		child_set_check(t, child,
		    after_ms(t, child->policy->worker.check_every_ms));
}

static void
life_checked(struct tree *t, struct child *child, bool passed)
{
	const struct alive_policy *alive = &child->policy->worker.alive;

	if (!has_checks(child))
		return;
	child_set_check(t, child, after_ms(t, alive->every_ms));
	child->misses = passed ? 0 : child->misses + 1;
	if (child->misses >= alive->failures)
		child_condemn(t, child,
		    (struct reason){ .kind = REASON_UNHEALTHY }, ACTION_STOP);
}

void
signs_checked(struct tree *t, struct child *child, bool passed)
{
	if (!child->checking)
		return;
	child->checking = false;
	child_set_check(t, child, NEVER_NS);
	if (is_watched(child, CHILD_STARTING))
		start_checked(t, child, passed);
	else if (is_watched(child, CHILD_UP))
		life_checked(t, child, passed);
}

void
signs_alive(struct tree *t, struct child *child, int64_t until_ns)
{
	if (is_watched(child, CHILD_UP))
		child_set_limit(t, child, until_ns);
}

/*
 * Only a limit that is there can be put off, and it never comes nearer. With
 * `ready after` the limit of a start may be its success.
 */
void
signs_extend(struct tree *t, struct child *child, int64_t until_ns)
{
	bool starts = is_watched(child, CHILD_STARTING) &&
	    child->policy->worker.ready != READY_AFTER;
	bool stops = t->stop_by_ns == NEVER_NS &&
	    (child->condemned || child->state == CHILD_STOPPING);

	if ((starts || stops) && child_runs(child) && !child_is_sup(child) &&
	    child->limit_ns != NEVER_NS && child->limit_ns < until_ns)
		child_set_limit(t, child, until_ns);
}
