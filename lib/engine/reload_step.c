/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "engine/awaited.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/reload_init.h"
#include "engine/reload_step.h"

/* Lets go of a child that was made, and has not come into the tree. */
static void
drop_made(struct engine *e, const struct step *step)
{
	if (step->kind == STEP_START && step->child != NULL &&
	    step->child->sup == NULL)
		act_freed(e, step->child);
}

const char *
step_path(const struct step *step, char path[static NODE_PATH_SIZE])
{
	if (step->child != NULL &&
	    (step->kind != STEP_START || step->child->sup != NULL))
		return node_path(step->child, path);
	*path = '\0';
	if (step->sup != NULL && step->sup->child.sup != NULL) {
		node_path(&step->sup->child, path);
		strlcat(path, "/", NODE_PATH_SIZE);
	}
	strlcat(path, step->spec->name, NODE_PATH_SIZE);
	return path;
}

void
reload_note_failure(struct reload *r, const char *who, const char *why)
{
	if (r->failed++ > 0)
		return;
	strlcpy(r->why, who, sizeof(r->why));
	strlcat(r->why, " ", sizeof(r->why));
	strlcat(r->why, why, sizeof(r->why));
}

struct child *
reload_successor(const struct sup *sup, const struct child *placed)
{
	struct child *child;

	/* What the file has stands in its order, what was added behind. */
	TAILQ_FOREACH_REVERSE(child, &sup->children, children, order)
		if (!child->added && child != placed &&
		    node_spec(child) < node_spec(placed))
			break;
	child = child != NULL ? TAILQ_NEXT(child, order) :
				TAILQ_FIRST(&sup->children);
	return child == placed ? NULL : child;
}

static void
ask(struct engine *e, enum request_kind kind, const struct step *step)
{
	struct request *request = &e->reload->request;

	*request = (struct request){
		.kind = kind,
		.sup = step->sup,
		.child = step->child,
		.reload = true,
	};
	engine_feed(e,
	    &(struct event){ .kind = EVENT_REQUEST, .request = request });
}

/* Orders the step in hand; false when there is nothing to wait for. */
static bool
order(struct engine *e, struct step *step)
{
	if (step->sup == NULL) {
		drop_made(e, step);
		return false;
	}
	switch (step->kind) {
	case STEP_CHANGE:
		return false;
	case STEP_FORGET:
	case STEP_STOP:
		if (step->child == NULL)
			return false;
		ask(e, REQUEST_REMOVE, step);
		return true;
	case STEP_START:
		if (step->child == NULL) {
			reload_note_failure(e->reload, step->spec->name,
			    "did not start: no memory");
			return false;
		}
		ask(e, REQUEST_PLACE, step);
		return true;
	case STEP_RESTART:
		/* What is down runs differently from its next start on. */
		if (step->child == NULL || step->child->state == CHILD_DOWN)
			return false;
		ask(e, REQUEST_RESTART, step);
		return true;
	case STEP_RETRY:
		/* Somebody may have started or stopped it meanwhile. */
		if (step->child == NULL || !step->child->missed)
			return false;
		ask(e, REQUEST_START, step);
		return true;
	}
	return false;
}

bool
steps_order(struct engine *e)
{
	struct reload *r = e->reload;

	for (; r->at < r->plan.n && e->nstops == 0; r->at++)
		if (order(e, &r->plan.steps[r->at]))
			return true;
	return false;
}

struct child *
steps_awaited(const struct engine *e)
{
	const struct step *step = &e->reload->plan.steps[e->reload->at];
	struct child *child = step->child, *below = NULL;

	if (step->sup == NULL || child == NULL || child->sup == NULL)
		return step->sup != NULL ? awaited(step->sup) : NULL;
	if (child_is_sup(child))
		below = awaited(child_sup(child));
	if (below != NULL)
		return below;
	if (child->state == CHILD_STARTING || child->state == CHILD_STOPPING)
		return child;
	return awaited(step->sup);
}

void
steps_answered(struct engine *e)
{
	struct reload *r = e->reload;
	const struct step *step = &r->plan.steps[r->at];
	char path[NODE_PATH_SIZE];

	r->answered = false;
	switch (r->request.result) {
	case RESULT_OK:
	case RESULT_IGNORED:
	case RESULT_NOT_FOUND:    /* it has gone by itself */
	case RESULT_NOPROC:       /* from the next start of its supervisor on */
	case RESULT_STOPPED:      /* by somebody else */
	case RESULT_START_FAILED: /* noted */
	case RESULT_RUNNING:      /* what was to start has been started */
	case RESULT_RESTARTING:
		break;
	case RESULT_ALREADY_STARTED:
	case RESULT_ALREADY_PRESENT:
	case RESULT_MAX_CHILDREN:
	case RESULT_NOT_SUPPORTED:
	case RESULT_NOT_RUNNING:
	case RESULT_REPLACING:
		reload_note_failure(r, step_path(step, path),
		    explain_result(r->request.result));
		break;
	}
	drop_made(e, step);
	r->at++;
}

void
steps_make(struct engine *e)
{
	struct plan *plan = &e->reload->plan;

	for (size_t i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == STEP_START)
			plan->steps[i].child =
			    addition_new(e, plan->steps[i].spec);
	ties_look(e);
}

void
steps_drop(struct engine *e)
{
	struct reload *r = e->reload;

	for (size_t i = r->at; r->begun && i < r->plan.n; i++)
		drop_made(e, &r->plan.steps[i]);
}

bool
reload_owns(const struct engine *e, const struct request *request)
{
	return e->reload != NULL && request == &e->reload->request;
}

void
reload_replied(struct engine *e)
{
	/* Gone on with in reload_turn(): the core is not to be asked here. */
	e->reload->answered = true;
	if (e->reload->request.result == RESULT_START_FAILED)
		reload_note_failure(e->reload, e->outcome.child,
		    e->outcome.why);
}

/* The steps from `first` on are not about `child`, or what is below it. */
static void
let_go(struct reload *r, size_t first, const struct child *child)
{
	for (size_t i = first; i < r->plan.n; i++) {
		struct step *step = &r->plan.steps[i];

		if (step->sup != NULL &&
		    node_is_within(&step->sup->child, child))
			step->sup = NULL;
		/* One that is to come is the reload's still. */
		if (step->child == child ||
		    (step->sup == NULL &&
			(step->kind != STEP_START || step->child == NULL ||
			    step->child->sup != NULL)))
			step->child = NULL;
	}
}

void
reload_freed(struct engine *e, const struct child *child)
{
	if (e->reading != NULL)
		inits_freed(&e->reading->reload->inits, child);
	if (e->reload == NULL)
		return;
	inits_freed(&e->reload->inits, child);
	/* Also what is done is looked at, for what is still to come. */
	let_go(e->reload, 0, child);
}

void
reload_overtaken(struct engine *e, const struct child *child)
{
	if (e->reload != NULL && e->reload->begun)
		let_go(e->reload, e->reload->at + 1, child);
}
