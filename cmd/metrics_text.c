/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/metrics.h"

/*
 * OpenMetrics, of which only what Prometheus's older text format takes as well
 * is used: no types but counter and gauge, no timestamps, no exemplars, no
 * quotes in a HELP.
 */

/* How a value is written. */
enum scale {
	SCALE_COUNT,
	SCALE_MS, /* as seconds */
};

struct family {
	enum metric_subject subject;
	enum metric_value value;
	const char *name; /* ends with the unit, if there is one */
	const char *unit; /* NULL: none */
	bool counter;     /* else a gauge */
	enum scale scale;
	const char *help;
};

#define ENGINE "supervise_engine_"
#define SUP    "supervise_supervisor_"
#define CHILD  "supervise_child_"

static const struct family families[] = {
	{ METRIC_ENGINE, METRIC_STARTED_MS, ENGINE "start_time_seconds",
	    "seconds", false, SCALE_MS,
	    "When the engine started, since 1970." },
	{ METRIC_ENGINE, METRIC_CPU_MS, ENGINE "cpu_seconds", "seconds", true,
	    SCALE_MS, "Processor time of the engine, children left out." },
	{ METRIC_ENGINE, METRIC_RSS_BYTES, ENGINE "resident_memory_bytes",
	    "bytes", false, SCALE_COUNT, "Resident memory of the engine." },
	{ METRIC_ENGINE, METRIC_FDS, ENGINE "open_fds", NULL, false,
	    SCALE_COUNT, "Descriptors that the engine has open." },
	{ METRIC_ENGINE, METRIC_EVENTS, ENGINE "events", NULL, true,
	    SCALE_COUNT, "Events that supervision has dealt with." },
	{ METRIC_ENGINE, METRIC_RECORDS, ENGINE "records", NULL, true,
	    SCALE_COUNT, "Records of what has happened." },
	{ METRIC_ENGINE, METRIC_LOST, ENGINE "records_lost", NULL, true,
	    SCALE_COUNT, "Records that could not be written." },
	{ METRIC_ENGINE, METRIC_CLIENTS, ENGINE "clients", NULL, false,
	    SCALE_COUNT, "Connections to the control socket." },
	{ METRIC_SUPERVISOR, METRIC_UP, SUP "up", NULL, false, SCALE_COUNT,
	    "Whether the supervisor runs." },
	{ METRIC_SUPERVISOR, METRIC_READY, SUP "ready", NULL, false,
	    SCALE_COUNT, "Whether the start of the supervisor is complete." },
	{ METRIC_SUPERVISOR, METRIC_STARTED_MS, SUP "start_time_seconds",
	    "seconds", false, SCALE_MS,
	    "When the supervisor started last, since 1970." },
	{ METRIC_SUPERVISOR, METRIC_STARTS, SUP "starts", NULL, true,
	    SCALE_COUNT, "Starts of the supervisor." },
	{ METRIC_SUPERVISOR, METRIC_RESTARTS, SUP "restarts", NULL, true,
	    SCALE_COUNT, "Restarts of the supervisor by the one above it." },
	{ METRIC_SUPERVISOR, METRIC_COUNTED, SUP "counted_restarts", NULL, true,
	    SCALE_COUNT, "Restarts of its children that it has counted." },
	{ METRIC_SUPERVISOR, METRIC_USED, SUP "budget_used", NULL, false,
	    SCALE_COUNT, "Restarts within the last max_seconds." },
	{ METRIC_SUPERVISOR, METRIC_MAX_RESTARTS, SUP "budget_limit", NULL,
	    false, SCALE_COUNT, "max_restarts: one more and it gives up." },
	{ METRIC_SUPERVISOR, METRIC_MAX_SECONDS, SUP "budget_window_seconds",
	    "seconds", false, SCALE_COUNT, "max_seconds of the supervisor." },
	{ METRIC_SUPERVISOR, METRIC_GAVE_UP, SUP "gave_up", NULL, true,
	    SCALE_COUNT, "How often the supervisor has given up." },
	{ METRIC_SUPERVISOR, METRIC_NVALUES, SUP "ends", NULL, true,
	    SCALE_COUNT, "Ends of the supervisor, by their reasons." },
	{ METRIC_CHILD, METRIC_UP, CHILD "up", NULL, false, SCALE_COUNT,
	    "Whether the child has a process." },
	{ METRIC_CHILD, METRIC_READY, CHILD "ready", NULL, false, SCALE_COUNT,
	    "Whether the start of the child is complete." },
	{ METRIC_CHILD, METRIC_STARTED_MS, CHILD "start_time_seconds",
	    "seconds", false, SCALE_MS,
	    "When the present run started, since 1970." },
	{ METRIC_CHILD, METRIC_STARTS, CHILD "starts", NULL, true, SCALE_COUNT,
	    "Starts of the child, whoever asked for them." },
	{ METRIC_CHILD, METRIC_RESTARTS, CHILD "restarts", NULL, true,
	    SCALE_COUNT, "Restarts that the supervisor has counted." },
	{ METRIC_CHILD, METRIC_NVALUES, CHILD "ends", NULL, true, SCALE_COUNT,
	    "Ends of runs and failed starts, by their reasons." },
	{ METRIC_CHILD, METRIC_CPU_MS, CHILD "cpu_seconds", "seconds", true,
	    SCALE_MS, "Processor time of the process groups of all runs." },
	{ METRIC_CHILD, METRIC_RSS_BYTES, CHILD "resident_memory_bytes",
	    "bytes", false, SCALE_COUNT,
	    "Resident memory of the process group." },
	{ METRIC_CHILD, METRIC_PROCESSES, CHILD "processes", NULL, false,
	    SCALE_COUNT, "Processes in the process group." },
};

