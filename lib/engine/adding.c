/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "engine/adding.h"
#include "engine/engine.h"
#include "engine/serve.h"
#include "os/clock.h"

static void
drop(struct engine *e, struct adding *adding)
{
	SLIST_REMOVE(&e->addings, adding, adding, next);
	printing_fini(&adding->printing);
	free(adding->sup);
	free(adding->text);
	free(adding);
	e->changed = true;
}

static void
run(struct engine *e, struct adding *adding)
{
	if (printing_run(&adding->printing, e, NULL) == 0)
		return;
	serve_no_memory(adding->client);
	drop(e, adding);
}

void
adding_begin(struct engine *e, struct control_client *client, const char *sup,
    const char *text, bool wait, struct programs *programs)
{
	struct adding *adding = calloc(1, sizeof(*adding));

	if (adding == NULL) {
		programs_fini(programs);
		serve_no_memory(client);
		return;
	}
	*adding = (struct adding){
		.client = client,
		.sup = strdup(sup),
		.text = strdup(text),
		.wait = wait,
		.printing.programs = *programs,
	};
	SLIST_INSERT_HEAD(&e->addings, adding, next);
	if (adding->sup != NULL && adding->text != NULL) {
		run(e, adding);
	} else {
		serve_no_memory(client);
		drop(e, adding);
	}
}

/* Its programs have ended, or everything stops. */
static void
go_on(struct engine *e, struct adding *adding)
{
	if (e->nstops > 0 || e->sweeping)
		control_error(adding->client, CONTROL_FAILED,
		    "everything stops");
	else if (!act_add_text(e, adding->client, adding->sup, adding->text,
		     adding->wait, &adding->printing.programs)) {
		run(e, adding);
		return;
	}
	drop(e, adding);
}

void
adding_turn(struct engine *e)
{
	struct adding *adding, *next;

	SLIST_FOREACH_SAFE(adding, &e->addings, next, next)
		if (e->nstops > 0 || e->sweeping ||
		    printing_turn(&adding->printing))
			go_on(e, adding);
}

int64_t
adding_deadline(const struct engine *e)
{
	int64_t at_ns = CLOCK_NEVER;
	const struct adding *adding;

	SLIST_FOREACH(adding, &e->addings, next)
		if (printing_deadline(&adding->printing) < at_ns)
			at_ns = printing_deadline(&adding->printing);
	return at_ns;
}

void
adding_closed(struct engine *e, const struct control_client *client)
{
	struct adding *adding, *next;

	SLIST_FOREACH_SAFE(adding, &e->addings, next, next)
		if (adding->client == client)
			drop(e, adding);
}

void
adding_fini(struct engine *e)
{
	while (!SLIST_EMPTY(&e->addings)) {
		control_error(SLIST_FIRST(&e->addings)->client, CONTROL_FAILED,
		    "everything stops");
		drop(e, SLIST_FIRST(&e->addings));
	}
}
