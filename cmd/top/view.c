/* SPDX-License-Identifier: ISC */
#include <curses.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "cmd/top/cells.h"
#include "cmd/top/keys.h"
#include "cmd/top/view.h"
#include "cmd/words.h"

/* Lines of the screen that are no rows: two at the top, one at the bottom. */
#define HEAD_LINES 2
#define FOOT_LINES 1

/* Blanks between two columns. */
#define GAP 2

/* Room of a line at the top or the bottom. */
#define LINE_SIZE (PATH_MAX + TOP_CELL_SIZE)

enum colour {
	COLOUR_GOOD = 1,
	COLOUR_CHANGING,
	COLOUR_BAD,
};

int
top_view_open(struct top_view *view, bool colour)
{
	SCREEN *screen;

	(void)setlocale(LC_ALL, "");
	screen = newterm(NULL, stdout, stdin);
	if (screen == NULL)
		return -ENOTTY;
	(void)set_term(screen);
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)set_escdelay(50);
	(void)curs_set(0);
	view->colour = colour && has_colors() && start_color() == OK;
	if (view->colour) {
		(void)use_default_colors();
		(void)init_pair(COLOUR_GOOD, COLOR_GREEN, -1);
		(void)init_pair(COLOUR_CHANGING, COLOR_YELLOW, -1);
		(void)init_pair(COLOUR_BAD, COLOR_RED, -1);
	}
	return 0;
}

void
top_view_close(struct top_view *view)
{
	if (stdscr != NULL && !isendwin()) {
		(void)curs_set(1);
		(void)endwin();
	}
	top_ring_clear(&view->lines);
}

/* ------------------------------------------------------------------- text */

/*
 * The next character of a text, and how wide it is; what would upset the
 * screen is shown as a dot.
 */
static int
next_char(const char **text, mbstate_t *state, wchar_t *character)
{
	size_t n = mbrtowc(character, *text, MB_CUR_MAX, state);
	int width;

	if (n == (size_t)-1 || n == (size_t)-2) {
		*state = (mbstate_t){ 0 };
		*character = L'?';
		n = 1;
	}
	*text += n;
	width = wcwidth(*character);
	if (width >= 0)
		return width;
	*character = *character == L'\t' ? L' ' : L'.';
	return 1;
}

static int
width_of(const char *text)
{
	mbstate_t state = { 0 };
	wchar_t character;
	int width = 0;

	while (*text != '\0')
		width += next_char(&text, &state, &character);
	return width;
}

/* Writes a text at (y, x), in `room` columns; the columns that it took. */
static int
put(int y, int x, int room, const char *text)
{
	mbstate_t state = { 0 };
	wchar_t character;
	int taken = 0;

	if (move(y, x) == ERR)
		return 0;
	while (*text != '\0') {
		int width = next_char(&text, &state, &character);

		if (taken + width > room)
			break;
		(void)addnwstr(&character, 1);
		taken += width;
	}
	return taken;
}

/* ------------------------------------------------------------------- rows */

static attr_t
attribute_of(const struct top_view *view, const struct top_row *row)
{
	if (!view->colour)
		return A_NORMAL;
	switch (words_mood(row->state, row->reason)) {
	case MOOD_GOOD:
		return (attr_t)COLOR_PAIR(COLOUR_GOOD);
	case MOOD_CHANGING:
		return (attr_t)COLOR_PAIR(COLOUR_CHANGING);
	case MOOD_OVER:
		return A_DIM;
	case MOOD_BAD:
		return (attr_t)COLOR_PAIR(COLOUR_BAD);
	}
	return A_NORMAL;
}

