/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "cmd/act.h"
#include "cmd/options.h"
#include "cmd/rows.h"

const char link_help[] =
    "  supervise link worker cache             either ends the other\n"
    "  supervise link \"$SUPERVISE_NAME\" cache   said by a child for itself\n"
    "  supervise link worker                   those that it has; without a\n"
    "                                          name all that there are\n"
    "\n"
    "Links the present runs of two children, whatever their supervisors. When\n"
    "one of them ends by anything but a normal end, the other is ended as by a\n"
    "stop, and has the first one's reason; then each is restarted, or not, as\n"
    "its own restart type says. A pair that `link` in the file names is linked\n"
    "whenever both run; this link is gone when one has ended.\n"
    "\n"
    "BY     file, request or both\n"
    "LIVE   whether it ties the present runs\n"
    "\n"
    "Ends with 1 when one of them does not run (noproc), which also ends the\n"
    "child that says this for itself; 4 when nothing has that name.\n";

const char unlink_help[] =
    "  supervise unlink worker cache\n"
    "\n"
    "From here on neither of the two ends with the other. A pair that `link`\n"
    "in the file names is linked again when one of them starts anew. That\n"
    "there is no link is told, and is no error.\n"
    "\n"
    "Ends with 4 when nothing has that name.\n";

static const struct table_column columns[] = {
	{ .title = "CHILD", .tail = true, .min = 12 },
	{ .title = "PEER", .tail = true, .min = 12 },
	{ .title = "BY" },
	{ .title = "LIVE" },
};
#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))

static int
list(const struct globals *globals, const char *const *verb, char **words)
{
	struct table table;
	struct ask ask;

	table_init(&table, columns, NCOLUMNS);
	ask_begin(&ask, globals);
	ask_for(&ask, verb, words);
	while (ask_next(&ask)) {
		const struct table_cell cells[NCOLUMNS] = {
			{ .text = ask_text(&ask, "child") },
			{ .text = ask_text(&ask, "peer") },
			{ .text = ask_text(&ask, "by") },
			{ .text = strcmp(ask_text(&ask, "live"), "true") == 0 ?
				"yes" :
				"no" },
		};

		if (!ask_json(&ask) && !table_add(&table, cells))
			no_memory();
	}
	rows_print_table(&table, table.nrows > 0);
	table_fini(&table);
	return ask_end(&ask);
}

int
link_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "link", NULL };
	char **words = options_words(globals, argc, argv, 0, 2);

	if (words == NULL)
		return STATUS_USAGE;
	if (words[0] == NULL || words[1] == NULL)
		return list(globals, verb, words);
	return act_ask(globals, verb, words);
}

int
unlink_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "unlink", NULL };
	char **words = options_words(globals, argc, argv, 2, 2);

	return words == NULL ? STATUS_USAGE : act_ask(globals, verb, words);
}
