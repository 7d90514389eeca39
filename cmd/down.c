/* SPDX-License-Identifier: ISC */
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/options.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"

const char down_help[] =
    "  supervise down            stop everything, in reverse order\n"
    "  supervise -L shop down    of another supervisor\n"
    "  supervise down -t 10s     wait 10 seconds at most\n"
    "\n"
    "Returns when nothing is left, supervise itself included. Nothing there\n"
    "to stop is as good: then it returns at once. When the time has passed\n"
    "the stop goes on.\n"
    "\n"
    "Ends with 0, 1 when it went wrong, 124 when it took longer.\n";

/*
 * The guardian, by descriptor, to see its end; -1 when it cannot be told, as
 * from another PID namespace. One that job control has stopped goes on.
 */
static int
watch(const struct ask *ask)
{
	pid_t guardian = (pid_t)ask_number(ask, "pid", -1);
	struct proc_stat stat = { .ppid = ask->session.pid };
	int pidfd;

	/* The parent of the engine, or of its parent. */
	for (int i = 0; i < 2 && stat.ppid != guardian; i++)
		if (stat.ppid <= 0 || proc_stat(stat.ppid, &stat) < 0)
			return -1;
	if (guardian <= 0 || stat.ppid != guardian)
		return -1;
	pidfd = pidfd_of(guardian);
	if (pidfd >= 0 && proc_stat(guardian, &stat) == 0 && stat.state == 'T')
		(void)pidfd_signal(pidfd, SIGCONT);
	return pidfd;
}

/* Waits for the end of the guardian, and forgets it. */
static void
await(struct ask *ask, int guardian)
{
	struct pollfd end = { .fd = guardian, .events = POLLIN };
	int left_ms = clock_timeout_ms(clock_now_ns(), ask->deadline_ns);

	if (ask->status == STATUS_OK && poll(&end, 1, left_ms) == 0)
		ask->status = STATUS_TIME_LIMIT;
	fd_close(&guardian);
}

int
down_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "down", NULL };
	struct options_limit limit = { .command = "down", .ms = -1 };
	const struct options own = {
		.shorts = "t:",
		.take = options_take_limit,
		.arg = &limit,
	};
	int guardian = -1;
	struct ask ask;

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("down", argc, argv, 0, 0))
		return STATUS_USAGE;
	ask_begin(&ask, globals);
	ask_limit(&ask, limit.ms);
	ask.absent_ok = true;
	ask.ended_ok = true;
	ask_for(&ask, verb, argv + optind);
	while (ask_next(&ask))
		if (strcmp(ask.record.event, "guardian") == 0 && guardian < 0)
			guardian = watch(&ask);
	if (guardian >= 0)
		await(&ask, guardian);
	return ask_end(&ask);
}