/* What is wider than the screen loses columns, the last of all the name. */
static void
fit(int widths[static TOP_NCOLUMNS])
{
	int sum = -GAP, most;

	for (int i = 0; i < TOP_NCOLUMNS; i++)
		sum += widths[i] + GAP;
	/* The last column takes what is left. */
	sum -= widths[TOP_LAST] - (int)top_columns[TOP_LAST].min;
	while (sum > COLS) {
		most = TOP_NAME;
		for (int i = 0; i < TOP_NCOLUMNS; i++)
			if (widths[i] > 0 &&
			    top_columns[i].drop > top_columns[most].drop)
				most = i;
		if (most == TOP_NAME)
			break;
		sum -= GAP +
		    (most == TOP_LAST ? (int)top_columns[most].min :
					widths[most]);
		widths[most] = 0;
	}
	if (sum > COLS)
		widths[TOP_NAME] -= sum - COLS;
	if (widths[TOP_LAST] > 0)
		widths[TOP_LAST] = (int)top_columns[TOP_LAST].min + COLS - sum;
}

/* How wide each column has to be, for the rows that are on the screen. */
static void
measure(const struct top_view *view, const struct top_model *model,
    int widths[static TOP_NCOLUMNS])
{
	static char text[TOP_CELL_SIZE];

	for (int i = 0; i < TOP_NCOLUMNS; i++)
		widths[i] = (int)strlen(top_columns[i].title);
	for (size_t k = 0; k < view->height; k++) {
		size_t at = view->first + k;

		if (at >= model->nshown)
			break;
		for (int i = 0; i < TOP_NCOLUMNS; i++) {
			int width;

			top_cell(model, &model->look.rows[model->shown[at]],
			    (enum top_column)i, text);
			width = width_of(text);
			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
	fit(widths);
}

/* Writes one cell; where the next one is. */
static int
put_cell(int y, int x, int width, const struct table_column *column,
    const char *text)
{
	int taken = width_of(text);

	if (width <= 0)
		return x;
	(void)put(y, x + (column->right && taken < width ? width - taken : 0),
	    width, text);
	return x + width + GAP;
}

static void
put_row(const struct top_view *view, const struct top_model *model, size_t at,
    int y, const int widths[static TOP_NCOLUMNS])
{
	const struct top_row *row = &model->look.rows[model->shown[at]];
	attr_t chosen = at == model->chosen ? A_REVERSE : A_NORMAL;
	static char text[TOP_CELL_SIZE];
	int x = 0;

	(void)attrset((int)chosen);
	(void)mvhline(y, 0, ' ' | chosen, COLS);
	for (int i = 0; i < TOP_NCOLUMNS; i++) {
		top_cell(model, row, (enum top_column)i, text);
		(void)attrset((int)(chosen |
		    (i == TOP_STATE ? attribute_of(view, row) : A_NORMAL)));
		x = put_cell(y, x, widths[i], &top_columns[i], text);
	}
	(void)attrset(A_NORMAL);
}

static void
put_rows(struct top_view *view, const struct top_model *model)
{
	int widths[TOP_NCOLUMNS], x = 0;

	if (view->first > model->chosen)
		view->first = model->chosen;
	if (view->height > 0 && model->chosen >= view->first + view->height)
		view->first = model->chosen - view->height + 1;
	measure(view, model, widths);
	(void)attrset(A_BOLD);
	for (int i = 0; i < TOP_NCOLUMNS; i++)
		x = put_cell(1, x, widths[i], &top_columns[i],
		    top_columns[i].title);
	(void)attrset(A_NORMAL);
	for (size_t k = 0; k < view->height; k++)
		if (view->first + k < model->nshown)
			put_row(view, model, view->first + k,
			    HEAD_LINES + (int)k, widths);
}

/* ------------------------------------------------------------- other pages */

static void
put_lines(struct top_view *view)
{
	size_t most =
	    view->lines.n > view->height ? view->lines.n - view->height : 0;
	size_t shown =
	    view->lines.n < view->height ? view->lines.n : view->height;

	if (view->back > most)
		view->back = most;
	for (size_t k = 0; k < shown; k++) {
		const char *line =
		    top_ring_back(&view->lines, view->back + shown - 1 - k);

		(void)put(HEAD_LINES + (int)k, 0, COLS,
		    line == NULL ? "" : line);
	}
}

static void
put_help(const struct top_view *view)
{
	char line[128], keys[32];
	int y = HEAD_LINES;

	for (size_t i = 0; i < top_nbindings; i++) {
		const struct top_binding *key = &top_bindings[i];
		bool another = i + 1 < top_nbindings &&
		    top_bindings[i + 1].meaning == NULL;

		if (key->meaning == NULL || y >= HEAD_LINES + (int)view->height)
			continue;
		snprintf(keys, sizeof(keys), "%s%s%s", key->typed,
		    another ? ", " : "",
		    another ? top_bindings[i + 1].typed : "");
		snprintf(line, sizeof(line), "  %-12s %s", keys, key->meaning);
		(void)put(y++, 0, COLS, line);
	}
}

/* ---------------------------------------------------------- head and foot */

static void
put_head(const struct top_view *view, const struct top_model *model,
    const struct top_source *source)
{
	const char *label = *source->place.label != '\0' ? source->place.label :
							   source->place.path;
	char line[LINE_SIZE];
	size_t nworkers, nup;

	top_count(model, &nworkers, &nup);
	if (view->page == TOP_PAGE_LINES)
		snprintf(line, sizeof(line), "%s: what %s writes", label,
		    view->watched);
	else
		snprintf(line, sizeof(line), "%s: %zu of %zu up, by %s%s%s",
		    label, nup, nworkers, top_order_text[model->order],
		    *model->filter != '\0' ? ", only " : "", model->filter);
	(void)attrset(A_BOLD);
	(void)put(0, 0, COLS, line);
	(void)attrset(A_NORMAL);
}

/* What the keys are, as far as there is room. */
static void
put_keys(int y)
{
	char part[64];
	int x = 0;

	for (size_t i = 0; i < top_nbindings; i++) {
		const struct top_binding *key = &top_bindings[i];

		if (key->brief == NULL)
			continue;
		snprintf(part, sizeof(part), "%s %s", key->typed, key->brief);
		if (x + width_of(part) > COLS)
			break;
		x += put(y, x, COLS - x, part) + GAP;
	}
}

static void
put_foot(const struct top_view *view, const struct top_source *source)
{
	char line[LINE_SIZE];
	int y = LINES - FOOT_LINES, x;

	if (view->question != TOP_ASKS_NOTHING) {
		snprintf(line, sizeof(line), "%s%s",
		    view->question == TOP_ASKS_FILTER ? "/" : "signal: ",
		    view->typed);
		x = put(y, 0, COLS, line);
		(void)curs_set(1);
		(void)move(y, x < COLS ? x : COLS - 1);
		return;
	}
	(void)curs_set(0);
	if (*source->said == '\0' && *source->doing == '\0') {
		put_keys(y);
		return;
	}
	(void)attrset(A_BOLD);
	snprintf(line, sizeof(line), "%s%s",
	    *source->said != '\0' ? source->said : source->doing,
	    *source->said != '\0' ? "" : " ...");
	(void)put(y, 0, COLS, line);
	(void)attrset(A_NORMAL);
}

void
top_view_draw(struct top_view *view, const struct top_model *model,
    const struct top_source *source)
{
	view->height = LINES > HEAD_LINES + FOOT_LINES ?
	    (size_t)(LINES - HEAD_LINES - FOOT_LINES) :
	    0;
	(void)erase();
	put_head(view, model, source);
	switch (view->page) {
	case TOP_PAGE_ROWS:
		put_rows(view, model);
		break;
	case TOP_PAGE_LINES:
		put_lines(view);
		break;
	case TOP_PAGE_HELP:
		put_help(view);
		break;
	}
	put_foot(view, source);
	(void)refresh();
}
