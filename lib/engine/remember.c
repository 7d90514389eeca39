/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/units.h"
#include "engine/cgroup_leaf.h"
#include "engine/check.h"
#include "engine/remember.h"
#include "engine/signs.h"
#include "os/clock.h"

/* A supervisor that gave up ends with `shutdown`; `why` tells the two apart. */
static struct reason
reason_told(const struct note *note)
{
	if (note->kind == NOTE_ENDED && note->shut == CAUSE_GAVE_UP &&
	    !note->escalated)
		return (struct reason){ .kind = REASON_INTENSITY };
	return note->reason;
}

static enum history_cause
cause_of_sup(const struct note *note)
{
	switch ((enum sup_cause)note->shut) {
	case CAUSE_GAVE_UP:
		return note->escalated ? HISTORY_CATCH : HISTORY_INTENSITY;
	case CAUSE_AUTO:
		return HISTORY_SIGNIFICANT;
	case CAUSE_BOOT_FAILED:
		return HISTORY_CHILD;
	case CAUSE_INIT_FAILED:
		return HISTORY_INIT;
	case CAUSE_NONE:
	case CAUSE_ASKED:
	case CAUSE_IGNORED:
		break;
	}
	return HISTORY_ITSELF;
}

/* Whether the signal that a request sent last is what ended the run. */
static bool
is_of_signal(const struct worker *worker)
{
	int signo = worker->sent.signo, status = worker->end.status;

	if (signo == 0)
		return false;
	return worker->end.by_signal ? status == signo : status == 128 + signo;
}

/* Whether it gave no sign of life, and had not ended before that was seen. */
static bool
is_of_silence(const struct worker *worker)
{
	return worker->silent && !worker->unasked;
}

/* What ended a run that nothing else has ended. */
static enum history_cause
own_cause(struct child *child, const struct note *note)
{
	if (child_is_sup(child))
		return cause_of_sup(note);
	if (note->preparing)
		return HISTORY_BEFORE;
	if (note->reason.kind == REASON_TIMEOUT)
		return HISTORY_LATE;
	if (note->reason.kind == REASON_UNHEALTHY)
		return HISTORY_ALIVE;
	if (note->kind == NOTE_EXITED && is_of_silence(node_worker(child)))
		return HISTORY_WATCHDOG;
	if (note->kind == NOTE_EXITED && is_of_signal(node_worker(child)))
		return HISTORY_SIGNAL;
	return HISTORY_ITSELF;
}

static enum history_cause
cause_of(struct child *child, const struct note *note)
{
	switch (note->cause) {
	case CAUSED_BY_ITSELF:
		return own_cause(child, note);
	case CAUSED_BY_SIBLING:
		return HISTORY_SIBLING;
	case CAUSED_BY_REQUEST:
	case CAUSED_BY_RESTART:
		return HISTORY_REQUEST;
	case CAUSED_BY_RELOAD:
		return HISTORY_RELOAD;
	case CAUSED_BY_SUPERVISOR:
		return HISTORY_SUPERVISOR;
	case CAUSED_BY_LINK:
		return HISTORY_LINK;
	case CAUSED_BY_SUCCESSOR:
		return HISTORY_REPLACED;
	}
	return HISTORY_ITSELF;
}

static bool
is_same(struct reason a, struct reason b)
{
	return a.kind == b.kind && a.value == b.value && a.thrown == b.thrown;
}

static enum history_behind
behind_of(const struct note *note)
{
	switch (note->behind) {
	case CAUSED_BY_REQUEST:
		return BEHIND_STOP;
	case CAUSED_BY_RESTART:
	case CAUSED_BY_SUCCESSOR:
		return BEHIND_RESTART;
	case CAUSED_BY_RELOAD:
		return BEHIND_RELOAD;
	case CAUSED_BY_SUPERVISOR:
		return BEHIND_SUPERVISOR;
	case CAUSED_BY_ITSELF:
	case CAUSED_BY_SIBLING:
	case CAUSED_BY_LINK:
		break;
	}
	return BEHIND_NOTHING;
}

/*
 * Goes back from `by`, which ended another one for end->by_reason, to what
 * ended that, and so to the first cause.
 */
static void
find_first(struct history_end *end, const struct note *note)
{
	struct child *by = note->origin != NULL ? note->origin : note->sibling;
	const struct history_end *last = history_last(node_history(by));

	if (note->origin != NULL) {
		end->first = node_id(by);
		end->first_reason = end->by_reason;
	}
	end->behind = (uint8_t)behind_of(note);
	/* What has not ended yet, or again, has another end as its last. */
	if (last == NULL || !is_same(last->reason, end->by_reason))
		return;
	if (last->cause == HISTORY_SIGNAL)
		end->behind = BEHIND_SIGNAL;
	if (last->cause != HISTORY_LINK && last->cause != HISTORY_SIBLING)
		return;
	end->behind = last->behind;
	end->first = last->first != 0 ? last->first : last->by;
	end->first_reason =
	    last->first != 0 ? last->first_reason : last->by_reason;
}

