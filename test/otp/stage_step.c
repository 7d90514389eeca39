/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/units.h"
#include "stage.h"

/* The steps: what is done to the tree from outside, and the answers. */

/* The living process of that node, or NULL and the trace says so. */
static struct actor *
running(struct stage *st, int node, const char *id)
{
	struct actor *actor = node >= 0 ? st->personas[node].actor : NULL;
	bool alive = false;

	if (actor != NULL && actor->policy.kind == KIND_WORKER)
		alive = actor->alive && !actor->zombie;
	else if (actor != NULL)
		alive = actor->child.state == CHILD_UP ||
		    actor->child.state == CHILD_STARTING ||
		    actor->child.state == CHILD_STOPPING;
	if (alive)
		return actor;
	if (!st->held)
		trace_reply(st->trace, "not_running %s", id);
	return NULL;
}

static void
step_signal(struct stage *st, const struct step *step)
{
	const struct event slaughter = { .kind = EVENT_SLAUGHTER };
	struct actor *actor = running(st, step->node, step->id);

	if (actor == NULL)
		return;
	if (actor->policy.kind == KIND_SUPERVISOR) {
		/* Of strangers' signals it takes `kill` alone (S72). */
		if (step->ending.kind == ENDING_KILL)
			stage_feed(st, &slaughter);
	} else if (step->ending.kind == ENDING_KILL) {
		stage_kill(st, actor);
	} else if (stage_node(st, actor)->trap) {
		stage_tell(st, actor, step->ending);
	} else if (step->ending.kind != ENDING_NORMAL) {
		stage_end(st, actor, step->ending);
	}
}

static void
step_exit(struct stage *st, const struct step *step)
{
	struct actor *actor = running(st, step->node, step->id);

	if (actor != NULL)
		stage_end(st, actor, step->ending);
}

static void
post(struct stage *st, enum request_kind kind, struct actor *sup,
    struct actor *about)
{
	struct request *request = calloc(1, sizeof(*request));
	const struct event event = { .kind = EVENT_REQUEST,
		.request = request };

	if (request == NULL)
		abort();
	request->kind = kind;
	request->sup = &sup->sup;
	request->child = about != NULL ? &about->child : NULL;
	stage_feed(st, &event);
}

/*
 * A dsup is asked about processes rather than names: about nobody where
 * there never was one. That one is dead is no error (S119), and what has no
 * meaning is refused whatever it is about (S120).
 */
static bool
answer_for_dsup(struct stage *st, const struct step *step, bool member)
{
	if (step->node < 0 || st->personas[step->node].nth == 0)
		trace_reply(st->trace, "error not_found");
	else if (step->kind != STEP_TERMINATE)
		trace_reply(st->trace, "error simple_one_for_one");
	else if (!member)
		trace_reply(st->trace, "ok");
	else
		return false;
	return true;
}

static void
step_request(struct stage *st, const struct step *step, enum request_kind kind)
{
	struct actor *sup = running(st, step->sup, step->sup_id);
	struct actor *about;

	if (sup == NULL)
		return;
	about = stage_member(&sup->sup, step->node);
	if (stage_is_simple(stage_node(st, sup)) &&
	    answer_for_dsup(st, step, about != NULL))
		return;
	post(st, kind, sup, about);
}

static void
step_start(struct stage *st, const struct step *step)
{
	struct actor *sup = running(st, step->sup, step->sup_id);
	struct actor *actor;

	if (sup == NULL)
		return;
	actor = stage_new_actor(st, step->node, &step->spec);
	if (actor->policy.kind == KIND_SUPERVISOR &&
	    !sup_init(&actor->sup, NULL, &actor->policy))
		abort();
	/* Its module gives it what it was declared with. */
	if (actor->policy.kind == KIND_SUPERVISOR)
		stage_grow(st, step->node, &actor->sup);
	post(st, REQUEST_ADD, sup, actor);
}

static void
step_count(struct stage *st, const struct step *step)
{
	struct actor *sup = running(st, step->sup, step->sup_id);
	unsigned nactive = 0, nsups = 0, nworkers = 0;
	struct child *child;

	if (sup == NULL)
		return;
	TAILQ_FOREACH(child, &sup->sup.children, order) {
		if (child->forgotten)
			continue;
		nactive += child->state == CHILD_UP;
		nsups += child_is_sup(child);
		nworkers += !child_is_sup(child);
	}
	/* simple_one_for_one counts its template (S124). */
	trace_reply(st->trace,
	    "count specs=%u active=%u supervisors=%u workers=%u",
	    stage_is_simple(stage_node(st, sup)) ? 1 : sup->sup.nchildren,
	    nactive, nsups, nworkers);
}

