/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "stage.h"

/* Links: those that are declared, and those of the steps. */

static void
tie(struct stage *st, struct actor *a, struct actor *b, bool lasting)
{
	struct tie *tie = calloc(1, sizeof(*tie));

	if (tie == NULL)
		abort();
	link_init(&tie->link, &a->child, &b->child, lasting);
	TAILQ_INSERT_TAIL(&st->ties, tie, next);
}

/* The tree has let go of `link`. */
void
stage_untie(struct stage *st, struct link *link)
{
	struct tie *tie = (struct tie *)(void *)link;

	TAILQ_REMOVE(&st->ties, tie, next);
	free(tie);
}

static void
cut(struct stage *st, struct link *link)
{
	link_fini(&st->tree, link);
	stage_untie(st, link);
}

/* Ties a new actor to those that it is declared to be linked with. */
void
stage_link_actor(struct stage *st, struct actor *actor)
{
	struct actor *other;

	for (unsigned i = 0; i < st->s->nlinks; i++) {
		const struct pair *pair = &st->s->links[i];
		int peer = pair->a == actor->node ? pair->b : pair->a;

		if (pair->a == pair->b ||
		    (pair->a != actor->node && pair->b != actor->node))
			continue;
		TAILQ_FOREACH(other, &st->actors, next)
			if (other->node == peer &&
			    link_find(&actor->child, &other->child) == NULL)
				tie(st, actor, other, true);
	}
}

void
stage_unlink_actor(struct stage *st, const struct actor *actor)
{
	struct link_end *end;

	while ((end = LIST_FIRST(&actor->child.links)) != NULL)
		cut(st, end->link);
}

void
stage_link(struct stage *st, struct actor *a, struct actor *b)
{
	struct link *link = link_find(&a->child, &b->child);

	if (a == b)
		return;
	if (link != NULL)
		link->live = true;
	else
		tie(st, a, b, false);
}

void
stage_unlink(struct stage *st, struct actor *a, struct actor *b)
{
	struct link *link = link_find(&a->child, &b->child);

	if (link == NULL)
		return;
	if (link->lasting)
		link->live = false;
	else
		cut(st, link);
}
