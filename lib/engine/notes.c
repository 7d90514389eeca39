/* SPDX-License-Identifier: ISC */
#include "engine/notes.h"
#include "base/signal_name.h"
#include "base/units.h"
#include "engine/mailbox.h"
#include "os/clock.h"

/* The texts that a record borrows until it is written. */
struct texts {
	char subject[NODE_PATH_SIZE];
	char supervisor[NODE_PATH_SIZE];
	char reason[REASON_TEXT_SIZE];
};

static void
add_subject(struct record *r, struct child *child, struct texts *texts)
{
	record_text(r, child_is_sup(child) ? "supervisor" : "child",
	    node_path(child, texts->subject));
}

/* `supervisor=web child=web/api`: what a supervisor does about a child. */
static void
add_pair(struct record *r, struct child *child, struct texts *texts)
{
	record_text(r, "supervisor",
	    node_path(&child->sup->child, texts->supervisor));
	record_text(r, "child", node_path(child, texts->subject));
}

static void
add_run(struct record *r, struct child *child, const struct note *note)
{
	if (!child_is_sup(child) && note->kind != NOTE_START_FAILED)
		record_number(r, "pid", node_worker(child)->pid);
	record_number(r, "run", note->run);
}

static void
add_reason(struct record *r, const struct note *note, struct texts *texts)
{
	record_text(r, "reason", reason_text(note->reason, texts->reason));
}

static void
add_limits(struct record *r, const struct sup *sup, const struct note *note)
{
	const struct sup_policy *policy = &sup->child.policy->sup;

	record_number(r, "restarts", note->restarts);
	record_number(r, "max_restarts", policy->max_restarts);
	record_number(r, "max_seconds", policy->max_seconds);
}

static const char *
failure_of(const struct engine *e, const struct child *child,
    const struct note *note)
{
	if (e->failure[0] != '\0')
		return e->failure;
	if (note->reason.kind == REASON_TIMEOUT && child->preparing)
		return "before: it did not end within start_timeout";
	if (note->reason.kind == REASON_TIMEOUT)
		return "it was not ready within its start_timeout";
	if (note->reason.kind == REASON_FAILED_CHILD)
		return "a child of it did not start";
	return "it ended before it was ready";
}

static void
fill_start(struct engine *e, struct record *r, struct child *child,
    const struct note *note, struct texts *texts)
{
	add_subject(r, child, texts);
	add_run(r, child, note);
	if (note->kind == NOTE_STARTING || note->kind == NOTE_STARTED)
		return;
	add_reason(r, note, texts);
	if (note->kind == NOTE_START_FAILED)
		record_text(r, "error", failure_of(e, child, note));
}

static void
fill_end(struct record *r, struct child *child, const struct note *note,
    struct texts *texts)
{
	add_subject(r, child, texts);
	add_run(r, child, note);
	add_reason(r, note, texts);
	if (note->kind != NOTE_EXITED)
		return;
	if (note->cause == CAUSED_BY_LINK)
		record_text(r, "link",
		    node_path(note->sibling, texts->supervisor));
	if (node_worker(child)->end.core)
		record_flag(r, "core", true);
	record_number(r, "ran_ms", note->ran_ns / NS_PER_MS);
}

static void
fill_decision(struct record *r, struct child *child, const struct note *note,
    struct texts *texts)
{
	add_pair(r, child, texts);
	switch (note->kind) {
	case NOTE_RESTARTING:
		record_text(r, "strategy",
		    strategy_text[child->sup->child.policy->sup.strategy]);
		add_limits(r, child->sup, note);
		if (note->delay_ms > 0)
			record_number(r, "delay_ms", note->delay_ms);
		break;
	case NOTE_GAVE_UP:
		add_reason(r, note, texts);
		if (note->restarts == 0)
			record_flag(r, "escalated", true);
		else
			add_limits(r, child->sup, note);
		break;
	case NOTE_REPORT:
		record_text(r, "context", report_context_text[note->context]);
		add_reason(r, note, texts);
		break;
	case NOTE_AUTO_SHUTDOWN:
		add_reason(r, note, texts);
		break;
	case NOTE_CAUGHT:
		add_reason(r, note, texts);
		record_text(r, "action", catch_text[note->caught]);
		break;
	case NOTE_STARTING:
	case NOTE_STARTED:
	case NOTE_START_FAILED:
	case NOTE_IGNORED:
	case NOTE_EXITED:
	case NOTE_ENDED:
	case NOTE_REMOVED:
	case NOTE_TRAPPED:
		break;
	}
}

