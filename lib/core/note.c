/* SPDX-License-Identifier: ISC */

#include "base/assert.h"
#include "core/internal.h"

/* What comes out of a step: actions, and notes of what has happened. */

const char *const report_context_text[] = {
#define TEXT(name, text) [name] = text,
	REPORT_CONTEXTS(TEXT)
#undef TEXT
};

static struct action *
emit(struct tree *t, enum action_kind kind, struct child *child)
{
	struct action *action = &t->out[t->nout++];

	assert(t->nout <= TREE_ACTIONS_MAX);
	*action = (struct action){ .kind = kind, .child = child };
	return action;
}

void
tree_act(struct tree *t, enum action_kind kind, struct child *child)
{
	emit(t, kind, child);
	if (kind == ACTION_SPAWN)
		t->spawning = true;
}

void
tree_unlink(struct tree *t, struct link *link)
{
	emit(t, ACTION_UNLINK, NULL)->link = link;
}

struct note *
tree_note(struct tree *t, enum note_kind kind, struct child *child,
    struct reason reason)
{
	struct action *action = emit(t, ACTION_NOTE, child);

	action->note = (struct note){
		.kind = kind,
		.reason = reason,
		.run = child->run,
		.preparing = child->preparing,
		.group = child->sup != NULL && child->sup->op == OP_GROUP_START,
		.anew = child->sup != NULL && child->sup->op == OP_BOOT,
	};
	if (child_is_sup(child)) {
		action->note.shut = child_sup(child)->cause;
		action->note.escalated = child_sup(child)->escalated;
	}
	return &action->note;
}

/* Why a run of `child` ends: what its supervisor is doing tells. */
static enum note_cause
cause_of(const struct child *child)
{
	const struct request *request;

	if (child->condemned)
		return child->by != NULL ? CAUSED_BY_LINK : CAUSED_BY_ITSELF;
	if (child->state != CHILD_STOPPING || child->sup == NULL)
		return CAUSED_BY_ITSELF;
	if (child->forgotten)
		return child_first(child) != NULL ? CAUSED_BY_REQUEST :
						    CAUSED_BY_SUCCESSOR;
	switch ((enum sup_op)child->sup->op) {
	case OP_GROUP_STOP:
		return CAUSED_BY_SIBLING;
	case OP_CHILD_STOP:
		request = child->sup->request;
		if (request != NULL && request->reload)
			return CAUSED_BY_RELOAD;
		return request != NULL && request->kind == REQUEST_RESTART ?
		    CAUSED_BY_RESTART :
		    CAUSED_BY_REQUEST;
	case OP_SHUTDOWN:
	case OP_SWEEP:
		return CAUSED_BY_SUPERVISOR;
	case OP_IDLE:
	case OP_PREPARE:
	case OP_BOOT:
	case OP_GROUP_START:
	case OP_CHILD_START:
		break;
	}
	return CAUSED_BY_ITSELF;
}

void
tree_note_end(struct tree *t, enum note_kind kind, struct child *child,
    int64_t ran_ns)
{
	struct note *note = tree_note(t, kind, child, child->reason);

	note->ran_ns = ran_ns;
	note->cause = cause_of(child);
	if (note->cause == CAUSED_BY_SIBLING)
		note->sibling = child->sup->target;
	if (note->cause != CAUSED_BY_LINK) {
		child->behind = (uint8_t)note->cause;
		return;
	}
	note->sibling = child->by;
	note->origin = child->origin;
	note->behind = (enum note_cause)child->behind;
}

void
tree_report(struct tree *t, enum report_context context, struct child *child,
    struct reason reason)
{
	tree_note(t, NOTE_REPORT, child, reason)->context = context;
}

void
tree_reply(struct tree *t, struct request *request, enum request_result result)
{
	request->result = result;
	emit(t, ACTION_REPLY, NULL)->request = request;
}
