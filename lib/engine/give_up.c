/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "conf/value.h"
#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/people.h"
#include "engine/query.h"
#include "os/clock.h"

/*
 * The last words of a tree that gave up or could not start, for a person
 * (U13), and for a container's manager in /dev/termination-log, which takes
 * 4096 bytes.
 */
#define TERMINATION_LOG "/dev/termination-log"
#define REPORT_SIZE     4096

/* Of the last lines of a child, so much of each. */
#define OUTPUT_SIZE 256

/* Of many restarts, how many times are named. */
#define TIMES_MAX 5

/* The report being written; what does not fit is left out. */
struct report {
	char text[REPORT_SIZE];
	size_t len;
};

static void add(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct report *report, const char *format, ...)
{
	size_t room = sizeof(report->text) - report->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(report->text + report->len, room, format, args);
	va_end(args);
	if (n > 0)
		report->len += (size_t)n < room ? (size_t)n : room - 1;
}

/*
 * A supervisor that gave up, or could not start, did so because of a worker
 * that has been noted before; one that shut itself down, or whose init failed,
 * did not.
 */
static void
blame_supervisor(struct engine *e, struct child *child, const struct note *note)
{
	struct outcome *outcome = &e->outcome;
	enum sup_cause cause = (enum sup_cause)child_sup(child)->cause;

	if (cause == CAUSE_AUTO)
		snprintf(outcome->why, sizeof(outcome->why),
		    "shut itself down when a significant child had ended");
	else if (cause == CAUSE_INIT_FAILED && note->kind == NOTE_START_FAILED)
		snprintf(outcome->why, sizeof(outcome->why),
		    "did not start: %s",
		    e->failure[0] != '\0' ? e->failure : "its init failed");
	else
		return;
	outcome->worker = false;
	outcome->reason = child->reason;
	node_path(child, outcome->child);
}

/* It ended by a link: what ended the first of those that did (L3). */
static void
say_link(struct engine *e, const struct history_end *last)
{
	struct outcome *outcome = &e->outcome;
	struct reason reason =
	    last->first != 0 ? last->first_reason : last->by_reason;
	char text[REASON_TEXT_SIZE], how[128], path[NODE_PATH_SIZE];

	query_path(e, last->first != 0 ? last->first : last->by, path);
	snprintf(outcome->why, sizeof(outcome->why),
	    "ended by a link because %.1000s %s", path,
	    people_end(reason_text(reason, text),
		history_behind_text[last->behind], how, sizeof(how)));
}

void
give_up_note(struct engine *e, struct child *child, const struct note *note)
{
	struct outcome *outcome = &e->outcome;
	const struct history_end *last;
	char reason[REASON_TEXT_SIZE], how[128];
	uint32_t id = node_id(child);
	bool changed = !outcome->worker || outcome->id != id, again;

	if (child_is_sup(child)) {
		blame_supervisor(e, child, note);
		return;
	}
	again = note->kind == NOTE_GAVE_UP && outcome->start && !changed &&
	    outcome->run == note->run &&
	    (outcome->before || note->reason.kind == REASON_START);
	outcome->worker = true;
	outcome->id = id;
	outcome->run = note->run;
	outcome->core = node_worker(child)->end.core;
	outcome->oom = node_worker(child)->oom;
	outcome->backs_off = child->policy->worker.backoff_max_ms > 0;
	outcome->reason = note->reason;
	node_path(child, outcome->child);
	/* It gives up because of the failed start that was noted before. */
	if (again)
		return;
	last = history_last(node_history(child));
	outcome->start = note->kind == NOTE_START_FAILED;
	outcome->link = !outcome->start && last != NULL &&
	    last->run == note->run && last->cause == HISTORY_LINK;
	outcome->before = outcome->start && note->preparing;
	if (outcome->start)
		snprintf(outcome->why, sizeof(outcome->why),
		    "did not start: %s",
		    e->failure[0] != '\0' ?
			e->failure :
			people_reason(reason_text(note->reason, reason), how,
			    sizeof(how)));
	else if (outcome->link)
		say_link(e, last);
	else if (node_worker(child)->oom)
		people_oom(leaf_memory(node_worker(child)) > 0 ?
			value_size_text(leaf_memory(node_worker(child)), how) :
			"",
		    outcome->why, sizeof(outcome->why));
	else
		people_reason(reason_text(note->reason, reason), outcome->why,
		    sizeof(outcome->why));
}

