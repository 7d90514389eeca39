/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/name_colour.h"
#include "engine/people.h"

/* Names shorter than this are padded, so that the sentences line up. */
#define NAME_WIDTH 16

#define SENTENCE_SIZE 1200

/* A sentence being written. */
struct sentence {
	char text[SENTENCE_SIZE];
	bool trouble; /* shown in red */
};

static const char *
text_of(const struct record *r, const char *key)
{
	const struct record_field *field = record_get(r, key);

	return field != NULL && field->type == RECORD_IS_TEXT ? field->text :
								"";
}

static int64_t
number_of(const struct record *r, const char *key)
{
	const struct record_field *field = record_get(r, key);

	return field != NULL ? field->number : 0;
}

static void
say_duration(char *text, size_t size, int64_t ms)
{
	if (ms < 1000)
		snprintf(text, size, "%" PRId64 " ms", ms);
	else if (ms < 100000)
		snprintf(text, size, "%" PRId64 ".%" PRId64 " s", ms / 1000,
		    ms / 100 % 10);
	else
		snprintf(text, size, "%" PRId64 " min", ms / 60000);
}

static void
say_started(const struct record *r, struct sentence *s)
{
	if (record_get(r, "pid") == NULL)
		snprintf(s->text, sizeof(s->text), "is up");
	else
		snprintf(s->text, sizeof(s->text), "started, pid %" PRId64,
		    number_of(r, "pid"));
}

static void
say_starting(const struct record *r, struct sentence *s)
{
	if (record_get(r, "pid") == NULL)
		snprintf(s->text, sizeof(s->text), "starts its children");
	else
		snprintf(s->text, sizeof(s->text),
		    "starting, pid %" PRId64 ", not ready yet",
		    number_of(r, "pid"));
}

static void
say_start_failed(const struct record *r, struct sentence *s)
{
	s->trouble = true;
	snprintf(s->text, sizeof(s->text), "did not start: %s",
	    text_of(r, "error"));
}

static void
say_command_failed(const struct record *r, struct sentence *s)
{
	const char *error = text_of(r, "error");
	char how[128];

	s->trouble = true;
	if (*error == '\0')
		snprintf(s->text, sizeof(s->text), "%s: it %s",
		    text_of(r, "directive"),
		    people_reason(text_of(r, "reason"), how, sizeof(how)));
	else
		snprintf(s->text, sizeof(s->text), "%s", error);
}

static void
say_check_failed(const struct record *r, struct sentence *s)
{
	s->trouble = true;
	snprintf(s->text, sizeof(s->text), "check %s failed: %s",
	    text_of(r, "check"), text_of(r, "error"));
}

static void
say_caught(const struct record *r, struct sentence *s)
{
	snprintf(s->text, sizeof(s->text), "a catch line says %s",
	    text_of(r, "action"));
}

static void
say_ignored(const struct record *r, struct sentence *s)
{
	(void)r;
	snprintf(s->text, sizeof(s->text), "says it is not needed; stays down");
}

static void
say_exited(const struct record *r, struct sentence *s)
{
	const char *reason = text_of(r, "reason");
	char ran[32], how[128], had_said[64];

	s->trouble = strcmp(reason, "exit:0") != 0 &&
	    strcmp(reason, "shutdown") != 0 &&
	    strcmp(reason, "signal:TERM") != 0;
	say_duration(ran, sizeof(ran), number_of(r, "ran_ms"));
	if (record_get(r, "oom") != NULL)
		people_oom(text_of(r, "memory"), how, sizeof(how));
	else
		people_reason(reason, how, sizeof(how));
	if (record_get(r, "link") != NULL)
		snprintf(s->text, sizeof(s->text),
		    "ended with %s, which %s, after %s", text_of(r, "link"),
		    how, ran);
	else
		snprintf(s->text, sizeof(s->text), "%s%s%s, after %s", how,
		    number_of(r, "core") != 0 ? ", core dumped" : "",
		    people_said(text_of(r, "errno"),
			number_of(r, "exit_status"), had_said,
			sizeof(had_said)),
		    ran);
}

static void
say_report(const struct record *r, struct sentence *s)
{
	/* The other contexts are told by the records around them. */
	if (strcmp(text_of(r, "context"), "shutdown_error") != 0)
		return;
	snprintf(s->text, sizeof(s->text), "did not stop cleanly: %s",
	    text_of(r, "reason"));
}

