/* SPDX-License-Identifier: ISC */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "bench_result.h"

/*
 * The results as Markdown on standard output: a table for each number of
 * children, and at the end what of them is promised.
 */

/* One number of children; results[i] belongs to contenders[i]. */
struct report_block {
	size_t nchildren;
	const bool *shown;      /* by contender; borrowed */
	struct result *results; /* borrowed */
};

/* Prints the table, then a line for whatever is missing from it. */
void report_block(const struct report_block *block, const bool *wanted);

/* Prints the targets beside what supervise reached in each block. */
void report_targets(const struct report_block *blocks, size_t nblocks);

#endif
