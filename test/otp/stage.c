/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "stage.h"

/* The tree, its events and its clock. */

/* simple_one_for_one has one template, and no limit. */
static void
simplify(const struct scenario *s, const struct node *spec,
    struct child_policy *policy)
{
	const struct node *parent =
	    spec->parent < 0 ? NULL : &s->nodes[spec->parent];

	if (stage_is_simple(spec))
		policy->sup.max_children = MAX_CHILDREN_INFINITY;
	if (parent == NULL || !stage_is_simple(parent))
		return;
	policy->restart = parent->child_restart;
	policy->shutdown_ms = parent->child_shutdown_ms;
	policy->significant = false;
}

struct child_policy
stage_policy(const struct scenario *s, int node, const struct node *spec)
{
	struct child_policy policy = spec->policy;

	if (spec->kind == NODE_WORKER) {
		policy.worker.trap_exits = spec->trap;
		/* So that every reason has a class as in OTP. */
		policy.worker.ready = READY_FD;
		for (unsigned i = 0; i < s->nwords; i++)
			status_set_add(&policy.worker.planned,
			    ENDING_STATUS_WORDS + (int)i);
	} else {
		/* The flags are its module's, whoever starts it. */
		policy.sup = s->nodes[node].policy.sup;
	}
	simplify(s, spec, &policy);
	return policy;
}

struct actor *
stage_new_actor(struct stage *st, int node, const struct node *spec)
{
	struct actor *actor = calloc(1, sizeof(*actor));

	if (actor == NULL || !tree_reserve(&st->tree, 1))
		abort();
	actor->node = node;
	actor->policy = stage_policy(st->s, node, spec);
	actor->child.policy = &actor->policy;
	stage_link_actor(st, actor);
	TAILQ_INSERT_TAIL(&st->actors, actor, next);
	return actor;
}

struct actor *
stage_member(const struct sup *sup, int node)
{
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order)
		if (!child->forgotten && stage_actor(child)->node == node)
			return stage_actor(child);
	return NULL;
}

/* Frees `actor` and all below it. */
void
stage_release(struct stage *st, struct actor *actor)
{
	struct persona *persona = &st->personas[actor->node];
	struct child *child;

	stage_silence(st, actor);
	stage_unlink_actor(st, actor);
	if (persona->actor == actor)
		persona->actor = NULL;
	TAILQ_REMOVE(&st->actors, actor, next);
	if (actor->policy.kind == KIND_SUPERVISOR) {
		while ((child = TAILQ_FIRST(&actor->sup.children)) != NULL) {
			TAILQ_REMOVE(&actor->sup.children, child, order);
			stage_release(st, stage_actor(child));
		}
		sup_fini(&actor->sup);
	}
	tree_unreserve(&st->tree, 1);
	free(actor);
}

/* Carries out one action; true when its answer is in *answer. */
static bool
perform(struct stage *st, const struct action *action, struct event *answer)
{
	const struct ending shutdown = { .kind = ENDING_SHUTDOWN };
	struct actor *actor =
	    action->child != NULL ? stage_actor(action->child) : NULL;

	switch (action->kind) {
	case ACTION_SPAWN:
		*answer = stage_spawn(st, actor);
		return true;
	case ACTION_STOP:
		if (actor->alive)
			stage_tell(st, actor, shutdown);
		break;
	case ACTION_KILL:
		stage_kill(st, actor);
		break;
	case ACTION_ABORT:
	case ACTION_CHECK:
	case ACTION_UNCHECK:
		break; /* none of its workers is watched */
	case ACTION_NOTE:
		stage_say_note(st, action);
		break;
	case ACTION_REPLY:
		stage_answer(st, action->request);
		break;
	case ACTION_FREE:
		stage_release(st, actor);
		break;
	case ACTION_UNLINK:
		stage_untie(st, action->link);
		break;
	case ACTION_END:
		break;
	}
	return false;
}

void
stage_feed(struct stage *st, const struct event *event)
{
	struct action out[TREE_ACTIONS_MAX];
	struct event next = *event;
	bool answered;
	size_t n;

	do {
		answered = false;
		n = tree_step(&st->tree, &next, st->now_ns, out);
		for (size_t i = 0; i < n; i++)
			answered = perform(st, &out[i], &next);
		if (!answered)
			next = (struct event){ .kind = EVENT_TICK };
	} while (n > 0);
}

