/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/names.h"
#include "engine/engine.h"
#include "engine/ties.h"

/* The tree while names are looked up in it. */
struct census {
	struct name_node *nodes;
	struct child **children; /* of each */
	struct names names;
	size_t n;
	struct child *fresh; /* as if it were the last of `parent`, if any */
	const struct sup *parent;
	size_t first_fresh; /* the nodes of `fresh`, from here */
	size_t after_fresh; /* to here */
	bool partial;       /* an init is yet to say what some names are */
};

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
enrol(struct census *c, struct child *child, size_t up)
{
	size_t self = c->n++;
	struct child *below;

	c->children[self] = child;
	c->nodes[self].name = node_name(child);
	/* A name in a file means what is of the file, if that is there. */
	c->nodes[self].gone = child->added || child->forgotten;
	if (self > 0)
		c->nodes[self].up = &c->nodes[up];
	if (!child_is_sup(child))
		return;
	TAILQ_FOREACH(below, &child_sup(child)->children, order)
		enrol(c, below, self);
	if (child->prepares && child != c->fresh && child->state != CHILD_UP)
		c->partial = c->parent == NULL;
	if (child == c->fresh && c->parent == NULL) {
		c->first_fresh = self;
		c->after_fresh = c->n;
	}
	if (c->fresh == NULL || child_sup(child) != c->parent)
		return;
	c->first_fresh = c->n;
	enrol(c, c->fresh, self);
	c->after_fresh = c->n;
}

static void
census_take(struct census *c, struct engine *e)
{
	enrol(c, &e->root.sup.child, 0);
	c->names.n = c->n;
	names_init(&c->names, c->nodes);
}

/* Whether one is above the other, which then ends with it anyway. */
static bool
is_in_line(const struct child *a, const struct child *b)
{
	return node_is_within(a, b) || node_is_within(b, a);
}

static struct tie *
tie_of(struct link *link)
{
	return (struct tie *)(void *)link;
}

/* The link of two, which is made if there is none; NULL: no memory. */
static struct tie *
tie_two(struct engine *e, struct child *a, struct child *b, bool lasting)
{
	struct link *link = link_find(a, b);
	struct tie *tie;

	if (link != NULL)
		return tie_of(link);
	tie = calloc(1, sizeof(*tie));
	if (tie == NULL)
		return NULL;
	link_init(&tie->link, a, b, lasting);
	LIST_INSERT_HEAD(&e->ties, tie, next);
	return tie;
}

static void
untie(struct engine *e, struct tie *tie)
{
	link_fini(&e->tree, &tie->link);
	ties_undone(&tie->link);
}

/* Whether the `n` nodes that `word` means are one; else what is wrong. */
static bool
is_one(const struct census *c, const char *directive, const char *word,
    size_t n, const struct name_node *found, char why[static TIES_WHY_SIZE])
{
	char path[NODE_PATH_SIZE];
	const struct name_node *near;

	if (n > 1)
		snprintf(why, TIES_WHY_SIZE,
		    "%s: %zu are called %s, such as %s; give the path",
		    directive, n, word, names_path(found, path, sizeof(path)));
	if (n > 0)
		return n == 1;
	near = names_near(&c->names, word);
	snprintf(why, TIES_WHY_SIZE, "%s: nothing is called %s%s%s%s",
	    directive, word, near != NULL ? ", did you mean " : "",
	    near != NULL ? names_path(near, path, sizeof(path)) : "",
	    near != NULL ? "?" : "");
	return false;
}

/* Whether the node is fresh, and not what a supervisor drops when it starts. */
static bool
is_to_start(const struct census *c, size_t idx)
{
	const struct name_node *node = &c->nodes[idx];

	if (idx < c->first_fresh || idx >= c->after_fresh)
		return false;
	for (; c->parent == NULL && node != &c->nodes[c->first_fresh];
	     node = node->up)
		if (node->gone)
			return false;
	return true;
}

/* The child that a word of the node `idx` means: 1; 0: there is none. */
static int
find(const struct census *c, size_t idx, const char *directive,
    const char *word, struct child **peer, char why[static TIES_WHY_SIZE])
{
	const struct name_node *found;
	size_t n = names_find(&c->names, &c->nodes[idx], word, &found);

	/* Of those that run, a file was checked, and this one is gone. */
	if (!is_one(c, directive, word, n, found, why)) {
		return is_to_start(c, idx) && (n > 0 || !c->partial) ? -ENOENT :
								       0;
	}
	*peer = c->children[found - c->nodes];
	return 1;
}

