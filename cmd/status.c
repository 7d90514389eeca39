/* SPDX-License-Identifier: ISC */
#include "cmd/options.h"
#include "cmd/rows.h"

const char status_help[] =
    "  supervise status              every child in a table\n"
    "  supervise status web/api      one of them; `api` where that is clear\n"
    "  supervise status 'web/*'      those that match\n"
    "  supervise status --json       a record a line, for programs\n"
    "\n"
    "NAME      the path in the tree: it stays while pids come and go\n"
    "STATE     up, starting, stopping, restarting, down, or held\n"
    "UPTIME    since the last start\n"
    "RESTARTS  starts after the first, asked for or not\n"
    "LAST END  the reason; `supervise why NAME` tells the story\n"
    "\n"
    "Ends with 0; 3 when one that was named is not up, 4 when nothing has\n"
    "that name, 5 when no supervisor is there. For scripts: status -q NAME.\n";

int
status_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "status", NULL };
	char **names = options_words(globals, argc, argv, 0, argc);
	struct rows rows;
	struct ask ask;
	size_t n = 0;

	if (names == NULL)
		return STATUS_USAGE;
	rows_init(&rows);
	ask_begin(&ask, globals);
	ask_for(&ask, verb, names);
	for (; ask_next(&ask); n++)
		rows_add(&rows, &ask);
	if (!globals->quiet)
		rows_print(&rows, true);
	if (names[0] != NULL && rows.nups < n && ask.status == STATUS_OK)
		ask.status = STATUS_NOT_UP;
	rows_fini(&rows);
	return ask_end(&ask);
}
