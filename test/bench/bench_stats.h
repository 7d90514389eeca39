/* SPDX-License-Identifier: ISC */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

/*
 * Samples, and what is said about them. On a noisy machine only order
 * statistics mean anything; there is no mean here.
 */

struct series {
	double *at; /* owned */
	size_t count;
	size_t room;
};

/* Adds one sample. Ends the program when there is no memory. */
void series_add(struct series *s, double sample);

/*
 * The sample at `fraction` (0 to 1) of the sorted series, by nearest rank;
 * 0.5 is the median. NAN when the series is empty. Sorts the series in place.
 */
double series_quantile(struct series *s, double fraction);

/* Frees the samples; an empty series remains. */
void series_fini(struct series *s);

#endif
