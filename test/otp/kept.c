/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "core/tree.h"
#include "kept.h"

void
kept_fini(struct kept *kept)
{
	free(kept->reports);
	*kept = (struct kept){ 0 };
}

void
kept_add(struct kept *kept, int sup, int node, const char *reason)
{
	struct kept_report *report;

	if (kept->n == kept->nroom) {
		kept->nroom = 2 * kept->nroom + 8;
		kept->reports = realloc(kept->reports,
		    kept->nroom * sizeof(*kept->reports));
		if (kept->reports == NULL)
			abort();
	}
	report = &kept->reports[kept->n++];
	report->sup = sup;
	report->node = node;
	strlcpy(report->reason, reason, sizeof(report->reason));
}

/* By reason in Erlang's order of terms: atoms before tuples. */
static int
compare(const void *left, const void *right)
{
	const struct kept_report *a = left;
	const struct kept_report *b = right;
	bool a_pair = strchr(a->reason, ':') != NULL;
	bool b_pair = strchr(b->reason, ':') != NULL;

	if (a->sup != b->sup)
		return a->sup < b->sup ? -1 : 1;
	if (a_pair != b_pair)
		return a_pair ? 1 : -1;
	return strcmp(a->reason, b->reason);
}

void
kept_say(struct kept *kept, struct trace *trace, int sup, bool sum)
{
	const char *context = report_context_text[REPORT_SHUTDOWN_ERROR];
	const char *last = "";
	unsigned nleft = 0;

	if (kept->n == 0)
		return;
	if (sum)
		qsort(kept->reports, kept->n, sizeof(*kept->reports), compare);
	for (unsigned i = 0; i < kept->n; i++) {
		struct kept_report *report = &kept->reports[i];

		if (sup >= 0 && report->sup != sup) {
			kept->reports[nleft++] = *report;
			continue;
		}
		if (!sum)
			trace_report(trace, report->sup, context, report->node,
			    report->reason);
		else if (strcmp(last, report->reason) != 0)
			trace_report(trace, report->sup, context, -1,
			    report->reason);
		last = report->reason;
	}
	kept->n = nleft;
}
