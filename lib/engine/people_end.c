/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/signal_name.h"
#include "engine/history.h"
#include "engine/people.h"

const char *
people_reason(const char *reason, char *text, size_t size)
{
	const char *value = strchr(reason, ':');

	value = value == NULL ? "" : value + 1;
	if (strcmp(reason, "exit:0") == 0)
		snprintf(text, size, "ended normally");
	else if (strncmp(reason, "exit:", 5) == 0)
		snprintf(text, size, "ended with status %s", value);
	else if (strncmp(reason, "signal:", 7) == 0)
		snprintf(text, size, "was ended by SIG%s (%s)", value,
		    strsignal(signal_number(value)));
	else if (strcmp(reason, "killed") == 0)
		snprintf(text, size, "was killed (SIGKILL)");
	else if (strcmp(reason, "shutdown") == 0)
		snprintf(text, size, "ended as asked");
	else if (strncmp(reason, "start:", 6) == 0)
		snprintf(text, size, "could not be started (%s)", value);
	else if (strncmp(reason, "throw:", 6) == 0)
		snprintf(text, size, "threw %s", value);
	else if (strcmp(reason, "timeout") == 0)
		snprintf(text, size, "was not ready in time");
	else if (strcmp(reason, "unhealthy") == 0)
		snprintf(text, size, "was unhealthy (its alive checks failed)");
	else if (strcmp(reason, "noproc") == 0)
		snprintf(text, size, "did not run");
	else if (strncmp(reason, "reached_max", 11) == 0)
		snprintf(text, size, "gave up, restarts came too often");
	else
		snprintf(text, size, "ended: %s", reason);
	return text;
}

const char *
people_oom(const char *limit, char *text, size_t size)
{
	snprintf(text, size, "was killed by the kernel: out of memory%s%s%s",
	    *limit != '\0' ? " (memory " : "", limit,
	    *limit != '\0' ? ")" : "");
	return text;
}

const char *
people_said(const char *error, int64_t exit_status, char *text, size_t size)
{
	bool named = *error != '\0';
	char status[48] = "";

	if (exit_status > 0)
		snprintf(status, sizeof(status), "%sexit status %" PRId64,
		    named ? " and " : "", exit_status);
	snprintf(text, size, "%s%s%s",
	    named || *status != '\0' ? ", having said " : "", error, status);
	return text;
}

const char *
people_end(const char *reason, const char *behind, char *text, size_t size)
{
	static const char *const words[] = {
		[BEHIND_STOP] = "was stopped on request",
		[BEHIND_RESTART] = "was restarted on request",
		[BEHIND_RELOAD] = "was changed or removed by a reload",
		[BEHIND_SUPERVISOR] = "was stopped with its supervisor",
	};

	for (size_t i = BEHIND_STOP; i <= BEHIND_SUPERVISOR; i++)
		if (strcmp(behind, history_behind_text[i]) == 0) {
			strlcpy(text, words[i], size);
			return text;
		}
	people_reason(reason, text, size);
	if (strcmp(behind, history_behind_text[BEHIND_SIGNAL]) == 0)
		strlcat(text, " on request", size);
	return text;
}
