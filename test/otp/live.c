/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live.h"
#include "os/fd.h"

/* A scenario from its boot to its end. */

/* Gives what there is of the trace to `out`. */
static bool
give_trace(const struct live *l)
{
	size_t done = 0;

	while (done < l->trace->len) {
		ssize_t n =
		    write(l->out, l->trace->text + done, l->trace->len - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

void
live_fail(struct live *l, const char *format, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);
	fprintf(stderr, "%s: step %u: %s\n", l->s->name,
	    l->trace->nsteps > 0 ? l->trace->nsteps - 1 : 0, message);
	trace_settled(l->trace);
	(void)give_trace(l);
	(void)live_clear();
	_exit(1);
}

static void
take_row(void *arg, const struct record_parsed *r)
{
	struct live *l = arg;
	const char *child = record_parsed_text(r, "child");
	int node = live_node(l,
	    *child != '\0' ? child : record_parsed_text(r, "supervisor"));
	struct live_row *row = &l->rows[l->nrows];

	if (node < 0 || l->nrows == SCENARIO_NODES_MAX)
		live_fail(l, "status has somebody unknown: %s", child);
	l->nrows++;
	row->node = node;
	strlcpy(row->state, record_parsed_text(r, "state"), sizeof(row->state));
}

/* Who is the next to end by itself, or -1. */
static int
next_to_end(const struct live *l)
{
	int next = -1;

	for (unsigned i = 0; i < l->s->nnodes; i++) {
		const struct live_persona *p = &l->personas[i];

		if (p->up && p->due_ms >= 0 &&
		    (next < 0 || p->due_ms < l->personas[next].due_ms))
			next = (int)i;
	}
	return next;
}

/*
 * Waits until nothing happens any more. What the answer to `wait quiet` is
 * about stands in the records before that of a signal that is sent then.
 */
static void
await_quiet(struct live *l)
{
	(void)live_ask(l, 2, (const char *const[]){ "wait", "quiet", NULL },
	    NULL, NULL);
	l->nrows = 0;
	(void)live_ask(l, 1, (const char *const[]){ "status", NULL }, take_row,
	    l);
	live_mark(l);
	if (!l->over && !l->personas[l->s->root].up)
		live_finish(l);
}

void
live_settle(struct live *l)
{
	int node;

	for (;;) {
		struct ending ending;

		await_quiet(l);
		node = l->over ? -1 : next_to_end(l);
		if (node < 0)
			return;
		if (l->personas[node].due_ms > l->now_ms)
			l->now_ms = l->personas[node].due_ms;
		ending =
		    node_life(&l->s->nodes[node], l->personas[node].nth - 1)
			.ending;
		live_end(l, node, ending, SIGRTMIN, live_ending_code(ending));
	}
}

static void
finish_step(struct live *l)
{
	live_settle(l);
	l->crowd = false;
	kept_say(&l->kept, l->trace, -1, false);
	trace_settled(l->trace);
	live_say_state(l);
}

static void
boot(struct live *l)
{
	trace_step(l->trace, "run");
	live_launch(l);
	while (!l->booted && live_read(l, true))
		;
	if (l->booted) {
		trace_reply(l->trace, "ok");
		live_connect(l);
	} else {
		trace_reply(l->trace, "error %s", l->personas[l->s->root].last);
		live_finish(l);
	}
	finish_step(l);
}

static void
open_live(struct live *l)
{
	l->session.fd = l->records = -1;
	for (unsigned i = 0; i < l->s->nnodes; i++) {
		struct live_persona *p = &l->personas[i];

		p->due_ms = -1;
		p->restart =
		    stage_policy(l->s, (int)i, &l->s->nodes[i]).restart;
	}
}

static void
close_live(struct live *l)
{
	unsigned n = live_clear();

	control_session_close(&l->session);
	fd_close(&l->records);
	kept_fini(&l->kept);
	if (n > 0)
		live_fail(l, "%u processes are left", n);
	if (!give_trace(l))
		live_fail(l, "cannot write the trace");
}

void
live_play(const struct scenario *s, struct trace *trace,
    const struct live_place *place, int out)
{
	static struct live live;
	struct live *l = &live;
	const struct step stop = { .kind = STEP_STOP,
		.ending.kind = ENDING_SHUTDOWN };

	l->s = s;
	l->trace = trace;
	l->place = place;
	l->out = out;
	open_live(l);
	trace_begin(trace, s);
	boot(l);
	for (unsigned i = 0; i < s->nsteps; i++) {
		const struct step *step = &s->steps[i];

		trace_step(trace, step->text);
		live_step(l, step);
		finish_step(l);
		i += step->nmembers;
	}
	if (!l->over) {
		trace_step(trace, "stop");
		live_step(l, &stop);
		finish_step(l);
	}
	trace_end(trace, l->personas[s->root].last);
	close_live(l);
}
