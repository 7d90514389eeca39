/* SPDX-License-Identifier: ISC */
/*
 * Measures supervise side by side with a bare loop and with other
 * supervisors, on N copies of a program that does nothing but say when it was
 * started. Prints Markdown; says on standard error how far it is.
 */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_contender.h"
#include "bench_report.h"
#include "bench_session.h"
#include "bench_stage.h"

enum {
	BENCH_SIZES_MAX = 16,
	BENCH_CONTENDERS_MAX = 16,
	BENCH_ROUNDS_MORE = 3,      /* times, up to BENCH_LARGE children */
	BENCH_PEER_ROUNDS = 2,      /* peers are slow, and no target */
	BENCH_PEER_ROUNDS_LARGE = 1 /* above BENCH_LARGE children */
};

/* How long all waits for a quiet machine may take, for one size. */
static const int64_t BENCH_PATIENCE_NS = 60000000000;

static const size_t BENCH_LARGE = 1000; /* children */

struct bench {
	struct stage stage; /* first */
	size_t sizes[BENCH_SIZES_MAX];
	size_t nsizes;
	size_t nrounds;
	bool chosen[BENCH_CONTENDERS_MAX];
	struct session_options session;
	struct tree tree;
	int64_t patience_ns; /* left for waiting until the machine is quiet */
};

/* Every contender once. */
struct round {
	size_t nchildren;
	size_t number;          /* from 0 */
	bool reverse;           /* only the stop one after the other */
	struct result *results; /* by contender; borrowed */
};

static const char usage_text[] =
    "usage: bench [-n N,...] [-r ROUNDS] [-k KILLS] [-i IDLE_SECONDS]\n"
    "             [-t TIME_LIMIT] [-q] [-R] [--only NAME,...] [--figure NAME,...]\n"
    "up to N = 1000 there are three times as many rounds\n"
    "figures: start restart again back stop memory idle\n"
    "-R: real-time priority, where others use the machine\n"
    "-q: quick, N = 1000, 3 rounds, bare and supervise only\n";

/* N of make may be a list with spaces or commas. */
static void
parse_sizes(struct bench *b, char *list)
{
	b->nsizes = 0;
	for (char *word = strtok(list, ", "); word != NULL;
	     word = strtok(NULL, ", ")) {
		if (b->nsizes == BENCH_SIZES_MAX)
			errx(2, "-n: more than %d sizes", BENCH_SIZES_MAX);
		b->sizes[b->nsizes++] = stage_number(word, 1000000);
	}
}

static void
parse_only(struct bench *b, char *list)
{
	memset(b->chosen, 0, sizeof(b->chosen));
	for (char *word = strtok(list, ", "); word != NULL;
	     word = strtok(NULL, ", ")) {
		size_t i = 0;

		while (i < ncontenders && strcmp(contenders[i].name, word) != 0)
			i++;
		if (i == ncontenders)
			errx(2, "--only %s: no such contender", word);
		b->chosen[i] = true;
	}
}

static void
parse_figures(struct bench *b, char *list)
{
	memset(b->session.wanted, 0, sizeof(b->session.wanted));
	for (char *word = strtok(list, ", "); word != NULL;
	     word = strtok(NULL, ", ")) {
		bool known = false;

		for (size_t i = 0; i < FIGURE_COUNT; i++) {
			if (strcmp(figures[i].key, word) != 0)
				continue;
			b->session.wanted[i] = true;
			known = true;
		}
		if (!known)
			errx(2, "--figure %s: no such figure", word);
	}
}

static void
make_quick(struct bench *b)
{
	char only[] = "bare,supervise";

	b->sizes[0] = 1000;
	b->nsizes = 1;
	b->nrounds = 1;
	b->session.nkills = 50;
	b->session.idle_s = 1;
	parse_only(b, only);
}

static void
parse_options(struct bench *b, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "only", required_argument, NULL, 'O' },
		{ "figure", required_argument, NULL, 'F' },
		{ "quick", no_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "n:r:k:i:t:qR", longs, NULL)) != -1)
		switch (c) {
		case 'n':
			parse_sizes(b, optarg);
			break;
		case 'r':
			b->nrounds = stage_number(optarg, RESULT_ROUNDS_MAX);
			break;
		case 'k':
			b->session.nkills = stage_number(optarg, 100000);
			break;
		case 'i':
			b->session.idle_s = (int)stage_number(optarg, 3600);
			break;
		case 't':
			b->session.time_limit_s =
			    (int)stage_number(optarg, 3600);
			break;
		case 'q':
			make_quick(b);
			break;
		case 'R':
			b->stage.realtime = true;
			break;
		case 'O':
			parse_only(b, optarg);
			break;
		case 'F':
			parse_figures(b, optarg);
			break;
		default:
			(void)fputs(usage_text, stderr);
			exit(2);
		}
	if (optind != argc)
		errx(2, "%s: what is this?\n%s", argv[optind], usage_text);
}

