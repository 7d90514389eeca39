/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "core/catch.h"
#include "engine/engine.h"
#include "engine/notes.h"
#include "engine/people.h"

/*
 * The commands around a run. What runs before it is its first process, so far
 * as stops and time limits go: the core knows that it is no start as yet. What
 * runs after it is to the core something that remains of the run, which is
 * waited for, and killed when the time for that is over.
 */

/* How much of a command is shown. */
#define COMMAND_SIZE 80

bool
hook_prepared(const struct worker *worker)
{
	const struct process_end *end = &worker->end;

	return worker->child.preparing &&
	    worker->child.state == CHILD_STARTING && !end->by_signal &&
	    end->status == 0;
}

/* Writes a command for a person, of a long one the beginning. */
static void
show_command(char *text, size_t size, const char *const *argv)
{
	size_t len = 0;

	text[0] = '\0';
	for (; *argv != NULL && len < size; argv++) {
		strlcat(text, *text != '\0' ? " " : "", size);
		len = strlcat(text, *argv, size);
	}
	if (len >= size || text[strcspn(text, "\n")] != '\0')
		strlcpy(text + strcspn(text, "\n"), " ...",
		    size - strcspn(text, "\n"));
}

void
hook_failed(struct engine *e, const struct worker *worker, struct reason reason)
{
	char text[REASON_TEXT_SIZE], how[128], command[COMMAND_SIZE];

	show_command(command, sizeof(command),
	    worker->spec->spec->hooks.before);
	snprintf(e->failure, sizeof(e->failure), "before: `%s` %s", command,
	    people_reason(reason_text(reason, text), how, sizeof(how)));
}

/* A command that follows a run, and the directive that says so. */
struct following {
	const char *const *argv; /* NULL: there is none */
	const char *directive;
};

/*
 * The command number `nth` after the last run: those of the `catch` lines up
 * to the one that decides, then that of `after`.
 */
static struct following
following(struct worker *worker, uint32_t nth)
{
	char text[REASON_TEXT_SIZE];
	struct catching catching = catch_begin(&worker->child,
	    reason_text(worker->child.reason, text));
	const struct catch_rule *rule;

	if (!worker->uncaught)
		while ((rule = catch_next(&catching)) != NULL &&
		    rule->action == CATCH_RUN)
			if (nth-- == 0)
				return (struct following){ rule->command,
					"catch" };
	if (nth > 0)
		return (struct following){ NULL, "" };
	return (struct following){ worker->spec->spec->hooks.after, "after" };
}

/* Whether a `catch` line has a command, of `worker` or what is above it. */
static bool
may_catch(const struct worker *worker)
{
	const struct child *child = &worker->child;

	for (; child != NULL; child = child->sup ? &child->sup->child : NULL)
		for (size_t i = 0; i < child->policy->ncatches; i++)
			if (child->policy->catches[i].action == CATCH_RUN)
				return true;
	return false;
}

void
hook_begin(const struct engine *e, struct worker *worker)
{
	/* One that is late is stopped, but that is a failed start. */
	worker->uncaught =
	    worker->child.state == CHILD_STOPPING && !worker->child.late;
	worker->nhooks = 0;
	/* Who says stop a second time wants no more of it. */
	worker->follows = !worker->child.preparing && !e->slaughter &&
	    (worker->spec->spec->hooks.after != NULL || may_catch(worker));
}

void
hook_after(struct engine *e, struct worker *worker)
{
	struct reason reason = { .kind = REASON_START };
	struct following next;

	worker->follows = false;
	while (!e->slaughter) {
		int error;

		next = following(worker, worker->nhooks++);
		if (next.argv == NULL)
			break;
		error = launch_after(e, worker, next.argv, next.directive);
		if (error == 0)
			return;
		reason.value = -error;
		note_command(e, worker, next.directive, reason, e->failure);
		e->failure[0] = '\0';
	}
	reap_gone(e, worker);
}

void
hook_ended(struct engine *e, struct worker *worker)
{
	const struct process_end *end = &worker->end;
	const char *directive = following(worker, worker->nhooks - 1).directive;

	worker->after = false;
	worker->follows = true;
	if (end->by_signal || end->status != 0)
		note_command(e, worker, directive,
		    end->by_signal ? reason_signal(end->status) :
				     reason_exit(end->status),
		    NULL);
}