static void
add_times(struct report *report, const struct sup *root)
{
	const struct window *window = &root->window;
	int64_t offset_ns = clock_wall_ns() - clock_now_ns();
	char stamp[RECORD_STAMP_SIZE];
	uint32_t skip =
	    window->count > TIMES_MAX ? window->count - TIMES_MAX : 0;

	if (skip > 0)
		add(report, " …");
	for (uint32_t i = skip; i < window->count; i++) {
		record_stamp(window_at(window, i) + offset_ns, stamp);
		add(report, " %s", stamp + strlen("YYYY-MM-DDT"));
	}
	if (window->count == 0)
		add(report, root->escalated ? " none" : " none was allowed");
}

static void
add_rule(struct report *report, const struct engine *e)
{
	const struct sup_policy *policy = &e->root.sup.child.policy->sup;
	const char *plural = policy->max_restarts == 1 ? "" : "s";

	if (e->root.sup.escalated)
		add(report, "  rule      a catch line says escalate\n");
	else if (e->run->command || e->run->several)
		add(report,
		    "  rule      more than %" PRIu32 " restart%s in %" PRId64
		    " s (options -m %" PRIu32 " -t %" PRId64 ")\n",
		    policy->max_restarts, plural, policy->max_seconds,
		    policy->max_restarts, policy->max_seconds);
	else
		add(report,
		    "  rule      more than %" PRIu32 " restart%s in %" PRId64
		    " s (max_restarts and max_seconds of the root, %s)\n",
		    policy->max_restarts, plural, policy->max_seconds,
		    e->run->file);
}

static const char *
hint_of_exit(const struct engine *e)
{
	const struct outcome *outcome = &e->outcome;

	if (outcome->reason.value == 0)
		return "if it is to end, restart it `transient` or "
		       "`temporary`; if it went to the background, keep it in "
		       "the foreground (`daemon off`, --foreground)";
	if (outcome->backs_off)
		return "run it by hand to see its own message; `backoff` "
		       "delays restarts, max_restarts counts them all the same";
	if (e->run->command || e->run->several)
		return "run it without supervise to see its own message; -m "
		       "and -t allow more restarts";
	return "run it by hand to see its own message; if it waits for "
	       "something, give it `backoff`";
}

static const char *
hint_of_before(struct reason reason)
{
	if (reason.kind == REASON_START)
		return "the command of `before` is not what the "
		       "specification says";
	if (reason.kind == REASON_TIMEOUT)
		return "`start_timeout` is the time of `before` as well";
	return "run that command by hand to see its own message: what runs "
	       "`before` it failed, not the program";
}

static const char *
hint(const struct engine *e)
{
	const struct outcome *outcome = &e->outcome;

	if (!outcome->worker)
		return "`supervise check` says how the limits add up";
	if (outcome->link)
		return "what is linked to a child ends with it, and each "
		       "restart counts: raise max_restarts, or `monitor` it "
		       "instead";
	if (outcome->oom)
		return "`memory` may be more, or what it needs less: see the "
		       "limits of its control group and of the machine";
	if (outcome->before)
		return hint_of_before(outcome->reason);
	switch ((enum reason_kind)outcome->reason.kind) {
	case REASON_START:
		return "the command, its folder or PATH is not what the "
		       "specification says";
	case REASON_TIMEOUT:
		return "it never said that it is ready: see `ready` and "
		       "`start_timeout` in supervise.conf(5)";
	case REASON_KILLED:
		return "something sent SIGKILL: is the machine or container "
		       "out of memory?";
	case REASON_SIGNAL:
		return outcome->core ?
		    "the core dump tells more" :
		    "if it crashed, `ulimit -c unlimited` leaves a core dump";
	case REASON_UNHEALTHY:
		return "its `alive` check failed: run that by hand, and see "
		       "the check_failed records";
	case REASON_EXIT:
		return hint_of_exit(e);
	case REASON_THROW:
		return "a `catch` line can say what is to follow such a throw";
	case REASON_NONE:
	case REASON_SHUTDOWN:
	case REASON_NOPROC:
	case REASON_FAILED_CHILD:
	case REASON_INTENSITY:
		break;
	}
	return "`supervise check` says how the limits add up";
}

