/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"

/* What the records tell, in the words of OTP. */

int
live_node(const struct live *l, const char *path)
{
	const char *last = strrchr(path, '/');

	if (last == NULL && strcmp(path, "root") == 0)
		return l->s->root;
	return scenario_find(l->s, last != NULL ? last + 1 : path);
}

static const char *
reason_word(const struct live *l, int node, const char *reason,
    char word[static TRACE_REST_SIZE])
{
	char text[ENDING_TEXT_SIZE];

	if (strncmp(reason, "exit:", 5) == 0)
		strlcpy(word,
		    ending_text(l->s,
			stage_ending(reason_exit(atoi(reason + 5))), text),
		    TRACE_REST_SIZE);
	else if (strcmp(reason, "signal:TERM") == 0)
		strlcpy(word, "shutdown", TRACE_REST_SIZE);
	else if (strcmp(reason, "signal:USR1") == 0)
		strlcpy(word, "crash", TRACE_REST_SIZE);
	else if (strcmp(reason, "shutdown:failed_to_start_child") == 0)
		snprintf(word, TRACE_REST_SIZE, "%s:%s", reason,
		    l->personas[node].failed);
	else
		strlcpy(word, reason, TRACE_REST_SIZE);
	return word;
}

/* A run that was complete has ended. */
void
live_say_end(struct live *l, int node, const char *reason)
{
	struct live_persona *p = &l->personas[node];

	p->up = false;
	p->nexits++;
	p->due_ms = -1;
	if (p->said && strcmp(p->last, reason) == 0)
		return; /* It was said when it happened. */
	p->said = true;
	strlcpy(p->last, reason, sizeof(p->last));
	trace_event(l->trace, TRACE_EXIT, node, p->nth, reason);
}

static void
say_report(struct live *l, int sup, int node, const char *context,
    const char *reason)
{
	if (strcmp(context, "shutdown_error") == 0 &&
	    stage_is_simple(&l->s->nodes[sup]))
		kept_add(&l->kept, sup, node, reason);
	else
		trace_report(l->trace, sup, context, node, reason);
}

/*
 * Status 0 is how Unix programs obey: told to stop and ended so, a worker has
 * the reason `shutdown` and nothing to report (U4). For OTP it is an end of
 * its own will.
 */
static bool
obeyed(const struct live *l, int node, const char *reason)
{
	const struct node *self = &l->s->nodes[node];

	return self->term == TERM_EXIT && l->personas[node].stopping &&
	    self->term_ending.kind == ENDING_NORMAL &&
	    strcmp(reason, "shutdown") == 0;
}

static void
take_exited(struct live *l, const struct record_parsed *r, int node)
{
	struct live_persona *p = &l->personas[node];
	char word[TRACE_REST_SIZE];
	const char *reason = record_parsed_text(r, "reason");

	/* In OTP nothing is heard of a start that fails but its failure. */
	if (!p->up && !p->said)
		return;
	if (!obeyed(l, node, reason)) {
		live_say_end(l, node, reason_word(l, node, reason, word));
		return;
	}
	live_say_end(l, node, "normal");
	if (p->restart == RESTART_PERMANENT)
		say_report(l, l->s->nodes[node].parent, node, "shutdown_error",
		    "normal");
}

/*
 * How a start came out was told last, and its supervisor may have gone on
 * meanwhile, where OTP would have waited for it before it looked at the next
 * of those that ended (D1): it belongs where the start began.
 */
static void
put_back(struct live *l, int node)
{
	unsigned began = l->personas[node].began;

	if (!l->crowd || live_blocks(&l->s->nodes[l->s->nodes[node].parent]))
		return;
	trace_move_last(l->trace, began);
	for (unsigned i = 0; i < l->s->nnodes; i++)
		if (l->personas[i].began > began)
			l->personas[i].began++;
}

static void
take_starting(struct live *l, const struct record_parsed *r, int node)
{
	struct live_persona *p = &l->personas[node];

	(void)r;
	p->said = p->stopping = false;
	p->began = l->trace->nevents;
	if (l->s->nodes[node].kind == NODE_WORKER)
		return;
	p->up = true;
	trace_event(l->trace, TRACE_START, node, ++p->nth, NULL);
}

static void
take_started(struct live *l, const struct record_parsed *r, int node)
{
	struct live_persona *p = &l->personas[node];
	struct life life;

	if (l->s->nodes[node].kind != NODE_WORKER) {
		l->booted |= node == l->s->root;
		trace_event(l->trace, TRACE_UP, node, p->nth, NULL);
		return;
	}
	life = node_life(&l->s->nodes[node], p->nth);
	p->due_ms = life.after_ms < 0 ? -1 : l->now_ms + life.after_ms;
	p->pid = (pid_t)atoi(record_parsed_text(r, "pid"));
	p->up = true;
	p->said = p->stopping = false;
	trace_event(l->trace, TRACE_START, node, ++p->nth, NULL);
	if (!live_is_at_once(l->s, &l->s->nodes[node]))
		put_back(l, node);
}

static void
take_start_failed(struct live *l, const struct record_parsed *r, int node)
{
	(void)r;
	trace_event(l->trace, TRACE_STARTFAIL, node, 0, NULL);
}

