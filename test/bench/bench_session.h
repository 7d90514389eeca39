/* SPDX-License-Identifier: ISC */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <stdbool.h>
#include <stddef.h>

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

/*
 * Runs `c` as planned and files what it did under `round` of `result`. With
 * `plan->reverse` only the stop is measured.
 */
void
session_run(struct tree *tree, const struct contender *c, struct plan *plan,
    const struct session_options *options, size_t round, struct result *result);

#endif
