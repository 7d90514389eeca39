/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "cmd/ask.h"
#include "cmd/options.h"
#include "cmd/why.h"

const char why_help[] =
    "  supervise why api          why did it restart, and how often may it?\n"
    "  supervise why 'web/*'      several\n"
    "  supervise why --json api   the facts, for programs\n"
    "\n"
    "Tells the last ten ends of a child, the latest first: when, how, after\n"
    "how long, and what was behind it: its own end, that of a sibling under\n"
    "its supervisor's strategy, that of a child it was linked to, a request, a\n"
    "reload; and the first of ends that have led to each other. Then how many\n"
    "restarts its supervisor has left before it gives up, when the next start\n"
    "is due if it is delayed, and the last ten lines that it wrote, unless its\n"
    "output is inherited. Also of the last 32 that were removed.\n";

struct stories {
	struct story *items; /* owned */
	size_t n;
	struct arena texts;
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
	TEXT(past, first),
	TEXT(past, first_reason),
	TEXT(past, behind),
	TEXT(past, strategy),
	TEXT(past, outcome),
	TEXT(past, oom),
	TEXT(past, memory),
	/* Which is a macro. */
	{ "errno", offsetof(struct past, said), false, 0 },
	TEXT(past, error),
	TEXT(past, caught),
	TEXT(past, signal),
	NUMBER(past, run, 0),
	NUMBER(past, by_run, -1),
	NUMBER(past, ran_ms, 0),
	NUMBER(past, exit_status, 0),
	NUMBER(past, from, -1),
	NUMBER(past, uid, -1),
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

int
why_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "why", NULL };
	char **names = options_words(globals, argc, argv, 1, argc);
	bool colour = options_colour(STDOUT_FILENO);
	struct ask ask;
	struct stories s = { .ask = &ask };

	if (names == NULL)
		return STATUS_USAGE;
	arena_init(&s.texts, 0, NULL);
	ask_begin(&ask, globals);
	ask_for(&ask, verb, names);
	while (ask_next(&ask))
		if (!ask_json(&ask))
			take(&s);
	for (size_t i = 0; i < s.n; i++) {
		if (i > 0)
			putchar('\n');
		why_tell(&s.items[i], colour);
	}
	arena_fini(&s.texts);
	free(s.items);
	return ask_end(&ask);
}
