/* SPDX-License-Identifier: ISC */
/*
 * Measures what the control socket costs: those who ask, and those who are
 * asked while they have something else to do. Prints Markdown.
 */
#include <sys/stat.h>

#include <assert.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_contender.h"
#include "bench_crowd.h"
#include "bench_proc.h"
#include "bench_race.h"
#include "bench_result.h"
#include "bench_stage.h"
#include "bench_stats.h"
#include "bench_tree.h"

enum {
	CONTROL_NCHILDREN = 1000,
	CONTROL_NFOLLOWERS = 100,
	CONTROL_KILLS = 5,       /* in a row, without the crowd or with it */
	CONTROL_SLOW_ROUNDS = 5, /* of a command that takes a second */
};

static const int64_t CONTROL_SECOND_NS = 1000000000;
static const double CONTROL_MS_NS = 1e6;
static const double CONTROL_SECOND = 1e9;

/* For the crowd to come, for the engine after its leaving; between kills. */
static const int64_t CONTROL_CROWD_NS = 20000000;
static const int64_t CONTROL_PAUSE_NS = 1000000;

static const char usage_text[] =
    "usage: control [-r ROUNDS] [-i IDLE_SECONDS] [-R]\n"
    "-R: real-time priority, where others use the machine\n";

/* One that runs the children, and is asked. */
struct asked {
	struct tree tree;
	struct plan plan;
	bool there;
};

struct control {
	struct stage stage; /* first */
	size_t nrounds;
	int idle_s;
	struct asked ours, supervisord, dinit;
	char socket[PATH_MAX + 8]; /* of ours */
	struct series alone_ms, crowded_ms, crowd_ratios;
	double flood_bytes; /* answered a second */
	int64_t nswitches;  /* with followers */
};

/* ------------------------------------------------------------- contenders */

static void
launch(struct control *c, struct asked *asked, const char *name)
{
	const struct contender *contender = contender_find(name);
	char why[RESULT_NOTE_SIZE];
	int64_t at_ns;
	int error;

	assert(contender != NULL);
	asked->tree.fifo = c->ours.tree.fifo;
	asked->tree.root_fd = -1;
	if (!contender_can(contender, CONTROL_NCHILDREN, why, sizeof(why))) {
		(void)printf("- %s: %s\n", name, why);
		return;
	}
	(void)fprintf(stderr, "asking: start of %s\n", name);
	asked->plan.nchildren = CONTROL_NCHILDREN;
	(void)snprintf(asked->plan.dir, sizeof(asked->plan.dir), "%s/%s",
	    c->stage.dir, name);
	if (mkdir(asked->plan.dir, 0700) == -1)
		err(1, "%s", asked->plan.dir);
	contender->prepare(&asked->plan);
	tree_launch(&asked->tree, asked->plan.dir,
	    (char *const *)asked->plan.argv, CONTROL_NCHILDREN, &at_ns);
	error = tree_await_all(&asked->tree, at_ns + 60 * CONTROL_SECOND_NS,
	    &at_ns);
	if (error != 0)
		errx(1, "%s: start: %s", name, strerror(-error));
	sleep_until(now_ns() + CONTROL_SECOND_NS);
	asked->there = true;
}

/* ---------------------------------------------------------------- figures */

static void
measure_idle(struct control *c)
{
	struct proc_usage before, after;
	struct crowd crowd;

	(void)fprintf(stderr, "asking: %d followers\n", CONTROL_NFOLLOWERS);
	crowd_init(&crowd, c->socket);
	crowd_add(&crowd, CONTROL_NFOLLOWERS, "events\n");
	sleep_until(now_ns() + CONTROL_SECOND_NS);
	proc_usage(c->ours.tree.child, CONTROL_NCHILDREN, &before);
	sleep_until(now_ns() + c->idle_s * CONTROL_SECOND_NS);
	proc_usage(c->ours.tree.child, CONTROL_NCHILDREN, &after);
	c->nswitches = after.switches - before.switches;
	crowd_fini(&crowd);
}

