/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/ask.h"
#include "cmd/options.h"
#include "log/memory.h"

const char logs_help[] =
    "  supervise logs              the last lines of every child\n"
    "  supervise logs -n 3 api     three of one\n"
    "  supervise logs --json api   for programs, with time and stream\n"
    "\n"
    "Prints the last lines, ten at most, that children have written to what\n"
    "goes through supervise: `log prefix` and `log file`, not `log inherit`.\n"
    "They are still there when the child has ended.\n"
    "\n"
    "  -n NUMBER   so many of each child, at most\n";

static bool
take(void *arg, int option, const char *value)
{
	long long *number = arg;
	const char *error;

	(void)option;
	*number = strtonum(value, 0, LOG_LAST_MAX, &error);
	if (error == NULL)
		return true;
	usage_error("logs", "-n %s: %s, expected a number of lines up to %d",
	    value, error, LOG_LAST_MAX);
	return false;
}

int
logs_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "logs", NULL };
	long long number = LOG_LAST_MAX;
	const struct options own = {
		.shorts = "n:",
		.take = take,
		.arg = &number,
	};
	struct ask ask;

	if (!options_read(globals, argc, argv, &own))
		return STATUS_USAGE;
	ask_begin(&ask, globals);
	ask_for(&ask, verb, argv + optind);
	while (ask_next(&ask))
		if (ask_number(&ask, "left", 0) < number && !ask_json(&ask))
			printf("%s | %s\n", ask_subject(&ask),
			    ask_text(&ask, "text"));
	return ask_end(&ask);
}
