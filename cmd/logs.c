/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/options.h"
#include "log/memory.h"

const char logs_help[] =
    "  supervise logs              the last lines of every child\n"
    "  supervise logs -n 3 api     three of one\n"
    "  supervise logs -f api       and those to come, until Ctrl-C\n"
    "  supervise logs -f pool      of all children of a supervisor\n"
    "  supervise logs --json api   for programs, with time and stream\n"
    "\n"
    "Prints the last lines, ten at most, that children have written to what\n"
    "goes through supervise: `log prefix` and `log file`, not `log inherit`\n"
    "nor `log to`. They are still there when the child has ended.\n"
    "\n"
    "  -f          goes on with new lines, also of later runs and of children\n"
    "              that come later; who reads too slowly is told how many were\n"
    "              lost\n"
    "  -n NUMBER   so many of each child, at most; 0 to 10\n";

/* What the options say. */
struct wanted {
	long long number;
	bool follow;
};

static bool
take(void *arg, int option, const char *value)
{
	struct wanted *wanted = arg;
	const char *error;

	if (option == 'f') {
		wanted->follow = true;
		return true;
	}
	wanted->number = strtonum(value, 0, LOG_LAST_MAX, &error);
	if (error == NULL)
		return true;
	usage_error("logs", "-n %s: %s, expected a number of lines up to %d",
	    value, error, LOG_LAST_MAX);
	return false;
}

static void
print(const struct ask *ask, const struct wanted *wanted)
{
	/* Of new lines nobody knows how many are left. */
	if (ask_number(ask, "left", -1) >= wanted->number || ask_json(ask))
		return;
	if (strcmp(ask->record.event, "lost") == 0)
		complain("%lld lines were lost",
		    (long long)ask_number(ask, "count", 0));
	else
		printf("%s | %s\n", ask_subject(ask), ask_text(ask, "text"));
}

int
logs_main(struct globals *globals, int argc, char **argv)
{
	static const char *const look[] = { "logs", NULL };
	static const char *const follow[] = { "logs", "--follow", NULL };
	struct wanted wanted = { .number = LOG_LAST_MAX };
	const struct options own = {
		.shorts = "fn:",
		.take = take,
		.arg = &wanted,
	};
	struct ask ask;

	if (!options_read(globals, argc, argv, &own))
		return STATUS_USAGE;
	if (wanted.follow)
		setvbuf(stdout, NULL, _IOLBF, 0);
	ask_begin(&ask, globals);
	ask.ended_ok = wanted.follow;
	ask_for(&ask, wanted.follow ? follow : look, argv + optind);
	while (ask_next(&ask))
		print(&ask, &wanted);
	return ask_end(&ask);
}
