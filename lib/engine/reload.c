/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/lookup.h"
#include "engine/reading.h"
#include "engine/reload.h"
#include "engine/reload_init.h"
#include "engine/serve.h"

const char reload_waits[] = "another reload waits to begin";
const char reload_later[] =
    "nothing was changed: a later one came before it could begin";

void
reload_fail(struct engine *e, struct control_client *client,
    enum control_code code, const char *format, ...)
{
	char text[sizeof(((struct reload *)NULL)->why) + 128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (client != NULL)
		control_error(client, code, "%s", text);
	else
		reporter_message(&e->reporter, RECORD_ERROR, "reload: %s",
		    text);
}

void
reload_free(struct reload *r)
{
	if (r == NULL)
		return;
	plan_fini(&r->plan);
	inits_fini(&r->inits);
	if (r->version != NULL)
		version_free(r->version);
	free(r);
}

/* Lets go of a child that was made, and has not come into the tree. */
static void
drop_made(struct engine *e, const struct step *step)
{
	if (step->kind == STEP_START && step->child != NULL &&
	    step->child->sup == NULL)
		act_freed(e, step->child);
}

static void
discard(struct engine *e)
{
	struct reload *r = e->reload;

	for (size_t i = r->at; r->begun && i < r->plan.n; i++)
		drop_made(e, &r->plan.steps[i]);
	reload_free(r);
	e->reload = NULL;
	e->changed = true;
}

/* Ends the reload, and tells how it went. */
static void
finish(struct engine *e)
{
	struct reload *r = e->reload;

	/* What has gone may be what a name means. */
	if (!r->dry && e->nstops == 0)
		nobody_look(e, r->client);
	if (r->failed > 0)
		reload_fail(e, r->client, CONTROL_FAILED,
		    "%zu of %zu steps did not succeed, the rest is as "
		    "planned: %s",
		    r->failed, r->plan.n, r->why);
	else if (r->untied)
		reload_fail(e, r->client, CONTROL_FAILED,
		    "%s; every step succeeded, but the next start of this "
		    "supervisor will not",
		    r->why);
	else if (r->client != NULL)
		control_ok(r->client);
	discard(e);
	versions_forget(e);
}

bool
reload_may_begin(struct engine *e, struct control_client *client)
{
	const char *why = NULL;

	if (e->run->command || e->run->several)
		why = "exec has no file";
	else if (e->nstops > 0)
		why = "everything stops";
	else if (e->reload != NULL && e->reload->begun && client != NULL)
		why = "another reload is at work";
	if (why != NULL) {
		reload_fail(e, client, CONTROL_FAILED, "%s", why);
		return false;
	}
	/* A signal gets no answer: it is looked after later. */
	if (e->reload != NULL && e->reload->begun)
		e->reload_again = true;
	return e->reload == NULL || !e->reload->begun;
}

void
reload_take_over(struct engine *e, struct reload *r)
{
	if (e->reload != NULL && r->dry) {
		reload_fail(e, r->client, CONTROL_FAILED, "%s", reload_waits);
		reload_free(r);
		return;
	}
	if (e->reload != NULL) {
		reload_fail(e, e->reload->client, CONTROL_FAILED, "%s",
		    reload_later);
		discard(e);
	}
	e->reload = r;
	reload_turn(e);
}

void
reload_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	if (nwords == 1 && strcmp(words[0], "--dry-run") != 0) {
		control_error(client, CONTROL_USAGE, "reload takes: --dry-run");
		return;
	}
	if (reload_may_begin(e, client))
		reading_begin(e, client, nwords == 1);
}

/* The path of the child that a step is about, also of one that is new. */
static const char *
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

/* The first failure is told with the number of them. */
static void
note_failure(struct reload *r, const char *who, const char *why)
{
	if (r->failed++ > 0)
		return;
	strlcpy(r->why, who, sizeof(r->why));
	strlcat(r->why, " ", sizeof(r->why));
	strlcat(r->why, why, sizeof(r->why));
}

static void
tell_plan(const struct reload *r)
{
	char path[NODE_PATH_SIZE], under[NODE_PATH_SIZE];
	struct record record;

	if (r->client != NULL)
		inits_tell_kept(&r->inits, r->client);
	for (size_t i = 0; r->client != NULL && i < r->plan.n; i++) {
		const struct step *step = &r->plan.steps[i];

		if (step->kind == STEP_FORGET)
			continue;
		record_begin(&record, RECORD_PLAN);
		record_text(&record, "action", step_kind_text[step->kind]);
		record_text(&record, "supervisor",
		    node_path(&step->sup->child, under));
		record_text(&record, "child", step_path(step, path));
		control_record(r->client, &record, NULL);
	}
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
			note_failure(e->reload, step->spec->name,
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
	}
	return false;
}

