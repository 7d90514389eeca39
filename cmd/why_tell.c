/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/policy.h"
#include "cmd/rows.h"
#include "cmd/why.h"
#include "cmd/words.h"
#include "core/child.h"
#include "engine/people.h"

/* Room of a sentence about an end. */
#define HOW_SIZE 128

/* It is no longer a child. */
static bool
is_gone(const struct story *story)
{
	return strcmp(story->state, "removed") == 0;
}

/* What a supervisor of this strategy does when a child has ended. */
static const char *
consequence(const char *strategy)
{
	if (strcmp(strategy, strategy_text[STRATEGY_ONE_FOR_ALL]) == 0)
		return "restarted all its children";
	if (strcmp(strategy, strategy_text[STRATEGY_REST_FOR_ONE]) == 0)
		return "restarted it and those after it";
	return "restarted it";
}

static bool
is_outcome(const struct past *past, enum history_outcome outcome)
{
	return strcmp(past->outcome, history_outcome_text[outcome]) == 0;
}

/* Its supervisor has decided to restart it. */
static void
tell_restart(const struct story *story, const struct past *past)
{
	char span[WORDS_SIZE];

	if (*past->caught != '\0')
		printf("a catch line says restart: ");
	if (past->run < story->run)
		printf("%s %s (%s)", story->under, consequence(past->strategy),
		    past->strategy);
	else if (story->due_ms >= 0)
		printf("%s starts it again in %s", story->under,
		    words_span(story->due_ms, span));
	else if (strcmp(story->state, child_state_text[CHILD_DOWN]) == 0 ||
	    is_gone(story))
		printf("%s was to restart it, which was called off",
		    story->under);
	else
		printf("%s is about to restart it", story->under);
}

/* Nothing has followed from its end, at least so far. */
static void
tell_rest(const struct story *story, const struct past *past)
{
	if (past->run < story->run)
		printf("no restart came of it");
	else if (is_gone(story) &&
	    strcmp(story->restart, restart_text[RESTART_TEMPORARY]) == 0)
		printf("it was temporary");
	else if (is_gone(story))
		printf("it was removed");
	else if (strcmp(story->state, child_state_text[CHILD_DOWN]) != 0)
		printf("%s has not dealt with it yet", story->under);
	else if (strcmp(story->restart, restart_text[RESTART_TEMPORARY]) == 0)
		printf("it is temporary and stays down");
	else if (strcmp(story->restart, restart_text[RESTART_TRANSIENT]) == 0 &&
	    strcmp(past->reason, "exit:0") == 0)
		printf("it is transient and has done its work");
	else
		printf("it stays down");
}

/* What has followed from an end that its supervisor had to deal with. */
static void
tell_outcome(const struct story *story, const struct past *past)
{
	if (*story->under == '\0')
		printf("everything stopped");
	else if (is_outcome(past, HISTORY_RESTART))
		tell_restart(story, past);
	else if (is_outcome(past, HISTORY_GROUP))
		printf("%s restarted it with its group (%s)", story->under,
		    past->strategy);
	else if (is_outcome(past, HISTORY_GAVE_UP))
		printf("a restart would have been one too many, %s gave up",
		    story->under);
	else if (is_outcome(past, HISTORY_AUTO_SHUTDOWN))
		printf("%s ended with it (auto_shutdown)", story->under);
	else if (is_outcome(past, HISTORY_IGNORED))
		printf("it said that it is not needed");
	else if (is_outcome(past, HISTORY_CAUGHT))
		printf("a catch line says that it stays down");
	else if (is_outcome(past, HISTORY_KEPT))
		printf("it was to replace run %" PRId64 ", which went on",
		    past->by_run);
	else if (is_outcome(past, HISTORY_ANEW))
		printf("%s gave up, was restarted and started it anew",
		    story->under);
	else if (is_outcome(past, HISTORY_ESCALATED))
		printf("a catch line says escalate, %s gave up", story->under);
	else
		tell_rest(story, past);
}

/* " because b was killed (SIGKILL)", and what was behind that. */
static void
tell_by(const struct past *past, const char *link)
{
	char how[HOW_SIZE];

	if (*past->first == '\0')
		printf("%s %s", past->by,
		    people_end(past->by_reason, past->behind, how,
			sizeof(how)));
	else
		printf("%s ended%s, which ended because %s %s", past->by, link,
		    past->first,
		    people_end(past->first_reason, past->behind, how,
			sizeof(how)));
}

