/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "cmd/ask.h"
#include "cmd/options.h"
#include "cmd/rows.h"
#include "cmd/words.h"
#include "conf/conf.h"
#include "core/child.h"

const char tree_help[] =
    "  supervise tree            the whole tree\n"
    "  LC_ALL=C supervise tree   drawn in ASCII\n"
    "\n"
    "  root  rest_for_one, 0/3 in 5s\n"
    "  |-- cache  up 3m12s, pid 42\n"
    "  `-- web  one_for_all, 1/3 in 5s\n"
    "      `-- api  up 4.0s, pid 57, 1 restart, last signal:SEGV\n"
    "\n"
    "Draws supervisors with strategy and the restarts used of those that are\n"
    "allowed, workers with state, process and last end.\n";

/* Most of a line, the drawing left out. */
#define LINE_SIZE 400

/* One child of the drawing. */
struct node {
	unsigned depth; /* 0: the root */
	bool last;      /* of its siblings */
	const char *line;
};

struct drawing {
	struct node *nodes; /* owned */
	size_t n;
	size_t room;
	struct arena lines;
	bool colour;
};

/* How deep in the tree: a slash for each level below the root's. */
static unsigned
depth_of(const struct ask *ask, bool first)
{
	const char *path = ask_subject(ask);
	unsigned depth = first ? 0 : 1;

	while ((path = strchr(path, '/')) != NULL) {
		depth++;
		path++;
	}
	return depth;
}

static const char *
own_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Adds text to a line; what does not fit is left out. */
static void add(char line[static LINE_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(char line[static LINE_SIZE], const char *format, ...)
{
	size_t len = strlen(line);
	va_list args;

	va_start(args, format);
	vsnprintf(line + len, LINE_SIZE - len, format, args);
	va_end(args);
}

static void
add_state(const struct drawing *d, const struct ask *ask,
    char line[static LINE_SIZE])
{
	const char *state = ask_text(ask, "state");

	if (d->colour)
		add(line, "\033[%sm%s\033[0m",
		    rows_colour(state, ask_text(ask, "reason")), state);
	else
		add(line, "%s", state);
}

static void
describe_sup(const struct drawing *d, const struct ask *ask,
    char line[static LINE_SIZE])
{
	add(line, "%s, %" PRId64 "/%" PRId64 " in %" PRId64 "s",
	    ask_text(ask, "strategy"), ask_number(ask, "restarts", 0),
	    ask_number(ask, "max_restarts", 0),
	    ask_number(ask, "max_seconds", 0));
	if (strcmp(ask_text(ask, "state"), child_state_text[CHILD_UP]) == 0)
		return;
	add(line, ", ");
	add_state(d, ask, line);
}

static void
describe_worker(const struct drawing *d, const struct ask *ask,
    char line[static LINE_SIZE])
{
	int64_t up_ms = ask_number(ask, "up_ms", -1);
	int64_t due_ms = ask_number(ask, "due_ms", -1);
	int64_t run = ask_number(ask, "run", 0);
	const char *reason = ask_text(ask, "reason");
	const char *pid = ask_text(ask, "pid");
	char span[WORDS_SIZE];

	add_state(d, ask, line);
	if (up_ms >= 0)
		add(line, " %s", words_span(up_ms, span));
	if (due_ms >= 0)
		add(line, " in %s", words_span(due_ms, span));
	if (*pid != '\0')
		add(line, ", pid %s", pid);
	if (run > 1)
		add(line, ", %" PRId64 " restart%s", run - 1,
		    run > 2 ? "s" : "");
	if (*reason != '\0')
		add(line, ", last %s", reason);
}

static void
take(struct drawing *d, const struct ask *ask)
{
	char line[LINE_SIZE] = "";
	struct node *node;

	if (d->n == d->room) {
		d->room = d->room == 0 ? 64 : 2 * d->room;
		d->nodes = reallocarray(d->nodes, d->room, sizeof(*d->nodes));
		if (d->nodes == NULL)
			no_memory();
	}
	add(line, "%s  ", own_name(ask_subject(ask)));
	if (*ask_text(ask, "strategy") != '\0')
		describe_sup(d, ask, line);
	else
		describe_worker(d, ask, line);
	node = &d->nodes[d->n];
	node->depth = depth_of(ask, d->n == 0);
	node->line = arena_text(&d->lines, line, strlen(line));
	if (node->line == NULL)
		no_memory();
	d->n++;
}

/* Finds the last of each family, from behind. */
static void
find_last(struct drawing *d)
{
	bool later[CONF_NESTING_MAX + 2] = { false };

	for (size_t i = d->n; i-- > 0;) {
		unsigned depth = d->nodes[i].depth;

		if (depth > CONF_NESTING_MAX)
			depth = CONF_NESTING_MAX;
		d->nodes[i].depth = depth;
		d->nodes[i].last = !later[depth];
		later[depth] = true;
		later[depth + 1] = false;
	}
}

static void
draw(struct drawing *d)
{
	bool last[CONF_NESTING_MAX + 1] = { false };

	find_last(d);
	for (size_t i = 0; i < d->n; i++) {
		const struct node *node = &d->nodes[i];

		last[node->depth] = node->last;
		for (unsigned depth = 1; depth < node->depth; depth++)
			fputs(words_trunk(last[depth]), stdout);
		if (node->depth > 0)
			fputs(words_branch(node->last), stdout);
		puts(node->line);
	}
}

int
tree_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "status", NULL };
	char **words = options_words(globals, argc, argv, 0, 0);
	struct drawing d = { .colour = options_colour(STDOUT_FILENO) };
	struct ask ask;

	if (words == NULL)
		return STATUS_USAGE;
	arena_init(&d.lines, 0, NULL);
	ask_begin(&ask, globals);
	ask_for(&ask, verb, words);
	while (ask_next(&ask))
		if (!ask_json(&ask))
			take(&d, &ask);
	draw(&d);
	arena_fini(&d.lines);
	free(d.nodes);
	return ask_end(&ask);
}
