/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/reading.h"
#include "engine/reload.h"
#include "engine/reload_init.h"
#include "engine/serve.h"
#include "os/clock.h"

static const char text_stops[] = "everything stops";

/* The reading is over: what it was for. */
static struct reload *
end(struct engine *e)
{
	struct reading *reading = e->reading;
	struct reload *r = reading->reload;

	e->reading = NULL;
	e->changed = true;
	printing_fini(&reading->printing);
	free(reading);
	return r;
}

/* Nothing comes of it; whoever asked is told why. */
static void
drop(struct engine *e, enum control_code code, const char *why)
{
	struct reload *r = end(e);

	reload_fail(e, r->client, code, "%s", why);
	reload_free(r);
}

/* The file is right. */
static void
hand_over(struct engine *e)
{
	struct reload *r = end(e);

	/* Another one may have begun meanwhile. */
	if (reload_may_begin(e, r->client, r->dry))
		reload_take_over(e, r);
	else
		reload_free(r);
}

/* Runs the inits that are to be run; when all have been the file is read. */
static void
run_inits(struct engine *e)
{
	struct reload *r = e->reading->reload;

	if (!inits_run(e, &r->inits, r->version->conf.root))
		drop(e, CONTROL_FAILED, "no memory");
	else if (!inits_busy(&r->inits))
		hand_over(e);
}

/* Goes on with those that run: when one has ended others may have to. */
static void
turn_inits(struct engine *e)
{
	struct reload *r = e->reading->reload;
	struct init *init;
	char why[NODE_PATH_SIZE + 64];
	bool ended = false;

	SLIST_FOREACH(init, &r->inits, next) {
		if (init->state != INIT_RUNS)
			continue;
		init_turn(e, init);
		ended |= init->state != INIT_RUNS;
		if (init->state != INIT_FAILED)
			continue;
		serve_diags(e, r->client, &init->version->conf.diags);
		snprintf(why, sizeof(why), "%s failed; nothing was changed",
		    init->label);
		drop(e, CONTROL_SYNTAX, why);
		return;
	}
	if (ended)
		run_inits(e);
}

/* Parses the file with what was printed so far. */
static void
parse(struct engine *e)
{
	struct conf_source source = *e->run->source;
	struct reading *reading = e->reading;
	struct conf *conf = &reading->reload->version->conf;
	char why[512];

	source.programs = &reading->printing.programs;
	if (conf_load(conf, e->run->file, &source)) {
		reading->read = true;
		run_inits(e);
	} else if (conf->pending) {
		conf_fini(conf);
		if (printing_run(&reading->printing, e, NULL) < 0)
			drop(e, CONTROL_FAILED, "no memory");
	} else {
		serve_diags(e, reading->reload->client, &conf->diags);
		snprintf(why, sizeof(why),
		    "%s has mistakes; nothing was changed", e->run->file);
		drop(e, CONTROL_SYNTAX, why);
	}
}

/* One that is about to begin; NULL when there is no memory. */
static struct reading *
make(struct control_client *client, bool dry)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct reload *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->version = calloc(1, sizeof(*r->version));
	if (reading == NULL || r == NULL || r->version == NULL) {
		free(reading);
		reload_free(r);
		return NULL;
	}
	SLIST_INIT(&r->inits);
	r->client = client;
	r->dry = dry;
	r->tell_ns = CLOCK_NEVER;
	reading->reload = r;
	return reading;
}

void
reading_begin(struct engine *e, struct control_client *client, bool dry)
{
	if (e->reading != NULL && dry) {
		reload_fail(e, client, CONTROL_FAILED, "%s", reload_reads);
		return;
	}
	if (e->reading != NULL)
		drop(e, CONTROL_FAILED, reload_later);
	e->reading = make(client, dry);
	e->upward.nreloads += !dry;
	if (e->reading != NULL)
		parse(e);
	else
		reload_fail(e, client, CONTROL_FAILED, "no memory");
}

void
reading_turn(struct engine *e)
{
	if (e->reading == NULL)
		return;
	if (e->nstops > 0 || e->sweeping)
		drop(e, CONTROL_FAILED, text_stops);
	else if (e->reading->read)
		turn_inits(e);
	else if (printing_turn(&e->reading->printing))
		parse(e);
}

int64_t
reading_deadline(const struct engine *e)
{
	const struct reading *reading = e->reading;

	if (reading == NULL)
		return CLOCK_NEVER;
	return reading->read ? inits_deadline(&reading->reload->inits) :
			       printing_deadline(&reading->printing);
}

void
reading_closed(struct engine *e, const struct control_client *client)
{
	if (e->reading != NULL && e->reading->reload->client == client)
		e->reading->reload->client = NULL;
}

void
reading_fini(struct engine *e)
{
	if (e->reading != NULL)
		drop(e, CONTROL_FAILED, text_stops);
}
