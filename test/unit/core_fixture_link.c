/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "core_fixture.h"

/* Links of the fixture, declared or of steps, and other exit signals. */

/* A link of the tree's. */
struct tie {
	struct link link; /* first */
};

static void
tie(struct actor *a, struct actor *b, bool lasting)
{
	struct tie *tie = calloc(1, sizeof(*tie));

	if (tie == NULL)
		abort();
	link_init(&tie->link, &a->child, &b->child, lasting);
}

void
fixture_untie(struct link *link)
{
	free((struct tie *)(void *)link);
}

static void
cut(struct fixture *f, struct link *link)
{
	link_fini(&f->tree, link);
	fixture_untie(link);
}

void
fixture_untie_actor(struct fixture *f, const struct actor *actor)
{
	struct link_end *end;

	while ((end = LIST_FIRST(&actor->child.links)) != NULL)
		cut(f, end->link);
}

static struct actor *
named(struct fixture *f, const char *id)
{
	struct actor *actor = fixture_find(f, id);

	if (actor == NULL)
		fixture_wrong("no such child", id);
	return actor;
}

void
fixture_link(struct fixture *f, char *words, bool lasting)
{
	struct actor *a = named(f, strsep(&words, " "));
	struct actor *b = named(f, words);
	struct link *link = link_find(&a->child, &b->child);

	if (link != NULL)
		link->live = true;
	else
		tie(a, b, lasting);
}

static void
unlink_two(struct fixture *f, char *words)
{
	struct actor *a = named(f, strsep(&words, " "));
	struct link *link = link_find(&a->child, &named(f, words)->child);

	if (link == NULL) {
		fixture_wrong("no such link", words);
		return;
	}
	if (link->lasting)
		link->live = false;
	else
		cut(f, link);
}

static void
noproc(struct fixture *f, char *words)
{
	struct actor *a = named(f, strsep(&words, " "));
	const struct event event = {
		.kind = EVENT_NOPROC,
		.child = &a->child,
		.peer = &named(f, words)->child,
	};

	fixture_feed(f, &event);
}

static void throw(struct fixture * f, char *words)
{
	struct actor *actor = named(f, strsep(&words, " "));
	const struct event event = {
		.kind = EVENT_THROWN,
		.child = &actor->child,
		.reason = { .kind = REASON_THROW,
		    .thrown = f->words[fixture_word(f, words)] },
	};

	fixture_feed(f, &event);
}

bool
fixture_step_link(struct fixture *f, const char *word, char *rest)
{
	if (strcmp(word, "link") == 0)
		fixture_link(f, rest, false);
	else if (strcmp(word, "unlink") == 0)
		unlink_two(f, rest);
	else if (strcmp(word, "noproc") == 0)
		noproc(f, rest);
	else if (strcmp(word, "throw") == 0)
		throw(f, rest);
	else
		return false;
	return true;
}
