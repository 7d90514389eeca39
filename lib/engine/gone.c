/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "engine/gone.h"

void
gone_add(struct gone_ring *ring, struct child *child)
{
	struct gone *gone = &ring->items[ring->n++ % GONE_MAX];

	node_path(child, gone->path);
	gone->id = node_id(child);
	gone->run = child->run;
	gone->restart = (uint8_t)child->policy->restart;
	gone->supervisor = child_is_sup(child);
	gone->history = *node_history(child);
}

/* The `idx`th that is remembered, 0 the latest; NULL: no more. */
static const struct gone *
get(const struct gone_ring *ring, uint32_t idx)
{
	if (idx >= ring->n || idx >= GONE_MAX)
		return NULL;
	return &ring->items[(ring->n - 1 - idx) % GONE_MAX];
}

static bool
is_called(const struct gone *gone, const char *name)
{
	const char *last = strrchr(gone->path, '/');

	return strcmp(gone->path, name) == 0 ||
	    (last != NULL && strcmp(last + 1, name) == 0);
}

const struct gone *
gone_find(const struct gone_ring *ring, const char *name)
{
	const struct gone *gone;

	for (uint32_t i = 0; (gone = get(ring, i)) != NULL; i++)
		if (is_called(gone, name))
			return gone;
	return NULL;
}

const struct gone *
gone_by_id(const struct gone_ring *ring, uint32_t id)
{
	const struct gone *gone;

	for (uint32_t i = 0; (gone = get(ring, i)) != NULL; i++)
		if (gone->id == id)
			return gone;
	return NULL;
}
