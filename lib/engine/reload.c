/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/reload.h"

/* Ends the reload, and tells how it went. */
static void
finish(struct engine *e)
{
	struct reload *r = e->reload;

	if (r->client != NULL && r->failed > 0)
		control_error(r->client, CONTROL_FAILED,
		    "%zu of %zu steps did not succeed; the rest is as planned",
		    r->failed, r->plan.n);
	else if (r->client != NULL)
		control_ok(r->client);
	plan_fini(&r->plan);
	if (r->conf != NULL) {
		conf_fini(r->conf);
		free(r->conf);
	}
	e->reload = NULL;
	e->changed = true;
	free(r);
}

/* What is wrong with the file, to who asked, or into the records. */
static void
refuse(struct engine *e, struct control_client *client, const struct conf *conf)
{
	char text[RECORD_LINE_MAX / 2];
	struct record r;

	for (size_t i = 0; i < conf->diags.nitems; i++) {
		diag_format(&conf->diags.items[i], false, text, sizeof(text));
		if (client == NULL) {
			reporter_message(&e->reporter, RECORD_ERROR, "%s",
			    text);
			continue;
		}
		record_begin(&r, RECORD_LINE);
		record_text(&r, "text", text);
		control_record(client, &r, NULL);
	}
	if (client != NULL)
		control_error(client, CONTROL_SYNTAX,
		    "%s has mistakes; nothing was changed", e->run->file);
}

static void
refuse_memory(struct control_client *client)
{
	if (client != NULL)
		control_error(client, CONTROL_FAILED, "no memory");
}

void
reload_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct reload *r;

	if (nwords == 1 && strcmp(words[0], "--dry-run") != 0) {
		control_error(client, CONTROL_USAGE, "reload takes: --dry-run");
		return;
	}
	if (e->reload != NULL || e->run->command || e->nstops > 0) {
		if (client != NULL)
			control_error(client, CONTROL_FAILED, "%s",
			    e->run->command   ? "exec has no file" :
				e->nstops > 0 ? "everything stops" :
						"another reload is at work");
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r != NULL)
		r->conf = calloc(1, sizeof(*r->conf));
	if (r == NULL || r->conf == NULL) {
		free(r);
		refuse_memory(client);
		return;
	}
	if (!conf_load(r->conf, e->run->file, e->run->source)) {
		refuse(e, client, r->conf);
		conf_fini(r->conf);
		free(r->conf);
		free(r);
		return;
	}
	r->client = client;
	r->dry = nwords == 1;
	e->reload = r;
	reload_turn(e);
}

static void
look_idle(void *arg, struct child *child)
{
	bool *idle = arg;

	if (child_is_sup(child) && child_sup(child)->op != OP_IDLE)
		*idle = false;
}

/* The nodes of a child that is new, at its place in the order. */
static struct child *
make_child(struct engine *e, const struct step *step)
{
	struct addition *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return NULL;
	if (nodes_init_child(&made->nodes, step->spec, &e->next_id,
		&made->child) < 0 ||
	    environment_fit(&e->environment, &made->nodes) < 0 ||
	    !tree_reserve(&e->tree, nodes_count(&made->nodes))) {
		addition_free(made);
		return NULL;
	}
	SLIST_INSERT_HEAD(&e->additions, made, next);
	return made->child;
}

/* The child of `sup` that comes from the file and is called `name`. */
static struct child *
find(const struct sup *sup, const char *name)
{
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order)
		if (!child->added && strcmp(node_name(child), name) == 0)
			return child;
	return NULL;
}

/*
 * The nearest child before the one of `step` in the file that its supervisor
 * has; mostly the one of the step before.
 */
static struct child *
one_before(const struct engine *e, const struct step *step,
    const struct step *previous)
{
	const struct child_spec *named = node_spec(&step->sup->child);
	const struct spec *spec = named != NULL ? named->spec : e->conf->root;
	const struct child_spec *at = step->spec;
	struct child *before = NULL;

	if (previous != NULL && previous->spec == at - 1)
		return previous->child;
	while (before == NULL && at-- > spec->sup.children)
		before = find(step->sup, at->name);
	return before;
}

/* Puts a new child where the file has it. */
static void
place(const struct engine *e, const struct step *step,
    const struct step *previous)
{
	struct child *child = step->child;
	struct child *before = one_before(e, step, previous);

	child_init(child, step->sup, child->policy);
	child_move(child,
	    before != NULL ? TAILQ_NEXT(before, order) :
			     TAILQ_FIRST(&step->sup->children));
}

/* Makes and places what is new; what cannot be made is no step any more. */
static void
make_children(struct engine *e)
{
	struct reload *r = e->reload;
	const struct step *previous = NULL;

	for (size_t i = 0; i < r->plan.n; i++) {
		struct step *step = &r->plan.steps[i];

		if (step->kind != STEP_START)
			continue;
		step->child = make_child(e, step);
		if (step->child == NULL) {
			r->failed++;
			continue;
		}
		step->placed = step->sup->child.state != CHILD_UP;
		if (step->placed || !sup_is_dynamic(step->sup))
			place(e, step, previous);
		previous = step;
	}
}

