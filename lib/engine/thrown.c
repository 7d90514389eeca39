/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"

/* Values that are kept without a look at who has them. */
#define LOOK_FIRST 64

struct thrown_value {
	TAILQ_ENTRY(thrown_value) next;
	bool used;   /* during a look: a reason has it */
	char text[]; /* what reasons point to */
};

static void
mark(const struct reason *reason)
{
	if (reason->thrown != NULL)
		((struct thrown_value *)(void *)((char *)reason->thrown -
		     offsetof(struct thrown_value, text)))
		    ->used = true;
}

static void
mark_history(const struct history *history)
{
	const struct history_end *end;

	for (size_t i = 0; (end = history_get(history, i)) != NULL; i++) {
		mark(&end->reason);
		mark(&end->by_reason);
		mark(&end->first_reason);
	}
}

/* What `child` and all below it have, those that may come back included. */
static void
mark_below(struct child *child)
{
	struct child *below;

	mark(&child->reason);
	mark_history(node_history(child));
	if (!child_is_sup(child))
		return;
	mark(&child_sup(child)->culprit);
	mark(&node_supervisor(child)->culprit_reason);
	TAILQ_FOREACH(below, &child_sup(child)->children, order)
		mark_below(below);
}

/* Frees the values that no reason has. */
static void
sweep(struct engine *e)
{
	struct thrown *thrown = &e->thrown;
	struct thrown_value *value, *next;

	TAILQ_FOREACH(value, &thrown->values, next)
		value->used = false;
	mark_below(&e->root.sup.child);
	mark(&e->outcome.reason);
	for (size_t i = 0; i < GONE_MAX; i++)
		mark_history(&e->gone.items[i].history);
	TAILQ_FOREACH_SAFE(value, &thrown->values, next, next) {
		if (value->used)
			continue;
		TAILQ_REMOVE(&thrown->values, value, next);
		free(value);
		thrown->n--;
	}
	/* As many throws again pay for the next look. */
	thrown->look = 2 * thrown->n + LOOK_FIRST;
}

void
thrown_init(struct thrown *thrown)
{
	*thrown = (struct thrown){ .look = LOOK_FIRST };
	TAILQ_INIT(&thrown->values);
}

const char *
thrown_keep(struct engine *e, const char *text)
{
	struct thrown *thrown = &e->thrown;
	struct thrown_value *value;
	size_t size = strlen(text) + 1;

	TAILQ_FOREACH(value, &thrown->values, next)
		if (strcmp(value->text, text) == 0)
			return value->text;
	if (thrown->n >= thrown->look)
		sweep(e);
	value = malloc(sizeof(*value) + size);
	if (value == NULL)
		return NULL;
	memcpy(value->text, text, size);
	TAILQ_INSERT_HEAD(&thrown->values, value, next);
	thrown->n++;
	return value->text;
}

void
thrown_fini(struct thrown *thrown)
{
	struct thrown_value *value, *next;

	TAILQ_FOREACH_SAFE(value, &thrown->values, next, next)
		free(value);
	thrown_init(thrown);
}
