/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/follow.h"
#include "engine/lookup.h"
#include "engine/query.h"
#include "engine/serve.h"

static struct follower *
follower_of(const struct engine *e, const struct control_client *client)
{
	struct follower *f;

	LIST_FOREACH(f, &e->follows.list, next)
		if (f->client == client)
			return f;
	return NULL;
}

/* The child of that id among those that are followed, or NULL. */
static struct followed *
find(struct follower *f, uint32_t id)
{
	/* Mostly the one that was found last. */
	for (size_t n = 0; n < f->n; n++, f->at++) {
		if (f->at >= f->n)
			f->at = 0;
		if (f->children[f->at].id == id)
			return &f->children[f->at];
	}
	return NULL;
}

static bool
add(struct follower *f, uint32_t id, uint32_t number)
{
	if (f->n == f->room) {
		size_t room = f->room == 0 ? 8 : 2 * f->room;
		struct followed *more =
		    reallocarray(f->children, room, sizeof(*more));

		if (more == NULL)
			return false;
		f->children = more;
		f->room = room;
	}
	f->children[f->n++] = (struct followed){ id, number };
	return true;
}

void
follow_outlet(struct engine *e, struct worker *worker, bool followed)
{
	if (worker->outlet != NULL)
		log_child(&e->outlets.log->memory, worker->outlet->child)
		    ->followed = followed;
}

/* The worker that is `child` in the memory of the logger; NULL: it is gone. */
static struct worker *
writer_of(struct engine *e, uint32_t child)
{
	const struct outlet *outlet = e->follows.latest;

	/* Mostly one writes several lines. */
	if (outlet == NULL || outlet->child != child)
		LIST_FOREACH(outlet, &e->outlets.list, link)
			if (outlet->child == child)
				break;
	e->follows.latest = outlet;
	return outlet != NULL ? outlet->worker : NULL;
}

/* Nobody follows anybody any more. */
static void
unfollow_all(struct engine *e)
{
	struct outlet *outlet;

	LIST_FOREACH(outlet, &e->outlets.list, link)
		follow_outlet(e, outlet->worker, false);
}

/* A follower of those of these names; NULL: no memory. */
static struct follower *
make(size_t nnames, const char *const *names)
{
	struct follower *f = calloc(1, sizeof(*f));
	size_t size = 1;
	char *to;

	for (size_t i = 0; i < nnames; i++)
		size += strlen(names[i]) + 1;
	if (f != NULL)
		f->names = to = malloc(size);
	if (f == NULL || f->names == NULL) {
		free(f);
		return NULL;
	}
	f->all = nnames == 0;
	f->nnames = nnames;
	for (size_t i = 0; i < nnames; i++)
		to = stpcpy(to, names[i]) + 1;
	return f;
}

void
logs_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct follower *f;

	if (nwords == 0 || strcmp(words[0], "--follow") != 0) {
		view_begin(e, client, query_logs, nwords, words);
		return;
	}
	f = make(nwords - 1, words + 1);
	if (f == NULL) {
		serve_no_memory(client);
		return;
	}
	if (LIST_EMPTY(&e->follows.list) && e->outlets.log != NULL)
		e->follows.seen = e->outlets.log->memory.head->nnews;
	f->client = client;
	LIST_INSERT_HEAD(&e->follows.list, f, next);
	view_begin(e, client, follow_child, nwords - 1, words + 1);
}

void
follow_child(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns)
{
	struct follower *f = follower_of(e, client);
	struct worker *worker = node_worker(child);
	struct log_last lines[LOG_LAST_MAX];
	size_t n;

	(void)now_ns;
	if (f == NULL || child_is_sup(child) || find(f, worker->id) != NULL)
		return;
	/* First: what is not among these lines is news. */
	follow_outlet(e, worker, true);
	n = outlet_last(e, worker, lines, LOG_LAST_MAX);
	for (size_t i = 0; i < n; i++)
		query_line(child, client, &lines[i], (int64_t)(n - 1 - i));
	if (!add(f, worker->id, n > 0 ? lines[n - 1].number : 0))
		f->lost++;
}

void
follow_replaced(struct engine *e, uint32_t first, uint32_t second)
{
	struct follower *f;

	LIST_FOREACH(f, &e->follows.list, next) {
		struct followed *followed = find(f, first);

		if (followed != NULL)
			followed->id = second;
	}
}

void
follow_begun(struct engine *e, struct control_client *client)
{
	struct follower *f = follower_of(e, client);

	if (f == NULL)
		return;
	f->begun = true;
	control_more(client, false);
}

static void
end(struct engine *e, struct follower *f)
{
	LIST_REMOVE(f, next);
	free(f->children);
	free(f->names);
	free(f);
	if (LIST_EMPTY(&e->follows.list))
		unfollow_all(e);
}

void
follow_ended(struct engine *e, const struct control_client *client)
{
	struct follower *f = follower_of(e, client);

	if (f != NULL && !f->begun)
		end(e, f);
}

void
follow_closed(struct engine *e, const struct control_client *client)
{
	struct follower *f = follower_of(e, client);

	if (f != NULL)
		end(e, f);
}

/* Whether he wants the lines of `worker`, which came later than he did. */
static bool
is_meant(const struct follower *f, const struct worker *worker)
{
	const char *name = f->names;

	for (size_t i = 0; i < f->nnames; i++, name += strlen(name) + 1)
		if (lookup_covers(name, &worker->child))
			return true;
	return f->all;
}

/* Whether the line is one for him. */
static bool
is_wanted(struct follower *f, const struct worker *worker, uint32_t number)
{
	struct followed *followed = find(f, worker->id);

	if (followed == NULL)
		return f->begun && is_meant(f, worker) &&
		    add(f, worker->id, number);
	if ((int32_t)(number - followed->number) <= 0)
		return false;
	followed->number = number;
	return true;
}

/* False: he is too slow. After that it takes more until he is not. */
static bool
tell_lost(struct follower *f)
{
	struct record r;

	if (f->lost == 0)
		return control_keeps_up(f->client);
	if (!control_has_room(f->client))
		return false;
	record_begin(&r, RECORD_LOST);
	record_number(&r, "count", (int64_t)f->lost);
	control_record(f->client, &r, NULL);
	f->lost = 0;
	return true;
}

static void
tell(struct engine *e, const struct log_news *news)
{
	struct worker *worker = writer_of(e, news->child);
	struct follower *f;

	/* Of one that is gone, or of an engine before this one. */
	if (worker == NULL)
		return;
	LIST_FOREACH(f, &e->follows.list, next) {
		if (!is_wanted(f, worker, news->line.number))
			continue;
		if (tell_lost(f))
			query_line(&worker->child, f->client, &news->line, -1);
		else
			f->lost++;
	}
}

void
follow_turn(struct engine *e)
{
	const struct log_memory *memory;
	struct log_news news;
	struct follower *f;
	uint32_t lost;

	if (LIST_EMPTY(&e->follows.list) || e->outlets.log == NULL)
		return;
	memory = &e->outlets.log->memory;
	/* Before it is looked at: what comes behind that is told of anew. */
	memory->head->roused = false;
	while (log_news_get(memory, &e->follows.seen, &news, &lost)) {
		if (lost > 0)
			LIST_FOREACH(f, &e->follows.list, next)
				f->lost += lost;
		tell(e, &news);
	}
	LIST_FOREACH(f, &e->follows.list, next)
		(void)tell_lost(f);
}
