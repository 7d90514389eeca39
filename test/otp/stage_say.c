/* SPDX-License-Identifier: ISC */
#include <stdio.h>
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
	case REASON_UNHEALTHY:
	case REASON_NOPROC:
	case REASON_THROW:
	case REASON_INTENSITY:
		reason_text(reason, text);
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
say_report(struct stage *st, const struct note *note, struct actor *actor,
    const char *reason)
{
	int sup = stage_actor(&actor->child.sup->child)->node;

	if (note->context == REPORT_START_ERROR)
		memcpy(st->personas[sup].failed, st->s->nodes[actor->node].id,
		    SCENARIO_ID_SIZE);
	if (note->context == REPORT_SHUTDOWN_ERROR &&
	    stage_is_simple(&st->s->nodes[sup]))
		kept_add(&st->kept, sup, actor->node, reason);
	else
		trace_report(st->trace, sup, report_context_text[note->context],
		    actor->node, reason);
}

static void
say_trapped(struct stage *st, struct actor *actor, const struct note *note)
{
	struct actor *from = stage_actor(note->sibling);
	char reason[TRACE_REST_SIZE], text[TRACE_REST_SIZE];

	snprintf(text, sizeof(text), "%s %s", stage_node(st, from)->id,
	    reason_word(st, from, note->reason, reason));
	trace_event(st->trace, TRACE_TRAPPED, actor->node,
	    st->personas[actor->node].nth, text);
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
		kept_say(&st->kept, st->trace, actor->node, true);
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
	case NOTE_TRAPPED:
		say_trapped(st, actor, note);
		break;
	case NOTE_CAUGHT: /* OTP has none */
	case NOTE_RESTARTING:
	case NOTE_GAVE_UP:
	case NOTE_AUTO_SHUTDOWN:
	case NOTE_REMOVED:
	case NOTE_REPLACING:
	case NOTE_REPLACED:
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
