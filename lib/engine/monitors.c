/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/mailbox.h"
#include "engine/monitors.h"
#include "engine/serve.h"

/* A request at work. */
struct asked {
	struct watcher *watcher;
	bool no_memory;
};

bool
monitor_is_running(struct child *child)
{
	/* Commands around a run, and what is left of one, are none. */
	return child_runs(child) &&
	    (child_is_sup(child) || node_worker(child)->watch.fd != -1);
}

static void
begin(struct record *r, enum record_event event, const char *name,
    struct child *child)
{
	record_begin(r, event);
	record_text(r, "name", name);
	if (child != NULL && !child_is_sup(child))
		record_number(r, "pid", node_worker(child)->pid);
}

/* There is no run. */
static void
tell_noproc(struct control_client *client, const char *name)
{
	struct record r;

	begin(&r, RECORD_DOWN, name, NULL);
	record_text(&r, "reason", "noproc");
	control_record(client, &r, NULL);
}

static void
monitor_one(void *arg, struct child *child)
{
	struct asked *asked = arg;
	char path[NODE_PATH_SIZE];
	struct monitor *monitor;
	struct record r;

	if (!monitor_is_running(child)) {
		tell_noproc(asked->watcher->client, node_path(child, path));
		return;
	}
	monitor = malloc(sizeof(*monitor));
	if (monitor == NULL) {
		asked->no_memory = true;
		return;
	}
	*monitor = (struct monitor){ .watcher = asked->watcher };
	LIST_INSERT_HEAD(node_monitors(child), monitor, of_child);
	LIST_INSERT_HEAD(&asked->watcher->monitors, monitor, of_watcher);
	begin(&r, RECORD_MONITOR, node_path(child, path), child);
	record_number(&r, "run", child->run);
	control_record(asked->watcher->client, &r, NULL);
}

/* Frees it with what it still waits for. */
static void
end(struct watcher *watcher)
{
	struct monitor *monitor, *next;

	LIST_FOREACH_SAFE(monitor, &watcher->monitors, of_watcher, next) {
		LIST_REMOVE(monitor, of_child);
		LIST_REMOVE(monitor, of_watcher);
		free(monitor);
	}
	LIST_REMOVE(watcher, next);
	free(watcher);
}

/*
 * As in OTP a name that nobody has is that of no process, but a hint may be
 * welcome.
 */
static void
tell_none(struct control_client *client, const char *name, const char *near)
{
	char message[NODE_PATH_SIZE * 2 + 64];
	struct record r;

	snprintf(message, sizeof(message), "nothing is called %.*s%s%s%s",
	    NODE_PATH_SIZE, name, *near != '\0' ? ", did you mean " : "", near,
	    *near != '\0' ? "?" : "");
	record_begin(&r, RECORD_WARNING);
	record_text(&r, "message", message);
	control_record(client, &r, NULL);
	tell_noproc(client, name);
}

/* False: the request was answered with an error. */
static bool
monitor_name(struct engine *e, struct asked *asked, const char *name)
{
	struct control_client *client = asked->watcher->client;
	struct lookup l = { .visit = monitor_one, .arg = asked };
	enum lookup_result result = lookup(&l, &e->root, name);

	if (asked->no_memory) {
		serve_no_memory(client);
		return false;
	}
	if (result == LOOKUP_NONE && !lookup_is_pattern(name))
		tell_none(client, name, l.near);
	else if (result != LOOKUP_FOUND)
		/* It says what is wrong. */
		return serve_each(e, client, name, monitor_one, asked);
	return true;
}

void
monitor_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct asked asked = { .watcher = calloc(1, sizeof(*asked.watcher)) };

	if (asked.watcher == NULL) {
		serve_no_memory(client);
		return;
	}
	asked.watcher->client = client;
	LIST_INSERT_HEAD(&e->watchers, asked.watcher, next);
	for (size_t i = 0; i < nwords; i++)
		if (!monitor_name(e, &asked, words[i])) {
			end(asked.watcher);
			return;
		}
	if (LIST_EMPTY(&asked.watcher->monitors)) {
		end(asked.watcher);
		control_ok(client);
	}
}

