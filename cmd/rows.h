/* SPDX-License-Identifier: ISC */
#ifndef CMD_ROWS_H
#define CMD_ROWS_H

#include <stdbool.h>

#include "base/table.h"
#include "cmd/ask.h"

/* Children in a table, a row for each `status` record. */
struct rows {
	struct table table;
	bool colour; /* states have one */
	size_t nups; /* those that are up */
};

void rows_init(struct rows *rows);

/* Adds the record at hand; with --json, prints it instead. */
void rows_add(struct rows *rows, const struct ask *ask);

/* Prints what was added, as wide as the terminal is. */
void rows_print(const struct rows *rows, bool titles);

/* Frees. Twice is harmless. */
void rows_fini(struct rows *rows);

/* Prints any table to stdout, as wide as the terminal is. */
void rows_print_table(const struct table *table, bool titles);

/* Parameters of SGR for a state; `reason` is that of the last end, or "". */
const char *rows_colour(const char *state, const char *reason);

#endif
