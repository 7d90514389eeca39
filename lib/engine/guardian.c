/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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
#include "engine/witness.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"

/* How often engines may be killed before the guardian gives up (U8). */
#define ENGINE_MAX_RESTARTS 3
#define ENGINE_MAX_SECONDS  5

/* So long a killed witness's successor lives, or the next one waits. */
#define WITNESS_MS 1000

/* A sweep looks again after so long even when nobody has ended. */
#define SWEEP_MS 1000

struct guardian {
	const struct run *run;
	struct reporter reporter;
	struct window window;    /* of engines that were started anew */
	struct engine_link link; /* of the engine in hand */
	int signals;             /* signalfd; owned */
	int channel;             /* to the engine; owned; -1: there is none */
	int children;            /* list of our children; owned; -1: unknown */
	struct inherited inherited;      /* those of them that are not ours */
	uint64_t unsent[MESSAGE_NKINDS]; /* what it could not be told yet */
	pid_t engine;                    /* 0: it has ended */
	struct process_end end;          /* of the engine */
	int64_t witness_ns;              /* when the next may be started */
	bool done;                       /* the engine said that all is over, */
	int status;                      /* with this status */
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

static int
send_engine(struct guardian *g, enum message_kind kind, int value, pid_t pid)
{
	struct channel_message message = {
		.kind = (int32_t)kind,
		.value = value,
		.pid = pid,
	};

	return channel_send(g->channel, &message);
}

static bool
is_stop(int signo)
{
	return signo == SIGTERM || signo == SIGINT || signo == SIGQUIT;
}

/*
 * An engine that is far behind is told later: what to say fits in a bit for
 * each value from 1 to 64, and what is said twice is said once.
 */
static void
tell_engine(struct guardian *g, enum message_kind kind, int value, pid_t pid)
{
	uint64_t bit = UINT64_C(1) << (value - 1);

	if (g->channel == -1 || send_engine(g, kind, value, pid) == 0)
		return;
	/* But that of a second stop is to kill: it counts as another one. */
	if (kind == MESSAGE_SIGNAL && is_stop(value) &&
	    (g->unsent[kind] & bit) != 0)
		bit = UINT64_C(1)
		    << ((value == SIGTERM ? SIGINT : SIGTERM) - 1);
	g->unsent[kind] |= bit;
}

static bool
is_engine_behind(const struct guardian *g)
{
	for (int kind = 0; kind < MESSAGE_NKINDS; kind++)
		if (g->unsent[kind] != 0)
			return true;
	return false;
}

static void
tell_unsent(struct guardian *g)
{
	for (int kind = 0; kind < MESSAGE_NKINDS; kind++)
		while (g->unsent[kind] != 0) {
			int value = ffsll((long long)g->unsent[kind]);
			pid_t pid =
			    kind == MESSAGE_WITNESS ? g->link.witness : 0;

			if (send_engine(g, (enum message_kind)kind, value,
				pid) < 0)
				return;
			g->unsent[kind] &= g->unsent[kind] - 1;
		}
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
			g->engine = 0;
			g->end = end;
		} else if (pid == g->link.witness) {
			g->link.witness = 0;
		} else if (!inherited_forget(&g->inherited, pid)) {
			orphan = true;
		}
	}
	if (orphan)
		tell_engine(g, MESSAGE_ORPHAN, 1, 0);
	return got != -ECHILD;
}

/* Job control: stops with those of our group, and tells when we go on. */
static void
suspend(struct guardian *g, int signo)
{
	if (g->run->command)
		(void)kill(0, signo);
	signals_raise(signo);
	tell_engine(g, MESSAGE_CONTINUE, 1, 0);
}

