/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/table.h"

/* Blanks between two columns. */
#define GAP_LEN 2

/* Bytes of a new table. */
#define TABLE_ROOM ((size_t)4 << 10)

/* What is written at once. A page more would cost more than a write less. */
#define WRITE_SIZE ((size_t)4 << 10)

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

/*
 * A cell as it is kept: its length and whether it has a colour, in two bytes,
 * then a pointer to the colour if so, then the text.
 */
#define LEN_MAX   (UINT16_MAX >> 1)
#define CELL_MORE (sizeof(uint16_t) + sizeof(const char *))

struct cell {
	const char *text;
	size_t len;
	const char *colour;
};

void
table_init(struct table *table, const struct table_column *columns,
    size_t ncolumns)
{
	assert(ncolumns > 0 && ncolumns <= TABLE_COLUMNS_MAX);
	*table = (struct table){ .columns = columns, .ncolumns = ncolumns };
}

/* Makes room for `len` bytes more. */
static bool
make_room(struct table *table, size_t len)
{
	size_t room = table->room == 0 ? TABLE_ROOM : table->room;
	char *bytes;

	while (room - table->len < len)
		room *= 2;
	bytes = reallocarray(table->bytes, room, 1);
	if (bytes == NULL)
		return false;
	table->bytes = bytes;
	table->room = room;
	return true;
}

/*
 * Puts a cell behind the others. Most are a few bytes long: byte by byte they
 * are there before a function that copies many at once has begun.
 */
static bool
keep_cell(struct table *table, const struct table_cell *cell, size_t *len)
{
	bool coloured = cell->colour != NULL;
	size_t at = table->len + sizeof(uint16_t), n = 0, most;
	const char *text = cell->text;
	uint16_t head;
	char *to;

	if (table->room - table->len < CELL_MORE &&
	    !make_room(table, CELL_MORE))
		return false;
	if (coloured) {
		memcpy(table->bytes + at, &cell->colour, sizeof(cell->colour));
		at += sizeof(cell->colour);
	}
	to = table->bytes + at;
	most = table->room - at;
	while (n < most && text[n] != '\0') {
		to[n] = text[n];
		n++;
	}
	if (text[n] != '\0') {
		n += strlen(text + n);
		if (!make_room(table, CELL_MORE + n))
			return false;
		memcpy(table->bytes + at, text, n);
	}
	assert(n <= LEN_MAX);
	head = (uint16_t)(n << 1 | coloured);
	memcpy(table->bytes + table->len, &head, sizeof(head));
	table->len = at + n;
	*len = n;
	return true;
}

bool
table_add(struct table *table, const struct table_cell *cells)
{
	size_t before = table->len, len;

	for (size_t i = 0; i < table->ncolumns; i++) {
		if (!keep_cell(table, &cells[i], &len)) {
			table->len = before;
			return false;
		}
		if (len > table->widths[i])
			table->widths[i] = len;
	}
	table->nrows++;
	return true;
}

/* Reads the cell at `at`; where the next one is. */
static const char *
read_cell(const char *at, struct cell *cell)
{
	uint16_t head;

	memcpy(&head, at, sizeof(head));
	at += sizeof(head);
	cell->len = head >> 1;
	cell->colour = NULL;
	if (head & 1) {
		memcpy(&cell->colour, at, sizeof(cell->colour));
		at += sizeof(cell->colour);
	}
	cell->text = at;
	return at + cell->len;
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

/* What is not written to holds blanks, so that padding costs nothing. */
static void
flush(struct printing *p)
{
	if (p->len > 0)
		p->write(p->ctx, p->bytes, p->len);
	memset(p->bytes, ' ', p->len);
	p->len = 0;
}

static void
pad(struct printing *p, size_t n)
{
	while (n > sizeof(p->bytes) - p->len) {
		n -= sizeof(p->bytes) - p->len;
		p->len = sizeof(p->bytes);
		flush(p);
	}
	p->len += n;
}

static void
put_bytes(struct printing *p, const char *bytes, size_t len)
{
	if (len > sizeof(p->bytes) - p->len)
		flush(p);
	if (len > sizeof(p->bytes)) {
		p->write(p->ctx, bytes, len);
	} else {
		memmove(p->bytes + p->len, bytes, len);
		p->len += len;
	}
}

static void
put(struct printing *p, const char *text)
{
	put_bytes(p, text, strlen(text));
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
		put_bytes(p, text + len - (width - 1), width - 1);
	} else {
		put_bytes(p, text, width - 1);
		put(p, p->style->ellipsis);
	}
}

/* Writes a text that is to be cut or has a colour. */
static void
put_special(struct printing *p, size_t column, const struct cell *cell)
{
	size_t len = cell->len, width = p->widths[column];
	size_t blank = len < width ? width - len : 0;
	bool right = p->table->columns[column].right;
	bool colour = p->style->colour && cell->colour != NULL;

	if (right)
		pad(p, blank);
	if (colour) {
		put(p, "\033[");
		put(p, cell->colour);
		put(p, "m");
	}
	put_cut(p, column, cell->text, len);
	if (colour)
		put(p, "\033[0m");
	if (!right && column != p->last)
		pad(p, blank);
	if (column != p->last)
		pad(p, GAP_LEN);
}

static void
put_cell(struct printing *p, size_t column, const struct cell *cell)
{
	size_t len = cell->len, width = p->widths[column];
	bool right = p->table->columns[column].right;
	bool last = column == p->last;
	char *to;

	if (len > width || width + GAP_LEN > sizeof(p->bytes) - p->len ||
	    (p->style->colour && cell->colour != NULL)) {
		put_special(p, column, cell);
		return;
	}
	to = p->bytes + p->len + (right ? width - len : 0);
	for (size_t i = 0; i < len; i++)
		to[i] = cell->text[i];
	p->len += last && !right ? len : width + (last ? 0 : GAP_LEN);
}

static void
put_titles(struct printing *p)
{
	for (size_t i = 0; i < p->table->ncolumns; i++) {
		const char *title = p->table->columns[i].title;

		if (!p->hidden[i])
			put_special(p, i,
			    &(struct cell){ title, strlen(title), NULL });
	}
	put_bytes(p, "\n", 1);
}

static void
put_rows(struct printing *p)
{
	const char *at = p->table->bytes;
	size_t ncolumns = p->table->ncolumns;
	struct cell cell;

	for (size_t row = 0; row < p->table->nrows; row++) {
		for (size_t i = 0; i < ncolumns; i++) {
			at = read_cell(at, &cell);
			if (!p->hidden[i])
				put_cell(p, i, &cell);
		}
		while (p->len > 0 && p->bytes[p->len - 1] == ' ')
			p->len--;
		if (p->len == sizeof(p->bytes))
			flush(p);
		p->bytes[p->len++] = '\n';
	}
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

		p.hidden[i] =
		    table->columns[i].optional && table->widths[i] == 0;
		p.widths[i] = table->widths[i];
		if (style->titles && title > p.widths[i])
			p.widths[i] = title;
	}
	fit(&p);
	memset(p.bytes, ' ', sizeof(p.bytes));
	if (style->titles)
		put_titles(&p);
	put_rows(&p);
	flush(&p);
}

void
table_fini(struct table *table)
{
	free(table->bytes);
	*table = (struct table){ .columns = NULL };
}
