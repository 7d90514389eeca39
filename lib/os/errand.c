/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/errand.h"
#include "os/fd.h"
#include "os/proc.h"
#include "os/terminal.h"

/* The time that what is left of a group has after SIGTERM, and SIGKILL. */
#define LEFT_NS (5000 * CLOCK_NS_PER_MS)

/* --------------------------------------------------------------- terminal */

/* Whether the shell has given the terminal to our group, so that we may lend
 * it; notes its modes then. */
static bool
may_lend(struct errand *e)
{
	if (e->terminal == -1 || terminal_foreground(e->terminal) != getpgrp())
		return false;
	if (!e->lent)
		(void)terminal_save(e->terminal, &e->modes);
	e->lent = true;
	return true;
}

static bool
lend(struct errand *e)
{
	if (!may_lend(e) || terminal_set_foreground(e->terminal, e->pid) < 0)
		return false;
	if (e->left)
		(void)terminal_restore(e->terminal, &e->child_modes);
	e->left = false;
	return true;
}

/* Takes the terminal back from a command that has ended, or did not start. */
static void
take_back(struct errand *e, bool crashed)
{
	if (!e->lent)
		return;
	if (terminal_foreground(e->terminal) != getpgrp())
		(void)terminal_set_foreground(e->terminal, getpgrp());
	/* A program that crashed had no chance to do this itself. */
	if (crashed)
		(void)terminal_restore(e->terminal, &e->modes);
	e->lent = false;
	e->left = false;
}

static void
go_on(struct errand *e)
{
	(void)lend(e);
	(void)group_signal(e->pidfd, e->pid, SIGCONT);
}

/* The command was stopped: so are we, for the shell to notice. */
static void
suspend(struct errand *e, int signo)
{
	/* No signal tells a job that runs already of `fg` in bash. */
	if ((signo == SIGTTIN || signo == SIGTTOU) && lend(e)) {
		(void)group_signal(e->pidfd, e->pid, SIGCONT);
		return;
	}
	if (e->lent) {
		e->left = terminal_save(e->terminal, &e->child_modes) == 0;
		(void)terminal_restore(e->terminal, &e->modes);
		(void)terminal_set_foreground(e->terminal, getpgrp());
		e->lent = false;
	}
	(void)kill(0, signo);
	/* That one has done it already. */
	if (signo != SIGSTOP)
		signals_raise(signo);
	go_on(e);
}

/* ------------------------------------------------------------------- loop */

static struct errand *
errand_of_changes(struct loop_watch *watch)
{
	return (struct errand *)(void *)((char *)watch -
	    offsetof(struct errand, changes));
}

static void
take_signal(struct errand *e, int signo)
{
	int stopped_by;

	if (signo == SIGCHLD) {
		/* Orphans that we have adopted. */
		process_reap_others(e->pid, e->spared);
		if (!e->over && e->terminal != -1 &&
		    pidfd_stopped(e->pidfd, &stopped_by) == 1)
			suspend(e, stopped_by);
		return;
	}
	if (signo == SIGTERM || signo == SIGINT || signo == SIGQUIT ||
	    signo == SIGHUP)
		e->asked = true;
	if (signo == SIGCONT && !e->over)
		go_on(e);
	else
		(void)group_signal(e->pidfd, e->pid, signo);
}

static void
changed(struct loop_watch *watch, uint32_t events)
{
	struct errand *e = errand_of_changes(watch);
	struct signalfd_siginfo info;

	(void)events;
	while (signals_read(watch->fd, &info) == 1)
		take_signal(e, (int)info.ssi_signo);
}

static void
ended(struct loop_watch *watch, uint32_t events)
{
	struct errand *e = (struct errand *)(void *)((char *)watch -
	    offsetof(struct errand, ended));

	(void)events;
	e->over = true;
	loop_del(&e->loop, watch);
}

void
errand_kill(struct errand *e)
{
	e->killed = true;
	(void)group_signal(e->pidfd, e->pid, SIGKILL);
	/* It may have left its group. */
	(void)pidfd_signal(e->pidfd, SIGKILL);
}

