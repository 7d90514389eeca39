/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/signal_name.h"
#include "base/units.h"
#include "engine/awaited.h"
#include "engine/engine.h"
#include "engine/lookup.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/proc.h"

/*
 * What the guardian passes on: signals (U11), and, by its silence, its own
 * death (U8); and the orphans that the witness reaped, and its death.
 */

static void
record_signal(struct engine *e, int signo, pid_t pid, const char *action)
{
	char name[SIGNAL_NAME_SIZE];
	struct record r;

	record_begin(&r, RECORD_SIGNAL);
	record_text(&r, "signal", signal_name(signo, name));
	if (pid > 0)
		record_number(&r, "from", pid);
	record_text(&r, "action", action);
	engine_record(e, &r);
}

void
orders_stop(const struct engine *e)
{
	const struct channel_message message = { .kind = MESSAGE_STOP };

	if (e->channel.fd != -1)
		(void)channel_send(e->channel.fd, &message);
}

static void
stop(struct engine *e, int signo, pid_t pid)
{
	if (e->run->command && e->nstops == 0)
		e->stop_signal = signo;
	if (e->nstops == 0)
		orders_stop(e);
	record_signal(e, signo, pid,
	    e->nstops > 0 ? "everything is killed" : "everything stops");
	engine_shutdown(e);
}

int
orders_interrupt(struct engine *e, int status)
{
	int signo = status > 128 ? status - 128 : status;

	stop(e, signo, 0);
	return signo;
}

static void
pass_to(void *arg, struct child *child)
{
	const int *signo = arg;

	if (!child_is_sup(child) && node_worker(child)->watch.fd != -1)
		(void)reap_signal(node_worker(child), *signo);
}

/* Passes a signal on to the groups of the commands of `exec`. */
static void
pass_on(struct engine *e, int signo)
{
	struct worker *worker = &e->nodes.workers[0];

	if (e->run->several)
		lookup_walk(&e->root.sup.child, pass_to, &signo);
	else if (signo == SIGCONT)
		job_continue(e);
	else if (worker->watch.fd != -1)
		(void)reap_signal(worker, signo);
}

/*
 * SIGHUP because the terminal is gone: from the kernel, or from the shell on
 * that terminal. Everybody else means a reload, also when it is gone for long.
 */
static bool
is_hang_up(const struct engine *e, pid_t pid)
{
	return (pid == 0 || pid == getsid(0)) && job_hung_up(e);
}

static void
take_signal(struct engine *e, int signo, pid_t pid)
{
	switch (signo) {
	case SIGTERM:
	case SIGINT:
	case SIGQUIT:
		stop(e, signo, pid);
		return;
	case SIGHUP:
		if (e->run->command || e->run->several)
			break;
		if (is_hang_up(e, pid)) {
			/* Kernel and shell may both tell, of one hang-up. */
			if (e->nstops == 0)
				stop(e, signo, pid);
			return;
		}
		record_signal(e, signo, pid, "the file is read again");
		reload_serve(e, NULL, 0, NULL);
		return;
	case SIGUSR1:
		if (e->run->command || e->run->several)
			break;
		record_signal(e, signo, pid, "log files are opened anew");
		outlets_reopen(e);
		return;
	default:
		break;
	}
	if (e->run->command || e->run->several)
		pass_on(e, signo);
	else if (signo != SIGWINCH && signo != SIGCONT)
		record_signal(e, signo, pid, "ignored");
}

static void
take(struct engine *e, const struct channel_message *message)
{
	switch ((enum message_kind)message->kind) {
	case MESSAGE_SIGNAL:
		take_signal(e, message->value, message->pid);
		break;
	case MESSAGE_ORPHAN:
		e->look = true;
		break;
	case MESSAGE_CONTINUE:
		job_continue(e);
		break;
	case MESSAGE_WITNESS:
		e->witness = message->pid;
		break;
	case MESSAGE_LOGGER:
		outlets_renew(e, message->pid);
		break;
	case MESSAGE_DONE:
	case MESSAGE_SUSPEND:
	case MESSAGE_STOP:
	case MESSAGE_ENGINE:
	case MESSAGE_UPWARD:
	case MESSAGE_ENDED:
		break;
	}
}

