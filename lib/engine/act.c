/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/signal_name.h"
#include "engine/act.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/lookup.h"
#include "engine/query.h"
#include "engine/reload_step.h"
#include "engine/serve.h"
#include "engine/waiters.h"
#include "os/clock.h"
#include "os/proc.h"

/* Requests that wait for their supervisors at once; what memory they may take.
 */
#define ACTS_MAX 100000

struct order *
order_new(struct engine *e, struct control_client *client)
{
	struct order *order = calloc(1, sizeof(*order));

	if (order == NULL) {
		serve_no_memory(client);
		return NULL;
	}
	order->client = client;
	SLIST_INSERT_HEAD(&e->orders, order, next);
	return order;
}

static void
order_fail(struct order *order, const char *result, const char *path,
    const char *text)
{
	if (order->failed)
		return;
	order->failed = true;
	order->result = result;
	snprintf(order->message, sizeof(order->message), "%s %s", path, text);
}

/* Answers the client once nothing of its order is left to be done. */
static void
order_check(struct engine *e, struct order *order)
{
	if (!order->begun || order->pending > 0)
		return;
	if (order->client != NULL && order->failed)
		control_failed(order->client, order->result, order->message);
	else if (order->client != NULL)
		control_ok(order->client);
	SLIST_REMOVE(&e->orders, order, order, next);
	free(order);
}

void
order_begun(struct engine *e, struct order *order, bool wait)
{
	order->begun = true;
	if (!wait && order->client != NULL && order->pending > 0) {
		control_ok(order->client);
		order->client = NULL;
	}
	order_check(e, order);
}

struct act *
act_new(struct engine *e, struct order *order, enum request_kind kind,
    struct sup *sup, struct child *child)
{
	struct act *act;

	if (e->nacts >= ACTS_MAX) {
		order_fail(order, NULL, "supervise",
		    "has too many requests to carry out, try again later");
		return NULL;
	}
	act = calloc(1, sizeof(*act));
	if (act == NULL) {
		order_fail(order, NULL, "supervise", "has no memory");
		return NULL;
	}
	act->order = order;
	act->request.kind = kind;
	act->request.sup = sup;
	act->request.child = child;
	order->pending++;
	e->nacts++;
	return act;
}

void
act_request(struct engine *e, struct act *act)
{
	engine_feed(e,
	    &(struct event){
		.kind = EVENT_REQUEST,
		.request = &act->request,
	    });
}

/* Whether `child` is below `above`; NULL is above nothing. */
static bool
is_below(const struct child *child, const struct child *above)
{
	while (child->sup != NULL && &child->sup->child != above)
		child = &child->sup->child;
	return child->sup != NULL;
}

/* An order that goes to each child that is meant. */
struct each {
	struct engine *e;
	struct order *order;
	enum request_kind kind;
	struct child *last; /* that it went to, of the name in hand */
	uint32_t first_id;  /* of the first node that it has made itself */
};

/* Why no second run of `child` can start beside the first; NULL: it can. */
static const char *
not_replaced(const struct engine *e, struct child *child)
{
	const struct addition *addition = *node_addition(child);
	enum ready ready = child->policy->worker.ready;

	if (child_is_sup(child))
		return "is a supervisor: `supervise replace` is for workers";
	if (e->run->command)
		return "has the terminal, which two cannot have";
	if (addition != NULL && addition->conf.child != NULL)
		return "was added by `supervise add`: `supervise restart` "
		       "starts it anew";
	/* Its init may be about to print another specification of it. */
	if (child->sup->child.state != CHILD_UP)
		return explain_result(RESULT_NOPROC);
	if (ready == READY_PORT || ready == READY_FILE)
		return "cannot be replaced: the first run would answer for "
		       "the second whether it is ready; let it say so itself, "
		       "by ready notify or ready fd";
	return NULL;
}

/* Nothing tells when the second can do the work of the first. */
static void
warn_unready(const struct order *order, const struct child *first)
{
	char path[NODE_PATH_SIZE], message[NODE_PATH_SIZE + 160];
	struct record r;

	if (first->policy->worker.ready != READY_EXEC || order->client == NULL)
		return;
	snprintf(message, sizeof(message),
	    "%s has no ready line: the first run is stopped as soon as the "
	    "second is executed, not when it can work",
	    node_path(first, path));
	record_begin(&r, RECORD_WARNING);
	record_text(&r, "message", message);
	control_record(order->client, &r, NULL);
}

