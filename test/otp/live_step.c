/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/units.h"
#include "live.h"
#include "os/clock.h"

/* The steps: what is done to processes, what is asked, and the answers. */

/* Whether it runs; if not the trace says so. */
static bool
is_running(struct live *l, int node, const char *id)
{
	if (!l->over && node >= 0 && l->personas[node].up)
		return true;
	if (!l->held)
		trace_reply(l->trace, "not_running %s", id);
	return false;
}

/* Sends a signal that ends it so, and waits for that end. */
void
live_end(struct live *l, int node, struct ending ending, int signo, int value)
{
	struct live_persona *p = &l->personas[node];
	unsigned nexits = p->nexits;
	char text[ENDING_TEXT_SIZE];

	live_send(l, node, signo, value);
	if (l->held) {
		live_await_zombie(l, node);
		live_say_end(l, node,
		    ending_text(l->s, stage_ending(stage_reason(ending)),
			text));
		return;
	}
	while (p->nexits == nexits)
		if (!live_read(l, true))
			return;
}

static void
step_exit(struct live *l, const struct step *step)
{
	if (is_running(l, step->node, step->id))
		live_end(l, step->node, step->ending, SIGRTMIN,
		    live_ending_code(step->ending));
}

/* Exit signals as signals; a worker that traps none ignores USR2. */
static int
signal_of(struct ending ending)
{
	if (ending.kind == ENDING_KILL)
		return SIGKILL;
	if (ending.kind == ENDING_CRASH)
		return SIGUSR1;
	return ending.kind == ENDING_NORMAL ? SIGUSR2 : SIGTERM;
}

/* Whether an exit signal ends a worker, and how. */
static bool
is_deadly(const struct node *node, struct ending *ending)
{
	if (ending->kind == ENDING_KILL)
		return true;
	if (!node->trap)
		return ending->kind != ENDING_NORMAL;
	if (node->term == TERM_EXIT)
		*ending = node->term_ending;
	return node->term != TERM_IGNORE;
}

static void
step_signal(struct live *l, const struct step *step)
{
	struct ending ending = step->ending;
	const struct node *node;

	if (!is_running(l, step->node, step->id))
		return;
	node = &l->s->nodes[step->node];
	if (node->kind != NODE_WORKER) {
		/* Of strangers' signals it takes `kill` alone (S72). */
		if (ending.kind == ENDING_KILL)
			live_slaughter(l);
	} else if (is_deadly(node, &ending)) {
		live_end(l, step->node, ending, signal_of(step->ending), 0);
	} else {
		live_send(l, step->node, signal_of(step->ending), 0);
	}
}

/* What an answer says. */
struct answer {
	char result[32]; /* of an error */
	char state[16];  /* of the child that it is about */
	pid_t pid;
	char count[TRACE_REST_SIZE];
};

static void
take_answer(void *arg, const struct record_parsed *r)
{
	struct answer *a = arg;
	const char *code = record_parsed_text(r, "code");

	if (strcmp(r->event, "status") == 0) {
		strlcpy(a->state, record_parsed_text(r, "state"),
		    sizeof(a->state));
		a->pid = (pid_t)atoi(record_parsed_text(r, "pid"));
	} else if (strcmp(r->event, "count") == 0) {
		snprintf(a->count, sizeof(a->count),
		    "active=%s supervisors=%s workers=%s",
		    record_parsed_text(r, "active"),
		    record_parsed_text(r, "supervisors"),
		    record_parsed_text(r, "workers"));
		strlcpy(a->result, record_parsed_text(r, "specs"),
		    sizeof(a->result));
	} else if (strcmp(code, "no_such_name") == 0) {
		strlcpy(a->result, "not_found", sizeof(a->result));
	} else if (strcmp(code, "syntax") == 0) {
		strlcpy(a->result, "bad_combination", sizeof(a->result));
	} else if (strcmp(r->event, "error") == 0) {
		strlcpy(a->result, record_parsed_text(r, "result"),
		    sizeof(a->result));
	}
}

/*
 * simple_one_for_one is asked about processes rather than names: about nobody
 * where there never was one. That one is dead is no error (S119), and what
 * has no meaning is refused whatever it is about (S120).
 */
static bool
answer_for_simple(struct live *l, const struct step *step)
{
	if (step->kind == STEP_START ||
	    !stage_is_simple(&l->s->nodes[step->sup]))
		return false;
	if (step->node < 0 || l->personas[step->node].nth == 0)
		trace_reply(l->trace, "error not_found");
	else if (step->kind == STEP_TERMINATE)
		trace_reply(l->trace, "ok");
	else
		trace_reply(l->trace, "error simple_one_for_one");
	return true;
}

/* The answer to a start that went well. */
static void
reply_started(struct live *l, const struct step *step, const struct answer *a)
{
	const struct node *sup = &l->s->nodes[step->sup];
	const struct live_persona *p = &l->personas[step->node];

	if (strcmp(a->state, "up") != 0) {
		trace_reply(l->trace, "%s",
		    sup->kind == NODE_DSUP && !stage_is_simple(sup) ?
			"ignore" :
			"ok undefined");
		return;
	}
	/* The records of it may come behind the answer. */
	while (!p->up || (a->pid != 0 && p->pid != a->pid))
		if (!live_read(l, true))
			return;
	trace_reply(l->trace, "ok %s#%u", step->id, p->nth);
}

