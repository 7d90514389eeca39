/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/engine.h"
#include "engine/mailbox.h"
#include "engine/notes.h"
#include "engine/ready.h"
#include "engine/signs.h"
#include "os/clock.h"
#include "os/proc.h"

/* How often it looks by itself for what has got SIGKILL. */
#define LOOK_NS (100 * NS_PER_MS)

/* How long strays may take to end when everything has stopped. */
#define SWEEP_NS (5 * NS_PER_S)

/*
 * Ends: a worker's process is reaped after the members of its group were told
 * to end (U2), and its end goes to the core with the word whether something
 * remains of the run: members of its group, or strays, which have left it.
 * All ends of a batch are taken together, because whether a run has left
 * strays is asked once for all of them.
 *
 * A worker with remains is in e->remaining until a look finds that there are
 * none. The word that an orphan was reaped asks for a look.
 */

void
reap_watch_ready(struct loop_watch *watch, uint32_t events)
{
	struct worker *worker = (struct worker *)(void *)((char *)watch -
	    offsetof(struct worker, watch));
	struct engine *e = engine_of(&worker->child);

	(void)events;
	loop_forget(&e->loop, &worker->watch);
	STAILQ_INSERT_TAIL(&e->ended, worker, link);
}

int
reap_signo(const struct worker *worker)
{
	return worker->killed ||
		worker->child.policy->shutdown_ms == SHUTDOWN_BRUTAL_KILL ?
	    SIGKILL :
	    SIGTERM;
}

/*
 * Reaps the leader and returns whether members of its group live on. They
 * are signalled while the unreaped leader still holds the group's number.
 */
static bool
reap_leader(struct worker *worker)
{
	int64_t before_ns;

	if (worker->denied)
		return false;
	(void)group_signal(worker->pidfd, worker->pid, reap_signo(worker));
	before_ns = process_reaped_cpu_ns();
	while (pidfd_reap(worker->pidfd, &worker->end) == -EINTR)
		;
	node_history(&worker->child)->tally.cpu_ns +=
	    process_reaped_cpu_ns() - before_ns;
	worker->group_gone =
	    group_signal(worker->pidfd, worker->pid, 0) == -ESRCH;
	if (worker->group_gone)
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
	STAILQ_INSERT_TAIL(&e->remaining, worker, link);
}

/* Closes the pidfd of a run of which nothing remains. */
static void
let_go(struct engine *e, struct worker *worker)
{
	/* A child with a whole table may hold a duplicate for a moment. */
	if (!e->spawner.private_table) {
		worker->watch.fd = worker->pidfd;
		loop_del(&e->loop, &worker->watch);
	}
	fd_close(&worker->pidfd);
}

static void
tell_run(struct engine *e, struct worker *worker, bool remains)
{
	const struct process_end *end = &worker->end;
	struct event event = {
		.kind = EVENT_EXITED,
		.child = &worker->child,
		.reason = end->by_signal ? reason_signal(end->status) :
					   reason_exit(end->status),
		.stop_signal = e->stop_signal,
	};

	leaf_note_end(worker);
	hook_begin(e, worker);
	event.remains = remains || worker->follows;
	if (remains)
		keep_for_remains(e, worker);
	else
		let_go(e, worker);
	outcome_ended(e, worker);
	if (job_interrupted(e, worker))
		/* Ctrl-C reached it first, but means the two of us. */
		event.stop_signal = orders_interrupt(e, end->status);
	job_take_back(e, worker);
	if (ready_heard(e, worker))
		engine_feed(e,
		    &(struct event){
			.kind = EVENT_READY, .child = &worker->child });
	ready_over(e, worker);
	signs_heard(e, worker);
	signs_over(e, worker);
	listen_fds_over(e, worker);
	check_cancel(e, worker);
	mailbox_over(e, worker);
	/* That it was ready may have led to its stop. */
	event.unasked = worker->unasked;
	if (worker->child.preparing && worker->child.state == CHILD_STARTING)
		hook_failed(e, worker, event.reason);
	engine_feed(e, &event);
	e->failure[0] = '\0';
	if (worker->follows && !remains)
		hook_after(e, worker);
}

