/* SPDX-License-Identifier: ISC */
#ifndef CMD_METRICS_H
#define CMD_METRICS_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "engine/tally.h"

/*
 * Metrics of a tree, gathered from the engine's records and from /proc, to be
 * written as text: OpenMetrics keeps all of a family together, so that each
 * family goes through all rows.
 */

/* What a row is about: the engine, a supervisor, or a worker. */
enum metric_subject {
	METRIC_ENGINE,
	METRIC_SUPERVISOR,
	METRIC_CHILD,
};

/* What is known about it; each metric is one of these. */
enum metric_value {
	METRIC_UP,
	METRIC_READY,
	METRIC_STARTED_MS,
	METRIC_STARTS,
	METRIC_RESTARTS,
	METRIC_COUNTED,
	METRIC_USED,
	METRIC_MAX_RESTARTS,
	METRIC_MAX_SECONDS,
	METRIC_GAVE_UP,
	METRIC_CPU_MS,
	METRIC_RSS_BYTES,
	METRIC_PROCESSES,
	METRIC_FDS,
	METRIC_EVENTS,
	METRIC_RECORDS,
	METRIC_LOST,
	METRIC_CLIENTS,
	METRIC_NVALUES
};

/* A value that is not known, or that makes no sense at present. */
#define METRIC_NONE (-1)

struct metric_row {
	enum metric_subject subject;
	const char *name; /* path; in the arena */
	pid_t pid;        /* 0: it has no process */
	int64_t values[METRIC_NVALUES];
	int64_t ends[TALLY_NENDS];
};

struct metrics {
	struct metric_row *rows; /* owned */
	size_t n;
	size_t room;
	struct arena names;
};

/* Writes them to stdout; `tree` is a label of all. */
void metrics_print(const struct metrics *metrics, const char *tree);

#endif