void
errand_end(struct errand *e, int64_t grace_ns)
{
	int64_t deadline_ns = clock_now_ns() + grace_ns;

	(void)group_signal(e->pidfd, e->pid, SIGTERM);
	/* A stopped one cannot end before it goes on. */
	(void)group_signal(e->pidfd, e->pid, SIGCONT);
	if (deadline_ns < e->deadline_ns)
		e->deadline_ns = deadline_ns;
}

static void
await_end(struct errand *e)
{
	while (!e->over) {
		(void)loop_wait(&e->loop, e->deadline_ns);
		if (e->over || clock_now_ns() < e->deadline_ns)
			continue;
		e->deadline_ns = CLOCK_NEVER;
		e->expired = true;
		errand_kill(e);
	}
}

/* Whether anybody is in the group of the command, whose leader is reaped. */
static bool
has_members(struct errand *e)
{
	process_reap_group(e->pid);
	return group_signal(e->pidfd, e->pid, 0) != -ESRCH;
}

/*
 * Ends what is left of the group. The first signal is sent while the unreaped
 * leader still holds the group's number.
 */
static void
end_group(struct errand *e, struct process_end *end)
{
	int64_t deadline_ns = clock_now_ns() + LEFT_NS;
	bool killed = e->killed;

	(void)group_signal(e->pidfd, e->pid, killed ? SIGKILL : SIGTERM);
	while (pidfd_reap(e->pidfd, end) == -EINTR)
		;
	take_back(e, end->by_signal);
	e->asked = false;
	if (has_members(e))
		/* A stopped one cannot end before it goes on. */
		(void)group_signal(e->pidfd, e->pid, SIGCONT);
	while (has_members(e)) {
		bool late = clock_now_ns() >= deadline_ns;

		if (late && killed)
			return;
		if (late || (e->asked && !killed)) {
			killed = true;
			deadline_ns = clock_now_ns() + LEFT_NS;
			(void)group_signal(e->pidfd, e->pid, SIGKILL);
		}
		(void)loop_wait(&e->loop, deadline_ns);
	}
}

/* ----------------------------------------------------------------- public */

int
errand_init(struct errand *e, const struct signals *signals,
    const struct rlimit *nofile)
{
	struct rlimit own;
	sigset_t set;
	int error, fd, terminal;

	*e = (struct errand){
		.deadline_ns = CLOCK_NEVER,
		.pidfd = -1,
		.terminal = -1,
	};
	if (nofile == NULL && getrlimit(RLIMIT_NOFILE, &own) == -1)
		return -errno;
	error = signals_block(&e->signals);
	if (signals != NULL)
		e->signals = *signals;
	if (error == 0)
		error = spawner_init(&e->spawner, &e->signals,
		    nofile != NULL ? nofile : &own);
	if (error == 0)
		error = loop_init(&e->loop);
	if (error < 0)
		return error;
	/* Without it orphans are waited for in vain, for a time. */
	(void)proc_adopt_orphans();
	signals_forwardable(&set);
	(void)sigaddset(&set, SIGCHLD);
	fd = signals_open(&set);
	if (fd < 0)
		return fd;
	for (terminal = STDERR_FILENO; terminal >= STDIN_FILENO; terminal--)
		if (terminal_controls(terminal))
			e->terminal = terminal;
	return loop_add(&e->loop, &e->changes, fd, EPOLLIN, changed);
}

void
errand_run(struct errand *e, const char *const *argv, const char *const *envp,
    struct errand_end *end)
{
	const struct spawn_plan plan = {
		.argv = argv,
		.envp = envp,
		.path = getenv("PATH"),
		.tty = may_lend(e) ? e->terminal : -1,
	};
	int64_t start_ns = clock_now_ns();
	struct spawn_result result;

	*end = (struct errand_end){ .error = 0 };
	end->error = spawner_spawn(&e->spawner, &plan, &result);
	end->step = result.step;
	if (end->error < 0) {
		take_back(e, false);
		return;
	}
	e->pid = end->pid = result.pid;
	e->pidfd = result.pidfd;
	e->over = e->killed = e->expired = false;
	end->error = loop_add(&e->loop, &e->ended, e->pidfd, EPOLLIN, ended);
	end->step = SPAWN_PIDFD;
	if (end->error < 0)
		errand_kill(e);
	else
		await_end(e);
	end->ran_ns = clock_now_ns() - start_ns;
	end_group(e, &end->end);
	e->pid = 0;
	fd_close(&e->pidfd);
}
