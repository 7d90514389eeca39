/* SPDX-License-Identifier: ISC */

#include "base/assert.h"
#include "base/units.h"
#include "core/internal.h"

/* Starts: ordered one child after the other, and how they come out. */

static void
spawn(struct tree *t, struct child *child, bool preparing)
{
	child->preparing = preparing;
	tree_act(t, ACTION_SPAWN, child);
}

static void
sup_boot(struct tree *t, struct sup *sup)
{
	sup->op = OP_BOOT;
	sup->cursor = TAILQ_FIRST(&sup->children);
	agenda_add(t, sup);
}

static void
sup_launch(struct tree *t, struct sup *sup)
{
	assert(TAILQ_EMPTY(&sup->inbox));
	window_clear(&sup->window);
	sup->cause = CAUSE_NONE;
	sup->kill = false;
	sup->target = NULL;
	sup->cursor = NULL;
	if (sup->child.prepares) {
		sup->op = OP_PREPARE;
		spawn(t, &sup->child, true);
		return;
	}
	tree_note(t, NOTE_STARTING, &sup->child, (struct reason){ 0 });
	sup_boot(t, sup);
}

static void
launch(struct tree *t, struct child *child)
{
	child->run = ++child->last_run;
	child->started_ns = t->now_ns;
	child->condemned = false;
	child->missed = false;
	if (child_is_sup(child))
		sup_launch(t, child_sup(child));
	else
		spawn(t, child, child->prepares);
}

void
child_start(struct tree *t, struct child *child)
{
	assert(child->mail.kind == MAIL_NONE);
	child_set_state(child, CHILD_STARTING);
	if (child->remains) {
		child->blocked = true; /* goes on at EVENT_GONE */
		return;
	}
	child_deadline(t, child, NEVER_NS);
	launch(t, child);
}

/* A STARTING child, without a process, of one that stops is down (S78). */
static bool
starts_no_more(struct tree *t, struct child *child)
{
	if (child->sup->op != OP_SHUTDOWN)
		return false;
	child->blocked = true;
	child_stop(t, child);
	child_stopped(t, child);
	return true;
}

void
child_unblocked(struct tree *t, struct child *child)
{
	if (starts_no_more(t, child))
		return;
	child->blocked = false;
	launch(t, child);
}

void
child_spawned(struct tree *t, struct child *child)
{
	const struct worker_policy *worker = &child->policy->worker;
	int64_t wait_ms = worker->start_timeout_ms;

	assert(child->state == CHILD_STARTING);
	child->started_ns = t->now_ns;
	if (child_is_sup(child)) {
		tree_note(t, NOTE_STARTING, child, (struct reason){ 0 });
		return;
	}
	if (worker->ready == READY_EXEC && !child->preparing) {
		child_started(t, child);
		return;
	}
	if (!child->preparing) {
		tree_note(t, NOTE_STARTING, child, (struct reason){ 0 });
		signs_await(t, child);
	}
	if (worker->ready == READY_AFTER && !child->preparing &&
	    (wait_ms == START_TIMEOUT_NONE || worker->ready_after_ms < wait_ms))
		wait_ms = worker->ready_after_ms;
	else if (wait_ms == START_TIMEOUT_NONE)
		return;
	child_set_limit(t, child, t->now_ns + wait_ms * NS_PER_MS);
}

void
child_spawn_failed(struct tree *t, struct child *child, struct reason reason)
{
	if (!child_is_sup(child)) {
		child_start_failed(t, child, reason);
		return;
	}
	tree_note(t, NOTE_STARTING, child, (struct reason){ 0 });
	sup_unprepared(t, child_sup(child), reason);
}

/* The children of `sup` are those that its init has printed. */
static void
sup_prepared(struct tree *t, struct sup *sup)
{
	struct sup *above = sup->child.sup;

	sup->child.preparing = false;
	/* S78: of one that stops it starts none of them. */
	if (above != NULL && above->op == OP_SHUTDOWN)
		child_stop(t, &sup->child);
	else
		sup_boot(t, sup);
}

void
sup_unprepared(struct tree *t, struct sup *sup, struct reason reason)
{
	struct child *child = &sup->child;

	assert(child->preparing);
	child->preparing = false;
	if (child->state == CHILD_STARTING)
		sup->culprit = child->reason = reason;
	/* Who has asked for something meanwhile is told before. */
	sup_shutdown(t, sup,
	    child_said_ignore(child) ? CAUSE_IGNORED : CAUSE_INIT_FAILED);
}

void
child_prepared(struct tree *t, struct child *child)
{
	assert(child->state == CHILD_STARTING && child->preparing);
	if (child_is_sup(child)) {
		sup_prepared(t, child_sup(child));
		return;
	}
	child_deadline(t, child, NEVER_NS);
	if (!starts_no_more(t, child))
		spawn(t, child, false);
}

void
child_start_tick(struct tree *t, struct child *child)
{
	const struct worker_policy *worker = &child->policy->worker;

	if (worker->ready == READY_AFTER && !child->preparing &&
	    t->now_ns - child->started_ns >=
		worker->ready_after_ms * NS_PER_MS) {
		child_started(t, child);
		return;
	}
	child_stop(t, child);
	child->late = true;
}

