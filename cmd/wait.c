/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "cmd/ask.h"
#include "cmd/options.h"

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
    "Ends with 0; 124 at the limit, and says of whom it does not hold then;\n"
    "4 when nothing has that name.\n";

/* Who is missing at the time limit is soon said, or not at all. */
#define MISSING_MS 1000

int
wait_main(struct globals *globals, int argc, char **argv)
{
	struct options_limit limit = { .command = "wait", .ms = -1 };
	const struct options own = {
		.shorts = "t:",
		.take = options_take_limit,
		.arg = &limit,
	};
	const char *verb[] = { "wait", NULL, NULL };
	struct ask ask;
	int status;

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("wait", argc, argv, 1, argc))
		return STATUS_USAGE;
	for (;;) {
		ask_begin(&ask, globals);
		ask_limit(&ask, limit.ms);
		/* Then all of it is down. */
		ask.ended_ok = strcmp(argv[optind], "down") == 0;
		ask_for(&ask, verb, argv + optind);
		while (ask_next(&ask))
			;
		status = ask_end(&ask);
		if (verb[1] != NULL)
			return STATUS_TIME_LIMIT;
		if (status != STATUS_TIME_LIMIT)
			return status;
		verb[1] = "--no-wait";
		limit.ms = MISSING_MS;
	}
}
