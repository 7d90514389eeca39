/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "engine/engine.h"
#include "os/channel.h"
#include "os/terminal.h"

/*
 * Job control for `exec` (U15): its child has the terminal as if the shell
 * had started it. Ctrl-Z stops the child; then supervise gives the terminal
 * back and stops too, so that the shell notices; `fg` reverses all of that.
 */

static struct worker *
the_worker(struct engine *e)
{
	return &e->nodes.workers[0];
}

/* The group that the shell knows: the guardian's. */
static pid_t
job_group(const struct engine *e)
{
	return getpgid(e->guardian);
}

static void
give_back(struct engine *e)
{
	(void)terminal_set_foreground(e->job.terminal, job_group(e));
	e->job.tty = -1;
}

/* Whether the shell has given the terminal to our group; takes it then. */
static bool
borrow(struct engine *e)
{
	if (terminal_foreground(e->job.terminal) != job_group(e))
		return false;
	/* In the background they are those of whoever is in front. */
	if (e->job.tty == -1)
		(void)terminal_save(e->job.terminal, &e->job.modes);
	e->job.tty = e->job.terminal;
	return true;
}

/* Lends it to the child that runs. False: it is not ours to lend. */
static bool
lend(struct engine *e)
{
	if (!borrow(e) ||
	    terminal_set_foreground(e->job.terminal, the_worker(e)->pid) < 0)
		return false;
	if (e->job.left)
		(void)terminal_restore(e->job.terminal, &e->job.child_modes);
	e->job.left = false;
	return true;
}

static void
suspend(struct engine *e, int signo)
{
	struct channel_message message = {
		.kind = MESSAGE_SUSPEND,
		.value = signo,
	};
	struct worker *worker = the_worker(e);

	/* No signal tells a job that runs already of `fg` in bash. */
	if ((signo == SIGTTIN || signo == SIGTTOU) && lend(e)) {
		(void)group_signal(worker->pidfd, worker->pid, SIGCONT);
		return;
	}
	worker->suspended = true;
	if (e->job.tty != -1) {
		e->job.left =
		    terminal_save(e->job.terminal, &e->job.child_modes) == 0;
		(void)terminal_restore(e->job.terminal, &e->job.modes);
		give_back(e);
	}
	(void)channel_send(e->channel.fd, &message);
}

static void
child_changed(struct loop_watch *watch, uint32_t events)
{
	struct engine *e = (struct engine *)(void *)((char *)watch -
	    offsetof(struct engine, job.watch));
	struct worker *worker = the_worker(e);
	struct signalfd_siginfo info;
	int signo;

	(void)events;
	while (signals_read(watch->fd, &info) == 1)
		;
	if (worker->watch.fd != -1 && pidfd_stopped(worker->pidfd, &signo) == 1)
		suspend(e, signo);
}

void
job_continue(struct engine *e)
{
	struct worker *worker = the_worker(e);

	if (!e->run->command)
		return;
	worker->suspended = false;
	if (worker->watch.fd == -1)
		return;
	if (e->job.terminal != -1)
		(void)lend(e);
	(void)group_signal(worker->pidfd, worker->pid, SIGCONT);
}

int
job_tty(struct engine *e)
{
	if (e->job.terminal != -1 && !borrow(e) &&
	    terminal_foreground(e->job.terminal) < 0)
		e->job.tty = -1; /* it has hung up */
	return e->job.tty;
}

bool
job_hung_up(const struct engine *e)
{
	return e->job.seated && !terminal_is_there();
}

void
job_start_failed(struct engine *e)
{
	/* The child may have taken the terminal before it failed. */
	if (e->job.tty != -1)
		(void)terminal_set_foreground(e->job.terminal, job_group(e));
}

bool
job_interrupted(const struct engine *e, const struct worker *worker)
{
	int status = worker->end.status;

	if (e->job.tty == -1 || e->nstops > 0)
		return false;
	if (!worker->end.by_signal)
		status -= 128; /* a program that took it, as sh tells it */
	if (status == SIGHUP)
		return job_hung_up(e);
	return (status == SIGINT || status == SIGQUIT) &&
	    terminal_foreground(e->job.terminal) == worker->pid;
}

void
job_take_back(struct engine *e, const struct worker *worker)
{
	if (e->job.terminal == -1)
		return;
	if (terminal_foreground(e->job.terminal) == worker->pid)
		(void)terminal_set_foreground(e->job.terminal, job_group(e));
	/* A program that crashed had no chance to do this itself. */
	if (e->job.tty != -1 && worker->end.by_signal)
		(void)terminal_restore(e->job.terminal, &e->job.modes);
	e->job.left = false;
}

void
job_init(struct engine *e)
{
	sigset_t set;
	int fd;

	e->job = (struct job){
		.terminal = -1,
		.tty = -1,
		.signals = -1,
		.watch.fd = -1,
		.seated = terminal_is_there(),
	};
	if (!e->run->command)
		return;
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (terminal_controls(fd))
			break;
	if (fd > STDERR_FILENO)
		return;
	e->job.terminal = fd;
	(void)borrow(e);

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	e->job.signals = signals_open(&set);
	if (e->job.signals < 0)
		e->job.signals = -1;
	else
		/* Without it the job can only not be suspended. */
		(void)loop_add(&e->loop, &e->job.watch, e->job.signals, EPOLLIN,
		    child_changed);
}

void
job_fini(struct engine *e)
{
	if (e->job.terminal == -1)
		return;
	loop_del(&e->loop, &e->job.watch);
	fd_close(&e->job.signals);
}