static void
tell_plan(struct engine *e)
{
	const struct reload *r = e->reload;
	char path[NODE_PATH_SIZE], under[NODE_PATH_SIZE];
	struct record record;

	for (size_t i = 0; r->client != NULL && i < r->plan.n; i++) {
		const struct step *step = &r->plan.steps[i];

		if (step->kind == STEP_FORGET)
			continue;
		record_begin(&record, RECORD_PLAN);
		record_text(&record, "action", step_kind_text[step->kind]);
		record_text(&record, "supervisor",
		    node_path(&step->sup->child, under));
		record_text(&record, "child",
		    step->child != NULL ? node_path(step->child, path) :
					  step->spec->name);
		control_record(r->client, &record, NULL);
	}
}

static void
ask(struct engine *e, enum request_kind kind, const struct step *step)
{
	struct request *request = &e->reload->request;

	*request = (struct request){
		.kind = kind,
		.sup = step->sup,
		.child = step->child,
	};
	engine_feed(e,
	    &(struct event){ .kind = EVENT_REQUEST, .request = request });
}

/* Orders the step in hand; false when there is nothing to wait for. */
static bool
order(struct engine *e, const struct step *step)
{
	bool dynamic = sup_is_dynamic(step->sup);

	if (step->child == NULL)
		return false;
	switch (step->kind) {
	case STEP_CHANGE:
		return false;
	case STEP_FORGET:
		ask(e, REQUEST_DELETE, step);
		return true;
	case STEP_STOP:
		ask(e, REQUEST_STOP, step);
		return true;
	case STEP_START:
		if (step->placed)
			return false;
		ask(e, dynamic ? REQUEST_ADD : REQUEST_START, step);
		return true;
	case STEP_RESTART:
		/* A dynamic child runs on as it was; its next run is new. */
		if (dynamic)
			return false;
		ask(e, REQUEST_RESTART, step);
		return true;
	}
	return false;
}

static void
next_step(struct engine *e)
{
	struct reload *r = e->reload;

	while (r->at < r->plan.n) {
		if (order(e, &r->plan.steps[r->at]))
			return;
		r->at++;
	}
	finish(e);
}

static bool
begin(struct engine *e)
{
	struct reload *r = e->reload;
	struct conf *old;

	if (plan_make(&r->plan, &e->root, r->conf->root) < 0)
		return false;
	tell_plan(e);
	if (r->dry)
		return true;
	if (!plan_apply(&r->plan, &e->root, r->conf->root))
		r->failed++;
	old = e->reloaded;
	e->reloaded = r->conf;
	e->conf = e->reloaded;
	r->conf = old; /* needed until the last step is done */
	make_children(e);
	r->begun = true;
	return true;
}

/* Starts when no supervisor is at work. */
static void
try_to_begin(struct engine *e)
{
	struct reload *r = e->reload;
	bool idle = true;

	lookup_walk(&e->root.sup.child, look_idle, &idle);
	if (!idle || e->more)
		return;
	if (!begin(e)) {
		refuse_memory(r->client);
		r->client = NULL;
		finish(e);
	} else if (r->dry) {
		finish(e);
	} else {
		next_step(e);
	}
}

/* What the core has answered about the step in hand. */
static void
take_answer(struct engine *e)
{
	struct reload *r = e->reload;
	const struct step *step = &r->plan.steps[r->at];
	struct child *child = r->request.child;

	r->answered = false;
	if (r->request.result > RESULT_IGNORED && step->kind != STEP_FORGET)
		r->failed++;
	if (step->kind == STEP_STOP && child != NULL && !r->deleting) {
		/* It is not to come back with its supervisor. */
		child->added = true;
		r->deleting = true;
		if (!child->forgotten) {
			ask(e, REQUEST_DELETE, step);
			return;
		}
	}
	/* It came from the file: a new incarnation starts with it. */
	if (step->kind == STEP_START && child != NULL && child->sup != NULL)
		child->added = false;
	r->deleting = false;
	r->at++;
	next_step(e);
}

void
reload_turn(struct engine *e)
{
	if (e->reload != NULL && !e->reload->begun)
		try_to_begin(e);
	while (e->reload != NULL && e->reload->answered)
		take_answer(e);
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
}

void
reload_freed(struct engine *e, const struct child *child)
{
	for (size_t i = 0; e->reload != NULL && i < e->reload->plan.n; i++)
		if (e->reload->plan.steps[i].child == child)
			e->reload->plan.steps[i].child = NULL;
}

void
reload_closed(struct engine *e, const struct control_client *client)
{
	if (e->reload != NULL && e->reload->client == client)
		e->reload->client = NULL;
}