static void
replace_one(struct each *each, struct child *first)
{
	const char *why = not_replaced(each->e, first);
	char path[NODE_PATH_SIZE];
	struct child *second;
	struct act *act;

	if (why != NULL) {
		order_fail(each->order, NULL, node_path(first, path), why);
		return;
	}
	warn_unready(each->order, first);
	second = addition_new(each->e, node_spec(first));
	if (second == NULL) {
		order_fail(each->order, NULL, "supervise", "has no memory");
		return;
	}
	act =
	    act_new(each->e, each->order, REQUEST_REPLACE, first->sup, second);
	if (act == NULL) {
		act_let_go(each->e, second);
		return;
	}
	act->addition = *node_addition(second);
	act->request.first = first;
	act_request(each->e, act);
}

static void
ask_one(void *arg, struct child *child)
{
	struct each *each = arg;
	struct act *act;

	/* What is below one that is meant is meant with it. */
	if (is_below(child, each->last))
		return;
	/* A run that has just taken the place of another stands behind it. */
	if (node_id(child) >= each->first_id)
		return;
	each->last = child;
	if (child->sup == NULL) {
		order_fail(each->order, NULL, "root",
		    "is no child: `supervise down` stops everything");
		return;
	}
	if (each->kind == REQUEST_REPLACE) {
		replace_one(each, child);
		return;
	}
	act = act_new(each->e, each->order, each->kind, child->sup, child);
	if (act != NULL)
		act_request(each->e, act);
}

static void
serve_kind(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words, enum request_kind kind)
{
	struct each each = {
		.e = e,
		.kind = kind,
		.first_id = e->next_id,
	};
	bool wait = true;
	size_t i;

	for (i = 0; i < nwords && strncmp(words[i], "--", 2) == 0; i++) {
		if (strcmp(words[i], "--no-wait") == 0) {
			wait = false;
		} else if (strcmp(words[i], "--keep") == 0 &&
		    kind == REQUEST_STOP) {
			each.kind = REQUEST_HOLD;
		} else {
			control_error(client, CONTROL_USAGE,
			    "no such option here: %s", words[i]);
			return;
		}
	}
	if (i == nwords) {
		control_error(client, CONTROL_USAGE, "a name is missing");
		return;
	}
	each.order = order_new(e, client);
	if (each.order == NULL)
		return;
	for (; i < nwords; i++) {
		each.last = NULL;
		if (!serve_each(e, client, words[i], ask_one, &each)) {
			/* Answered with an error; the others go on. */
			each.order->client = NULL;
			break;
		}
	}
	order_begun(e, each.order, wait);
}

void
act_start(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	serve_kind(e, client, nwords, words, REQUEST_START);
}

void
act_stop(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	serve_kind(e, client, nwords, words, REQUEST_STOP);
}

void
act_restart(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	serve_kind(e, client, nwords, words, REQUEST_RESTART);
}

void
act_replace(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	serve_kind(e, client, nwords, words, REQUEST_REPLACE);
}

void
act_replacing(struct engine *e, struct child *second, struct child *first)
{
	struct worker *to = node_worker(second), *from = node_worker(first);

	to->second = true;
	outlet_share(to, from);
	log_to_share(to, from);
	/* It could not start without memory, either. */
	(void)monitor_share(to, from);
	(void)listen_fds_share_store(e, to, from);
}

void
act_replaced(struct engine *e, struct child *second, struct child *first)
{
	struct worker *to = node_worker(second), *from = node_worker(first);

	*to->history = *from->history;
	to->second = false;
	from->outgoing = true;
	outlet_pass(to);
	log_to_pass(to, from);
	/* What it has given away meanwhile, too. */
	(void)listen_fds_share_store(e, to, from);
	follow_replaced(e, from->id, to->id);
	/* A reload may have changed how it is treated meanwhile. */
	if (node_set_spec(second, node_spec(first)))
		(void)child_set_policy(second, first->policy);
	ties_replaced(e, second, first);
}

void
act_delete(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	serve_kind(e, client, nwords, words, REQUEST_DELETE);
}

