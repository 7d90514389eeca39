/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/census.h"
#include "engine/engine.h"

static size_t
count(struct child *child)
{
	struct child *below;
	size_t n = 1;

	if (child_is_sup(child))
		TAILQ_FOREACH(below, &child_sup(child)->children, order)
			n += count(below);
	return n;
}

/* Takes in `child`, whose supervisor is the node `up`, and all below it. */
static void
enrol(struct census *c, struct child *child, const struct name_node *up)
{
	size_t self = c->n;
	struct child *below;

	/* It has left, and is kept for what is still said of it. */
	if (child->added && child->forgotten)
		return;
	c->n++;
	c->children[self] = child;
	c->nodes[self].name = node_name(child);
	/* A name in a file means what is of the file, if that is there. */
	c->nodes[self].gone = child->added || child->forgotten;
	c->nodes[self].up = up;
	if (child_is_sup(child)) {
		node_supervisor(child)->census_idx = self;
		TAILQ_FOREACH(below, &child_sup(child)->children, order)
			enrol(c, below, &c->nodes[self]);
	}
	if (child == c->fresh) {
		c->first_fresh = self;
		c->after_fresh = c->n;
	} else if (child->prepares && child->state != CHILD_UP) {
		c->partial = c->parent == NULL;
	}
}

static void
enrol_below(struct census *c, struct child *child, const struct sup *sup)
{
	const struct supervisor *up = (const struct supervisor *)sup;

	/* Below one that has left there is nothing to come. */
	if (up->census_idx < c->n && c->children[up->census_idx] == &sup->child)
		enrol(c, child, &c->nodes[up->census_idx]);
}

/* The step of a reload whose child is made and not yet in the tree. */
static bool
is_to_come(const struct step *step)
{
	return step->kind == STEP_START && step->sup != NULL &&
	    step->child != NULL && step->child->sup == NULL;
}

static void
take(struct census *c, struct engine *e, const struct plan *plan)
{
	enrol(c, &e->root.sup.child, NULL);
	c->first_to_come = c->n;
	for (size_t i = 0; plan != NULL && i < plan->n; i++)
		if (is_to_come(&plan->steps[i]))
			enrol_below(c, plan->steps[i].child,
			    plan->steps[i].sup);
	if (c->parent != NULL)
		enrol_below(c, c->fresh, c->parent);
	c->names.n = c->n;
	names_init(&c->names, c->nodes);
}

int
census_init(struct census *c, struct engine *e)
{
	const struct plan *plan = e->reload != NULL ? &e->reload->plan : NULL;
	size_t n = count(&e->root.sup.child);

	for (size_t i = 0; plan != NULL && i < plan->n; i++)
		if (is_to_come(&plan->steps[i]))
			n += count(plan->steps[i].child);
	if (c->parent != NULL)
		n += count(c->fresh);
	arena_init(&c->arena, 0, NULL);
	c->nodes = ARENA_ARRAY(&c->arena, struct name_node, n);
	c->children = ARENA_ARRAY(&c->arena, struct child *, n);
	c->names.sorted = ARENA_ARRAY(&c->arena, const struct name_node *, n);
	if (c->nodes == NULL || c->children == NULL || c->names.sorted == NULL)
		return -ENOMEM;
	take(c, e, plan);
	return 0;
}

void
census_fini(struct census *c)
{
	arena_fini(&c->arena);
}

/* Whether the `n` nodes that `word` means are one; else what is wrong. */
static bool
is_one(const struct census *c, const char *directive, const char *word,
    size_t n, const struct name_node *found, char why[static CENSUS_WHY_SIZE])
{
	char path[NODE_PATH_SIZE];
	const struct name_node *near;

	if (n > 1)
		snprintf(why, CENSUS_WHY_SIZE,
		    "%s: %zu are called %s, such as %s; give the path",
		    directive, n, word, names_path(found, path, sizeof(path)));
	if (n > 0)
		return n == 1;
	near = names_near(&c->names, word);
	snprintf(why, CENSUS_WHY_SIZE, "%s: nothing is called %s%s%s%s",
	    directive, word, near != NULL ? ", did you mean " : "",
	    near != NULL ? names_path(near, path, sizeof(path)) : "",
	    near != NULL ? "?" : "");
	return false;
}

bool
census_is_to_start(const struct census *c, size_t idx)
{
	const struct name_node *node = &c->nodes[idx];

	/* Fresh, and not what a supervisor drops when it starts. */
	if (idx < c->first_fresh || idx >= c->after_fresh)
		return false;
	for (; c->parent == NULL && node != &c->nodes[c->first_fresh];
	     node = node->up)
		if (node->gone)
			return false;
	return true;
}

int
census_find(const struct census *c, size_t idx, const char *directive,
    const char *word, size_t *peer, char why[static CENSUS_WHY_SIZE])
{
	const struct name_node *found;
	size_t n = names_find(&c->names, &c->nodes[idx], word, &found);

	if (!is_one(c, directive, word, n, found, why))
		return census_is_to_start(c, idx) && (n > 0 || !c->partial) ?
		    -ENOENT :
		    0;
	*peer = (size_t)(found - c->nodes);
	return 1;
}

struct child *
census_outgoing(const struct census *c, size_t idx)
{
	const struct name_node *gone = NULL;

	if (idx >= c->first_to_come)
		gone = names_gone(&c->names, &c->nodes[idx]);
	return gone != NULL ? c->children[gone - c->nodes] : NULL;
}

bool
census_is_instance(const struct census *c, size_t idx)
{
	return !child_is_sup(c->children[idx - 1]) &&
	    c->nodes[idx - 1].up == c->nodes[idx].up &&
	    node_spec(c->children[idx - 1])->spec ==
	    node_spec(c->children[idx])->spec;
}
