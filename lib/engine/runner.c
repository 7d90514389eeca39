/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signal_name.h"
#include "base/units.h"
#include "conf/conf.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/runner.h"
#include "os/clock.h"
#include "os/pidfd.h"

/* Where what a program gets as its first descriptors is laid. */
#define SLOT_IN  FD_SLOT
#define SLOT_OUT (FD_SLOT + 1)
#define SLOT_ERR (FD_SLOT + 2)

/* Bytes of one read; and reads of what an ended one told. */
#define READ_SIZE 4096
#define READS_MAX 32

/* How long the end of what was killed is waited for. */
#define KILLED_NS NS_PER_S

/* Nothing comes of it any more; the first reason counts. */
__attribute__((format(printf, 4, 5))) static void
fail(struct running *r, enum program_end end, int value, const char *format,
    ...)
{
	va_list args;

	if (r->why[0] != '\0')
		return;
	r->program->end = end;
	r->program->value = value;
	va_start(args, format);
	vsnprintf(r->why, sizeof(r->why), format, args);
	va_end(args);
}

static void
unwatch(struct running *r, struct loop_watch *watch)
{
	int fd = watch->fd;

	loop_del(r->runner->loop, watch);
	fd_close(&fd);
}

static void
kill_group(struct running *r)
{
	(void)group_signal(r->end.fd, r->pid, SIGKILL);
	/* It may have left its group. */
	(void)pidfd_signal(r->end.fd, SIGKILL);
	if (!r->killed)
		r->deadline_ns = clock_now_ns() + KILLED_NS;
	r->killed = true;
}

/*
 * Reads a piece: its length, at most `size`; 0: there is nothing now, or no
 * more; -errno.
 */
