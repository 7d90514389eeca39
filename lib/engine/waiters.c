/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/serve.h"
#include "engine/waiters.h"

static const char *const wait_text[] = {
	[WAIT_READY] = "ready",
	[WAIT_UP] = "up",
	[WAIT_DOWN] = "down",
	[WAIT_QUIET] = "quiet",
};
#define NKINDS (sizeof(wait_text) / sizeof(wait_text[0]))

static bool
is_busy(const struct child *child)
{
	switch ((enum child_state)child->state) {
	case CHILD_STARTING:
	case CHILD_STOPPING:
	case CHILD_ENDED:
	case CHILD_RESTARTING:
		return true;
	case CHILD_DOWN:
	case CHILD_UP:
		break;
	}
	return child->remains;
}

static void
look_busy(void *arg, struct child *child)
{
	bool *busy = arg;

	*busy = *busy || is_busy(child) ||
	    (child_is_sup(child) && child_sup(child)->op != OP_IDLE) ||
	    (child_is_sup(child) && !TAILQ_EMPTY(&child_sup(child)->inbox));
}

static bool
is_quiet(struct engine *e)
{
	bool busy = e->more || e->look || !STAILQ_EMPTY(&e->ended) ||
	    !STAILQ_EMPTY(&e->remaining);

	lookup_walk(&e->root.sup.child, look_busy, &busy);
	return !busy;
}

static bool
holds_for(enum wait_kind kind, const struct child *child)
{
	if (child == NULL)
		return kind == WAIT_DOWN;
	switch (kind) {
	case WAIT_READY:
		return child->state == CHILD_UP;
	case WAIT_UP:
		return child->state == CHILD_UP ||
		    (child->state == CHILD_STARTING && !child->blocked);
	case WAIT_DOWN:
		return child->state == CHILD_DOWN && !child->remains;
	case WAIT_QUIET:
		break;
	}
	return false;
}

/* Whether one that is no child any more is waited for to run. */
static bool
is_hopeless(const struct waiter *waiter)
{
	for (size_t i = 0; i < waiter->n; i++) {
		const struct child *child = waiter->children[i];

		if (waiter->kind != WAIT_DOWN &&
		    (child == NULL || child->forgotten))
			return true;
	}
	return false;
}

static bool
holds(struct engine *e, const struct waiter *waiter)
{
	if (waiter->kind == WAIT_QUIET)
		return is_quiet(e);
	for (size_t i = 0; i < waiter->n; i++)
		if (!holds_for(waiter->kind, waiter->children[i]))
			return false;
	return true;
}

static void
end(struct engine *e, struct waiter *waiter)
{
	TAILQ_REMOVE(&e->waiters, waiter, next);
	free(waiter);
}

/* Answers the waiter if it need not wait any longer. */
static void
look_at(struct engine *e, struct waiter *waiter)
{
	if (is_hopeless(waiter))
		control_error(waiter->client, CONTROL_NO_SUCH_NAME,
		    "it is no longer a child");
	else if (holds(e, waiter))
		control_ok(waiter->client);
	else
		return;
	end(e, waiter);
}

void
wait_look(struct engine *e)
{
	struct waiter *waiter, *next;

	if (!e->changed)
		return;
	e->changed = false;
	TAILQ_FOREACH_SAFE(waiter, &e->waiters, next, next)
		look_at(e, waiter);
}

/* The children that are meant, as they are found. */
struct gather {
	struct waiter *waiter;
	bool no_memory;
};

static void
gather_one(void *arg, struct child *child)
{
	struct gather *g = arg;
	struct waiter *more;

	if (g->no_memory)
		return;
	more = realloc(g->waiter,
	    sizeof(*more) + (g->waiter->n + 1) * sizeof(more->children[0]));
	if (more == NULL) {
		g->no_memory = true;
		return;
	}
	more->children[more->n++] = child;
	g->waiter = more;
}

static bool
read_kind(const char *word, enum wait_kind *kind)
{
	for (size_t i = 0; i < NKINDS; i++)
		if (strcmp(word, wait_text[i]) == 0) {
			*kind = (enum wait_kind)i;
			return true;
		}
	return false;
}

void
wait_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct gather g = { .waiter = calloc(1, sizeof(struct waiter)) };

	if (g.waiter == NULL) {
		control_error(client, CONTROL_FAILED, "no memory");
		return;
	}
	g.waiter->client = client;
	if (!read_kind(words[0], &g.waiter->kind) ||
	    (g.waiter->kind == WAIT_QUIET) != (nwords == 1)) {
		free(g.waiter);
		control_error(client, CONTROL_USAGE,
		    "wait takes: ready NAME..., up NAME..., down NAME... or "
		    "quiet");
		return;
	}
	for (size_t i = 1; i < nwords; i++)
		if (!serve_each(e, client, words[i], gather_one, &g)) {
			free(g.waiter);
			return;
		}
	if (g.no_memory) {
		free(g.waiter);
		control_error(client, CONTROL_FAILED, "no memory");
		return;
	}
	TAILQ_INSERT_TAIL(&e->waiters, g.waiter, next);
	look_at(e, g.waiter);
}

void
wait_closed(struct engine *e, struct control_client *client)
{
	struct waiter *waiter, *next;

	TAILQ_FOREACH_SAFE(waiter, &e->waiters, next, next)
		if (waiter->client == client)
			end(e, waiter);
}

void
wait_freed(struct engine *e, const struct child *child)
{
	struct waiter *waiter;

	TAILQ_FOREACH(waiter, &e->waiters, next)
		for (size_t i = 0; i < waiter->n; i++)
			if (waiter->children[i] != NULL &&
			    node_is_within(waiter->children[i], child))
				waiter->children[i] = NULL;
	e->changed = true;
}
