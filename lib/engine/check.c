/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/check.h"
#include "engine/engine.h"
#include "engine/notes.h"
#include "engine/people.h"
#include "os/port.h"

int
check_prepare(struct worker *worker)
{
	const struct worker_policy *policy = &worker->child.policy->worker;
	struct check *check = worker->check;

	if (!ready_is_checked(policy->ready) &&
	    policy->alive.kind == ALIVE_NONE)
		return 0;
	if (check == NULL) {
		check = calloc(1, sizeof(*check));
		if (check == NULL)
			return -ENOMEM;
		check->watch.fd = check->fd = -1;
		check->worker = worker;
		worker->check = check;
	}
	check->why[0] = '\0';
	check->before = policy->ready == READY_FILE &&
	    stat(worker->spec->spec->worker.ready_check.text, &check->file) ==
		0;
	return 0;
}

/* The answer, which the core gets with the next turn. */
static void
answer(struct engine *e, struct check *check, const char *why)
{
	if (check->answered)
		return;
	check->answered = true;
	check->passed = why == NULL;
	if (why != NULL)
		strlcpy(check->why, why, sizeof(check->why));
	TAILQ_INSERT_TAIL(&e->answers, check, next);
}

static void
close_fd(struct engine *e, struct check *check)
{
	loop_del(&e->loop, &check->watch);
	fd_close(&check->fd);
}

/* The command has ended; what it has left is ended with it. */
static void
command_ended(struct loop_watch *watch, uint32_t events)
{
	struct check *check = (struct check *)(void *)watch;
	struct engine *e = engine_of(&check->worker->child);
	char reason[REASON_TEXT_SIZE], how[sizeof(check->why)];
	struct process_end end;

	(void)events;
	(void)group_signal(check->fd, check->pid, SIGKILL);
	if (pidfd_reap(check->fd, &end) == 0)
		return;
	close_fd(e, check);
	if (check->dying) {
		check->dying = false;
		return;
	}
	if (!end.by_signal && end.status == 0) {
		answer(e, check, NULL);
		return;
	}
	reason_text(end.by_signal ? reason_signal(end.status) :
				    reason_exit(end.status),
	    reason);
	answer(e, check, people_reason(reason, how, sizeof(how)));
}

static void
connected(struct loop_watch *watch, uint32_t events)
{
	struct check *check = (struct check *)(void *)watch;
	struct engine *e = engine_of(&check->worker->child);
	int error = port_result(check->fd);

	(void)events;
	close_fd(e, check);
	answer(e, check, error < 0 ? strerror(-error) : NULL);
}

/* Watches `fd`, which is taken over. 0 or -errno, with it closed. */
static int
watch(struct engine *e, struct check *check, int fd, uint32_t events,
    void (*ready)(struct loop_watch *watch, uint32_t events))
{
	int error = loop_add(&e->loop, &check->watch, fd, events, ready);

	check->fd = fd;
	if (error < 0)
		fd_close(&check->fd);
	return error;
}

static void
run_command(struct engine *e, struct check *check, const char *const *argv)
{
	struct spawn_result result;
	char why[sizeof(e->failure)];
	int error =
	    launch_check(e, check->worker, argv, &result, why, sizeof(why));

	if (error < 0) {
		answer(e, check, why);
		return;
	}
	check->pid = result.pid;
	error = watch(e, check, result.pidfd, EPOLLIN, command_ended);
	if (error == 0)
		return;
	/* Nothing would see its end but the sweep at the end of all. */
	(void)kill(-result.pid, SIGKILL);
	answer(e, check, strerror(-error));
}

static void
knock(struct engine *e, struct check *check, const struct check_spec *spec)
{
	int fd = port_connect(spec->address, spec->ipv6, spec->port);

	check->pid = 0;
	if (fd >= 0)
		fd = watch(e, check, fd, EPOLLOUT, connected);
	if (fd < 0)
		answer(e, check, strerror(-fd));
}

/* A file that was there before the run says nothing about it. */
static void
look(struct engine *e, struct check *check, const char *path)
{
	const struct stat *old = &check->file;
	struct stat now;

	if (stat(path, &now) == -1)
		answer(e, check, strerror(errno));
	else if (check->before && now.st_dev == old->st_dev &&
	    now.st_ino == old->st_ino &&
	    now.st_ctim.tv_sec == old->st_ctim.tv_sec &&
	    now.st_ctim.tv_nsec == old->st_ctim.tv_nsec)
		answer(e, check, "it is the file of before the start");
	else
		answer(e, check, NULL);
}

void
check_begin(struct engine *e, struct worker *worker)
{
	const struct worker_spec *spec = &worker->spec->spec->worker;
	bool starts = worker->child.state == CHILD_STARTING;
	const struct check_spec *what =
	    starts ? &spec->ready_check : &spec->alive_check;
	struct check *check = worker->check;

	if (check->dying)
		answer(e, check,
		    "the check before it was killed, and is there");
	else if (what->argv != NULL)
		run_command(e, check, what->argv);
	else if (what->port != 0)
		knock(e, check, what);
	else if (what->text != NULL)
		look(e, check, what->text);
}

/* Ends what is under way, without an answer. */
static void
end(struct engine *e, struct check *check)
{
	if (check->fd == -1 || check->dying)
		return;
	if (check->pid == 0) {
		close_fd(e, check);
		return;
	}
	check->dying = true;
	(void)group_signal(check->fd, check->pid, SIGKILL);
}

void
check_expire(struct engine *e, struct worker *worker)
{
	end(e, worker->check);
	answer(e, worker->check, "it has taken too long");
}

void
check_cancel(struct engine *e, struct worker *worker)
{
	struct check *check = worker->check;

	if (check == NULL)
		return;
	end(e, check);
	if (check->answered)
		TAILQ_REMOVE(&e->answers, check, next);
	check->answered = false;
}

void
check_turn(struct engine *e)
{
	struct check *check;

	while ((check = TAILQ_FIRST(&e->answers)) != NULL) {
		struct worker *worker = check->worker;

		TAILQ_REMOVE(&e->answers, check, next);
		check->answered = false;
		if (!check->passed && worker->child.state == CHILD_UP)
			note_check(e, worker, check->why);
		engine_feed(e,
		    &(struct event){
			.kind = EVENT_CHECKED,
			.child = &worker->child,
			.passed = check->passed,
		    });
	}
}

void
check_free(struct worker *worker)
{
	if (worker->check != NULL)
		fd_close(&worker->check->fd);
	free(worker->check);
	worker->check = NULL;
}