/* A printed body of which a name means nothing: no file was checked for it. */
static void
note_untied(struct engine *e)
{
	struct reload *r = e->reload;
	char why[TIES_WHY_SIZE];
	const struct init *init = inits_untied(e, &r->inits, why);

	/* No step has failed by that; of those that have the first is told. */
	r->untied = init != NULL && r->failed == 0;
	if (r->untied)
		snprintf(r->why, sizeof(r->why), "%.200s: %.200s", init->label,
		    why);
}

static void
next_step(struct engine *e)
{
	struct reload *r = e->reload;

	for (; r->at < r->plan.n && e->nstops == 0; r->at++)
		if (order(e, &r->plan.steps[r->at]))
			return;
	if (r->at < r->plan.n)
		note_failure(r, "supervise", "stops everything");
	else
		note_untied(e);
	finish(e);
}

/* What the core has answered about the step in hand. */
static void
take_answer(struct engine *e)
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
		break;
	case RESULT_RUNNING:
	case RESULT_RESTARTING:
	case RESULT_ALREADY_STARTED:
	case RESULT_ALREADY_PRESENT:
	case RESULT_MAX_CHILDREN:
	case RESULT_NOT_SUPPORTED:
	case RESULT_NOT_RUNNING:
	case RESULT_REPLACING:
		note_failure(r, step_path(step, path),
		    explain_result(r->request.result));
		break;
	}
	drop_made(e, step);
	r->at++;
	next_step(e);
}

/*
 * Makes all children that are to come, so that one look at the names does: the
 * links of each stand before it starts. One without memory is told in its step.
 */
static void
make_children(struct engine *e)
{
	struct plan *plan = &e->reload->plan;

	for (size_t i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == STEP_START)
			plan->steps[i].child =
			    addition_new(e, plan->steps[i].spec);
	ties_look(e);
}

static bool
begin(struct engine *e)
{
	struct reload *r = e->reload;
	const struct spec *root = r->version->conf.root;

	if (plan_make(&r->plan, &e->root, root, &r->inits) < 0)
		return false;
	tell_plan(r);
	if (r->dry)
		return true;
	if (environment_fit(&e->environment, root) < 0 ||
	    inits_fit(e, &r->inits) < 0)
		return false;
	if (!plan_apply(&r->plan, &e->root, root))
		note_failure(r, "supervise",
		    "has no memory for some of the rules");
	SLIST_INSERT_HEAD(&e->versions, r->version, next);
	e->conf = &r->version->conf;
	r->version = NULL;
	r->begun = true;
	inits_keep(e, &r->inits);
	make_children(e);
	outlets_look(e);
	leaves_look(e);
	return true;
}

static void
look_busy(void *arg, struct child *child)
{
	struct sup **busy = arg;

	if (child_is_sup(child) && child_sup(child)->op != OP_IDLE)
		*busy = child_sup(child);
}

/* The plan is made of a tree that stands still; says once what it waits for. */
static bool
is_still(struct engine *e)
{
	struct reload *r = e->reload;
	struct sup *busy = NULL;
	char path[NODE_PATH_SIZE];
	struct record record;

	lookup_walk(&e->root.sup.child, look_busy, &busy);
	if (busy == NULL)
		return !e->more;
	if (r->waits)
		return false;
	r->waits = true;
	record_begin(&record, RECORD_WAITING);
	record_text(&record, "child", node_path(&busy->child, path));
	if (r->client != NULL)
		control_record(r->client, &record, NULL);
	else
		engine_record(e, &record);
	return false;
}

static void
try_to_begin(struct engine *e)
{
	const char *why = NULL;

	if (e->nstops > 0)
		why = "everything stops";
	else if (!is_still(e))
		return;
	else if (!begin(e))
		why = "no memory";
	if (why != NULL) {
		reload_fail(e, e->reload->client, CONTROL_FAILED, "%s", why);
		discard(e);
	} else if (e->reload->dry) {
		finish(e);
	} else {
		next_step(e);
	}
}

void
reload_turn(struct engine *e)
{
	if (e->reload == NULL && e->reload_again) {
		e->reload_again = false;
		reload_serve(e, NULL, 0, NULL);
	}
	reading_turn(e);
	if (e->reload != NULL && !e->reload->begun)
		try_to_begin(e);
	/* One step a turn, so that the loop sees to others in between. */
	if (e->reload != NULL && e->reload->answered)
		take_answer(e);
}

bool
reload_can_go_on(const struct engine *e)
{
	return e->reload != NULL ? e->reload->answered : e->reload_again;
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
		note_failure(e->reload, e->outcome.child, e->outcome.why);
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
	let_go(e->reload, e->reload->at, child);
}

void
reload_overtaken(struct engine *e, const struct child *child)
{
	if (e->reload != NULL && e->reload->begun)
		let_go(e->reload, e->reload->at + 1, child);
}

void
reload_closed(struct engine *e, const struct control_client *client)
{
	if (e->reload != NULL && e->reload->client == client)
		e->reload->client = NULL;
	reading_closed(e, client);
}
