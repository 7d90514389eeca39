/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/policy.h"
#include "base/units.h"
#include "cmd/ask.h"
#include "cmd/options.h"
#include "cmd/rows.h"
#include "cmd/words.h"
#include "core/child.h"
#include "engine/history.h"
#include "engine/people.h"
#include "log/memory.h"

const char why_help[] =
    "  supervise why api          why did it restart, and how often may it?\n"
    "  supervise why 'web/*'      several\n"
    "  supervise why --json api   the facts, for programs\n"
    "\n"
    "Tells the last ten ends of a child, the latest first: when, how, after\n"
    "how long, and what was behind it: its own end, that of a sibling under\n"
    "its supervisor's strategy, that of a child it was linked to, or a\n"
    "request. Then how many restarts its supervisor has left before it gives\n"
    "up, when the next start is due if it is delayed, and the last ten lines\n"
    "that it wrote, unless its output is inherited.\n";

/* Room of a sentence about an end. */
#define HOW_SIZE 128

/* One of a child's last ends. */
struct past {
	const char *at; /* the stamp */
	const char *reason;
	const char *cause;
	const char *by; /* cause `sibling`, `link`: its path, or words */
	const char *by_reason;
	const char *strategy;
	const char *outcome;
	int64_t run;
	int64_t ran_ms;
};

/* What there is to tell about a child. */
struct story {
	const char *name;
	const char *state;
	const char *pid;
	const char *reason; /* of the last end */
	const char *restart;
	const char *under; /* its supervisor; "": it is the root */
	const char *strategy;
	int64_t run;
	int64_t up_ms;  /* -1: is not up */
	int64_t due_ms; /* -1: no start is due */
	int64_t restarts;
	int64_t max_restarts;
	int64_t max_seconds;
	struct past past[HISTORY_ENDS];
	size_t npast;
	const char *lines[LOG_LAST_MAX]; /* that it wrote last */
	size_t nlines;
};

struct stories {
	struct story *items; /* owned */
	size_t n;
	struct arena texts;
	bool colour;
	struct ask *ask;
};

/* A copy of a field of the record at hand. */
static char *
keep(struct stories *s, const char *key)
{
	const char *text = ask_text(s->ask, key);
	char *kept = arena_text(&s->texts, text, strlen(text));

	if (kept == NULL)
		no_memory();
	return kept;
}

/* What a record has for a field of a story, or of one of its ends. */
struct part {
	const char *key;
	unsigned short offset;
	bool is_number;
	signed char otherwise; /* the number where the record has none */
};

#define TEXT(of, field)                                      \
	{                                                    \
#field, offsetof(struct of, field), false, 0 \
	}
#define NUMBER(of, field, missing)                                \
	{                                                         \
#field, offsetof(struct of, field), true, missing \
	}

static const struct part story_parts[] = {
	TEXT(story, state),
	TEXT(story, pid),
	TEXT(story, reason),
	TEXT(story, restart),
	TEXT(story, under),
	TEXT(story, strategy),
	NUMBER(story, run, 0),
	NUMBER(story, up_ms, -1),
	NUMBER(story, due_ms, -1),
	NUMBER(story, restarts, 0),
	NUMBER(story, max_restarts, 0),
	NUMBER(story, max_seconds, 0),
	{ NULL, 0, false, 0 },
};

static const struct part past_parts[] = {
	TEXT(past, at),
	TEXT(past, reason),
	TEXT(past, cause),
	TEXT(past, by),
	TEXT(past, by_reason),
	TEXT(past, strategy),
	TEXT(past, outcome),
	NUMBER(past, run, 0),
	NUMBER(past, ran_ms, 0),
	{ NULL, 0, false, 0 },
};

static void
take_parts(struct stories *s, const struct part *part, void *to)
{
	for (; part->key != NULL; part++) {
		void *field = (char *)to + part->offset;

		if (part->is_number)
			*(int64_t *)field =
			    ask_number(s->ask, part->key, part->otherwise);
		else
			*(const char **)field = keep(s, part->key);
	}
}

static void
take_why(struct stories *s)
{
	bool worker = record_parsed_get(&s->ask->record, "child") != NULL;
	struct story *story;

	s->items = reallocarray(s->items, s->n + 1, sizeof(*s->items));
	if (s->items == NULL)
		no_memory();
	story = &s->items[s->n++];
	story->name = keep(s, worker ? "child" : "supervisor");
	story->npast = 0;
	story->nlines = 0;
	take_parts(s, story_parts, story);
}

