/* SPDX-License-Identifier: ISC */
#include "bench_stats.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>

enum {
	SERIES_ROOM_MIN = 64
};

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

void
series_add(struct series *s, double sample)
{
	if (s->count == s->room) {
		s->room = s->room == 0 ? SERIES_ROOM_MIN : s->room * 2;
		s->at = reallocarray(s->at, s->room, sizeof(*s->at));
		if (s->at == NULL)
			err(1, NULL);
	}
	s->at[s->count++] = sample;
}

double
series_quantile(struct series *s, double fraction)
{
	double middle;

	if (s->count == 0)
		return (double)NAN;

	qsort(s->at, s->count, sizeof(*s->at), compare);
	middle = fraction * (double)(s->count - 1);
	return s->at[(size_t)(middle + 0.5)];
}

void
series_fini(struct series *s)
{
	free(s->at);
	*s = (struct series){ 0 };
}
