/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/engine.h"
#include "engine/notes.h"
#include "os/clock.h"
#include "os/proc.h"

/* How long strays may take to end when everything has stopped. */
#define SWEEP_NS (5 * NS_PER_S)

/*
 * Ends: a worker's process is reaped after what is left of its group was
 * told to end (U2), and its end goes to the core with the word whether
 * something remains. All ends of a batch are taken together, because whether
 * a run has left strays is asked once for all of them.
 */

void
reap_watch_ready(struct loop_watch *watch, uint32_t events)
{
	struct worker *worker = (struct worker *)(void *)((char *)watch -
	    offsetof(struct worker, watch));
	struct engine *e = engine_of(&worker->child);

	(void)events;
	/* A child with a whole table holds duplicates until it executes. */
	if (e->spawner.private_table)
		loop_forget(&e->loop, &worker->watch);
	else
		loop_del(&e->loop, &worker->watch);
	STAILQ_INSERT_TAIL(&e->ended, worker, link);
}

static bool
is_brutal(const struct worker *worker)
{
	return worker->child.policy->shutdown_ms == SHUTDOWN_BRUTAL_KILL;
}

/*
 * Reaps the leader and returns whether members of its group live on. They
 * are signalled while the unreaped leader still holds the group's number.
 */
static bool
reap_leader(struct worker *worker)
{
	int signo = is_brutal(worker) ? SIGKILL : SIGTERM;

	(void)group_signal(worker->pidfd, worker->pid, signo);
	while (pidfd_reap(worker->pidfd, &worker->end) == -EINTR)
		;
	if (group_signal(worker->pidfd, worker->pid, 0) == -ESRCH)
		return false;
	/* A stopped member cannot end before it goes on. */
	(void)group_signal(worker->pidfd, worker->pid, SIGCONT);
	return true;
}

/* The pidfd stays open for what remains: the loop must not see it again. */
static void
keep_for_remains(struct engine *e, struct worker *worker)
{
	worker->watch.fd = worker->pidfd;
	loop_del(&e->loop, &worker->watch);
	STAILQ_INSERT_TAIL(&e->clearing, worker, link);
}

static void
tell_end(struct engine *e, struct worker *worker, bool remains)
{
	const struct process_end *end = &worker->end;
	struct event event = {
		.kind = EVENT_EXITED,
		.child = &worker->child,
		.reason = end->by_signal ? reason_signal(end->status) :
					   reason_exit(end->status),
		.stop_signal = e->stop_signal,
		.unasked = worker->unasked,
		.remains = remains,
	};

	if (remains)
		keep_for_remains(e, worker);
	else
		fd_close(&worker->pidfd);
	outcome_ended(e, end);
	if (job_interrupted(e, worker))
		/* Ctrl-C reached it first, but means the two of us. */
		event.stop_signal = orders_interrupt(e, end->status);
	job_take_back(e, worker);
	if (launch_heard(e, worker))
		engine_feed(e,
		    &(struct event){
			.kind = EVENT_READY, .child = &worker->child });
	launch_over(e, worker);
	engine_feed(e, &event);
}

/* What remains of `worker` is gone: its next run may start. */
static void
tell_gone(struct engine *e, struct worker *worker)
{
	fd_close(&worker->pidfd);
	engine_feed(e,
	    &(struct event){ .kind = EVENT_GONE, .child = &worker->child });
}

static bool
group_is_empty(const struct worker *worker)
{
	return worker->group_dead ||
	    group_signal(worker->pidfd, worker->pid, 0) == -ESRCH;
}

/* A process of the group of `arg` that can still do something. */
static int
is_live_member(pid_t pid, void *arg)
{
	const struct worker *worker = arg;
	struct proc_stat stat;

	if (proc_stat(pid, &stat) < 0 || stat.pgrp != worker->pid)
		return 0;
	return stat.state != 'Z' && stat.state != 'X';
}

/*
 * The dead that nobody reaps keep a group from being empty: their parent
 * lives, outside of it. They are not waited for.
 */
