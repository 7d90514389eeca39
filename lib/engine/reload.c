/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/awaited.h"
#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/reload.h"
#include "engine/reload_init.h"
#include "engine/reload_step.h"
#include "engine/serve.h"
#include "os/clock.h"

/* A step that takes longer says whom it waits for. */
#define RELOAD_TELL_NS NS_PER_S

const char reload_reads[] =
    "another reload still reads the file and runs the programs that print a "
    "part of it";
const char reload_later[] =
    "nothing was changed: a later one came before it could begin";

void
reload_fail(struct engine *e, struct control_client *client,
    enum control_code code, const char *format, ...)
{
	char text[sizeof(((struct reload *)NULL)->why) + 128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (client != NULL)
		control_error(client, code, "%s", text);
	else
		reporter_message(&e->reporter, RECORD_ERROR, "reload: %s",
		    text);
}

void
reload_free(struct reload *r)
{
	if (r == NULL)
		return;
	plan_fini(&r->plan);
	inits_fini(&r->inits);
	if (r->version != NULL)
		version_free(r->version);
	free(r);
}

static void
discard(struct engine *e)
{
	steps_drop(e);
	reload_free(e->reload);
	e->reload = NULL;
	e->changed = true;
}

/* Ends the reload, and tells how it went. */
static void
finish(struct engine *e)
{
	struct reload *r = e->reload;

	/* What has gone may be what a name means. */
	if (e->nstops == 0)
		nobody_look(e, r->client);
	if (r->failed > 0)
		reload_fail(e, r->client, CONTROL_FAILED,
		    "%zu of %zu steps did not succeed, the rest is as "
		    "planned: %s",
		    r->failed, r->plan.n, r->why);
	else if (r->untied)
		reload_fail(e, r->client, CONTROL_FAILED,
		    "%s; every step succeeded, but the next start of this "
		    "supervisor will not",
		    r->why);
	else if (r->client != NULL)
		control_ok(r->client);
	discard(e);
	versions_forget(e);
}

static void
look_busy(void *arg, struct child *child)
{
	struct sup **busy = arg;

	if (child_is_sup(child) && child_sup(child)->op != OP_IDLE)
		*busy = child_sup(child);
}

/* A supervisor that is at work; NULL: the tree stands still. */
static struct sup *
find_busy(struct engine *e)
{
	struct sup *busy = NULL;

	lookup_walk(&e->root.sup.child, look_busy, &busy);
	return busy;
}

/* Whom the reload waits for, to begin or to go on; NULL: nobody. */
static struct child *
find_awaited(struct engine *e)
{
	struct sup *busy = NULL;
	struct child *child;

	if (!e->reload->begun)
		busy = find_busy(e);
	else if (e->reload->at < e->reload->plan.n)
		return steps_awaited(e);
	if (busy == NULL)
		return NULL;
	child = awaited(busy);
	return child != NULL ? child : &busy->child;
}

/* Tells who asks for another reload what the one at work waits for. */
static void
refuse(struct engine *e, struct control_client *client)
{
	struct child *child = find_awaited(e);
	char path[NODE_PATH_SIZE], why[AWAITED_WHY_SIZE];

	if (child == NULL) {
		reload_fail(e, client, CONTROL_FAILED,
		    "another reload is at work");
		return;
	}
	awaited_why(child, why);
	reload_fail(e, client, CONTROL_FAILED,
	    "another reload is at work, and waits for %s, %s",
	    node_path(child, path), why);
}

bool
reload_may_begin(struct engine *e, struct control_client *client, bool dry)
{
	const char *why = NULL;

	if (e->run->command || e->run->several)
		why = "exec has no file";
	else if (e->nstops > 0)
		why = "everything stops";
	if (why != NULL) {
		reload_fail(e, client, CONTROL_FAILED, "%s", why);
		return false;
	}
	if (dry || e->reload == NULL || !e->reload->begun)
		return true;
	/* A signal gets no answer: it is looked after later. */
	if (client != NULL)
		refuse(e, client);
	else
		e->reload_again = true;
	return false;
}

static void
tell_plan(const struct reload *r)
{
	char path[NODE_PATH_SIZE], under[NODE_PATH_SIZE];
	struct record record;

	if (r->client != NULL)
		inits_tell_kept(&r->inits, r->client);
	for (size_t i = 0; r->client != NULL && i < r->plan.n; i++) {
		const struct step *step = &r->plan.steps[i];

		if (step->kind == STEP_FORGET)
			continue;
		record_begin(&record, RECORD_PLAN);
		record_text(&record, "action", step_kind_text[step->kind]);
		record_text(&record, "supervisor",
		    node_path(&step->sup->child, under));
		record_text(&record, "child", step_path(step, path));
		control_record(r->client, &record, NULL);
	}
}

/* What is asked for is the plan, for the tree as it is at this moment. */
static void
only_tell(struct engine *e, struct reload *r)
{
	if (plan_make(&r->plan, &e->root, r->version->conf.root, &r->inits) <
	    0) {
		reload_fail(e, r->client, CONTROL_FAILED, "no memory");
	} else {
		tell_plan(r);
		if (r->client != NULL)
			control_ok(r->client);
	}
	reload_free(r);
}

void
reload_take_over(struct engine *e, struct reload *r)
{
	if (r->dry) {
		only_tell(e, r);
		return;
	}
	if (e->reload != NULL) {
		reload_fail(e, e->reload->client, CONTROL_FAILED, "%s",
		    reload_later);
		discard(e);
	}
	e->reload = r;
	reload_turn(e);
}

void
reload_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	if (nwords == 1 && strcmp(words[0], "--dry-run") != 0) {
		control_error(client, CONTROL_USAGE, "reload takes: --dry-run");
		return;
	}
	if (reload_may_begin(e, client, nwords == 1))
		reading_begin(e, client, nwords == 1);
}

