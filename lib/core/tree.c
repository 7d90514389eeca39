/* SPDX-License-Identifier: ISC */

#include "base/assert.h"
#include "base/units.h"
#include "core/internal.h"

/* Room that one step of one supervisor, or one event, may need. */
#define STEP_ACTIONS 12

void
tree_init(struct tree *t, struct sup *root, uint64_t seed)
{
	*t = (struct tree){
		.root = root,
		.random = seed,
		.stop_by_ns = NEVER_NS,
	};
	TAILQ_INIT(&t->agenda);
	STAILQ_INIT(&t->telling);
}

void
tree_fini(struct tree *t)
{
	deadline_fini(&t->deadlines);
}

bool
tree_reserve(struct tree *t, size_t n)
{
	return deadline_reserve(&t->deadlines, n);
}

void
tree_unreserve(struct tree *t, size_t n)
{
	deadline_unreserve(&t->deadlines, n);
}

int64_t
tree_deadline(const struct tree *t)
{
	return deadline_next(&t->deadlines);
}

void
agenda_add(struct tree *t, struct sup *sup)
{
	if (sup == NULL || sup->on_agenda)
		return;
	sup->on_agenda = true;
	TAILQ_INSERT_TAIL(&t->agenda, sup, agenda);
}

void
agenda_del(struct tree *t, struct sup *sup)
{
	if (!sup->on_agenda)
		return;
	TAILQ_REMOVE(&t->agenda, sup, agenda);
	sup->on_agenda = false;
}

void
inbox_post(struct tree *t, struct child *child, enum mail_kind kind)
{
	assert(child->mail.kind == MAIL_NONE);
	child->mail.kind = (uint8_t)kind;
	TAILQ_INSERT_TAIL(&child->sup->inbox, &child->mail, next);
	agenda_add(t, child->sup);
}

void
inbox_withdraw(struct child *child)
{
	if (child->mail.kind == MAIL_NONE)
		return;
	TAILQ_REMOVE(&child->sup->inbox, &child->mail, next);
	child->mail.kind = MAIL_NONE;
}

/* One piece of mail; the supervisor is idle. */
static enum progress
read_mail(struct tree *t, struct sup *sup)
{
	struct mail *mail = TAILQ_FIRST(&sup->inbox);
	enum mail_kind kind;

	if (mail == NULL)
		return WAIT;

	TAILQ_REMOVE(&sup->inbox, mail, next);
	kind = (enum mail_kind)mail->kind;
	mail->kind = MAIL_NONE;
	switch (kind) {
	case MAIL_DEATH:
		child_died(t, (struct child *)(void *)mail);
		break;
	case MAIL_RETRY:
		child_retry(t, (struct child *)(void *)mail);
		break;
	case MAIL_DUE:
		child_due(t, (struct child *)(void *)mail);
		break;
	case MAIL_REQUEST:
		request_serve(t, (struct request *)(void *)mail);
		break;
	case MAIL_NONE:
		assert(kind != MAIL_NONE);
	}
	return GO_ON;
}

/* One step of what `sup` is doing. */
static enum progress
sup_step(struct tree *t, struct sup *sup)
{
	switch ((enum sup_op)sup->op) {
	case OP_IDLE:
		return read_mail(t, sup);
	case OP_BOOT:
	case OP_GROUP_START:
		return start_step(t, sup);
	case OP_GROUP_STOP:
		return group_stop_step(t, sup);
	case OP_PREPARE:
	case OP_CHILD_START:
		return WAIT;
	case OP_CHILD_STOP:
		return child_stop_step(t, sup);
	case OP_SHUTDOWN:
		return shutdown_step(t, sup);
	case OP_SWEEP:
		return sweep_step(t, sup);
	}
	return WAIT;
}

static bool
has_room(const struct tree *t)
{
	return t->nout + STEP_ACTIONS <= TREE_ACTIONS_MAX;
}

static void
run(struct tree *t)
{
	/* What follows a spawn depends on how it comes out. */
	while (!t->spawning && has_room(t)) {
		struct sup *sup = TAILQ_FIRST(&t->agenda);
		struct child *due;

		t->nturns++;
		/* Links are told first, supervisors second (S163). */
		if (!STAILQ_EMPTY(&t->telling)) {
			links_tell_one(t);
			continue;
		}
		if (sup != NULL) {
			agenda_del(t, sup);
			if (sup_step(t, sup) == GO_ON)
				agenda_add(t, sup);
			continue;
		}
		due = deadline_due(&t->deadlines, t->now_ns);
		if (due == NULL)
			return;
		child_tick(t, due);
	}
}

/*
 * When what remains of a run is killed: a stop has one limit for leader and
 * group, otherwise the time counts from the leader's end.
 */
static int64_t
remains_deadline(const struct tree *t, const struct child *child)
{
	int64_t shutdown_ms = child->policy->shutdown_ms;

	if (child->killed || shutdown_ms == SHUTDOWN_BRUTAL_KILL)
		return t->now_ns + NS_PER_S;
	if (child->state == CHILD_STOPPING)
		return child->limit_ns;
	if (shutdown_ms == SHUTDOWN_INFINITY)
		return NEVER_NS;
	return t->now_ns + shutdown_ms * NS_PER_MS;
}

