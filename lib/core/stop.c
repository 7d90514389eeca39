/* SPDX-License-Identifier: ISC */

#include "base/assert.h"
#include "base/units.h"
#include "core/internal.h"

/* Stops: of one child, of a group, of a supervisor with all it has. */

bool
child_vanishes(const struct child *child)
{
	return child->leaving || child->policy->restart == RESTART_TEMPORARY ||
	    sup_is_dynamic(child->sup);
}

/* Moves the cursor on when it stands at `child`. */
static void
cursor_pass(struct sup *sup, struct child *child)
{
	if (sup->cursor != child)
		return;
	switch ((enum sup_op)sup->op) {
	case OP_BOOT:
	case OP_GROUP_START:
	case OP_SWEEP:
		sup->cursor = TAILQ_NEXT(child, order);
		break;
	case OP_GROUP_STOP:
	case OP_SHUTDOWN:
		sup->cursor = TAILQ_PREV(child, children, order);
		break;
	case OP_IDLE:
	case OP_PREPARE:
	case OP_CHILD_START:
	case OP_CHILD_STOP:
		sup->cursor = NULL;
		break;
	}
}

static void
free_child(struct tree *t, struct child *child)
{
	struct sup *sup = child->sup;

	assert(child->added && child->state == CHILD_DOWN);
	if (sup->target == child)
		sup->target = NULL;
	cursor_pass(sup, child);
	child_unlink(child);
	if (child_is_sup(child))
		agenda_del(t, child_sup(child));
	tree_act(t, ACTION_FREE, child);
}

/* Frees a child when nothing of it lives and nobody speaks of it. */
void
child_let_go(struct tree *t, struct child *child)
{
	if (child->forgotten && child->added && child->state == CHILD_DOWN &&
	    !child->remains && !child->tells && child->blamed == 0 &&
	    child->wanted == 0)
		free_child(t, child);
}

void
child_forget(struct tree *t, struct child *child)
{
	if (!child->forgotten) {
		if (child->sup->op != OP_SHUTDOWN && child->sup->op != OP_SWEEP)
			tree_note(t, NOTE_REMOVED, child, child->reason);
		child_set_forgotten(child, true);
	}
	child_let_go(t, child);
}

/*
 * Whether `child` was stopped as OTP calls it clean (S64). A supervisor that
 * is killed itself says nothing of its children (S73).
 */
static bool
stopped_clean(const struct child *child)
{
	bool brutal = child->sup->kill ||
	    child->policy->shutdown_ms == SHUTDOWN_BRUTAL_KILL;

	switch ((enum reason_kind)child->reason.kind) {
	case REASON_NONE:
		return true;
	case REASON_KILLED:
		return brutal;
	case REASON_SHUTDOWN:
		if (!brutal)
			return true;
		break;
	case REASON_EXIT:
	case REASON_SIGNAL:
		/* It had ended before it could be asked. */
		if (!brutal && reason_is_stop(child->policy, child->reason))
			return true;
		break;
	case REASON_START:
	case REASON_TIMEOUT:
	case REASON_UNHEALTHY:
	case REASON_NOPROC:
	case REASON_THROW:
	case REASON_FAILED_CHILD:
	case REASON_INTENSITY:
		break;
	}
	return child->policy->restart != RESTART_PERMANENT &&
	    child_class(child) != CLASS_ABNORMAL;
}

/* `child` is down because it was to stop; says so where it was not clean. */
static void
settle(struct tree *t, struct child *child, bool clean)
{
	struct sup *sup = child->sup;
	bool later = sup->op == OP_SHUTDOWN && sup_is_dynamic(sup);

	if (!clean && later)
		child->unclean = true;
	else if (!clean)
		tree_report(t, REPORT_SHUTDOWN_ERROR, child, child->reason);
	if (child_vanishes(child) && !later)
		child_forget(t, child);
}

void
child_stopped(struct tree *t, struct child *child)
{
	struct sup *sup = child->sup;
	bool ran = !child->blocked;

	child_deadline(t, child, NEVER_NS);
	child_set_state(child, CHILD_DOWN);
	if (sup == NULL) {
		tree_act(t, ACTION_END, child);
		return;
	}
	if (child->asked)
		request_started(t, child, RESULT_STOPPED);
	cursor_pass(sup, child);
	agenda_add(t, sup);
	settle(t, child, !ran || stopped_clean(child));
}

/* Its death stands in the inbox: it is taken as stopped (S37). */
static void
absorb(struct tree *t, struct child *child)
{
	inbox_withdraw(child);
	child_set_state(child, CHILD_DOWN);
	settle(t, child, stopped_clean(child));
}

void
child_end(struct tree *t, struct child *child, enum action_kind how)
{
	int64_t shutdown_ms = child->policy->shutdown_ms;

	child_deadline(t, child, NEVER_NS);
	if (how == ACTION_ABORT || shutdown_ms != SHUTDOWN_BRUTAL_KILL)
		tree_act(t, how, child);
	if (shutdown_ms == SHUTDOWN_BRUTAL_KILL || shutdown_ms == 0)
		child_kill(t, child);
	else if (shutdown_ms != SHUTDOWN_INFINITY)
		child_deadline(t, child, t->now_ns + shutdown_ms * NS_PER_MS);
}

