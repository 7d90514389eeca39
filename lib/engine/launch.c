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
#include "engine/outlet.h"
#include "engine/ready.h"
#include "engine/signs.h"
#include "os/clock.h"
#include "os/fd.h"

/* Starting a worker, or a command around its runs: environment and process. */

/* How long the end of a killed run is waited for, that nothing would tell. */
#define ABANDON_MS 1000

/* Where standard input is laid, if it is not the usual one. */
#define INPUT_SLOT (FD_SLOT + 4)

/* Whether what starts is a command around the runs. */
static bool
is_hook(const struct worker *worker)
{
	return worker->after || worker->child.preparing;
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
 * Lays the standard input if it is not the usual one, but a pipe or what the
 * file says: how many descriptors that are in *fd, or -errno.
 */
static int
input_begin(struct engine *e, struct worker *worker, struct spawn_fd *fd)
{
	const struct attributes *a = worker->spec->spec->worker.attributes;
	int pipe = log_to_input(worker), error;

	if (pipe < 0 && pipe != -ENOENT)
		return pipe;
	if (pipe < 0 &&
	    (!attributes_have(a, ATTRIBUTE_STDIN) || a->input == INPUT_FILE ||
		(a->input == INPUT_INHERIT && e->run->command)))
		return 0;
	error = spawner_lay(&e->spawner, INPUT_SLOT,
	    pipe >= 0                     ? pipe :
		a->input == INPUT_INHERIT ? e->input :
					    -1);
	if (pipe >= 0)
		fd_close(&pipe);
	*fd = (struct spawn_fd){ INPUT_SLOT, STDIN_FILENO };
	return error < 0 ? error : 1;
}

static int
start(struct engine *e, struct worker *worker, struct spawn_plan *plan,
    struct spawn_result *result)
{
	struct spawn_fd fds[SPAWN_FDS_MAX];
	int error, nfds = 0, more = 0, input = 0, logs;

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
	logs = outlet_begin(e, worker, &fds[nfds]);
	plan->fds = fds;
	plan->nfds = (size_t)nfds + (logs > 0 ? (size_t)logs : 0);
	if (!is_hook(worker))
		listen_fds_plan(worker, plan, fds);
	error = more < 0 ? more : input < 0 ? input : logs < 0 ? logs : 0;
	if (error == 0)
		error = leaf_spawn(e, worker, plan, result);
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

/*
 * Makes the plan of a start, but for its command, or of what runs `beside` a
 * run. 0, or -errno, explained.
 */
static int
make_plan(struct engine *e, struct worker *worker, struct spawn_plan *plan,
    bool beside, char *failure, size_t size)
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
	plan->envp = environment_of(e, worker, beside);
	plan->pids = beside ? NULL : e->environment.pids;
	plan->path = path_of(plan->envp);
	plan->cwd = spec->cwd;
	plan->attributes = a;
	if (attributes_have(a, ATTRIBUTE_STDIN) && !beside)
		plan->input = a->input_path;
	plan->tty = job_tty(e);
	return 0;
}

/* Starts `argv` as the process of `worker`. 0, or -errno, explained. */
static int
run(struct engine *e, struct worker *worker, const char *const *argv,
    const char *hook, enum spawn_step *step)
{
	struct spawn_result result = { .pidfd = -1, .step = SPAWN_DESCRIPTORS };
	struct spawn_plan plan = { .argv = argv };
	char story[sizeof(e->failure)];
	int error = is_hook(worker) ? 0 : signs_begin(e, worker);

	if (error == 0 && !is_hook(worker))
		error = check_prepare(worker);
	if (error < 0)
		explain(story, sizeof(story), &plan, &result, -error);
	if (error == 0 && !is_hook(worker))
		error = listen_fds_begin(e, worker, story, sizeof(story));
	if (error == 0)
		error = make_plan(e, worker, &plan, is_hook(worker), story,
		    sizeof(story));
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
	worker->silent = false;
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
	signs_over(e, worker);
	listen_fds_over(e, worker);
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

int
launch_check(struct engine *e, struct worker *worker, const char *const *argv,
    struct spawn_result *result, char *story, size_t size)
{
	struct spawn_plan plan = { .argv = argv };
	struct spawn_fd fds[LOG_NSTREAMS];
	int logs, error;

	result->step = SPAWN_DESCRIPTORS;
	error = make_plan(e, worker, &plan, true, story, size);
	if (error < 0)
		return error;
	logs = outlet_begin(e, worker, fds);
	plan.tty = -1;
	plan.fds = fds;
	plan.nfds = logs > 0 ? (size_t)logs : 0;
	error = logs < 0 ? logs : spawner_spawn(&e->spawner, &plan, result);
	if (error < 0)
		explain(story, size, &plan, result, -error);
	return error;
}