static void
exited(struct tree *t, const struct event *event)
{
	struct child *child = event->child;
	int stop_signal = event->stop_signal != 0 ?
	    event->stop_signal :
	    child->policy->worker.stop_signal;
	int64_t ran_ns = t->now_ns - child->started_ns;

	/* One that had ended before an exit signal came did so by itself. */
	if (event->unasked)
		child->condemned = false;
	if (!child->condemned)
		child->reason = event->reason;
	if (child->state == CHILD_STOPPING && !child->condemned &&
	    !event->unasked)
		child->reason = reason_after_stop(child->policy, event->reason,
		    stop_signal);
	if (ran_ns >= child->sup->window.period_ns)
		child->backoff = 0;
	tree_note_end(t, NOTE_EXITED, child, ran_ns);
	links_acquit(t, child);
	child_set_remains(child, event->remains);
	child_deadline(t, child,
	    event->remains ? remains_deadline(t, child) : NEVER_NS);
	links_tell(t, child);

	switch ((enum child_state)child->state) {
	case CHILD_STARTING:
		child_start_ended(t, child, child_said_ignore(child));
		break;
	case CHILD_UP:
		child_set_state(child, CHILD_ENDED);
		inbox_post(t, child, MAIL_DEATH);
		break;
	case CHILD_STOPPING:
		if (child->late)
			child_start_failed(t, child,
			    (struct reason){ .kind = REASON_TIMEOUT });
		else if (!child->remains)
			child_stopped(t, child);
		break;
	case CHILD_DOWN:
	case CHILD_ENDED:
	case CHILD_RESTARTING:
		assert(child->state == CHILD_STARTING); /* it had a run */
	}
}

/* Nothing remains of the last run of `child`. */
static void
gone(struct tree *t, struct child *child)
{
	if (!child->remains)
		return;
	child_set_remains(child, false);
	child_deadline(t, child, NEVER_NS);
	agenda_add(t, child->sup);

	switch ((enum child_state)child->state) {
	case CHILD_STARTING:
		child_unblocked(t, child);
		break;
	case CHILD_STOPPING:
		child_stopped(t, child);
		break;
	case CHILD_RESTARTING:
		if (child->mail.kind == MAIL_NONE)
			child_deadline(t, child, child->due_ns);
		break;
	case CHILD_DOWN:
		child_let_go(t, child);
		break;
	case CHILD_UP:
	case CHILD_ENDED:
		break;
	}
}

static void
root_shutdown(struct tree *t, bool slaughter)
{
	struct child *root = &t->root->child;

	if (root->state == CHILD_UP || root->state == CHILD_STARTING)
		child_stop(t, root);
	budget_begin(t);
	if (slaughter && root->state == CHILD_STOPPING)
		sup_slaughter(t, t->root);
}

/* Whether `request` stops the child that its supervisor waits for. */
static bool
stops_awaited(const struct request *request)
{
	const struct sup *sup = request->sup;

	if (sup->op != OP_CHILD_START || sup->target != request->child)
		return false;
	return request->kind == REQUEST_STOP || request->kind == REQUEST_HOLD ||
	    request->kind == REQUEST_RESTART || request->kind == REQUEST_REMOVE;
}

static void
post_request(struct tree *t, struct request *request)
{
	struct sup *sup = request->sup;

	if (!request_makes_child(request) && request->child != NULL)
		request->child->wanted++;
	if (request->kind == REQUEST_REPLACE)
		request->first->wanted++;
	if (sup->child.state != CHILD_UP &&
	    sup->child.state != CHILD_STARTING) {
		request_refuse(t, request, RESULT_NOPROC);
		return;
	}
	request->mail.kind = MAIL_REQUEST;
	TAILQ_INSERT_TAIL(&sup->inbox, &request->mail, next);
	/* A start that never ends would keep its end from being asked for. */
	if (stops_awaited(request))
		sup->op = OP_IDLE;
	agenda_add(t, sup);
}

static void
take(struct tree *t, const struct event *event)
{
	struct child *child = event->child;

	switch (event->kind) {
	case EVENT_BOOT:
		child_start(t, &t->root->child);
		break;
	case EVENT_SHUTDOWN:
		root_shutdown(t, false);
		break;
	case EVENT_SLAUGHTER:
		root_shutdown(t, true);
		break;
	case EVENT_TICK:
		break;
	case EVENT_SPAWNED:
		child_spawned(t, child);
		break;
	case EVENT_SPAWN_FAILED:
		child_spawn_failed(t, child, event->reason);
		break;
	case EVENT_PREPARED:
		child_prepared(t, child);
		break;
	case EVENT_READY:
		if (child->state == CHILD_STARTING && !child->blocked &&
		    !child->condemned)
			child_started(t, child);
		break;
	case EVENT_EXITED:
		if (child_is_sup(child))
			sup_unprepared(t, child_sup(child), event->reason);
		else
			exited(t, event);
		break;
	case EVENT_GONE:
		gone(t, child);
		break;
	case EVENT_REQUEST:
		post_request(t, event->request);
		break;
	case EVENT_NOPROC:
		links_noproc(t, child, event->peer);
		break;
	case EVENT_THROWN:
		child_condemn(t, child, event->reason, ACTION_STOP);
		break;
	case EVENT_CHECKED:
		signs_checked(t, child, event->passed);
		break;
	case EVENT_ALIVE:
		signs_alive(t, child, event->until_ns);
		break;
	case EVENT_EXTENDED:
		signs_extend(t, child, event->until_ns);
		break;
	case EVENT_SETTLED:
		child->backoff = 0;
		break;
	}
}

size_t
tree_step(struct tree *t, const struct event *event, int64_t now_ns,
    struct action out[static TREE_ACTIONS_MAX])
{
	assert(now_ns >= t->now_ns);
	t->now_ns = now_ns;
	t->out = out;
	t->nout = 0;
	t->spawning = false;
	take(t, event);
	/*
	 * Between two spawns the caller can see to other things, if it comes
	 * back: without an action it would not.
	 */
	if ((event->kind != EVENT_SPAWNED &&
		event->kind != EVENT_SPAWN_FAILED) ||
	    t->nout == 0)
		run(t);
	t->out = NULL;
	return t->nout;
}