void
reap_gone(struct engine *e, struct worker *worker)
{
	engine_feed(e,
	    &(struct event){ .kind = EVENT_GONE, .child = &worker->child });
}

/* The end of a run, or of a command around it. */
static void
tell_end(struct engine *e, struct worker *worker, bool remains)
{
	if (hook_prepared(worker)) {
		/* What it left was told to end, and is a stray of the run. */
		let_go(e, worker);
		engine_feed(e,
		    &(struct event){
			.kind = EVENT_PREPARED, .child = &worker->child });
	} else if (!worker->after) {
		tell_run(e, worker, remains);
	} else {
		hook_ended(e, worker);
		if (remains) {
			keep_for_remains(e, worker);
		} else {
			let_go(e, worker);
			hook_after(e, worker);
		}
	}
}

/* Once a group is gone its number may be another one's: it is not asked. */
static bool
group_is_gone(struct worker *worker)
{
	if (!worker->group_gone)
		worker->group_gone =
		    group_signal(worker->pidfd, worker->pid, 0) == -ESRCH;
	return worker->group_gone;
}

/* What was killed and could not be is no reason to wait; this is told. */
static bool
is_denied(struct engine *e, struct worker *worker, pid_t pid)
{
	if (!worker->killed || kill(pid, 0) == 0 || errno != EPERM)
		return false;
	strays_deny(e, worker, pid, -1);
	return true;
}

/* A process that can still do something keeps its group. */
static int
mark_group(pid_t pid, void *arg)
{
	struct engine *e = arg;
	struct proc_stat stat;
	struct worker *worker;

	if (proc_stat(pid, &stat) < 0 || stat.state == 'Z' || stat.state == 'X')
		return 0;
	STAILQ_FOREACH(worker, &e->remaining, link)
		if (worker->pid == stat.pgrp && !is_denied(e, worker, pid))
			worker->members = true;
	return 0;
}

/*
 * The dead that nobody reaps keep a group from being empty: their parent
 * lives, outside of it. They are not waited for: all processes are looked at
 * once for all groups.
 */
static void
look_for_members(struct engine *e)
{
	struct worker *worker;

	STAILQ_FOREACH(worker, &e->remaining, link)
		worker->members = false;
	if (proc_each(mark_group, e) < 0)
		return;
	STAILQ_FOREACH(worker, &e->remaining, link)
		if (!worker->members)
			worker->group_gone = true;
}

static void
take_gone(struct engine *e, struct worker *worker)
{
	fd_close(&worker->pidfd);
	if (worker->follows)
		hook_after(e, worker);
	else
		reap_gone(e, worker);
}

/* Looks of which workers nothing remains any more. */
static void
look_for_remains(struct engine *e)
{
	struct workers still = STAILQ_HEAD_INITIALIZER(still);
	struct worker *worker;
	/* Then orphans are nobody's to reap. */
	bool closely = e->reaper == 0;

	strays_look(e, &e->remaining);
	STAILQ_FOREACH(worker, &e->remaining, link)
		closely = closely || worker->killed;
	if (closely)
		look_for_members(e);
	/* The death of one that is nobody's orphan is no event. */
	e->look_ns = closely ? clock_now_ns() + LOOK_NS : NEVER_NS;
	while ((worker = STAILQ_FIRST(&e->remaining)) != NULL) {
		STAILQ_REMOVE_HEAD(&e->remaining, link);
		if (!leaf_remains(e, worker) && group_is_gone(worker) &&
		    !strays_of(e, worker))
			take_gone(e, worker);
		else
			STAILQ_INSERT_TAIL(&still, worker, link);
	}
	STAILQ_CONCAT(&e->remaining, &still);
}

