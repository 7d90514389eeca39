/* SPDX-License-Identifier: ISC */
#include "check.h"
#include "world.h"

/* Random links, and what must hold of them; random throws. */

static struct tie *
free_tie(struct world *w)
{
	for (unsigned i = 0; i < WORLD_TIES_MAX; i++)
		if (!w->ties[i].used)
			return &w->ties[i];
	return NULL;
}

static void
make(struct world *w, struct actor *a, struct actor *b, bool lasting)
{
	struct tie *tie = free_tie(w);

	if (tie == NULL)
		return;
	world_say(w, "%u is linked to %u%s", a->id, b->id,
	    lasting ? ", by the file" : "");
	*tie = (struct tie){ .used = true };
	link_init(&tie->link, &a->child, &b->child, lasting);
}

void
world_untie(struct link *link)
{
	((struct tie *)(void *)link)->used = false;
}

void
world_untie_actor(struct world *w, const struct actor *actor)
{
	struct link_end *end;

	while ((end = LIST_FIRST(&actor->child.links)) != NULL) {
		struct link *link = end->link;

		link_fini(&w->tree, link);
		world_untie(link);
	}
}

void
world_tie(struct world *w)
{
	unsigned n = w->mood.links > 0 ? world_below(w, 12) : 0;

	while (n-- > 0) {
		struct actor *a = w->actors[world_below(w, w->nactors)];
		struct actor *b = w->actors[world_below(w, w->nactors)];

		if (a != b && link_find(&a->child, &b->child) == NULL)
			make(w, a, b, true);
	}
}

static void
cut(struct world *w, struct actor *a, struct actor *b, struct link *link)
{
	struct tie *tie = (struct tie *)(void *)link;

	world_say(w, "%u is unlinked from %u", a->id, b->id);
	if (!link->lasting) {
		link_fini(&w->tree, link);
		world_untie(link);
		return;
	}
	link->live = false;
	tie->runs[0] = link->ends[0].child->run;
	tie->runs[1] = link->ends[1].child->run;
}

void
world_link(struct world *w, struct actor *a, struct actor *b)
{
	struct link *link = link_find(&a->child, &b->child);
	const struct event noproc = {
		.kind = EVENT_NOPROC,
		.child = &a->child,
		.peer = &b->child,
	};

	if (a == b || !child_runs(&a->child))
		return;
	if (link != NULL && world_chance(w, 50)) {
		cut(w, a, b, link);
	} else if (!child_runs(&b->child)) {
		world_say(w, "%u links itself to %u, in vain", a->id, b->id);
		drive_feed(w, &noproc);
	} else if (link == NULL) {
		make(w, a, b, false);
	} else {
		link->live = true;
	}
}

void
world_throw(struct world *w, struct actor *actor)
{
	const struct event event = {
		.kind = EVENT_THROWN,
		.child = &actor->child,
		.reason = { .kind = REASON_THROW, .thrown = "full" },
	};
	uint32_t run = actor->child.run;
	unsigned id = actor->id;

	world_say(w, "%u throws", id);
	drive_feed(w, &event);
	/* It may be freed by now. */
	for (unsigned i = 0; i < w->nactors; i++)
		if (w->actors[i]->id == id && w->actors[i]->child.run == run &&
		    child_is_mortal(&w->actors[i]->child))
			world_fail(w, "%u outlives its throw", id);
}

/* Whether a tie was cut, and neither has been started since. */
static bool
is_cut(const struct tie *tie)
{
	return tie->runs[0] == tie->link.ends[0].child->run &&
	    tie->runs[1] == tie->link.ends[1].child->run;
}

void
check_links(const struct world *w)
{
	if (!STAILQ_EMPTY(&w->tree.telling))
		return;
	for (unsigned i = 0; i < WORLD_TIES_MAX; i++) {
		const struct tie *tie = &w->ties[i];
		const struct child *a = tie->link.ends[0].child;
		const struct child *b = tie->link.ends[1].child;

		if (!tie->used)
			continue;
		if (tie->link.live && (!child_runs(a) || !child_runs(b)))
			world_fail(w, "a link to what does not run");
		if (!tie->link.live && !tie->link.lasting)
			world_fail(w, "a link that has done its work");
		if (!tie->link.live && child_lives(a) && child_lives(b) &&
		    !is_cut(tie))
			world_fail(w, "two that run are not linked");
	}
}

void
check_unlinked(const struct world *w)
{
	check_links(w);
	if (!STAILQ_EMPTY(&w->tree.telling))
		world_fail(w, "links are to be told of ends");
	for (unsigned i = 0; i < w->nactors; i++) {
		const struct child *child = &w->actors[i]->child;

		if (child->tells || child->by != NULL || child->blamed > 0)
			world_fail(w, "%u is not over its links",
			    w->actors[i]->id);
	}
}