static void
ask_for(struct live *l, const struct step *step, size_t nwords,
    const char *const *words)
{
	struct answer a = { .result = "" };
	int got = live_ask(l, nwords, words, take_answer, &a);

	if (got < 0)
		return;
	if (got == CONTROL_GOT_ERROR &&
	    (strcmp(a.result, "not_found") == 0 ||
		strcmp(a.result, "not_supported") == 0) &&
	    answer_for_simple(l, step))
		return;
	if (got == CONTROL_GOT_ERROR)
		trace_reply(l->trace, "error %s", a.result);
	else if (step->kind == STEP_START || step->kind == STEP_RESTART)
		reply_started(l, step, &a);
	else
		trace_reply(l->trace, "ok");
	if (got == CONTROL_GOT_OK && step->kind == STEP_START)
		l->personas[step->node].restart =
		    stage_policy(l->s, step->node, &step->spec).restart;
}

static void
step_request(struct live *l, const struct step *step, const char *verb)
{
	char path[LIVE_PATH_SIZE];
	const char *const words[] = { verb, path, NULL };

	if (!is_running(l, step->sup, step->sup_id))
		return;
	live_path(l, step->sup, step->id, path);
	/* The name of a child of the root is the last part of others' too. */
	if (step->sup == l->s->root && step->node >= 0 &&
	    l->s->nodes[step->node].parent != step->sup)
		trace_reply(l->trace, "error not_found");
	else
		ask_for(l, step, 2, words);
}

static void
step_start(struct live *l, const struct step *step)
{
	char path[LIVE_PATH_SIZE];
	const char *sup = "root";
	char *text;

	if (!is_running(l, step->sup, step->sup_id))
		return;
	if (step->sup != l->s->root) {
		live_path(l, l->s->nodes[step->sup].parent, step->sup_id, path);
		sup = path;
	}
	text = live_child_text(l, step->node, &step->spec);
	ask_for(l, step, 3, (const char *const[]){ "add", sup, text, NULL });
	free(text);
}

static void
step_count(struct live *l, const struct step *step)
{
	char path[LIVE_PATH_SIZE] = "root";
	const char *const words[] = { "count", path, NULL };
	struct answer a = { .result = "" };

	if (!is_running(l, step->sup, step->sup_id))
		return;
	if (step->sup != l->s->root)
		live_path(l, l->s->nodes[step->sup].parent, step->sup_id, path);
	if (live_ask(l, 2, words, take_answer, &a) != CONTROL_GOT_OK)
		live_fail(l, "cannot count: %s", a.result);
	/* simple_one_for_one counts its template (S124). */
	trace_reply(l->trace, "count specs=%s %s",
	    stage_is_simple(&l->s->nodes[step->sup]) ? "1" : a.result, a.count);
}

/* The one thing in a scenario that is about time itself. */
static void
step_wait(struct live *l, int64_t ms)
{
	const struct timespec time = {
		.tv_sec = ms / MS_PER_S,
		.tv_nsec = ms % MS_PER_S * NS_PER_MS,
	};

	(void)nanosleep(&time, NULL);
	l->now_ms += ms;
}

static void
step_align(struct live *l, int64_t ms)
{
	int64_t phase_ms = clock_now_ns() / NS_PER_MS % MS_PER_S;

	step_wait(l, (ms % MS_PER_S + MS_PER_S - phase_ms) % MS_PER_S);
}

static void
step_stop(struct live *l, const struct step *step)
{
	if (l->over)
		return;
	if (step->ending.kind == ENDING_KILL)
		live_slaughter(l);
	else
		live_stop(l);
}

/* What happens to each while the engine does not look. */
static void
step_together(struct live *l, const struct step *step)
{
	if (l->over)
		return;
	l->crowd = true;
	live_hold(l);
	for (unsigned i = 1; i <= step->nmembers; i++) {
		if (step[i].kind == STEP_EXIT)
			step_exit(l, &step[i]);
		else if (step[i].kind == STEP_STOP)
			step_stop(l, &step[i]);
		else
			step_signal(l, &step[i]);
	}
	live_release(l);
}

void
live_step(struct live *l, const struct step *step)
{
	switch (step->kind) {
	case STEP_EXIT:
		step_exit(l, step);
		break;
	case STEP_SIGNAL:
	case STEP_KILL:
		step_signal(l, step);
		break;
	case STEP_TERMINATE:
		step_request(l, step, "stop");
		break;
	case STEP_RESTART:
		step_request(l, step, "start");
		break;
	case STEP_DELETE:
		step_request(l, step, "delete");
		break;
	case STEP_START:
		step_start(l, step);
		break;
	case STEP_COUNT:
		step_count(l, step);
		break;
	case STEP_WAIT:
		step_wait(l, step->ms);
		break;
	case STEP_ALIGN:
		step_align(l, step->ms);
		break;
	case STEP_TOGETHER:
		step_together(l, step);
		break;
	case STEP_STOP:
		step_stop(l, step);
		break;
	case STEP_LINK:
	case STEP_UNLINK:
		break; /* live_refuses() */
	}
}