/* One start of contender `i`; what failed once is not tried again. */
static void
run_once(struct bench *b, const struct round *round, size_t i)
{
	const struct contender *c = &contenders[i];
	struct result *result = &round->results[i];
	size_t peer_rounds = round->nchildren > BENCH_LARGE ?
	    BENCH_PEER_ROUNDS_LARGE :
	    BENCH_PEER_ROUNDS;
	struct session s = { &b->tree, c, &b->session, &b->patience_ns,
		{ .nchildren = round->nchildren, .reverse = round->reverse },
		round->number, result };

	if (!b->chosen[i] || result->failed ||
	    (c->peer && round->number >= peer_rounds) ||
	    (round->reverse && !c->stops_either))
		return;
	if (!contender_can(c, round->nchildren, result->note,
		sizeof(result->note))) {
		result->failed = true;
		return;
	}
	(void)fprintf(stderr, "N %zu, round %zu: %s%s\n", round->nchildren,
	    round->number + 1, c->name, round->reverse ? ", reverse" : "");
	(void)snprintf(s.plan.dir, sizeof(s.plan.dir), "%s/%s-%zu",
	    b->stage.dir, c->name, round->nchildren);
	if (mkdir(s.plan.dir, 0700) == -1 && errno != EEXIST)
		err(1, "%s", s.plan.dir);
	session_run(&s);
	if (result->failed)
		(void)fprintf(stderr, "%s: %s\n", c->name, result->note);
}

/* Small trees are quick to measure, and noisier. */
static size_t
round_count(const struct bench *b, size_t nchildren)
{
	size_t n = b->nrounds;

	if (nchildren <= BENCH_LARGE)
		n *= BENCH_ROUNDS_MORE;
	return n < RESULT_ROUNDS_MAX ? n : RESULT_ROUNDS_MAX;
}

/*
 * Every contender once. The first two are those that are compared to the
 * utmost: they follow each other at once, and take turns in being first.
 */
static void
run_round(struct bench *b, const struct round *round)
{
	for (size_t k = 0; k < ncontenders; k++)
		run_once(b, round, k < 2 ? k ^ (round->number & 1) : k);
}

static void
run_size(struct bench *b, size_t nchildren, struct result *results)
{
	struct round round = { .nchildren = nchildren, .results = results };

	for (size_t i = 0; i < ncontenders; i++)
		result_init(&results[i]);
	for (; round.number < round_count(b, nchildren); round.number++) {
		round.reverse = false;
		run_round(b, &round);
		round.reverse = true;
		if (b->session.wanted[FIGURE_STOP_REVERSE])
			run_round(b, &round);
	}
}

/* Everything is measured and reported here. */
static void
measure(struct stage *stage)
{
	struct bench *b = (struct bench *)(void *)stage;
	struct report_block blocks[BENCH_SIZES_MAX];
	struct result *results;
	char fifo[sizeof(b->stage.dir) + 8];

	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", b->stage.dir);
	tree_prepare(&b->tree, fifo);

	results = calloc(b->nsizes * ncontenders, sizeof(*results));
	if (results == NULL)
		err(1, NULL);
	for (size_t i = 0; i < b->nsizes; i++) {
		blocks[i] = (struct report_block){ b->sizes[i], b->chosen,
			results + i * ncontenders };
		/* With -R others do not matter. */
		b->patience_ns = b->stage.realtime ? 0 : BENCH_PATIENCE_NS;
		run_size(b, b->sizes[i], blocks[i].results);
		report_block(&blocks[i], b->session.wanted);
	}
	if (b->chosen[0] && b->chosen[1])
		report_targets(blocks, b->nsizes);

	for (size_t i = 0; i < b->nsizes * ncontenders; i++)
		result_fini(&results[i]);
	free(results);
}

int
main(int argc, char **argv)
{
	struct bench b = { .stage = { .measure = measure },
		.sizes = { 1, 100, 1000, 10000 },
		.nsizes = 4,
		.nrounds = 5,
		.session = { .nkills = 100, .idle_s = 5, .time_limit_s = 120 },
		.tree = { .root_fd = -1, .fifo = -1 } };

	memset(b.chosen, 1, sizeof(b.chosen));
	memset(b.session.wanted, 1, sizeof(b.session.wanted));
	parse_options(&b, argc, argv);
	contenders_init();
	return stage_run(&b.stage);
}