static void
step_wait(struct stage *st, int64_t ms)
{
	int64_t until_ns = st->now_ns + ms * NS_PER_MS;

	stage_settle(st, until_ns);
	st->now_ns = until_ns;
}

static void
step_align(struct stage *st, int64_t ms)
{
	int64_t phase_ms = st->now_ns / NS_PER_MS % MS_PER_S;

	step_wait(st, (ms % MS_PER_S + MS_PER_S - phase_ms) % MS_PER_S);
}

static void
step_stop(struct stage *st, const struct step *step)
{
	const struct event event = {
		.kind = step->ending.kind == ENDING_KILL ? EVENT_SLAUGHTER :
							   EVENT_SHUTDOWN,
	};

	if (st->held)
		stage_after(st, st->root, 0, &event);
	else
		stage_feed(st, &event);
}

/* What happens to each while no supervisor looks. */
static void
step_together(struct stage *st, const struct step *step)
{
	st->held = true;
	for (unsigned i = 1; i <= step->nmembers; i++) {
		if (step[i].kind == STEP_EXIT)
			step_exit(st, &step[i]);
		else if (step[i].kind == STEP_STOP)
			step_stop(st, &step[i]);
		else
			step_signal(st, &step[i]);
	}
	st->held = false;
}

static void
step_link(struct stage *st, const struct step *step)
{
	struct actor *a = running(st, step->sup, step->sup_id);
	struct actor *b = a != NULL ? running(st, step->node, step->id) : NULL;

	if (b == NULL)
		return;
	if (step->kind == STEP_LINK)
		stage_link(st, a, b);
	else
		stage_unlink(st, a, b);
}

void
stage_step(struct stage *st, const struct step *step)
{
	switch (step->kind) {
	case STEP_EXIT:
		step_exit(st, step);
		break;
	case STEP_SIGNAL:
	case STEP_KILL:
		step_signal(st, step);
		break;
	case STEP_TERMINATE:
		step_request(st, step, REQUEST_STOP);
		break;
	case STEP_RESTART:
		step_request(st, step, REQUEST_START);
		break;
	case STEP_DELETE:
		step_request(st, step, REQUEST_DELETE);
		break;
	case STEP_START:
		step_start(st, step);
		break;
	case STEP_COUNT:
		step_count(st, step);
		break;
	case STEP_WAIT:
		step_wait(st, step->ms);
		break;
	case STEP_ALIGN:
		step_align(st, step->ms);
		break;
	case STEP_TOGETHER:
		step_together(st, step);
		break;
	case STEP_STOP:
		step_stop(st, step);
		break;
	case STEP_LINK:
	case STEP_UNLINK:
		step_link(st, step);
		break;
	}
}

/* The core's answer in OTP's words. */
void
stage_answer(struct stage *st, struct request *request)
{
	enum request_result result = request->result;
	bool starts =
	    request->kind == REQUEST_START || request->kind == REQUEST_ADD;
	struct actor *actor =
	    request->child != NULL ? stage_actor(request->child) : NULL;
	const struct node *sup =
	    stage_node(st, stage_actor(&request->sup->child));

	if (result == RESULT_OK && starts && actor != NULL)
		trace_reply(st->trace, "ok %s#%u", stage_node(st, actor)->id,
		    st->personas[actor->node].nth);
	else if (result == RESULT_IGNORED)
		trace_reply(st->trace, "%s",
		    sup->kind == NODE_DSUP && !stage_is_simple(sup) ?
			"ignore" :
			"ok undefined");
	else if (result == RESULT_OK || result == RESULT_NOPROC)
		trace_reply(st->trace, "%s", request_result_text[result]);
	else
		trace_reply(st->trace, "error %s", request_result_text[result]);
	/* One that was refused never came into the tree. */
	if (request->kind == REQUEST_ADD && actor != NULL &&
	    actor->child.sup == NULL)
		stage_release(st, actor);
	free(request);
}
