/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/assert.h"
#include "core/child.h"
#include "core/deadline.h"

bool
deadline_reserve(struct deadlines *d, size_t n)
{
	size_t wanted = d->reserved + n;

	if (wanted > d->room) {
		size_t room = d->room * 2 > wanted ? d->room * 2 : wanted;
		struct child **heap =
		    reallocarray(d->heap, room, sizeof(*heap));

		if (heap == NULL)
			return false;
		d->heap = heap;
		d->room = room;
	}
	d->reserved = wanted;
	return true;
}

void
deadline_unreserve(struct deadlines *d, size_t n)
{
	assert(d->reserved >= d->n + n);
	d->reserved -= n;
}

void
deadline_fini(struct deadlines *d)
{
	free(d->heap);
	*d = (struct deadlines){ 0 };
}

static void
place(struct deadlines *d, struct child *child, size_t idx)
{
	d->heap[idx] = child;
	child->heap_idx = (uint32_t)idx;
}

/* Moves `child` from the hole at `idx` towards the root. */
static size_t
sift_up(struct deadlines *d, const struct child *child, size_t idx)
{
	while (idx > 0) {
		size_t parent = (idx - 1) / 2;

		if (d->heap[parent]->deadline_ns <= child->deadline_ns)
			break;
		place(d, d->heap[parent], idx);
		idx = parent;
	}
	return idx;
}

/* Moves `child` from the hole at `idx` towards the leaves. */
static size_t
sift_down(struct deadlines *d, const struct child *child, size_t idx)
{
	for (size_t next; (next = 2 * idx + 1) < d->n; idx = next) {
		if (next + 1 < d->n &&
		    d->heap[next + 1]->deadline_ns < d->heap[next]->deadline_ns)
			next++;
		if (child->deadline_ns <= d->heap[next]->deadline_ns)
			break;
		place(d, d->heap[next], idx);
	}
	return idx;
}

static void
settle(struct deadlines *d, struct child *child, size_t idx)
{
	idx = sift_up(d, child, idx);
	idx = sift_down(d, child, idx);
	place(d, child, idx);
}

void
deadline_set(struct deadlines *d, struct child *child, int64_t at_ns)
{
	bool had = child->deadline_ns != NEVER_NS;

	child->deadline_ns = at_ns;
	if (had && at_ns == NEVER_NS) {
		struct child *last = d->heap[--d->n];

		if (last != child)
			settle(d, last, child->heap_idx);
	} else if (had) {
		settle(d, child, child->heap_idx);
	} else if (at_ns != NEVER_NS) {
		assert(d->n < d->reserved);
		d->n++;
		settle(d, child, d->n - 1);
	}
}

int64_t
deadline_next(const struct deadlines *d)
{
	return d->n == 0 ? NEVER_NS : d->heap[0]->deadline_ns;
}

struct child *
deadline_due(const struct deadlines *d, int64_t now_ns)
{
	return deadline_next(d) <= now_ns ? d->heap[0] : NULL;
}
