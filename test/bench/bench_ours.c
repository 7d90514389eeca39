/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <limits.h>
#include <string.h>

#include "bench_contender.h"
#include "bench_ours.h"
#include "bench_stats.h"

static const int64_t OURS_SECOND_NS = 1000000000;
static const double OURS_US_NS = 1e3;

FILE *
ours_file(const char *dir)
{
	char path[PATH_MAX];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/supervise.conf", dir);
	f = fopen(path, "we");
	if (f == NULL)
		err(1, "%s", path);
	return f;
}

void
ours_file_done(FILE *f)
{
	if (fclose(f) != 0)
		err(1, "supervise.conf");
}

void
ours_launch(struct tree *t, const char *dir, const char *name, size_t nchildren)
{
	const char *const argv[] = { contender_supervise, "-f",
		"supervise.conf", "run", NULL };
	int64_t at_ns;
	int error;

	tree_launch(t, dir, (char *const *)argv, nchildren, &at_ns);
	error = tree_await_all(t, at_ns + 60 * OURS_SECOND_NS, &at_ns);
	if (error != 0)
		errx(1, "%s: start: %s", name, strerror(-error));
}

double
ours_restart_us(struct tree *t, size_t idx, size_t n)
{
	struct series here = { 0 };
	double median;

	for (size_t i = 0; i < n; i++) {
		int64_t took_ns;
		int error;

		sleep_until(now_ns() + OURS_SECOND_NS / 500);
		error = tree_replace(t, idx, OURS_SECOND_NS, &took_ns);
		if (error != 0)
			errx(1, "no restart: %s", strerror(-error));
		series_add(&here, (double)took_ns / OURS_US_NS);
	}
	median = series_quantile(&here, 0.5);
	series_fini(&here);
	return median;
}

void
ours_limit(const char *what, double limit, const char *of, double reached)
{
	(void)printf("| %s | %.2f x %s | %.2f %s |\n", what, limit, of, reached,
	    reached <= limit ? "held" : "**missed**");
}
