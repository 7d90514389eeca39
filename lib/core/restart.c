/* SPDX-License-Identifier: ISC */

#include "base/assert.h"
#include "base/units.h"
#include "core/catch.h"
#include "core/internal.h"

/* Deaths, and what the restart type and the strategy make of them. */

/* Doublings after which any delay is above the largest one. */
#define BACKOFF_MAX 40

/* Jitter: a delay is longer or shorter by up to a fifth. */
#define JITTER_DIVISOR 5

/* xorshift64: good enough to keep children from restarting in step. */
static uint64_t
next_random(struct tree *t)
{
	uint64_t x = t->random != 0 ? t->random : UINT64_C(0x9e3779b97f4a7c15);

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	t->random = x;
	return x;
}

int64_t
restart_delay_ms(const struct child *child)
{
	const struct worker_policy *worker = &child->policy->worker;
	int64_t delay_ms;

	if (child_is_sup(child))
		return 0;
	delay_ms = worker->backoff_min_ms;
	for (int i = 0; i < child->backoff; i++) {
		if (delay_ms >= worker->backoff_max_ms / 2)
			return worker->backoff_max_ms;
		delay_ms *= 2;
	}
	return delay_ms;
}

/* The delay of the restart in hand, with jitter; the next one is longer. */
static int64_t
take_delay_ms(struct tree *t, struct child *child)
{
	int64_t delay_ms = restart_delay_ms(child);
	int64_t jitter_ms = delay_ms / JITTER_DIVISOR;

	if (child->backoff < BACKOFF_MAX)
		child->backoff++;
	if (jitter_ms == 0)
		return delay_ms;
	return delay_ms - jitter_ms +
	    (int64_t)(next_random(t) % (uint64_t)(2 * jitter_ms + 1));
}

static void
give_up(struct tree *t, struct child *child, bool escalated)
{
	struct sup *sup = child->sup;
	struct reason reason = child->reason;
	struct note *note;

	tree_report(t, REPORT_SHUTDOWN, child,
	    escalated ? reason : (struct reason){ .kind = REASON_INTENSITY });
	note = tree_note(t, NOTE_GAVE_UP, child, reason);
	note->restarts = escalated ? 0 : sup->window.count + 1;
	sup->escalated = escalated;
	sup->culprit = reason;
	if (child->state == CHILD_RESTARTING)
		child_set_state(child, CHILD_DOWN);
	sup_shutdown(t, sup, CAUSE_GAVE_UP);
	if (child_vanishes(child))
		child_forget(t, child);
}

static void
begin_group(struct tree *t, struct child *child)
{
	struct sup *sup = child->sup;

	/*
	 * The attempt is the group's from here on: should another child of it
	 * fail, that one is tried again, and with it this one.
	 */
	if (child->state == CHILD_RESTARTING)
		child_set_state(child, CHILD_DOWN);
	/* The group goes by it: nothing may take its place now. */
	replace_call_off(t, child);
	sup->op = OP_GROUP_STOP;
	sup->told = false;
	sup->target = child;
	sup->cursor = TAILQ_LAST(&sup->children, children);
	agenda_add(t, sup);
}

/* Starts `child` when its delay is over; the supervisor does not wait. */
static void
delay(struct tree *t, struct child *child)
{
	if (child->state != CHILD_RESTARTING)
		child_set_state(child, CHILD_RESTARTING);
	if (!child->remains)
		child_deadline(t, child, child->due_ns);
}

/* Carries out a restart that was counted, at child->due_ns. */
static void
proceed(struct tree *t, struct child *child)
{
	switch (child->sup->child.policy->sup.strategy) {
	case STRATEGY_ONE_FOR_ONE:
	case STRATEGY_DYNAMIC:
		if (child->due_ns > t->now_ns)
			delay(t, child);
		else
			child_start(t, child);
		break;
	case STRATEGY_ONE_FOR_ALL:
	case STRATEGY_REST_FOR_ONE:
		begin_group(t, child);
		break;
	}
}

void
group_stopped(struct tree *t, struct sup *sup)
{
	if (sup->target->due_ns > t->now_ns) {
		sup->op = OP_IDLE;
		delay(t, sup->target);
		return;
	}
	sup->op = OP_GROUP_START;
	sup->cursor = sup->child.policy->sup.strategy == STRATEGY_REST_FOR_ONE ?
	    sup->target :
	    TAILQ_FIRST(&sup->children);
}