/* Lets the operation that waits for the start of `child` go on. */
static void
start_done(struct tree *t, struct child *child)
{
	struct sup *sup = child->sup;

	if (sup == NULL)
		return;
	if (sup->cursor == child &&
	    (sup->op == OP_BOOT || sup->op == OP_GROUP_START))
		sup->cursor = TAILQ_NEXT(child, order);
	else if (sup->target == child && sup->op == OP_CHILD_START)
		sup->op = OP_IDLE;
	agenda_add(t, sup);
}

void
child_started(struct tree *t, struct child *child)
{
	child_deadline(t, child, NEVER_NS);
	child_set_state(child, CHILD_UP);
	if (!child_is_sup(child))
		signs_await(t, child);
	links_tie(child);
	tree_note(t, NOTE_STARTED, child, (struct reason){ 0 });
	start_done(t, child);
	request_started(t, child, RESULT_OK);
}

void
child_ignored(struct tree *t, struct child *child)
{
	tree_note(t, NOTE_IGNORED, child, child->reason);
	child_set_state(child, CHILD_DOWN);
	start_done(t, child);
	request_started(t, child, RESULT_IGNORED);
	if (child->sup == NULL)
		tree_act(t, ACTION_END, child);
	else if (child_vanishes(child))
		child_forget(t, child);
}

/* OTP's try_again_restart: through the inbox, so others are served too. */
static void
try_again(struct tree *t, struct child *child)
{
	struct sup *sup = child->sup;

	child_set_state(child, CHILD_RESTARTING);
	inbox_post(t, child, MAIL_RETRY);
	if (sup->op == OP_GROUP_START && sup->cursor == child)
		sup->op = OP_IDLE;
}

static void
start_error(struct tree *t, struct child *child, struct reason reason)
{
	struct sup *sup = child->sup;
	enum catch_action action = CATCH_RESTART;
	bool caught = child_caught(t, child, &action);

	if (caught && (action == CATCH_STOP || action == CATCH_IGNORE)) {
		child_ignored(t, child);
		return;
	}
	tree_report(t, REPORT_START_ERROR, child, reason);
	if (action == CATCH_ESCALATE && sup->op != OP_BOOT) {
		child_set_state(child, CHILD_DOWN);
		child_escalate(t, child);
	} else if (sup->op == OP_BOOT) {
		assert(sup->cursor == child);
		child_set_state(child, CHILD_DOWN);
		sup->culprit = reason;
		sup->target = child;
		sup_shutdown(t, sup, CAUSE_BOOT_FAILED);
	} else {
		try_again(t, child);
	}
}

void
child_start_failed(struct tree *t, struct child *child, struct reason reason)
{
	struct sup *sup = child->sup;

	child->reason = reason;
	if (!child->remains)
		child_deadline(t, child, NEVER_NS);
	tree_note(t, NOTE_START_FAILED, child, reason);
	if (sup == NULL) {
		child_set_state(child, CHILD_DOWN);
		tree_act(t, ACTION_END, child);
	} else if (child->asked) {
		child_set_state(child, CHILD_DOWN);
		start_done(t, child);
		request_started(t, child, RESULT_START_FAILED);
	} else if (sup->op == OP_SHUTDOWN) {
		child_set_state(child, CHILD_DOWN);
		agenda_add(t, sup);
	} else {
		start_error(t, child, reason);
	}
}

void
child_start_ended(struct tree *t, struct child *child, bool ignore)
{
	if (ready_is_said(child->policy->worker.ready) && !child->preparing &&
	    child_class(child) == CLASS_NORMAL)
		ignore = true;
	if (ignore)
		child_ignored(t, child);
	else
		child_start_failed(t, child, child->reason);
}

/* Whether a boot or a group start is to start `child`. */
static bool
belongs(struct tree *t, struct sup *sup, struct child *child)
{
	if (sup->op != OP_BOOT)
		return !child->forgotten && !child->held;
	/* A new incarnation starts with what the file has (S40). */
	if (child->added) {
		child_forget(t, child);
		return false;
	}
	if (child->forgotten)
		child_set_forgotten(child, false);
	return !child->held;
}

enum progress
start_step(struct tree *t, struct sup *sup)
{
	struct child *child = sup->cursor;
	struct child *next;

	if (child == NULL) {
		bool boot = sup->op == OP_BOOT;

		sup->op = OP_IDLE;
		if (boot)
			child_started(t, &sup->child);
		return GO_ON;
	}
	next = TAILQ_NEXT(child, order);
	if (!belongs(t, sup, child)) {
		sup->cursor = next;
		return GO_ON;
	}
	switch ((enum child_state)child->state) {
	case CHILD_DOWN:
	case CHILD_RESTARTING:
		child_start(t, child);
		return WAIT;
	case CHILD_STARTING:
	case CHILD_STOPPING: /* too late: the start is about to fail */
		return WAIT;
	case CHILD_UP:
	case CHILD_ENDED:
		sup->cursor = next;
		return GO_ON;
	}
	return WAIT;
}
