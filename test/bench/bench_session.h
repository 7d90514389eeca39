/* SPDX-License-Identifier: ISC */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench_contender.h"
#include "bench_result.h"
#include "bench_tree.h"

/*
 * One life of one contender: it is started, measured, stopped, and nothing of
 * it is left.
 */

struct session_options {
	bool wanted[FIGURE_COUNT];
	size_t nkills;    /* of single children */
	int idle_s;       /* how long context switches are counted */
	int time_limit_s; /* for each step of a contender */
};

struct session {
	struct tree *tree;
	const struct contender *contender;
	const struct session_options *options;
	int64_t *patience_ns; /* left for waiting for a quiet machine */
	struct plan plan;
	size_t round;          /* where in the result the figures go */
	struct result *result; /* borrowed, as all above */
};

/*
 * Runs the contender as planned and files what it did in the result: its
 * figures, or why there are none. With `plan.reverse` only the stop is
 * measured.
 */
void session_run(struct session *s);

#endif
