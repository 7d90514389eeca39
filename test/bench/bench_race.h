/* SPDX-License-Identifier: ISC */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include <stddef.h>

/*
 * Whole commands, from before their process is made until it has ended, one
 * after the other and the same again. Ratios are taken within a round, as
 * everywhere here.
 */

enum {
	RACE_ARGV_MAX = 8,
	RACE_ROUNDS_MAX = 1000
};

struct racer {
	const char *name; /* NULL: it does not run */
	const char *dir;  /* where; its output goes into a pipe */
	const char *argv[RACE_ARGV_MAX]; /* ends with NULL */
	size_t nrounds;                  /* that it takes part in; 0: in all */
	double ms[RACE_ROUNDS_MAX];      /* by round; 0: not measured */
};

/* Runs each once a round. Ends the program when one of them fails. */
void race_run(struct racer *racers, size_t n, size_t nrounds);

/* The median of all rounds, in ms; NAN if there is none. */
double race_value(const struct racer *racer);

/* The median of the ratios to `base` in the same round; NAN likewise. */
double race_ratio(const struct racer *racer, const struct racer *base);

#endif
