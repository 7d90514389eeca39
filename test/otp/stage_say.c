/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"

/* What the tree says, in the words of OTP. */

static const char *
reason_word(const struct stage *st, const struct actor *actor,
    struct reason reason, char text[static TRACE_REST_SIZE])
{
	char ending[ENDING_TEXT_SIZE];

	switch ((enum reason_kind)reason.kind) {
	case REASON_EXIT:
	case REASON_SIGNAL:
	case REASON_KILLED:
	case REASON_SHUTDOWN:
		snprintf(text, TRACE_REST_SIZE, "%s",
		    ending_text(st->s, stage_ending(reason), ending));
		break;
	case REASON_FAILED_CHILD:
		snprintf(text, TRACE_REST_SIZE,
		    "shutdown:failed_to_start_child:%s",
		    st->personas[actor->node].failed);
		break;
	case REASON_START:
		strlcpy(text, "failed", TRACE_REST_SIZE);
		break;
	case REASON_NONE:
	case REASON_TIMEOUT:
	case REASON_INTENSITY:
		strlcpy(text, reason_text(reason, ending), TRACE_REST_SIZE);
		break;
	}
	return text;
}

/* The end of a run that was complete; others are not heard of in OTP. */
void
stage_say_end(struct stage *st, struct actor *actor, const char *reason)
{
	struct persona *persona = &st->personas[actor->node];

	if (actor->said) {
		/* It was said when it happened. */
		if (strcmp(persona->last, reason) != 0)
			trace_event(st->trace, TRACE_EXIT, actor->node, 0,
			    reason);
		return;
	}
	actor->said = true;
	strlcpy(persona->last, reason, sizeof(persona->last));
	if (actor->up || actor->policy.kind == KIND_SUPERVISOR)
		trace_event(st->trace, TRACE_EXIT, actor->node, persona->nth,
		    reason);
}

static void
say_started(struct stage *st, struct actor *actor)
{
	struct persona *persona = &st->personas[actor->node];

	actor->up = true;
	st->booted |= actor == st->root;
	if (actor->policy.kind == KIND_SUPERVISOR) {
		trace_event(st->trace, TRACE_UP, actor->node, persona->nth,
		    NULL);
		return;
	}
	persona->actor = actor;
	trace_event(st->trace, TRACE_START, actor->node, ++persona->nth, NULL);
}

/* Of a supervisor's start the beginning is told as well. */
static void
say_starting(struct stage *st, struct actor *actor)
{
	struct persona *persona = &st->personas[actor->node];

	if (actor->policy.kind != KIND_SUPERVISOR)
		return;
	actor->said = false;
	persona->actor = actor;
	trace_event(st->trace, TRACE_START, actor->node, ++persona->nth, NULL);
}

static void
keep(struct stage *st, int sup, int node, const char *reason)
{
	struct kept_report *kept;

	if (st->nkept == st->nroom) {
		st->nroom = 2 * st->nroom + 8;
		st->kept = realloc(st->kept, st->nroom * sizeof(*st->kept));
		if (st->kept == NULL)
			abort();
	}
	kept = &st->kept[st->nkept++];
	kept->sup = sup;
	kept->node = node;
	strlcpy(kept->reason, reason, sizeof(kept->reason));
}

/* By reason in Erlang's order of terms: atoms before tuples. */
static int
compare_kept(const void *left, const void *right)
{
	const struct kept_report *a = left;
	const struct kept_report *b = right;
	bool a_pair = strchr(a->reason, ':') != NULL;
	bool b_pair = strchr(b->reason, ':') != NULL;

	if (a->sup != b->sup)
		return a->sup < b->sup ? -1 : 1;
	if (a_pair != b_pair)
		return a_pair ? 1 : -1;
	return strcmp(a->reason, b->reason);
}

/*
 * Says the reports of `sup` (or all, -1) that were kept: one for each child,
 * or, as simple_one_for_one does when it ends, one for each reason (S123).
 */
void
stage_say_kept(struct stage *st, int sup, bool sum)
{
	const char *context = report_context_text[REPORT_SHUTDOWN_ERROR];
	const char *last = "";
	unsigned nleft = 0;

	if (st->nkept == 0)
		return;
	if (sum)
		qsort(st->kept, st->nkept, sizeof(*st->kept), compare_kept);
	for (unsigned i = 0; i < st->nkept; i++) {
		struct kept_report *kept = &st->kept[i];

		if (sup >= 0 && kept->sup != sup) {
			st->kept[nleft++] = *kept;
			continue;
		}
		if (!sum)
			trace_report(st->trace, kept->sup, context, kept->node,
			    kept->reason);
		else if (strcmp(last, kept->reason) != 0)
			trace_report(st->trace, kept->sup, context, -1,
			    kept->reason);
		last = kept->reason;
	}
	st->nkept = nleft;
}

