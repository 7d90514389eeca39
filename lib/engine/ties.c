/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/log.h"
#include "engine/census.h"
#include "engine/engine.h"
#include "engine/ties.h"

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

/* Ties two for as long as a specification says so. */
static int
declare_two(struct engine *e, struct child *a, struct child *b)
{
	struct tie *tie;

	if (b == NULL || is_in_line(a, b))
		return 0;
	tie = tie_two(e, a, b, true);
	if (tie == NULL)
		return -ENOMEM;
	tie->link.lasting = true;
	tie->declared = true;
	return 0;
}

/* Ties the node `idx` to what one of its words means. */
static int
declare(struct engine *e, const struct census *c, size_t idx, const char *word,
    char why[static TIES_WHY_SIZE])
{
	struct child *child = c->children[idx];
	size_t peer;
	int found = census_find(c, idx, "link", word, &peer, why);

	if (found == 0)
		nobody_found(e, c, idx, "link", word, why);
	if (found <= 0)
		return found;
	/* Until its place is taken that is its peer still. */
	found = declare_two(e, child, census_outgoing(c, peer));
	return found == 0 ? declare_two(e, child, c->children[peer]) : found;
}

/* Has a worker monitor one whom its name number `nth` means. */
static int
declare_monitor(struct worker *worker, size_t nth, struct child *peer)
{
	return peer == NULL || monitor_declare(worker, nth, peer) ? 0 : -ENOMEM;
}

/* Has the node `idx`, a worker, monitor those that it names. */
static int
declare_monitors(struct engine *e, const struct census *c, size_t idx,
    char why[static TIES_WHY_SIZE])
{
	struct worker *worker = node_worker(c->children[idx]);
	const struct link_words *words =
	    &worker->spec->spec->worker.peers.monitors;
	int found = 0;
	size_t peer;

	monitor_undeclare(worker);
	for (size_t i = 0; found >= 0 && i < words->n; i++) {
		const char *word = words->list[i].name;

		found = census_find(c, idx, "monitor", word, &peer, why);
		if (found == 0)
			nobody_found(e, c, idx, "monitor", word, why);
		if (found <= 0)
			continue;
		found = declare_monitor(worker, i, census_outgoing(c, peer));
		if (found == 0)
			found = declare_monitor(worker, i, c->children[peer]);
	}
	return found < 0 ? found : 0;
}

/* Why `child` cannot read what `worker` writes; NULL: it can. */
static const char *
unfit(const struct worker *worker, const struct child *child)
{
	if (child_is_sup(child))
		return "is a supervisor";
	if (child == &worker->child)
		return "cannot log to itself";
	if (log_input_is_own(&node_spec(child)->spec->worker))
		return "has a standard input of its own";
	return NULL;
}

/* Has the node `idx`, a worker, log to whom the word of the stream means. */
static int
declare_log(struct engine *e, const struct census *c, size_t idx, int stream,
    char why[static TIES_WHY_SIZE])
{
	struct worker *worker = node_worker(c->children[idx]);
	const struct log_spec *log =
	    outlet_log(&worker->spec->spec->worker.logs, stream);
	const char *word = log->to.name, *wrong;
	struct child *outgoing;
	size_t peer;
	int found;

	if (log->word != LOG_TO)
		return 0;
	found = census_find(c, idx, "log to", word, &peer, why);
	wrong = found == 1 ? unfit(worker, c->children[peer]) : NULL;
	if (wrong != NULL) {
		snprintf(why, TIES_WHY_SIZE, "log to: %s %s", word, wrong);
		found = census_is_to_start(c, idx) ? -ENOENT : 0;
	}
	if (found == 0)
		nobody_found(e, c, idx, "log to", word, why);
	if (found <= 0)
		return found;
	outgoing = census_outgoing(c, peer);
	return log_to_declare(worker, stream, node_worker(c->children[peer]),
		   outgoing == NULL || child_is_sup(outgoing) ?
		       NULL :
		       node_worker(outgoing)) ?
	    0 :
	    -ENOMEM;
}

static int
declare_logs(struct engine *e, const struct census *c, size_t idx,
    char why[static TIES_WHY_SIZE])
{
	int error = 0;

	log_to_undeclare(node_worker(c->children[idx]));
	for (int i = 0; i < LOG_NSTREAMS && error == 0; i++)
		error = declare_log(e, c, idx, i, why);
	return error;
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
			error = declare_monitors(e, c, i, why);
		if (error == 0)
			error = declare_logs(e, c, i, why);
	}
	return error;
}

/* A child that is to be added may wait until its supervisor has time. */
static bool
is_in_tree(const struct engine *e, const struct child *child)
{
	return node_is_within(child, &e->root.sup.child);
}

/* The file has the pair no more; what somebody asked for is not the file's. */
static void
let_go(struct engine *e, struct tie *tie)
{
	tie->link.lasting = false;
	if (!tie->link.asked)
		untie(e, tie);
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

	LIST_FOREACH(tie, &e->ties, next)
		tie->declared = false;
	error = declare_all(e, c, why);
	if (error == 0)
		LIST_FOREACH_SAFE(tie, &e->ties, next, next)
			if (is_over(e, tie))
				let_go(e, tie);
	return error;
}

int
ties_renew(struct engine *e, struct child *fresh, const struct sup *parent,
    char why[static TIES_WHY_SIZE])
{
	struct census c = { .fresh = fresh, .parent = parent };
	int error;

	if (e->conf->nlinks > 0)
		e->linked = true;
	if (!e->linked)
		return 0;
	error = census_init(&c, e);
	if (error == 0)
		error = renew(e, &c, why);
	census_fini(&c);
	return error;
}

void
ties_look(struct engine *e)
{
	char why[TIES_WHY_SIZE];

	if (ties_renew(e, NULL, NULL, why) == -ENOMEM)
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
	tie->link.live = tie->link.asked = true;
	return true;
}

void
ties_replaced(struct engine *e, struct child *second, struct child *first)
{
	struct link_end *end, *next;

	LIST_FOREACH_SAFE(end, &first->links, next, next) {
		struct tie *tie = tie_of(end->link);

		if (tie->link.asked)
			(void)ties_ask(e, second, end->peer);
		/* Its end is told already: what stays is undone with that. */
		if (!first->tells)
			untie(e, tie);
	}
	ties_look(e);
}

bool
ties_cut(struct engine *e, struct child *a, struct child *b)
{
	struct link *link = link_find(a, b);
	bool was = link != NULL && (link->live || link->asked);

	if (link == NULL)
		return false;
	if (link->lasting)
		link->live = link->asked = false;
	else
		untie(e, tie_of(link));
	return was;
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