static void
tell_sibling(const struct story *story, const struct past *past)
{
	bool all =
	    strcmp(past->strategy, strategy_text[STRATEGY_ONE_FOR_ALL]) == 0;

	printf("because ");
	tell_by(past, "");
	printf(": %s is %s, %s", story->under, past->strategy,
	    all ? "all its children restart together" :
		  "those after it restart with it");
}

/* The reason is that of the other one, whose end was an exit signal. */
static void
tell_link(const struct past *past)
{
	printf("because ");
	tell_by(past, " (link)");
}

static void
tell_signal(const struct past *past)
{
	printf("because a request sent it SIG%s", past->signal);
	if (past->from >= 0)
		printf(" (pid %" PRId64 ", uid %" PRId64 ")", past->from,
		    past->uid);
}

/* What is told of an end by its cause. */
struct telling {
	const char *how;   /* it ended; NULL: as its reason says */
	const char *words; /* why, or how that begins; NULL: tell_cause() */
	bool stop;         /* its supervisor stopped it, and does no more */
};

static const struct telling tellings[] = {
	[HISTORY_ITSELF] = { NULL, NULL, false },
	[HISTORY_LATE] = { NULL, "start_timeout was over", false },
	[HISTORY_ALIVE] = { NULL, "by its checks", false },
	[HISTORY_WATCHDOG] = { NULL,
	    "because it gave no sign of life in time (watchdog)", false },
	[HISTORY_SIBLING] = { NULL, NULL, true },
	[HISTORY_REQUEST] = { NULL, "on request", true },
	[HISTORY_RELOAD] = { NULL, "because a reload changed or removed it",
	    true },
	[HISTORY_REPLACED] = { NULL, NULL, true },
	[HISTORY_SUPERVISOR] = { NULL, NULL, true },
	[HISTORY_LINK] = { "ended by a link", NULL, false },
	[HISTORY_SIGNAL] = { NULL, NULL, false },
	[HISTORY_BEFORE] = { "did not start", "because its before command ",
	    false },
	[HISTORY_INIT] = { "did not start", "because its init program ",
	    false },
	[HISTORY_CHILD] = { "did not start", NULL, false },
	[HISTORY_INTENSITY] = { NULL, NULL, false },
	[HISTORY_CATCH] = { "gave up, a catch line says escalate", NULL,
	    false },
	[HISTORY_SIGNIFICANT] = { "shut down by itself", NULL, false },
};

static enum history_cause
cause_of(const struct past *past)
{
	enum history_cause cause = HISTORY_ITSELF;

	for (size_t i = 0; i < sizeof(tellings) / sizeof(*tellings); i++)
		if (strcmp(past->cause, history_cause_text[i]) == 0)
			cause = (enum history_cause)i;
	return cause;
}

/*
 * Whether a process or the kernel has ended it: not by what a program does to
 * itself when it goes wrong, nor for want of memory, which is told.
 */
static bool
from_outside(const struct past *past)
{
	static const char *const faults[] = { "signal:ABRT", "signal:BUS",
		"signal:FPE", "signal:ILL", "signal:SEGV", "signal:SYS",
		"signal:TRAP", "signal:PIPE", "signal:ALRM" };

	if (*past->oom != '\0')
		return false;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strcmp(past->reason, faults[i]) == 0)
			return false;
	return strcmp(past->reason, "killed") == 0 ||
	    strncmp(past->reason, "signal:", strlen("signal:")) == 0;
}

static void
tell_cause(const struct story *story, const struct past *past,
    enum history_cause cause)
{
	const char *words = tellings[cause].words;
	char how[HOW_SIZE];

