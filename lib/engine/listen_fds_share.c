/* SPDX-License-Identifier: ISC */
#include "conf/listen.h"
#include "engine/engine.h"
#include "engine/listen_fds.h"
#include "engine/lookup.h"
#include "engine/reload_plan.h"

/* Sockets that are open when other workers want them. */

/* The line that means the listener, or NULL. */
static const struct listen_spec *
line_of(const struct worker *worker, const struct listener *listener)
{
	const struct listens *lines = listen_fds_lines(worker);

	for (size_t i = 0; i < lines->n; i++)
		if (listen_is_same(&listener->spec, &lines->list[i]))
			return &lines->list[i];
	return NULL;
}

/* Leaves those of the worker that are not to stay with it. */
static void
leave_others(struct listen_fds *h,
    bool (*stays)(const struct worker *worker, struct listener *listener))
{
	size_t n = 0;

	for (size_t i = 0; i < h->nlisteners; i++)
		if (stays(h->worker, h->listeners[i]))
			h->listeners[n++] = h->listeners[i];
		else
			listener_leave(h->listeners[i]);
	h->nlisteners = n;
}

/* Whether its line means it, which makes it one that is wanted. */
static bool
is_meant(const struct worker *worker, struct listener *listener)
{
	const struct listen_spec *line = line_of(worker, listener);

	if (line == NULL)
		return false;
	listener->wanted = true;
	listener->spec.shared = line->shared;
	return true;
}

static bool
is_wanted(const struct worker *worker, struct listener *listener)
{
	(void)worker;
	return listener->wanted;
}

/* One that is open for the address, and that nobody else is to have. */
static struct listener *
find_free(const struct engine *e, const struct listen_spec *line)
{
	struct listener *listener;

	LIST_FOREACH(listener, &e->listeners, next)
		if ((!listener->wanted ||
			(listener->spec.shared && line->shared)) &&
		    listen_is_same(&listener->spec, line))
			return listener;
	return NULL;
}

/* Whether it is to start, or runs. */
static bool
is_to_have(const struct engine *e, const struct child *child)
{
	return !listen_fds_stays_down(child) ||
	    !node_is_within(child, &e->root.sup.child);
}

/* Takes what is open for the lines of the worker and was another one's. */
static void
take_free(struct engine *e, struct worker *worker)
{
	const struct listens *lines = listen_fds_lines(worker);

	for (size_t i = 0; i < lines->n; i++) {
		struct listener *listener = find_free(e, &lines->list[i]);
		struct listen_fds *h =
		    listener != NULL ? listen_fds_of(e, worker) : NULL;

		if (h == NULL || listen_fds_own(h, &lines->list[i]) != NULL)
			continue;
		listener->users++;
		h->listeners[h->nlisteners++] = listener;
		(void)is_meant(worker, listener);
		if (worker->child.state == CHILD_DOWN)
			listen_fds_keep(e, h);
	}
}

/* Whether it is not to start any more. */
static bool
goes(const struct listen_fds *h)
{
	return h->goes || h->worker->child.forgotten;
}

static void
mark_going(void *arg, struct child *child)
{
	struct listen_fds *h;

	if (child_is_sup(child) || listen_fds_lines(node_worker(child))->n == 0)
		return;
	h = listen_fds_of(arg, node_worker(child));
	if (h != NULL)
		h->goes = true;
}

static void
mark_all_going(struct engine *e, const struct plan *plan)
{
	struct listen_fds *h;

	LIST_FOREACH(h, &e->handed, next)
		h->goes = false;
	for (size_t i = 0; i < plan->n; i++)
		if ((plan->steps[i].kind == STEP_STOP ||
			plan->steps[i].kind == STEP_FORGET) &&
		    plan->steps[i].child != NULL)
			lookup_walk(plan->steps[i].child, mark_going, e);
}

static void
share_one(void *arg, struct child *child)
{
	struct engine *e = arg;
	struct worker *worker;

	if (child_is_sup(child) || !is_to_have(e, child))
		return;
	worker = node_worker(child);
	if (worker->handed == NULL || !goes(worker->handed))
		take_free(e, worker);
}

/* Shares out what is free; nothing is closed before that is done. */
static void
share_all(struct engine *e, const struct plan *plan)
{
	struct listen_fds *h;

	LIST_FOREACH(h, &e->handed, next)
		if (!goes(h))
			leave_others(h, is_meant);
	lookup_walk(&e->root.sup.child, share_one, e);
	for (size_t i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == STEP_START &&
		    plan->steps[i].child != NULL)
			lookup_walk(plan->steps[i].child, share_one, e);
	/* Should it end before it is told to, it starts with what it had. */
	LIST_FOREACH(h, &e->handed, next)
		if (goes(h))
			leave_others(h, is_wanted);
}

void
listen_fds_share(struct engine *e, const struct plan *plan)
{
	struct listener *listener, *next;

	if (LIST_EMPTY(&e->listeners))
		return;
	LIST_FOREACH(listener, &e->listeners, next) {
		listener->wanted = false;
		listener->users++;
	}
	mark_all_going(e, plan);
	share_all(e, plan);
	LIST_FOREACH_SAFE(listener, &e->listeners, next, next)
		listener_leave(listener);
}