/* Who is behind an end, if it is another one. */
static void
find_cause(struct child *child, struct history_end *end,
    const struct note *note)
{
	switch ((enum history_cause)end->cause) {
	case HISTORY_SIBLING:
	case HISTORY_LINK:
		end->by = node_id(note->sibling);
		end->by_reason = end->cause == HISTORY_SIBLING ?
		    note->sibling->reason :
		    note->reason;
		find_first(end, note);
		/* Alike ends of old must not make it its own cause. */
		if (end->first == node_id(child))
			end->first = 0;
		break;
	case HISTORY_CHILD:
	case HISTORY_INTENSITY:
	case HISTORY_CATCH:
	case HISTORY_SIGNIFICANT:
		end->by = node_supervisor(child)->culprit;
		end->by_reason = node_supervisor(child)->culprit_reason;
		break;
	case HISTORY_SIGNAL:
		end->signo = node_worker(child)->sent.signo;
		end->from = node_worker(child)->sent.from;
		end->uid = node_worker(child)->sent.uid;
		break;
	case HISTORY_ITSELF:
	case HISTORY_LATE:
	case HISTORY_ALIVE:
	case HISTORY_WATCHDOG:
	case HISTORY_REQUEST:
	case HISTORY_RELOAD:
	case HISTORY_REPLACED:
	case HISTORY_SUPERVISOR:
	case HISTORY_BEFORE:
	case HISTORY_INIT:
		break;
	}
}

static enum tally_end
tally_of(const struct child *child, const struct history_end *end)
{
	enum reason_class class = reason_class(child->policy, end->reason);

	if (end->cause == HISTORY_LINK)
		return TALLY_LINK;
	switch ((enum reason_kind)end->reason.kind) {
	case REASON_EXIT:
	case REASON_SIGNAL:
		if (class != CLASS_ABNORMAL)
			return class == CLASS_NORMAL ? TALLY_NORMAL :
						       TALLY_PLANNED;
		return end->reason.kind == REASON_EXIT ? TALLY_EXIT :
							 TALLY_SIGNAL;
	case REASON_KILLED:
		return TALLY_KILLED;
	case REASON_START:
		return TALLY_START;
	case REASON_TIMEOUT:
		return TALLY_TIMEOUT;
	case REASON_UNHEALTHY:
		return TALLY_UNHEALTHY;
	case REASON_NOPROC:
		return TALLY_NOPROC;
	case REASON_THROW:
		return TALLY_THROW;
	case REASON_FAILED_CHILD:
		return TALLY_CHILD;
	case REASON_INTENSITY:
		return TALLY_INTENSITY;
	case REASON_NONE:
	case REASON_SHUTDOWN:
		break;
	}
	return TALLY_SHUTDOWN;
}

static struct tally *
tally(struct child *child)
{
	return &node_history(child)->tally;
}

/* Whether it was to take another one's place; the name is still that one's. */
static bool
is_second(struct child *child)
{
	return !child_is_sup(child) && node_worker(child)->second &&
	    node_holder(child) != child;
}

/* What was wrong with that run of it. */
static void
remember_error(struct child *child, uint32_t run, const char *error)
{
	struct history *history = node_history(child);

	if (*error == '\0')
		return;
	history->error_run = run;
	strlcpy(history->error, error, sizeof(history->error));
}

static void
remember_end(struct child *child, const struct note *note)
{
	struct child *holder = node_holder(child);
	int64_t ran_ms = note->ran_ns / NS_PER_MS;
	struct history_end end = {
		.wall_ms = clock_wall_ns() / NS_PER_MS,
		.ran_ms = ran_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ran_ms,
		.run = note->run,
		.reason = reason_told(note),
		.cause = (uint8_t)cause_of(child, note),
		.strategy = child->sup != NULL ?
		    (uint8_t)child->sup->child.policy->sup.strategy :
		    0,
	};

	if (!child_is_sup(child) && note->kind == NOTE_EXITED) {
		const struct signs *signs = node_worker(child)->signs;

		end.oom = node_worker(child)->oom;
		end.memory = leaf_memory(node_worker(child));
		if (signs != NULL) {
			end.error = signs->error;
			end.exit_status = signs->exit_status;
		}
	}
	if (end.cause == HISTORY_ALIVE)
		remember_error(child, note->run,
		    node_worker(child)->check->why);
	find_cause(child, &end, note);
	if (holder != child)
		end.by_run = holder->run;
	if (is_second(child))
		end.outcome = HISTORY_KEPT;
	else if (holder != child)
		child_set_ended(holder, end.reason);
	history_add(node_history(child), &end);
	tally(child)->ends[tally_of(child, &end)]++;
}

/* What a supervisor did about the last end of `child`. */
static void
remember_outcome(struct child *child, enum history_outcome outcome)
{
	struct history_end *last = history_last(node_history(child));

	if (last != NULL)
		last->outcome = (uint8_t)outcome;
}

