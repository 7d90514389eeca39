/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <unistd.h>

#include "engine/metrics.h"
#include "engine/tally.h"
#include "os/clock.h"

/*
 * When something started, since 1970. As a run goes on it stays the same, if
 * the wall's clock is not set: a clock that is only corrected does not move it.
 */
static int64_t
started_ms(struct engine *e, int64_t at_ns)
{
	int64_t offset_ns = clock_wall_ns() - clock_now_ns();

	if (llabs(offset_ns - e->wall_offset_ns) > NS_PER_S)
		e->wall_offset_ns = offset_ns;
	return (at_ns + e->wall_offset_ns) / NS_PER_MS;
}

static void
tell_engine(struct engine *e, struct control_client *client)
{
	struct record r;

	record_begin(&r, RECORD_ENGINE);
	record_number(&r, "pid", getpid());
	record_number(&r, "started_ms", started_ms(e, e->began_ns));
	record_number(&r, "events", (int64_t)e->nevents);
	record_number(&r, "records", (int64_t)e->server.seq);
	record_number(&r, "lost", (int64_t)e->reporter.output.dropped);
	record_number(&r, "clients", (int64_t)e->server.nclients);
	control_record(client, &r, NULL);
}

static void
add_run(struct record *r, struct engine *e, struct child *child)
{
	const struct worker *worker = node_worker(child);

	record_text(r, "state", child_state_text[child->state]);
	if (!child_is_sup(child) && worker->watch.fd != -1 && !worker->after)
		record_number(r, "pid", worker->pid);
	record_number(r, "run", child->run);
	if (!child->blocked &&
	    (child->state == CHILD_UP || child->state == CHILD_STARTING ||
		child->state == CHILD_STOPPING))
		record_number(r, "started_ms",
		    started_ms(e, child->started_ns));
}

static void
add_budget(struct record *r, struct engine *e, struct child *child)
{
	const struct sup_policy *policy = &child->policy->sup;
	const struct tally *tally = &node_history(child)->tally;

	record_number(r, "counted", tally->counted);
	record_number(r, "used",
	    window_used(&child_sup(child)->window, e->tree.now_ns));
	record_number(r, "max_restarts", policy->max_restarts);
	record_number(r, "max_seconds", policy->max_seconds);
	record_number(r, "gave_up", tally->gave_up);
}

void
query_metrics(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns)
{
	/* Too much to be cleared on the stack for each of many records. */
	static char path[NODE_PATH_SIZE];
	const struct tally *tally = &node_history(child)->tally;
	const char *kind = child_is_sup(child) ? "supervisor" : "child";
	struct record r;

	(void)now_ns;
	node_path(child, path);
	if (child->sup == NULL)
		tell_engine(e, client);
	record_begin(&r, RECORD_METRICS);
	record_text(&r, kind, path);
	add_run(&r, e, child);
	record_number(&r, "restarts", tally->restarts);
	if (child_is_sup(child))
		add_budget(&r, e, child);
	else
		record_number(&r, "cpu_ms", tally->cpu_ns / NS_PER_MS);
	control_record(client, &r, NULL);
	for (int i = 0; i < TALLY_NENDS; i++) {
		if (tally->ends[i] == 0)
			continue;
		record_begin(&r, RECORD_TALLY);
		record_text(&r, kind, path);
		record_text(&r, "reason", tally_end_text[i]);
		record_number(&r, "count", tally->ends[i]);
		control_record(client, &r, NULL);
	}
}
