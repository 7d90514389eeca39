/* SPDX-License-Identifier: ISC */

#include "base/assert.h"
#include "core/internal.h"

/*
 * Exit signals. Links: which runs are tied, and what an end means to the
 * others (L1-L5). Throws, with which a run ends itself (L9).
 */

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
	link->live = lasting ? child_lives(a) && child_lives(b) :
			       child_runs(a) && child_runs(b);
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

void
link_fini(struct tree *t, struct link *link)
{
	for (unsigned i = 0; i < 2; i++) {
		if (t->told == &link->ends[i])
			t->told = LIST_NEXT(t->told, next);
		LIST_REMOVE(&link->ends[i], next);
	}
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
 * The end of `by` is what ends another one: it is spoken of until that has
 * ended, and is freed neither alone nor with what it is below.
 */
static void
blame(struct child *by)
{
	for (; by != NULL; by = by->sup != NULL ? &by->sup->child : NULL)
		by->blamed++;
}

static void
acquit(struct tree *t, struct child *by)
{
	struct child *above;

	for (; by != NULL; by = above) {
		above = by->sup != NULL ? &by->sup->child : NULL;
		by->blamed--;
		child_let_go(t, by);
	}
}

void
links_acquit(struct tree *t, struct child *child)
{
	struct child *by = child->by, *origin = child->origin;

	child->by = child->origin = NULL;
	acquit(t, by);
	acquit(t, origin);
}

static bool
traps(const struct child *child)
{
	return !child_is_sup(child) && child->policy->worker.trap_exits;
}

/* `child` is to end, and has ended for this reason when it has. */
static void
condemn(struct tree *t, struct child *child, struct reason reason,
    enum reason_class class, enum action_kind how)
{
	child->condemned = true;
	child->reason = reason;
	child->fate = (uint8_t) class;
	child_end(t, child, how);
	/* Nobody is awaited (S162): its own links are told at once. */
	links_tell(t, child);
}

/*
 * `child` gets an exit signal from `by`. A supervisor traps those, and takes
 * those of its parent alone for an order. What is being stopped, or ends by
 * another exit signal, does so for that reason; who traps is told until the
 * end.
 */
static void
signal_exit(struct tree *t, struct child *child, struct child *by,
    struct reason reason, enum reason_class class)
{
	if (traps(child) && child_runs(child)) {
		tree_note(t, NOTE_TRAPPED, child, reason)->sibling = by;
		return;
	}
	if (class == CLASS_NORMAL || !child_is_mortal(child))
		return;
	child->by = by;
	child->origin = by->origin != NULL ? by->origin : by->by;
	child->behind =
	    reason.kind == REASON_NOPROC ? CAUSED_BY_ITSELF : by->behind;
	blame(child->by);
	blame(child->origin);
	condemn(t, child, reason, class, ACTION_STOP);
}

void
links_noproc(struct tree *t, struct child *child, struct child *peer)
{
	signal_exit(t, child, peer, (struct reason){ .kind = REASON_NOPROC },
	    CLASS_ABNORMAL);
}

/* Its own exit is not from elsewhere: `trap_exits` is no matter. */
void
child_condemn(struct tree *t, struct child *child, struct reason reason,
    enum action_kind how)
{
	if (!child_is_mortal(child))
		return;
	child->behind = CAUSED_BY_ITSELF;
	condemn(t, child, reason, CLASS_ABNORMAL, how);
}

/* `child` has ended or is to, and `link` tied it to another one. */
static void
tell(struct tree *t, struct child *child, struct child *peer, struct link *link)
{
	bool live = link->live;

	/* It is told of the end itself, not that this one is to end. */
	if (live && traps(peer) && child_runs(child))
		return;
	link->live = link->asked = false;
	if (!link->lasting) {
		link_fini(t, link);
		tree_unlink(t, link);
	}
	if (live)
		signal_exit(t, peer, child, child->reason, child_class(child));
}

void
links_tell_one(struct tree *t)
{
	struct child *child = STAILQ_FIRST(&t->telling);
	struct link_end *end;

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
	tell(t, child, end->peer, end->link);
}
