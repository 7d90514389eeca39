/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "core/reason.h"
#include "core/window.h"
#include "engine/attend.h"
#include "engine/cgroup_leaf.h"
#include "engine/guardian.h"
#include "engine/logging.h"
#include "engine/mark.h"
#include "engine/outbox.h"
#include "engine/sweep.h"
#include "engine/witness.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"

/* How often engines may be killed before the guardian gives up (U8). */
#define ENGINE_MAX_RESTARTS 3
#define ENGINE_MAX_SECONDS  5

/* So many killed witnesses are replaced at once; then each second one. */
#define WITNESS_MAX 16
#define WITNESS_MS  1000

/* Says something that failed, also where no records are wanted. */
static void complain(struct guardian *g, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
complain(struct guardian *g, const char *format, ...)
{
	char message[256], line[300];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (g->reporter.form != REPORTER_QUIET) {
		reporter_message(&g->reporter, RECORD_ERROR, "%s", message);
	} else if (!g->run->quiet) {
		snprintf(line, sizeof(line), "supervise: %s\n", message);
		reporter_say(&g->reporter, line);
	}
	reporter_flush(&g->reporter);
}

static void
kill_late(struct guardian *g)
{
	if (clock_now_ns() < g->kill_ns)
		return;
	g->kill_ns = CLOCK_NEVER;
	if (g->engine_fd >= 0)
		(void)pidfd_signal(g->engine_fd, SIGKILL);
}

/*
 * Ends every process below us. A witness that is the engine's parent does that
 * itself, and then ends; another one goes last, because we may be killed in
 * the middle of this, too.
 */
static void
sweep(struct guardian *g)
{
	leaves_kill(g->cgroup, getpid());
	while (attend_reap(g)) {
		g->sweep.spared = g->link.witness;
		g->sweep.logger = g->logging.pid;
		if (g->parent) {
			/* It may have been stopped. */
			(void)kill(g->link.witness, SIGCONT);
		} else if (!sweep_kill(&g->sweep)) {
			if (g->link.witness <= 0)
				break;
			(void)kill(g->link.witness, SIGKILL);
		}
		attend(g, SWEEP_MS);
	}
	leaves_remove(g->cgroup, getpid(), false);
	/* The engine, if it had time, has told of them. */
	if (g->sweep.denied > 0 && !g->done)
		reporter_message(&g->reporter, RECORD_WARNING,
		    "%u processes cannot be ended: %s", g->sweep.denied,
		    strerror(EPERM));
}

/* In a process of its own nothing of the guardian's is left open. */
static void
leave_guardian(struct guardian *g)
{
	fd_close(&g->signals);
	fd_close(&g->sweep.children);
	fd_close(&g->outbox.channel);
	output_fini(&g->reporter.output);
	window_fini(&g->window);
	window_fini(&g->witnesses);
}

static _Noreturn void
be_witness(struct guardian *g, int guardian_end)
{
	leave_guardian(g);
	fd_close(&guardian_end);
	fd_close(&g->logging.pidfd);
	wire_close_logger(&g->logging.wire);
	witness_run(g->run, &g->link);
}

/* Starts the logger, if it is wanted, unless it runs. */
static void
keep_logger(struct guardian *g)
{
	pid_t guardian = getpid();

	switch (logging_keep(&g->logging)) {
	case -1:
		leave_guardian(g);
		if (g->engine_fd >= 0)
			fd_close(&g->engine_fd);
		fd_close(&g->link.alive[0]);
		fd_close(&g->link.alive[1]);
		logging_be(&g->logging, g->run, guardian);
	case 1:
		g->link.logger = g->logging.pid;
		outbox_tell(&g->outbox, MESSAGE_LOGGER, 1, g->logging.pid);
		break;
	default:
		break;
	}
}

/* Starts a witness, which starts an engine. 0 or -errno. */
static int
start(struct guardian *g)
{
	int ends[2];
	int error = channel_open(ends);

	if (error < 0)
		return error;
	g->link.guardian = getpid();
	g->link.channel = ends[1];
	reporter_flush(&g->reporter);
	g->link.witness = fork();
	if (g->link.witness == 0)
		be_witness(g, ends[0]);
	error = g->link.witness == -1 ? -errno : 0;
	g->parent = error == 0;
	fd_close(&ends[1]);
	g->outbox = (struct outbox){ .channel = ends[0] };
	return error;
}

/* Replaces a witness that has ended; not in a loop, should each end at once. */
static void
keep_witness(struct guardian *g)
{
	if (g->link.witness > 0 || !window_allow(&g->witnesses, clock_now_ns()))
		return;
	g->link.witness = witness_start(g->link.alive, mark_text());
	if (g->link.witness > 0)
		outbox_tell(&g->outbox, MESSAGE_WITNESS, 1, g->link.witness);
}

static void
record_death(struct guardian *g)
{
	char text[REASON_TEXT_SIZE];
	struct reason reason = g->end.by_signal ? reason_signal(g->end.status) :
						  reason_exit(g->end.status);
	struct record r;

	record_begin(&r, RECORD_ENGINE_DIED);
	record_number(&r, "pid", g->engine);
	record_text(&r, "reason", reason_text(reason, text));
	reporter_record(&g->reporter, &r, clock_wall_ns());
	reporter_flush(&g->reporter);
}

/* One engine from start to end, and of all it has left. */
static void
serve(struct guardian *g)
{
	g->engine = 0;
	g->engine_fd = -1;
	g->done = false;
	g->error = start(g);
	g->over = g->error < 0;
	while (!g->over) {
		keep_logger(g);
		keep_witness(g);
		attend(g,
		    g->link.witness > 0 &&
			    (g->logging.pid > 0 || !g->logging.wanted) ?
			clock_timeout_ms(clock_now_ns(), g->kill_ns) :
			WITNESS_MS);
		kill_late(g);
	}
	if (g->outbox.channel != -1)
		attend_messages(g);
	if (g->engine_fd >= 0)
		fd_close(&g->engine_fd);
	fd_close(&g->outbox.channel);
	if (g->error < 0)
		complain(g, "cannot start the engine: %s", strerror(-g->error));
	else if (!g->done)
		record_death(g);
	sweep(g);
}

/* The status of a run that was none: `exec` speaks as env(1) does. */
static int
failed(const struct run *run)
{
	return run->command || run->several ? 125 : 1;
}

/* The status to end with, now that no engine is to follow. */
static int
ends_with(struct guardian *g)
{
	if (g->done)
		return g->status;
	if (g->stop != 0)
		return g->run->command ? 128 + g->stop : 0;
	if (g->error < 0)
		complain(g, "gave up: the engine cannot be started");
	else
		complain(g,
		    "gave up: the engine died more than %d times in %d s",
		    ENGINE_MAX_RESTARTS, ENGINE_MAX_SECONDS);
	return failed(g->run);
}

static int
init(struct guardian *g, const struct run *run)
{
	sigset_t set;
	int error;

	*g = (struct guardian){
		.run = run,
		.signals = -1,
		.outbox.channel = -1,
		.kill_ns = CLOCK_NEVER,
	};
	upward_init(&g->upward, run);
	g->link.upward = &g->upward;
	mark_make();
	g->engine_fd = -1;
	error = logging_init(&g->logging, run);
	if (error == 0 && g->logging.wanted)
		g->link.log = &g->logging.wire;
	if (error == 0)
		error = reporter_init(&g->reporter, run->form, NULL,
		    g->logging.wanted ? g->logging.wire.records[1] :
					STDERR_FILENO);
	if (error < 0)
		return error;
	if (!window_init(&g->window, ENGINE_MAX_RESTARTS,
		ENGINE_MAX_SECONDS * NS_PER_S) ||
	    !window_init(&g->witnesses, WITNESS_MAX, WITNESS_MS * NS_PER_MS))
		return -ENOMEM;
	signals_forwardable(&set);
	sigaddset(&set, SIGCHLD);
	g->signals = signals_open(&set);
	if (g->signals < 0)
		return g->signals;
	if (pipe2(g->link.alive, O_CLOEXEC) == -1)
		return -errno;
	error = fd_raise(&g->link.alive[0]);
	if (error == 0)
		error = fd_raise(&g->link.alive[1]);
	if (error == 0 && getpid() != 1)
		error = proc_adopt_orphans();
	g->link.cgroup = g->cgroup;
	g->link.cgroup_error =
	    leaves_find(run->conf->root->sup.cgroup, g->cgroup);
	if (g->link.cgroup_error < 0)
		*g->cgroup = '\0';
	g->link.inherited = &g->inherited;
	g->sweep.children = proc_children_open(getpid());
	g->sweep.inherited = &g->inherited;
	if (error == 0)
		error = inherited_read(&g->inherited, g->sweep.children);
	if (error == 0)
		keep_logger(g);
	return error;
}

int
guardian_run(const struct run *run)
{
	struct guardian g;
	int error = init(&g, run);
	int status;

	if (error < 0) {
		dprintf(STDERR_FILENO, "supervise: cannot start: %s\n",
		    strerror(-error));
		return failed(run);
	}
	for (;;) {
		serve(&g);
		if (g.done || g.stop != 0 ||
		    !window_allow(&g.window, clock_now_ns()))
			break;
		g.link.again = true;
	}
	status = ends_with(&g);
	inherited_fini(&g.inherited);
	upward_fini(&g.upward);
	reporter_fini(&g.reporter);
	keep_logger(&g);
	logging_finish(&g.logging, g.run, g.signals);
	leaves_remove(g.cgroup, getpid(), true);
	window_fini(&g.window);
	window_fini(&g.witnesses);
	return status;
}
