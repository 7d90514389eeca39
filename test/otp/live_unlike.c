/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "live.h"

/*
 * What processes do not have in common with those of Erlang; README.md has
 * the list.
 */

/* Whether several ends are found at once. */
static bool
has_crowds(const struct scenario *s)
{
	for (unsigned i = 0; i < s->nsteps; i++)
		if (s->steps[i].nmembers > 1)
			return true;
	return false;
}

/* Whether every start of it comes out well. */
static bool
starts_well(const struct node *node)
{
	for (unsigned i = 0; i < node->nstart; i++)
		if (node->start[i] != PLAN_OK)
			return false;
	return true;
}

bool
live_blocks(const struct node *sup)
{
	switch (sup->policy.sup.strategy) {
	case STRATEGY_ONE_FOR_ALL:
	case STRATEGY_REST_FOR_ONE:
		return true;
	case STRATEGY_ONE_FOR_ONE:
	case STRATEGY_DYNAMIC:
		break;
	}
	return false;
}

bool
live_is_at_once(const struct scenario *s, const struct node *node)
{
	return has_crowds(s) && starts_well(node) &&
	    !live_blocks(&s->nodes[node->parent]);
}

/*
 * Whether a supervisor ends in the step that begins at `line` after a child
 * of it had a start that takes time. In OTP that start is over by then; here
 * it may be on its way (D1).
 */
static bool
overtakes(const struct scenario *s, const char *line)
{
	bool slow[SCENARIO_NODES_MAX] = { false }; /* has such a child */
	char word[16], id[SCENARIO_ID_SIZE];

	while ((line = strchr(line, '\n')) != NULL) {
		int node;

		line++;
		if (sscanf(line, "%15s %31[a-z0-9_]", word, id) != 2 ||
		    strcmp(word, "step") == 0)
			return false;
		node = scenario_find(s, id);
		if (node < 0)
			continue;
		if (strcmp(word, "exit") == 0 && slow[node])
			return true;
		if ((strcmp(word, "start") == 0 ||
			strcmp(word, "ignore") == 0 ||
			strcmp(word, "startfail") == 0) &&
		    s->nodes[node].parent >= 0 &&
		    !starts_well(&s->nodes[node]) &&
		    !live_blocks(&s->nodes[s->nodes[node].parent]))
			slow[s->nodes[node].parent] = true;
	}
	return false;
}

/* The same of all its steps in which several ends are found at once. */
static bool
is_overtaken(const struct scenario *s)
{
	struct trace trace;
	bool found = false;

	if (!has_crowds(s))
		return false;
	trace_init(&trace, false);
	stage_play(s, &trace);
	for (const char *line = trace.text; line != NULL && !found;
	     line = strstr(line + 1, "\nstep "))
		if (strstr(line, " together ") != NULL &&
		    strstr(line, " together ") < strchr(line + 1, '\n'))
			found = overtakes(s, line + 1);
	trace_fini(&trace);
	return found;
}

/* Whether the root is killed while there are supervisors below it. */
static bool
kills_supervisors(const struct scenario *s)
{
	bool kills = false, nested = false;

	for (unsigned i = 0; i < s->nsteps; i++)
		kills |= s->steps[i].ending.kind == ENDING_KILL &&
		    (s->steps[i].kind == STEP_STOP ||
			(s->steps[i].kind != STEP_EXIT &&
			    s->steps[i].node == s->root));
	for (unsigned i = 0; i < s->nnodes; i++)
		nested |= s->nodes[i].kind != NODE_WORKER && (int)i != s->root;
	return kills && nested;
}

static bool
has_links(const struct scenario *s)
{
	bool links = s->nlinks > 0;

	for (unsigned i = 0; i < s->nsteps; i++)
		links |= s->steps[i].kind == STEP_LINK ||
		    s->steps[i].kind == STEP_UNLINK;
	return links;
}

const char *
live_refuses(const struct scenario *s)
{
	const char *why;

	if (has_links(s))
		return "links are played on paper only";
	for (unsigned i = 1; i < s->nsteps; i++)
		if (s->steps[i].kind == STEP_STOP && s->steps[i].member &&
		    s->steps[i - 1].kind != STEP_TOGETHER)
			return "an order to stop is found before ends are";
	if (kills_supervisors(s))
		return "of a killed root no process tells how supervisors end";
	why = scenario_refuses(s, false);
	if (why == NULL && is_overtaken(s))
		return "a start that takes time holds nobody up (D1)";
	return why;
}
