/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/equal.h"
#include "engine/engine.h"
#include "engine/outlet.h"
#include "engine/reload_init.h"
#include "engine/reload_plan.h"

/* Steps that there is room for at first. */
#define STEPS_FIRST 16

const char *const step_kind_text[] = {
#define TEXT(name, text) [name] = text,
	PLAN_STEPS(TEXT)
#undef TEXT
};

/* One child of a supervisor, or of its specification. */
struct entry {
	const char *name;
	union {
		struct child *child;
		const struct child_spec *spec;
	};
};

/* All of them, by name. */
struct index {
	struct entry *entries; /* owned */
	size_t n;
};

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool
index_init(struct index *index, size_t n)
{
	*index =
	    (struct index){ .entries = calloc(n + 1, sizeof(struct entry)) };
	return index->entries != NULL;
}

/* By name; of two with one name that which is there is first. */
static int
compare_children(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : x->child->forgotten - y->child->forgotten;
}

/*
 * The child of each name: that which is there, else the one of the file that
 * is to come back with its supervisor. False when memory is short.
 */
static bool
index_children(struct index *index, struct sup *sup)
{
	struct child *child;
	size_t n = 0;

	TAILQ_FOREACH(child, &sup->children, order)
		n++;
	if (!index_init(index, n))
		return false;
	TAILQ_FOREACH(child, &sup->children, order)
		if (!child->added || !child->forgotten)
			index->entries[index->n++] = (struct entry){
				.name = node_name(child),
				.child = child,
			};
	qsort(index->entries, index->n, sizeof(struct entry), compare_children);
	n = index->n;
	index->n = 0;
	for (size_t i = 0; i < n; i++)
		if (index->n == 0 ||
		    compare(&index->entries[index->n - 1],
			&index->entries[i]) != 0)
			index->entries[index->n++] = index->entries[i];
	return true;
}

static bool
index_specs(struct index *index, const struct spec *spec)
{
	if (!index_init(index, spec->sup.nchildren))
		return false;
	for (size_t i = 0; i < spec->sup.nchildren; i++)
		index->entries[index->n++] = (struct entry){
			.name = spec->sup.children[i].name,
			.spec = &spec->sup.children[i],
		};
	qsort(index->entries, index->n, sizeof(struct entry), compare);
	return true;
}

static const struct entry *
find(const struct index *index, const char *name)
{
	const struct entry key = { .name = name };

	return bsearch(&key, index->entries, index->n, sizeof(key), compare);
}

static bool
has_mailbox(const struct spec *spec)
{
	return spec->policy.worker.trap_exits ||
	    spec->worker.peers.monitors.n > 0;
}

/*
 * Whether what a run was given as its output is not what it is to have: lines
 * may go elsewhere at any time, but not come through a pipe, or not, or through
 * that of another child.
 */
static bool
log_differs(const struct worker_spec *a, const struct worker_spec *b)
{
	for (int i = 0; i < LOG_NSTREAMS; i++) {
		enum outlet_kind kind = outlet_kind(&a->logs, i);

		if (kind != outlet_kind(&b->logs, i) ||
		    (kind == OUTLET_CHILD &&
			strcmp(outlet_log(&a->logs, i)->to.name,
			    outlet_log(&b->logs, i)->to.name) != 0))
			return true;
	}
	return false;
}

/* Whether a run of `from` is another one than a run of `to`. */
static bool
runs_differently(const struct child_spec *from, const struct child_spec *to)
{
	const struct spec *a = from->spec, *b = to->spec;
	const struct worker_spec *x = &a->worker, *y = &b->worker;

	if (a->policy.worker.ready != b->policy.worker.ready ||
	    (a->policy.worker.ready == READY_FD && x->ready_fd != y->ready_fd))
		return true;
	if (a->policy.worker.watchdog_ms != b->policy.worker.watchdog_ms)
		return true;
	if (a->policy.worker.trap_exits != b->policy.worker.trap_exits ||
	    has_mailbox(a) != has_mailbox(b))
		return true;
	if ((x->cwd == NULL) != (y->cwd == NULL) ||
	    (x->cwd != NULL && strcmp(x->cwd, y->cwd) != 0))
		return true;
	/* To whom nobody logs any more keeps its pipe. */
	if (log_differs(x, y) || (to->fed && !from->fed) ||
	    !listens_equal(&x->listens, &y->listens) ||
	    !attributes_equal_lasting(x->attributes, y->attributes))
		return true;
	return !words_equal(x->argv, y->argv) || !words_equal(x->env, y->env);
}