/* A printed body of which a name means nothing: no file was checked for it. */
static void
note_untied(struct engine *e)
{
	struct reload *r = e->reload;
	char why[TIES_WHY_SIZE];
	const struct init *init = inits_untied(e, &r->inits, why);

	/* No step has failed by that; of those that have the first is told. */
	r->untied = init != NULL && r->failed == 0;
	if (r->untied)
		snprintf(r->why, sizeof(r->why), "%.200s: %.200s", init->label,
		    why);
}

static bool
begin(struct engine *e)
{
	struct reload *r = e->reload;
	const struct spec *root = r->version->conf.root;

	if (plan_make(&r->plan, &e->root, root, &r->inits) < 0)
		return false;
	tell_plan(r);
	if (environment_fit(&e->environment, root) < 0 ||
	    inits_fit(e, &r->inits) < 0)
		return false;
	if (!plan_apply(&r->plan, &e->root, root))
		reload_note_failure(r, "supervise",
		    "has no memory for some of the rules");
	leaves_read_again(e, root);
	SLIST_INSERT_HEAD(&e->versions, r->version, next);
	e->conf = &r->version->conf;
	r->version = NULL;
	r->begun = true;
	inits_keep(e, &r->inits);
	steps_make(e);
	listen_fds_share(e, &r->plan);
	outlets_look(e);
	leaves_look(e);
	return true;
}

/* Says once a step, and before the first, what it waits for. */
static void
tell_awaited(struct engine *e)
{
	struct reload *r = e->reload;
	struct child *child = find_awaited(e);
	char path[NODE_PATH_SIZE], why[AWAITED_WHY_SIZE];
	struct record record;

	r->tell_ns = NEVER_NS;
	if (child == NULL)
		return;
	awaited_why(child, why);
	record_begin(&record, RECORD_WAITING);
	record_text(&record, "child", node_path(child, path));
	record_text(&record, "message", why);
	if (r->client != NULL)
		control_record(r->client, &record, NULL);
	else
		engine_record(e, &record);
}

/* The plan is made of a tree that stands still. */
static bool
is_still(struct engine *e)
{
	if (find_busy(e) == NULL)
		return !e->more;
	if (!e->reload->waits)
		tell_awaited(e);
	e->reload->waits = true;
	return false;
}

static void
go_on(struct engine *e)
{
	struct reload *r = e->reload;

	if (steps_order(e)) {
		r->tell_ns = clock_now_ns() + RELOAD_TELL_NS;
		return;
	}
	if (r->at < r->plan.n)
		reload_note_failure(r, "supervise", "stops everything");
	else
		note_untied(e);
	finish(e);
}

static void
try_to_begin(struct engine *e)
{
	const char *why = NULL;

	if (e->nstops > 0)
		why = "everything stops";
	else if (!is_still(e))
		return;
	else if (!begin(e))
		why = "no memory";
	if (why != NULL) {
		reload_fail(e, e->reload->client, CONTROL_FAILED, "%s", why);
		discard(e);
	} else {
		go_on(e);
	}
}

void
reload_turn(struct engine *e)
{
	if (e->reload == NULL && e->reload_again) {
		e->reload_again = false;
		reload_serve(e, NULL, 0, NULL);
	}
	reading_turn(e);
	if (e->reload != NULL && !e->reload->begun)
		try_to_begin(e);
	if (e->reload != NULL && clock_now_ns() >= e->reload->tell_ns)
		tell_awaited(e);
	/* One step a turn, so that the loop sees to others in between. */
	if (e->reload != NULL && e->reload->answered) {
		steps_answered(e);
		go_on(e);
	}
}

bool
reload_can_go_on(const struct engine *e)
{
	return e->reload != NULL ? e->reload->answered : e->reload_again;
}

int64_t
reload_deadline(const struct engine *e)
{
	return e->reload != NULL ? e->reload->tell_ns : NEVER_NS;
}

void
reload_closed(struct engine *e, const struct control_client *client)
{
	if (e->reload != NULL && e->reload->client == client)
		e->reload->client = NULL;
	reading_closed(e, client);
}
