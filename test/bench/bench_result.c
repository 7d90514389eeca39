/* SPDX-License-Identifier: ISC */
#include "bench_result.h"

#include <math.h>

const struct figure_row figures[FIGURE_COUNT] = {
#define X(id, key, text, unit) { key, text, unit },
	FIGURES(X)
#undef X
};

void
result_init(struct result *r)
{
	*r = (struct result){ 0 };
	for (size_t i = 0; i < RESULT_ROUNDS_MAX; i++)
		for (size_t f = 0; f < FIGURE_COUNT; f++)
			r->round[i][f] = (double)NAN;
}

void
result_fini(struct result *r)
{
	series_fini(&r->restarts_ms);
}

/* The median over the rounds, of the ratio to `base` if that is given. */
static double
median(const struct result *r, const struct result *base, enum figure figure)
{
	struct series s = { 0 };
	double result;

	for (size_t i = 0; i < RESULT_ROUNDS_MAX; i++) {
		double sample = r->round[i][figure];

		if (base != NULL)
			sample /= base->round[i][figure];
		if (isfinite(sample))
			series_add(&s, sample);
	}
	result = series_quantile(&s, 0.5);
	series_fini(&s);
	return result;
}

double
result_value(struct result *r, enum figure figure)
{
	/* A round has too few kills to tell its own p99. */
	if (figure == FIGURE_RESTART_P99)
		return series_quantile(&r->restarts_ms, 0.99);
	return median(r, NULL, figure);
}

double
result_ratio(struct result *r, struct result *base, enum figure figure)
{
	if (figure == FIGURE_RESTART_P99)
		return result_value(r, figure) / result_value(base, figure);
	return median(r, base, figure);
}
