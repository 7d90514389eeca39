/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/reading.h"
#include "engine/reload.h"
#include "engine/serve.h"
#include "os/clock.h"

static const char text_stops[] = "everything stops";

/* A reload that has not begun. */
static void
free_reload(struct reload *r)
{
	if (r != NULL && r->version != NULL)
		version_free(r->version);
	free(r);
}

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
	free_reload(r);
}

/* The file is right. */
static void
hand_over(struct engine *e)
{
	struct reload *r = end(e);

	/* Another one may have begun meanwhile. */
	if (reload_may_begin(e, r->client))
		reload_take_over(e, r);
	else
		free_reload(r);
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
		hand_over(e);
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
		free_reload(r);
		return NULL;
	}
	r->client = client;
	r->dry = dry;
	reading->reload = r;
	return reading;
}

void
reading_begin(struct engine *e, struct control_client *client, bool dry)
{
	if (e->reading != NULL && dry) {
		reload_fail(e, client, CONTROL_FAILED, "%s", reload_waits);
		return;
	}
	if (e->reading != NULL)
		drop(e, CONTROL_FAILED, reload_later);
	e->reading = make(client, dry);
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
	else if (printing_turn(&e->reading->printing))
		parse(e);
}

int64_t
reading_deadline(const struct engine *e)
{
	return e->reading != NULL ? printing_deadline(&e->reading->printing) :
				    CLOCK_NEVER;
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
