/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

/* Between two columns. */
#define GAP     "  "
#define GAP_LEN 2

/* Rows of a new table. */
#define TABLE_ROOM 16

/* What is written at once. */
#define WRITE_SIZE 4096

/* A table that is being printed. */
struct printing {
	const struct table *table;
	const struct table_style *style;
	void (*write)(void *ctx, const char *bytes, size_t len);
	void *ctx;
	size_t widths[TABLE_COLUMNS_MAX];
	bool hidden[TABLE_COLUMNS_MAX];
	size_t last; /* the last column that is shown */
	size_t len;  /* of what is not written yet */
	char bytes[WRITE_SIZE];
};

void
table_init(struct table *table, const struct table_column *columns,
    size_t ncolumns)
{
	assert(ncolumns > 0 && ncolumns <= TABLE_COLUMNS_MAX);
	*table = (struct table){ .columns = columns, .ncolumns = ncolumns };
	arena_init(&table->texts, 0, NULL);
}

static bool
make_room(struct table *table)
{
	size_t room = table->room == 0 ? TABLE_ROOM : 2 * table->room;
	struct table_cell *cells;

	if (table->nrows < table->room)
		return true;
	cells =
	    reallocarray(table->cells, room * table->ncolumns, sizeof(*cells));
	if (cells == NULL)
		return false;
	table->cells = cells;
	table->room = room;
	return true;
}

bool
table_add(struct table *table, const struct table_cell *cells)
{
	struct table_cell *row;

	if (!make_room(table))
		return false;
	row = &table->cells[table->nrows * table->ncolumns];
	for (size_t i = 0; i < table->ncolumns; i++) {
		size_t len = strlen(cells[i].text);

		row[i].text = arena_text(&table->texts, cells[i].text, len);
		row[i].colour = cells[i].colour;
		if (row[i].text == NULL)
			return false;
		if (len > table->widths[i])
			table->widths[i] = len;
	}
	table->nrows++;
	return true;
}

static size_t
least(const struct printing *p, size_t column)
{
	size_t min = p->table->columns[column].min;

	return min > 0 && min < p->widths[column] ? min : p->widths[column];
}

/* The width of what is shown; at its narrowest, or as it is. */
static size_t
total(const struct printing *p, bool narrow)
{
	size_t sum = 0;

	for (size_t i = 0; i < p->table->ncolumns; i++)
		if (!p->hidden[i])
			sum += GAP_LEN + (narrow ? least(p, i) : p->widths[i]);
	return sum - GAP_LEN;
}

/* Leaves a column out, or returns false: all that are left have to stay. */
static bool
hide_one(struct printing *p)
{
	const struct table *table = p->table;
	size_t best = table->ncolumns;

	for (size_t i = 0; i < table->ncolumns; i++)
		if (!p->hidden[i] && table->columns[i].drop > 0 &&
		    (best == table->ncolumns ||
			table->columns[i].drop > table->columns[best].drop))
			best = i;
	if (best == table->ncolumns)
		return false;
	p->hidden[best] = true;
	return true;
}

/* Makes it fit, as far as that is possible. */
static void
fit(struct printing *p)
{
	size_t width = p->style->width, sum;

	while (width > 0 && total(p, true) > width && hide_one(p))
		;
	sum = total(p, false);
	for (size_t i = p->table->ncolumns; i-- > 0 && width > 0;) {
		size_t spare = p->widths[i] - least(p, i);

		if (p->hidden[i] || sum <= width)
			continue;
		spare = spare < sum - width ? spare : sum - width;
		p->widths[i] -= spare;
		sum -= spare;
	}
	for (size_t i = 0; i < p->table->ncolumns; i++)
		if (!p->hidden[i])
			p->last = i;
}

static void
flush(struct printing *p)
{
	if (p->len > 0)
		p->write(p->ctx, p->bytes, p->len);
	p->len = 0;
}

static void
put_bytes(struct printing *p, const char *bytes, size_t len)
{
	if (len > sizeof(p->bytes) - p->len)
		flush(p);
	if (len > sizeof(p->bytes)) {
		p->write(p->ctx, bytes, len);
	} else {
		memcpy(p->bytes + p->len, bytes, len);
		p->len += len;
	}
}

static void
put(struct printing *p, const char *text)
{
	put_bytes(p, text, strlen(text));
}

static void
pad(struct printing *p, size_t n)
{
	static const char blanks[] = "                                ";

	for (; n > sizeof(blanks) - 1; n -= sizeof(blanks) - 1)
		put(p, blanks);
	put_bytes(p, blanks, n);
}

/* Writes as much of the text as the width allows. */
static void
put_cut(struct printing *p, size_t column, const char *text, size_t len)
{
	size_t width = p->widths[column];

	if (len <= width) {
		put_bytes(p, text, len);
	} else if (p->table->columns[column].tail) {
		put(p, p->style->ellipsis);
		put(p, text + len - (width - 1));
	} else {
		put_bytes(p, text, width - 1);
		put(p, p->style->ellipsis);
	}
}

static void
put_cell(struct printing *p, size_t column, const struct table_cell *cell)
{
	size_t len = strlen(cell->text), width = p->widths[column];
	size_t blank = len < width ? width - len : 0;
	bool colour = p->style->colour && cell->colour != NULL;

	if (p->table->columns[column].right)
		pad(p, blank);
	if (colour) {
		put(p, "\033[");
		put(p, cell->colour);
		put(p, "m");
	}
	put_cut(p, column, cell->text, len);
	if (colour)
		put(p, "\033[0m");
	if (!p->table->columns[column].right && column != p->last)
		pad(p, blank);
	put(p, column == p->last ? "\n" : GAP);
}

static void
put_titles(struct printing *p)
{
	for (size_t i = 0; i < p->table->ncolumns; i++)
		if (!p->hidden[i])
			put_cell(p, i,
			    &(struct table_cell){
				.text = p->table->columns[i].title });
}

void
table_print(const struct table *table, const struct table_style *style,
    void (*write)(void *ctx, const char *bytes, size_t len), void *ctx)
{
	struct printing p = {
		.table = table,
		.style = style,
		.write = write,
		.ctx = ctx,
	};

	for (size_t i = 0; i < table->ncolumns; i++) {
		size_t title = strlen(table->columns[i].title);

		p.widths[i] = table->widths[i];
		if (style->titles && title > p.widths[i])
			p.widths[i] = title;
	}
	fit(&p);
	if (style->titles)
		put_titles(&p);
	for (size_t row = 0; row < table->nrows; row++)
		for (size_t i = 0; i < table->ncolumns; i++)
			if (!p.hidden[i])
				put_cell(&p, i,
				    &table->cells[row * table->ncolumns + i]);
	flush(&p);
}

void
table_fini(struct table *table)
{
	free(table->cells);
	arena_fini(&table->texts);
	*table = (struct table){ .columns = NULL };
}
