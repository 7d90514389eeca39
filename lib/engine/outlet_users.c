/* SPDX-License-Identifier: ISC */
#include "engine/outlet.h"

/* One outlet of several runs, of which one takes the place of another. */

void
outlet_share(struct worker *second, struct worker *first)
{
	second->outlet = first->outlet;
	if (second->outlet != NULL)
		second->outlet->users++;
}

void
outlet_pass(struct worker *second)
{
	if (second->outlet != NULL)
		second->outlet->worker = second;
}

/* Somebody who still writes to it: a sibling of `worker`, who goes. */
static struct worker *
other_user(const struct worker *worker, const struct outlet *outlet)
{
	struct child *child;

	TAILQ_FOREACH(child, &worker->child.sup->children, order)
		if (!child_is_sup(child) && node_worker(child) != worker &&
		    node_worker(child)->outlet == outlet)
			break;
	return child != NULL ? node_worker(child) : NULL;
}

bool
outlet_leave(struct worker *worker)
{
	struct outlet *outlet = worker->outlet;

	worker->outlet = NULL;
	if (--outlet->users == 0)
		return true;
	if (outlet->worker == worker)
		outlet->worker = other_user(worker, outlet);
	return false;
}