static void
take_end(struct stories *s)
{
	struct story *story;

	if (s->n == 0 || s->items[s->n - 1].npast == HISTORY_ENDS)
		return;
	story = &s->items[s->n - 1];
	take_parts(s, past_parts, &story->past[story->npast++]);
}

static void
take_line(struct stories *s)
{
	struct story *story;

	if (s->n == 0 || s->items[s->n - 1].nlines == LOG_LAST_MAX)
		return;
	story = &s->items[s->n - 1];
	story->lines[story->nlines++] = keep(s, "text");
}

static void
take(struct stories *s)
{
	if (strcmp(s->ask->record.event, "why") == 0)
		take_why(s);
	else if (strcmp(s->ask->record.event, "end") == 0)
		take_end(s);
	else if (strcmp(s->ask->record.event, "output") == 0)
		take_line(s);
}

static bool
is_cause(const struct past *past, enum history_cause cause)
{
	return strcmp(past->cause, history_cause_text[cause]) == 0;
}

/* What a supervisor of this strategy does when a child has ended. */
static const char *
consequence(const char *strategy)
{
	if (strcmp(strategy, strategy_text[STRATEGY_ONE_FOR_ALL]) == 0)
		return "restarted all its children";
	if (strcmp(strategy, strategy_text[STRATEGY_REST_FOR_ONE]) == 0)
		return "restarted it and those after it";
	return "restarted it";
}

static bool
is_outcome(const struct past *past, enum history_outcome outcome)
{
	return strcmp(past->outcome, history_outcome_text[outcome]) == 0;
}

/* Its supervisor has decided to restart it. */
static void
tell_restart(const struct story *story, const struct past *past)
{
	char span[WORDS_SIZE];

	if (past->run < story->run)
		printf("%s %s (%s)", story->under, consequence(past->strategy),
		    past->strategy);
	else if (story->due_ms >= 0)
		printf("%s starts it again in %s", story->under,
		    words_span(story->due_ms, span));
	else if (strcmp(story->state, child_state_text[CHILD_DOWN]) == 0)
		printf("%s was to restart it, which was called off",
		    story->under);
	else
		printf("%s is about to restart it", story->under);
}

/* Nothing has followed from its end, at least so far. */
static void
tell_rest(const struct story *story, const struct past *past)
{
	if (past->run < story->run)
		printf("no restart came of it");
	else if (strcmp(story->state, child_state_text[CHILD_DOWN]) != 0)
		printf("%s has not dealt with it yet", story->under);
	else if (strcmp(story->restart, restart_text[RESTART_TEMPORARY]) == 0)
		printf("it is temporary and stays down");
	else if (strcmp(story->restart, restart_text[RESTART_TRANSIENT]) == 0 &&
	    strcmp(past->reason, "exit:0") == 0)
		printf("it is transient and has done its work");
	else
		printf("it stays down");
}

/* What has followed from an end that its supervisor had to deal with. */
static void
tell_outcome(const struct story *story, const struct past *past)
{
	if (*story->under == '\0')
		printf("everything stopped");
	else if (is_outcome(past, HISTORY_RESTART))
		tell_restart(story, past);
	else if (is_outcome(past, HISTORY_GAVE_UP))
		printf("a restart would have been one too many, %s gave up",
		    story->under);
	else if (is_outcome(past, HISTORY_AUTO_SHUTDOWN))
		printf("%s ended with it (auto_shutdown)", story->under);
	else if (is_outcome(past, HISTORY_IGNORED))
		printf("it said that it is not needed");
	else if (is_outcome(past, HISTORY_CAUGHT))
		printf("a catch line says that it stays down");
	else if (is_outcome(past, HISTORY_ESCALATED))
		printf("a catch line says escalate, %s gave up", story->under);
	else
		tell_rest(story, past);
}

static void
tell_sibling(const struct story *story, const struct past *past)
{
	bool all =
	    strcmp(past->strategy, strategy_text[STRATEGY_ONE_FOR_ALL]) == 0;
	char how[HOW_SIZE];

	printf("because %s %s: %s is %s, %s", past->by,
	    people_reason(past->by_reason, how, sizeof(how)), story->under,
	    past->strategy,
	    all ? "all its children restart together" :
		  "those after it restart with it");
}

