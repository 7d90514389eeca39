/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>

#include "base/units.h"
#include "check.h"
#include "world.h"

/* Processes on paper: what they do, and when the tree hears of it. */

/* Nothing that is told to end takes longer, unless it is killed before. */
#define LONG_MS 3600000

static int64_t
soon(struct world *w, unsigned ms)
{
	unsigned late_ms = world_chance(w, 40) ? 0 : world_below(w, ms + 1);

	return w->now_ns + (int64_t)late_ms * NS_PER_MS;
}

static struct reason
random_reason(struct world *w)
{
	static const int statuses[] = { 0, 0, 1, 1, 1, 2, 75, 80, 99, 143 };

	if (world_chance(w, 15))
		return reason_signal(SIGKILL);
	if (world_chance(w, 20))
		return reason_signal(world_chance(w, 50) ? SIGTERM : SIGSEGV);
	return reason_exit(statuses[world_below(w, 10)]);
}

static void
promise_ready(struct world *w, struct actor *actor)
{
	if ((actor->child.preparing ||
		ready_is_said(actor->policy.worker.ready)) &&
	    !actor->zombie && actor->ready_ns == NEVER_NS)
		actor->ready_ns = soon(w, 500);
}

bool
kernel_spawn(struct world *w, struct actor *actor, struct reason *why)
{
	bool calm = w->calm;

	actor->zombie = actor->told = actor->killed = actor->unasked = false;
	actor->leaves_remains = actor->checks = false;
	actor->alive_ns = NEVER_NS;
	actor->ready_ns = actor->exit_ns = actor->die_ns = NEVER_NS;
	if (!calm && world_chance(w, w->mood.spawn_fails)) {
		*why = (struct reason){ .kind = REASON_START, .value = ENOENT };
		return false;
	}
	actor->alive = true;
	if (!calm && world_chance(w, w->mood.ignores))
		actor->die_ns = soon(w, 100);
	else if (!calm && world_chance(w, w->mood.early))
		actor->die_ns = soon(w, 400);
	else if (calm || !world_chance(w, w->mood.hangs))
		promise_ready(w, actor);
	if (!calm && world_chance(w, w->mood.dies))
		actor->die_ns = soon(w, 5000);
	return true;
}

/* The process is dead; the tree will hear of it. */
void
kernel_end(struct world *w, struct actor *actor, struct reason reason)
{
	if (!actor->alive || actor->zombie)
		return;
	actor->zombie = true;
	actor->unasked = !actor->told;
	actor->reason = reason;
	actor->ready_ns = actor->die_ns = NEVER_NS;
	actor->exit_ns = soon(w, 10);
	actor->leaves_remains =
	    !child_is_sup(&actor->child) && world_chance(w, w->mood.remains);
	world_say(w, "  %u is dead", actor->id);
}

static struct reason
stop_reason(struct world *w, const struct actor *actor)
{
	if (world_chance(w, w->mood.odd_stop))
		return random_reason(w);
	return reason_signal(actor->policy.worker.stop_signal);
}

void
kernel_stop(struct world *w, struct actor *actor)
{
	actor->told = true;
	actor->told_ns = w->now_ns;
	actor->checks = false;
	if (actor->zombie)
		return;
	actor->ready_ns = world_chance(w, 50) ? actor->ready_ns : NEVER_NS;
	actor->reason = stop_reason(w, actor);
	if (world_chance(w, w->mood.stubborn))
		actor->die_ns = w->now_ns + LONG_MS * NS_PER_MS;
	else
		actor->die_ns = soon(w, 150);
}

void
kernel_kill(struct world *w, struct actor *actor)
{
	actor->checks = false;
	if (actor->alive) {
		actor->killed = actor->told = true;
		kernel_end(w, actor, reason_signal(SIGKILL));
	} else if (actor->gone_ns > w->now_ns && !world_chance(w, 20)) {
		/* Else one was just being forked, and was not seen. */
		actor->gone_ns = soon(w, 10);
	}
}

void
kernel_started(struct world *w, struct actor *actor)
{
	const struct worker_policy *worker = &actor->policy.worker;

	actor->heard_ns = w->now_ns;
	actor->nfailed = 0;
	if (!child_is_sup(&actor->child) &&
	    worker->watchdog_ms != WATCHDOG_NONE)
		actor->alive_ns = soon(w, (unsigned)worker->watchdog_ms);
}

void
kernel_check(struct world *w, struct actor *actor)
{
	bool ill = !w->calm && world_chance(w, w->mood.ill);

	actor->checks = true;
	actor->passes = !ill;
	actor->check_ns =
	    ill && world_chance(w, 50) ? NEVER_NS : soon(w, ill ? 300 : 40);
}

void
kernel_uncheck(struct world *w, struct actor *actor)
{
	actor->passes = false;
	actor->check_ns = w->now_ns;
}

