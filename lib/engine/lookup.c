/* SPDX-License-Identifier: ISC */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "engine/lookup.h"

/* One search. */
struct search {
	struct lookup *lookup;
	const char *name;
	bool whole; /* compare paths, else last parts */
	bool pattern;
	struct near near;
};

void
lookup_walk(struct child *child, void (*visit)(void *arg, struct child *child),
    void *arg)
{
	struct child *below;

	visit(arg, child);
	if (!child_is_sup(child))
		return;
	TAILQ_FOREACH(below, &child_sup(child)->children, order)
		if (!below->forgotten)
			lookup_walk(below, visit, arg);
}

bool
lookup_is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

static bool
is_meant(const struct search *s, struct child *child)
{
	char path[NODE_PATH_SIZE];
	const char *own = s->whole ? node_path(child, path) : node_name(child);

	/* The root is meant by its name alone. */
	if (s->pattern)
		return child->sup != NULL &&
		    fnmatch(s->name, own, FNM_PATHNAME) == 0;
	return strcmp(s->name, own) == 0;
}

static void
try(void *arg, struct child *child)
{
	struct search *s = arg;
	struct lookup *l = s->lookup;

	if (!is_meant(s, child))
		return;
	if (l->n < LOOKUP_CANDIDATES)
		l->candidates[l->n] = child;
	l->n++;
	if (s->pattern)
		l->visit(l->arg, child);
}

/* Looks whether the child's name is near the one that nobody has. */
static void
try_near(void *arg, struct child *child)
{
	struct search *s = arg;
	unsigned before = s->near.distance;
	char path[NODE_PATH_SIZE];

	near_try(&s->near, node_name(child));
	near_try(&s->near, node_path(child, path));
	if (s->near.distance < before)
		snprintf(s->lookup->near, sizeof(s->lookup->near), "%s", path);
}

enum lookup_result
lookup(struct lookup *l, struct supervisor *root, const char *name)
{
	struct search s = {
		.lookup = l,
		.name = name,
		.whole = true,
		.pattern = lookup_is_pattern(name),
		.near = near_start(name),
	};
	struct child *top = &root->sup.child;

	l->n = 0;
	l->near[0] = '\0';
	if (s.pattern && strchr(name, '/') == NULL)
		s.whole = false;
	lookup_walk(top, try, &s);
	if (l->n == 0 && s.whole && strchr(name, '/') == NULL) {
		s.whole = false;
		lookup_walk(top, try, &s);
	}
	if (l->n == 0) {
		lookup_walk(top, try_near, &s);
		return LOOKUP_NONE;
	}
	if (s.pattern)
		return LOOKUP_FOUND;
	if (l->n > 1)
		return LOOKUP_AMBIGUOUS;
	l->visit(l->arg, l->candidates[0]);
	return LOOKUP_FOUND;
}
