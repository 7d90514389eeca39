/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/attributes.h"
#include "engine/explain.h"

/* What could be done about a step that is not for everybody. */
static const char *
rights_lacking(int error)
{
	return error == EPERM || error == EACCES ?
	    "; supervise has not got the rights for that" :
	    "";
}

/* The user or group that the file names. */
static const char *
subject_of_identity(const struct attributes *a)
{
	if (a->user != NULL)
		return a->user;
	return a->group != NULL ? a->group : "the file";
}

void
explain(char *text, size_t size, const struct spawn_plan *plan,
    const struct spawn_result *result, int error)
{
	const char *program = plan->argv[0], *subject = "";
	const char *what = strerror(error), *more = "", *of = "", *end = "";

	if (result->file != NULL)
		program = result->file;
	if (result->subject != NULL)
		subject = result->subject;
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
		what = "the first line of ";
		of = program;
		end = " names a program that does not exist";
		break;
	case SPAWN_FOLDER:
		subject = plan->cwd;
		break;
	case SPAWN_INPUT:
		subject = plan->input;
		break;
	case SPAWN_OOM_SCORE:
		subject = plan->attributes->oom_score_adj;
		more = rights_lacking(error);
		break;
	case SPAWN_CPUS:
		if (error == EINVAL)
			more = "; none of these processors is there";
		break;
	case SPAWN_ROOT:
		subject = plan->attributes->chroot;
		more = rights_lacking(error);
		break;
	case SPAWN_GROUPS:
	case SPAWN_USER:
		subject = subject_of_identity(plan->attributes);
		more = rights_lacking(error);
		break;
	case SPAWN_NICE:
	case SPAWN_IOPRIO:
	case SPAWN_LIMITS:
	case SPAWN_MOUNTS:
	case SPAWN_TMP:
	case SPAWN_CAPABILITIES:
		more = rights_lacking(error);
		break;
	case SPAWN_DESCRIPTORS:
		if (error == EBADF)
			more = "; the number of `ready fd` must be below "
			       "ulimit -n";
		break;
	case SPAWN_PROCESS:
	case SPAWN_PIDFD:
	case SPAWN_TABLE:
	case SPAWN_PARENT:
	case SPAWN_GROUP:
	case SPAWN_TERMINAL:
	case SPAWN_LIMIT:
	case SPAWN_SIGNALS:
	case SPAWN_PRIVILEGES:
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
		[RESULT_NOPROC] = "has to wait: its supervisor is not up: "
				  "start that first",
	};

	return texts[result];
}