void
monitor_ended(struct child *child, struct reason reason)
{
	struct monitors *monitors = node_monitors(child);
	char path[NODE_PATH_SIZE], text[REASON_TEXT_SIZE];
	struct monitor *monitor, *next;
	struct watcher *watcher;
	struct record r;

	if (LIST_EMPTY(monitors))
		return;
	begin(&r, RECORD_DOWN, node_path(child, path), child);
	record_text(&r, "reason", reason_text(reason, text));
	LIST_FOREACH_SAFE(monitor, monitors, of_child, next) {
		watcher = monitor->watcher;
		if (watcher == NULL) {
			mailbox_put(engine_of(child), monitor->worker, &r);
			continue;
		}
		LIST_REMOVE(monitor, of_child);
		LIST_REMOVE(monitor, of_watcher);
		free(monitor);
		control_record(watcher->client, &r, NULL);
		if (!LIST_EMPTY(&watcher->monitors))
			continue;
		control_ok(watcher->client);
		end(watcher);
	}
}

bool
monitor_declare(struct worker *worker, size_t nth, struct child *child)
{
	struct mailbox *box = mailbox_of(worker);
	struct monitor *monitor = malloc(sizeof(*monitor));

	if (box == NULL || monitor == NULL) {
		free(monitor);
		return false;
	}
	*monitor = (struct monitor){
		.worker = worker,
		.child = child,
		.nth = nth,
	};
	LIST_INSERT_HEAD(node_monitors(child), monitor, of_child);
	LIST_INSERT_HEAD(&box->monitors, monitor, of_watcher);
	return true;
}

bool
monitor_share(struct worker *second, const struct worker *first)
{
	struct monitor *monitor;

	if (first->mailbox == NULL)
		return true;
	LIST_FOREACH(monitor, &first->mailbox->monitors, of_watcher)
		if (!monitor_declare(second, monitor->nth, monitor->child))
			return false;
	return true;
}

static void
undeclare(struct monitor *monitor)
{
	LIST_REMOVE(monitor, of_child);
	LIST_REMOVE(monitor, of_watcher);
	free(monitor);
}

void
monitor_undeclare(struct worker *worker)
{
	struct monitor *monitor, *next;

	if (worker->mailbox == NULL)
		return;
	LIST_FOREACH_SAFE(monitor, &worker->mailbox->monitors, of_watcher, next)
		undeclare(monitor);
}

void
monitor_freed(struct child *child)
{
	struct monitor *monitor, *next;

	LIST_FOREACH_SAFE(monitor, node_monitors(child), of_child, next)
		if (monitor->watcher == NULL)
			undeclare(monitor);
	if (!child_is_sup(child))
		monitor_undeclare(node_worker(child));
}

/* The child that the name means; NULL: there is none. */
static struct child *
declared(const struct worker *worker, size_t nth)
{
	struct monitor *monitor;

	if (worker->mailbox == NULL)
		return NULL;
	LIST_FOREACH(monitor, &worker->mailbox->monitors, of_watcher)
		if (monitor->nth == nth)
			return monitor->child;
	return NULL;
}

void
monitor_begun(struct engine *e, struct worker *worker)
{
	const struct link_words *words =
	    &worker->spec->spec->worker.peers.monitors;
	char path[NODE_PATH_SIZE];
	struct record r;

	for (size_t i = 0; i < words->n; i++) {
		struct child *child = declared(worker, i);

		if (child != NULL && monitor_is_running(child))
			continue;
		begin(&r, RECORD_DOWN,
		    child == NULL ? words->list[i].name :
				    node_path(child, path),
		    NULL);
		record_text(&r, "reason", "noproc");
		mailbox_put(e, worker, &r);
	}
}

void
monitor_closed(struct engine *e, struct control_client *client)
{
	struct watcher *watcher;

	LIST_FOREACH(watcher, &e->watchers, next)
		if (watcher->client == client) {
			end(watcher);
			return;
		}
}
