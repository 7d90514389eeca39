/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/mailbox.h"
#include "engine/signs.h"

/* The variables that a process finds. */

/* Variables that each child gets anew. */
#define NOWN 11
static const char *const own[NOWN] = {
	"SUPERVISE_NAME=",
	"SUPERVISE_RUN=",
	"SUPERVISE_LAST_REASON=",
	"SUPERVISE_ID=",
	"SUPERVISE_SOCKET=",
	"SUPERVISE_REASON=",
	"SUPERVISE_RAN_MS=",
	"SUPERVISE_MAILBOX=",
	"SUPERVISE_STATUS=",
	"SUPERVISE_PID=",
	"SUPERVISE_CORE=true",
};

bool
environment_is_own(const char *variable)
{
	for (size_t i = 0; i < NOWN; i++)
		if (strncmp(variable, own[i], strcspn(own[i], "=") + 1) == 0)
			return true;
	return false;
}

/* What launching workers needs beforehand. */
struct need {
	size_t variables; /* the most that one of them sets */
	bool readings;    /* one of them has something to read */
};

/* Adds what the workers of `spec` need. */
static void
add_need(const struct spec *spec, struct need *need)
{
	size_t n = 0;

	if (spec->policy.kind == KIND_WORKER) {
		while (spec->worker.env[n] != NULL)
			n++;
		if (n > need->variables)
			need->variables = n;
		if (readings_wanted(spec->worker.attributes))
			need->readings = true;
		return;
	}
	for (size_t i = 0; i < spec->sup.nchildren; i++)
		add_need(spec->sup.children[i].spec, need);
}

