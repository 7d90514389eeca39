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
		    "%zu of %zu steps did not succeed, the rest is as planned: "
		    "%s",
		    r->failed, r->plan.n, r->why);
	else if (r->client != NULL)
		control_ok(r->client);
	plan_fini(&r->plan);
	if (r->version != NULL)
		version_free(r->version);
	versions_forget(e);
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
		/* A signal gets no answer: it is looked after later. */
		if (client == NULL && e->reload != NULL)
			e->reload_again = true;
		if (client != NULL)
			control_error(client, CONTROL_FAILED, "%s",
			    e->run->command   ? "exec has no file" :
				e->nstops > 0 ? "everything stops" :
						"another reload is at work");
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r != NULL)
		r->version = calloc(1, sizeof(*r->version));
	if (r == NULL || r->version == NULL) {
		free(r);
		refuse_memory(client);
		return;
	}
	if (!conf_load(&r->version->conf, e->run->file, e->run->source)) {
		refuse(e, client, &r->version->conf);
		version_free(r->version);
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

	if (previous != NULL && previous->sup == step->sup &&
	    previous->spec == at - 1)
		return previous->child;
	while (before == NULL && at-- > spec->sup.children)
		before = find(step->sup, at->name);
	return before;
}

/* Moves a new child to where the file has it. */
static void
move(const struct engine *e, const struct step *step,
    const struct step *previous)
{
	struct child *before = one_before(e, step, previous);

	if (before != step->child)
		child_move(step->child,
		    before != NULL ? TAILQ_NEXT(before, order) :
				     TAILQ_FIRST(&step->sup->children));
}

static void
place(const struct engine *e, const struct step *step,
    const struct step *previous)
{
	child_init(step->child, step->sup, step->child->policy);
	move(e, step, previous);
}

/* Whether one that was added, and stays, has the name of the new child. */
static bool
has_namesake(const struct step *step)
{
	const struct child *child;

	TAILQ_FOREACH(child, &step->sup->children, order)
		if (child->added && !child->forgotten &&
		    strcmp(node_name(child), step->spec->name) == 0)
			return true;
	return false;
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
		if (!has_namesake(step))
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

/* The path of the child that a step is about, also of one that is new. */
static const char *
step_path(const struct step *step, char path[static NODE_PATH_SIZE])
{
	if (step->child != NULL)
		return node_path(step->child, path);
	*path = '\0';
	if (step->sup->child.sup != NULL) {
		node_path(&step->sup->child, path);
		strlcat(path, "/", NODE_PATH_SIZE);
	}
	strlcat(path, step->spec->name, NODE_PATH_SIZE);
	return path;
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
		record_text(&record, "child", step_path(step, path));
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
		/* It is not to come back with its supervisor. */
		step->child->added = true;
		ask(e, REQUEST_STOP, step);
		return true;
	case STEP_START:
		if (step->placed)
			return false;
		ask(e, dynamic ? REQUEST_ADD : REQUEST_START, step);
		return true;
	case STEP_RESTART:
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
	const struct spec *root = r->version->conf.root;

	if (plan_make(&r->plan, &e->root, root) < 0)
		return false;
	tell_plan(e);
	if (r->dry)
		return true;
	if (environment_fit(&e->environment, root) < 0)
		return false;
	if (!plan_apply(&r->plan, &e->root, root))
		r->failed++;
	SLIST_INSERT_HEAD(&e->versions, r->version, next);
	e->conf = &r->version->conf;
	r->version = NULL;
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

/*
 * The supervisor has gone down meanwhile: what the step is about is so from
 * the next start of that on.
 */
static void
leave_to_start(struct engine *e, const struct step *step)
{
	struct child *child = step->child;

	if (step->kind == STEP_START && child->sup == NULL)
		place(e, step, NULL);
	if (step->kind == STEP_STOP && child->state == CHILD_DOWN)
		child_set_forgotten(child, true);
}

/* The first failure is told with the number of them. */
static void
note_failure(struct engine *e, const struct step *step)
{
	struct reload *r = e->reload;
	bool start = r->request.result == RESULT_START_FAILED;

	if (r->failed++ > 0)
		return;
	strlcpy(r->why, start ? e->outcome.child : step_kind_text[step->kind],
	    sizeof(r->why));
	strlcat(r->why, " ", sizeof(r->why));
	strlcat(r->why,
	    start ? e->outcome.why : request_result_text[r->request.result],
	    sizeof(r->why));
}

/* What the core has answered about the step in hand. */
static void
take_answer(struct engine *e)
{
	struct reload *r = e->reload;
	const struct step *step = &r->plan.steps[r->at];
	struct child *child = step->child; /* NULL: it is freed */

	r->answered = false;
	if (r->request.result == RESULT_NOPROC && child != NULL)
		leave_to_start(e, step);
	else if (r->request.result > RESULT_IGNORED &&
	    step->kind != STEP_FORGET)
		note_failure(e, step);
	if (step->kind == STEP_STOP && child != NULL && !r->deleting &&
	    !child->forgotten) {
		r->deleting = true;
		ask(e, REQUEST_DELETE, step);
		return;
	}
	r->deleting = false;
	r->at++;
	if (step->kind == STEP_START && child != NULL) {
		/* It came from the file: a new incarnation starts with it. */
		if (child->sup == NULL) {
			act_freed(e, child);
		} else if (child->added && !child->forgotten) {
			child->added = false;
			move(e, step, NULL);
		}
	}
	next_step(e);
}

void
reload_turn(struct engine *e)
{
	if (e->reload == NULL && e->reload_again) {
		e->reload_again = false;
		reload_serve(e, NULL, 0, NULL);
	}
	if (e->reload != NULL && !e->reload->begun)
		try_to_begin(e);
	while (e->reload != NULL && e->reload->answered)
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