struct control_client *
act_client(struct request *request)
{
	return ((struct act *)(void *)request)->order->client;
}

static void
fail_to_replace(const struct engine *e, struct order *order,
    const struct request *request)
{
	char path[NODE_PATH_SIZE], text[1024];

	assert(request->first != NULL && request->child != NULL);
	node_path(request->first, path);
	snprintf(text, sizeof(text),
	    "%.600s; run %" PRIu32 " goes on (`supervise logs` has what "
	    "run %" PRIu32 " wrote)",
	    e->outcome.why, request->first->run, request->child->run);
	order_fail(order, request_result_text[RESULT_START_FAILED], path, text);
}

void
act_replied(struct engine *e, struct request *request)
{
	struct act *act = (struct act *)(void *)request;
	struct order *order;
	struct child *child = request->child;
	bool refused =
	    act->addition != NULL && child != NULL && child->sup == NULL;
	char path[NODE_PATH_SIZE];
	bool done = request->result == RESULT_OK ||
	    (request->result == RESULT_IGNORED &&
		request->kind != REQUEST_REPLACE);

	order = act->order;
	if (child != NULL && !refused && order->client != NULL && done)
		query_status(e, child, order->client, clock_now_ns());
	if (request->result == RESULT_START_FAILED &&
	    request->kind == REQUEST_REPLACE)
		fail_to_replace(e, order, request);
	else if (request->result == RESULT_START_FAILED)
		order_fail(order, request_result_text[RESULT_START_FAILED],
		    e->outcome.child, e->outcome.why);
	else if (!done)
		order_fail(order, request_result_text[request->result],
		    request->kind == REQUEST_REPLACE ?
			node_path(request->first, path) :
			refused       ? act->addition->conf.child->name :
			child != NULL ? node_path(child, path) :
					"the child",
		    explain_result(request->result));
	if (refused)
		act_let_go(e, act->addition->child);
	free(act);
	e->nacts--;
	order->pending--;
	order_check(e, order);
}

void
act_freed(struct engine *e, struct child *child)
{
	wait_freed(e, child);
	view_freed(e, child);
	reload_freed(e, child);
	outlets_freed(child);
	leaves_freed(child);
	act_let_go(e, child);
}

void
act_turn(struct engine *e)
{
	struct addition *addition;

	while ((addition = SLIST_FIRST(&e->freed)) != NULL) {
		SLIST_REMOVE_HEAD(&e->freed, next);
		addition_free(addition);
	}
}

/* Says who asks for the end, as of a signal. */
static void
record_down(struct engine *e, const struct control_client *client)
{
	struct control_peer peer = { 0 };
	char command[128];
	struct record r;

	record_begin(&r, RECORD_REQUEST);
	record_text(&r, "request", "down");
	if (control_client_peer(client, &peer) == 0) {
		if (peer.pid > 0)
			record_number(&r, "from", peer.pid);
		record_number(&r, "uid", peer.uid);
		if (proc_cmdline(peer.pid, command, sizeof(command)) == 0)
			record_text(&r, "command", command);
	}
	record_text(&r, "action",
	    e->nstops > 0 ? "everything stops already" : "everything stops");
	engine_record(e, &r);
}

void
act_down(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct order *order = order_new(e, client);
	struct record r;

	(void)nwords;
	(void)words;
	if (order == NULL)
		return;
	/* Who asked can wait for the guardian's end as well. */
	record_begin(&r, RECORD_GUARDIAN);
	record_number(&r, "pid", engine_last(e));
	control_record(client, &r, NULL);
	order->pending++;
	order->begun = true;
	order->down = true;
	record_down(e, client);
	/* A second one waits with the first: it is no order to kill. */
	if (e->nstops > 0)
		return;
	orders_stop(e);
	engine_shutdown(e);
}

void
act_down_done(struct engine *e)
{
	struct order *order, *next;

	SLIST_FOREACH_SAFE(order, &e->orders, next, next)
		if (order->down) {
			order->pending--;
			order_check(e, order);
		}
}

void
act_closed(struct engine *e, struct control_client *client)
{
	struct order *order;

	SLIST_FOREACH(order, &e->orders, next)
		if (order->client == client)
			order->client = NULL;
}
