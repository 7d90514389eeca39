/* SPDX-License-Identifier: ISC */
#include "base/units.h"
#include "core/internal.h"

/*
 * The time that the stop of everything may take (stop_timeout), shared out.
 *
 * At its beginning each supervisor is told what its children may need one after
 * the other, or at once. Whoever is told to stop then gets what he may need,
 * or where there is less time than all need that are still to come, so much
 * less of it. Time that one leaves is there for those behind it. At the end of
 * it all that is left is killed.
 */

static int64_t
below_ms(const struct child *child)
{
	const struct sup *sup = (const struct sup *)(const void *)child;

	return child_is_sup(child) ? sup->need_ms : INT64_MAX;
}

/* What a child may take; for ever is as long as the whole may. */
static int64_t
need_ms(const struct tree *t, const struct child *child)
{
	int64_t whole_ms = t->root->child.policy->sup.stop_timeout_ms;
	int64_t ms = child->policy->shutdown_ms;

	if (ms == SHUTDOWN_BRUTAL_KILL)
		return 0;
	if (ms == SHUTDOWN_INFINITY || ms > whole_ms)
		ms = whole_ms;
	return below_ms(child) < ms ? below_ms(child) : ms;
}

/* Adds what `child`, whose own need is known, may take to that of its parent.
 */
static void
count(struct tree *t, struct child *child)
{
	struct sup *sup = child->sup;
	int64_t ms = need_ms(t, child);

	child->counted = child->state != CHILD_DOWN || child->remains;
	if (!child->counted)
		return;
	if (!sup_stops_together(sup))
		sup->need_ms += ms;
	else if (ms > sup->need_ms)
		sup->need_ms = ms;
}

/* The first of all below `child`, to be counted before it. */
static struct child *
innermost(struct child *child)
{
	while (child_is_sup(child)) {
		child_sup(child)->need_ms = 0;
		if (TAILQ_EMPTY(&child_sup(child)->children))
			break;
		child = TAILQ_FIRST(&child_sup(child)->children);
	}
	return child;
}

static void
count_all(struct tree *t)
{
	struct child *child = innermost(&t->root->child);
	struct child *next;

	for (; child->sup != NULL; child = next) {
		count(t, child);
		next = TAILQ_NEXT(child, order);
		next = next == NULL ? &child->sup->child : innermost(next);
	}
}

void
budget_begin(struct tree *t)
{
	struct child *root = &t->root->child;
	int64_t whole_ms = root->policy->sup.stop_timeout_ms;

	if (whole_ms == STOP_TIMEOUT_NONE || t->stop_by_ns != NEVER_NS ||
	    root->state != CHILD_STOPPING)
		return;
	t->stop_by_ns = t->now_ns + whole_ms * NS_PER_MS;
	t->root->stop_by_ns = t->stop_by_ns;
	count_all(t);
	child_set_limit(t, root, t->stop_by_ns);
}

/* Until when `child` may take, which its supervisor is stopping now. */
static int64_t
share_ns(const struct tree *t, const struct child *child)
{
	const struct sup *sup = child->sup;
	int64_t by_ns = sup->stop_by_ns != 0 ? sup->stop_by_ns : t->stop_by_ns;
	int64_t left_ms = (by_ns - t->now_ns) / NS_PER_MS;
	int64_t ms = need_ms(t, child);
	int64_t all_ms = sup_stops_together(sup) ? ms : sup->need_ms + ms;

	if (left_ms <= 0)
		return t->now_ns;
	if (all_ms > left_ms)
		ms = ms * left_ms / all_ms;
	else if (child_is_sup(child))
		ms = left_ms - (all_ms - ms);
	return t->now_ns + ms * NS_PER_MS;
}

void
budget_cut(struct tree *t, struct child *child)
{
	int64_t by_ns;

	if (child->sup->kill || child->killed ||
	    (child->state != CHILD_STOPPING && !child->remains))
		return;
	by_ns = share_ns(t, child);
	if (child_is_sup(child))
		child_sup(child)->stop_by_ns = by_ns;
	if (child->limit_ns <= by_ns)
		return;
	child->cut = true;
	child_set_limit(t, child, by_ns);
}

bool
budget_pass(struct tree *t, struct child *child)
{
	if (t->stop_by_ns == NEVER_NS || !child->counted)
		return false;
	child->counted = false;
	if (!sup_stops_together(child->sup))
		child->sup->need_ms -= need_ms(t, child);
	return true;
}
