/* SPDX-License-Identifier: ISC */
#include "bench_report.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bench_contender.h"

enum {
	REPORT_CELL_SIZE = 64
};

struct target {
	enum figure figure;
	bool relative; /* to the bare loop; else as it is */
	double at_most;
	const char *text;
	size_t from; /* number of children where it begins to hold */
	size_t to;   /* and ends */
};

static const struct target targets[] = {
	{ FIGURE_RESTART, true, 1.15, "1.15 x bare", 1000, SIZE_MAX },
	{ FIGURE_START, true, 1.25, "1.25 x bare", 1000, SIZE_MAX },
	{ FIGURE_BACK, true, 1.25, "1.25 x bare", 1000, SIZE_MAX },
	{ FIGURE_STOP, true, 1.5, "1.5 x bare", 1000, SIZE_MAX },
	{ FIGURE_STOP_REVERSE, true, 1.25, "1.25 x bare", 1000, SIZE_MAX },
	{ FIGURE_PRIVATE, false, 1200, "1200 kB", 1000, 1000 },
	{ FIGURE_SWITCHES, false, 0, "0", 1, SIZE_MAX },
};

/* The rows of the table of contenders that targets compare. */
static size_t
contender_index(const char *name)
{
	size_t i = 0;

	while (i < ncontenders && strcmp(contenders[i].name, name) != 0)
		i++;
	return i;
}

static bool
is_memory(enum figure figure)
{
	return figure == FIGURE_PRIVATE || figure == FIGURE_PROPORTIONAL;
}

static void
format_value(char *cell, enum figure figure, double value)
{
	int decimals = 0;

	if (strcmp(figures[figure].unit, "ms") == 0)
		decimals = value < 10 ? 3 : value < 100 ? 2 : 1;
	(void)snprintf(cell, REPORT_CELL_SIZE, "%.*f", decimals, value);
}

static void
print_cell(const struct report_block *block, enum figure figure, size_t i)
{
	struct result *bare = &block->results[contender_index("bare")];
	struct result *result = &block->results[i];
	double value = result_value(result, figure);
	double ratio = result_ratio(result, bare, figure);
	char cell[REPORT_CELL_SIZE];

	if (!isfinite(value)) {
		(void)printf(" - |");
		return;
	}
	format_value(cell, figure, value);
	(void)printf(" %s", cell);
	if (is_memory(figure) && block->nchildren > 1)
		(void)printf(", %.2f a child",
		    value / (double)block->nchildren);
	else if (result != bare && isfinite(ratio) && !is_memory(figure))
		(void)printf(" (%.*f)", ratio < 10 ? 2 : 0, ratio);
	(void)printf(" |");
}

static void
print_notes(const struct report_block *block)
{
	for (size_t i = 0; i < ncontenders; i++) {
		const struct result *r = &block->results[i];

		if (block->shown[i] && r->note[0] != '\0')
			(void)printf("- %s: %s\n", contenders[i].name, r->note);
		if (block->shown[i] && r->nleft > 0)
			(void)printf("- %s: left %zu processes behind\n",
			    contenders[i].name, r->nleft);
		if (block->shown[i] && r->nnoisy > 0)
			(void)printf("- %s: the machine was busy with "
				     "something else before %zu steps\n",
			    contenders[i].name, r->nnoisy);
	}
	(void)printf("\n");
}

void
report_block(const struct report_block *block, const bool *wanted)
{
	(void)printf("## N = %zu\n\n| |", block->nchildren);
	for (size_t i = 0; i < ncontenders; i++)
		if (block->shown[i])
			(void)printf(" %s |", contenders[i].name);
	(void)printf("\n|---|");
	for (size_t i = 0; i < ncontenders; i++)
		if (block->shown[i])
			(void)printf("---:|");
	(void)printf("\n");
	for (size_t f = 0; f < FIGURE_COUNT; f++) {
		if (!wanted[f])
			continue;
		(void)printf("| %s%s%s |", figures[f].text,
		    figures[f].unit[0] == '\0' ? "" : ", ", figures[f].unit);
		for (size_t i = 0; i < ncontenders; i++)
			if (block->shown[i])
				print_cell(block, (enum figure)f, i);
		(void)printf("\n");
	}
	(void)printf("\n");
	print_notes(block);
	(void)fflush(stdout);
}

static void
print_reached(const struct target *target, const struct report_block *block)
{
	struct result *bare = &block->results[contender_index("bare")];
	struct result *ours = &block->results[contender_index("supervise")];
	double reached = target->relative ?
	    result_ratio(ours, bare, target->figure) :
	    result_value(ours, target->figure);

	const char *verdict =
	    reached <= target->at_most ? " held" : " **missed**";

	if (block->nchildren < target->from || block->nchildren > target->to)
		verdict = "";
	if (isfinite(reached))
		(void)printf(" %.*f%s |", target->relative ? 2 : 0, reached,
		    verdict);
	else
		(void)printf(" - |");
}

void
report_targets(const struct report_block *blocks, size_t nblocks)
{
	(void)printf("## Targets\n\n| supervise | at most |");
	for (size_t b = 0; b < nblocks; b++)
		(void)printf(" N = %zu |", blocks[b].nchildren);
	(void)printf("\n|---|---:|");
	for (size_t b = 0; b < nblocks; b++)
		(void)printf("---:|");
	(void)printf("\n");
	for (size_t t = 0; t < sizeof(targets) / sizeof(targets[0]); t++) {
		(void)printf("| %s | %s |", figures[targets[t].figure].text,
		    targets[t].text);
		for (size_t b = 0; b < nblocks; b++)
			print_reached(&targets[t], &blocks[b]);
		(void)printf("\n");
	}
}
