/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/resource.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/runner.h"
#include "os/pidfd.h"
#include "os/proc.h"
#include "os/signals.h"

/* What a process needs that only runs programs. */
struct wait {
	const struct runner_base *base;
	struct runner runner;
	struct loop loop;
	struct spawner spawner;
	struct signals own; /* where the caller has blocked none */
	const struct signals *signals;
	struct loop_watch asked; /* to end: a signalfd, owned */
	int children;            /* owned; below 0: unknown */
};

/* Ends as whoever sent the signal expects it. */
static void
asked_to_end(struct loop_watch *watch, uint32_t events)
{
	struct wait *w = (struct wait *)(void *)((char *)watch -
	    offsetof(struct wait, asked));
	struct signalfd_siginfo signal;

	(void)events;
	if (signals_read(watch->fd, &signal) != 1)
		return;
	runner_fini(&w->runner);
	signals_raise((int)signal.ssi_signo);
	exit(128 + (int)signal.ssi_signo);
}

static int
watch_signals(struct wait *w)
{
	sigset_t set;
	int error, fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGQUIT);
	(void)sigaddset(&set, SIGTERM);
	fd = signals_open(&set);
	if (fd < 0)
		return fd;
	error = loop_add(&w->loop, &w->asked, fd, EPOLLIN, asked_to_end);
	if (error < 0)
		fd_close(&fd);
	return error;
}

static int
prepare(struct wait *w, struct programs *programs)
{
	const struct rlimit *nofile = w->base->nofile;
	struct rlimit own;
	int error;

	if (nofile == NULL) {
		if (getrlimit(RLIMIT_NOFILE, &own) == -1)
			return -errno;
		nofile = &own;
	}
	if (w->base->reaper > 0)
		w->children = proc_children_open(w->base->reaper);
	else if (proc_adopt_orphans() == 0)
		w->children = proc_children_open(getpid());
	error = loop_init(&w->loop);
	if (error == 0)
		error = spawner_init(&w->spawner, w->signals, nofile);
	if (error == 0)
		error = watch_signals(w);
	if (error == 0)
		error = runner_init(&w->runner, programs, &w->loop, &w->spawner,
		    &w->children, NULL);
	return error;
}

/* Nothing can be run: that is what comes of all. */
static void
fail_all(struct programs *programs, int error)
{
	for (struct program *p = programs->first; p != NULL; p = p->next) {
		if (p->done)
			continue;
		p->done = true;
		p->end = PROGRAM_FAILED;
		p->value = error;
		if (asprintf(&p->why, "this program cannot be run: %s",
			strerror(error)) == -1)
			p->why = NULL;
	}
}

static void
finish(struct wait *w)
{
	struct process_end end;
	int fd = w->asked.fd;
	pid_t pid;

	runner_fini(&w->runner);
	loop_del(&w->loop, &w->asked);
	fd_close(&fd);
	spawner_fini(&w->spawner);
	loop_fini(&w->loop);
	if (w->children >= 0)
		fd_close(&w->children);
	/* Those that were adopted. */
	while (w->base->reaper <= 0 && process_reap_any(&pid, &end) == 1)
		;
}

/* Runs all that is wanted, and waits for it. */
static void
run_wanted(struct programs *programs, const struct runner_base *base)
{
	static struct wait w; /* large */
	int error = 0;

	w = (struct wait){
		.base = base,
		.signals = base->signals != NULL ? base->signals : &w.own,
		.loop.epoll = -1,
		.spawner = { .null = -1, .slots_end = FD_SLOT },
		.asked.fd = -1,
		.children = -1,
	};
	if (base->signals == NULL)
		error = signals_block(&w.own);
	if (error == 0)
		error = prepare(&w, programs);
	while (error >= 0 && !runner_turn(&w.runner))
		error = loop_wait(&w.loop, runner_deadline(&w.runner));
	finish(&w);
	if (error < 0)
		fail_all(programs, -error);
	if (base->signals == NULL)
		(void)signals_restore(&w.own);
}

bool
runner_load(struct conf *conf, const char *file, const struct conf_source *from,
    const struct runner_base *base)
{
	struct programs programs = { .first = NULL };
	struct conf_source source = *from;
	bool loaded;

	source.programs = &programs;
	for (;;) {
		loaded = conf_load(conf, file, &source);
		if (!conf->pending)
			break;
		conf_fini(conf);
		run_wanted(&programs, base);
	}
	programs_fini(&programs);
	return loaded;
}
