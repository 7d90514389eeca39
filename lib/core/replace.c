/* SPDX-License-Identifier: ISC */

#include "core/internal.h"

/*
 * Replacing: a second child starts beside the first and takes its place, and
 * its name, when its start is complete. The one of the two that has no name
 * is forgotten all the time, and leaves as soon as it is down.
 */

struct child *
child_first(const struct child *child)
{
	const struct request *request = child->mail.answers;

	return child->asked && request->kind == REQUEST_REPLACE ?
	    request->first :
	    NULL;
}

/* From here on `child` has no name, and is gone when it is down. */
static void
lose_name(struct child *child)
{
	child->added = true;
	child->leaving = true;
	if (!child->forgotten)
		child_set_forgotten(child, true);
}

void
replace_serve(struct tree *t, struct request *request)
{
	struct child *first = request->first, *second = request->child;

	if (first->forgotten) {
		request_refuse(t, request, RESULT_NOT_FOUND);
	} else if (first->state != CHILD_UP || first->condemned) {
		request_refuse(t, request, RESULT_NOT_RUNNING);
	} else if (first->second != NULL) {
		request_refuse(t, request, RESULT_REPLACING);
	} else {
		child_init(second, first->sup, second->policy);
		lose_name(second);
		child_move(second, TAILQ_NEXT(first, order));
		/* The number is taken, whatever comes of it. */
		second->last_run = first->last_run++;
		second->reason = first->reason;
		first->second = second;
		tree_note(t, NOTE_REPLACING, first,
		    (struct reason){ .kind = REASON_NONE })
		    ->sibling = second;
		request_await(t, request, second);
	}
}

/* `second` has the name now; what runs of `first` is stopped. */
static void
take_over(struct tree *t, struct child *first, struct child *second)
{
	second->added = first->forgotten ? second->added : first->added;
	second->leaving = false;
	second->held = false;
	second->last_run = first->last_run;
	child_set_forgotten(second, false);
	lose_name(first);
	tree_note(t, NOTE_REPLACED, second,
	    (struct reason){ .kind = REASON_NONE })
	    ->sibling = first;
	child_stop(t, first);
}

void
replace_over(struct tree *t, struct request *request,
    enum request_result result)
{
	struct child *first = request->first, *second = request->child;

	first->second = NULL;
	if (result == RESULT_OK)
		take_over(t, first, second);
	tree_reply(t, request, result);
	first->wanted--;
	child_let_go(t, first);
	if (result == RESULT_START_FAILED)
		child_forget(t, second);
}

void
replace_call_off(struct tree *t, struct child *child)
{
	if (child->second != NULL)
		child_stop(t, child->second);
}
