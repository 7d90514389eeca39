/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/options.h"

const char reload_help[] =
    "  supervise reload --dry-run    what would be done\n"
    "  supervise reload              do it\n"
    "\n"
    "Reads the file of the running tree again, and what programs print for\n"
    "it (= exec). With a mistake in it nothing changes. Else children that\n"
    "are gone stop, that are new start, whose command or environment has\n"
    "changed restart, one at a time; whose policy alone has changed go on\n"
    "under the new one. All others are not touched. Prints the steps. SIGHUP\n"
    "to supervise does the same.\n"
    "\n"
    "  --dry-run   print the steps, change nothing\n"
    "  -q          print nothing\n"
    "\n"
    "Ends with 0; 1 when a step failed, 2 when the file is wrong.\n";

static bool
take(void *arg, int option, const char *value)
{
	bool *dry = arg;

	(void)value;
	*dry = option == OPTION_DRY_RUN;
	return true;
}

static void
print(const struct ask *ask)
{
	/* What is wrong with the file. */
	if (strcmp(ask->record.event, "line") == 0)
		fprintf(stderr, "%s\n", ask_text(ask, "text"));
	else if (strcmp(ask->record.event, "waiting") == 0 &&
	    !ask->globals->json)
		complain("reload waits for %s, %s", ask_text(ask, "child"),
		    ask_text(ask, "message"));
	else if (strcmp(ask->record.event, "warning") == 0 &&
	    !ask->globals->json)
		complain("%s: %s", ask_text(ask, "child"),
		    ask_text(ask, "message"));
	else if (!ask->globals->quiet && !ask_json(ask))
		printf("%-8s %s%s\n", ask_text(ask, "action"),
		    ask_text(ask, "child"),
		    strcmp(ask_text(ask, "action"), "keep") == 0 ?
			", whose init says that it is not needed now" :
			"");
}

int
reload_main(struct globals *globals, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
		{ NULL, 0, NULL, 0 },
	};
	bool dry = false;
	const struct options own = {
		.longs = longs,
		.take = take,
		.arg = &dry,
	};
	struct ask ask;

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("reload", argc, argv, 0, 0))
		return STATUS_USAGE;
	setvbuf(stdout, NULL, _IOLBF, 0);
	ask_begin(&ask, globals);
	ask_for(&ask,
	    (const char *const[]){ "reload", dry ? "--dry-run" : NULL, NULL },
	    argv + optind);
	while (ask_next(&ask))
		print(&ask);
	return ask_end(&ask);
}
