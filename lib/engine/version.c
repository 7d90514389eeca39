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
	if (child_is_sup(child))
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
versions_forget(struct engine *e)
{
	struct versions all = e->versions;
	struct version *version;

	SLIST_INIT(&e->versions);
	while ((version = SLIST_FIRST(&all)) != NULL) {
		SLIST_REMOVE_HEAD(&all, next);
		if (&version->conf == e->conf ||
		    is_of(&e->root.sup.child, &version->conf))
			SLIST_INSERT_HEAD(&e->versions, version, next);
		else
			version_free(version);
	}
}
