/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "engine/act.h"
#include "engine/engine.h"
#include "engine/health.h"
#include "engine/lookup.h"
#include "engine/metrics.h"
#include "engine/query.h"
#include "engine/serve.h"
#include "engine/view.h"
#include "engine/waiters.h"
#include "os/clock.h"

void
serve_no_memory(struct control_client *client)
{
	control_error(client, CONTROL_FAILED, "no memory");
}

void
serve_diags(struct engine *e, struct control_client *client,
    const struct diag_list *diags)
{
	char text[RECORD_LINE_MAX / 2];
	struct record r;
	size_t len;

	for (size_t i = 0; i < diags->nitems; i++) {
		const struct diag *diag = &diags->items[i];

		(void)diag_format(diag, false, text, sizeof(text));
		/* Of a record's text the last line needs no end. */
		len = strlen(text);
		if (len > 0 && text[len - 1] == '\n')
			text[len - 1] = '\0';
		if (client == NULL) {
			reporter_message(&e->reporter,
			    diag->severity == DIAG_ERROR ? RECORD_ERROR :
							   RECORD_WARNING,
			    "%s", text);
			continue;
		}
		record_begin(&r, RECORD_LINE);
		record_text(&r, "text", text);
		control_record(client, &r, NULL);
	}
}

const char *
serve_names(struct child *const *children, size_t n)
{
	/* Too much to be cleared on the stack for a few names. */
	static char list[LOOKUP_CANDIDATES * 80], path[NODE_PATH_SIZE];
	size_t len = 0;

	list[0] = '\0';
	for (size_t i = 0; i < n && i < LOOKUP_CANDIDATES; i++) {
		strlcat(list, i == 0 ? "" : ", ", sizeof(list));
		len = strlcat(list, node_path(children[i], path), sizeof(list));
	}
	if (n > LOOKUP_CANDIDATES && len < sizeof(list))
		snprintf(list + len, sizeof(list) - len, " and %zu more",
		    n - LOOKUP_CANDIDATES);
	return list;
}

bool
serve_each(struct engine *e, struct control_client *client, const char *name,
    void (*visit)(void *arg, struct child *child), void *arg)
{
	struct lookup l = { .visit = visit, .arg = arg };

	switch (lookup(&l, &e->root, name)) {
	case LOOKUP_FOUND:
		return true;
	case LOOKUP_NONE:
		if (lookup_is_pattern(name))
			control_error(client, CONTROL_NO_SUCH_NAME,
			    "the pattern %s matches nothing", name);
		else if (l.array)
			control_error(client, CONTROL_NO_SUCH_NAME,
			    "nothing is called %s, did you mean %s, or '%s.*' "
			    "for all of that array?",
			    name, l.near, name);
		else if (l.near[0] != '\0')
			control_error(client, CONTROL_NO_SUCH_NAME,
			    "nothing is called %s, did you mean %s?", name,
			    l.near);
		else
			control_error(client, CONTROL_NO_SUCH_NAME,
			    "nothing is called %s: `supervise status` "
			    "names all",
			    name);
		return false;
	case LOOKUP_AMBIGUOUS:
		break;
	}
	control_error(client, CONTROL_AMBIGUOUS,
	    "%zu are called %s: %s; give the path", l.n, name,
	    serve_names(l.candidates, l.n));
	return false;
}

static void
take_one(void *arg, struct child *child)
{
	struct child **found = arg;

	*found = child;
}

struct child *
serve_one(struct engine *e, struct control_client *client, const char *name)
{
	struct child *child = NULL;

	if (lookup_is_pattern(name))
		control_error(client, CONTROL_USAGE,
		    "%s is a pattern, expected one name", name);
	else
		(void)serve_each(e, client, name, take_one, &child);
	return child;
}

static void
serve_count(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct child *child =
	    serve_one(e, client, nwords == 0 ? "root" : words[0]);

	if (child == NULL)
		return;
	if (!child_is_sup(child)) {
		control_error(client, CONTROL_FAILED,
		    "%s is a worker, only supervisors have children", words[0]);
		return;
	}
	query_count(e, child, client);
	control_ok(client);
}

static void
serve_events(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	(void)e;
	(void)nwords;
	(void)words;
	/* It goes on until the client leaves, or everything ends. */
	control_follow(client);
}

