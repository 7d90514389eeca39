/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "stage.h"

/*
 * usage: play-core [-c] [-q] [-t TRACES] [FILE...]
 *
 * Plays the scenarios of the files, or of standard input, on lib/core alone
 * and prints their traces; with -c in canonical form.
 *
 * With -t it compares them instead with the traces in a file, which are
 * canonical and in the same order, and prints `ok - NAME` or a diff and
 * `not ok - NAME`; with -q only the latter and a sum. Scenarios that cannot
 * be played are listed on standard error, each with the reason. More than 2
 * in 100 of them are a failure, and so is any difference: status 1. What is
 * wrong in the text of a scenario ends with status 2.
 */

#define UNPLAYED_MAX_PERCENT 2

struct play {
	const char *traces; /* or NULL: print */
	bool canonical;
	bool quiet;
	struct expect expect;
	struct trace trace;
	unsigned long nplayed, nunplayed, ndifferent;
};

/* For the message of an assertion that fails in lib/core. */
static const char *current = "";

static void
on_abort(int signo)
{
	static const char text[] = ": the core has aborted\n";

	(void)signo;
	if (write(STDERR_FILENO, current, strlen(current)) < 0 ||
	    write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

static void
compare(struct play *play, const char *name)
{
	bool same = expect_same(&play->expect, play->trace.text);

	if (!same)
		play->ndifferent++;
	if (!same || !play->quiet)
		printf("%s - %s\n", same ? "ok" : "not ok", name);
}

static void
play_scenario(struct play *play, const struct scenario *s)
{
	const char *why = stage_refuses(s);

	current = s->name;
	if (why != NULL) {
		play->nunplayed++;
		fprintf(stderr, "%s cannot be played: %s\n", s->name, why);
		if (play->traces != NULL)
			expect_skip(&play->expect);
		return;
	}
	stage_play(s, &play->trace);
	play->nplayed++;
	if (play->traces != NULL)
		compare(play, s->name);
	else
		fputs(play->trace.text, stdout);
}

static void
play_file(struct play *play, const char *file)
{
	static struct scenario scenario;
	struct scenario_text text;

	scenario_open(&text, file);
	while (scenario_next(&text, &scenario))
		play_scenario(play, &scenario);
	scenario_close(&text);
}

/* The sum, and the status of the program. */
static int
finish(const struct play *play)
{
	unsigned long n = play->nplayed + play->nunplayed;
	int status = play->ndifferent > 0;

	if (play->traces == NULL)
		return 0;
	if (play->nunplayed * 100 > n * UNPLAYED_MAX_PERCENT) {
		printf("not ok - at most %d in 100 cannot be played\n",
		    UNPLAYED_MAX_PERCENT);
		status = 1;
	}
	if (play->quiet)
		printf("%lu played, %lu different, %lu cannot be played\n",
		    play->nplayed, play->ndifferent, play->nunplayed);
	return status;
}

int
main(int argc, char *argv[])
{
	static struct play play;
	int status;

	for (int c; (c = getopt(argc, argv, "cqt:")) != -1;) {
		if (c == 'c')
			play.canonical = true;
		else if (c == 'q')
			play.quiet = true;
		else if (c == 't')
			play.traces = optarg;
		else
			return 2;
	}
	signal(SIGABRT, on_abort);
	if (play.traces != NULL)
		expect_open(&play.expect, play.traces);
	trace_init(&play.trace, play.canonical || play.traces != NULL);
	if (optind == argc)
		play_file(&play, NULL);
	for (int i = optind; i < argc; i++)
		play_file(&play, argv[i]);
	status = finish(&play);
	trace_fini(&play.trace);
	expect_close(&play.expect);
	return status;
}