/* Counts a restart of `child` and carries it out, or gives up. */
static void
restart(struct tree *t, struct child *child)
{
	struct sup *sup = child->sup;
	struct note *note;
	int64_t delay_ms;

	if (!window_allow(&sup->window, t->now_ns)) {
		give_up(t, child, false);
		return;
	}
	delay_ms = take_delay_ms(t, child);
	child->due_ns = t->now_ns + delay_ms * NS_PER_MS;
	note = tree_note(t, NOTE_RESTARTING, child, child->reason);
	note->restarts = sup->window.count;
	note->delay_ms = delay_ms;
	proceed(t, child);
}

void
child_escalate(struct tree *t, struct child *child)
{
	give_up(t, child, true);
}

void
child_retry(struct tree *t, struct child *child)
{
	assert(child->state == CHILD_RESTARTING);
	restart(t, child);
}

void
child_due(struct tree *t, struct child *child)
{
	assert(child->state == CHILD_RESTARTING);
	child->due_ns = t->now_ns;
	proceed(t, child);
}

/* What the end of a significant child means (S83 to S85). */
static bool
ends_supervisor(const struct sup *sup, const struct child *child)
{
	if (!child->policy->significant)
		return false;
	switch (sup->child.policy->sup.auto_shutdown) {
	case AUTO_SHUTDOWN_NEVER:
		return false;
	case AUTO_SHUTDOWN_ANY_SIGNIFICANT:
		return true;
	case AUTO_SHUTDOWN_ALL_SIGNIFICANT:
		return sup->nsignificant == 0;
	}
	return false;
}

/* The bad end that a shutdown because of `child` goes back to, if any. */
static struct reason
culprit_of(struct child *child)
{
	if (child_is_sup(child))
		return child_sup(child)->culprit;
	if (child_class(child) == CLASS_ABNORMAL)
		return child->reason;
	return (struct reason){ .kind = REASON_NONE };
}

static void
stays_down(struct tree *t, struct child *child, struct reason culprit)
{
	struct sup *sup = child->sup;
	bool ends = ends_supervisor(sup, child);

	if (ends)
		tree_note(t, NOTE_AUTO_SHUTDOWN, child, child->reason);
	if (child_vanishes(child))
		child_forget(t, child);
	if (ends) {
		sup->culprit = culprit;
		sup_shutdown(t, sup, CAUSE_AUTO);
	}
}

/* Which ends ask for a restart (OTP, do_restart). */
static bool
needs_restart(enum restart restart, enum reason_class class)
{
	switch (restart) {
	case RESTART_PERMANENT:
		return true;
	case RESTART_TRANSIENT:
		return class == CLASS_ABNORMAL;
	case RESTART_TEMPORARY:
		return false;
	}
	return false;
}

static void
is_not_needed(struct tree *t, struct child *child)
{
	tree_note(t, NOTE_IGNORED, child, child->reason);
	if (child_vanishes(child))
		child_forget(t, child);
}

bool
child_caught(struct tree *t, struct child *child, enum catch_action *action)
{
	const struct catch_rule *rule = catch_decides(child);

	if (rule == NULL)
		return false;
	*action = rule->action;
	tree_note(t, NOTE_CAUGHT, child, child->reason)->caught = rule->action;
	return true;
}

/*
 * What a `catch` line says about the end of `child`, which is down. What is
 * restarted or given up for is reported as OTP does, who has no restart and no
 * such end without child_terminated.
 */
static void
handle(struct tree *t, struct child *child, enum catch_action action)
{
	switch (action) {
	case CATCH_RESTART:
		tree_report(t, REPORT_CHILD_TERMINATED, child, child->reason);
		restart(t, child);
		break;
	case CATCH_STOP:
		stays_down(t, child, (struct reason){ .kind = REASON_NONE });
		break;
	case CATCH_IGNORE:
		is_not_needed(t, child);
		break;
	case CATCH_ESCALATE:
		tree_report(t, REPORT_CHILD_TERMINATED, child, child->reason);
		give_up(t, child, true);
		break;
	case CATCH_RUN: /* decides nothing */
		break;
	}
}

void
child_died(struct tree *t, struct child *child)
{
	const struct child_policy *policy = child->policy;
	enum reason_class class = child_class(child);
	enum catch_action action;

	child_set_state(child, CHILD_DOWN);
	if (child_said_ignore(child)) {
		is_not_needed(t, child);
		return;
	}
	if (child_caught(t, child, &action)) {
		handle(t, child, action);
		return;
	}
	if (policy->restart == RESTART_PERMANENT || class == CLASS_ABNORMAL)
		tree_report(t, REPORT_CHILD_TERMINATED, child, child->reason);
	if (needs_restart(policy->restart, class))
		restart(t, child);
	else
		stays_down(t, child, culprit_of(child));
}