static void
say_restarting(const struct record *r, struct sentence *s)
{
	const char *strategy = text_of(r, "strategy");
	const char *what = "restarts it";
	char later[48] = "", delay[32];

	if (strcmp(strategy, "one_for_all") == 0)
		what = "restarts all its children";
	else if (strcmp(strategy, "rest_for_one") == 0)
		what = "restarts it and those after it";
	if (number_of(r, "delay_ms") > 0) {
		say_duration(delay, sizeof(delay), number_of(r, "delay_ms"));
		snprintf(later, sizeof(later), " in %s", delay);
	}
	snprintf(s->text, sizeof(s->text),
	    "%s %s%s (%" PRId64 " of %" PRId64 " restarts in %" PRId64 " s)",
	    text_of(r, "supervisor"), what, later, number_of(r, "restarts"),
	    number_of(r, "max_restarts"), number_of(r, "max_seconds"));
}

static void
say_stopping(const struct record *r, struct sentence *s)
{
	const char *signal = text_of(r, "signal");

	s->trouble = record_get(r, "silent") != NULL;
	snprintf(s->text, sizeof(s->text), "%s with %s%s",
	    s->trouble ? "gives no sign of life: ending it" : "stopping",
	    *signal != '\0' ? "SIG" : "the end of its input", signal);
}

static void
say_killing(const struct record *r, struct sentence *s)
{
	bool late = record_get(r, "late") != NULL;

	s->trouble = late;
	snprintf(s->text, sizeof(s->text), "%s%s",
	    late ? "did not end in time: SIGKILL" : "killing with SIGKILL",
	    record_get(r, "stop_timeout") != NULL ? " (stop_timeout)" : "");
}

static void
say_leftover(const struct record *r, struct sentence *s)
{
	const char *error = text_of(r, "error");

	s->trouble = true;
	snprintf(s->text, sizeof(s->text),
	    "left process %" PRId64 " behind (%s): SIG%s%s%s",
	    number_of(r, "pid"), text_of(r, "command"), text_of(r, "signal"),
	    *error != '\0' ? " cannot end it: " : "", error);
}

static void
say_gave_up(const struct record *r, struct sentence *s)
{
	s->trouble = true;
	if (record_get(r, "escalated") != NULL) {
		snprintf(s->text, sizeof(s->text), "gives up because of %s",
		    text_of(r, "child"));
		return;
	}
	snprintf(s->text, sizeof(s->text),
	    "gives up: restart %" PRId64 " because of %s, %" PRId64
	    " allowed in %" PRId64 " s",
	    number_of(r, "restarts"), text_of(r, "child"),
	    number_of(r, "max_restarts"), number_of(r, "max_seconds"));
}

static void
say_auto_shutdown(const struct record *r, struct sentence *s)
{
	snprintf(s->text, sizeof(s->text), "shuts down: %s has ended",
	    text_of(r, "child"));
}

static void
say_ended(const struct record *r, struct sentence *s)
{
	const char *reason = text_of(r, "reason");

	if (strcmp(reason, "shutdown") == 0)
		snprintf(s->text, sizeof(s->text), "is down");
	else
		snprintf(s->text, sizeof(s->text), "is down: %s", reason);
}

static void
say_removed(const struct record *r, struct sentence *s)
{
	(void)r;
	snprintf(s->text, sizeof(s->text), "is no longer a child");
}

static void
say_replacing(const struct record *r, struct sentence *s)
{
	(void)r;
	snprintf(s->text, sizeof(s->text), "another run starts beside it");
}

static void
say_replaced(const struct record *r, struct sentence *s)
{
	(void)r;
	snprintf(s->text, sizeof(s->text), "that run has taken its place");
}

static void
say_waiting(const struct record *r, struct sentence *s)
{
	const char *what = "it, pid";
	char left[48] = "";

	if (record_get(r, "pid") == NULL) {
		snprintf(s->text, sizeof(s->text), "a reload waits for it, %s",
		    text_of(r, "message"));
		return;
	}
	if (record_get(r, "child") == NULL)
		what = "process";
	else if (record_get(r, "remains") != NULL)
		what = "what is left of it, group";
	if (record_get(r, "left_ms") != NULL)
		snprintf(left, sizeof(left), ", %" PRId64 " s left",
		    (number_of(r, "left_ms") + 999) / 1000);
	snprintf(s->text, sizeof(s->text), "waiting for %s %" PRId64 "%s", what,
	    number_of(r, "pid"), left);
}

static void
say_signal(const struct record *r, struct sentence *s)
{
	snprintf(s->text, sizeof(s->text), "received SIG%s, %s",
	    text_of(r, "signal"), text_of(r, "action"));
}

static void
say_request(const struct record *r, struct sentence *s)
{
	snprintf(s->text, sizeof(s->text),
	    "asked for %s by pid %" PRId64 " of user %" PRId64 ", %s",
	    text_of(r, "request"), number_of(r, "from"), number_of(r, "uid"),
	    text_of(r, "action"));
}