void
kernel_calm(struct world *w)
{
	w->calm = true;
	for (unsigned i = 0; i < w->nactors; i++)
		if (w->actors[i]->alive)
			promise_ready(w, w->actors[i]);
}

static int64_t
next_of(const struct actor *actor)
{
	int64_t at_ns = NEVER_NS;

	if (actor->alive && actor->ready_ns < at_ns)
		at_ns = actor->ready_ns;
	if (actor->alive && actor->exit_ns < at_ns)
		at_ns = actor->exit_ns;
	if (actor->alive && actor->die_ns < at_ns)
		at_ns = actor->die_ns;
	if (actor->alive && actor->alive_ns < at_ns)
		at_ns = actor->alive_ns;
	if (actor->checks && actor->check_ns < at_ns)
		at_ns = actor->check_ns;
	if (actor->remains && actor->gone_ns < at_ns)
		at_ns = actor->gone_ns;
	return at_ns;
}

int64_t
kernel_next(const struct world *w)
{
	int64_t at_ns = NEVER_NS;

	for (unsigned i = 0; i < w->nactors; i++) {
		int64_t next_ns = next_of(w->actors[i]);

		if (next_ns < at_ns)
			at_ns = next_ns;
	}
	return at_ns;
}

static void
tell_exit(struct world *w, struct actor *actor, struct event *event)
{
	event->kind = EVENT_EXITED;
	event->reason = actor->reason;
	event->unasked = actor->unasked;
	event->remains = actor->leaves_remains;
	actor->alive = actor->zombie = actor->checks = false;
	actor->ready_ns = actor->exit_ns = NEVER_NS;
	actor->remains = actor->leaves_remains;
	actor->gone_ns = world_chance(w, 50) ? w->now_ns + LONG_MS * NS_PER_MS :
					       soon(w, 500);
}

/*
 * A worker is ready, or what runs before a start has ended well. Who is
 * being stopped has merely ended.
 */
static bool
tell_ready(struct world *w, struct actor *actor, struct event *event)
{
	bool preparing = actor->child.preparing;

	actor->ready_ns = NEVER_NS;
	if (preparing && actor->child.state != CHILD_STARTING) {
		kernel_end(w, actor, reason_exit(0));
		return false;
	}
	event->kind = preparing ? EVENT_PREPARED : EVENT_READY;
	if (preparing) {
		actor->alive = false;
		actor->exit_ns = actor->die_ns = NEVER_NS;
		if (child_is_sup(&actor->child))
			world_print(w, actor);
	}
	return true;
}

static void
tell_check(struct actor *actor, struct event *event)
{
	event->kind = EVENT_CHECKED;
	event->passed = actor->passes;
	actor->checks = false;
	if (actor->child.state == CHILD_UP)
		actor->nfailed = actor->passes ? 0 : actor->nfailed + 1;
}

/* It is alive, and may be silent for long. */
static void
tell_alive(struct world *w, struct actor *actor, struct event *event)
{
	int64_t watchdog_ms = actor->policy.worker.watchdog_ms;
	bool ill = !w->calm && world_chance(w, w->mood.ill);

	event->kind = EVENT_ALIVE;
	event->until_ns = NEVER_NS;
	actor->alive_ns = NEVER_NS;
	if (watchdog_ms == WATCHDOG_NONE)
		return;
	actor->heard_ns = w->now_ns;
	event->until_ns = w->now_ns + watchdog_ms * NS_PER_MS;
	actor->alive_ns = ill ? NEVER_NS : soon(w, (unsigned)watchdog_ms);
}

/* What is due from one actor; true when the tree is to be told. */
static bool
tell(struct world *w, struct actor *actor, struct event *event)
{
	event->child = &actor->child;
	if (actor->alive && actor->die_ns <= w->now_ns) {
		kernel_end(w, actor,
		    actor->told ? actor->reason : random_reason(w));
	} else if (actor->alive && actor->exit_ns <= w->now_ns) {
		tell_exit(w, actor, event);
		return true;
	} else if (actor->alive && actor->ready_ns <= w->now_ns) {
		return tell_ready(w, actor, event);
	} else if (actor->checks && actor->check_ns <= w->now_ns) {
		tell_check(actor, event);
		return true;
	} else if (actor->alive && actor->alive_ns <= w->now_ns) {
		tell_alive(w, actor, event);
		return true;
	} else if (actor->remains && actor->gone_ns <= w->now_ns) {
		actor->remains = false;
		actor->gone_ns = NEVER_NS;
		event->kind = EVENT_GONE;
		return true;
	}
	return false;
}

/* One thing that the kernel has to tell now, from whomever. */
bool
kernel_tell(struct world *w, struct event *event)
{
	unsigned first = world_below(w, w->nactors);

	for (unsigned i = 0; i < w->nactors; i++) {
		struct actor *actor = w->actors[(first + i) % w->nactors];

		if (tell(w, actor, event))
			return true;
	}
	return false;
}