static void
deliver(struct stage *st, struct pending *pending)
{
	struct actor *actor = stage_actor(pending->event.child);

	TAILQ_REMOVE(&st->pendings, pending, next);
	if (pending->event.kind == EVENT_EXITED) {
		stage_silence(st, actor);
		actor->alive = actor->zombie = false;
	}
	stage_feed(st, &pending->event);
	free(pending);
}

/*
 * Goes on until nothing is left to happen before `until_ns`. The clock goes
 * from one thing to the next, and stays where the last one was.
 */
void
stage_settle(struct stage *st, int64_t until_ns)
{
	const struct event tick = { .kind = EVENT_TICK };

	for (;;) {
		struct pending *pending = TAILQ_FIRST(&st->pendings);
		int64_t deadline_ns = tree_deadline(&st->tree);
		int64_t at_ns = pending != NULL ? pending->at_ns : NEVER_NS;
		int64_t next_ns = at_ns < deadline_ns ? at_ns : deadline_ns;

		if (next_ns == NEVER_NS || next_ns > until_ns)
			return;
		if (next_ns > st->now_ns)
			st->now_ns = next_ns;
		if (at_ns == next_ns)
			deliver(st, pending);
		else
			stage_feed(st, &tick);
	}
}

static struct child *
namesake(const struct sup *sup, const struct child *added)
{
	const struct actor *actor = (const struct actor *)(const void *)added;
	struct actor *known = stage_member(sup, actor->node);

	return known != NULL ? &known->child : NULL;
}

/* The children of `parent` (NULL: the root) that are declared, and theirs. */
void
stage_grow(struct stage *st, int parent, struct sup *sup)
{
	for (unsigned i = 0; i < st->s->nnodes; i++) {
		const struct node *node = &st->s->nodes[i];
		struct actor *actor;

		if (node->parent != parent || node->dynamic)
			continue;
		actor = stage_new_actor(st, (int)i, node);
		if (node->kind == NODE_WORKER) {
			child_init(&actor->child, sup, &actor->policy);
			continue;
		}
		if (!sup_init(&actor->sup, sup, &actor->policy))
			abort();
		stage_grow(st, (int)i, &actor->sup);
		if (sup == NULL)
			st->root = actor;
	}
}

static void
open_stage(struct stage *st, const struct scenario *s, struct trace *trace)
{
	st->s = s;
	st->trace = trace;
	st->now_ns = NS_PER_S;
	TAILQ_INIT(&st->actors);
	TAILQ_INIT(&st->pendings);
	TAILQ_INIT(&st->ties);
	for (unsigned i = 0; i < s->nnodes; i++)
		st->personas[i] = (struct persona){ 0 };
	tree_init(&st->tree, NULL, 1);
	st->tree.namesake = namesake;
	stage_grow(st, -1, NULL);
	st->tree.root = &st->root->sup;
}

static void
close_stage(struct stage *st)
{
	stage_release(st, st->root);
	tree_fini(&st->tree);
	kept_fini(&st->kept);
}

static bool
root_is_up(const struct stage *st)
{
	return st->root->child.state != CHILD_DOWN &&
	    st->root->child.state != CHILD_ENDED;
}

/* Lets everything happen that follows from a step, and writes it down. */
static void
finish_step(struct stage *st)
{
	stage_settle(st, NEVER_NS - 1);
	kept_say(&st->kept, st->trace, -1, false);
	trace_settled(st->trace);
	stage_say_state(st, &st->root->sup);
}

static void
boot(struct stage *st)
{
	const struct event event = { .kind = EVENT_BOOT };

	trace_step(st->trace, "run");
	stage_feed(st, &event);
	stage_settle(st, NEVER_NS - 1);
	if (st->booted)
		trace_reply(st->trace, "ok");
	else
		trace_reply(st->trace, "error %s",
		    st->personas[st->s->root].last);
	finish_step(st);
}

void
stage_play(const struct scenario *s, struct trace *trace)
{
	static struct stage stage;
	const struct step stop = { .kind = STEP_STOP,
		.ending.kind = ENDING_SHUTDOWN };

	stage = (struct stage){ 0 };
	open_stage(&stage, s, trace);
	trace_begin(trace, s);
	boot(&stage);
	for (unsigned i = 0; i < s->nsteps; i++) {
		const struct step *step = &s->steps[i];

		trace_step(trace, step->text);
		stage_step(&stage, step);
		finish_step(&stage);
		i += step->nmembers;
	}
	if (root_is_up(&stage)) {
		trace_step(trace, "stop");
		stage_step(&stage, &stop);
		finish_step(&stage);
	}
	trace_end(trace, stage.personas[s->root].last);
	close_stage(&stage);
}
