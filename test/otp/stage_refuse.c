/* SPDX-License-Identifier: ISC */
#include "stage.h"

/* What cannot be played, and why; README.md has the same list. */

/* A process that ends itself may choose any reason but one in OTP. */
static bool
ends_by_kill(const struct node *node)
{
	for (unsigned i = 0; i < node->nlife; i++)
		if (node->life[i].after_ms >= 0 &&
		    node->life[i].ending.kind == ENDING_KILL)
			return true;
	return node->term == TERM_EXIT && node->term_ending.kind == ENDING_KILL;
}

/* S11: such a file is refused before there is a tree. */
static bool
is_bad_combination(const struct scenario *s, const struct node *node)
{
	return node->parent >= 0 && node->policy.significant &&
	    s->nodes[node->parent].kind == NODE_SUP &&
	    (node->policy.restart == RESTART_PERMANENT ||
		s->nodes[node->parent].policy.sup.auto_shutdown ==
		    AUTO_SHUTDOWN_NEVER);
}

static const char *
refuses_node(const struct scenario *s, const struct node *node, bool file)
{
	if (ends_by_kill(node))
		return "no process ends itself with the reason kill (S156)";
	if (file && is_bad_combination(s, node))
		return "the file is refused, not the core's event (S11)";
	return NULL;
}

static const char *
refuses_step(const struct scenario *s, const struct step *step)
{
	bool kill = step->kind == STEP_KILL ||
	    (step->kind == STEP_SIGNAL && step->ending.kind == ENDING_KILL);

	if (kill && step->node >= 0 && step->node != s->root &&
	    s->nodes[step->node].kind != NODE_WORKER)
		return "a nested supervisor is no process to kill (S73)";
	if (step->kind == STEP_EXIT && step->ending.kind == ENDING_KILL)
		return "no process ends itself with the reason kill (S156)";
	if (step->kind == STEP_STOP && step->ending.kind != ENDING_SHUTDOWN &&
	    step->ending.kind != ENDING_KILL)
		return "the root is not told with which reason to end (S71)";
	if ((step->kind == STEP_RESTART || step->kind == STEP_DELETE) &&
	    step->sup >= 0 && s->nodes[step->sup].kind == NODE_DSUP &&
	    s->nodes[step->sup].impl == IMPL_ELIXIR)
		return "a DynamicSupervisor dies of such a call (S120)";
	return NULL;
}

const char *
scenario_refuses(const struct scenario *s, bool added)
{
	const char *why = NULL;

	for (unsigned i = 0; i < s->nnodes && why == NULL; i++)
		why = refuses_node(s, &s->nodes[i],
		    added || !s->nodes[i].dynamic);
	for (unsigned i = 0; i < s->nsteps && why == NULL; i++) {
		why = refuses_step(s, &s->steps[i]);
		if (why == NULL && s->steps[i].kind == STEP_START)
			why = refuses_node(s, &s->steps[i].spec, added);
	}
	return why;
}

const char *
stage_refuses(const struct scenario *s)
{
	return scenario_refuses(s, true);
}
