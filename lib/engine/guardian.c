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
#include "engine/guardian.h"
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

/* So long an engine may take that was told to kill. */
#define ENGINE_KILL_NS (5 * NS_PER_S)

/* So many killed witnesses are replaced at once; then each second one. */
#define WITNESS_MAX 16
#define WITNESS_MS  1000

struct guardian {
	const struct run *run;
	struct reporter reporter;
	struct window window;       /* of engines that were started anew */
	struct engine_link link;    /* of the engine in hand */
	int signals;                /* signalfd; owned */
	struct outbox outbox;       /* to the engine; its channel: owned */
	struct sweep sweep;         /* of our children */
	struct inherited inherited; /* those of them that are not ours */
	bool parent;                /* the witness is the engine's */
	pid_t engine;               /* 0: it has not started */
	int engine_fd;              /* pidfd of it; owned; -1 */
	int error;                  /* why not, -errno */
	bool over;                  /* it has ended, or did not start */
	struct process_end end;     /* of the engine */
	struct window witnesses;    /* that were started anew */
	bool done;                  /* the engine said that all is over, */
	int status;                 /* with this status */
	int nstops;                 /* signals that told us to stop */
	int64_t kill_ns;            /* when the engine is killed, if it lives */
	int stop; /* signal by which we were told to stop, or 0 */
};

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

/* Job control: stops with those of our group, and tells when we go on. */
static void
suspend(struct guardian *g, int signo)
{
	if (g->run->command)
		(void)kill(0, signo);
	/* That one has done it already. */
	if (!g->run->command || signo != SIGSTOP)
		signals_raise(signo);
	outbox_tell(&g->outbox, MESSAGE_CONTINUE, 1, 0);
}

static void
engine_ended(struct guardian *g, const struct process_end *end)
{
	if (g->over)
		return;
	g->over = true;
	g->end = *end;
}

static void
take_message(struct guardian *g, const struct channel_message *message)
{
	int value = message->value;

	switch ((enum message_kind)message->kind) {
	case MESSAGE_DONE:
		g->done = true;
		g->status = value;
		break;
	case MESSAGE_SUSPEND:
		suspend(g, value);
		break;
	case MESSAGE_STOP:
		g->stop = SIGTERM;
		break;
	case MESSAGE_ENGINE:
		g->engine = message->pid;
		if (value == 0)
			g->engine_fd = pidfd_of(g->engine);
		g->error = value;
		break;
	case MESSAGE_ENDED:
		engine_ended(g,
		    &(struct process_end){
			.status = value < 0 ? -value : value,
			.by_signal = value < 0,
		    });
		break;
	case MESSAGE_SIGNAL:
	case MESSAGE_ORPHAN:
	case MESSAGE_CONTINUE:
	case MESSAGE_WITNESS:
		break;
	}
}

static void
take_messages(struct guardian *g)
{
	struct channel_message message;
	int got;

	while ((got = channel_receive(g->outbox.channel, &message)) == 1)
		take_message(g, &message);
	if (got == 0)
		fd_close(&g->outbox.channel);
}

/*
 * The witness that was the parent of the engine has ended. If that was killed
 * alone the engine is our child now, and so are orphans.
 */
static void
parent_ended(struct guardian *g, const struct process_end *end)
{
	g->parent = false;
	if (g->outbox.channel != -1)
		take_messages(g);
	if (g->engine == 0 || !process_is_child(g->engine))
		engine_ended(g, end);
}

/* Reaps everything that has ended. False when no child is left. */
static bool
reap(struct guardian *g)
{
	struct process_end end;
	bool orphan = false;
	pid_t pid;
	int got;

	while ((got = process_reap_any(&pid, &end)) == 1) {
		if (pid == g->engine) {
			engine_ended(g, &end);
		} else if (pid == g->link.witness) {
			g->link.witness = 0;
			if (g->parent)
				parent_ended(g, &end);
		} else if (!inherited_forget(&g->inherited, pid)) {
			orphan = true;
		}
	}
	if (orphan)
		outbox_tell(&g->outbox, MESSAGE_ORPHAN, 1, 0);
	return got != -ECHILD;
}

