/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/ask.h"
#include "cmd/options.h"
#include "engine/people.h"

const char events_help[] =
    "  supervise events                what happens, as it happens\n"
    "  supervise events -n 1           until something happens\n"
    "  supervise events --json | jq .  for programs\n"
    "\n"
    "Follows the records of supervise-records(7) until the supervisor ends:\n"
    "on a terminal as sentences, else as they are. Each has a number, `seq`;\n"
    "who reads too slowly is told how many were lost (event=lost).\n"
    "\n"
    "  -n NUMBER   end after so many records\n";

/* Followed for ever. */
#define NO_LIMIT (-1)

static bool
take(void *arg, int option, const char *value)
{
	long long *number = arg;
	const char *error;

	(void)option;
	*number = strtonum(value, 0, INT64_MAX, &error);
	if (error == NULL)
		return true;
	usage_error("events", "-n %s: %s, expected a number of records", value,
	    error);
	return false;
}

/* The record for those who write them; false if its event is not known. */
static bool
convert(const struct record_parsed *parsed, struct record *record)
{
	for (int i = 0; i < RECORD_NEVENTS; i++) {
		if (strcmp(parsed->event, record_event_text[i]) != 0)
			continue;
		record_begin(record, (enum record_event)i);
		for (size_t k = 0;
		     k < parsed->n && record->n < RECORD_FIELDS_MAX; k++)
			record->fields[record->n++] = parsed->fields[k];
		return true;
	}
	return false;
}

static void
print(const struct ask *ask)
{
	char line[RECORD_LINE_MAX] = "";
	struct record record;
	size_t len = 0;

	if (ask_json(ask))
		return;
	if (!isatty(STDOUT_FILENO))
		len = record_parsed_logfmt(&ask->record, line);
	else if (convert(&ask->record, &record))
		len = people_line(&record, options_colour(STDOUT_FILENO), line);
	fwrite(line, 1, len, stdout);
}

int
events_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "events", NULL };
	long long number = NO_LIMIT;
	const struct options own = {
		.shorts = "n:",
		.take = take,
		.arg = &number,
	};
	struct ask ask;

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("events", argc, argv, 0, 0))
		return STATUS_USAGE;
	setvbuf(stdout, NULL, _IOLBF, 0);
	ask_begin(&ask, globals);
	ask.ended_ok = true;
	ask_for(&ask, verb, argv + optind);
	while (number != 0 && ask_next(&ask)) {
		print(&ask);
		if (number > 0)
			number--;
	}
	if (number > 0 && ask.status == STATUS_OK)
		ask.status = STATUS_FAILED;
	return ask_end(&ask);
}