/* A child that vanishes when it is stopped: it has no restart by request. */
static bool
vanishes(const struct child *child, const struct spec *parent,
    const struct child_spec *spec)
{
	return parent->policy.sup.strategy == STRATEGY_DYNAMIC ||
	    child->policy->restart == RESTART_TEMPORARY ||
	    spec->spec->policy.restart == RESTART_TEMPORARY;
}

/*
 * Whether `child` of a supervisor that is to be `parent` is another child than
 * `spec`: a worker does not become a supervisor, and where nothing can be
 * restarted one child is stopped and another started.
 */
static bool
is_another(struct child *child, const struct spec *parent,
    const struct child_spec *spec)
{
	if (child->policy->kind != spec->spec->policy.kind)
		return true;
	return !child_is_sup(child) && child->state != CHILD_DOWN &&
	    vanishes(child, parent, spec) &&
	    runs_differently(node_spec(child), spec);
}

/* The child of a supervisor that `spec` of its `parent` is about. */
static struct child *
find_child(const struct index *index, const struct spec *parent,
    const struct child_spec *spec)
{
	const struct entry *entry = find(index, spec->name);

	return entry != NULL && !is_another(entry->child, parent, spec) ?
	    entry->child :
	    NULL;
}

static const struct child_spec *
find_spec(const struct index *index, const struct spec *parent,
    struct child *child)
{
	const struct entry *entry = find(index, node_name(child));

	return entry != NULL && !is_another(child, parent, entry->spec) ?
	    entry->spec :
	    NULL;
}

static bool
add(struct plan *plan, const struct step *step)
{
	if (plan->n == plan->room) {
		size_t room = plan->room == 0 ? STEPS_FIRST : 2 * plan->room;
		struct step *steps =
		    reallocarray(plan->steps, room, sizeof(*steps));

		if (steps == NULL)
			return false;
		plan->steps = steps;
		plan->room = room;
	}
	plan->steps[plan->n++] = *step;
	return true;
}

/*
 * Whether `child` has gone, and the file wants it to be there now. A temporary
 * one comes back with its supervisor (S26): an edit does not run a finished
 * job again, but one that never began. One that was deleted is as good as
 * never there, unless it comes back now.
 */
static bool
is_past(const struct plan *plan, const struct child *child,
    const struct spec *parent, const struct child_spec *spec)
{
	return child->forgotten && plan->inits != NULL &&
	    (child->missed ||
		(parent->policy.sup.strategy != STRATEGY_DYNAMIC &&
		    spec->spec->policy.restart != RESTART_TEMPORARY));
}

/*
 * What the supervisor `child` is to be, of which the file says `spec`: with an
 * init, what that has printed. NULL: it has not run, and will when `child`
 * starts; until then its children are left alone.
 */
static const struct spec *
body_of(const struct plan *plan, const struct child *child,
    const struct spec *spec)
{
	return spec->sup.scope == NULL ? spec :
					 inits_body(plan->inits, child, spec);
}

/* The step that ends `child`, which the file does not have. */
static bool
add_end(struct plan *plan, struct child *child)
{
	return add(plan,
	    &(struct step){
		.kind = child->forgotten ? STEP_FORGET : STEP_STOP,
		.sup = child->sup,
		.child = child,
	    });
}

/* Steps for what is gone from `sup` and below it, last children first. */
static bool
plan_gone(struct plan *plan, struct sup *sup, const struct spec *spec)
{
	struct index specs = { 0 }, children = { 0 };
	struct child *child;
	bool done = index_specs(&specs, spec) && index_children(&children, sup);

	TAILQ_FOREACH_REVERSE(child, &sup->children, children, order) {
		const struct entry *named = find(&specs, node_name(child));
		const struct child_spec *stays;
		const struct spec *body;

		/* One that was added stays, also if the file has it now. */
		if (!done || (child->added && (child->forgotten || !named)))
			continue;
		stays = find_spec(&specs, spec, child);
		if (stays == NULL || is_past(plan, child, spec, stays) ||
		    find(&children, node_name(child))->child != child) {
			done = add_end(plan, child);
			continue;
		}
		body = child_is_sup(child) ? body_of(plan, child, stays->spec) :
					     NULL;
		if (body != NULL)
			done = plan_gone(plan, child_sup(child), body);
	}
	free(specs.entries);
	free(children.entries);
	return done;
}

static bool
plan_rest(struct plan *plan, struct sup *sup, const struct spec *spec);