/* A few restarts; their median, in ms. */
static double
restart_some(struct control *c, size_t first, struct series *all)
{
	struct series here = { 0 };
	double median;

	for (size_t i = 0; i < CONTROL_KILLS; i++) {
		size_t idx = (first + i) * 7919 % CONTROL_NCHILDREN;
		int64_t took_ns;
		int error;

		sleep_until(now_ns() + CONTROL_PAUSE_NS);
		error = tree_replace(&c->ours.tree, idx, 10 * CONTROL_SECOND_NS,
		    &took_ns);
		if (error != 0)
			errx(1, "restart: %s", strerror(-error));
		series_add(&here, (double)took_ns / CONTROL_MS_NS);
		series_add(all, (double)took_ns / CONTROL_MS_NS);
	}
	median = series_quantile(&here, 0.5);
	series_fini(&here);
	return median;
}

/* The same while there is a crowd; adds up how long it was there. */
static double
restart_crowded(struct control *c, struct crowd *crowd, size_t first,
    int64_t *crowded_ns)
{
	int64_t start_ns;
	double median;

	crowd_add(crowd, 1, "events\n");
	crowd_add(crowd, 1, "status\n");
	start_ns = now_ns();
	crowd_flood(crowd, true);
	sleep_until(now_ns() + CONTROL_CROWD_NS);
	median = restart_some(c, first, &c->crowded_ms);
	crowd_flood(crowd, false);
	*crowded_ns += now_ns() - start_ns;
	crowd_leave(crowd);
	return median;
}

static void
measure_crowded(struct control *c)
{
	int64_t crowded_ns = 0;
	struct crowd crowd;

	(void)fprintf(stderr, "asking: restarts in a crowd\n");
	crowd_init(&crowd, c->socket);
	crowd_make_flooder(&crowd, &c->stage);
	for (size_t round = 0; round < c->nrounds; round++) {
		double alone = 0, crowded = 0;

		for (size_t half = 0; half < 2; half++) {
			size_t first = (2 * round + half) * CONTROL_KILLS;

			sleep_until(now_ns() + CONTROL_CROWD_NS);
			if (half == (round & 1))
				alone = restart_some(c, first, &c->alone_ms);
			else
				crowded = restart_crowded(c, &crowd, first,
				    &crowded_ns);
		}
		series_add(&c->crowd_ratios, crowded / alone);
	}
	c->flood_bytes =
	    (double)*crowd.nanswered * CONTROL_SECOND / (double)crowded_ns;
	crowd_fini(&crowd);
}

/* ------------------------------------------------------------------- race */

enum {
	RACER_BARE,
	RACER_STATUS,
	RACER_DINITCTL,
	RACER_SUPERVISORCTL,
	NRACERS
};

enum {
	STEP_TRUE,
	STEP_PID,
	STEP_RESTART,
	STEP_CALL,
	NSTEPS
};

static void
race(struct control *c, const char *server, struct racer *racers,
    struct racer *steps)
{
	const char *home = c->ours.plan.dir;

	racers[RACER_BARE] =
	    (struct racer){ .name = "bare: connect, read as much, end",
		    .dir = home,
		    .argv = { contender_answer, server } };
	racers[RACER_STATUS] = (struct racer){ .name = "supervise status",
		.dir = home,
		.argv = { contender_supervise, "status" } };
	racers[RACER_DINITCTL] = (struct racer){
		.name = c->dinit.there ? "dinitctl list" : NULL,
		.dir = c->dinit.plan.dir,
		.argv = { "dinitctl", "-p", "socket", "list" },
	};
	racers[RACER_SUPERVISORCTL] = (struct racer){
		.name = c->supervisord.there ? "supervisorctl status" : NULL,
		.dir = c->supervisord.plan.dir,
		.argv = { "supervisorctl", "-c", "supervisord.conf", "status" },
		.nrounds = CONTROL_SLOW_ROUNDS,
	};
	(void)fprintf(stderr, "asking: status of all\n");
	race_run(racers, NRACERS, c->nrounds);

	steps[STEP_TRUE] =
	    (struct racer){ .name = "true", .dir = home, .argv = { "true" } };
	steps[STEP_PID] = (struct racer){ .name = "supervise pid w.500",
		.dir = home,
		.argv = { contender_supervise, "pid", "w.500" } };
	steps[STEP_RESTART] = (struct racer){ .name = "supervise restart w.500",
		.dir = home,
		.argv = { contender_supervise, "restart", "w.500" } };
	steps[STEP_CALL] = (struct racer){
		.name = "supervise call w.500 -- true",
		.dir = home,
		.argv = { contender_supervise, "call", "w.500", "--", "true" }
	};
	(void)fprintf(stderr, "asking: one name\n");
	race_run(steps, NSTEPS, c->nrounds);
}

