/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/mailbox.h"
#include "engine/ready.h"
#include "os/clock.h"

/* Starting a worker, or a command around its runs: environment and process. */

/* How long the end of a killed run is waited for, that nothing would tell. */
#define ABANDON_MS 1000

/* Where standard input is laid, if it is not the usual one. */
#define INPUT_SLOT (FD_SLOT + 2)

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
	room = env->nbase + need.variables + NOWN + 1;
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

/* Whether what starts is a command around the runs. */
static bool
is_hook(const struct worker *worker)
{
	return worker->after || worker->child.preparing;
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

/* Puts one variable behind the `n` there are, in place of an earlier value. */
static size_t
put(const char **variables, size_t n, const char *variable)
{
	size_t len = strcspn(variable, "=") + 1, kept = 0;

	for (size_t i = 0; i < n; i++)
		if (strncmp(variables[i], variable, len) != 0)
			variables[kept++] = variables[i];
	if (!environment_is_own(variable))
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

/* Ours, what was read, what the file sets: the later one counts. */
static size_t
put_all(struct environment *env, const struct worker_spec *worker)
{
	const char *const *keep = worker->attributes->env_keep;
	const struct readings *r = env->readings;
	size_t n = 0;

	for (size_t i = 0; i < env->nbase; i++)
		if (keep == NULL || is_named(env->base[i], keep))
			env->scratch[n++] = env->base[i];
	for (size_t i = 0; i < r->nvariables; i++)
		n = put(env->scratch, n, r->variables[i]);
	for (size_t i = 0; worker->env[i] != NULL; i++)
		n = put(env->scratch, n, worker->env[i]);
	return n;
}

/* The same where nothing was read. */
static size_t
put_given(struct environment *env, const char *const *set)
{
	size_t n = 0;

	for (size_t i = 0; i < env->nbase; i++)
		if (*set == NULL || !is_set_anew(env->base[i], set))
			env->scratch[n++] = env->base[i];
	for (; *set != NULL; set++)
		env->scratch[n++] = *set;
	return n;
}

/* The environment of the next run of `worker`, valid until the next call. */
static const char *const *
environment_of(struct engine *e, struct worker *worker)
{
	const struct worker_spec *spec = &worker->spec->spec->worker;
	struct environment *env = &e->environment;
	struct reason before = reason_before(worker);
	char reason[REASON_TEXT_SIZE];
	size_t n;

	if (readings_wanted(spec->attributes))
		n = put_all(env, spec);
	else
		n = put_given(env, spec->env);
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
	if (!is_hook(worker) && mailbox_number(worker) != 0) {
		snprintf(env->mailbox, sizeof(env->mailbox), "%s%d", own[7],
		    mailbox_number(worker));
		env->scratch[n++] = env->mailbox;
	}
	env->scratch[n] = NULL;
	return env->scratch;
}

static const char *
path_of(const char *const *envp)
{
	for (; *envp != NULL; envp++)
		if (strncmp(*envp, "PATH=", 5) == 0)
			return *envp + 5;
	return NULL;
}

/*
 * A run that cannot be watched is ended: nothing would see it die. One that
 * does not end, by whatever right, is left to itself.
 */
static void
abandon(struct engine *e, struct worker *worker, struct spawn_result *result)
{
	struct pollfd ended = { .fd = result->pidfd, .events = POLLIN };
	int64_t deadline_ns = clock_now_ns() + ABANDON_MS * NS_PER_MS;
	struct process_end end;
	int got;

	(void)group_signal(result->pidfd, result->pid, SIGKILL);
	(void)pidfd_signal(result->pidfd, SIGKILL);
	while ((got = pidfd_reap(result->pidfd, &end)) == 0 &&
	    clock_now_ns() < deadline_ns)
		(void)poll(&ended, 1, ABANDON_MS);
	if (got == 0)
		strays_deny(e, worker, result->pid, result->pidfd);
	else
		fd_close(&result->pidfd);
}

/*
 * Lays the standard input that the file says, if it is none of the usual one:
 * how many descriptors that are in *fd, or -errno.
 */
static int
input_begin(struct engine *e, const struct worker *worker, struct spawn_fd *fd)
{
	const struct attributes *a = worker->spec->spec->worker.attributes;
	int error;

	if (!attributes_have(a, ATTRIBUTE_STDIN) || a->input == INPUT_FILE ||
	    (a->input == INPUT_INHERIT && e->run->command))
		return 0;
	error = spawner_lay(&e->spawner, INPUT_SLOT,
	    a->input == INPUT_INHERIT ? e->input : -1);
	*fd = (struct spawn_fd){ INPUT_SLOT, STDIN_FILENO };
	return error < 0 ? error : 1;
}

static int
start(struct engine *e, struct worker *worker, struct spawn_plan *plan,
    struct spawn_result *result)
{
	struct spawn_fd fds[3];
	int error, nfds = 0, more = 0, input = 0;

	result->step = SPAWN_DESCRIPTORS;
	if (!is_hook(worker))
		nfds = ready_begin(e, worker, &fds[0]);
	if (nfds < 0)
		return nfds;
	if (!is_hook(worker))
		more = mailbox_begin(e, worker, &fds[nfds]);
	nfds += more > 0;
	if (!is_hook(worker))
		input = input_begin(e, worker, &fds[nfds]);
	nfds += input > 0;
	plan->fds = fds;
	plan->nfds = (size_t)nfds;
	error = more < 0 ? more : input;
	if (error >= 0)
		error = spawner_spawn(&e->spawner, plan, result);
	if (input > 0)
		(void)spawner_lay(&e->spawner, INPUT_SLOT, -1);
	if (!is_hook(worker)) {
		ready_passed(e, worker);
		mailbox_passed(e, worker);
	}
	plan->fds = NULL;
	plan->nfds = 0;
	if (error < 0)
		return error;
	error = loop_add(&e->loop, &worker->watch, result->pidfd, EPOLLIN,
	    reap_watch_ready);
	if (error < 0) {
		result->step = SPAWN_PIDFD;
		abandon(e, worker, result);
	}
	return error;
}

/* Makes the plan of a start, but for its command. 0, or -errno, explained. */
static int
make_plan(struct engine *e, struct worker *worker, struct spawn_plan *plan,
    char *failure, size_t size)
{
	const struct worker_spec *spec = &worker->spec->spec->worker;
	const struct attributes *a = spec->attributes;
	int error = 0;

	if (readings_wanted(a)) {
		error =
		    readings_take(e->environment.readings, a, failure, size);
		plan->identity = readings_identity(e->environment.readings);
	}
	if (error < 0)
		return error;
	plan->envp = environment_of(e, worker);
	plan->path = path_of(plan->envp);
	plan->cwd = spec->cwd;
	plan->attributes = a;
	if (attributes_have(a, ATTRIBUTE_STDIN) && !is_hook(worker))
		plan->input = a->input_path;
	plan->tty = job_tty(e);
	return 0;
}

/* Starts `argv` as the process of `worker`. 0, or -errno, explained. */
static int
run(struct engine *e, struct worker *worker, const char *const *argv,
    const char *hook, enum spawn_step *step)
{
	struct spawn_result result = { .pidfd = -1, .step = SPAWN_PROCESS };
	struct spawn_plan plan = { .argv = argv };
	char story[sizeof(e->failure)];
	int error = make_plan(e, worker, &plan, story, sizeof(story));

	if (error == 0) {
		error = start(e, worker, &plan, &result);
		if (error < 0)
			explain(story, sizeof(story), &plan, &result, -error);
	}
	*step = result.step;
	if (error < 0) {
		(void)strlcpy(e->failure, hook, sizeof(e->failure));
		if (*hook != '\0')
			(void)strlcat(e->failure, ": ", sizeof(e->failure));
		(void)strlcat(e->failure, story, sizeof(e->failure));
		return error;
	}
	worker->pid = result.pid;
	worker->pidfd = result.pidfd;
	worker->unasked = false;
	worker->asked = false;
	worker->group_gone = false;
	worker->killed = false;
	worker->denied = false;
	worker->suspended = false;
	return 0;
}

bool
launch(struct engine *e, struct worker *worker, struct reason *reason)
{
	const struct spec *spec = worker->spec->spec;
	bool before = worker->child.preparing;
	enum spawn_step step;
	int error;

	error = run(e, worker, before ? spec->hooks.before : spec->worker.argv,
	    before ? "before" : "", &step);
	if (error == 0) {
		worker->sent = (struct sent){ .signo = 0 };
		if (!before)
			monitor_begun(e, worker);
		return true;
	}
	ready_over(e, worker);
	mailbox_over(e, worker);
	job_start_failed(e);
	outcome_failed(e, worker, step, -error);
	*reason = (struct reason){ .kind = REASON_START, .value = -error };
	return false;
}

int
launch_after(struct engine *e, struct worker *worker, const char *const *argv,
    const char *directive)
{
	enum spawn_step step;
	int error;

	worker->after = true;
	error = run(e, worker, argv, directive, &step);
	if (error < 0)
		worker->after = false;
	return error;
}