static void
say_report(struct stage *st, const struct note *note, struct actor *actor,
    const char *reason)
{
	int sup = stage_actor(&actor->child.sup->child)->node;

	if (note->context == REPORT_START_ERROR)
		memcpy(st->personas[sup].failed, st->s->nodes[actor->node].id,
		    SCENARIO_ID_SIZE);
	if (note->context == REPORT_SHUTDOWN_ERROR &&
	    stage_is_simple(&st->s->nodes[sup]))
		keep(st, sup, actor->node, reason);
	else
		trace_report(st->trace, sup, report_context_text[note->context],
		    actor->node, reason);
}

void
stage_say_note(struct stage *st, const struct action *action)
{
	const struct note *note = &action->note;
	struct actor *actor = stage_actor(action->child);
	char text[TRACE_REST_SIZE];
	const char *reason = reason_word(st, actor, note->reason, text);

	switch (note->kind) {
	case NOTE_STARTING:
		say_starting(st, actor);
		break;
	case NOTE_STARTED:
		say_started(st, actor);
		break;
	case NOTE_START_FAILED:
		trace_event(st->trace, TRACE_STARTFAIL, actor->node, 0, NULL);
		break;
	case NOTE_IGNORED:
		trace_event(st->trace, TRACE_IGNORE, actor->node, 0, NULL);
		break;
	case NOTE_ENDED:
		stage_say_kept(st, actor->node, true);
		stage_say_end(st, actor, reason);
		actor->up = false;
		break;
	case NOTE_EXITED:
		stage_say_end(st, actor, reason);
		actor->up = false;
		break;
	case NOTE_REPORT:
		say_report(st, note, actor, reason);
		break;
	case NOTE_RESTARTING:
	case NOTE_GAVE_UP:
	case NOTE_AUTO_SHUTDOWN:
	case NOTE_REMOVED:
		break;
	}
}

static void
say_member(const struct stage *st, struct child *child)
{
	const struct actor *actor = stage_actor(child);
	const char *id = st->s->nodes[actor->node].id;

	if (child->state == CHILD_UP)
		trace_state_word(st->trace, "%s=%u", id,
		    st->personas[actor->node].nth);
	else if (child->state == CHILD_DOWN)
		trace_state_word(st->trace, "%s=-", id);
	else
		trace_state_word(st->trace, "%s=%s", id,
		    child_state_text[child->state]);
}

static struct child *
next_by_id(const struct stage *st, const struct sup *sup, const char *after)
{
	struct child *found = NULL;
	const char *found_id = NULL;
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order) {
		const char *id = stage_node(st, stage_actor(child))->id;

		if (child->forgotten || strcmp(id, after) <= 0)
			continue;
		if (found == NULL || strcmp(id, found_id) < 0) {
			found = child;
			found_id = id;
		}
	}
	return found;
}

/* The children of a dynamic supervisor have no order: by name. */
static void
say_dynamic(const struct stage *st, const struct sup *sup)
{
	struct child *child;
	unsigned nrestarting = 0;

	for (const char *id = ""; (child = next_by_id(st, sup, id)) != NULL;
	     id = stage_node(st, stage_actor(child))->id) {
		if (child->state == CHILD_RESTARTING)
			nrestarting++;
		else
			say_member(st, child);
	}
	if (nrestarting > 0)
		trace_state_word(st->trace, "restarting*%u", nrestarting);
}

void
stage_say_state(struct stage *st, struct sup *sup)
{
	struct child *child;

	if (sup->child.state != CHILD_UP &&
	    sup->child.state != CHILD_STARTING &&
	    sup->child.state != CHILD_STOPPING)
		return;
	trace_state(st->trace, stage_actor(&sup->child)->node);
	if (sup_is_dynamic(sup)) {
		say_dynamic(st, sup);
	} else {
		TAILQ_FOREACH(child, &sup->children, order)
			if (!child->forgotten)
				say_member(st, child);
	}
	trace_state_end(st->trace);
	TAILQ_FOREACH(child, &sup->children, order)
		if (child_is_sup(child) && !child->forgotten)
			stage_say_state(st, child_sup(child));
}
