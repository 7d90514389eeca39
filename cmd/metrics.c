/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/ask.h"
#include "cmd/metrics.h"
#include "cmd/options.h"
#include "core/child.h"
#include "os/proc.h"
#include "os/usage.h"

const char metrics_help[] =
    "  supervise metrics                   for OpenMetrics and Prometheus\n"
    "  supervise metrics -o DIR/shop.prom  for node_exporter, from a timer\n"
    "  supervise metrics --json            a record a line\n"
    "\n"
    "Prints what is counted of each child: starts, ends by their reasons,\n"
    "restarts, whether it is up and ready and since when, processor time and\n"
    "memory of its process group; of each supervisor its budget and how often\n"
    "it gave up; and of the engine. Counters go on when a child is restarted,\n"
    "and begin anew with the engine. `tree` is the label, or the socket.\n"
    "\n"
    "  -o FILE   replace FILE, at once and whole\n";

/* The fields of the records that are values as they are. */
static const char *const keys[METRIC_NVALUES] = {
	[METRIC_STARTED_MS] = "started_ms",
	[METRIC_STARTS] = "run",
	[METRIC_RESTARTS] = "restarts",
	[METRIC_COUNTED] = "counted",
	[METRIC_USED] = "used",
	[METRIC_MAX_RESTARTS] = "max_restarts",
	[METRIC_MAX_SECONDS] = "max_seconds",
	[METRIC_GAVE_UP] = "gave_up",
	[METRIC_CPU_MS] = "cpu_ms",
	[METRIC_EVENTS] = "events",
	[METRIC_RECORDS] = "records",
	[METRIC_LOST] = "lost",
	[METRIC_CLIENTS] = "clients",
};

static struct metric_row *
add_row(struct metrics *m)
{
	if (m->n == m->room) {
		m->room = m->room == 0 ? 64 : 2 * m->room;
		m->rows = reallocarray(m->rows, m->room, sizeof(*m->rows));
		if (m->rows == NULL)
			no_memory();
	}
	m->rows[m->n] = (struct metric_row){ .subject = METRIC_ENGINE };
	return &m->rows[m->n++];
}

/* `engine` or `metrics`. */
static void
take_row(struct metrics *m, const struct ask *ask)
{
	const char *name = ask_subject(ask), *state = ask_text(ask, "state");
	struct metric_row *row = add_row(m);

	for (int i = 0; i < METRIC_NVALUES; i++)
		row->values[i] = keys[i] == NULL ?
		    METRIC_NONE :
		    ask_number(ask, keys[i], METRIC_NONE);
	row->pid = (pid_t)ask_number(ask, "pid", 0);
	if (*name == '\0')
		return;
	row->subject =
	    *ask_text(ask, "child") != '\0' ? METRIC_CHILD : METRIC_SUPERVISOR;
	row->name = arena_text(&m->names, name, strlen(name));
	if (row->name == NULL)
		no_memory();
	row->values[METRIC_READY] =
	    strcmp(state, child_state_text[CHILD_UP]) == 0;
	row->values[METRIC_UP] = row->subject == METRIC_CHILD ?
	    row->pid != 0 :
	    row->values[METRIC_STARTED_MS] != METRIC_NONE;
}

/* `tally`, which follows the row that it is about. */
static void
take_tally(struct metrics *m, const struct ask *ask)
{
	const char *reason = ask_text(ask, "reason");

	for (int i = 0; m->n > 0 && i < TALLY_NENDS; i++)
		if (strcmp(reason, tally_end_text[i]) == 0)
			m->rows[m->n - 1].ends[i] = ask_number(ask, "count", 0);
}

static void
add_engine(struct metric_row *row)
{
	struct proc_stat stat;
	int nfds = usage_descriptors(row->pid);

	row->values[METRIC_FDS] = nfds < 0 ? METRIC_NONE : nfds;
	if (proc_stat(row->pid, &stat) < 0)
		return;
	row->values[METRIC_CPU_MS] = stat.own_cpu_ns / NS_PER_MS;
	row->values[METRIC_RSS_BYTES] = stat.rss_bytes;
}

