/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/equal.h"
#include "engine/plan.h"

/* Steps that there is room for at first. */
#define STEPS_FIRST 16

const char *const step_kind_text[] = {
#define TEXT(name, text) [name] = text,
	PLAN_STEPS(TEXT)
#undef TEXT
};

/* The children of a supervisor, or of its specification, by name. */
struct index {
	const void **items; /* owned */
	size_t n;
};

static const char *
name_of_child(const void *item)
{
	return node_name((struct child *)(uintptr_t)item);
}

static int
by_child_name(const void *a, const void *b)
{
	return strcmp(name_of_child(*(const void *const *)a),
	    name_of_child(*(const void *const *)b));
}

static int
by_spec_name(const void *a, const void *b)
{
	const struct child_spec *const *x = a;
	const struct child_spec *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* The children that came from a file; false when memory is short. */
static bool
index_children(struct index *index, const struct sup *sup)
{
	const struct child *child;
	size_t n = 0;

	TAILQ_FOREACH(child, &sup->children, order)
		n += !child->added;
	*index = (struct index){ .items = calloc(n + 1, sizeof(void *)) };
	if (index->items == NULL)
		return false;
	TAILQ_FOREACH(child, &sup->children, order)
		if (!child->added)
			index->items[index->n++] = child;
	qsort(index->items, index->n, sizeof(void *), by_child_name);
	return true;
}

static bool
index_specs(struct index *index, const struct spec *spec)
{
	*index = (struct index){
		.items = calloc(spec->sup.nchildren + 1, sizeof(void *)),
	};
	if (index->items == NULL)
		return false;
	for (size_t i = 0; i < spec->sup.nchildren; i++)
		index->items[index->n++] = &spec->sup.children[i];
	qsort(index->items, index->n, sizeof(void *), by_spec_name);
	return true;
}

static struct child *
find_child(const struct index *index, const struct child_spec *spec)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		struct child *child =
		    (struct child *)(uintptr_t)index->items[middle];
		int order = strcmp(spec->name, node_name(child));

		if (order == 0)
			return child->policy->kind == spec->spec->policy.kind ?
			    child :
			    NULL;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static const struct child_spec *
find_spec(const struct index *index, struct child *child)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct child_spec *spec = index->items[middle];
		int order = strcmp(node_name(child), spec->name);

		if (order == 0)
			return child->policy->kind == spec->spec->policy.kind ?
			    spec :
			    NULL;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
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

/* Steps for what is gone from `sup` and below it, last children first. */
static bool
plan_gone(struct plan *plan, struct sup *sup, const struct spec *spec)
{
	struct index index;
	struct child *child;
	bool done = index_specs(&index, spec);

	TAILQ_FOREACH_REVERSE(child, &sup->children, children, order) {
		const struct child_spec *stays;

		if (!done || child->added || child->forgotten)
			continue;
		stays = find_spec(&index, child);
		if (stays == NULL)
			done = add(plan,
			    &(struct step){ .kind = STEP_STOP,
				.sup = sup,
				.child = child });
		else if (child_is_sup(child))
			done = plan_gone(plan, child_sup(child), stays->spec);
	}
	free(index.items);
	return done;
}

static bool
same_words(const char *const *a, const char *const *b)
{
	for (; *a != NULL && *b != NULL; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return *a == NULL && *b == NULL;
}

/* Whether a run of `a` is another one than a run of `b`. */
static bool
runs_differently(const struct spec *a, const struct spec *b)
{
	const struct worker_spec *x = &a->worker, *y = &b->worker;

	if (a->policy.worker.ready != b->policy.worker.ready ||
	    (a->policy.worker.ready == READY_FD && x->ready_fd != y->ready_fd))
		return true;
	if ((x->cwd == NULL) != (y->cwd == NULL) ||
	    (x->cwd != NULL && strcmp(x->cwd, y->cwd) != 0))
		return true;
	return !same_words(x->argv, y->argv) || !same_words(x->env, y->env);
}

static bool
plan_rest(struct plan *plan, struct sup *sup, const struct spec *spec);

/* The step for one child of the file, if it needs one. */
static bool
plan_one(struct plan *plan, struct sup *sup, struct child *child,
    const struct child_spec *spec)
{
	struct step step = { .sup = sup, .child = child, .spec = spec };
	const struct spec *now;

	if (child == NULL) {
		step.kind = STEP_START;
		return add(plan, &step);
	}
	now = node_spec(child)->spec;
	step.kind = STEP_CHANGE;
	if (!child_is_sup(child) && runs_differently(now, spec->spec) &&
	    child->state != CHILD_DOWN)
		step.kind = STEP_RESTART;
	if (!spec_equal_own(now, spec->spec) && !add(plan, &step))
		return false;
	return !child_is_sup(child) ||
	    plan_rest(plan, child_sup(child), spec->spec);
}

/* Steps for what stays or is new in `sup` and below it, first ones first. */
static bool
plan_rest(struct plan *plan, struct sup *sup, const struct spec *spec)
{
	struct index index;
	bool done = index_children(&index, sup);

	for (size_t i = 0; done && i < spec->sup.nchildren; i++) {
		const struct child_spec *child = &spec->sup.children[i];

		done = plan_one(plan, sup, find_child(&index, child), child);
	}
	free(index.items);
	return done;
}

int
plan_make(struct plan *plan, struct supervisor *root, const struct spec *spec)
{
	*plan = (struct plan){ 0 };
	if (plan_gone(plan, &root->sup, spec) &&
	    plan_rest(plan, &root->sup, spec))
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

/* Gives the children of `sup` their new rules and order, and those below. */
static bool
apply(struct sup *sup, const struct spec *spec)
{
	struct index index;
	struct child *child, *next;
	size_t n = 0;
	bool done = child_set_policy(&sup->child, &spec->policy);

	if (!index_children(&index, sup))
		return false;
	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		const struct child_spec *to = &spec->sup.children[i];

		child = find_child(&index, to);
		if (child == NULL)
			continue;
		child_move(child, NULL);
		done = node_set_spec(child, to) && done;
		if (child_is_sup(child))
			done = apply(child_sup(child), to->spec) && done;
		else
			done =
			    child_set_policy(child, &to->spec->policy) && done;
	}
	free(index.items);

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
plan_apply(struct supervisor *root, const struct spec *root_spec)
{
	return apply(&root->sup, root_spec);
}
