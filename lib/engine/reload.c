/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/reading.h"
#include "engine/reload.h"
#include "engine/reload_init.h"
#include "engine/reload_step.h"
#include "engine/serve.h"

const char reload_waits[] = "another reload waits to begin";
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
	if (!r->dry && e->nstops == 0)
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

bool
reload_may_begin(struct engine *e, struct control_client *client)
{
	const char *why = NULL;

	if (e->run->command || e->run->several)
		why = "exec has no file";
	else if (e->nstops > 0)
		why = "everything stops";
	else if (e->reload != NULL && e->reload->begun && client != NULL)
		why = "another reload is at work";
	if (why != NULL) {
		reload_fail(e, client, CONTROL_FAILED, "%s", why);
		return false;
	}
	/* A signal gets no answer: it is looked after later. */
	if (e->reload != NULL && e->reload->begun)
		e->reload_again = true;
	return e->reload == NULL || !e->reload->begun;
}

void
reload_take_over(struct engine *e, struct reload *r)
{
	if (e->reload != NULL && r->dry) {
		reload_fail(e, r->client, CONTROL_FAILED, "%s", reload_waits);
		reload_free(r);
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
	if (reload_may_begin(e, client))
		reading_begin(e, client, nwords == 1);
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
	if (r->dry)
		return true;
	if (environment_fit(&e->environment, root) < 0 ||
	    inits_fit(e, &r->inits) < 0)
		return false;
	if (!plan_apply(&r->plan, &e->root, root))
		reload_note_failure(r, "supervise",
		    "has no memory for some of the rules");
	SLIST_INSERT_HEAD(&e->versions, r->version, next);
	e->conf = &r->version->conf;
	r->version = NULL;
	r->begun = true;
	inits_keep(e, &r->inits);
	steps_make(e);
	outlets_look(e);
	leaves_look(e);
	return true;
}

static void
look_busy(void *arg, struct child *child)
{
	struct sup **busy = arg;

	if (child_is_sup(child) && child_sup(child)->op != OP_IDLE)
		*busy = child_sup(child);
}

/* The plan is made of a tree that stands still; says once what it waits for. */
static bool
is_still(struct engine *e)
{
	struct reload *r = e->reload;
	struct sup *busy = NULL;
	char path[NODE_PATH_SIZE];
	struct record record;

	lookup_walk(&e->root.sup.child, look_busy, &busy);
	if (busy == NULL)
		return !e->more;
	if (r->waits)
		return false;
	r->waits = true;
	record_begin(&record, RECORD_WAITING);
	record_text(&record, "child", node_path(&busy->child, path));
	if (r->client != NULL)
		control_record(r->client, &record, NULL);
	else
		engine_record(e, &record);
	return false;
}

static void
go_on(struct engine *e)
{
	struct reload *r = e->reload;

	if (steps_order(e))
		return;
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
	} else if (e->reload->dry) {
		finish(e);
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

void
reload_closed(struct engine *e, const struct control_client *client)
{
	if (e->reload != NULL && e->reload->client == client)
		e->reload->client = NULL;
	reading_closed(e, client);
}
