/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "cmd/top/ring.h"

void
top_ring_add(struct top_ring *ring, const char *line)
{
	char *copy = strdup(line);

	if (copy == NULL)
		return;
	free(ring->lines[ring->next]);
	ring->lines[ring->next] = copy;
	ring->next = (ring->next + 1) % TOP_RING_LINES;
	ring->n += ring->n < TOP_RING_LINES;
}

const char *
top_ring_back(const struct top_ring *ring, size_t back)
{
	if (back >= ring->n)
		return NULL;
	return ring
	    ->lines[(ring->next + TOP_RING_LINES - 1 - back) % TOP_RING_LINES];
}

void
top_ring_clear(struct top_ring *ring)
{
	for (size_t i = 0; i < TOP_RING_LINES; i++)
		free(ring->lines[i]);
	*ring = (struct top_ring){ .n = 0 };
}