static void
take_signal(struct guardian *g, const struct signalfd_siginfo *signal)
{
	int signo = (int)signal->ssi_signo;

	if (is_stop(signo))
		g->stop = signo;
	if (signo == SIGCHLD)
		(void)reap(g);
	else if (signo == SIGHUP && signals_ignored(g->run->signals, SIGHUP))
		return; /* nohup(1) */
	else if (signo == SIGTSTP && !g->run->command)
		suspend(g, signo);
	else
		tell_engine(g, MESSAGE_SIGNAL, signo, (pid_t)signal->ssi_pid);
}

static void
take_signals(struct guardian *g)
{
	struct signalfd_siginfo signal;

	while (signals_read(g->signals, &signal) == 1)
		take_signal(g, &signal);
}

static void
take_messages(struct guardian *g)
{
	struct channel_message message;
	int got;

	while ((got = channel_receive(g->channel, &message)) == 1) {
		if (message.kind == MESSAGE_DONE) {
			g->done = true;
			g->status = message.value;
		} else if (message.kind == MESSAGE_SUSPEND) {
			suspend(g, message.value);
		}
	}
	if (got == 0)
		fd_close(&g->channel);
}

/* Waits until something happens, at most `timeout_ms` (-1: for ever). */
static void
attend(struct guardian *g, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = g->signals, .events = POLLIN },
		{ .fd = g->channel, .events = POLLIN },
	};

	if (is_engine_behind(g))
		fds[1].events |= POLLOUT;
	if (poll(fds, 2, timeout_ms) <= 0)
		return;
	if ((fds[1].revents & ~POLLOUT) != 0)
		take_messages(g);
	if ((fds[1].revents & POLLOUT) != 0 && g->channel != -1)
		tell_unsent(g);
	if (fds[0].revents != 0)
		take_signals(g);
}

/* Those of our children that must go: neither the witness nor inherited. */
struct others {
	const struct guardian *g;
	bool left;
	unsigned denied; /* may not be signalled: nobody waits for them */
};

static int
kill_other(pid_t pid, void *arg)
{
	struct others *others = arg;

	if (pid == others->g->link.witness ||
	    inherited_has(&others->g->inherited, pid))
		return 0;
	if (kill(pid, SIGKILL) == -1 && errno == EPERM)
		others->denied++;
	else
		others->left = true;
	return 0;
}

/*
 * Kills our children but the witness. False when there are none, or none can
 * be known: where /proc does not tell, PID 1 reaches everybody, and others
 * can only wait for what ends by itself.
 */
static bool
kill_others(struct guardian *g)
{
	struct others others = { .g = g };

	if (g->children < 0)
		g->children = proc_children_open(getpid());
	if (g->children < 0)
		return getpid() == 1 && kill(-1, SIGKILL) == 0;
	if (proc_children_each(g->children, kill_other, &others) < 0 ||
	    others.left)
		return true;
	/* The engine, if it had time, has told of them. */
	if (others.denied > 0 && !g->done)
		reporter_message(&g->reporter, RECORD_WARNING,
		    "%u processes cannot be ended: %s", others.denied,
		    strerror(EPERM));
	return false;
}

/* Whether a child of ours may be left, once kill_others() has found none. */
static bool
may_be_left(const struct guardian *g)
{
	return g->children < 0 || g->link.witness > 0;
}

/*
 * Ends every process below us, by SIGKILL, until none is left. Only unreaped
 * children of our own are signalled, so no number can be a stranger's; what
 * they leave behind becomes our child in turn. The witness goes last, because
 * we may be killed in the middle of this, too.
 */
static void
sweep(struct guardian *g)
{
	while (reap(g) && kill_others(g))
		attend(g, SWEEP_MS);
	while (reap(g) && may_be_left(g)) {
		if (g->link.witness > 0)
			(void)kill(g->link.witness, SIGKILL);
		attend(g, SWEEP_MS);
	}
}

/* By the engine itself, so that it stands before what the engine does. */
static void
record_start(struct guardian *g)
{
	struct record r;

	record_begin(&r, RECORD_ENGINE_STARTED);
	record_number(&r, "pid", getpid());
	reporter_record(&g->reporter, &r);
	reporter_flush(&g->reporter);
}