/* Of all workers but one. */
struct others {
	const struct outcome *outcome;
	size_t n;
};

static void
count_other(void *arg, struct child *child)
{
	struct others *others = arg;

	others->n += !child_is_sup(child) &&
	    !(others->outcome->worker && node_id(child) == others->outcome->id);
}

static void
add_siblings(struct report *report, struct engine *e)
{
	struct others others = { .outcome = &e->outcome };

	lookup_walk(&e->root.sup.child, count_other, &others);
	if (others.n == 0)
		add(report, "  siblings  it had none\n");
	else
		add(report, "  siblings  %zu in the tree, down\n", others.n);
}

/* The last lines that it has written; not what would move a terminal. */
static void
add_output(struct report *report, struct engine *e)
{
	struct child *child =
	    e->outcome.worker ? query_child(e, e->outcome.id) : NULL;
	struct log_last lines[LOG_LAST_MAX];
	size_t n = 0;

	if (child != NULL && node_worker(child)->outlet != NULL) {
		outlets_sync(e);
		n = outlet_last(e, node_worker(child), lines, LOG_LAST_MAX);
	}
	if (n > 0)
		add(report, "  output    its last words:\n");
	for (size_t i = 0; i < n; i++) {
		char text[OUTPUT_SIZE];

		outlet_text(&lines[i], text, sizeof(text));
		add(report, "    | %s\n", text);
	}
}

static void
leave(const struct report *report)
{
	int fd = open(TERMINATION_LOG, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd == -1)
		return;
	/* Nothing is left to do for somebody who cannot take it. */
	if (write(fd, report->text, report->len) == -1)
		(void)0;
	close(fd);
}

/* Lines for a person; in JSON, which has no place for them, a record. */
static void
tell(struct engine *e, const struct report *report)
{
	int first = (int)strcspn(report->text, "\n");

	if (e->run->form == REPORTER_JSON)
		reporter_message(&e->reporter, RECORD_ERROR, "%.*s", first,
		    report->text);
	else if (!e->run->quiet || e->root.sup.cause != CAUSE_GAVE_UP)
		reporter_say(&e->reporter, report->text);
}

void
give_up_tell_caller(const struct engine *e, const char *text)
{
	if (e->run->caller > 0 &&
	    write(e->run->caller, text, strlen(text)) == -1)
		(void)0;
}

void
give_up_report(struct engine *e)
{
	const struct sup *root = &e->root.sup;
	const struct outcome *outcome = &e->outcome;
	struct report report = { .len = 0 };

	if (root->cause != CAUSE_GAVE_UP && root->cause != CAUSE_BOOT_FAILED &&
	    root->cause != CAUSE_INIT_FAILED)
		return;
	add(&report, "supervise: %s: %s %s\n",
	    root->cause == CAUSE_GAVE_UP ? "gave up" : "could not start",
	    outcome->child[0] != '\0' ? outcome->child : "root",
	    outcome->child[0] != '\0' ? outcome->why : "did not stay up");
	if (root->cause == CAUSE_GAVE_UP) {
		add(&report, "  restarts ");
		add_times(&report, root);
		add(&report, "\n");
		add_rule(&report, e);
		add_output(&report, e);
		add_siblings(&report, e);
		add(&report, "  status    supervise ends with %d\n",
		    outcome_status(e));
		add(&report, "  hint      %s\n", hint(e));
	}
	/* Also where it is cut. */
	report.text[report.len - 1] = '\n';
	give_up_tell_caller(e, report.text);
	tell(e, &report);
	leave(&report);
}
