/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cmd/top/source.h"
#include "os/clock.h"

/* How long an engine may take for what it answers at once. */
#define ANSWER_NS (5 * NS_PER_S)

void
top_source_init(struct top_source *source, const char *path, const char *label)
{
	*source = (struct top_source){ .doing = "" };
	(void)strlcpy(source->place.path, path, sizeof(source->place.path));
	(void)strlcpy(source->place.label, label, sizeof(source->place.label));
	for (int i = 0; i < TOP_NSESSIONS; i++)
		source->sessions[i].fd = -1;
}

void
top_source_fini(struct top_source *source)
{
	for (int i = 0; i < TOP_NSESSIONS; i++)
		control_session_close(&source->sessions[i]);
}

/* What is there to be read in the bottom line. */
static void say(struct top_source *source, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct top_source *source, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(source->said, TOP_SAID_SIZE, format, args);
	va_end(args);
}

/* Sends a request on a connection, which is made if it is not there. */
static int
ask(struct top_source *source, enum top_session which, size_t nwords,
    const char *const *words)
{
	struct control_session *session = &source->sessions[which];
	int64_t deadline_ns = clock_now_ns() + ANSWER_NS;
	static char why[CONTROL_WHY_SIZE];
	int error = 0;

	if (session->fd == -1) {
		error = control_session_open(session, &source->place,
		    deadline_ns, why);
		if (error < 0)
			say(source, "%s", why);
	}
	if (error == 0)
		error =
		    control_session_ask(session, nwords, words, deadline_ns);
	return error;
}

/* The next record of one that is not waited for; NULL: none as yet. */
static const struct record_parsed *
next(struct top_source *source, enum top_session which)
{
	struct control_session *session = &source->sessions[which];
	static struct record_parsed record;
	int got;

	if (session->fd == -1)
		return NULL;
	got = control_session_next(session, &record, 0);
	if (got == CONTROL_GOT_RECORD)
		return &record;
	if (got != -ETIMEDOUT)
		control_session_close(session);
	return NULL;
}

/* ------------------------------------------------------------------ looks */

/* Reads an answer that comes at once, each record by `take`. */
static int
read_all(struct top_source *source, struct top_model *model,
    bool (*take)(struct top_model *model, const struct record_parsed *record))
{
	struct control_session *session = &source->sessions[TOP_LOOKS];
	int64_t deadline_ns = clock_now_ns() + ANSWER_NS;
	static struct record_parsed record;
	int got;

	for (;;) {
		got = control_session_next(session, &record, deadline_ns);
		if (got != CONTROL_GOT_RECORD)
			break;
		if (!take(model, &record))
			return -ENOMEM;
	}
	if (got == CONTROL_GOT_ERROR) {
		say(source, "%s", record_parsed_text(&record, "message"));
		return -ECONNREFUSED;
	}
	if (got < 0)
		say(source, "no answer from the supervisor at %s: %s",
		    source->place.path, strerror(-got));
	return got < 0 ? got : 0;
}

static int
measure(struct top_model *model)
{
	size_t n;
	struct usage *usage = top_usage_wanted(model, &n);

	if (usage == NULL)
		return -ENOMEM;
	/* Without /proc all are empty, which is not known then. */
	(void)usage_read(usage, n);
	top_usage_take(model, usage, n, clock_now_ns());
	return 0;
}

int
top_source_look(struct top_source *source, struct top_model *model)
{
	static const char *const words[] = { "status" };
	int error = ask(source, TOP_LOOKS, 1, words);

	top_look_begin(model);
	if (error == 0)
		error = read_all(source, model, top_look_take);
	if (error == 0)
		error = measure(model);
	if (error == 0 && !top_look_end(model))
		error = -ENOMEM;
	if (error < 0)
		top_source_fini(source);
	return error;
}

int
top_source_last(struct top_source *source, struct top_model *model)
{
	static const char *const words[] = { "logs" };
	int error = ask(source, TOP_LOOKS, 1, words);

	return error < 0 ? error : read_all(source, model, top_line_take);
}

void
top_source_listen(struct top_source *source)
{
	static const char *const events[] = { "events" };
	static const char *const lines[] = { "logs", "--follow" };

	if (source->sessions[TOP_EVENTS].fd == -1)
		(void)ask(source, TOP_EVENTS, 1, events);
	if (source->sessions[TOP_LINES].fd == -1)
		(void)ask(source, TOP_LINES, 2, lines);
}

void
top_source_poll(const struct top_source *source, struct pollfd *polls)
{
	for (int i = 0; i < TOP_NSESSIONS; i++)
		polls[i] = (struct pollfd){
			.fd = i == TOP_LOOKS ? -1 : source->sessions[i].fd,
			.events = POLLIN,
		};
}

bool
top_source_happened(struct top_source *source)
{
	bool any = false;

	for (size_t i = 0; i < TOP_TURN_MAX; i++) {
		if (next(source, TOP_EVENTS) == NULL)
			break;
		any = true;
	}
	return any;
}

/* ------------------------------------------------------------------- acts */

bool
top_source_act(struct top_source *source, const char *const *words)
{
	size_t n = 0;

	if (*source->doing != '\0') {
		say(source, "not yet: %s", source->doing);
		return false;
	}
	for (; words[n] != NULL; n++) {
		(void)strlcat(source->doing, n > 0 ? " " : "", TOP_SAID_SIZE);
		(void)strlcat(source->doing, words[n], TOP_SAID_SIZE);
	}
	*source->said = '\0';
	if (ask(source, TOP_ACT, n, words) == 0)
		return true;
	control_session_close(&source->sessions[TOP_ACT]);
	*source->doing = '\0';
	return false;
}

bool
top_source_acted(struct top_source *source)
{
	struct control_session *session = &source->sessions[TOP_ACT];
	static struct record_parsed record;
	int got = 0;

	if (session->fd == -1)
		return false;
	do {
		got = control_session_next(session, &record, 0);
	} while (got == CONTROL_GOT_RECORD);
	if (got == -ETIMEDOUT)
		return false;
	say(source, "%s: %s", source->doing,
	    got == CONTROL_GOT_OK ? "done" :
		got == CONTROL_GOT_ERROR ?
				    record_parsed_text(&record, "message") :
				    strerror(-got));
	*source->doing = '\0';
	control_session_close(session);
	return true;
}

/* ------------------------------------------------------------------ lines */

bool
top_source_lines(struct top_source *source, struct top_model *model)
{
	for (size_t i = 0; i < TOP_TURN_MAX; i++) {
		const struct record_parsed *record = next(source, TOP_LINES);

		if (record == NULL)
			return false;
		/* One that there is no memory for is not shown. */
		(void)top_line_take(model, record);
	}
	return true;
}

void
top_source_follow(struct top_source *source, const char *name)
{
	const char *const words[] = { "logs", "--follow", name };

	control_session_close(&source->sessions[TOP_FOLLOW]);
	if (name != NULL && ask(source, TOP_FOLLOW, 3, words) < 0)
		control_session_close(&source->sessions[TOP_FOLLOW]);
}

const char *
top_source_followed(struct top_source *source)
{
	const struct record_parsed *record = next(source, TOP_FOLLOW);

	if (record == NULL)
		return NULL;
	return strcmp(record->event, "lost") == 0 ?
	    "(lines were lost)" :
	    record_parsed_text(record, "text");
}
