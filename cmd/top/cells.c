/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/top/cells.h"
#include "cmd/words.h"
#include "core/child.h"

const struct table_column top_columns[TOP_NCOLUMNS] = {
	[TOP_NAME] = { .title = "NAME", .min = 12 },
	[TOP_STATE] = { .title = "STATE" },
	[TOP_PID] = { .title = "PID", .right = true, .drop = 2 },
	[TOP_UPTIME] = { .title = "UPTIME", .right = true, .drop = 4 },
	[TOP_RESTARTS] = { .title = "RESTARTS", .right = true, .drop = 3 },
	[TOP_CPU] = { .title = "CPU%", .right = true, .drop = 1 },
	[TOP_MEMORY] = { .title = "MEMORY", .right = true, .drop = 1 },
	[TOP_LAST] = { .title = "LAST", .min = 8, .drop = 5 },
};

/* In the order of the tree, names are drawn as tree(1) does. */
static void
put_name(const struct top_model *model, const struct top_row *row,
    char text[static TOP_CELL_SIZE])
{
	const char *slash = strrchr(row->name, '/');
	const struct top_row *rows = model->look.rows;
	char trunk[TOP_CELL_SIZE] = "", part[TOP_CELL_SIZE];
	unsigned depth = row->depth;

	if (model->order != TOP_BY_TREE || *model->filter != '\0') {
		(void)strlcpy(text, row->name, TOP_CELL_SIZE);
		return;
	}
	/* Whoever stands above is before it, each less deep than the next. */
	for (const struct top_row *above = row; depth > 1 && above > rows;) {
		above--;
		if (above->depth >= depth)
			continue;
		depth = above->depth;
		(void)strlcpy(part, words_trunk(above->last), sizeof(part));
		(void)strlcat(part, trunk, sizeof(part));
		(void)strlcpy(trunk, part, sizeof(trunk));
	}
	snprintf(text, TOP_CELL_SIZE, "%s%s%s", trunk,
	    row->depth > 0 ? words_branch(row->last) : "",
	    slash == NULL ? row->name : slash + 1);
}

/* What it wrote last; how it ended, while it is not up. */
static void
put_last(const struct top_model *model, const struct top_row *row,
    char text[static TOP_CELL_SIZE])
{
	bool up = strcmp(row->state, child_state_text[CHILD_UP]) == 0;
	const char *line = top_line_of(model, row->name);
	char span[WORDS_SIZE];

	if (row->due_ms >= 0)
		snprintf(text, TOP_CELL_SIZE, "%s, next start in %s",
		    row->reason, words_span(row->due_ms, span));
	else if (!up && *row->reason != '\0')
		snprintf(text, TOP_CELL_SIZE, "%s%s%s", row->reason,
		    *line != '\0' ? " | " : "", line);
	else
		(void)strlcpy(text, *line != '\0' ? line : row->status,
		    TOP_CELL_SIZE);
}

static void
put_restarts(const struct top_row *row, char text[static TOP_CELL_SIZE])
{
	if (row->supervisor)
		snprintf(text, TOP_CELL_SIZE,
		    "%" PRId64 "/%" PRId64 " in %" PRId64 "s", row->restarts,
		    row->max_restarts, row->max_seconds);
	else
		snprintf(text, TOP_CELL_SIZE, "%" PRId64, row->restarts);
}

static void
put_memory(int64_t bytes, char text[static TOP_CELL_SIZE])
{
	/* Four digits or three, a letter. */
	if (bytes == TOP_NONE ||
	    humanize_number(text, 6, bytes, "", HN_AUTOSCALE,
		HN_DECIMAL | HN_NOSPACE) < 0)
		(void)strlcpy(text, "-", TOP_CELL_SIZE);
}

static void
put_cpu(int64_t permille, char text[static TOP_CELL_SIZE])
{
	if (permille == TOP_NONE)
		(void)strlcpy(text, "-", TOP_CELL_SIZE);
	else
		snprintf(text, TOP_CELL_SIZE, "%" PRId64 ".%" PRId64,
		    permille / 10, permille % 10);
}

void
top_cell(const struct top_model *model, const struct top_row *row,
    enum top_column column, char text[static TOP_CELL_SIZE])
{
	*text = '\0';
	switch (column) {
	case TOP_NAME:
		put_name(model, row, text);
		break;
	case TOP_STATE:
		(void)strlcpy(text, row->state, TOP_CELL_SIZE);
		break;
	case TOP_PID:
		if (row->pid == 0)
			(void)strlcpy(text, "-", TOP_CELL_SIZE);
		else
			snprintf(text, TOP_CELL_SIZE, "%jd",
			    (intmax_t)row->pid);
		break;
	case TOP_UPTIME:
		if (row->up_ms < 0)
			(void)strlcpy(text, "-", TOP_CELL_SIZE);
		else
			words_span(row->up_ms, text);
		break;
	case TOP_RESTARTS:
		put_restarts(row, text);
		break;
	case TOP_CPU:
		put_cpu(row->cpu_permille, text);
		break;
	case TOP_MEMORY:
		put_memory(row->rss_bytes, text);
		break;
	case TOP_LAST:
		put_last(model, row, text);
		break;
	case TOP_NCOLUMNS:
		break;
	}
}