static void
tell_own(const struct story *story, const struct past *past)
{
	printf("by itself; ");
	tell_outcome(story, past);
}

/* The reason is that of the other one, whose end was an exit signal. */
static void
tell_link(const struct story *story, const struct past *past)
{
	char how[HOW_SIZE];

	printf("link:%s %s; ", past->by,
	    people_reason(past->reason, how, sizeof(how)));
	tell_outcome(story, past);
}

static void
tell_past(struct stories *s, const struct story *story, const struct past *past)
{
	char time[WORDS_SIZE], span[WORDS_SIZE], how[HOW_SIZE];
	bool trouble =
	    (is_cause(past, HISTORY_ITSELF) || is_cause(past, HISTORY_LINK)) &&
	    strcmp(past->reason, "exit:0") != 0;

	words_time(past->at, time);
	if (is_cause(past, HISTORY_LINK))
		strlcpy(how, "ended by a link", sizeof(how));
	else
		people_reason(past->reason, how, sizeof(how));
	printf("  %s  run %" PRId64 " %s%s%s, after %s\n  %*s  ", time,
	    past->run, s->colour && trouble ? "\033[31m" : "", how,
	    s->colour && trouble ? "\033[0m" : "",
	    words_span(past->ran_ms, span), (int)strlen(time), "");
	if (is_cause(past, HISTORY_ITSELF))
		tell_own(story, past);
	else if (is_cause(past, HISTORY_LINK))
		tell_link(story, past);
	else if (is_cause(past, HISTORY_SIBLING))
		tell_sibling(story, past);
	else if (is_cause(past, HISTORY_REQUEST))
		printf("on request");
	else if (*story->under != '\0')
		printf("because its supervisor %s stopped", story->under);
	else
		printf("because everything stopped");
	putchar('\n');
}

static void
tell_state(const struct stories *s, const struct story *story)
{
	const char *colour = rows_colour(story->state, story->reason);
	char span[WORDS_SIZE];

	printf("%s is ", story->name);
	if (s->colour)
		printf("\033[%sm%s\033[0m", colour, story->state);
	else
		printf("%s", story->state);
	if (story->up_ms >= 0)
		printf(" for %s", words_span(story->up_ms, span));
	if (*story->pid != '\0')
		printf(", pid %s", story->pid);
	printf(", run %" PRId64, story->run);
	if (*story->under != '\0')
		printf(" (%s)", story->restart);
	putchar('\n');
	if (story->npast == 0)
		puts("  it has not ended so far");
}

static void
tell_budget(const struct story *story)
{
	int64_t left = story->max_restarts - story->restarts;
	char span[WORDS_SIZE];

	if (story->due_ms >= 0)
		printf("  the next start is due in %s\n",
		    words_span(story->due_ms, span));
	if (*story->under == '\0')
		return;
	printf("  %s has used %" PRId64 " of %" PRId64 " restarts in %" PRId64
	       "s, ",
	    story->under, story->restarts, story->max_restarts,
	    story->max_seconds);
	if (left > 0)
		printf("%" PRId64 " left\n", left);
	else
		printf("it gives up at the next\n");
}

static void
tell_lines(const struct story *story)
{
	if (story->nlines > 0)
		puts("  the last that it wrote:");
	for (size_t i = 0; i < story->nlines; i++)
		printf("    | %s\n", story->lines[i]);
}

int
why_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "why", NULL };
	char **names = options_words(globals, argc, argv, 1, argc);
	struct ask ask;
	struct stories s = {
		.colour = options_colour(STDOUT_FILENO),
		.ask = &ask,
	};

	if (names == NULL)
		return STATUS_USAGE;
	arena_init(&s.texts, 0, NULL);
	ask_begin(&ask, globals);
	ask_for(&ask, verb, names);
	while (ask_next(&ask))
		if (!ask_json(&ask))
			take(&s);
	for (size_t i = 0; i < s.n; i++) {
		const struct story *story = &s.items[i];

		if (i > 0)
			putchar('\n');
		tell_state(&s, story);
		for (size_t k = 0; k < story->npast; k++)
			tell_past(&s, story, &story->past[k]);
		tell_budget(story);
		tell_lines(story);
	}
	arena_fini(&s.texts);
	free(s.items);
	return ask_end(&ask);
}
