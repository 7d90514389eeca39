/* SPDX-License-Identifier: ISC */
/*
 * Measures what the output of children costs a restart: that the child has
 * `log prefix` instead of `log inherit`, and that another one writes lines of
 * 100 bytes as fast as they are taken. Prints Markdown.
 */
#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

#include "bench_contender.h"
#include "bench_ours.h"
#include "bench_stage.h"
#include "bench_stats.h"

enum {
	LOG_RESTARTS = 300,
	LOG_ROUNDS_MAX = 1000
};

static const char usage_text[] =
    "usage: log_restart [-r ROUNDS] [-R]\n"
    "-R: real-time priority, where others use the machine\n";

/* What else goes on; the first two have a silent neighbour. */
enum {
	INHERIT,
	PREFIX,
	WRITER,
	NKINDS
};

/* Of 99 bytes and a newline, as many as are taken. */
#define WRITER_EXEC                                         \
	"exec yes "                                         \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"

static const struct kind {
	const char *name;
	const char *log;
	const char *neighbour;
} kinds[NKINDS] = {
	[INHERIT] = { "log inherit", "inherit", "exec sleep 1000000" },
	[PREFIX] = { "log prefix", "prefix", "exec sleep 1000000" },
	[WRITER] = { "log prefix, while another one writes", "prefix",
	    WRITER_EXEC },
};

struct costs {
	struct stage stage; /* first */
	size_t nrounds;
	struct tree tree;
	struct series us[NKINDS];
	struct series of_inherit; /* prefix to it, by round */
	struct series of_quiet;   /* while another one writes, the same */
};

static double
measure_one(struct costs *c, const struct kind *kind)
{
	FILE *f = ours_file(c->stage.dir);
	double median;

	(void)fprintf(f,
	    "max_restarts 1000000\nmax_seconds 1\n"
	    "worker w { log %s; exec %s }\n"
	    "worker neighbour { log prefix; %s }\n",
	    kind->log, contender_child, kind->neighbour);
	ours_file_done(f);
	ours_launch(&c->tree, c->stage.dir, kind->name, 1);
	median = ours_restart_us(&c->tree, 0, LOG_RESTARTS);
	(void)tree_clear(&c->tree);
	return median;
}

static void
report(struct costs *c)
{
	(void)printf("| restart of one child | us |\n|---|---:|\n");
	for (int kind = 0; kind < NKINDS; kind++)
		(void)printf("| %s | %.0f |\n", kinds[kind].name,
		    series_quantile(&c->us[kind], 0.5));
	(void)printf("\n| supervise | at most | reached |\n|---|---:|---:|\n");
	ours_limit("restart with log prefix", 1.1, "log inherit",
	    series_quantile(&c->of_inherit, 0.5));
	ours_limit("restart while another one writes", 1.2, "a quiet tree",
	    series_quantile(&c->of_quiet, 0.5));
}

static void
measure(struct stage *stage)
{
	struct costs *c = (struct costs *)(void *)stage;
	char fifo[PATH_MAX];

	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", stage->dir);
	tree_prepare(&c->tree, fifo);
	for (size_t round = 0; round < c->nrounds; round++) {
		double us[NKINDS];

		(void)fprintf(stderr, "log_restart: round %zu\n", round + 1);
		for (size_t i = 0; i < NKINDS; i++) {
			size_t kind = (i + round) % NKINDS;

			us[kind] = measure_one(c, &kinds[kind]);
			series_add(&c->us[kind], us[kind]);
		}
		series_add(&c->of_inherit, us[PREFIX] / us[INHERIT]);
		series_add(&c->of_quiet, us[WRITER] / us[PREFIX]);
	}
	report(c);
}

int
main(int argc, char **argv)
{
	struct costs c = { .stage = { .measure = measure }, .nrounds = 5 };
	int option;

	while ((option = getopt(argc, argv, "r:R")) != -1)
		switch (option) {
		case 'r':
			c.nrounds = stage_number(optarg, LOG_ROUNDS_MAX);
			break;
		case 'R':
			c.stage.realtime = true;
			break;
		default:
			(void)fputs(usage_text, stderr);
			return 2;
		}
	if (optind != argc)
		errx(2, "%s: what is this?\n%s", argv[optind], usage_text);
	contenders_init();
	return stage_run(&c.stage);
}
