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
	char path[NODE_PATH_SIZE]; /* of the child at hand */
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
is_meant(struct search *s, const struct child *child)
{
	const char *own =
	    s->whole ? node_path(child, s->path) : node_name(child);

	/* The root is meant by its name alone. */
	if (s->pattern)
		return child->sup != NULL &&
		    fnmatch(s->name, own, FNM_PATHNAME) == 0;
	return strcmp(s->name, own) == 0;
}

bool
lookup_covers(const char *name, const struct child *child)
{
	struct search s = {
		.name = name,
		.whole = strchr(name, '/') != NULL,
		.pattern = lookup_is_pattern(name),
	};

	while (!is_meant(&s, child)) {
		if (child->sup == NULL)
			return false;
		child = &child->sup->child;
	}
	return true;
}

/* The child of `sup` that is called by the first `len` bytes of `name`. */
static struct child *
find_below(const struct sup *sup, const char *name, size_t len)
{
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order) {
		const char *own = node_name(child);

		if (!child->forgotten && strncmp(own, name, len) == 0 &&
		    own[len] == '\0')
			return child;
	}
	return NULL;
}

/* Finds the child of that path, part by part. */
static bool
find_path(struct supervisor *root, const char *path, struct child **found)
{
	struct child *child = &root->sup.child;
	size_t len;

	*found = child;
	if (strcmp(path, node_name(child)) == 0)
		return true;
	do {
		if (!child_is_sup(child))
			return false;
		len = strcspn(path, "/");
		child = find_below(child_sup(child), path, len);
		path += len;
	} while (child != NULL && *path++ != '\0');
	*found = child;
	return child != NULL;
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

/* Whether `own` is that of an instance of the array `name`. */
static bool
is_instance(const char *own, const char *name)
{
	size_t len = strlen(name);

	return strncmp(own, name, len) == 0 && own[len] == '.' &&
	    own[len + 1] != '\0' &&
	    own[len + 1 + strspn(own + len + 1, "0123456789")] == '\0';
}

/* Looks whether the child's name is near the one that nobody has. */
static void
try_near(void *arg, struct child *child)
{
	struct search *s = arg;
	unsigned before = s->near.distance;

	if (s->lookup->array)
		return;
	s->lookup->array =
	    is_instance(s->whole ? node_path(child, s->path) : node_name(child),
		s->name);
	if (s->lookup->array) {
		node_path(child, s->lookup->near);
		return;
	}
	near_try(&s->near, node_name(child));
	near_try(&s->near, node_path(child, s->path));
	if (s->near.distance < before)
		strlcpy(s->lookup->near, s->path, sizeof(s->lookup->near));
}

enum lookup_result
lookup(struct lookup *l, struct supervisor *root, const char *name)
{
	struct search s = {
		.lookup = l,
		.name = name,
		.whole = strchr(name, '/') != NULL,
		.pattern = lookup_is_pattern(name),
		.near = near_start(name),
	};
	struct child *top = &root->sup.child;
	struct child *child;

	l->n = 0;
	l->near[0] = '\0';
	l->array = false;
	if (!s.pattern && find_path(root, name, &child)) {
		l->visit(l->arg, child);
		return LOOKUP_FOUND;
	}
	if (s.pattern || !s.whole)
		lookup_walk(top, try, &s);
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
