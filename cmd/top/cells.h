/* SPDX-License-Identifier: ISC */
#ifndef CMD_TOP_CELLS_H
#define CMD_TOP_CELLS_H

#include "base/table.h"
#include "cmd/top/model.h"

/*
 * The columns of the live view, and what a row has in each: one table for the
 * screen and for what is printed.
 */

enum top_column {
	TOP_NAME,
	TOP_STATE,
	TOP_PID,
	TOP_UPTIME,
	TOP_RESTARTS,
	TOP_CPU,
	TOP_MEMORY,
	TOP_LAST,
	TOP_NCOLUMNS
};

extern const struct table_column top_columns[TOP_NCOLUMNS];

/* Room of what is in one cell. */
#define TOP_CELL_SIZE ((size_t)2 * TOP_NAME_SIZE)

/* Writes what the row has in the column. */
void top_cell(const struct top_model *model, const struct top_row *row,
    enum top_column column, char text[static TOP_CELL_SIZE]);

#endif
