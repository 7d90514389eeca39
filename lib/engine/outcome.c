/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "engine/engine.h"

/* The exit statuses of a command that did not run, as sh and env(1) say. */
#define STATUS_FAILED       1
#define STATUS_OURS         125
#define STATUS_NOT_EXECUTED 126
#define STATUS_NOT_FOUND    127
#define STATUS_SIGNAL       128

/* The command of `exec` alone makes its status, not what was added to it. */
static bool
counts(const struct engine *e, const struct worker *worker)
{
	return !e->run->command || worker == &e->nodes.workers[0];
}

/* How it was ended then is ours to say, and none of its own status. */
static bool
has_thrown(const struct worker *worker)
{
	const struct child *child = &worker->child;

	return child->condemned && child->reason.kind == REASON_THROW &&
	    !worker->unasked;
}

void
outcome_ended(struct engine *e, const struct worker *worker)
{
	const struct process_end *end = &worker->end;

	if (!counts(e, worker))
		return;
	if (has_thrown(worker))
		e->outcome.status = STATUS_FAILED;
	else
		e->outcome.status =
		    end->by_signal ? STATUS_SIGNAL + end->status : end->status;
}

void
outcome_failed(struct engine *e, const struct worker *worker,
    enum spawn_step step, int error)
{
	if (!counts(e, worker))
		return;
	if (step < SPAWN_SEARCH)
		e->outcome.status = STATUS_OURS;
	else if (error == ENOENT)
		e->outcome.status = STATUS_NOT_FOUND;
	else
		e->outcome.status = STATUS_NOT_EXECUTED;
}

static int
status_of(struct reason reason)
{
	switch ((enum reason_kind)reason.kind) {
	case REASON_NONE:
	case REASON_SHUTDOWN:
		return 0;
	case REASON_EXIT:
		return reason.value;
	case REASON_SIGNAL:
		return STATUS_SIGNAL + reason.value;
	case REASON_KILLED:
		return STATUS_SIGNAL + SIGKILL;
	case REASON_START:
	case REASON_TIMEOUT:
	case REASON_UNHEALTHY:
	case REASON_NOPROC:
	case REASON_THROW:
	case REASON_FAILED_CHILD:
	case REASON_INTENSITY:
		break;
	}
	return STATUS_FAILED;
}

int
outcome_status(const struct engine *e)
{
	const struct sup *root = &e->root.sup;

	if (e->refused)
		return e->run->command ? STATUS_OURS : STATUS_FAILED;
	if (e->run->command)
		return e->outcome.status;
	switch ((enum sup_cause)root->cause) {
	case CAUSE_NONE:
	case CAUSE_ASKED:
	case CAUSE_IGNORED:
		return 0;
	case CAUSE_AUTO:
		return status_of(root->culprit);
	case CAUSE_GAVE_UP:
	case CAUSE_BOOT_FAILED:
	case CAUSE_INIT_FAILED:
		break;
	}
	return STATUS_FAILED;
}