static ssize_t
read_piece(struct running *r, struct loop_watch *watch, char *bytes,
    size_t size)
{
	ssize_t n;

	if (watch->fd == -1)
		return 0;
	do {
		n = read(watch->fd, bytes, size);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		unwatch(r, watch);
	return n;
}

/* Room for one more piece; false when there is none to be had. */
static bool
make_room(struct running *r)
{
	char *bytes;

	if (r->room - r->len >= READ_SIZE)
		return true;
	bytes = realloc(r->bytes, 2 * r->room + READ_SIZE);
	if (bytes == NULL)
		return false;
	r->bytes = bytes;
	r->room = 2 * r->room + READ_SIZE;
	return true;
}

/* Takes a piece of what it prints; false: there is nothing now. */
static bool
take_printed(struct running *r)
{
	ssize_t n = -ENOMEM;

	if (r->out.fd == -1)
		return false;
	if (make_room(r))
		n = read_piece(r, &r->out, r->bytes + r->len, READ_SIZE);
	if (n >= 0) {
		r->len += (size_t)n;
		if (r->len <= CONF_FILE_SIZE_MAX)
			return n > 0;
		fail(r, PROGRAM_FAILED, EFBIG,
		    "this program printed more than %zu MiB",
		    CONF_FILE_SIZE_MAX >> 20);
	} else {
		fail(r, PROGRAM_FAILED, (int)-n,
		    "cannot read what this program prints: %s",
		    strerror((int)-n));
	}
	unwatch(r, &r->out);
	kill_group(r);
	return false;
}

/* Takes a piece of what it tells; false: there is nothing now. */
static bool
take_told(struct running *r)
{
	char bytes[RUNNER_TOLD_MAX];
	ssize_t got = read_piece(r, &r->err, bytes, sizeof(bytes));
	size_t n = got > 0 ? (size_t)got : 0, drop;

	/* It is a hint alone. */
	if (got < 0)
		unwatch(r, &r->err);
	drop = r->told_len + n > RUNNER_TOLD_MAX ?
	    r->told_len + n - RUNNER_TOLD_MAX :
	    0;
	memmove(r->told, r->told + drop, r->told_len - drop);
	r->told_len -= drop;
	for (size_t i = 0; i < n; i++)
		r->told[r->told_len++] = bytes[i] != '\0' ? bytes[i] : '?';
	r->told[r->told_len] = '\0';
	return n > 0;
}

/* Its place is free; the program has what came of it. */
static void
finish(struct running *r)
{
	struct program *p = r->program;
	int pidfd = r->end.fd;

	unwatch(r, &r->out);
	unwatch(r, &r->err);
	loop_del(r->runner->loop, &r->end);
	fd_close(&pidfd);
	p->bytes = r->bytes;
	p->len = r->len;
	p->told = r->told_len > 0 ? strdup(r->told) : NULL;
	p->why = r->why[0] != '\0' ? strdup(r->why) : NULL;
	p->done = true;
	*r = (struct running){ .runner = r->runner };
	r->runner->nrunning--;
}

static void
note_end(struct running *r, const struct process_end *end)
{
	char name[SIGNAL_NAME_SIZE];

	if (end->by_signal)
		fail(r, PROGRAM_KILLED, end->status,
		    "this program was killed by signal %s",
		    signal_name(end->status, name));
	else if (end->status != 0)
		fail(r, PROGRAM_EXITED, end->status,
		    "this program ended with status %d", end->status);
}

static void
ended(struct loop_watch *watch, uint32_t events)
{
	struct running *r = (struct running *)(void *)((char *)watch -
	    offsetof(struct running, end));
	struct process_end end;
	int reads = 0, state;

	(void)events;
	state = pidfd_state(watch->fd);
	if (state == PROCESS_RUNS || state == PROCESS_STOPPED)
		return;
	/* While it holds the number; what it forked is not to go on. */
	(void)group_signal(watch->fd, r->pid, SIGKILL);
	while (take_printed(r))
		;
	while (take_told(r) && ++reads < READS_MAX)
		;
	if (pidfd_reap(watch->fd, &end) == 1)
		note_end(r, &end);
	finish(r);
}

static void
printed(struct loop_watch *watch, uint32_t events)
{
	(void)events;
	(void)take_printed((struct running *)(void *)((char *)watch -
	    offsetof(struct running, out)));
}

static void
told(struct loop_watch *watch, uint32_t events)
{
	(void)events;
	(void)take_told((struct running *)(void *)((char *)watch -
	    offsetof(struct running, err)));
}

/* Makes a pipe of which we read: a watch here, the other end in the slot. */
static int
lay_pipe(struct running *r, struct loop_watch *watch, int slot,
    void (*ready)(struct loop_watch *watch, uint32_t events))
{
	int ends[2];
	int error = fd_pipe(ends, 0);

	if (error == 0)
		error = spawner_lay(r->runner->spawner, slot, ends[1]);
	fd_close(&ends[1]);
	if (error == 0)
		error =
		    loop_add(r->runner->loop, watch, ends[0], EPOLLIN, ready);
	if (error < 0)
		fd_close(&ends[0]);
	return error;
}

/* Starts what `r` is about. 0; -errno, with the step in *result. */
static int
spawn(struct running *r, struct spawn_plan *plan, struct spawn_result *result)
{
	static const struct spawn_fd fds[] = {
		{ SLOT_IN, STDIN_FILENO },
		{ SLOT_OUT, STDOUT_FILENO },
		{ SLOT_ERR, STDERR_FILENO },
	};
	struct runner *runner = r->runner;
	int error = spawner_lay(runner->spawner, SLOT_IN, -1);

	plan->fds = fds;
	plan->nfds = sizeof(fds) / sizeof(fds[0]);
	result->step = SPAWN_DESCRIPTORS;
	if (error == 0)
		error = lay_pipe(r, &r->out, SLOT_OUT, printed);
	if (error == 0)
		error = lay_pipe(r, &r->err, SLOT_ERR, told);
	if (error == 0)
		error = spawner_spawn(runner->spawner, plan, result);
	for (int slot = SLOT_OUT; slot <= SLOT_ERR; slot++)
		(void)spawner_lay(runner->spawner, slot, -1);
	return error;
}

/* Kills it and waits for its end, which is at once but for D state. */
static void
kill_and_reap(pid_t pid, int pidfd)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	struct process_end end;

	(void)group_signal(pidfd, pid, SIGKILL);
	(void)pidfd_signal(pidfd, SIGKILL);
	if (poll(&ended, 1, KILLED_NS / NS_PER_MS) == 1)
		(void)pidfd_reap(pidfd, &end);
}

