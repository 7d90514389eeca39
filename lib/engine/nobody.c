/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/hash.h"
#include "engine/census.h"
#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/nobody.h"

/* What one look finds, and whom else it tells. */
struct nobody_look {
	struct control_client *client; /* or NULL */
	uint32_t *found;               /* owned until it is over */
	size_t n;
	size_t room;
};

static int
compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Without memory it is told once more the next time. */
static void
keep(struct nobody_look *look, uint32_t sum)
{
	if (look->n == look->room) {
		size_t room = look->room == 0 ? 8 : look->room * 2;
		uint32_t *found =
		    reallocarray(look->found, room, sizeof(*found));

		if (found == NULL)
			return;
		look->found = found;
		look->room = room;
	}
	look->found[look->n++] = sum;
}

void
nobody_found(struct engine *e, const struct census *c, size_t idx,
    const char *directive, const char *word, const char *why)
{
	const struct nobody *nobody = &e->nobody;
	char path[NODE_PATH_SIZE];
	struct record record;
	uint32_t sum;

	e->nobody.pending |= nobody->look == NULL;
	/* Of an array the first speaks for all. */
	if (nobody->look == NULL || census_is_instance(c, idx))
		return;
	node_path(c->children[idx], path);
	sum =
	    hash_text(hash_text(hash_text(HASH_BASIS, path), directive), word);
	keep(nobody->look, sum);
	if (nobody->ntold > 0 &&
	    bsearch(&sum, nobody->told, nobody->ntold, sizeof(sum), compare) !=
		NULL)
		return;
	record_begin(&record, RECORD_WARNING);
	record_text(&record, "child", path);
	record_text(&record, "name", word);
	record_text(&record, "message", why);
	engine_record(e, &record);
	if (nobody->look->client != NULL)
		control_record(nobody->look->client, &record, NULL);
}

/* Whether supervisors are at work, and some have an init. */
struct coming {
	bool busy;
	bool printed;
};

static void
look_coming(void *arg, struct child *child)
{
	struct coming *coming = arg;

	if (!child_is_sup(child))
		return;
	coming->printed |= child->prepares;
	coming->busy |= child_sup(child)->op != OP_IDLE ||
	    child->state == CHILD_STARTING || child->state == CHILD_RESTARTING;
}

/* Whether an init may still say what a name means. */
static bool
is_coming(struct engine *e)
{
	struct coming coming = { .busy = false };

	if (!e->told || !SLIST_EMPTY(&e->inits))
		return true;
	lookup_walk(&e->root.sup.child, look_coming, &coming);
	return coming.busy && coming.printed;
}

static void
look(struct engine *e, struct control_client *client)
{
	struct nobody_look look = { .client = client };

	e->nobody.look = &look;
	ties_look(e);
	free(e->nobody.told);
	if (look.n > 0)
		qsort(look.found, look.n, sizeof(*look.found), compare);
	e->nobody = (struct nobody){ .told = look.found, .ntold = look.n };
}

void
nobody_look(struct engine *e, struct control_client *client)
{
	if (is_coming(e))
		e->nobody.pending = true;
	else
		look(e, client);
}

void
nobody_turn(struct engine *e)
{
	if (e->nobody.pending && e->nstops == 0 && e->reload == NULL &&
	    !is_coming(e))
		look(e, NULL);
}

void
nobody_fini(struct engine *e)
{
	free(e->nobody.told);
}
