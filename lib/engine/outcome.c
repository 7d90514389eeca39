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

/*
 * Of several commands the last that has failed makes the status, unless it has
 * ended well since, and those do not that were told to end.
 */
static void
note_several(struct engine *e, const struct worker *worker, int status)
{
	struct outcome *outcome = &e->outcome;
	uint32_t id = worker->id;

	if (e->root.sup.cause != CAUSE_NONE ||
	    worker->child.state == CHILD_STOPPING)
		return;
	if (status == 0 && outcome->failed != id)
		return;
	outcome->status = status;
	outcome->failed = id;
}

static void
note_status(struct engine *e, const struct worker *worker, int status)
{
	if (e->run->several)
		note_several(e, worker, status);
	else
		e->outcome.status = status;
}

void
outcome_ended(struct engine *e, const struct worker *worker)
{
	const struct process_end *end = &worker->end;

	if (!counts(e, worker))
		return;
	if (has_thrown(worker))
		note_status(e, worker, STATUS_FAILED);
	else
		note_status(e, worker,
		    end->by_signal ? STATUS_SIGNAL + end->status : end->status);
}

void
outcome_failed(struct engine *e, const struct worker *worker,
    enum spawn_step step, int error)
{
	if (!counts(e, worker))
		return;
	if (step < SPAWN_SEARCH)
		note_status(e, worker, STATUS_OURS);
	else if (error == ENOENT)
		note_status(e, worker, STATUS_NOT_FOUND);
	else
		note_status(e, worker, STATUS_NOT_EXECUTED);
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
		return e->run->command || e->run->several ? STATUS_OURS :
							    STATUS_FAILED;
	if (e->run->command || (e->run->several && root->cause != CAUSE_ASKED))
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
