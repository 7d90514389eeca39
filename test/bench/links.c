/* SPDX-License-Identifier: ISC */
/*
 * Measures what links cost: how long one death takes to bring all children of
 * a ring down and up again, against one_for_all; and what a monitor adds to a
 * restart. Prints Markdown.
 */
#include <sys/stat.h>

#include <err.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_contender.h"
#include "bench_ours.h"
#include "bench_stage.h"
#include "bench_stats.h"
#include "bench_tree.h"

enum {
	LINKS_NCHILDREN = 1000,
	LINKS_ROUNDS_MAX = 1000,
	LINKS_KILLS = 3, /* of one tree */
	LINKS_RESTARTS = 300,
};

static const int64_t LINKS_SECOND_NS = 1000000000;
static const double LINKS_MS_NS = 1e6;

static const char usage_text[] =
    "usage: links [-r ROUNDS] [-R]\n"
    "-R: real-time priority, where others use the machine\n";

enum {
	RING,
	ALL_REVERSE,
	ALL_TOGETHER,
	NKINDS
};

static const struct kind {
	const char *name;
	const char *strategy;
	const char *stop;
} kinds[NKINDS] = {
	[RING] = { "one ring of links", "one_for_one", "reverse" },
	[ALL_REVERSE] = { "one_for_all", "one_for_all", "reverse" },
	[ALL_TOGETHER] = { "one_for_all, stop together", "one_for_all",
	    "together" },
};

struct links {
	struct stage stage; /* first */
	size_t nrounds;
	struct tree tree;
	struct series ms[NKINDS];
	struct series ratios[NKINDS]; /* of the ring to it, by round */
	struct series alone_us;       /* a restart; by round */
	struct series monitored_us;
	struct series monitor_ratios;
};

static void
write_file(const char *dir, int kind)
{
	FILE *f = ours_file(dir);

	(void)fprintf(f,
	    "strategy %s\nstop %s\nmax_restarts 1000000\nmax_seconds 1\n",
	    kinds[kind].strategy, kinds[kind].stop);
	for (int i = 0; i < LINKS_NCHILDREN; i++) {
		(void)fprintf(f, "worker w%d { exec %s", i, contender_child);
		if (kind == RING)
			(void)fprintf(f, "; link w%d",
			    (i + 1) % LINKS_NCHILDREN);
		(void)fprintf(f, " }\n");
	}
	ours_file_done(f);
}

/* One death and what follows, in ms. */
static double
kill_one(struct links *l, size_t idx)
{
	int64_t start_ns, last_ns;
	int error;

	sleep_until(now_ns() + LINKS_SECOND_NS / 10);
	start_ns = now_ns();
	if (kill(l->tree.child[idx], SIGKILL) == -1)
		err(1, "kill");
	error =
	    tree_await_all(&l->tree, start_ns + 60 * LINKS_SECOND_NS, &last_ns);
	if (error != 0)
		errx(1, "not all came back: %s", strerror(-error));
	return (double)(last_ns - start_ns) / LINKS_MS_NS;
}

/* The median of a few deaths in one tree, in ms. */
static double
measure_one(struct links *l, int kind)
{
	struct series here = { 0 };
	double median;

	write_file(l->stage.dir, kind);
	ours_launch(&l->tree, l->stage.dir, kinds[kind].name, LINKS_NCHILDREN);
	for (size_t i = 0; i < LINKS_KILLS; i++)
		series_add(&here, kill_one(l, (i + 1) * 317));
	(void)tree_clear(&l->tree);
	median = series_quantile(&here, 0.5);
	series_fini(&here);
	return median;
}

/* The median of many restarts of one child, in us. */
static double
measure_restart(struct links *l, bool monitored)
{
	FILE *f = ours_file(l->stage.dir);
	double median;

	(void)fprintf(f,
	    "max_restarts 1000000\nmax_seconds 1\n"
	    "worker w0 { exec %s }\nworker w1 { exec %s%s }\n",
	    contender_child, contender_child, monitored ? "; monitor w0" : "");
	ours_file_done(f);
	ours_launch(&l->tree, l->stage.dir, "monitor", 2);
	median = ours_restart_us(&l->tree, 0, LINKS_RESTARTS);
	(void)tree_clear(&l->tree);
	return median;
}

static void
measure_monitor(struct links *l, bool monitored_first)
{
	double us[2];

	us[monitored_first] = measure_restart(l, monitored_first);
	us[!monitored_first] = measure_restart(l, !monitored_first);
	series_add(&l->alone_us, us[false]);
	series_add(&l->monitored_us, us[true]);
	series_add(&l->monitor_ratios, us[true] / us[false]);
}

static void
report(struct links *l)
{
	(void)printf("| one death, all back | ms | ring to this |\n"
		     "|---|---:|---:|\n");
	for (int kind = 0; kind < NKINDS; kind++)
		(void)printf("| %s | %.1f | %.2f |\n", kinds[kind].name,
		    series_quantile(&l->ms[kind], 0.5),
		    series_quantile(&l->ratios[kind], 0.5));
	(void)printf("\n| restart of one child | us |\n|---|---:|\n"
		     "| alone | %.0f |\n| with a monitor | %.0f |\n",
	    series_quantile(&l->alone_us, 0.5),
	    series_quantile(&l->monitored_us, 0.5));
	(void)printf("\n| supervise | at most | reached |\n|---|---:|---:|\n");
	ours_limit("one death in a ring", 1.5, "one_for_all",
	    series_quantile(&l->ratios[ALL_REVERSE], 0.5));
	ours_limit("restart with a monitor", 1.05, "without",
	    series_quantile(&l->monitor_ratios, 0.5));
}

static void
measure(struct stage *stage)
{
	struct links *l = (struct links *)(void *)stage;
	char fifo[PATH_MAX];

	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", stage->dir);
	tree_prepare(&l->tree, fifo);
	for (size_t round = 0; round < l->nrounds; round++) {
		double ms[NKINDS];

		(void)fprintf(stderr, "links: round %zu\n", round + 1);
		for (int kind = 0; kind < NKINDS; kind++) {
			ms[kind] = measure_one(l, kind);
			series_add(&l->ms[kind], ms[kind]);
			series_add(&l->ratios[kind], ms[RING] / ms[kind]);
		}
		measure_monitor(l, round % 2 == 1);
	}
	report(l);
}

int
main(int argc, char **argv)
{
	struct links l = { .stage = { .measure = measure }, .nrounds = 5 };
	int option;

	while ((option = getopt(argc, argv, "r:R")) != -1)
		switch (option) {
		case 'r':
			l.nrounds = stage_number(optarg, LINKS_ROUNDS_MAX);
			break;
		case 'R':
			l.stage.realtime = true;
			break;
		default:
			(void)fputs(usage_text, stderr);
			return 2;
		}
	if (optind != argc)
		errx(2, "%s: what is this?\n%s", argv[optind], usage_text);
	contenders_init();
	return stage_run(&l.stage);
}