static void
take_ignored(struct live *l, const struct record_parsed *r, int node)
{
	(void)r;
	trace_event(l->trace, TRACE_IGNORE, node, 0, NULL);
	put_back(l, node);
}

static void
take_ended(struct live *l, const struct record_parsed *r, int node)
{
	char word[TRACE_REST_SIZE];

	kept_say(&l->kept, l->trace, node, true);
	live_say_end(l, node,
	    reason_word(l, node, record_parsed_text(r, "reason"), word));
}

static void
take_report(struct live *l, const struct record_parsed *r, int node)
{
	int sup = live_node(l, record_parsed_text(r, "supervisor"));
	const char *context = record_parsed_text(r, "context");
	const char *reason = record_parsed_text(r, "reason");
	bool start = strcmp(context, "start_error") == 0;
	char word[TRACE_REST_SIZE];

	if (sup < 0)
		live_fail(l, "a report of nobody");
	if (start)
		strlcpy(l->personas[sup].failed, l->s->nodes[node].id,
		    SCENARIO_ID_SIZE);
	say_report(l, sup, node, context,
	    start && l->s->nodes[node].kind == NODE_WORKER ?
		"failed" :
		reason_word(l, node, reason, word));
}

static void
take_stopping(struct live *l, const struct record_parsed *r, int node)
{
	(void)r;
	l->personas[node].stopping = true;
}

/* Records that the trace is made of, and those that must not come. */
static const struct telling {
	const char *event;
	void (*take)(struct live *l, const struct record_parsed *r, int node);
} tellings[] = {
	{ "starting", take_starting },
	{ "started", take_started },
	{ "start_failed", take_start_failed },
	{ "ignored", take_ignored },
	{ "exited", take_exited },
	{ "ended", take_ended },
	{ "report", take_report },
	{ "stopping", take_stopping },
	{ "leftover", NULL },
	{ "engine_died", NULL },
	{ "engine_started", NULL },
	{ "guardian_died", NULL },
	{ "lost", NULL },
	{ "warning", NULL },
	{ "error", NULL },
};

void
live_say(struct live *l, const struct record_parsed *r)
{
	const char *child = record_parsed_text(r, "child");
	int node = live_node(l,
	    *child != '\0' ? child : record_parsed_text(r, "supervisor"));

	if (strcmp(r->event, "signal") == 0 &&
	    strcmp(record_parsed_text(r, "signal"), "USR1") == 0)
		l->marked = true;
	for (size_t i = 0; i < sizeof(tellings) / sizeof(*tellings); i++) {
		if (strcmp(tellings[i].event, r->event) != 0)
			continue;
		if (tellings[i].take == NULL || node < 0)
			live_fail(l, "unexpected: event=%s %s", r->event,
			    record_parsed_text(r, "message"));
		tellings[i].take(l, r, node);
	}
}

static const struct live_row *
row_of(const struct live *l, int node)
{
	for (unsigned i = 0; i < l->nrows; i++)
		if (l->rows[i].node == node)
			return &l->rows[i];
	return NULL;
}

static void
say_member(struct live *l, const struct live_row *row)
{
	const char *id = l->s->nodes[row->node].id;

	if (strcmp(row->state, "up") == 0)
		trace_state_word(l->trace, "%s=%u", id,
		    l->personas[row->node].nth);
	else
		trace_state_word(l->trace, "%s=%s", id,
		    strcmp(row->state, "down") == 0 ? "-" : row->state);
}

static int
compare_ids(const void *left, const void *right, void *arg)
{
	const struct live *l = arg;
	const struct live_row *const *a = left;
	const struct live_row *const *b = right;

	return strcmp(l->s->nodes[(*a)->node].id, l->s->nodes[(*b)->node].id);
}

/* The children of a dynamic supervisor have no order: by name. */
static void
say_members(struct live *l, int sup)
{
	const struct live_row *members[SCENARIO_NODES_MAX];
	bool dynamic = l->s->nodes[sup].kind == NODE_DSUP;
	unsigned n = 0, nrestarting = 0;

	for (unsigned i = 0; i < l->nrows; i++)
		if (l->s->nodes[l->rows[i].node].parent == sup)
			members[n++] = &l->rows[i];
	if (dynamic)
		qsort_r(members, n, sizeof(*members), compare_ids, l);
	for (unsigned i = 0; i < n; i++)
		if (dynamic && strcmp(members[i]->state, "restarting") == 0)
			nrestarting++;
		else
			say_member(l, members[i]);
	if (nrestarting > 0)
		trace_state_word(l->trace, "restarting*%u", nrestarting);
}

static void
say_sup(struct live *l, int sup)
{
	const struct live_row *row = row_of(l, sup);

	if (row == NULL || strcmp(row->state, "down") == 0)
		return;
	trace_state(l->trace, sup);
	say_members(l, sup);
	trace_state_end(l->trace);
	for (unsigned i = 0; i < l->nrows; i++) {
		const struct node *node = &l->s->nodes[l->rows[i].node];

		if (node->parent == sup && node->kind != NODE_WORKER)
			say_sup(l, l->rows[i].node);
	}
}

void
live_say_state(struct live *l)
{
	if (!l->over)
		say_sup(l, l->s->root);
}
