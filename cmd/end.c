/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/signal_name.h"
#include "cmd/end.h"
#include "cmd/options.h"

/* The statuses of a command that was not executed, as sh has them. */
#define STATUS_NOT_EXECUTED 126
#define STATUS_NOT_FOUND    127
#define STATUS_SIGNAL       128

const char *
end_process_reason(const struct process_end *end,
    char text[static REASON_TEXT_SIZE])
{
	return reason_text(end->by_signal ? reason_signal(end->status) :
					    reason_exit(end->status),
	    text);
}

const char *
end_reason(const struct errand_end *end, char text[static REASON_TEXT_SIZE])
{
	struct reason reason = { .kind = REASON_START, .value = -end->error };

	if (end->error == 0)
		return end_process_reason(&end->end, text);
	return reason_text(reason, text);
}

int
end_reason_status(const char *reason)
{
	if (strncmp(reason, "exit:", 5) == 0)
		return (int)strtol(reason + 5, NULL, 10);
	if (strncmp(reason, "signal:", 7) == 0)
		return STATUS_SIGNAL + signal_number(reason + 7);
	if (strcmp(reason, "killed") == 0)
		return STATUS_SIGNAL + SIGKILL;
	return strcmp(reason, "shutdown") == 0 ? STATUS_OK : STATUS_FAILED;
}

int
end_status(const struct errand_end *end)
{
	char text[REASON_TEXT_SIZE];

	if (end->error == 0)
		return end_reason_status(end_reason(end, text));
	if (end->step < SPAWN_SEARCH)
		return EXEC_STATUS_OURS;
	return end->error == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTED;
}

void
end_complain(const struct errand_end *end, const char *name)
{
	bool plain = end->step == SPAWN_SEARCH && end->error == -ENOENT;

	complain("%s: %s%s%s", name, spawn_step_text[end->step],
	    plain ? "" : ": ", plain ? "" : strerror(-end->error));
}
