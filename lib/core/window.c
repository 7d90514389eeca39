/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/assert.h"
#include "core/window.h"

bool
window_init(struct window *w, uint32_t limit, int64_t period_ns)
{
	*w = (struct window){ 0 };
	if (limit > 0) {
		w->at_ns = calloc(limit, sizeof(*w->at_ns));
		if (w->at_ns == NULL)
			return false;
	}
	w->limit = limit;
	w->period_ns = period_ns;
	return true;
}

void
window_fini(struct window *w)
{
	free(w->at_ns);
	*w = (struct window){ 0 };
}

int64_t
window_at(const struct window *w, uint32_t idx)
{
	assert(idx < w->count);
	return w->at_ns[(w->oldest + idx) % w->limit];
}

uint32_t
window_used(struct window *w, int64_t now_ns)
{
	/* One exactly a period old is still inside (OTP, add_restart). */
	while (w->count > 0 && now_ns - window_at(w, 0) > w->period_ns) {
		w->oldest = (w->oldest + 1) % w->limit;
		w->count--;
	}
	return w->count;
}

bool
window_allow(struct window *w, int64_t now_ns)
{
	if (window_used(w, now_ns) == w->limit)
		return false;

	w->at_ns[(w->oldest + w->count) % w->limit] = now_ns;
	w->count++;
	return true;
}

bool
window_change(struct window *w, uint32_t limit, int64_t period_ns)
{
	/* Only the last `limit` of them can still refuse a restart. */
	uint32_t kept = w->count < limit ? w->count : limit;
	struct window changed;

	if (limit == w->limit) {
		w->period_ns = period_ns;
		return true;
	}
	if (!window_init(&changed, limit, period_ns))
		return false;
	for (uint32_t i = w->count - kept; limit > 0 && i < w->count; i++)
		changed.at_ns[changed.count++] = window_at(w, i);
	window_fini(w);
	*w = changed;
	return true;
}

void
window_clear(struct window *w)
{
	w->count = 0;
	w->oldest = 0;
}
