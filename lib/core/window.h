/* SPDX-License-Identifier: ISC */
#ifndef CORE_WINDOW_H
#define CORE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The restart frequency of one supervisor: at most `limit` restarts within
 * any `period_ns` (OTP supervisor(3), maximum restart intensity).
 *
 * Restarts older than the period are dropped when the next one asks, so each
 * is looked at twice in its life, and nothing is allocated after
 * window_init().
 */
struct window {
	int64_t *at_ns; /* ring of the restarts that count; owned */
	uint32_t limit;
	uint32_t count;  /* filled slots, <= limit */
	uint32_t oldest; /* index of the oldest filled slot */
	int64_t period_ns;
};

/* Returns false, and leaves `w` zeroed, when memory is short. */
bool window_init(struct window *w, uint32_t limit, int64_t period_ns);
void window_fini(struct window *w);

/*
 * Records a restart at `now_ns` and returns true; or returns false and
 * records nothing when it would be one too many. `now_ns` must not go back.
 */
bool window_allow(struct window *w, int64_t now_ns);

/* Restarts that count at `now_ns`; older ones are dropped. */
uint32_t window_used(struct window *w, int64_t now_ns);

/* Time of the `idx`th restart that is remembered, the oldest being 0. */
int64_t window_at(const struct window *w, uint32_t idx);

/*
 * Sets other limits and keeps the history, as OTP's code_change does (S203).
 * False, with all as before, when memory is short.
 */
bool window_change(struct window *w, uint32_t limit, int64_t period_ns);

/* Forgets every restart: a new incarnation of the supervisor (S50). */
void window_clear(struct window *w);

#endif
