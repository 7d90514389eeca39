/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/options.h"
#include "cmd/rows.h"
#include "cmd/words.h"
#include "core/child.h"
#include "os/terminal.h"

static const struct table_column columns[] = {
	{ .title = "NAME", .tail = true, .min = 12 },
	{ .title = "STATE" },
	{ .title = "PID", .right = true, .drop = 1 },
	{ .title = "UPTIME", .right = true, .drop = 3 },
	{ .title = "RESTARTS", .right = true, .drop = 2 },
	{ .title = "LAST END", .min = 8, .drop = 4 },
	{ .title = "STATUS", .min = 12, .drop = 5, .optional = true },
};
#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Room of a last end, and of when the next start is due. */
#define END_SIZE 128

/* Room of what a child says of itself. */
#define STATUS_SIZE 320

void
rows_init(struct rows *rows)
{
	*rows = (struct rows){ .colour = options_colour(STDOUT_FILENO) };
	table_init(&rows->table, columns, NCOLUMNS);
}

const char *
rows_colour(const char *state, const char *reason)
{
	static const char *const colours[] = {
		[MOOD_GOOD] = "32",
		[MOOD_CHANGING] = "33",
		[MOOD_OVER] = "2",
		[MOOD_BAD] = "31",
	};

	return colours[words_mood(state, reason)];
}

/* The fields that make a row, in the order in which a record has them. */
enum row_field {
	ROW_CHILD,
	ROW_STATE,
	ROW_HELD,
	ROW_PID,
	ROW_RUN,
	ROW_UP,
	ROW_DUE,
	ROW_REASON,
	ROW_PHASE,
	ROW_STATUS,
	ROW_NFIELDS
};

static const char *const row_keys[ROW_NFIELDS] = {
	[ROW_CHILD] = "child",
	[ROW_STATE] = "state",
	[ROW_HELD] = "held",
	[ROW_PID] = "pid",
	[ROW_RUN] = "run",
	[ROW_UP] = "up_ms",
	[ROW_DUE] = "due_ms",
	[ROW_REASON] = "reason",
	[ROW_PHASE] = "phase",
	[ROW_STATUS] = "status",
};

static const char *
text_of(const struct record_field *field, const char *otherwise)
{
	return field != NULL ? field->text : otherwise;
}

static int64_t
number_of(const struct record_field *field, int64_t otherwise)
{
	return field != NULL && field->type == RECORD_IS_NUMBER ?
	    field->number :
	    otherwise;
}

/* The last end, and when the next start is due. */
static const char *
say_end(const char *reason, int64_t due_ms, char text[static END_SIZE])
{
	char span[WORDS_SIZE];

	if (*reason == '\0')
		return "-";
	if (due_ms < 0)
		return reason;
	snprintf(text, END_SIZE, "%s, next start in %s", reason,
	    words_span(due_ms, span));
	return text;
}

/* What it says of itself. */
static const char *
say_status(const char *phase, const char *status, char text[static STATUS_SIZE])
{
	if (*phase == '\0')
		return status;
	snprintf(text, STATUS_SIZE, "%s%s%s", phase,
	    *status != '\0' ? ": " : "", status);
	return text;
}

void
rows_add(struct rows *rows, const struct ask *ask)
{
	const struct record_field *f[ROW_NFIELDS];
	char restarts[WORDS_SIZE], uptime[WORDS_SIZE], end[END_SIZE];
	char status[STATUS_SIZE];
	const char *state, *reason;
	int64_t up_ms, run;
	bool added;

	record_parsed_find(&ask->record, ROW_NFIELDS, row_keys, f);
	state = text_of(f[ROW_STATE], "");
	reason = text_of(f[ROW_REASON], "");
	up_ms = number_of(f[ROW_UP], -1);
	run = number_of(f[ROW_RUN], 0);
	rows->nups += strcmp(state, child_state_text[CHILD_UP]) == 0;
	if (ask_json(ask))
		return;
	added = table_add(&rows->table,
	    (struct table_cell[NCOLUMNS]){
		{ .text = f[ROW_CHILD] != NULL ? f[ROW_CHILD]->text :
						 ask_subject(ask) },
		{ f[ROW_HELD] != NULL ? "held" : state,
		    rows->colour ? rows_colour(state, reason) : NULL },
		{ .text = text_of(f[ROW_PID], "-") },
		{ .text = up_ms < 0 ? "-" : words_span(up_ms, uptime) },
		{ .text = run < 2 ? "0" : words_number(run - 1, restarts) },
		{ .text = say_end(reason, number_of(f[ROW_DUE], -1), end) },
		{ .text = say_status(text_of(f[ROW_PHASE], ""),
		      text_of(f[ROW_STATUS], ""), status) },
	    });
	if (!added)
		no_memory();
}

/* Past the buffer of stdio, which would make more and smaller pieces of it. */
static void
write_stdout(void *ctx, const char *bytes, size_t len)
{
	ssize_t n = fflush(stdout) == 0 ? write(STDOUT_FILENO, bytes, len) : 0;
	size_t done = n > 0 ? (size_t)n : 0;

	(void)ctx;
	/* What is left, or a failure, is for stdio. */
	fwrite(bytes + done, 1, len - done, stdout);
}

void
rows_print_table(const struct table *table, bool titles)
{
	int width = terminal_width(STDOUT_FILENO);
	const struct table_style style = {
		.width = width > 0 ? (size_t)width : 0,
		.titles = titles,
		.colour = options_colour(STDOUT_FILENO),
		/* Where nothing is cut, the locale need not be read. */
		.ellipsis = width > 0 && words_utf8() ? "…" : "~",
	};

	if (table->nrows > 0)
		table_print(table, &style, write_stdout, NULL);
}

void
rows_print(const struct rows *rows, bool titles)
{
	rows_print_table(&rows->table, titles);
}

void
rows_fini(struct rows *rows)
{
	table_fini(&rows->table);
}
