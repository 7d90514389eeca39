/* SPDX-License-Identifier: ISC */
#ifndef BENCH_OURS_H
#define BENCH_OURS_H

#include <stdio.h>

#include "bench_tree.h"

/*
 * Trees of supervise alone, to measure one way of running them against
 * another.
 */

/* A new supervise.conf in the folder `dir`. */
FILE *ours_file(const char *dir);

/* It is written. */
void ours_file_done(FILE *f);

/*
 * Starts what the file says, and returns when all `nchildren` have reported;
 * `name` is what a failure is about.
 */
void ours_launch(struct tree *t, const char *dir, const char *name,
    size_t nchildren);

/* The median of `n` restarts of child `idx`, in us, with a rest before each. */
double ours_restart_us(struct tree *t, size_t idx, size_t n);

/* The row of a table: what is to be at most `limit` times `of`. */
void ours_limit(const char *what, double limit, const char *of, double reached);

#endif
