/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/signal_name.h"
#include "base/units.h"
#include "engine/mailbox.h"
#include "engine/notes.h"
#include "engine/remember.h"
#include "engine/signs.h"
#include "os/clock.h"

/* The texts that a record borrows until it is written. */
struct texts {
	char subject[NODE_PATH_SIZE];
	char supervisor[NODE_PATH_SIZE];
	char reason[REASON_TEXT_SIZE];
	char memory[LEAF_MEMORY_SIZE];
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

/* What could not be executed had no process. */
static void
add_run(struct record *r, struct child *child, const struct note *note)
{
	if (!child_is_sup(child) && note->kind != NOTE_START_FAILED &&
	    note->reason.kind != REASON_START)
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

/* It has taken too long: says so, and what its checks have found so far. */
static void
name_lateness(struct engine *e, struct child *child, const struct note *note)
{
	const struct check *check = node_worker(child)->check;
	const struct check_spec *what =
	    &node_spec(child)->spec->worker.ready_check;
	size_t size = sizeof(e->failure);

	if (note->preparing)
		strlcpy(e->failure,
		    "before: it did not end within start_timeout", size);
	else if (!ready_is_checked(child->policy->worker.ready) ||
	    check == NULL || check->why[0] == '\0')
		strlcpy(e->failure, "it was not ready within its start_timeout",
		    size);
	else
		snprintf(e->failure, size,
		    "it was not ready within its start_timeout: `%s`: %s",
		    what->argv != NULL ? what->argv[0] : what->text,
		    check->why);
}

static const char *
failure_of(const struct engine *e, const struct note *note)
{
	if (e->failure[0] != '\0')
		return e->failure;
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
		record_text(r, "error", failure_of(e, note));
}

static void
fill_end(struct record *r, struct child *child, const struct note *note,
    struct texts *texts)
{
	const struct signs *signs;

	add_subject(r, child, texts);
	add_run(r, child, note);
	add_reason(r, note, texts);
	if (note->kind != NOTE_EXITED)
		return;
	signs = node_worker(child)->signs;
	if (note->cause == CAUSED_BY_LINK)
		record_text(r, "link",
		    node_path(note->sibling, texts->supervisor));
	if (node_worker(child)->end.core)
		record_flag(r, "core", true);
	leaf_tell_oom(r, node_worker(child)->oom,
	    leaf_memory(node_worker(child)), texts->memory);
	record_number(r, "ran_ms", note->ran_ns / NS_PER_MS);
	if (signs != NULL)
		signs_tell(r, signs->error, signs->exit_status);
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
	case NOTE_REPLACING:
	case NOTE_REPLACED:
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
		[NOTE_REPLACING] = RECORD_REPLACING,
		[NOTE_REPLACED] = RECORD_REPLACED,
	};

	return events[kind];
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
	if (note->kind == NOTE_REPLACING)
		act_replacing(e, note->sibling, child);
	if (note->kind == NOTE_REPLACED)
		act_replaced(e, child, note->sibling);
	if (note->kind == NOTE_START_FAILED && !child_is_sup(child) &&
	    note->reason.kind == REASON_TIMEOUT && e->failure[0] == '\0')
		name_lateness(e, child, note);
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
		/* It may come back, with its supervisor, and has a new one. */
		if (!child_is_sup(child) && !child->remains)
			leaf_free(node_worker(child));
		break;
	case NOTE_REPLACED:
	case NOTE_REPLACING:
		add_subject(&r, child, &texts);
		add_run(&r, child, note);
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
	remember(e, child, note);
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
	if (signo != 0)
		record_text(&r, "signal", signal_name(signo, name));
	else
		record_flag(&r, "eof", true);
	/* Its watchdog has waited in vain. */
	if (event == RECORD_STOPPING && signo == SIGABRT &&
	    worker->child.condemned &&
	    worker->child.reason.kind == REASON_SIGNAL)
		record_flag(&r, "silent", true);
	/* The second signal to supervise gives nobody any time. */
	if (event == RECORD_KILLING && worker->asked && !e->slaughter)
		record_flag(&r, "late", true);
	if (event == RECORD_KILLING && !e->slaughter &&
	    (worker->child.cut || e->tree.stop_by_ns <= e->tree.now_ns))
		record_flag(&r, "stop_timeout", true);
	engine_record(e, &r);
}

void
note_check(struct engine *e, struct worker *worker, const char *why)
{
	const struct worker_spec *spec = &worker->spec->spec->worker;
	struct texts texts;
	struct record r;

	record_begin(&r, RECORD_CHECK_FAILED);
	add_subject(&r, &worker->child, &texts);
	record_number(&r, "run", worker->child.run);
	record_text(&r, "check",
	    spec->alive_check.argv != NULL ? spec->alive_check.argv[0] :
					     spec->alive_check.text);
	record_text(&r, "error", why);
	record_number(&r, "failures", worker->child.misses + 1);
	engine_record(e, &r);
}
