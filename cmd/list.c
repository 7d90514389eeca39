/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/options.h"
#include "cmd/rows.h"
#include "control/list.h"
#include "control/session.h"
#include "os/clock.h"

const char list_help[] =
    "  supervise list            the supervisors of yours that are running\n"
    "  supervise list --json\n"
    "\n"
    "LABEL  what -L takes\n"
    "PID    of the process to signal\n"
    "STATE  of its root; `silent` when it does not answer within a second\n"
    "FILE   that it runs\n"
    "\n"
    "Those with a socket elsewhere, by -S, are not found.\n";

/* How long one supervisor is waited for. */
#define ANSWER_NS NS_PER_S

static const struct table_column columns[] = {
	{ .title = "LABEL" },
	{ .title = "PID", .right = true },
	{ .title = "STATE" },
	{ .title = "FILE", .tail = true, .min = 8 },
};
#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Asks for the root's record. False when there is no answer. */
static bool
ask_root(const struct control_entry *entry, struct control_session *session,
    struct record_parsed *record)
{
	static const char *const words[] = { "status", "root" };
	int64_t deadline_ns = clock_now_ns() + ANSWER_NS;
	char why[CONTROL_WHY_SIZE];

	return control_session_open(session, &entry->place, deadline_ns, why) ==
	    0 &&
	    control_session_ask(session, 2, words, deadline_ns) == 0 &&
	    control_session_next(session, record, deadline_ns) ==
	    CONTROL_GOT_RECORD;
}

static void
print_json(const struct control_entry *entry, const struct record_parsed *root)
{
	const struct record_field fields[] = {
		{ "label", RECORD_IS_TEXT, entry->place.label, 0 },
		{ "socket", RECORD_IS_TEXT, entry->place.path, 0 },
	};
	struct record_parsed all = { .event = "status" };
	char line[RECORD_JSON_MAX];
	size_t len;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		all.fields[all.n++] = fields[i];
	for (size_t i = 0; i < root->n && all.n < RECORD_PARSED_MAX; i++)
		all.fields[all.n++] = root->fields[i];
	len = record_parsed_json(&all, line);
	fwrite(line, 1, len, stdout);
}

static void
look_at(const struct globals *globals, const struct control_entry *entry,
    struct table *table)
{
	struct control_session session = { .fd = -1 };
	struct record_parsed root = { .n = 0 };
	bool answers = ask_root(entry, &session, &root);
	const char *pid = record_parsed_text(&root, "pid");
	const char *state = record_parsed_text(&root, "state");
	char listener[24];

	/* The engine, if it cannot say who started it. */
	snprintf(listener, sizeof(listener), "%jd", (intmax_t)entry->pid);
	if (globals->json)
		print_json(entry, &root);
	else if (!table_add(table,
		     (struct table_cell[NCOLUMNS]){
			 { .text = entry->place.label },
			 { .text = *pid != '\0' ? pid : listener },
			 { answers ? state : "silent",
			     answers ? rows_colour(state, "") : "31" },
			 { .text = record_parsed_text(&root, "file") },
		     }))
		no_memory();
	control_session_close(&session);
}

int
list_main(struct globals *globals, int argc, char **argv)
{
	char **words = options_words(globals, argc, argv, 0, 0);
	struct control_list list;
	struct table table;
	int error;

	if (words == NULL)
		return STATUS_USAGE;
	error = control_list_read(&list);
	if (error < 0) {
		complain("cannot look for supervisors: %s", strerror(-error));
		return STATUS_FAILED;
	}
	table_init(&table, columns, NCOLUMNS);
	for (size_t i = 0; i < list.n; i++)
		if (list.entries[i].alive)
			look_at(globals, &list.entries[i], &table);
	rows_print_table(&table, true);
	table_fini(&table);
	control_list_free(&list);
	return STATUS_OK;
}
