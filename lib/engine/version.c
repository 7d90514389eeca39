/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/version.h"

/* Whether something of `child` or below it is as `conf` says. */
static bool
is_of(struct child *child, const struct conf *conf)
{
	struct child *below;

	if (arena_has(&conf->arena, child->policy) ||
	    arena_has(&conf->arena, node_spec(child)))
		return true;
	if (!child_is_sup(child))
		return false;
	if (arena_has(&conf->arena, node_supervisor(child)->body))
		return true;
	TAILQ_FOREACH(below, &child_sup(child)->children, order)
		if (is_of(below, conf))
			return true;
	return false;
}

void
version_free(struct version *version)
{
	conf_fini(&version->conf);
	free(version);
}

void
versions_fini(struct versions *versions)
{
	struct version *version;

	while ((version = SLIST_FIRST(versions)) != NULL) {
		SLIST_REMOVE_HEAD(versions, next);
		version_free(version);
	}
}

/* Frees those but `current` that `top`, and what is below it, is not like. */
static void
forget(struct versions *versions, struct child *top, const struct conf *current)
{
	struct versions all = *versions;
	struct version *version;

	SLIST_INIT(versions);
	while ((version = SLIST_FIRST(&all)) != NULL) {
		SLIST_REMOVE_HEAD(&all, next);
		if (&version->conf == current || is_of(top, &version->conf))
			SLIST_INSERT_HEAD(versions, version, next);
		else
			version_free(version);
	}
}

static void
forget_printed(struct child *top)
{
	struct child *child;

	if (!child_is_sup(top))
		return;
	forget(&node_supervisor(top)->versions, top, NULL);
	TAILQ_FOREACH(child, &child_sup(top)->children, order)
		forget_printed(child);
}

void
version_keep(struct engine *e, struct supervisor *supervisor,
    struct version *version)
{
	SLIST_INSERT_HEAD(&supervisor->versions, version, next);
	/* The steps of a reload are about specifications of any of them. */
	if (e->reload == NULL || !e->reload->begun)
		forget(&supervisor->versions, &supervisor->sup.child, NULL);
}

void
versions_forget(struct engine *e)
{
	forget(&e->versions, &e->root.sup.child, e->conf);
	forget_printed(&e->root.sup.child);
}
