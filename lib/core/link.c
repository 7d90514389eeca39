/* SPDX-License-Identifier: ISC */

#include "base/assert.h"
#include "core/internal.h"

/* Links: which runs are tied, and what an end means to the others (L1-L5). */

void
link_init(struct link *link, struct child *a, struct child *b, bool lasting)
{
	link->ends[0] =
	    (struct link_end){ .link = link, .child = a, .peer = b };
	link->ends[1] =
	    (struct link_end){ .link = link, .child = b, .peer = a };
	link->lasting = lasting;
	LIST_INSERT_HEAD(&a->links, &link->ends[0], next);
	LIST_INSERT_HEAD(&b->links, &link->ends[1], next);
	link->live = child_lives(a) && child_lives(b);
}

struct link *
link_find(const struct child *a, const struct child *b)
{
	struct link_end *end;

	LIST_FOREACH(end, &a->links, next)
		if (end->peer == b)
			return end->link;
	return NULL;
}

/* Takes `link` out of the lists of both. */
static void
undo(struct tree *t, struct link *link)
{
	for (unsigned i = 0; i < 2; i++) {
		if (t->told == &link->ends[i])
			t->told = LIST_NEXT(t->told, next);
		LIST_REMOVE(&link->ends[i], next);
	}
}

void
link_fini(struct tree *t, struct link *link)
{
	undo(t, link);
	link->live = false;
}

void
links_tie(struct child *child)
{
	struct link_end *end;

	LIST_FOREACH(end, &child->links, next)
		if (child_lives(end->peer))
			end->link->live = true;
}

void
links_tell(struct tree *t, struct child *child)
{
	if (LIST_EMPTY(&child->links) || child->tells)
		return;
	child->tells = true;
	STAILQ_INSERT_TAIL(&t->telling, child, telling);
}

/*
 * `child` gets an exit signal from `origin`, which ended for its reason. A
 * supervisor traps those, and takes those of its parent alone for an order.
 */
static void
signal_exit(struct tree *t, struct child *child, struct child *origin)
{
	struct reason reason = origin->reason;

	if (child_is_sup(child) || !child_lives(child))
		return;
	if (child->policy->worker.trap_exits) {
		tree_note(t, NOTE_TRAPPED, child, reason)->sibling = origin;
		return;
	}
	if (reason_class(origin->policy, reason) == CLASS_NORMAL)
		return;
	tree_note(t, NOTE_CONDEMNED, child, reason)->sibling = origin;
	child->condemned = true;
	child->reason = reason;
	child_end(t, child);
	/* Nobody is awaited (S162): its own links are told at once. */
	links_tell(t, child);
}

void
links_tell_one(struct tree *t)
{
	struct child *child = STAILQ_FIRST(&t->telling);
	struct link_end *end;
	struct link *link;
	struct child *peer;

	if (!t->halfway) {
		t->told = LIST_FIRST(&child->links);
		t->halfway = true;
	}
	end = t->told;
	if (end == NULL) {
		STAILQ_REMOVE_HEAD(&t->telling, telling);
		child->tells = t->halfway = false;
		child_let_go(t, child);
		return;
	}
	t->told = LIST_NEXT(end, next);
	link = end->link;
	peer = end->peer;
	if (!link->live)
		return;
	link->live = false;
	if (!link->lasting) {
		undo(t, link);
		tree_unlink(t, link);
	}
	signal_exit(t, peer, child);
}
