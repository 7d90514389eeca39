/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"
#include "verdict.h"

/*
 * usage: play-core [-c] [-q] [-t TRACES] [-u MAX] [FILE...]
 *
 * Plays the scenarios of the files, or of standard input, on lib/core alone
 * and prints their traces; with -c in canonical form.
 *
 * With -t it compares them instead with the traces in a file, which are
 * canonical and in the same order, and prints `ok - NAME` or a diff and
 * `not ok - NAME`; with -q only the latter and a sum. Scenarios that cannot
 * be played are listed on standard error, each with the reason. More than 2
 * in 100 of them, or than MAX, are a failure, and so is any difference: status
 * 1. What is wrong in the text of a scenario ends with status 2.
 */

struct play {
	bool canonical;
	struct verdict verdict;
	struct trace trace;
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
play_scenario(struct play *play, const struct scenario *s)
{
	const char *why = stage_refuses(s);

	current = s->name;
	if (why != NULL) {
		verdict_unplayed(&play->verdict, s->name, why);
		return;
	}
	stage_play(s, &play->trace);
	verdict_played(&play->verdict, s->name, play->trace.text, false);
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

int
main(int argc, char *argv[])
{
	static struct play play;
	int status;

	for (int c; (c = getopt(argc, argv, "cqt:u:")) != -1;) {
		if (c == 'c')
			play.canonical = true;
		else if (c == 'q')
			play.verdict.quiet = true;
		else if (c == 't')
			play.verdict.traces = optarg;
		else if (c == 'u')
			play.verdict.unplayed_max = atol(optarg);
		else
			return 2;
	}
	signal(SIGABRT, on_abort);
	verdict_open(&play.verdict);
	trace_init(&play.trace, play.canonical || play.verdict.traces != NULL);
	if (optind == argc)
		play_file(&play, NULL);
	for (int i = optind; i < argc; i++)
		play_file(&play, argv[i]);
	status = verdict_close(&play.verdict);
	trace_fini(&play.trace);
	return status;
}