/*
 * Also when somebody has stopped the engine, by SIGSTOP or in a debugger, a
 * stop is heard, and the second one kills.
 */
static void
take_stop(struct guardian *g, int signo)
{
	g->stop = signo;
	if (g->link.witness > 0)
		(void)kill(g->link.witness, SIGCONT);
	if (g->engine_fd >= 0)
		(void)pidfd_signal(g->engine_fd, SIGCONT);
	if (++g->nstops == 2)
		g->kill_ns = clock_now_ns() + ENGINE_KILL_NS;
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

static void
take_signal(struct guardian *g, const struct signalfd_siginfo *signal)
{
	int signo = (int)signal->ssi_signo;

	if (signo == SIGCHLD)
		(void)reap(g);
	else if (signo == SIGHUP && signals_ignored(g->run->signals, SIGHUP))
		return; /* nohup(1) */
	else if (signo == SIGTSTP && !g->run->command)
		suspend(g, signo);
	else
		outbox_tell(&g->outbox, MESSAGE_SIGNAL, signo,
		    (pid_t)signal->ssi_pid);
	if (outbox_is_stop(signo))
		take_stop(g, signo);
}

static void
take_signals(struct guardian *g)
{
	struct signalfd_siginfo signal;

	while (signals_read(g->signals, &signal) == 1)
		take_signal(g, &signal);
}

/* Waits until something happens, at most `timeout_ms` (-1: for ever). */
static void
attend(struct guardian *g, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = g->signals, .events = POLLIN },
		{ .fd = g->outbox.channel, .events = POLLIN },
		{ .fd = g->engine_fd, .events = POLLIN },
	};

	if (outbox_is_behind(&g->outbox))
		fds[1].events |= POLLOUT;
	if (poll(fds, 3, timeout_ms) <= 0)
		return;
	/* Its parent tells of its end, unless somebody has stopped that. */
	if (fds[2].revents != 0) {
		fd_close(&g->engine_fd);
		if (g->link.witness > 0)
			(void)kill(g->link.witness, SIGCONT);
	}
	if ((fds[1].revents & ~POLLOUT) != 0)
		take_messages(g);
	if ((fds[1].revents & POLLOUT) != 0 && g->outbox.channel != -1)
		outbox_flush(&g->outbox, g->link.witness);
	if (fds[0].revents != 0)
		take_signals(g);
}

/*
 * Ends every process below us. A witness that is the engine's parent does that
 * itself, and then ends; another one goes last, because we may be killed in
 * the middle of this, too.
 */
static void
sweep(struct guardian *g)
{
	while (reap(g)) {
		g->sweep.spared = g->link.witness;
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
	/* The engine, if it had time, has told of them. */
	if (g->sweep.denied > 0 && !g->done)
		reporter_message(&g->reporter, RECORD_WARNING,
		    "%u processes cannot be ended: %s", g->sweep.denied,
		    strerror(EPERM));
}

/* The witness's process: nothing of the guardian's is left open in it. */
static _Noreturn void
be_witness(struct guardian *g, int guardian_end)
{
	fd_close(&g->signals);
	fd_close(&g->sweep.children);
	fd_close(&guardian_end);
	output_fini(&g->reporter.output);
	window_fini(&g->window);
	window_fini(&g->witnesses);
	witness_run(g->run, &g->link);
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
	reporter_record(&g->reporter, &r);
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
		keep_witness(g);
		attend(g,
		    g->link.witness > 0 ?
			clock_timeout_ms(clock_now_ns(), g->kill_ns) :
			WITNESS_MS);
		kill_late(g);
	}
	if (g->outbox.channel != -1)
		take_messages(g);
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
	return run->command ? 125 : 1;
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
	mark_make();
	error = reporter_init(&g->reporter, run->form, NULL);
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
	g->link.inherited = &g->inherited;
	g->sweep.children = proc_children_open(getpid());
	g->sweep.inherited = &g->inherited;
	if (error == 0)
		error = inherited_read(&g->inherited, g->sweep.children);
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
	reporter_fini(&g.reporter);
	window_fini(&g.window);
	window_fini(&g.witnesses);
	return status;
}