static bool
group_is_dead(struct worker *worker)
{
	return proc_each(is_live_member, worker) == 0;
}

/* Looks which of the workers in the making of being gone are. */
static void
look(struct engine *e)
{
	struct workers still = STAILQ_HEAD_INITIALIZER(still);
	struct worker *worker;

	strays_look(e, &e->clearing);
	while ((worker = STAILQ_FIRST(&e->clearing)) != NULL) {
		STAILQ_REMOVE_HEAD(&e->clearing, link);
		/* Orphans are nobody's to reap when the guardian is dead. */
		if (e->orphaned)
			worker->group_dead = group_is_dead(worker);
		if (group_is_empty(worker) && !strays_of(e, worker))
			tell_gone(e, worker);
		else
			STAILQ_INSERT_TAIL(&still, worker, link);
	}
	STAILQ_CONCAT(&e->clearing, &still);
}

/* The ends of this batch, in the order in which they were seen. */
static void
take_ends(struct engine *e)
{
	struct workers ended = STAILQ_HEAD_INITIALIZER(ended);
	struct worker *worker;

	STAILQ_CONCAT(&ended, &e->ended);
	STAILQ_FOREACH(worker, &ended, link)
		worker->group_left = reap_leader(worker);
	strays_look(e, &ended);
	while ((worker = STAILQ_FIRST(&ended)) != NULL) {
		STAILQ_REMOVE_HEAD(&ended, link);
		tell_end(e, worker, worker->group_left || strays_of(e, worker));
	}
}

void
reap_batch(struct engine *e)
{
	if (!STAILQ_EMPTY(&e->ended))
		take_ends(e);
	if (e->look) {
		e->look = false;
		look(e);
	}
	if (e->sweeping && strays_look_all(e) == 0)
		e->done = true;
}

/* Its end was seen in the batch at hand, and is told after others. */
static bool
is_reaped(const struct worker *worker)
{
	return worker->watch.fd == -1 && !worker->child.remains;
}

/*
 * Signals the group of a run, and its leader by itself where it has left that
 * group: nothing sent to the group reaches it (S67).
 */
static void
signal_run(const struct worker *worker, int signo)
{
	(void)group_signal(worker->pidfd, worker->pid, signo);
	if (getpgid(worker->pid) != worker->pid)
		(void)pidfd_signal(worker->pidfd, signo);
}

void
reap_stop(struct engine *e, struct worker *worker)
{
	int signo = e->stop_signal != 0 ?
	    e->stop_signal :
	    worker->child.policy->worker.stop_signal;
	int state = pidfd_state(worker->pidfd);

	/* It may have ended, untold, before it was asked to (S37). */
	if (state == PROCESS_ENDED || is_reaped(worker)) {
		worker->unasked = true;
		return;
	}
	note_signal(e, RECORD_STOPPING, worker, signo);
	signal_run(worker, signo);
	if (state == PROCESS_STOPPED || worker->suspended)
		signal_run(worker, SIGCONT);
}

void
reap_kill(struct engine *e, struct worker *worker)
{
	if (worker->pidfd == -1)
		return;
	if (is_reaped(worker)) {
		worker->unasked = true;
		return;
	}
	if (!worker->child.remains)
		note_signal(e, RECORD_KILLING, worker, SIGKILL);
	signal_run(worker, SIGKILL);
	if (!worker->child.remains)
		return;

	strays_kill(e, worker);
	worker->group_dead = group_is_dead(worker);
	e->look = true;
}

void
reap_sweep_begin(struct engine *e)
{
	e->sweeping = true;
	e->sweep_ns = clock_now_ns() + SWEEP_NS;
	e->look = true;
}

void
reap_sweep_tick(struct engine *e)
{
	if (clock_now_ns() < e->sweep_ns)
		return;
	/* What those that are killed leave behind is killed as well. */
	e->slaughter = true;
	strays_kill(e, NULL);
	e->sweep_ns = clock_now_ns() + NS_PER_S;
}