/* ----------------------------------------------------------------- report */

static void
print_racers(const char *to, const struct racer *racers, size_t n)
{
	(void)printf("| whole command | ms | to %s |\n|---|---:|---:|\n", to);
	for (size_t i = 0; i < n; i++)
		if (racers[i].name != NULL)
			(void)printf("| %s | %.3f | %.2f |\n", racers[i].name,
			    race_value(&racers[i]),
			    race_ratio(&racers[i], &racers[0]));
	(void)printf("\n");
}

static void
print_restarts(const char *when, struct series *ms)
{
	(void)printf("| %s | %.3f | %.3f |\n", when, series_quantile(ms, 0.5),
	    series_quantile(ms, 0.9));
}

static void
print_target(const char *what, const char *at_most, double limit,
    double reached)
{
	if (!isfinite(reached))
		(void)printf("| %s | %s | - |\n", what, at_most);
	else
		(void)printf("| %s | %s | %.2f %s |\n", what, at_most, reached,
		    reached <= limit ? "held" : "**missed**");
}

static void
report(struct control *c, const struct racer *racers, const struct racer *steps)
{
	const struct racer *status = &racers[RACER_STATUS];

	print_racers("bare", racers, NRACERS);
	print_racers("true", steps, NSTEPS);
	(void)printf("| restart of one, ms | median | p90 |\n"
		     "|---|---:|---:|\n");
	print_restarts("alone", &c->alone_ms);
	print_restarts("in the crowd", &c->crowded_ms);
	(void)printf("\nWho floods got %.1f MB of answers a second.\n\n",
	    c->flood_bytes / 1e6);

	(void)printf("| supervise | at most | reached |\n|---|---:|---:|\n");
	print_target("status of all", "1.5 x bare", 1.5,
	    race_ratio(status, &racers[RACER_BARE]));
	print_target("status of all", "0.2 x supervisorctl status", 0.2,
	    race_ratio(status, &racers[RACER_SUPERVISORCTL]));
	print_target("status of all", "1 x dinitctl list", 1,
	    race_ratio(status, &racers[RACER_DINITCTL]));
	print_target("restart of one in the crowd", "1.2 x alone", 1.2,
	    series_quantile(&c->crowd_ratios, 0.5));
	print_target("call of true", "1.5 x (pid and true)", 1.5,
	    race_value(&steps[STEP_CALL]) /
		(race_value(&steps[STEP_PID]) + race_value(&steps[STEP_TRUE])));
	print_target("context switches, idle, 100 followers", "0", 0,
	    (double)c->nswitches);
}

static void
measure(struct stage *stage)
{
	struct control *c = (struct control *)(void *)stage;
	static struct racer racers[NRACERS], steps[NSTEPS];
	char fifo[PATH_MAX], server[PATH_MAX];
	size_t len;

	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", stage->dir);
	(void)snprintf(server, sizeof(server), "%s/answer", stage->dir);
	tree_prepare(&c->ours.tree, fifo);
	launch(c, &c->ours, "supervise");
	(void)snprintf(c->socket, sizeof(c->socket), "%s/socket",
	    c->ours.plan.dir);
	measure_idle(c);
	measure_crowded(c);
	launch(c, &c->dinit, "dinit");
	launch(c, &c->supervisord, "supervisord");
	len = crowd_answer_len(c->socket, "status\n");
	crowd_serve(server, len);
	race(c, server, racers, steps);
	(void)printf("The answer to `status` is %zu bytes.\n\n", len);
	report(c, racers, steps);
	(void)tree_clear(&c->ours.tree);
}

int
main(int argc, char **argv)
{
	struct control c = {
		.stage = { .measure = measure }, .nrounds = 100, .idle_s = 5
	};
	int option;

	while ((option = getopt(argc, argv, "r:i:R")) != -1)
		switch (option) {
		case 'r':
			c.nrounds = stage_number(optarg, RACE_ROUNDS_MAX);
			break;
		case 'i':
			c.idle_s = (int)stage_number(optarg, 3600);
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
