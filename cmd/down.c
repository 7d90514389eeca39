/* SPDX-License-Identifier: ISC */
#include <poll.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/options.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"

const char down_help[] =
    "  supervise down            stop everything, in reverse order\n"
    "  supervise -L shop down    of another supervisor\n"
    "\n"
    "Returns when nothing is left, supervise itself included. Nothing there\n"
    "to stop is as good: then it returns at once.\n"
    "\n"
    "Ends with 0, or 1 when it went wrong.\n";

/*
 * The guardian, by descriptor, to see its end; -1 when it cannot be told, as
 * from another PID namespace.
 */
static int
watch(const struct ask *ask)
{
	pid_t guardian = (pid_t)ask_number(ask, "pid", -1);
	struct proc_stat stat;

	if (ask->session.pid <= 0 || guardian <= 0 ||
	    proc_stat(ask->session.pid, &stat) < 0 || stat.ppid != guardian)
		return -1;
	return pidfd_of(guardian);
}

int
down_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "down", NULL };
	char **words = options_words(globals, argc, argv, 0, 0);
	struct pollfd end = { .fd = -1, .events = POLLIN };
	struct ask ask;

	if (words == NULL)
		return STATUS_USAGE;
	ask_begin(&ask, globals);
	ask.absent_ok = true;
	ask.ended_ok = true;
	ask_for(&ask, verb, words);
	while (ask_next(&ask))
		if (strcmp(ask.record.event, "guardian") == 0 && end.fd < 0)
			end.fd = watch(&ask);
	if (end.fd >= 0 && ask.status == STATUS_OK)
		(void)poll(&end, 1, -1);
	if (end.fd >= 0)
		fd_close(&end.fd);
	return ask_end(&ask);
}
