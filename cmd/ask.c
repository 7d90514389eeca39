/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/ask.h"
#include "cmd/options.h"
#include "cmd/place.h"
#include "control/code.h"
#include "control/place.h"
#include "os/clock.h"

void
ask_begin(struct ask *ask, const struct globals *globals)
{
	*ask = (struct ask){
		.session = { .fd = -1 },
		.globals = globals,
		.deadline_ns = CLOCK_NEVER,
	};
}

void
ask_limit(struct ask *ask, int64_t ms)
{
	if (ms >= 0)
		ask->deadline_ns = clock_now_ns() + ms * NS_PER_MS;
}

static void
fail(struct ask *ask, int status, const char *message)
{
	ask->over = true;
	ask->status = status;
	if (status != STATUS_OK)
		complain("%s", message);
}

/* What it means that the supervisor cannot be reached. */
static int
status_of(const struct ask *ask, int error)
{
	switch (error) {
	case -ENOENT:
	case -ECONNREFUSED:
		return ask->absent_ok ? STATUS_OK : STATUS_NO_SUPERVISOR;
	case -ENOTUNIQ:
		return STATUS_NO_SUPERVISOR;
	case -EINVAL:
	case -ENAMETOOLONG:
		return STATUS_USAGE;
	case -ETIMEDOUT:
		return STATUS_TIME_LIMIT;
	default:
		return STATUS_FAILED;
	}
}

static void
connect_to(struct ask *ask)
{
	const struct globals *globals = ask->globals;
	const struct control_wish wish = place_wish(globals);
	/* Pages of the stack would be cleared for little text. */
	static struct control_place place;
	static char why[CONTROL_WHY_SIZE];
	int error;

	if (globals->socket == NULL && globals->label == NULL && wish.named &&
	    access(wish.file, F_OK) == -1) {
		snprintf(why, sizeof(why), "cannot find %s: %s", wish.file,
		    strerror(errno));
		fail(ask, STATUS_USAGE, why);
		return;
	}
	error = control_place_find(&wish, &place, why);
	if (error == 0)
		error = control_session_open(&ask->session, &place,
		    ask->deadline_ns, why);
	if (error < 0)
		fail(ask, status_of(ask, error), why);
	ask->open = error == 0;
	ask->place = &place;
}

/* The connection does not serve any more. */
static void
lose(struct ask *ask, int error)
{
	if (error == -ETIMEDOUT)
		fail(ask, STATUS_TIME_LIMIT, "not within the time limit");
	else if (error == -ECONNRESET)
		fail(ask, STATUS_FAILED,
		    "the supervisor went away in the middle of its answer");
	else if (error == -EPROTO)
		fail(ask, STATUS_FAILED, "what answers is no supervisor");
	else if (error == -E2BIG)
		fail(ask, STATUS_USAGE, "the request is over 64 KiB");
	else if (error == -EINVAL)
		fail(ask, STATUS_USAGE,
		    "there is a control character in the request");
	else
		fail(ask, STATUS_FAILED, strerror(-error));
}

static size_t
count(const char *const *words)
{
	size_t n = 0;

	while (words[n] != NULL)
		n++;
	return n;
}

void
ask_for(struct ask *ask, const char *const *verb, char **words)
{
	const char *const *rest = (const char *const *)words;
	size_t nverb = count(verb), nrest = count(rest);
	const char **all;
	int error = -ENOMEM;

	if (!ask->open && !ask->over)
		connect_to(ask);
	if (!ask->open)
		return;
	ask->over = false;
	all = calloc(nverb + nrest + 1, sizeof(*all));
	if (all != NULL) {
		memcpy(all, verb, nverb * sizeof(*all));
		memcpy(all + nverb, rest, nrest * sizeof(*all));
		error = control_session_ask(&ask->session, nverb + nrest, all,
		    ask->deadline_ns);
	}
	free(all);
	if (error < 0)
		lose(ask, error);
}

/* The answer ends with an error. */
static void
refused(struct ask *ask)
{
	const char *code = ask_text(ask, "code");
	bool ended = strcmp(code, control_code_text[CONTROL_ENDED]) == 0;

	if (ended && ask->ended_ok)
		ask->over = true;
	else
		fail(ask, control_code_status(code), ask_text(ask, "message"));
}

/* Reads a record; `deadline_ns` may be earlier than that of everything. */
static bool
next_until(struct ask *ask, int64_t deadline_ns)
{
	int got;

	if (ask->over || !ask->open)
		return false;
	got = control_session_next(&ask->session, &ask->record, deadline_ns);
	if (got == CONTROL_GOT_RECORD)
		return true;
	if (got == -ETIMEDOUT && deadline_ns < ask->deadline_ns)
		return false;
	ask->over = true;
	if (got < 0)
		lose(ask, got);
	else if (got == CONTROL_GOT_ERROR)
		refused(ask);
	return false;
}

bool
ask_next(struct ask *ask)
{
	return next_until(ask, ask->deadline_ns);
}

bool
ask_try(struct ask *ask)
{
	return next_until(ask, 0);
}

bool
ask_json(const struct ask *ask)
{
	/* Too much to be cleared on the stack for each of many records. */
	static char line[RECORD_JSON_MAX];
	size_t len;

	if (!ask->globals->json)
		return false;
	len = record_parsed_json(&ask->record, line);
	fwrite(line, 1, len, stdout);
	return true;
}

int64_t
ask_number(const struct ask *ask, const char *key, int64_t otherwise)
{
	return record_parsed_number(&ask->record, key, otherwise);
}

const char *
ask_text(const struct ask *ask, const char *key)
{
	return record_parsed_text(&ask->record, key);
}

const char *
ask_subject(const struct ask *ask)
{
	return record_parsed_subject(&ask->record);
}

int
ask_end(struct ask *ask)
{
	control_session_close(&ask->session);
	return ask->status;
}