/* Whether an end of this kind can be one of such a row. */
static bool
can_end(enum metric_subject subject, enum tally_end end)
{
	bool of_sup = end == TALLY_CHILD || end == TALLY_INTENSITY;

	if (subject == METRIC_CHILD)
		return !of_sup;
	return of_sup || end == TALLY_NORMAL || end == TALLY_SHUTDOWN ||
	    end == TALLY_EXIT || end == TALLY_SIGNAL || end == TALLY_KILLED ||
	    end == TALLY_START || end == TALLY_TIMEOUT;
}

/* The value of a label; what is no UTF-8 may not be in one. */
static void
put_value(const char *text)
{
	size_t len;

	for (; *text != '\0'; text += len > 0 ? len : 1) {
		len = utf8_length(text);
		if (*text == '\n')
			fputs("\\n", stdout);
		else if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if (len == 0)
			fputs("\xef\xbf\xbd", stdout);
		else
			fwrite(text, 1, len, stdout);
	}
}

static void
put_sample(const struct family *f, const char *tree,
    const struct metric_row *row, const char *reason, int64_t value)
{
	printf("%s%s{tree=\"", f->name, f->counter ? "_total" : "");
	put_value(tree);
	if (row->subject != METRIC_ENGINE) {
		printf("\",%s=\"",
		    row->subject == METRIC_CHILD ? "child" : "supervisor");
		put_value(row->name);
	}
	if (reason != NULL)
		printf("\",reason=\"%s", reason);
	if (f->scale == SCALE_MS)
		printf("\"} %" PRId64 ".%03" PRId64 "\n", value / 1000,
		    value % 1000);
	else
		printf("\"} %" PRId64 "\n", value);
}

/* What has not ended so has a zero: who counts sees the first end then. */
static void
put_ends(const struct family *f, const char *tree, const struct metric_row *row)
{
	for (int i = 0; i < TALLY_NENDS; i++)
		if (can_end(row->subject, (enum tally_end)i))
			put_sample(f, tree, row, tally_end_text[i],
			    row->ends[i]);
}

static void
put_family(const struct metrics *metrics, const struct family *f,
    const char *tree)
{
	printf("# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name,
	    f->counter ? "counter" : "gauge");
	if (f->unit != NULL)
		printf("# UNIT %s %s\n", f->name, f->unit);
	for (size_t i = 0; i < metrics->n; i++) {
		const struct metric_row *row = &metrics->rows[i];

		if (row->subject != f->subject)
			continue;
		if (f->value == METRIC_NVALUES)
			put_ends(f, tree, row);
		else if (row->values[f->value] != METRIC_NONE)
			put_sample(f, tree, row, NULL, row->values[f->value]);
	}
}

void
metrics_print(const struct metrics *metrics, const char *tree)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		put_family(metrics, &families[i], tree);
	puts("# EOF");
}