/* The engine's process: nothing of the guardian's is left open in it. */
static int
be_engine(struct guardian *g, int guardian_end)
{
	fd_close(&g->signals);
	fd_close(&g->children);
	fd_close(&guardian_end);
	(void)close(g->link.alive[0]);
	if (g->link.again)
		record_start(g);
	output_fini(&g->reporter.output);
	window_fini(&g->window);

	/* What is sent to the job as a whole is the guardian's to pass on. */
	(void)setpgid(0, 0);
	setproctitle("engine of %s, guarded by %jd", g->run->file,
	    (intmax_t)getppid());
	return engine_run(g->run, &g->link);
}

/* Starts a witness and an engine. 0 or -errno. */
static int
start(struct guardian *g)
{
	int ends[2];
	int error;

	g->link.witness = witness_start(g->link.alive, mark_text());
	error = channel_open(ends);
	if (error < 0)
		return error;
	g->link.guardian = getpid();
	g->link.channel = ends[1];
	memset(g->unsent, 0, sizeof(g->unsent));
	g->done = false;
	reporter_flush(&g->reporter);
	g->engine = fork();
	if (g->engine == 0)
		_exit(be_engine(g, ends[0]));
	error = g->engine == -1 ? -errno : 0;
	g->engine = g->engine == -1 ? 0 : g->engine;
	fd_close(&ends[1]);
	g->channel = ends[0];
	return error;
}

/* Replaces a witness that has ended; not in a loop, should each end at once. */
static void
keep_witness(struct guardian *g)
{
	int64_t now_ns = clock_now_ns();

	if (g->link.witness > 0 || now_ns < g->witness_ns)
		return;
	g->witness_ns = now_ns + WITNESS_MS * NS_PER_MS;
	g->link.witness = witness_start(g->link.alive, mark_text());
	if (g->link.witness > 0)
		tell_engine(g, MESSAGE_WITNESS, 1, g->link.witness);
}

static void
record_death(struct guardian *g, pid_t pid)
{
	char text[REASON_TEXT_SIZE];
	struct reason reason = g->end.by_signal ? reason_signal(g->end.status) :
						  reason_exit(g->end.status);
	struct record r;

	record_begin(&r, RECORD_ENGINE_DIED);
	record_number(&r, "pid", pid);
	record_text(&r, "reason", reason_text(reason, text));
	reporter_record(&g->reporter, &r);
	reporter_flush(&g->reporter);
}

/* One engine from start to end, and of all it has left. */
static void
serve(struct guardian *g)
{
	pid_t pid;
	int error = start(g);

	if (error < 0)
		complain(g, "cannot start the engine: %s", strerror(-error));
	pid = g->engine;
	while (g->engine != 0) {
		keep_witness(g);
		attend(g, g->link.witness > 0 ? -1 : WITNESS_MS);
	}
	if (g->channel != -1)
		take_messages(g);
	fd_close(&g->channel);
	if (pid != 0 && !g->done)
		record_death(g, pid);
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
	complain(g, "gave up: the engine died more than %d times in %d s",
	    ENGINE_MAX_RESTARTS, ENGINE_MAX_SECONDS);
	return failed(g->run);
}

static int
init(struct guardian *g, const struct run *run)
{
	sigset_t set;
	int error;

	*g = (struct guardian){ .run = run, .signals = -1, .channel = -1 };
	mark_make();
	error = reporter_init(&g->reporter, run->form, NULL);
	if (error < 0)
		return error;
	if (!window_init(&g->window, ENGINE_MAX_RESTARTS,
		ENGINE_MAX_SECONDS * NS_PER_S))
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
	g->children = proc_children_open(getpid());
	if (error == 0 && g->children >= 0)
		error = inherited_read(&g->inherited, g->children);
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
	return status;
}
