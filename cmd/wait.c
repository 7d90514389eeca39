/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/units.h"
#include "cmd/ask.h"
#include "cmd/options.h"
#include "os/clock.h"

const char wait_help[] =
    "  supervise wait ready web/api       until its start is complete\n"
    "  supervise wait up 'web/*'          until all have a process\n"
    "  supervise wait down migrate        until nothing of it lives\n"
    "  supervise wait quiet               until nothing is on the move\n"
    "  supervise wait -t 30s ready cache  30 seconds at most\n"
    "\n"
    "Waits for a state and ends as soon as it holds, at once if it does\n"
    "already. `quiet` is when nothing anywhere starts, stops, restarts or is\n"
    "about to.\n"
    "\n"
    "  -t SECONDS   a limit: 5s, 500ms, 2m; without it there is none\n"
    "\n"
    "Ends with 0; 124 at the limit, 4 when nothing has that name.\n";

struct limit {
	int64_t ms; /* -1: none */
};

static bool
take(void *arg, int option, const char *value)
{
	struct limit *limit = arg;

	return options_duration("wait", (char)option, value, &limit->ms);
}

int
wait_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "wait", NULL };
	struct limit limit = { .ms = -1 };
	const struct options own = {
		.shorts = "t:",
		.take = take,
		.arg = &limit,
	};
	struct ask ask;

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("wait", argc, 1, argc))
		return STATUS_USAGE;
	ask_begin(&ask, globals);
	if (limit.ms >= 0)
		ask.deadline_ns = clock_now_ns() + limit.ms * NS_PER_MS;
	/* Then all of it is down. */
	ask.ended_ok = strcmp(argv[optind], "down") == 0;
	ask_for(&ask, verb, argv + optind);
	while (ask_next(&ask))
		;
	return ask_end(&ask);
}