	if (words != NULL)
		printf("%s", words);
	switch (cause) {
	case HISTORY_BEFORE:
	case HISTORY_INIT:
		printf("%s", people_reason(past->reason, how, sizeof(how)));
		break;
	case HISTORY_ALIVE:
		if (*past->error != '\0')
			printf(", the last of them: %s", past->error);
		break;
	case HISTORY_SIBLING:
		tell_sibling(story, past);
		break;
	case HISTORY_LINK:
		tell_link(past);
		break;
	case HISTORY_SIGNAL:
		tell_signal(past);
		break;
	case HISTORY_CHILD:
	case HISTORY_INTENSITY:
	case HISTORY_CATCH:
	case HISTORY_SIGNIFICANT:
		printf("because ");
		tell_by(past, "");
		break;
	case HISTORY_SUPERVISOR:
		if (*story->under != '\0')
			printf("because its supervisor %s stopped",
			    story->under);
		else
			printf("because everything stopped");
		break;
	case HISTORY_REPLACED:
		printf("replaced by run %" PRId64, past->by_run);
		break;
	case HISTORY_ITSELF:
		printf("%s",
		    from_outside(past) ?
			"by a signal that supervise did not send" :
			strncmp(past->reason, "start:", strlen("start:")) == 0 ?
			"it did not run" :
			"by itself");
		break;
	case HISTORY_LATE:
	case HISTORY_WATCHDOG:
	case HISTORY_REQUEST:
	case HISTORY_RELOAD:
		break;
	}
}

/* Whether a start has failed, and what is wrong with it is known. */
static bool
has_failed(const struct past *past, enum history_cause cause)
{
	return *past->error != '\0' &&
	    (cause == HISTORY_ITSELF || cause == HISTORY_LATE ||
		cause == HISTORY_BEFORE || cause == HISTORY_INIT);
}

static void
tell_past(const struct story *story, const struct past *past, bool colour)
{
	char time[WORDS_SIZE], span[WORDS_SIZE], how[HOW_SIZE];
	char had_said[HOW_SIZE];
	enum history_cause cause = cause_of(past);
	const struct telling *telling = &tellings[cause];
	bool red =
	    colour && !telling->stop && strcmp(past->reason, "exit:0") != 0;

	words_time(past->at, time);
	if (telling->how != NULL)
		strlcpy(how, telling->how, sizeof(how));
	else if (*past->oom != '\0')
		people_oom(past->memory, how, sizeof(how));
	else
		people_reason(past->reason, how, sizeof(how));
	printf("  %s  run %" PRId64 " %s%s%s%s, after %s\n  %*s  ", time,
	    past->run, red ? "\033[31m" : "", how, red ? "\033[0m" : "",
	    people_said(past->said, past->exit_status, had_said,
		sizeof(had_said)),
	    words_span(past->ran_ms, span), (int)strlen(time), "");
	if (has_failed(past, cause))
		printf("%s", past->error);
	else
		tell_cause(story, past, cause);
	if (!telling->stop) {
		printf("; ");
		tell_outcome(story, past);
	}
	putchar('\n');
}

static void
tell_state(const struct story *story, bool colour)
{
	const char *code = rows_colour(story->state, story->reason);
	char span[WORDS_SIZE];

	printf("%s is ", story->name);
	if (colour)
		printf("\033[%sm%s\033[0m", code,
		    is_gone(story) ? "gone" : story->state);
	else
		printf("%s", is_gone(story) ? "gone" : story->state);
	if (story->up_ms >= 0)
		printf(" for %s", words_span(story->up_ms, span));
	if (*story->pid != '\0')
		printf(", pid %s", story->pid);
	printf(", run %" PRId64, story->run);
	if (*story->under != '\0')
		printf(" (%s)", story->restart);
	putchar('\n');
	if (story->npast == 0)
		puts("  it has not ended so far");
}

static void
tell_budget(const struct story *story)
{
	int64_t left = story->max_restarts - story->restarts;
	char span[WORDS_SIZE];

	if (story->due_ms >= 0)
		printf("  the next start is due in %s\n",
		    words_span(story->due_ms, span));
	if (*story->under == '\0' || is_gone(story))
		return;
	printf("  %s has used %" PRId64 " of %" PRId64 " restarts in %" PRId64
	       "s, ",
	    story->under, story->restarts, story->max_restarts,
	    story->max_seconds);
	if (left > 0)
		printf("%" PRId64 " left\n", left);
	else
		printf("it gives up at the next\n");
}

static void
tell_lines(const struct story *story)
{
	if (story->nlines > 0)
		puts("  the last that it wrote:");
	for (size_t i = 0; i < story->nlines; i++)
		printf("    | %s\n", story->lines[i]);
}

void
why_tell(const struct story *story, bool colour)
{
	tell_state(story, colour);
	for (size_t k = 0; k < story->npast; k++)
		tell_past(story, &story->past[k], colour);
	tell_budget(story);
	tell_lines(story);
}