static void
stop_worker(struct tree *t, struct child *child)
{
	child_set_state(child, CHILD_STOPPING);
	/* What remains, or is being ended already, has its own deadline. */
	if (!child->blocked && !child->condemned)
		child_end(t, child, ACTION_STOP);
}

static void
stop_sup(struct tree *t, struct child *child)
{
	int64_t shutdown_ms = child->policy->shutdown_ms;

	child_set_state(child, CHILD_STOPPING);
	if (shutdown_ms == SHUTDOWN_BRUTAL_KILL || shutdown_ms == 0) {
		sup_slaughter(t, child_sup(child));
		return;
	}
	if (shutdown_ms != SHUTDOWN_INFINITY)
		child_deadline(t, child, t->now_ns + shutdown_ms * NS_PER_MS);
	sup_shutdown(t, child_sup(child), CAUSE_ASKED);
}

void
child_stop(struct tree *t, struct child *child)
{
	switch ((enum child_state)child->state) {
	case CHILD_STARTING:
	case CHILD_UP:
		if (child_is_sup(child))
			stop_sup(t, child);
		else
			stop_worker(t, child);
		break;
	case CHILD_STOPPING:
		child->late = false;
		break;
	case CHILD_ENDED:
		absorb(t, child);
		break;
	case CHILD_RESTARTING:
		inbox_withdraw(child);
		if (!child->remains)
			child_deadline(t, child, NEVER_NS);
		child_set_state(child, CHILD_DOWN);
		if (child_vanishes(child))
			child_forget(t, child);
		break;
	case CHILD_DOWN:
		break;
	}
}

void
child_kill(struct tree *t, struct child *child)
{
	if (child_is_sup(child)) {
		sup_slaughter(t, child_sup(child));
		return;
	}
	if (child->killed)
		return;
	child->killed = true;
	tree_act(t, ACTION_KILL, child);
}

void
sup_shutdown(struct tree *t, struct sup *sup, enum sup_cause cause)
{
	agenda_add(t, sup);
	if (sup->op == OP_SHUTDOWN || sup->op == OP_SWEEP)
		return;
	if (sup->request != NULL)
		request_over(t, sup, RESULT_NOPROC);
	sup->op = OP_SHUTDOWN;
	sup->cause = (uint8_t)cause;
	sup->cursor = TAILQ_LAST(&sup->children, children);
	/* Nobody will read what it prints. */
	if (sup->child.preparing)
		tree_act(t, ACTION_KILL, &sup->child);
}

void
sup_slaughter(struct tree *t, struct sup *sup)
{
	sup_shutdown(t, sup, CAUSE_ASKED);
	if (sup->kill || sup->op != OP_SHUTDOWN)
		return;
	sup->kill = true;
	sup->cursor = TAILQ_LAST(&sup->children, children);
}

/* Tells `child` to stop, in the way its supervisor is doing it. */
static void
order_stop(struct tree *t, struct child *child)
{
	if (!child->sup->kill) {
		child_stop(t, child);
	} else if (child->state == CHILD_STARTING || child->state == CHILD_UP ||
	    child->state == CHILD_STOPPING) {
		if (child->state != CHILD_STOPPING)
			child_set_state(child, CHILD_STOPPING);
		child->late = false;
		child_deadline(t, child, NEVER_NS);
		child_kill(t, child);
	} else {
		child_stop(t, child);
	}
	if (child->sup->kill && child->remains) {
		tree_act(t, ACTION_KILL, child);
		child_deadline(t, child, t->now_ns + NS_PER_S);
	}
}

/*
 * Stops the child at the cursor and moves the cursor towards the first one,
 * waiting for each to be gone unless they are stopped together.
 */
static enum progress
stop_or_await(struct tree *t, struct sup *sup)
{
	struct child *child = sup->cursor;
	struct child *prev = TAILQ_PREV(child, children, order);

	if (sup_stops_together(sup)) {
		sup->cursor = prev;
		order_stop(t, child);
		return GO_ON;
	}
	if (child->state == CHILD_STOPPING) {
		child->late = false;
		return WAIT;
	}
	if (child->state == CHILD_DOWN) {
		if (!child_is_gone(child))
			return WAIT;
		sup->cursor = prev;
		return GO_ON;
	}
	/* One that is forgotten here and now is not looked at again. */
	if (child->state == CHILD_ENDED || child->state == CHILD_RESTARTING)
		if (!child->remains)
			sup->cursor = prev;
	order_stop(t, child);
	return sup->cursor == child ? WAIT : GO_ON;
}

static enum progress
stop_at_cursor(struct tree *t, struct sup *sup)
{
	struct child *child = sup->cursor;
	bool first = budget_pass(t, child);
	enum progress progress = stop_or_await(t, sup);

	if (first)
		budget_cut(t, child);
	return progress;
}

