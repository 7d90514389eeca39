/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "base/units.h"
#include "engine/attend.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/fd.h"

/* So long an engine may take that was told to kill. */
#define ENGINE_KILL_NS (5 * NS_PER_S)

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
	case MESSAGE_UPWARD:
		upward_say(g, value, message->pid);
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
	case MESSAGE_LOGGER:
		break;
	}
}

void
attend_messages(struct guardian *g)
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
		attend_messages(g);
	if (g->engine == 0 || !process_is_child(g->engine))
		engine_ended(g, end);
}

bool
attend_reap(struct guardian *g)
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
take_signal(struct guardian *g, const struct signalfd_siginfo *signal)
{
	int signo = (int)signal->ssi_signo;

	if (signo == SIGCHLD)
		(void)attend_reap(g);
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

void
attend(struct guardian *g, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = g->signals, .events = POLLIN },
		{ .fd = g->outbox.channel, .events = POLLIN },
		{ .fd = g->engine_fd, .events = POLLIN },
		{ .fd = g->logging.pidfd, .events = POLLIN },
	};

	if (outbox_is_behind(&g->outbox))
		fds[1].events |= POLLOUT;
	if (poll(fds, 4, timeout_ms) <= 0)
		return;
	/* Its parent tells of its end, unless somebody has stopped that. */
	if (fds[2].revents != 0) {
		fd_close(&g->engine_fd);
		if (g->link.witness > 0)
			(void)kill(g->link.witness, SIGCONT);
	}
	if (fds[3].revents != 0)
		logging_ended(&g->logging);
	if ((fds[1].revents & ~POLLOUT) != 0)
		attend_messages(g);
	if ((fds[1].revents & POLLOUT) != 0 && g->outbox.channel != -1)
		outbox_flush(&g->outbox, g->link.witness, g->logging.pid);
	if (fds[0].revents != 0)
		take_signals(g);
}
