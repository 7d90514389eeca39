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

/* Whether something has come that the core has not dealt with. */
static bool
is_behind(const struct engine *e)
{
	return e->more || e->look || e->reload != NULL || e->reading != NULL ||
	    !STAILQ_EMPTY(&e->ended) || !STAILQ_EMPTY(&e->remaining);
}

static bool
is_quiet(struct engine *e)
{
	bool busy = is_behind(e);

	lookup_walk(&e->root.sup.child, look_busy, &busy);
	return !busy;
}

bool
wait_done(const struct child *child)
{
	return child->state == CHILD_DOWN && child->wanted == 0 &&
	    (child_said_ignore(child) || child_class(child) == CLASS_NORMAL);
}

static bool
holds_for(const struct waiter *waiter, const struct child *child)
{
	if (child == NULL)
		return waiter->kind == WAIT_DOWN;
	if (waiter->kind == WAIT_DOWN)
		return child->state == CHILD_DOWN && !child->remains;
	return child->state == CHILD_UP ||
	    (waiter->pattern && wait_done(child)) ||
	    (waiter->kind == WAIT_UP && child->state == CHILD_STARTING &&
		!child->blocked);
}

static void
end(struct engine *e, struct waiter *waiter)
{
	TAILQ_REMOVE(&e->waiters, waiter, next);
	free(waiter);
}

/* Answers the waiter if it need not wait any longer; true when it did. */
static bool
look_at(struct engine *e, const struct waiter *waiter)
{
	bool holds = waiter->kind != WAIT_QUIET || is_quiet(e);

	for (size_t i = 0; i < waiter->n; i++) {
		const struct child *child = waiter->children[i];

		if (holds_for(waiter, child))
			continue;
		holds = false;
		if (waiter->kind == WAIT_DOWN)
			break;
		if (child == NULL || child->forgotten) {
			control_error(waiter->client, CONTROL_NO_SUCH_NAME,
			    "it is no longer a child");
			return true;
		}
	}
	if (holds)
		control_ok(waiter->client);
	return holds;
}

/* Answers at once; who is missing stands in front of the others then. */
static void
tell(struct waiter *waiter)
{
	size_t n = 0;

	for (size_t i = 0; i < waiter->n; i++)
		if (!holds_for(waiter, waiter->children[i]))
			waiter->children[n++] = waiter->children[i];
	if (n == 0)
		control_ok(waiter->client);
	else
		control_error(waiter->client, CONTROL_FAILED, "not %s yet: %s",
		    wait_text[waiter->kind], serve_names(waiter->children, n));
}

void
wait_look(struct engine *e)
{
	struct waiter *waiter, *next;

	if (!e->changed)
		return;
	e->changed = false;
	TAILQ_FOREACH_SAFE(waiter, &e->waiters, next, next)
		if (look_at(e, waiter))
			end(e, waiter);
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
	bool now = strcmp(words[0], "--no-wait") == 0, pattern = false;
	size_t i = now ? 2 : 1;
	struct gather g = { .waiter = NULL };
	enum wait_kind kind;

	if (i > nwords || !read_kind(words[i - 1], &kind) ||
	    (kind == WAIT_QUIET) != (nwords == i)) {
		control_error(client, CONTROL_USAGE, "%s takes: %s", "wait",
		    WAIT_USAGE);
		return;
	}
	g.waiter = calloc(1, sizeof(*g.waiter));
	g.no_memory = g.waiter == NULL;
	for (; i < nwords; i++) {
		pattern = pattern || lookup_is_pattern(words[i]);
		if (!serve_each(e, client, words[i], gather_one, &g)) {
			free(g.waiter);
			return;
		}
	}
	if (g.no_memory) {
		serve_no_memory(client);
		free(g.waiter);
		return;
	}
	g.waiter->client = client;
	g.waiter->kind = kind;
	g.waiter->pattern = pattern;
	if (now)
		tell(g.waiter);
	else if (!look_at(e, g.waiter)) {
		TAILQ_INSERT_TAIL(&e->waiters, g.waiter, next);
		return;
	}
	free(g.waiter);
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
		for (size_t i = 0; i < waiter->n; i++) {
			struct child **one = &waiter->children[i];

			if (*one == NULL || !node_is_within(*one, child))
				continue;
			/* One that has done its work is as good as the root. */
			*one = waiter->kind != WAIT_DOWN && waiter->pattern &&
				wait_done(*one) ?
			    &e->root.sup.child :
			    NULL;
		}
	e->changed = true;
}