/* Watches it; one that cannot be watched is killed. */
static int
watch_end(struct running *r, struct spawn_result *result)
{
	int error =
	    loop_add(r->runner->loop, &r->end, result->pidfd, EPOLLIN, ended);

	if (error == 0)
		return 0;
	result->step = SPAWN_PIDFD;
	kill_and_reap(result->pid, result->pidfd);
	fd_close(&result->pidfd);
	return error;
}

/* Runs `program` in the free place `r`. */
static void
start(struct running *r, struct program *program)
{
	struct spawn_result result = { .pidfd = -1 };
	struct spawn_plan plan = {
		.argv = program->argv,
		.envp = r->runner->envp,
		.path = getenv("PATH"),
		.tty = -1,
	};
	int error;

	*r = (struct running){
		.runner = r->runner,
		.program = program,
		.end.fd = -1,
		.out.fd = -1,
		.err.fd = -1,
		.deadline_ns = clock_now_ns() + CONF_PROGRAM_SECONDS * NS_PER_S,
	};
	r->runner->nrunning++;
	error = spawn(r, &plan, &result);
	r->pid = result.pid;
	if (error == 0)
		error = watch_end(r, &result);
	if (error == 0)
		return;
	program->end = PROGRAM_FAILED;
	program->value = -error;
	explain(r->why, sizeof(r->why), &plan, &result, -error);
	finish(r);
}

/* Its time is over. */
static void
late(struct running *r)
{
	if (r->killed) {
		fail(r, PROGRAM_LATE, 0, "this program cannot be killed");
		finish(r);
		return;
	}
	fail(r, PROGRAM_LATE, 0, "this program did not end within %d s",
	    CONF_PROGRAM_SECONDS);
	kill_group(r);
}

/* The first that is to be started, or NULL. */
static struct program *
next_wanted(const struct runner *runner)
{
	struct program *p = runner->programs->first;

	for (; p != NULL; p = p->next) {
		size_t i = 0;

		while (i < RUNNER_MAX && runner->all[i].program != p)
			i++;
		if (!p->done && i == RUNNER_MAX)
			break;
	}
	return p;
}

bool
runner_turn(struct runner *runner)
{
	struct program *wanted = next_wanted(runner);
	int64_t now_ns = clock_now_ns();

	for (size_t i = 0; i < RUNNER_MAX; i++) {
		struct running *r = &runner->all[i];

		if (r->program != NULL && r->deadline_ns <= now_ns)
			late(r);
		while (r->program == NULL && wanted != NULL) {
			start(r, wanted);
			wanted = next_wanted(runner);
		}
	}
	return runner->nrunning == 0 && wanted == NULL &&
	    runner_strays_ended(runner, now_ns);
}

int64_t
runner_deadline(const struct runner *runner)
{
	int64_t at_ns = runner->look_ns;

	for (size_t i = 0; i < RUNNER_MAX; i++) {
		const struct running *r = &runner->all[i];

		if (r->program != NULL && r->deadline_ns < at_ns)
			at_ns = r->deadline_ns;
	}
	return at_ns;
}

int
runner_init(struct runner *runner, struct programs *programs, struct loop *loop,
    struct spawner *spawner, const int *children, const char *const *given)
{
	*runner = (struct runner){
		.programs = programs,
		.loop = loop,
		.spawner = spawner,
		.children = children,
		.look_ns = CLOCK_NEVER,
	};
	for (size_t i = 0; i < RUNNER_MAX; i++)
		runner->all[i].runner = runner;
	return runner_mark(runner, given);
}

void
runner_fini(struct runner *runner)
{
	for (size_t i = 0; i < RUNNER_MAX; i++) {
		struct running *r = &runner->all[i];

		if (r->program == NULL)
			continue;
		kill_and_reap(r->pid, r->end.fd);
		fail(r, PROGRAM_FAILED, ECANCELED, "this program was ended");
		finish(r);
	}
	if (runner->envp != NULL)
		runner_strays_kill(runner);
	free(runner->envp);
	runner->envp = NULL;
}