/* The step for one child of the file, if it needs one. */
static bool
plan_one(struct plan *plan, struct sup *sup, struct child *child,
    const struct spec *parent, const struct child_spec *spec)
{
	struct step step = { .sup = sup, .child = child, .spec = spec };
	const struct spec *now, *body = spec->spec;

	if (child == NULL || is_past(plan, child, parent, spec)) {
		step.kind = STEP_START;
		step.child = NULL;
		return add(plan, &step);
	}
	if (child_is_sup(child))
		body = body_of(plan, child, body);
	step.kind = child->missed ? STEP_RETRY : STEP_CHANGE;
	if (body == NULL)
		return step.kind == STEP_CHANGE || add(plan, &step);
	now = node_body(child);
	if (!child_is_sup(child) && child->state != CHILD_DOWN &&
	    (runs_differently(node_spec(child), spec) ||
		leaf_is_missing(node_worker(child), body)))
		step.kind = STEP_RESTART;
	/* Who logs to it is not in what is its own. */
	if ((step.kind != STEP_CHANGE || !spec_equal_own(now, body)) &&
	    !add(plan, &step))
		return false;
	return !child_is_sup(child) || plan_rest(plan, child_sup(child), body);
}

/* Steps for what stays or is new in `sup` and below it, first ones first. */
static bool
plan_rest(struct plan *plan, struct sup *sup, const struct spec *spec)
{
	struct index index;
	bool done = index_children(&index, sup);

	for (size_t i = 0; done && i < spec->sup.nchildren; i++) {
		const struct child_spec *child = &spec->sup.children[i];

		done = plan_one(plan, sup, find_child(&index, spec, child),
		    spec, child);
	}
	free(index.entries);
	return done;
}

/* The rules of the top alone: a step, if they are others. */
static bool
plan_top(struct plan *plan, struct supervisor *top, const struct spec *spec)
{
	return spec_equal_own(top->body, spec) ||
	    add(plan,
		&(struct step){
		    .kind = STEP_CHANGE,
		    .sup = &top->sup,
		    .child = &top->sup.child,
		});
}

int
plan_make(struct plan *plan, struct supervisor *top, const struct spec *spec,
    const struct inits *inits)
{
	*plan = (struct plan){ .inits = inits };
	spec = body_of(plan, &top->sup.child, spec);
	if (spec == NULL)
		return 0;
	if (plan_gone(plan, &top->sup, spec) && plan_top(plan, top, spec) &&
	    plan_rest(plan, &top->sup, spec))
		return 0;
	plan_fini(plan);
	return -ENOMEM;
}

void
plan_fini(struct plan *plan)
{
	free(plan->steps);
	*plan = (struct plan){ 0 };
}

static bool
apply(const struct plan *plan, struct sup *sup, const struct spec *spec);

/* Gives `child` its new rules, and those below it. */
static bool
apply_one(const struct plan *plan, struct child *child,
    const struct child_spec *spec)
{
	const struct spec *body;

	/* Rules and specification go together. */
	if (!node_set_spec(child, spec))
		return false;
	if (!child_is_sup(child))
		return child_set_policy(child, &spec->spec->policy);
	body = body_of(plan, child, spec->spec);
	if (body != NULL)
		return apply(plan, child_sup(child), body);
	if (child->state != CHILD_DOWN) {
		/* It goes on as what it is until it starts again. */
		child->prepares = true;
		return true;
	}
	node_supervisor(child)->body = spec->spec;
	return child_set_policy(child, &spec->spec->policy);
}

/* Gives the children of `sup` their new rules and order, and those below. */
static bool
apply(const struct plan *plan, struct sup *sup, const struct spec *spec)
{
	struct index index;
	struct child *child, *next;
	size_t n = 0;
	bool done = child_set_policy(&sup->child, &spec->policy);

	if (!index_children(&index, sup))
		return false;
	node_supervisor(&sup->child)->body = spec;
	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		const struct child_spec *to = &spec->sup.children[i];

		child = find_child(&index, spec, to);
		if (child == NULL)
			continue;
		child->added = false;
		child_move(child, NULL);
		done = apply_one(plan, child, to) && done;
	}
	free(index.entries);

	/* Those added at run time come last, in their order (S202). */
	TAILQ_FOREACH(child, &sup->children, order)
		n++;
	child = TAILQ_FIRST(&sup->children);
	for (; n > 0; n--, child = next) {
		next = TAILQ_NEXT(child, order);
		if (child->added)
			child_move(child, NULL);
	}
	return done;
}

bool
plan_apply(struct plan *plan, struct supervisor *top, const struct spec *spec)
{
	spec = body_of(plan, &top->sup.child, spec);
	if (spec == NULL)
		return true;
	/* What has to go does not come back with its supervisor. */
	for (size_t i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == STEP_FORGET ||
		    plan->steps[i].kind == STEP_STOP)
			plan->steps[i].child->added = true;
	return apply(plan, &top->sup, spec);
}