static const struct verb verbs[] = {
	{ "status", 0, SIZE_MAX, "[NAME...]", .query = query_status },
	{ "metrics", 0, SIZE_MAX, "[NAME...]", .query = query_metrics },
	{ "healthy", 0, SIZE_MAX, "[NAME...]", .serve = health_serve },
	{ "pid", 1, SIZE_MAX, "NAME...", .query = query_pid },
	{ "spec", 1, SIZE_MAX, "NAME...", .query = query_spec },
	{ "count", 0, 1, "[NAME]", .serve = serve_count },
	{ "why", 1, SIZE_MAX, "NAME...", .query = query_why },
	{ "logs", 0, SIZE_MAX, "[--follow] [NAME...]", .serve = logs_serve },
	{ "events", 0, 0, "", .serve = serve_events },
	{ "monitor", 1, SIZE_MAX, "NAME...", .serve = monitor_serve },
	{ "wait", 1, SIZE_MAX, WAIT_USAGE, .serve = wait_serve },
	{ "start", 1, SIZE_MAX, "[--no-wait] NAME...", .serve = act_start },
	{ "stop", 1, SIZE_MAX, "[--keep] [--no-wait] NAME...",
	    .serve = act_stop },
	{ "restart", 1, SIZE_MAX, "[--no-wait] NAME...", .serve = act_restart },
	{ "replace", 1, SIZE_MAX, "[--no-wait] NAME...", .serve = act_replace },
	{ "delete", 1, SIZE_MAX, "[--no-wait] NAME...", .serve = act_delete },
	{ "add", 2, 3, "[--no-wait] SUPERVISOR TEXT", .serve = act_add },
	{ "link", 0, 2, "[NAME [NAME]]", .serve = act_link },
	{ "unlink", 2, 2, "NAME NAME", .serve = act_unlink },
	{ "throw", 3, 3, "NAME RUN VALUE", .serve = act_throw },
	{ "signal", 2, SIZE_MAX, "SIGNAL NAME...", .serve = act_signal },
	{ "reload", 0, 1, "[--dry-run]", .serve = reload_serve },
	{ "down", 0, 0, "", .serve = act_down },
};
#define NVERBS (sizeof(verbs) / sizeof(verbs[0]))

static void
unknown(struct control_client *client, const char *word)
{
	struct near near = near_start(word);

	for (size_t i = 0; i < NVERBS; i++)
		near_try(&near, verbs[i].name);
	if (near.best != NULL)
		control_error(client, CONTROL_USAGE,
		    "no request %s, did you mean %s?", word, near.best);
	else
		control_error(client, CONTROL_USAGE, "no request %s", word);
}

static void
request(void *ctx, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct engine *e = ctx;

	for (size_t i = 0; i < NVERBS; i++) {
		const struct verb *verb = &verbs[i];

		if (strcmp(words[0], verb->name) != 0)
			continue;
		if (nwords - 1 < verb->min || nwords - 1 > verb->max)
			control_error(client, CONTROL_USAGE, "%s takes: %s",
			    verb->name,
			    *verb->usage != '\0' ? verb->usage : "no words");
		else if (verb->query != NULL)
			view_begin(e, client, verb->query, nwords - 1,
			    words + 1);
		else
			verb->serve(e, client, nwords - 1, words + 1);
		return;
	}
	unknown(client, words[0]);
}

static void
closed(void *ctx, struct control_client *client)
{
	act_closed(ctx, client);
	adding_closed(ctx, client);
	wait_closed(ctx, client);
	monitor_closed(ctx, client);
	view_closed(ctx, client);
	follow_closed(ctx, client);
	reload_closed(ctx, client);
}

/*
 * Another supervisor has taken the place since the command looked: nothing
 * starts here. A later engine of ours goes on without it instead.
 */
static void
give_way(struct engine *e, const char *why)
{
	char line[CONTROL_WHY_SIZE + 16];

	snprintf(line, sizeof(line), "supervise: %s\n", why);
	give_up_tell_caller(e, line);
	reporter_say(&e->reporter, line);
	e->refused = true;
	e->done = true;
}

void
serve_init(struct engine *e, bool again)
{
	const struct control_handler handler = {
		.ctx = e,
		.request = request,
		.closed = closed,
	};
	char why[CONTROL_WHY_SIZE];
	pid_t rival;
	int error;

	e->serve_ns = CLOCK_NEVER;
	TAILQ_INIT(&e->views);
	TAILQ_INIT(&e->waiters);
	LIST_INIT(&e->watchers);
	LIST_INIT(&e->follows.list);
	SLIST_INIT(&e->orders);
	if (e->run->placeless != NULL)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "no control socket, everything else works: %s",
		    e->run->placeless);
	if (e->run->place == NULL)
		return;
	error = control_server_open(&e->server, &e->loop, e->run->place,
	    &handler, &rival, why);
	if (error == -EADDRINUSE && !again)
		give_way(e, why);
	else if (error < 0)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "no control socket, everything else works: %s", why);
	else
		e->serving =
		    asprintf(&e->environment.socket, "SUPERVISE_SOCKET=%s",
			e->run->place->path) != -1;
}

int64_t
serve_turn(struct engine *e)
{
	int64_t at_ns;

	if (!e->serving)
		return CLOCK_NEVER;
	wait_look(e);
	view_turn(e);
	follow_turn(e);
	at_ns = control_server_turn(&e->server);
	/* A request may have done what somebody waits for. */
	if (view_can_go_on(e) || (e->changed && !TAILQ_EMPTY(&e->waiters)))
		return 0;
	return at_ns;
}

void
serve_fini(struct engine *e)
{
	if (!e->serving)
		return;
	act_down_done(e);
	follow_turn(e);
	control_server_close(&e->server);
}
