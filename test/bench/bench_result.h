/* SPDX-License-Identifier: ISC */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "bench_stats.h"

/*
 * What was measured of one contender with one number of children, round by
 * round. The contenders of a round follow each other closely, so the ratio to
 * the bare loop is taken within each round; the median of these ratios
 * withstands a machine that is slower in one minute than in the next.
 */

/* figure, its name for --figure, text, unit. Memory is measured in kB. */
#define FIGURES(X)                                               \
	X(START, "start", "start of all", "ms")                  \
	X(RESTART, "restart", "restart of one, median", "ms")    \
	X(RESTART_P99, "restart", "restart of one, p99", "ms")   \
	X(AGAIN, "again", "restart of one just started", "ms")   \
	X(BACK, "back", "all killed to all back", "ms")          \
	X(STOP, "stop", "stop of all, together", "ms")           \
	X(STOP_REVERSE, "stop", "stop of all, in reverse", "ms") \
	X(PRIVATE, "memory", "private memory", "kB")             \
	X(PROPORTIONAL, "memory", "proportional memory", "kB")   \
	X(PROCESSES, "memory", "processes of its own", "")       \
	X(SWITCHES, "idle", "context switches, idle", "")

enum figure {
#define X(id, key, text, unit) FIGURE_##id,
	FIGURES(X)
#undef X
	FIGURE_COUNT
};

struct figure_row {
	const char *key;
	const char *text;
	const char *unit;
};

extern const struct figure_row figures[FIGURE_COUNT];

enum {
	RESULT_ROUNDS_MAX = 100,
	RESULT_NOTE_SIZE = 256
};

struct result {
	double round[RESULT_ROUNDS_MAX][FIGURE_COUNT]; /* NAN: not measured */
	struct series restarts_ms; /* every single kill of all rounds */
	size_t nleft;              /* processes that had to be cleared away */
	size_t nnoisy; /* steps begun though others used the machine */
	bool failed;   /* not to be tried again */
	char note[RESULT_NOTE_SIZE]; /* why something is missing, or empty */
};

/* An empty result. */
void result_init(struct result *r);
void result_fini(struct result *r);

/* The figure over all rounds; NAN where there is none. */
double result_value(struct result *r, enum figure figure);

/* The same divided by that of `base`; NAN where one is missing. */
double result_ratio(struct result *r, struct result *base, enum figure figure);

#endif
