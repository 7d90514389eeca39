/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/ask.h"
#include "cmd/options.h"

/*
 * `pid`, `spec` and `count`: single facts about children, bare, for scripts.
 */

const char pid_help[] =
    "  supervise pid web/api              4242\n"
    "  kill -USR1 $(supervise pid api)    though `supervise signal` is safer\n"
    "  supervise pid 'web/*'              one a line\n"
    "\n"
    "Prints the process that leads the child's group at this moment.\n"
    "\n"
    "Ends with 1, and prints nothing, when none of them has a process, and\n"
    "with 4 when nothing has that name.\n";

const char spec_help[] =
    "  supervise spec web/api    its statement, as supervise.conf has it\n"
    "  supervise spec root       the whole file, as it was understood\n"
    "\n"
    "Prints the specification that a child runs by, every include, spec and\n"
    "variable resolved. What it prints can be given to `supervise add`.\n";

const char count_help[] =
    "  supervise count         the children of the root\n"
    "  supervise count web     those of another supervisor\n"
    "\n"
    "specs        children, running or not\n"
    "active       of these, that are running, starting or stopping\n"
    "supervisors  of the specs\n"
    "workers      likewise\n";

int
pid_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "pid", NULL };
	char **names = options_words(globals, argc, argv, 1, argc);
	struct ask ask;
	size_t n = 0;

	if (names == NULL)
		return STATUS_USAGE;
	ask_begin(&ask, globals);
	ask_for(&ask, verb, names);
	for (; ask_next(&ask); n++)
		if (!ask_json(&ask))
			puts(ask_text(&ask, "pid"));
	if (n == 0 && ask.status == STATUS_OK) {
		ask.status = STATUS_FAILED;
		if (!globals->quiet)
			complain("%s has no process now", names[0]);
	}
	return ask_end(&ask);
}

int
spec_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "spec", NULL };
	char **names = options_words(globals, argc, argv, 1, argc);
	struct ask ask;

	if (names == NULL)
		return STATUS_USAGE;
	ask_begin(&ask, globals);
	ask_for(&ask, verb, names);
	while (ask_next(&ask))
		if (!ask_json(&ask))
			printf("%s%s", ask_text(&ask, "text"),
			    record_parsed_get(&ask.record, "more") != NULL ?
				"" :
				"\n");
	return ask_end(&ask);
}

int
count_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "count", NULL };
	char **names = options_words(globals, argc, argv, 0, 1);
	struct ask ask;

	if (names == NULL)
		return STATUS_USAGE;
	ask_begin(&ask, globals);
	ask_for(&ask, verb, names);
	while (ask_next(&ask)) {
		const struct record_parsed *record = &ask.record;

		if (ask_json(&ask))
			continue;
		for (size_t i = 0; i < record->n; i++)
			if (record->fields[i].type == RECORD_IS_NUMBER)
				printf("%s %" PRId64 "\n",
				    record->fields[i].key,
				    record->fields[i].number);
	}
	return ask_end(&ask);
}