/* Whether its supervisor has made it end, and so has nothing to answer. */
static bool
was_stopped(const struct history_end *end)
{
	switch ((enum history_cause)end->cause) {
	case HISTORY_SIBLING:
	case HISTORY_REQUEST:
	case HISTORY_RELOAD:
	case HISTORY_REPLACED:
	case HISTORY_SUPERVISOR:
		return true;
	case HISTORY_ITSELF:
	case HISTORY_LATE:
	case HISTORY_ALIVE:
	case HISTORY_WATCHDOG:
	case HISTORY_LINK:
	case HISTORY_SIGNAL:
	case HISTORY_BEFORE:
	case HISTORY_INIT:
	case HISTORY_CHILD:
	case HISTORY_INTENSITY:
	case HISTORY_CATCH:
	case HISTORY_SIGNIFICANT:
		break;
	}
	return false;
}

/* Whether that is how it ended, before the start of its children at hand. */
static bool
has_given_up(struct sup *sup)
{
	const struct history_end *last =
	    history_last(node_history(&sup->child));

	return last != NULL && last->run < sup->child.run &&
	    (last->cause == HISTORY_INTENSITY || last->cause == HISTORY_CATCH);
}

/*
 * A child whose end its supervisor had to deal with comes with its group, or
 * with the next start of a supervisor that gave up instead.
 */
static void
remember_group(struct child *child, const struct note *note)
{
	const struct history_end *last = history_last(node_history(child));

	if (last == NULL || last->run >= note->run ||
	    last->outcome != HISTORY_NOTHING || was_stopped(last))
		return;
	if (note->group)
		remember_outcome(child, HISTORY_GROUP);
	else if (note->anew && has_given_up(child->sup))
		remember_outcome(child, HISTORY_ANEW);
}

/* Should its supervisor end of it, that knows why. */
static void
remember_culprit(struct child *child, const struct note *note)
{
	struct supervisor *sup;

	if (child->sup == NULL || is_second(child))
		return;
	sup = node_supervisor(&child->sup->child);
	sup->culprit = node_id(child);
	sup->culprit_reason = note->reason;
}

/* A start that failed is an end; of one that has ended it is the reason. */
static void
remember_failure(struct engine *e, struct child *child, const struct note *note)
{
	struct history_end *last = history_last(node_history(child));

	remember_error(child, note->run, e->failure);
	if (last == NULL || last->run != note->run) {
		remember_end(child, note);
		return;
	}
	tally(child)->ends[tally_of(child, last)]--;
	last->reason = note->reason;
	if (last->cause != HISTORY_LINK && last->cause != HISTORY_SIGNAL)
		last->cause = (uint8_t)own_cause(child, note);
	tally(child)->ends[tally_of(child, last)]++;
}

static void
remember_caught(struct child *child, const struct note *note)
{
	struct history_end *last = history_last(node_history(child));

	if (last == NULL)
		return;
	last->caught = note->caught == CATCH_RESTART;
	last->outcome =
	    note->caught == CATCH_STOP || note->caught == CATCH_IGNORE ?
	    HISTORY_CAUGHT :
	    HISTORY_NOTHING;
}

/* It is not needed: that is the child's own word, or a `catch` line's. */
static void
remember_ignored(struct child *child)
{
	const struct history_end *last = history_last(node_history(child));

	if (last == NULL ||
	    (last->outcome != HISTORY_CAUGHT && last->outcome != HISTORY_KEPT))
		remember_outcome(child, HISTORY_IGNORED);
}

void
remember(struct engine *e, struct child *child, const struct note *note)
{
	switch (note->kind) {
	case NOTE_EXITED:
	case NOTE_ENDED:
		remember_end(child, note);
		/* What ran before a run is none. */
		if (!note->preparing || child_is_sup(child))
			monitor_ended(child, note->reason);
		break;
	case NOTE_START_FAILED:
		remember_group(child, note);
		remember_failure(e, child, note);
		remember_culprit(child, note);
		break;
	case NOTE_CAUGHT:
		remember_caught(child, note);
		break;
	case NOTE_RESTARTING:
		remember_outcome(child, HISTORY_RESTART);
		tally(child)->restarts++;
		tally(&child->sup->child)->counted++;
		break;
	case NOTE_GAVE_UP:
		remember_outcome(child,
		    note->restarts == 0 ? HISTORY_ESCALATED : HISTORY_GAVE_UP);
		remember_culprit(child, note);
		tally(&child->sup->child)->gave_up++;
		break;
	case NOTE_AUTO_SHUTDOWN:
		remember_outcome(child, HISTORY_AUTO_SHUTDOWN);
		remember_culprit(child, note);
		break;
	case NOTE_IGNORED:
		remember_ignored(child);
		break;
	case NOTE_STARTING:
	case NOTE_STARTED:
		remember_group(child, note);
		break;
	case NOTE_REMOVED:
		gone_add(&e->gone, child);
		break;
	case NOTE_REPORT:
	case NOTE_REPLACING:
	case NOTE_REPLACED:
	case NOTE_TRAPPED:
		break;
	}
}
