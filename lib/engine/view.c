/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/metrics.h"
#include "engine/query.h"
#include "engine/serve.h"
#include "engine/view.h"
#include "os/clock.h"

/* How long the loop is kept from other work: a fourth of a restart. */
#define VIEW_NS 80000

/* Children that have a row each before the clock is read again. */
#define VIEW_BATCH 16

/* Children that there is room for at first. */
#define VIEW_ROOM 16

/* Another child that is meant. */
static void
gather(void *arg, struct child *child)
{
	struct view *view = arg;
	size_t room = view->room == 0 ? VIEW_ROOM : 2 * view->room;
	struct child **more = view->children;

	if (view->n == view->room) {
		more = reallocarray(view->children, room, sizeof(*more));
		if (more == NULL) {
			view->no_memory = true;
			return;
		}
		view->children = more;
		view->room = room;
	}
	more[view->n++] = child;
}

/* The same with all below it, as a supervisor writes nothing itself. */
static void
gather_below(void *arg, struct child *child)
{
	lookup_walk(child, gather, arg);
}

static void
end(struct engine *e, struct view *view)
{
	TAILQ_REMOVE(&e->views, view, next);
	if (view->query == follow_child)
		follow_ended(e, view->client);
	free(view->children);
	free(view);
}

/* Finds who the next name means; false if it is nobody, which ends it. */
static bool
next_name(struct engine *e, struct view *view)
{
	const char *name = view->words;
	bool below = view->query == query_logs || view->query == follow_child;

	view->n = 0;
	view->at = 0;
	view->nwords--;
	view->words += strlen(name) + 1;
	if (view->query == query_why && query_gone(e, name, view->client))
		return true;
	return serve_each(e, view->client, name, below ? gather_below : gather,
	    view);
}

/* Says something about the children at hand, until the clock is to be read. */
static void
tell_some(struct engine *e, struct view *view, int64_t now_ns)
{
	/* The others may have many records to say about one. */
	bool few = view->query == query_status || view->query == query_metrics;
	int batch = few ? VIEW_BATCH : 1;

	for (int i = 0; i < batch && view->at < view->n; i++) {
		struct child *child = view->children[view->at++];

		if (child != NULL && !child->forgotten)
			view->query(e, child, view->client, now_ns);
	}
}

/* One step of the answer; false at its end. */
static bool
step(struct engine *e, struct view *view, int64_t now_ns)
{
	if (view->at < view->n) {
		tell_some(e, view, now_ns);
		return true;
	}
	if (view->no_memory)
		serve_no_memory(view->client);
	else if (view->nwords > 0)
		return next_name(e, view);
	else if (view->query == follow_child)
		follow_begun(e, view->client);
	else
		control_ok(view->client);
	return false;
}

/* Goes on for a while. */
static void
go_on(struct engine *e, struct view *view)
{
	int64_t now_ns = clock_now_ns(), until_ns = now_ns + VIEW_NS;

	do {
		if (!step(e, view, now_ns)) {
			end(e, view);
			return;
		}
		now_ns = clock_now_ns();
	} while (now_ns < until_ns && control_has_room(view->client));
	control_more(view->client, true);
}

/* A view with room for its words; they are copied. */
static struct view *
make(size_t nwords, const char *const *words)
{
	struct view *view;
	size_t len = 0;
	char *to;

	for (size_t i = 0; i < nwords; i++)
		len += strlen(words[i]) + 1;
	view = malloc(sizeof(*view) + len);
	if (view == NULL)
		return NULL;
	*view = (struct view){ .nwords = nwords };
	view->words = to = view->text;
	for (size_t i = 0; i < nwords; i++)
		to = stpcpy(to, words[i]) + 1;
	return view;
}

void
view_begin(struct engine *e, struct control_client *client,
    void (*query)(struct engine *e, struct child *child,
	struct control_client *client, int64_t now_ns),
    size_t nwords, const char *const *words)
{
	struct view *view = make(nwords, words);

	if (view == NULL) {
		serve_no_memory(client);
		follow_ended(e, client);
		return;
	}
	view->client = client;
	view->query = query;
	TAILQ_INSERT_TAIL(&e->views, view, next);
	if (nwords == 0)
		lookup_walk(&e->root.sup.child, gather, view);
	go_on(e, view);
}

/* The one whose turn it is, of those that have room for more. */
static struct view *
next_view(const struct engine *e)
{
	struct view *view;

	TAILQ_FOREACH(view, &e->views, next)
		if (control_has_room(view->client))
			return view;
	return NULL;
}

void
view_turn(struct engine *e)
{
	struct view *view = next_view(e);

	if (view == NULL)
		return;
	TAILQ_REMOVE(&e->views, view, next);
	TAILQ_INSERT_TAIL(&e->views, view, next);
	go_on(e, view);
}

bool
view_can_go_on(const struct engine *e)
{
	return next_view(e) != NULL;
}

void
view_closed(struct engine *e, struct control_client *client)
{
	struct view *view, *next;

	TAILQ_FOREACH_SAFE(view, &e->views, next, next)
		if (view->client == client)
			end(e, view);
}

void
view_freed(struct engine *e, const struct child *child)
{
	struct view *view;

	TAILQ_FOREACH(view, &e->views, next)
		for (size_t i = view->at; i < view->n; i++)
			if (view->children[i] != NULL &&
			    node_is_within(view->children[i], child))
				view->children[i] = NULL;
}