/* What /proc tells about the engine, and about the groups of children. */
static void
add_usage(struct metrics *m)
{
	struct usage *groups = calloc(m->n + 1, sizeof(*groups)), *usage;
	size_t n = 0;

	if (groups == NULL)
		no_memory();
	for (size_t i = 0; i < m->n; i++)
		if (m->rows[i].subject == METRIC_CHILD && m->rows[i].pid != 0)
			groups[n++].group = m->rows[i].pid;
	if (usage_read(groups, n) < 0)
		n = 0;
	for (size_t i = 0; i < m->n; i++) {
		struct metric_row *row = &m->rows[i];

		if (row->subject == METRIC_ENGINE)
			add_engine(row);
		if (row->subject != METRIC_CHILD || row->pid == 0)
			continue;
		usage = usage_find(groups, n, row->pid);
		if (usage == NULL)
			continue;
		row->values[METRIC_CPU_MS] += usage->cpu_ns / NS_PER_MS;
		row->values[METRIC_RSS_BYTES] = usage->rss_bytes;
		row->values[METRIC_PROCESSES] = usage->nprocesses;
	}
	free(groups);
}

/* Asks, and prints what comes. */
static int
tell(const struct globals *globals)
{
	static const char *const verb[] = { "metrics", NULL };
	static char *none[] = { NULL };
	struct metrics m = { .n = 0 };
	const char *tree;
	struct ask ask;

	arena_init(&m.names, 0, NULL);
	ask_begin(&ask, globals);
	ask_for(&ask, verb, none);
	while (ask_next(&ask)) {
		if (ask_json(&ask))
			continue;
		if (strcmp(ask.record.event, "tally") == 0)
			take_tally(&m, &ask);
		else
			take_row(&m, &ask);
	}
	if (ask.status == STATUS_OK && !globals->json) {
		tree = *ask.place->label != '\0' ? ask.place->label :
						   ask.place->path;
		add_usage(&m);
		metrics_print(&m, tree);
	}
	arena_fini(&m.names);
	free(m.rows);
	return ask_end(&ask);
}

static int
refuse(const char *file, const char *temporary)
{
	complain("cannot write %s: %s", file, strerror(errno));
	if (temporary != NULL)
		(void)unlink(temporary);
	return STATUS_FAILED;
}

/* Prints into a new file, `temporary`, which takes the place of `file`. */
static int
tell_by(const struct globals *globals, const char *file, char *temporary)
{
	mode_t mask = umask(0);
	int fd, status;

	(void)umask(mask);
	fd = mkstemp(temporary);
	if (fd == -1)
		return refuse(file, NULL);
	if (fchmod(fd, 0666 & ~mask) == -1 || dup2(fd, STDOUT_FILENO) == -1)
		return refuse(file, temporary);
	(void)close(fd);
	status = options_flushed(tell(globals));
	if (status != STATUS_OK)
		(void)unlink(temporary);
	else if (rename(temporary, file) == -1)
		status = refuse(file, temporary);
	return status;
}

/*
 * Replaces `file` if all is well: who reads it finds the old one or the new
 * one whole.
 */
static int
tell_to(const struct globals *globals, const char *file)
{
	char *temporary;
	int status;

	if (asprintf(&temporary, "%s.XXXXXX", file) == -1)
		no_memory();
	status = tell_by(globals, file, temporary);
	free(temporary);
	return status;
}

static bool
take(void *arg, int option, const char *value)
{
	const char **file = arg;

	(void)option;
	*file = value;
	return true;
}

int
metrics_main(struct globals *globals, int argc, char **argv)
{
	const char *file = NULL;
	const struct options own = {
		.shorts = "o:",
		.take = take,
		.arg = &file,
	};

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("metrics", argc, argv, 0, 0))
		return STATUS_USAGE;
	return file == NULL ? tell(globals) : tell_to(globals, file);
}