static void
say_lost(const struct record *r, struct sentence *s)
{
	int64_t count = number_of(r, "count");
	const char *file = text_of(r, "file");

	s->trouble = true;
	if (*file == '\0')
		snprintf(s->text, sizeof(s->text),
		    "%" PRId64 " record%s missing here, not read in time",
		    count, count == 1 ? " is" : "s are");
	else
		snprintf(s->text, sizeof(s->text),
		    "%" PRId64 " line%s lost: %s could not be written to",
		    count, count == 1 ? " is" : "s are", file);
}

static void
say_engine_died(const struct record *r, struct sentence *s)
{
	s->trouble = true;
	snprintf(s->text, sizeof(s->text),
	    "the engine, pid %" PRId64 ", died of %s; its processes are ended",
	    number_of(r, "pid"), text_of(r, "reason"));
}

static void
say_engine_started(const struct record *r, struct sentence *s)
{
	snprintf(s->text, sizeof(s->text), "a new engine runs, pid %" PRId64,
	    number_of(r, "pid"));
}

static void
say_guardian_died(const struct record *r, struct sentence *s)
{
	s->trouble = true;
	snprintf(s->text, sizeof(s->text),
	    "the guardian, pid %" PRId64 ", died; everything stops",
	    number_of(r, "pid"));
}

static void
say_message(const struct record *r, struct sentence *s)
{
	s->trouble = true;
	snprintf(s->text, sizeof(s->text), "%s: %s",
	    record_event_text[r->event], text_of(r, "message"));
}

static void (*const sentences[RECORD_NEVENTS])(const struct record *,
    struct sentence *) = {
	[RECORD_STARTING] = say_starting,
	[RECORD_STARTED] = say_started,
	[RECORD_START_FAILED] = say_start_failed,
	[RECORD_IGNORED] = say_ignored,
	[RECORD_EXITED] = say_exited,
	[RECORD_CAUGHT] = say_caught,
	[RECORD_COMMAND_FAILED] = say_command_failed,
	[RECORD_CHECK_FAILED] = say_check_failed,
	[RECORD_REPORT] = say_report,
	[RECORD_RESTARTING] = say_restarting,
	[RECORD_STOPPING] = say_stopping,
	[RECORD_KILLING] = say_killing,
	[RECORD_LEFTOVER] = say_leftover,
	[RECORD_GAVE_UP] = say_gave_up,
	[RECORD_AUTO_SHUTDOWN] = say_auto_shutdown,
	[RECORD_ENDED] = say_ended,
	[RECORD_REMOVED] = say_removed,
	[RECORD_REPLACING] = say_replacing,
	[RECORD_REPLACED] = say_replaced,
	[RECORD_WAITING] = say_waiting,
	[RECORD_SIGNAL] = say_signal,
	[RECORD_REQUEST] = say_request,
	[RECORD_LOST] = say_lost,
	[RECORD_ENGINE_DIED] = say_engine_died,
	[RECORD_ENGINE_STARTED] = say_engine_started,
	[RECORD_GUARDIAN_DIED] = say_guardian_died,
	[RECORD_WARNING] = say_message,
	[RECORD_ERROR] = say_message,
};

/* Whom the sentence is about. */
static const char *
subject(const struct record *r)
{
	const char *child = text_of(r, "child");
	const char *supervisor = text_of(r, "supervisor");

	if (r->event == RECORD_GAVE_UP || r->event == RECORD_AUTO_SHUTDOWN)
		return supervisor;
	if (*child != '\0')
		return child;
	return *supervisor != '\0' ? supervisor : "supervise";
}

size_t
people_line(const struct record *record, bool colour,
    char line[static RECORD_LINE_MAX])
{
	struct sentence s = { .trouble = false };
	const char *name = subject(record);
	time_t now = time(NULL);
	char clock[16] = "";
	struct tm tm;
	int len;

	if (sentences[record->event] != NULL)
		sentences[record->event](record, &s);
	if (s.text[0] == '\0')
		return 0;
	if (localtime_r(&now, &tm) != NULL)
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	if (colour)
		len = snprintf(line, RECORD_LINE_MAX,
		    "\033[2m%s\033[0m \033[%dm%-*s\033[0m %s%s%s\n", clock,
		    name_colour(name), NAME_WIDTH, name,
		    s.trouble ? "\033[31m" : "", s.text,
		    s.trouble ? "\033[0m" : "");
	else
		len = snprintf(line, RECORD_LINE_MAX, "%s %-*s %s\n", clock,
		    NAME_WIDTH, name, s.text);
	if (len >= RECORD_LINE_MAX) {
		line[RECORD_LINE_MAX - 2] = '\n';
		len = RECORD_LINE_MAX - 1;
	}
	return len > 0 ? (size_t)len : 0;
}
