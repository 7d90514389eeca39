/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "core/reason.h"
#include "engine/engine.h"
#include "engine/notes.h"
#include "engine/people.h"

/*
 * The commands around a run. What runs before it is its first process, so far
 * as stops and time limits go: the core knows that it is no start as yet. What
 * runs after it is to the core something that remains of the run, which is
 * waited for, and killed when the time for that is over.
 */

bool
hook_prepared(const struct worker *worker)
{
	const struct process_end *end = &worker->end;

	return worker->child.preparing &&
	    worker->child.state == CHILD_STARTING && !end->by_signal &&
	    end->status == 0;
}

void
hook_failed(struct engine *e, struct reason reason)
{
	char text[REASON_TEXT_SIZE], how[128];

	snprintf(e->failure, sizeof(e->failure), "before: it %s",
	    people_reason(reason_text(reason, text), how, sizeof(how)));
}

bool
hook_follows(const struct engine *e, const struct worker *worker)
{
	/* Who says stop a second time wants no more of it. */
	return worker->spec->spec->worker.hooks.after != NULL &&
	    !worker->child.preparing && !e->slaughter;
}

void
hook_after(struct engine *e, struct worker *worker)
{
	struct reason reason = { .kind = REASON_START };
	int error;

	worker->follows = false;
	/* It may have got another specification meanwhile. */
	if (!hook_follows(e, worker)) {
		reap_gone(e, worker);
		return;
	}
	error = launch_after(e, worker);
	if (error == 0)
		return;
	reason.value = -error;
	note_after(e, worker, reason, e->failure);
	e->failure[0] = '\0';
	reap_gone(e, worker);
}

void
hook_ended(struct engine *e, struct worker *worker)
{
	const struct process_end *end = &worker->end;

	worker->after = false;
	if (end->by_signal)
		note_after(e, worker, reason_signal(end->status), NULL);
	else if (end->status != 0)
		note_after(e, worker, reason_exit(end->status), NULL);
}
