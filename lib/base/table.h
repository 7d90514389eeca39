/* SPDX-License-Identifier: ISC */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Text in columns, as wide as what is in them, or as narrow as it has to be:
 * where the width does not suffice, columns are left out that can best be
 * done without, and then some are cut. A byte counts as a column.
 */

#define TABLE_COLUMNS_MAX 8

struct table_column {
	const char *title; /* static */
	size_t min;        /* width down to which it may be cut; 0: never */
	unsigned drop;     /* the highest is left out first; 0: never */
	bool right;        /* aligned on the right, for numbers */
	bool optional;     /* left out where no row has anything in it */
	bool tail;         /* what is cut loses its start, not its end */
};

struct table_cell {
	const char *text;
	const char *colour; /* parameters of SGR, such as "31"; NULL: none */
};

struct table {
	const struct table_column *columns; /* borrowed */
	size_t ncolumns;
	size_t nrows;
	size_t widths[TABLE_COLUMNS_MAX]; /* of the widest text, or 0 */
	char *bytes; /* the cells, one after the other; owned */
	size_t len;
	size_t room;
};

/* How a table is to look. */
struct table_style {
	size_t width;         /* of the terminal; 0: without limit */
	bool titles;          /* begins with them */
	bool colour;          /* with escape sequences */
	const char *ellipsis; /* one column wide, where something was cut */
};

/* Makes an empty table. */
void table_init(struct table *table, const struct table_column *columns,
    size_t ncolumns);

/*
 * Adds a row; the texts, of less than 32 KiB, are copied. False if there is no
 * memory.
 */
bool table_add(struct table *table, const struct table_cell *cells);

/* Writes the table, each row a line. */
void table_print(const struct table *table, const struct table_style *style,
    void (*write)(void *ctx, const char *bytes, size_t len), void *ctx);

/* Frees everything. Twice is harmless. */
void table_fini(struct table *table);

#endif