/* Signals that come to us, without a guardian; the first changes nothing. */
static void
signalled(struct loop_watch *watch, uint32_t events)
{
	struct engine *e = (struct engine *)(void *)((char *)watch -
	    offsetof(struct engine, signals));
	struct signalfd_siginfo signal;

	(void)events;
	while (signals_read(watch->fd, &signal) == 1) {
		if (e->nsignals++ == 0)
			e->nstops--;
		stop(e, (int)signal.ssi_signo, (pid_t)signal.ssi_pid);
	}
}

/* Takes the signals that stop everything from now on. */
static void
take_signals(struct engine *e)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	fd = signals_open(&set);
	if (fd >= 0 &&
	    loop_add(&e->loop, &e->signals, fd, EPOLLIN, signalled) < 0)
		fd_close(&fd);
}

/* Nobody passes signals on any more: stop in order. */
static void
guardian_died(struct engine *e)
{
	struct record r;
	int channel = e->channel.fd;

	loop_del(&e->loop, &e->channel);
	fd_close(&channel);
	record_begin(&r, RECORD_GUARDIAN_DIED);
	record_number(&r, "pid", e->guardian);
	engine_record(e, &r);
	e->orphaned = true;
	if (e->orphans.fd == -1)
		strays_follow(e, 0);
	/* This stop is ours: the first signal after it is no second one. */
	e->nsignals = e->nstops++;
	take_signals(e);
	e->remind_ns = clock_now_ns() + ENGINE_REMIND_NS;
	engine_feed(e, &(struct event){ .kind = EVENT_SHUTDOWN });
}

static void
readable(struct loop_watch *watch, uint32_t events)
{
	struct engine *e = (struct engine *)(void *)((char *)watch -
	    offsetof(struct engine, channel));
	struct channel_message message;
	int got;

	(void)events;
	while ((got = channel_receive(e->channel.fd, &message)) == 1)
		take(e, &message);
	if (got == 0)
		guardian_died(e);
}

/* Our parent has reaped orphans, or is dead. */
static void
orphans_reaped(struct loop_watch *watch, uint32_t events)
{
	struct engine *e = (struct engine *)(void *)((char *)watch -
	    offsetof(struct engine, orphans));
	int fd = watch->fd;
	char bytes[64];
	ssize_t n;

	(void)events;
	e->look = true;
	do {
		n = read(fd, bytes, sizeof(bytes));
	} while (n > 0);
	if (n == -1)
		return;
	loop_del(&e->loop, watch);
	fd_close(&fd);
	strays_follow(e, e->orphaned ? 0 : e->guardian);
}

int
orders_init(struct engine *e, const struct engine_link *link)
{
	int error =
	    loop_add(&e->loop, &e->channel, link->channel, EPOLLIN, readable);

	e->remind_ns = NEVER_NS;
	if (error == 0)
		error = loop_add(&e->loop, &e->orphans, link->orphans, EPOLLIN,
		    orphans_reaped);
	return error;
}

/* Fills the record with what is waited for. False: with nothing. */
static bool
fill_waiting(struct engine *e, struct record *r, int64_t now_ns,
    char path[static NODE_PATH_SIZE])
{
	struct child *child = awaited(&e->root.sup);
	pid_t stray = e->sweeping ? strays_first(e) : 0;
	int64_t deadline_ns = e->sweep_ns;

	if (child != NULL && !child_is_sup(child)) {
		record_text(r, "child", node_path(child, path));
		record_number(r, "pid", node_worker(child)->pid);
		deadline_ns = child->deadline_ns;
	} else if (stray > 0) {
		record_number(r, "pid", stray);
	} else {
		return false;
	}
	if (deadline_ns != NEVER_NS)
		record_number(r, "left_ms", (deadline_ns - now_ns) / NS_PER_MS);
	if (child != NULL && child->remains)
		record_flag(r, "remains", true);
	return true;
}

void
orders_remind(struct engine *e)
{
	int64_t now_ns = clock_now_ns();
	char path[NODE_PATH_SIZE];
	struct record r;

	if (now_ns < e->remind_ns)
		return;
	e->remind_ns = now_ns + ENGINE_REMIND_NS;
	record_begin(&r, RECORD_WAITING);
	if (fill_waiting(e, &r, now_ns, path))
		engine_record(e, &r);
}
