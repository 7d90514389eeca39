/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/attributes.h"
#include "engine/explain.h"

/* Steps that are not for everybody. */
static const bool takes_rights[] = {
	[SPAWN_OOM_SCORE] = true,
	[SPAWN_NICE] = true,
	[SPAWN_IOPRIO] = true,
	[SPAWN_LIMITS] = true,
	[SPAWN_MOUNTS] = true,
	[SPAWN_ROOT] = true,
	[SPAWN_TMP] = true,
	[SPAWN_GROUPS] = true,
	[SPAWN_GID] = true,
	[SPAWN_USER] = true,
	[SPAWN_CAPABILITIES] = true,
	[SPAWN_INTERPRETER] = false,
};

/* What the step was about, or nothing. */
static const char *
subject_of(const struct spawn_plan *plan, const struct spawn_result *result)
{
	if (result->subject != NULL)
		return result->subject;
	if (result->step == SPAWN_FOLDER)
		return plan->cwd;
	if (result->step == SPAWN_INPUT)
		return plan->input;
	if (result->step == SPAWN_OOM_SCORE)
		return plan->attributes->oom_score_adj;
	if (result->step == SPAWN_ROOT)
		return plan->attributes->chroot;
	if (result->step == SPAWN_GID)
		return plan->attributes->group;
	return result->step == SPAWN_USER ? plan->attributes->user : "";
}

void
explain(char *text, size_t size, const struct spawn_plan *plan,
    const struct spawn_result *result, int error)
{
	const char *program = plan->argv[0];
	const char *subject = subject_of(plan, result);
	const char *what = strerror(error), *more = "", *of = "", *end = "";

	if (result->file != NULL)
		program = result->file;
	if (takes_rights[result->step] && (error == EPERM || error == EACCES))
		more = "; supervise has no right to do that";
	switch (result->step) {
	case SPAWN_SEARCH:
		what = program;
		if (strchr(program, '/') != NULL)
			break;
		more = " (PATH=";
		of = plan->path != NULL ? plan->path : SPAWN_PATH_DEFAULT;
		end = ")";
		break;
	case SPAWN_EXECUTE:
		subject = program;
		if (error != EACCES)
			break;
		more = "; not executable: chmod +x ";
		of = program;
		end = "?";
		break;
	case SPAWN_INTERPRETER:
		what = "what the first line of ";
		of = program;
		end = " names, or the loader that it needs, does not exist";
		break;
	case SPAWN_DESCRIPTORS:
		if (error == EBADF)
			more = "; the number of `ready fd` must be below "
			       "ulimit -n";
		break;
	case SPAWN_CPUS:
		if (error == EINVAL)
			more = "; none of these processors is there";
		break;
	case SPAWN_PROCESS:
	case SPAWN_PIDFD:
	case SPAWN_CGROUP:
	case SPAWN_TABLE:
	case SPAWN_PARENT:
	case SPAWN_GROUP:
	case SPAWN_TERMINAL:
	case SPAWN_INPUT:
	case SPAWN_OOM_SCORE:
	case SPAWN_NICE:
	case SPAWN_IOPRIO:
	case SPAWN_LIMIT:
	case SPAWN_LIMITS:
	case SPAWN_MOUNTS:
	case SPAWN_ROOT:
	case SPAWN_TMP:
	case SPAWN_GROUPS:
	case SPAWN_GID:
	case SPAWN_USER:
	case SPAWN_CAPABILITIES:
	case SPAWN_PRIVILEGES:
	case SPAWN_FOLDER:
	case SPAWN_SIGNALS:
		break;
	}
	snprintf(text, size, "%s%s%s: %s%s%s%s", spawn_step_text[result->step],
	    *subject != '\0' ? " " : "", subject, what, more, of, end);
}

const char *
explain_result(enum request_result result)
{
	static const char *const texts[] = {
		[RESULT_OK] = "is done",
		[RESULT_IGNORED] = "says it is not needed",
		[RESULT_RUNNING] = "is running: `supervise stop` stops it, "
				   "`supervise restart` starts it anew",
		[RESULT_RESTARTING] =
		    "is restarting: `supervise stop` ends that",
		[RESULT_NOT_FOUND] = "is no longer a child",
		[RESULT_ALREADY_STARTED] =
		    "has the name of a running child: choose another, or "
		    "delete that",
		[RESULT_ALREADY_PRESENT] =
		    "has the name of a child that is down: `supervise start` "
		    "starts it, `supervise delete` removes it",
		[RESULT_MAX_CHILDREN] =
		    "is one child more than max_children: stop another, or "
		    "change that and reload",
		[RESULT_START_FAILED] = "did not start",
		[RESULT_STOPPED] = "was stopped while it started",
		[RESULT_NOT_SUPPORTED] =
		    "is dynamic, and can only be added and stopped",
		[RESULT_NOT_RUNNING] = "is not running: `supervise start` "
				       "starts it, `supervise restart` too",
		[RESULT_REPLACING] = "is being replaced already",
		[RESULT_NOPROC] = "has to wait: its supervisor is not up: "
				  "start that first",
	};

	return texts[result];
}
