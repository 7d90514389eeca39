/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
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
	static const char more[] = " ...";
	size_t len = 0, line;

	text[0] = '\0';
	for (; *argv != NULL && len < size; argv++) {
		strlcat(text, *text != '\0' ? " " : "", size);
		len = strlcat(text, *argv, size);
	}
	line = strcspn(text, "\n");
	if (len < size && text[line] == '\0')
		return;
	line = line < size - sizeof(more) ? line : size - sizeof(more);
	memcpy(text + line, more, sizeof(more));
}

void
hook_failed(struct engine *e, const struct worker *worker, struct reason reason)
{
	const char *const *before = worker->spec->spec->hooks.before;
	char text[REASON_TEXT_SIZE], how[128], command[COMMAND_SIZE];

	people_reason(reason_text(reason, text), how, sizeof(how));
	/* A reload may have taken the line away while its command ran. */
	if (before == NULL) {
		snprintf(e->failure, sizeof(e->failure), "before: it %s", how);
		return;
	}
	show_command(command, sizeof(command), before);
	snprintf(e->failure, sizeof(e->failure), "before: `%s` %s", command,
	    how);
}

/* A command that follows a run, and the directive that says so. */
struct following {
	const char *const *argv; /* NULL: there is none */
	const char *directive;
};

/* A sum of the `catch` lines that are tried for `worker`. */
static uint32_t
sum_of_lines(const struct worker *worker)
{
	const struct child *child = &worker->child;
	uint32_t sum = HASH_BASIS;

	for (; child != NULL; child = child->sup ? &child->sup->child : NULL)
		for (size_t i = 0; i < child->policy->ncatches; i++) {
			const struct catch_rule *rule =
			    &child->policy->catches[i];
			const char *const *word = rule->command;

			sum = hash_text(sum, rule->pattern);
			sum = hash_text(sum, catch_text[rule->action]);
			while (word != NULL && *word != NULL)
				sum = hash_text(sum, *word++);
		}
	return sum;
}

/*
 * Whether `catch` lines are tried: none is for an end that was asked for, or
 * that `ignore` takes.
 */
static bool
is_caught(const struct worker *worker)
{
	const struct history_end *last = history_last(worker->history);

	return !worker->uncaught && !child_said_ignore(&worker->child) &&
	    (last == NULL || last->outcome != HISTORY_IGNORED);
}

/*
 * The next command after the last run: those of the `catch` lines up to the
 * one that decides, then that of `after`. Where a reload has changed these
 * lines meanwhile, how many have run tells no more which: the rest is left.
 */
static struct following
next_command(struct worker *worker)
{
	char text[REASON_TEXT_SIZE];
	struct catching catching = catch_begin(&worker->child,
	    reason_text(worker->child.reason, text));
	uint32_t nth = worker->ncaught++;
	const struct catch_rule *rule;

	if (!worker->last_hook && is_caught(worker) &&
	    sum_of_lines(worker) == worker->lines)
		while ((rule = catch_next(&catching)) != NULL &&
		    rule->action == CATCH_RUN)
			if (nth-- == 0)
				return (struct following){ rule->command,
					"catch" };
	if (worker->last_hook)
		return (struct following){ NULL, "" };
	worker->last_hook = true;
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
	worker->ncaught = 0;
	worker->last_hook = false;
	worker->last_end = worker->end;
	worker->last_pid = worker->pid;
	/* Who says stop a second time wants no more of it. */
	worker->follows = !worker->child.preparing && !e->slaughter &&
	    (worker->spec->spec->hooks.after != NULL || may_catch(worker));
	if (worker->follows)
		worker->lines = sum_of_lines(worker);
}

void
hook_after(struct engine *e, struct worker *worker)
{
	struct reason reason = { .kind = REASON_START };
	struct following next;

	worker->follows = false;
	while (!e->slaughter) {
		int error;

		next = next_command(worker);
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
	const char *directive = worker->last_hook ? "after" : "catch";

	worker->after = false;
	worker->follows = true;
	if (end->by_signal || end->status != 0)
		note_command(e, worker, directive,
		    end->by_signal ? reason_signal(end->status) :
				     reason_exit(end->status),
		    NULL);
}
