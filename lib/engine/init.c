/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/reload_step.h"
#include "engine/serve.h"
#include "os/clock.h"

void
init_free(struct init *init)
{
	if (init == NULL)
		return;
	printing_fini(&init->printing);
	program_free(init->program);
	if (init->version != NULL)
		version_free(init->version);
	free(init->label);
	free(init->name);
	free(init);
}

/* What messages call it, and what it finds in its environment. */
static bool
make_texts(struct engine *e, struct init *init, struct child *child)
{
	char path[NODE_PATH_SIZE];

	node_path(child, path);
	if (asprintf(&init->label, "init of %s", path) == -1)
		init->label = NULL;
	if (asprintf(&init->name, "SUPERVISE_NAME=%s", path) == -1)
		init->name = NULL;
	init->given[0] = init->name;
	if (e->serving)
		init->given[1] = e->environment.socket;
	return init->label != NULL && init->name != NULL;
}

static bool
run(struct engine *e, struct init *init)
{
	const char *const *argv = init->spec->hooks.init;
	size_t argc = 0;

	while (argv[argc] != NULL)
		argc++;
	return program_want(&init->printing.programs, "", argv, argc) != NULL &&
	    printing_run(&init->printing, e, init->given) == 0;
}

struct init *
init_new(struct engine *e, struct supervisor *supervisor,
    const struct spec *spec)
{
	struct init *init = calloc(1, sizeof(*init));

	if (init == NULL)
		return NULL;
	init->supervisor = supervisor;
	init->spec = spec;
	init->version = calloc(1, sizeof(*init->version));
	if (init->version != NULL &&
	    make_texts(e, init, &supervisor->sup.child) && run(e, init))
		return init;
	init_free(init);
	return NULL;
}

/* Reads what it printed, with what came of the programs that this names. */
static void
parse(struct engine *e, struct init *init)
{
	struct conf *conf = &init->version->conf;
	struct conf_source source = { .ctx = NULL };

	conf_fini(conf);
	if (e->run->source != NULL)
		source = *e->run->source;
	source.programs = &init->printing.programs;
	if (conf_parse_printed(conf, init->label, init->program, init->spec,
		e->run->source != NULL ? &source : NULL))
		init->state = INIT_PRINTED;
	else if (!conf->pending ||
	    printing_run(&init->printing, e, init->given) < 0)
		init->state = INIT_FAILED;
}

void
init_turn(struct engine *e, struct init *init)
{
	if (init->state != INIT_RUNS || !printing_turn(&init->printing))
		return;
	if (init->program == NULL)
		init->program = programs_take(&init->printing.programs);
	if (init->program->end == PROGRAM_EXITED &&
	    status_set_has(&init->spec->policy.ignore, init->program->value))
		init->state = INIT_IGNORED;
	else
		parse(e, init);
}

int64_t
inits_deadline(const struct inits *inits)
{
	int64_t at_ns = CLOCK_NEVER;
	const struct init *init;

	SLIST_FOREACH(init, inits, next)
		if (init->killed)
			at_ns = 0;
		else if (init->state == INIT_RUNS &&
		    printing_deadline(&init->printing) < at_ns)
			at_ns = printing_deadline(&init->printing);
	return at_ns;
}

void
inits_fini(struct inits *inits)
{
	struct init *init;

	while ((init = SLIST_FIRST(inits)) != NULL) {
		SLIST_REMOVE_HEAD(inits, next);
		init_free(init);
	}
}

bool
init_start(struct engine *e, struct supervisor *supervisor, struct reason *why)
{
	const struct spec *spec =
	    supervisor->spec != NULL ? supervisor->spec->spec : e->conf->root;
	struct init *init = init_new(e, supervisor, spec);

	if (init == NULL) {
		strlcpy(e->failure, "init: no memory", sizeof(e->failure));
		*why = (struct reason){ .kind = REASON_START, .value = ENOMEM };
		return false;
	}
	SLIST_INSERT_HEAD(&e->inits, init, next);
	return true;
}

void
init_kill(struct engine *e, const struct supervisor *supervisor)
{
	struct init *init;

	SLIST_FOREACH(init, &e->inits, next)
		if (init->supervisor == supervisor)
			init->killed = true;
}

/* Places the children that are new, and has those that are gone go first. */
static bool
place(struct engine *e, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		struct child *child = step->child;

		switch (step->kind) {
		case STEP_FORGET:
		case STEP_STOP:
			child_move(child, TAILQ_FIRST(&step->sup->children));
			break;
		case STEP_START:
			child = addition_new(e, step->spec);
			if (child == NULL)
				return false;
			child_init(child, step->sup, child->policy);
			child_move(child, reload_successor(step->sup, child));
			break;
		case STEP_CHANGE:
		case STEP_RETRY:
		case STEP_RESTART:
			break;
		}
	}
	return true;
}