static enum record_event
event_of(enum note_kind kind)
{
	static const enum record_event events[] = {
		[NOTE_STARTING] = RECORD_STARTING,
		[NOTE_STARTED] = RECORD_STARTED,
		[NOTE_START_FAILED] = RECORD_START_FAILED,
		[NOTE_IGNORED] = RECORD_IGNORED,
		[NOTE_EXITED] = RECORD_EXITED,
		[NOTE_CAUGHT] = RECORD_CAUGHT,
		[NOTE_RESTARTING] = RECORD_RESTARTING,
		[NOTE_REPORT] = RECORD_REPORT,
		[NOTE_GAVE_UP] = RECORD_GAVE_UP,
		[NOTE_AUTO_SHUTDOWN] = RECORD_AUTO_SHUTDOWN,
		[NOTE_ENDED] = RECORD_ENDED,
		[NOTE_REMOVED] = RECORD_REMOVED,
	};

	return events[kind];
}

/* A supervisor that gave up ends with `shutdown`; `why` tells the two apart. */
static struct reason
reason_told(struct child *child, const struct note *note)
{
	if (note->kind == NOTE_ENDED &&
	    child_sup(child)->cause == CAUSE_GAVE_UP)
		return (struct reason){ .kind = REASON_INTENSITY };
	return note->reason;
}

/* Keeps an end for `why`. */
static void
remember_end(struct child *child, const struct note *note)
{
	static const enum history_cause causes[] = {
		[CAUSED_BY_ITSELF] = HISTORY_ITSELF,
		[CAUSED_BY_SIBLING] = HISTORY_SIBLING,
		[CAUSED_BY_REQUEST] = HISTORY_REQUEST,
		[CAUSED_BY_SUPERVISOR] = HISTORY_SUPERVISOR,
		[CAUSED_BY_LINK] = HISTORY_LINK,
	};
	int64_t ran_ms = note->ran_ns / NS_PER_MS;
	const struct history_end end = {
		.wall_ms = clock_wall_ns() / NS_PER_MS,
		.ran_ms = ran_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ran_ms,
		.run = note->run,
		.reason = reason_told(child, note),
		.by = note->sibling != NULL ? node_id(note->sibling) : 0,
		.by_reason = note->cause == CAUSED_BY_SIBLING ?
		    note->sibling->reason :
		    note->reason,
		.cause = (uint8_t)causes[note->cause],
		.strategy = child->sup != NULL ?
		    (uint8_t)child->sup->child.policy->sup.strategy :
		    0,
	};

	history_add(node_history(child), &end);
}

/* A start that failed is an end; of one that has ended it is the reason. */
static void
remember_failure(struct child *child, const struct note *note)
{
	struct history_end *last = history_last(node_history(child));

	if (last == NULL || last->run != note->run) {
		remember_end(child, note);
		return;
	}
	last->reason = note->reason;
	last->cause = HISTORY_ITSELF;
}

/* What the supervisor does about the last end. */
static void
remember_outcome(struct child *child, enum history_outcome outcome)
{
	struct history_end *last = history_last(node_history(child));

	if (last != NULL)
		last->outcome = (uint8_t)outcome;
}

/* It is not needed: that is the child's own word, or a `catch` line's. */
static void
remember_ignored(struct child *child)
{
	const struct history_end *last = history_last(node_history(child));

	if (last == NULL || last->outcome != HISTORY_CAUGHT)
		remember_outcome(child, HISTORY_IGNORED);
}

static bool
keeps_down(enum catch_action action)
{
	return action == CATCH_STOP || action == CATCH_IGNORE;
}