/* After a group was told to stop together: one after the other is gone. */
static enum progress
await_at_cursor(struct sup *sup)
{
	if (!child_is_gone(sup->cursor))
		return WAIT;
	sup->cursor = TAILQ_PREV(sup->cursor, children, order);
	return GO_ON;
}

enum progress
group_stop_step(struct tree *t, struct sup *sup)
{
	bool rest = sup->child.policy->sup.strategy == STRATEGY_REST_FOR_ONE;

	if (sup->cursor != NULL && sup->cursor == sup->target) {
		/* The dead child takes no part in the stopping (S32). */
		sup->cursor =
		    rest ? NULL : TAILQ_PREV(sup->target, children, order);
		return GO_ON;
	}
	if (sup->cursor != NULL)
		return sup->told ? await_at_cursor(sup) :
				   stop_at_cursor(t, sup);
	if (sup_stops_together(sup) && !sup->told) {
		sup->told = true;
		sup->cursor = TAILQ_LAST(&sup->children, children);
		return GO_ON;
	}
	group_stopped(t, sup);
	return GO_ON;
}

enum progress
child_stop_step(struct tree *t, struct sup *sup)
{
	struct child *child = sup->cursor;

	if (child == NULL) {
		request_stopped(t, sup);
		return GO_ON;
	}
	if (child->state == CHILD_STOPPING)
		return WAIT;
	if (child->state == CHILD_DOWN) {
		if (!child_is_gone(child))
			return WAIT;
		sup->cursor = NULL;
		return GO_ON;
	}
	if (child->state == CHILD_ENDED || child->state == CHILD_RESTARTING)
		if (!child->remains)
			sup->cursor = NULL;
	child_stop(t, child);
	return sup->cursor == child ? WAIT : GO_ON;
}

/*
 * All children of `sup` are gone, and its inbox is empty. It has nothing to
 * do any more, and may have been freed when this returns.
 */
static enum progress
sup_ended(struct tree *t, struct sup *sup)
{
	struct child *child = &sup->child;
	bool unprepared = child->state == CHILD_STARTING &&
	    (sup->cause == CAUSE_INIT_FAILED || sup->cause == CAUSE_IGNORED);
	struct reason reason = { .kind = REASON_SHUTDOWN };

	if (unprepared)
		reason = sup->culprit;
	else if (sup->kill)
		reason.kind = REASON_KILLED;
	else if (sup->cause == CAUSE_BOOT_FAILED)
		reason.kind = REASON_FAILED_CHILD;
	sup->op = OP_IDLE;
	child->reason = reason;
	tree_note_end(t, NOTE_ENDED, child, t->now_ns - child->started_ns);
	links_tell(t, child);
	if (child->state == CHILD_STOPPING) {
		child_stopped(t, child);
	} else if (unprepared && sup->cause == CAUSE_IGNORED) {
		child_ignored(t, child);
	} else if (child->state == CHILD_STARTING) {
		child_start_failed(t, child, reason);
	} else {
		child_set_state(child, CHILD_ENDED);
		if (child->sup != NULL)
			inbox_post(t, child, MAIL_DEATH);
		else
			tree_act(t, ACTION_END, child);
	}
	return WAIT;
}

/* Nobody will serve what still stands in the inbox: requests only. */
static void
refuse_first(struct tree *t, struct sup *sup)
{
	struct mail *mail = TAILQ_FIRST(&sup->inbox);

	assert(mail->kind == MAIL_REQUEST);
	TAILQ_REMOVE(&sup->inbox, mail, next);
	request_refuse(t, (struct request *)(void *)mail, RESULT_NOPROC);
}

enum progress
shutdown_step(struct tree *t, struct sup *sup)
{
	if (sup->cursor != NULL)
		return stop_at_cursor(t, sup);
	if (sup->nactive > 0 || sup->ngoing > 0 || sup->child.preparing)
		return WAIT;
	if (!TAILQ_EMPTY(&sup->inbox)) {
		refuse_first(t, sup);
		return GO_ON;
	}
	if (!sup_is_dynamic(sup))
		return sup_ended(t, sup);
	sup->op = OP_SWEEP;
	sup->cursor = TAILQ_FIRST(&sup->children);
	return GO_ON;
}

/* Reports of dynamic children come after all are gone (S123). */
enum progress
sweep_step(struct tree *t, struct sup *sup)
{
	struct child *child = sup->cursor;

	if (child == NULL) {
		if (TAILQ_EMPTY(&sup->inbox))
			return sup_ended(t, sup);
		refuse_first(t, sup);
		return GO_ON;
	}
	sup->cursor = TAILQ_NEXT(child, order);
	if (child->unclean) {
		child->unclean = false;
		tree_report(t, REPORT_SHUTDOWN_ERROR, child, child->reason);
	}
	child_forget(t, child);
	return GO_ON;
}