/* Makes the supervisor, all of which is down, what its init has printed. */
static bool
apply(struct engine *e, struct init *init)
{
	struct supervisor *supervisor = init->supervisor;
	struct version *version = init->version;
	struct plan plan;
	bool done;

	if (environment_fit(&e->environment, version->conf.root) < 0 ||
	    plan_make(&plan, supervisor, version->conf.root, NULL) < 0)
		return false;
	reload_overtaken(e, &supervisor->sup.child);
	e->linked |= version->conf.nlinks > 0;
	done = plan_apply(&plan, supervisor, version->conf.root) &&
	    place(e, &plan);
	listen_fds_share(e, &plan);
	plan_fini(&plan);
	init->version = NULL;
	version_keep(e, supervisor, version);
	return done;
}

/* Whom the start of `child`, or of what it is below, was asked for by. */
static struct control_client *
asker(const struct engine *e, const struct child *child)
{
	while (!child->asked && child->sup != NULL)
		child = &child->sup->child;
	if (!child->asked)
		return NULL;
	return reload_owns(e, child->mail.answers) ?
	    e->reload->client :
	    act_client(child->mail.answers);
}

/* Tells all that is wrong to who asked, and in the records. */
static void
tell(struct engine *e, const struct init *init)
{
	const struct diag_list *diags = &init->version->conf.diags;
	struct control_client *client = asker(e, &init->supervisor->sup.child);
	size_t first = 0;

	serve_diags(e, NULL, diags);
	if (client != NULL)
		serve_diags(e, client, diags);
	while (first < diags->nitems &&
	    diags->items[first].severity != DIAG_ERROR)
		first++;
	if (first == diags->nitems)
		return;
	(void)diag_format(&diags->items[first], false, e->failure,
	    sizeof(e->failure));
	e->failure[strcspn(e->failure, "\n")] = '\0';
}

/* Why the start has failed, or is over. */
static struct reason
reason_of(const struct init *init)
{
	const struct program *program = init->program;
	struct reason reason = { .kind = REASON_START, .value = EINVAL };

	if (init->version->conf.no_memory.message != NULL)
		reason.value = ENOMEM;
	if (init->state == INIT_FAILED && !program_failed(program))
		return reason;
	switch (program->end) {
	case PROGRAM_EXITED:
		return reason_exit(program->value);
	case PROGRAM_KILLED:
		return reason_signal(program->value);
	case PROGRAM_LATE:
		reason = (struct reason){ .kind = REASON_TIMEOUT };
		break;
	case PROGRAM_FAILED:
		reason.value = program->value;
		break;
	}
	return reason;
}

/* It is over: what that is to the core. */
static struct event
conclude(struct engine *e, struct init *init)
{
	struct event event = {
		.kind = EVENT_EXITED,
		.child = &init->supervisor->sup.child,
		.reason = { .kind = REASON_KILLED },
	};
	char why[TIES_WHY_SIZE] = "no memory";
	int error;

	if (init->killed)
		return event;
	if (init->state == INIT_FAILED)
		tell(e, init);
	if (init->state != INIT_PRINTED) {
		event.reason = reason_of(init);
		return event;
	}
	error =
	    apply(e, init) ? ties_renew(e, event.child, NULL, why) : -ENOMEM;
	if (error == 0) {
		event.kind = EVENT_PREPARED;
		return event;
	}
	strlcpy(e->failure, init->label, sizeof(e->failure));
	strlcat(e->failure, ": ", sizeof(e->failure));
	strlcat(e->failure, why, sizeof(e->failure));
	event.reason.kind = REASON_START;
	event.reason.value = error == -ENOMEM ? ENOMEM : EINVAL;
	return event;
}

static void
end(struct engine *e, struct init *init)
{
	struct event event = conclude(e, init);

	SLIST_REMOVE(&e->inits, init, init, next);
	init_free(init);
	engine_feed(e, &event);
	e->failure[0] = '\0';
}

void
init_turn_all(struct engine *e)
{
	struct init *init, *next;

	SLIST_FOREACH_SAFE(init, &e->inits, next, next) {
		if (!init->killed)
			init_turn(e, init);
		if (init->killed || init->state != INIT_RUNS)
			end(e, init);
	}
}