static void
remember(struct child *child, const struct note *note)
{
	switch (note->kind) {
	case NOTE_EXITED:
	case NOTE_ENDED:
		remember_end(child, note);
		monitor_ended(child, note->reason);
		break;
	case NOTE_START_FAILED:
		remember_failure(child, note);
		break;
	case NOTE_CAUGHT:
		remember_outcome(child,
		    keeps_down(note->caught) ? HISTORY_CAUGHT :
					       HISTORY_NOTHING);
		break;
	case NOTE_RESTARTING:
		remember_outcome(child, HISTORY_RESTART);
		break;
	case NOTE_GAVE_UP:
		remember_outcome(child,
		    note->restarts == 0 ? HISTORY_ESCALATED : HISTORY_GAVE_UP);
		break;
	case NOTE_AUTO_SHUTDOWN:
		remember_outcome(child, HISTORY_AUTO_SHUTDOWN);
		break;
	case NOTE_IGNORED:
		remember_ignored(child);
		break;
	case NOTE_STARTING:
	case NOTE_STARTED:
	case NOTE_REPORT:
	case NOTE_REMOVED:
	case NOTE_TRAPPED:
		break;
	}
}

/* Whether it tells of the end of a process, if it is about a worker. */
static bool
is_end(enum note_kind kind)
{
	return kind == NOTE_EXITED || kind == NOTE_IGNORED ||
	    kind == NOTE_START_FAILED;
}

void
note_record(struct engine *e, struct child *child, const struct note *note)
{
	struct texts texts;
	struct record r;

	if (note->kind == NOTE_TRAPPED) {
		mailbox_exit(e, node_worker(child), note);
		return;
	}
	record_begin(&r, event_of(note->kind));
	switch (note->kind) {
	case NOTE_STARTING:
	case NOTE_STARTED:
	case NOTE_START_FAILED:
	case NOTE_IGNORED:
		fill_start(e, &r, child, note, &texts);
		break;
	case NOTE_EXITED:
	case NOTE_ENDED:
		fill_end(&r, child, note, &texts);
		break;
	case NOTE_REMOVED:
		add_subject(&r, child, &texts);
		break;
	case NOTE_CAUGHT:
	case NOTE_RESTARTING:
	case NOTE_REPORT:
	case NOTE_GAVE_UP:
	case NOTE_AUTO_SHUTDOWN:
		fill_decision(&r, child, note, &texts);
		break;
	case NOTE_TRAPPED:
		break;
	}
	/* What it wrote is out before its end is told. */
	if (is_end(note->kind) && !child_is_sup(child))
		outlet_drain(e, node_worker(child));
	engine_record(e, &r);
	remember(child, note);
	if (note->kind == NOTE_GAVE_UP || note->kind == NOTE_START_FAILED)
		give_up_note(e, child, note);
	if (note->kind == NOTE_START_FAILED)
		e->failure[0] = '\0';
}

void
note_command(struct engine *e, struct worker *worker, const char *directive,
    struct reason reason, const char *why)
{
	struct texts texts;
	struct record r;

	record_begin(&r, RECORD_COMMAND_FAILED);
	add_subject(&r, &worker->child, &texts);
	record_number(&r, "run", worker->child.run);
	record_text(&r, "directive", directive);
	record_text(&r, "reason", reason_text(reason, texts.reason));
	if (why != NULL)
		record_text(&r, "error", why);
	engine_record(e, &r);
}

void
note_signal(struct engine *e, enum record_event event, struct worker *worker,
    int signo)
{
	char name[SIGNAL_NAME_SIZE];
	struct texts texts;
	struct record r;

	record_begin(&r, event);
	add_subject(&r, &worker->child, &texts);
	record_number(&r, "pid", worker->pid);
	record_number(&r, "run", worker->child.run);
	record_text(&r, "signal", signal_name(signo, name));
	/* The second signal to supervise gives nobody any time. */
	if (event == RECORD_KILLING && worker->asked && !e->slaughter)
		record_flag(&r, "late", true);
	engine_record(e, &r);
}
