/* SPDX-License-Identifier: ISC */
#include "base/units.h"
#include "core/internal.h"

/*
 * Time: each child has a limit of what it does now and a time of its next
 * check, of which the earlier is its deadline; see deadline.h.
 */

static void
set_deadline(struct tree *t, struct child *child)
{
	int64_t at_ns = child->limit_ns < child->check_ns ? child->limit_ns :
							    child->check_ns;

	if (at_ns != child->deadline_ns)
		deadline_set(&t->deadlines, child, at_ns);
}

void
child_set_limit(struct tree *t, struct child *child, int64_t at_ns)
{
	child->limit_ns = at_ns;
	set_deadline(t, child);
}

void
child_set_check(struct tree *t, struct child *child, int64_t at_ns)
{
	child->check_ns = at_ns;
	set_deadline(t, child);
}

void
child_deadline(struct tree *t, struct child *child, int64_t at_ns)
{
	child->checking = false;
	child->check_ns = NEVER_NS;
	child_set_limit(t, child, at_ns);
}

void
child_tick(struct tree *t, struct child *child)
{
	if (child->limit_ns > t->now_ns) {
		signs_due(t, child);
		return;
	}
	child_deadline(t, child, NEVER_NS);
	if (child->remains) {
		tree_act(t, ACTION_KILL, child);
		child_deadline(t, child, t->now_ns + NS_PER_S);
		return;
	}
	switch ((enum child_state)child->state) {
	case CHILD_STARTING:
		if (!child->condemned) {
			child_start_tick(t, child);
			break;
		}
		child_kill(t, child);
		break;
	case CHILD_UP:
		if (!child->condemned) {
			signs_missed(t, child);
			break;
		}
		child_kill(t, child);
		break;
	case CHILD_STOPPING:
		child_kill(t, child);
		break;
	case CHILD_RESTARTING:
		inbox_post(t, child, MAIL_DUE);
		break;
	case CHILD_DOWN:
	case CHILD_ENDED:
		break;
	}
}