/* Ties the node `idx` to what one of its words means. */
static int
declare(struct engine *e, const struct census *c, size_t idx, const char *word,
    char why[static TIES_WHY_SIZE])
{
	struct child *child = c->children[idx], *peer;
	int error = find(c, idx, "link", word, &peer, why);
	struct tie *tie;

	if (error <= 0)
		return error;
	if (is_in_line(child, peer))
		return 0;
	tie = tie_two(e, child, peer, true);
	if (tie == NULL)
		return -ENOMEM;
	tie->link.lasting = true;
	tie->declared = true;
	return 0;
}

/* Has the node `idx`, a worker, monitor those that it names. */
static int
declare_monitors(const struct census *c, size_t idx,
    char why[static TIES_WHY_SIZE])
{
	struct worker *worker = node_worker(c->children[idx]);
	const struct link_words *words =
	    &worker->spec->spec->worker.peers.monitors;
	struct child *peer;

	monitor_undeclare(worker);
	for (size_t i = 0; i < words->n; i++) {
		int found =
		    find(c, idx, "monitor", words->list[i].name, &peer, why);

		if (found < 0)
			return found;
		if (found > 0 && !monitor_declare(worker, i, peer))
			return -ENOMEM;
	}
	return 0;
}

static int
declare_all(struct engine *e, const struct census *c,
    char why[static TIES_WHY_SIZE])
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < c->n; i++) {
		const struct link_words *links;

		if (child_is_sup(c->children[i]))
			continue;
		links = &node_spec(c->children[i])->spec->worker.peers.links;
		for (size_t k = 0; error == 0 && k < links->n; k++)
			error = declare(e, c, i, links->list[k].name, why);
		if (error == 0)
			error = declare_monitors(c, i, why);
	}
	return error;
}

/* A child that is to be added may wait until its supervisor has time. */
static bool
is_in_tree(const struct engine *e, const struct child *child)
{
	return node_is_within(child, &e->root.sup.child);
}

/* Whether no specification has it any more; of both ends the census knew. */
static bool
is_over(const struct engine *e, const struct tie *tie)
{
	return tie->link.lasting && !tie->declared &&
	    is_in_tree(e, tie->link.ends[0].peer) &&
	    is_in_tree(e, tie->link.ends[1].peer);
}

/* Makes the links of the census the only ones that last. */
static int
renew(struct engine *e, struct census *c, char why[static TIES_WHY_SIZE])
{
	struct tie *tie, *next;
	int error;

	census_take(c, e);
	LIST_FOREACH(tie, &e->ties, next)
		tie->declared = false;
	error = declare_all(e, c, why);
	if (error == 0)
		LIST_FOREACH_SAFE(tie, &e->ties, next, next)
			if (is_over(e, tie))
				untie(e, tie);
	return error;
}

int
ties_renew(struct engine *e, struct child *fresh, const struct sup *parent,
    char why[static TIES_WHY_SIZE])
{
	struct census c = { .fresh = fresh, .parent = parent };
	struct arena arena;
	int error = -ENOMEM;
	size_t n;

	if (e->conf->nlinks > 0)
		e->linked = true;
	if (!e->linked)
		return 0;
	n = count(&e->root.sup.child) + (fresh != NULL ? count(fresh) : 0);
	arena_init(&arena, 0, NULL);
	c.nodes = ARENA_ARRAY(&arena, struct name_node, n);
	c.children = ARENA_ARRAY(&arena, struct child *, n);
	c.names.sorted = ARENA_ARRAY(&arena, const struct name_node *, n);
	if (c.nodes != NULL && c.children != NULL && c.names.sorted != NULL)
		error = renew(e, &c, why);
	arena_fini(&arena);
	return error;
}

void
ties_look(struct engine *e, struct child *fresh, const struct sup *parent)
{
	char why[TIES_WHY_SIZE];

	if (ties_renew(e, fresh, parent, why) == -ENOMEM)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "no memory for links: not all of them are made");
}

bool
ties_ask(struct engine *e, struct child *a, struct child *b)
{
	struct tie *tie;

	if (is_in_line(a, b))
		return true;
	tie = tie_two(e, a, b, false);
	if (tie == NULL)
		return false;
	tie->link.live = true;
	return true;
}

void
ties_cut(struct engine *e, struct child *a, struct child *b)
{
	struct link *link = link_find(a, b);

	if (link == NULL)
		return;
	if (link->lasting)
		link->live = false;
	else
		untie(e, tie_of(link));
}

void
ties_undone(struct link *link)
{
	struct tie *tie = tie_of(link);

	LIST_REMOVE(tie, next);
	free(tie);
}

void
ties_freed(struct engine *e, struct child *child)
{
	struct link_end *end, *next;

	LIST_FOREACH_SAFE(end, &child->links, next, next)
		untie(e, tie_of(end->link));
	monitor_freed(child);
}

void
ties_fini(struct engine *e)
{
	struct tie *tie, *next;

	LIST_FOREACH_SAFE(tie, &e->ties, next, next)
		free(tie);
	LIST_INIT(&e->ties);
}
