/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "engine/awaited.h"

/* A stop waits for this child, or for what remains of its last run. */
static bool
is_going(const struct child *child)
{
	return child->state == CHILD_STOPPING || child->remains;
}

/* The child that goes; of several that at the cursor. */
static struct child *
going(struct sup *sup)
{
	struct child *child;

	if (sup->cursor != NULL && is_going(sup->cursor))
		return sup->cursor;
	TAILQ_FOREACH(child, &sup->children, order)
		if (is_going(child))
			break;
	return child;
}

struct child *
awaited(struct sup *sup)
{
	struct child *child = NULL, *below;

	switch ((enum sup_op)sup->op) {
	case OP_IDLE:
		break;
	case OP_PREPARE:
		return &sup->child;
	case OP_BOOT:
	case OP_GROUP_START:
		child = sup->cursor;
		break;
	case OP_CHILD_START:
	case OP_CHILD_STOP:
		child = sup->target;
		break;
	case OP_GROUP_STOP:
	case OP_SHUTDOWN:
	case OP_SWEEP:
		child = going(sup);
		break;
	}
	if (child == NULL || !child_is_sup(child))
		return child;
	below = awaited(child_sup(child));
	return below != NULL ? below : child;
}

/*
 * The nearest of `child` and those above it whose start a stop ends at once,
 * as its supervisor does nothing else; NULL: all of them wait for another.
 */
static const struct child *
stoppable(const struct child *child)
{
	for (; child->sup != NULL; child = &child->sup->child)
		if (child->sup->op == OP_IDLE ||
		    child->sup->op == OP_CHILD_START)
			return child;
	return NULL;
}

void
awaited_why(const struct child *child, char why[static AWAITED_WHY_SIZE])
{
	const char *doing = "which is stopping", *command = "signal KILL";
	const struct child *top = NULL;
	char path[NODE_PATH_SIZE];

	if (child->remains) {
		doing = "of whose last run something is left";
	} else if (child->state == CHILD_STARTING) {
		doing = "which is starting";
		top = stoppable(child);
	}
	if (top != NULL)
		command = "stop";
	snprintf(why, AWAITED_WHY_SIZE, "%s: `supervise %s %s` ends that",
	    doing, command, node_path(top != NULL ? top : child, path));
}