/* The ends of this batch, in the order in which they were seen. */
static void
take_ends(struct engine *e)
{
	struct workers ended = STAILQ_HEAD_INITIALIZER(ended);
	struct worker *worker;
	bool remains;

	STAILQ_CONCAT(&ended, &e->ended);
	STAILQ_FOREACH(worker, &ended, link)
		worker->members = reap_leader(worker);
	strays_look(e, &ended);
	while ((worker = STAILQ_FIRST(&ended)) != NULL) {
		STAILQ_REMOVE_HEAD(&ended, link);
		/* Each of them asks for what is left in its own way. */
		remains = leaf_remains(e, worker) || worker->members ||
		    strays_of(e, worker);
		tell_end(e, worker, remains);
	}
}

void
reap_batch(struct engine *e)
{
	if (!STAILQ_EMPTY(&e->ended))
		take_ends(e);
	if (e->look) {
		e->look = false;
		e->changed = true;
		look_for_remains(e);
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

int
reap_signal(const struct worker *worker, int signo)
{
	int error = -ESRCH;

	if (worker->group_gone)
		return error;
	error = group_signal(worker->pidfd, worker->pid, signo);
	if (getpgid(worker->pid) != worker->pid &&
	    pidfd_signal(worker->pidfd, signo) == 0)
		error = 0;
	return error;
}

/*
 * The leader may not be signalled, so that its end might never come. What it
 * would have been is told now; the process itself is left to itself.
 */
static void
give_up_leader(struct engine *e, struct worker *worker)
{
	worker->denied = true;
	worker->group_gone = true;
	worker->end = (struct process_end){
		.status = SIGKILL,
		.by_signal = true,
	};
	strays_deny(e, worker, worker->pid, pidfd_of(worker->pid));
	loop_del(&e->loop, &worker->watch);
	STAILQ_INSERT_TAIL(&e->ended, worker, link);
}

int
reap_stop_signal(const struct engine *e, const struct worker *worker)
{
	return e->stop_signal != 0 ? e->stop_signal :
				     worker->child.policy->worker.stop_signal;
}

void
reap_stop(struct engine *e, struct worker *worker, int signo)
{
	int state = pidfd_state(worker->pidfd);
	bool drains;

	check_cancel(e, worker);
	/* It may have ended, untold, before it was asked to (S37). */
	if (state == PROCESS_ENDED || is_reaped(worker)) {
		worker->unasked = true;
		return;
	}
	/* The last words are to be read: at their end it ends, too. */
	drains = e->root.sup.op == OP_SHUTDOWN && signo != SIGABRT &&
	    log_to_close(e, worker);
	note_signal(e, RECORD_STOPPING, worker, drains ? 0 : signo);
	mailbox_stop(e, worker, signo);
	if (!drains)
		(void)reap_signal(worker, signo);
	worker->asked = true;
	if (state == PROCESS_STOPPED || worker->suspended)
		(void)reap_signal(worker, SIGCONT);
}

void
reap_kill(struct engine *e, struct worker *worker)
{
	if (worker->pidfd == -1 || worker->denied)
		return;
	worker->killed = true;
	check_cancel(e, worker);
	if (is_reaped(worker)) {
		worker->unasked = true;
		return;
	}
	if (!worker->child.remains)
		note_signal(e, RECORD_KILLING, worker, SIGKILL);
	(void)reap_signal(worker, SIGKILL);
	if (worker->child.remains) {
		strays_kill(e, worker);
		e->look = true;
	} else if (pidfd_signal(worker->pidfd, SIGKILL) == -EPERM) {
		give_up_leader(e, worker);
	}
}

void
reap_sweep_begin(struct engine *e)
{
	e->sweeping = true;
	e->sweep_ns = clock_now_ns() + SWEEP_NS;
	if (e->tree.stop_by_ns < e->sweep_ns)
		e->sweep_ns = e->tree.stop_by_ns;
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
