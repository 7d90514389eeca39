/* SPDX-License-Identifier: ISC */

#include "base/assert.h"
#include "core/internal.h"

/* OTP's administration calls, as their supervisor serves them. */

const char *const request_result_text[] = {
#define TEXT(name, text) [name] = text,
	REQUEST_RESULTS(TEXT)
#undef TEXT
};

void
request_await(struct tree *t, struct request *request, struct child *child)
{
	child_start(t, child);
	child->asked = true;
	child->mail.answers = request;
}

/*
 * Starts `child` for `request`. Group strategies wait for it as OTP does;
 * the others go on, and the answer follows when the start is complete (D1).
 */
static void
start_for(struct tree *t, struct request *request, struct child *child)
{
	struct sup *sup = child->sup;

	child->held = false;
	switch (sup->child.policy->sup.strategy) {
	case STRATEGY_ONE_FOR_ALL:
	case STRATEGY_REST_FOR_ONE:
		sup->op = OP_CHILD_START;
		sup->target = child;
		break;
	case STRATEGY_ONE_FOR_ONE:
	case STRATEGY_DYNAMIC:
		break;
	}
	request_await(t, request, child);
}

void
request_started(struct tree *t, struct child *child, enum request_result result)
{
	struct request *request = child->mail.answers;

	if (!child->asked)
		return;
	assert(child->mail.kind == MAIL_NONE && request->child == child);
	child->asked = false;
	request->reason = child->reason;
	child->missed = result == RESULT_START_FAILED;
	if (request->kind == REQUEST_REPLACE) {
		replace_over(t, request, result);
		return;
	}
	tree_reply(t, request, result);
	if (result == RESULT_START_FAILED &&
	    (request->kind == REQUEST_ADD ||
		(request->kind == REQUEST_PLACE && child_vanishes(child))))
		child_forget(t, child);
}

static void
serve_start(struct tree *t, struct request *request)
{
	struct child *child = request->child;

	if (sup_is_dynamic(request->sup)) {
		tree_reply(t, request, RESULT_NOT_SUPPORTED);
	} else if (child->state == CHILD_RESTARTING) {
		tree_reply(t, request, RESULT_RESTARTING);
	} else if (child->state != CHILD_DOWN) {
		tree_reply(t, request, RESULT_RUNNING);
	} else {
		replace_call_off(t, child);
		start_for(t, request, child);
	}
}

static void
serve_stop(struct tree *t, struct request *request)
{
	struct sup *sup = request->sup;

	if (request->kind == REQUEST_RESTART && sup_is_dynamic(sup)) {
		tree_reply(t, request, RESULT_NOT_SUPPORTED);
		return;
	}
	replace_call_off(t, request->child);
	if (request->kind == REQUEST_HOLD)
		request->child->held = true;
	request->child->missed = false;
	sup->op = OP_CHILD_STOP;
	sup->target = request->child;
	sup->cursor = request->child;
	sup->request = request;
	/* It is not freed before the answer is about it. */
	request->child->wanted++;
}

void
request_over(struct tree *t, struct sup *sup, enum request_result result)
{
	struct request *request = sup->request;

	sup->request = NULL;
	tree_reply(t, request, result);
	request->child->wanted--;
	child_let_go(t, request->child);
}

void
request_stopped(struct tree *t, struct sup *sup)
{
	struct request *request = sup->request;
	struct child *child = request->child;

	/* It was down, and had other rules when it came to that (S119). */
	if (child_vanishes(child))
		child_forget(t, child);
	sup->op = OP_IDLE;
	if (request->kind != REQUEST_RESTART) {
		request_over(t, sup, RESULT_OK);
	} else if (child->forgotten) {
		request_over(t, sup, RESULT_NOT_FOUND);
	} else {
		sup->request = NULL;
		child->wanted--;
		start_for(t, request, child);
	}
}

static void
serve_delete(struct tree *t, struct request *request)
{
	struct child *child = request->child;

	if (sup_is_dynamic(request->sup)) {
		tree_reply(t, request, RESULT_NOT_SUPPORTED);
	} else if (child->state == CHILD_RESTARTING) {
		tree_reply(t, request, RESULT_RESTARTING);
	} else if (child->state != CHILD_DOWN) {
		tree_reply(t, request, RESULT_RUNNING);
	} else {
		replace_call_off(t, child);
		child_forget(t, child);
		tree_reply(t, request, RESULT_OK);
	}
}

/* Gives `child` its supervisor, and its place among the others. */
static void
enter(struct tree *t, struct request *request)
{
	struct child *child = request->child;

	child_init(child, request->sup, child->policy);
	if (request->kind == REQUEST_ADD)
		child->added = true;
	else
		child_move(child, t->successor(request->sup, child));
}

static void
serve_add(struct tree *t, struct request *request)
{
	struct sup *sup = request->sup;
	struct child *child = request->child;
	struct child *known = t->namesake(sup, child);

	if (known != NULL &&
	    (known->state == CHILD_DOWN || known->state == CHILD_RESTARTING)) {
		tree_reply(t, request, RESULT_ALREADY_PRESENT);
	} else if (known != NULL) {
		tree_reply(t, request, RESULT_ALREADY_STARTED);
	} else if (sup_is_dynamic(sup) &&
	    sup->nchildren >= sup->child.policy->sup.max_children) {
		tree_reply(t, request, RESULT_MAX_CHILDREN);
	} else {
		enter(t, request);
		start_for(t, request, child);
	}
}

/* From here on `child` is one that its supervisor does not start with. */
static void
leave(struct child *child)
{
	child->added = true;
	child->leaving = true;
}

bool
request_makes_child(const struct request *request)
{
	return request->kind == REQUEST_ADD || request->kind == REQUEST_PLACE ||
	    request->kind == REQUEST_REPLACE;
}

void
request_refuse(struct tree *t, struct request *request,
    enum request_result result)
{
	struct child *child = request->child;

	if (request->kind == REQUEST_PLACE)
		enter(t, request);
	tree_reply(t, request, result);
	if (request->kind == REQUEST_REPLACE) {
		request->first->wanted--;
		child_let_go(t, request->first);
	}
	if (request_makes_child(request) || child == NULL)
		return;
	child->wanted--;
	if (request->kind == REQUEST_REMOVE)
		leave(child);
	if (child->leaving && child->state == CHILD_DOWN && !child->unclean)
		child_forget(t, child);
	else
		child_let_go(t, child);
}

void
request_serve(struct tree *t, struct request *request)
{
	if (request->kind == REQUEST_REPLACE) {
		replace_serve(t, request);
		return;
	}
	if (request_makes_child(request)) {
		serve_add(t, request);
		return;
	}
	if (request->child == NULL || request->child->forgotten) {
		request_refuse(t, request, RESULT_NOT_FOUND);
		return;
	}
	request->child->wanted--;
	switch (request->kind) {
	case REQUEST_START:
		serve_start(t, request);
		break;
	case REQUEST_REMOVE:
		leave(request->child);
		serve_stop(t, request);
		break;
	case REQUEST_STOP:
	case REQUEST_HOLD:
	case REQUEST_RESTART:
		serve_stop(t, request);
		break;
	case REQUEST_DELETE:
		serve_delete(t, request);
		break;
	case REQUEST_ADD:
	case REQUEST_PLACE:
	case REQUEST_REPLACE:
		break;
	}
}
