/* SPDX-License-Identifier: ISC */
#ifndef CMD_TOP_VIEW_H
#define CMD_TOP_VIEW_H

#include "cmd/top/model.h"
#include "cmd/top/ring.h"
#include "cmd/top/source.h"

/*
 * The screen, by curses. What it shows is decided elsewhere: nothing here
 * reads a key or asks the supervisor.
 */

enum top_page {
	TOP_PAGE_ROWS,
	TOP_PAGE_LINES, /* what a child writes */
	TOP_PAGE_HELP,
};

/* What the bottom line asks for. */
enum top_question {
	TOP_ASKS_NOTHING,
	TOP_ASKS_FILTER,
	TOP_ASKS_SIGNAL,
};

struct top_view {
	enum top_page page;
	enum top_question question;
	char typed[TOP_FILTER_SIZE]; /* the answer so far */
	char watched[TOP_NAME_SIZE]; /* whose lines are shown */
	struct top_ring lines;
	size_t back;   /* lines of it below the screen */
	size_t first;  /* index of the first row on the screen */
	size_t height; /* rows, or lines, that fit on it */
	bool colour;
};

/* Takes over the terminal. 0, or -errno where it cannot be drawn on. */
int top_view_open(struct top_view *view, bool colour);

/* Gives it back as it was. Twice is harmless. */
void top_view_close(struct top_view *view);

void top_view_draw(struct top_view *view, const struct top_model *model,
    const struct top_source *source);

#endif
