/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/reload_init.h"

static struct init *
find(const struct inits *inits, const struct supervisor *supervisor)
{
	struct init *init;

	SLIST_FOREACH(init, inits, next)
		if (init->supervisor == supervisor)
			break;
	return init;
}

static size_t
count_busy(const struct inits *inits)
{
	const struct init *init;
	size_t n = 0;

	SLIST_FOREACH(init, inits, next)
		n += init->state == INIT_RUNS;
	return n;
}

bool
inits_busy(const struct inits *inits)
{
	return count_busy(inits) > 0;
}

/* The supervisor of that name, looked for from `from` on and then before. */
static struct child *
find_child(struct sup *sup, struct child *from, const char *name)
{
	struct child *child = from;

	if (child == NULL)
		return NULL;
	do {
		if (child_is_sup(child) && !child->forgotten &&
		    strcmp(node_name(child), name) == 0)
			return child;
		child = TAILQ_NEXT(child, order);
		if (child == NULL)
			child = TAILQ_FIRST(&sup->children);
	} while (child != from);
	return NULL;
}

/* What `supervisor` is to be; NULL: that is not known, or not yet. */
static const struct spec *
ask(struct engine *e, struct inits *inits, struct supervisor *supervisor,
    const struct spec *spec, bool *memory)
{
	const struct child *child = &supervisor->sup.child;
	struct init *init;

	if (spec->sup.scope == NULL)
		return spec;
	if (find(inits, supervisor) != NULL ||
	    (child->state != CHILD_UP && child->state != CHILD_STARTING) ||
	    count_busy(inits) >= INITS_MAX)
		return inits_body(inits, child, spec);
	init = init_new(e, supervisor, spec);
	if (init != NULL)
		SLIST_INSERT_HEAD(inits, init, next);
	*memory = init != NULL;
	return NULL;
}

/* Runs that of `supervisor`, or those below it. */
static bool
walk(struct engine *e, struct inits *inits, struct supervisor *supervisor,
    const struct spec *spec)
{
	struct sup *sup = &supervisor->sup;
	struct child *child, *next = TAILQ_FIRST(&sup->children);
	bool memory = true;

	spec = ask(e, inits, supervisor, spec, &memory);
	for (size_t i = 0; memory && spec != NULL && i < spec->sup.nchildren;
	     i++) {
		const struct child_spec *below = &spec->sup.children[i];

		if (below->spec->policy.kind != KIND_SUPERVISOR)
			continue;
		child = find_child(sup, next, below->name);
		if (child == NULL)
			continue;
		memory = walk(e, inits, node_supervisor(child), below->spec);
		next = TAILQ_NEXT(child, order);
		if (next == NULL)
			next = TAILQ_FIRST(&sup->children);
	}
	return memory;
}

bool
inits_run(struct engine *e, struct inits *inits, const struct spec *root)
{
	return walk(e, inits, &e->root, root);
}

const struct spec *
inits_body(const struct inits *inits, const struct child *child,
    const struct spec *spec)
{
	const struct init *init;

	if (inits == NULL)
		return NULL;
	SLIST_FOREACH(init, inits, next)
		if (init->supervisor != NULL &&
		    &init->supervisor->sup.child == child &&
		    init->spec == spec && init->state == INIT_PRINTED)
			return init->version->conf.root;
	return NULL;
}

int
inits_fit(struct engine *e, const struct inits *inits)
{
	const struct init *init;
	int error = 0;

	SLIST_FOREACH(init, inits, next)
		if (error == 0 && init->state == INIT_PRINTED)
			error = environment_fit(&e->environment,
			    init->version->conf.root);
	return error;
}

void
inits_keep(struct engine *e, struct inits *inits)
{
	struct init *init;

	SLIST_FOREACH(init, inits, next) {
		/* Steps are about them, even where a rule had no memory. */
		if (init->state != INIT_PRINTED || init->supervisor == NULL)
			continue;
		e->linked |= init->version->conf.nlinks > 0;
		version_keep(e, init->supervisor, init->version);
		init->version = NULL;
		init->state = INIT_KEPT;
	}
}

void
inits_tell_kept(const struct inits *inits, struct control_client *client)
{
	char path[NODE_PATH_SIZE], text[REASON_TEXT_SIZE];
	const struct init *init;
	struct record record;

	SLIST_FOREACH(init, inits, next) {
		if (init->state != INIT_IGNORED || init->supervisor == NULL)
			continue;
		record_begin(&record, RECORD_PLAN);
		record_text(&record, "action", "keep");
		record_text(&record, "child",
		    node_path(&init->supervisor->sup.child, path));
		record_text(&record, "reason",
		    reason_text(reason_exit(init->program->value), text));
		control_record(client, &record, NULL);
	}
}

const struct init *
inits_untied(struct engine *e, const struct inits *inits,
    char why[static TIES_WHY_SIZE])
{
	const struct init *init;

	SLIST_FOREACH(init, inits, next)
		if (init->supervisor != NULL && init->state == INIT_KEPT &&
		    ties_renew(e, &init->supervisor->sup.child, NULL, why) ==
			-ENOENT)
			break;
	return init;
}

void
inits_freed(struct inits *inits, const struct child *child)
{
	struct init *init;

	SLIST_FOREACH(init, inits, next)
		if (init->supervisor != NULL &&
		    node_is_within(&init->supervisor->sup.child, child))
			init->supervisor = NULL;
}