int
environment_init(struct environment *env, const struct spec *spec,
    const char *mark)
{
	char *none[] = { NULL };
	/* NULL after the clearenv() of setproctitle, if it was empty. */
	char **from = environ != NULL ? environ : none;
	size_t n = 0;

	*env = (struct environment){ .mark = mark };
	while (from[n] != NULL)
		n++;
	env->base = calloc(n + 1, sizeof(*env->base));
	env->name = malloc(strlen(own[0]) + NODE_PATH_SIZE);
	if (env->base == NULL || env->name == NULL) {
		environment_fini(env);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		if (!environment_is_own(from[i]))
			env->base[env->nbase++] = from[i];
	if (environment_fit(env, spec) == 0)
		return 0;
	environment_fini(env);
	return -ENOMEM;
}

int
environment_fit(struct environment *env, const struct spec *spec)
{
	struct need need = { .variables = 0 };
	const char **scratch;
	size_t room;

	add_need(spec, &need);
	if (need.readings && env->readings == NULL) {
		env->readings = malloc(sizeof(*env->readings));
		if (env->readings == NULL)
			return -ENOMEM;
	}
	if (env->readings != NULL)
		need.variables += READINGS_VARIABLES_MAX;
	room = env->nbase + need.variables + NOWN + SIGNS_NVARIABLES +
	    LISTEN_FDS_NVARIABLES + 1;
	if (room <= env->room)
		return 0;
	scratch = reallocarray(env->scratch, room, sizeof(*scratch));
	if (scratch == NULL)
		return -ENOMEM;
	env->scratch = scratch;
	env->room = room;
	return 0;
}

void
environment_fini(struct environment *env)
{
	free(env->base);
	free(env->scratch);
	free(env->name);
	free(env->socket);
	free(env->readings);
	*env = (struct environment){ 0 };
}

/* Whether one of `set` has the same name as `variable`. */
static bool
is_set_anew(const char *variable, const char *const *set)
{
	size_t len = strcspn(variable, "=") + 1;

	for (; *set != NULL; set++)
		if (strncmp(*set, variable, len) == 0)
			return true;
	return false;
}

/* Why the run before this one ended, also when this one has ended by now. */
static struct reason
reason_before(const struct worker *worker)
{
	const struct history_end *end;

	if (!worker->after)
		return worker->child.reason;
	end = history_get(worker->history, 1);
	return end != NULL ? end->reason : (struct reason){ .thrown = NULL };
}

/* How sh tells an end. */
static int
status_of(const struct process_end *end)
{
	return end->by_signal ? 128 + end->status : end->status;
}

/* What a command after a run is to know of that; `n` variables are set. */
static size_t
add_end(struct environment *env, const struct worker *worker, size_t n)
{
	const struct history_end *last = history_last(worker->history);
	char reason[REASON_TEXT_SIZE];

	snprintf(env->end, sizeof(env->end), "%s%s", own[5],
	    reason_text(worker->child.reason, reason));
	env->scratch[n++] = env->end;
	snprintf(env->ran, sizeof(env->ran), "%s%" PRIu32, own[6],
	    last != NULL ? last->ran_ms : 0);
	env->scratch[n++] = env->ran;
	snprintf(env->status, sizeof(env->status), "%s%d", own[8],
	    status_of(&worker->last_end));
	env->scratch[n++] = env->status;
	snprintf(env->pid, sizeof(env->pid), "%s%d", own[9], worker->last_pid);
	env->scratch[n++] = env->pid;
	if (worker->last_end.core)
		env->scratch[n++] = own[10];
	return n;
}

/*
 * Whether nobody but supervise may set it, for a run of `worker`; NULL: for
 * what runs beside one.
 */
static bool
is_ours(const char *variable, const struct worker *worker)
{
	if (environment_is_own(variable) || worker == NULL)
		return environment_is_own(variable);
	return (worker_notifies(&worker->child.policy->worker) &&
		   signs_is_variable(variable)) ||
	    (listen_fds_wanted(worker) && listen_fds_is_variable(variable));
}

/* Puts one variable behind the `n` there are, in place of an earlier value. */
static size_t
put(const char **variables, size_t n, const char *variable,
    const struct worker *run)
{
	size_t len = strcspn(variable, "=") + 1, kept = 0;

	if (is_ours(variable, run))
		return n;
	for (size_t i = 0; i < n; i++)
		if (strncmp(variables[i], variable, len) != 0)
			variables[kept++] = variables[i];
	variables[kept++] = variable;
	return kept;
}

/* Whether `variable` has one of the names. */
static bool
is_named(const char *variable, const char *const *names)
{
	size_t len = strcspn(variable, "=");

	for (; *names != NULL; names++)
		if (strncmp(*names, variable, len) == 0 &&
		    (*names)[len] == '\0')
			return true;
	return false;
}

/*
 * Ours, what was read, what the file sets, behind the `n` there are: the later
 * one counts.
 */
static size_t
put_all(struct environment *env, const struct worker_spec *worker, size_t n,
    const struct worker *run)
{
	const char *const *keep = worker->attributes->env_keep;
	const struct readings *r = env->readings;

	for (size_t i = 0; i < env->nbase; i++)
		if ((keep == NULL || is_named(env->base[i], keep)) &&
		    !is_ours(env->base[i], run))
			env->scratch[n++] = env->base[i];
	for (size_t i = 0; i < r->nvariables; i++)
		n = put(env->scratch, n, r->variables[i], run);
	for (size_t i = 0; worker->env[i] != NULL; i++)
		n = put(env->scratch, n, worker->env[i], run);
	return n;
}

/* The same where nothing was read. */
static size_t
put_given(struct environment *env, const char *const *set, size_t n,
    const struct worker *run)
{
	for (size_t i = 0; i < env->nbase; i++)
		if ((*set == NULL || !is_set_anew(env->base[i], set)) &&
		    !is_ours(env->base[i], run))
			env->scratch[n++] = env->base[i];
	for (; *set != NULL; set++)
		if (!is_ours(*set, run))
			env->scratch[n++] = *set;
	return n;
}

/* Those that come first, since nothing else sets them. */
static size_t
put_own(struct environment *env, struct worker *worker)
{
	char *pid;
	size_t n = signs_environment(worker, env->scratch, &pid), npids = 0;

	if (pid != NULL)
		env->pids[npids++] = pid;
	n += listen_fds_environment(worker, env->scratch + n, &pid);
	if (pid != NULL)
		env->pids[npids++] = pid;
	env->pids[npids] = NULL;
	return n;
}

const char *const *
environment_of(struct engine *e, struct worker *worker, bool beside)
{
	const struct worker_spec *spec = &worker->spec->spec->worker;
	struct environment *env = &e->environment;
	struct reason before = reason_before(worker);
	char reason[REASON_TEXT_SIZE];
	const struct worker *run = beside ? NULL : worker;
	size_t n = beside ? 0 : put_own(env, worker);

	if (readings_wanted(spec->attributes))
		n = put_all(env, spec, n, run);
	else
		n = put_given(env, spec->env, n, run);
	memcpy(env->name, own[0], strlen(own[0]));
	node_path(&worker->child, env->name + strlen(own[0]));
	env->scratch[n++] = env->name;
	snprintf(env->run, sizeof(env->run), "%s%" PRIu32, own[1],
	    worker->child.run);
	env->scratch[n++] = env->run;
	if (before.kind != REASON_NONE) {
		snprintf(env->reason, sizeof(env->reason), "%s%s", own[2],
		    reason_text(before, reason));
		env->scratch[n++] = env->reason;
	}
	if (worker->after)
		n = add_end(env, worker, n);
	env->scratch[n++] = env->mark;
	if (e->serving)
		env->scratch[n++] = env->socket;
	if (!beside && mailbox_number(worker) != 0) {
		snprintf(env->mailbox, sizeof(env->mailbox), "%s%d", own[7],
		    mailbox_number(worker));
		env->scratch[n++] = env->mailbox;
	}
	env->scratch[n] = NULL;
	return env->scratch;
}
