/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/engine.h"
#include "engine/mark.h"
#include "engine/notes.h"
#include "engine/reload_step.h"
#include "engine/serve.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/proc.h"

/* Spawns in a row before the loop looks at what else has happened. */
#define SPAWN_BURST 16

/* How often, and after what rest each time, the last word is tried. */
#define DONE_TRIES   100
#define DONE_REST_MS 10

static void
end_of_tree(struct engine *e)
{
	give_up_report(e);
	reap_sweep_begin(e);
}

/* The process of a worker, or of a supervisor's init. */
static bool
spawn(struct engine *e, struct child *child, struct reason *reason)
{
	return child_is_sup(child) ?
	    init_start(e, node_supervisor(child), reason) :
	    launch(e, node_worker(child), reason);
}

/* Carries out one action; true when its answer is in *answer. */
static bool
perform(struct engine *e, struct action *action, struct event *answer)
{
	switch (action->kind) {
	case ACTION_SPAWN:
		*answer = (struct event){ .child = action->child };
		answer->kind = EVENT_SPAWN_FAILED;
		if (spawn(e, action->child, &answer->reason))
			answer->kind = EVENT_SPAWNED;
		return true;
	case ACTION_STOP:
		reap_stop(e, node_worker(action->child),
		    reap_stop_signal(e, node_worker(action->child)));
		break;
	case ACTION_ABORT:
		node_worker(action->child)->silent = true;
		reap_stop(e, node_worker(action->child), SIGABRT);
		break;
	case ACTION_CHECK:
		check_begin(e, node_worker(action->child));
		break;
	case ACTION_UNCHECK:
		check_expire(e, node_worker(action->child));
		break;
	case ACTION_KILL:
		if (child_is_sup(action->child))
			init_kill(e, node_supervisor(action->child));
		else
			reap_kill(e, node_worker(action->child));
		break;
	case ACTION_NOTE:
		note_record(e, action->child, &action->note);
		break;
	case ACTION_REPLY:
		if (reload_owns(e, action->request))
			reload_replied(e);
		else
			act_replied(e, action->request);
		break;
	case ACTION_FREE:
		act_freed(e, action->child);
		break;
	case ACTION_UNLINK:
		ties_undone(action->link);
		break;
	case ACTION_END:
		end_of_tree(e);
		break;
	}
	return false;
}

void
engine_feed(struct engine *e, const struct event *event)
{
	struct action actions[TREE_ACTIONS_MAX];
	struct event next = *event;
	bool answered;
	int spawns = 0;
	size_t n;

	e->nevents++;
	do {
		answered = false;
		n = tree_step(&e->tree, &next, clock_now_ns(), actions);
		for (size_t i = 0; i < n; i++)
			answered = perform(e, &actions[i], &next);
		if (answered)
			spawns++;
		else
			next = (struct event){ .kind = EVENT_TICK };
	} while (answered || (n > 0 && spawns < SPAWN_BURST));
	e->more = n > 0;
	/* Not every change that somebody waits for makes a record. */
	e->changed = true;
}

void
engine_record(struct engine *e, const struct record *record)
{
	int64_t wall_ns = clock_wall_ns();
	char stamp[RECORD_STAMP_SIZE];

	e->changed = true;
	reporter_record(&e->reporter, record, wall_ns);
	if (!e->serving)
		return;
	record_stamp(wall_ns, stamp);
	control_broadcast(&e->server, record, stamp);
}

pid_t
engine_last(const struct engine *e)
{
	if (!e->orphaned)
		return e->guardian;
	return e->reaper > 0 ? e->reaper : getpid();
}

void
engine_shutdown(struct engine *e)
{
	e->nstops++;
	e->slaughter = e->nstops > 1;
	e->remind_ns = clock_now_ns() + ENGINE_REMIND_NS;
	if (e->sweeping && e->slaughter)
		strays_kill(e, NULL);
	else
		engine_feed(e,
		    &(struct event){
			.kind = e->slaughter ? EVENT_SLAUGHTER : EVENT_SHUTDOWN,
		    });
}

struct engine *
engine_of(struct child *child)
{
	while (child->sup != NULL)
		child = &child->sup->child;
	return (struct engine *)(void *)((char *)child -
	    offsetof(struct engine, root));
}

static int64_t
nearest(const struct engine *e)
{
	int64_t at_ns = tree_deadline(&e->tree);

	if (e->remind_ns < at_ns)
		at_ns = e->remind_ns;
	if (e->sweeping && e->sweep_ns < at_ns)
		at_ns = e->sweep_ns;
	if (e->serve_ns < at_ns)
		at_ns = e->serve_ns;
	if (reading_deadline(e) < at_ns)
		at_ns = reading_deadline(e);
	if (reload_deadline(e) < at_ns)
		at_ns = reload_deadline(e);
	if (adding_deadline(e) < at_ns)
		at_ns = adding_deadline(e);
	if (inits_deadline(&e->inits) < at_ns)
		at_ns = inits_deadline(&e->inits);
	if (e->look_ns < at_ns)
		at_ns = e->look_ns;
	if (e->upward.due_ns < at_ns)
		at_ns = e->upward.due_ns;
	return at_ns;
}

/* Who has not waited for it does not want to know either. */
static void
tell_caller(const struct engine *e, char word)
{
	if (e->run->caller > 0 && write(e->run->caller, &word, 1) == -1)
		(void)0;
}

/* Tells who waits for it that everything has started, and that it stops. */
static void
tell_turn(struct engine *e)
{
	if (!e->told && e->root.sup.child.state == CHILD_UP) {
		e->told = true;
		tell_caller(e, CALLER_STARTED);
	}
	if (e->told && !e->told_stop && e->root.sup.cause != CAUSE_NONE) {
		e->told_stop = true;
		tell_caller(e, CALLER_STOPS);
	}
}

static void
turn(struct engine *e)
{
	/* What left something to do may have been the last event for long. */
	bool busy = e->more || e->look || !STAILQ_EMPTY(&e->ended) ||
	    !TAILQ_EMPTY(&e->answers) || reload_can_go_on(e);
	int got = loop_wait(&e->loop, busy ? 0 : nearest(e));

	if (got < 0)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "cannot wait for events: %s", strerror(-got));
	if (e->look_ns <= clock_now_ns())
		e->look = true;
	reap_batch(e);
	check_turn(e);
	if (e->more || tree_deadline(&e->tree) <= clock_now_ns())
		engine_feed(e, &(struct event){ .kind = EVENT_TICK });
	orders_remind(e);
	if (e->sweeping)
		reap_sweep_tick(e);
	/* Before the reload, which waits for supervisors that start. */
	init_turn_all(e);
	reload_turn(e);
	adding_turn(e);
	listen_fds_turn(e);
	act_turn(e);
	tell_turn(e);
	upward_turn(e);
	nobody_turn(e);
	e->serve_ns = serve_turn(e);
	reporter_flush(&e->reporter);
}

/* What a fresh engine needs before it can say what fails. */
static int
init_base(struct engine *e, const struct run *run, const struct wire *log)
{
	int error;

	e->run = run;
	e->began_ns = clock_now_ns();
	SLIST_INIT(&e->versions);
	SLIST_INIT(&e->freed);
	SLIST_INIT(&e->addings);
	SLIST_INIT(&e->inits);
	LIST_INIT(&e->ties);
	LIST_INIT(&e->handed);
	LIST_INIT(&e->keeping);
	LIST_INIT(&e->listeners);
	TAILQ_INIT(&e->answers);
	thrown_init(&e->thrown);
	e->channel.fd = -1;
	e->orphans.fd = -1;
	e->signals.fd = -1;
	e->strays.children = -1;
	e->leaves.folder = -1;
	e->input = -1;
	e->look_ns = NEVER_NS;
	STAILQ_INIT(&e->ended);
	STAILQ_INIT(&e->remaining);
	error = loop_init(&e->loop);
	if (error == 0)
		error = reporter_init(&e->reporter, run->form, &e->loop,
		    log != NULL ? log->records[1] : STDERR_FILENO);
	return error;
}

/*
 * Takes the place of an engine that was killed. Says so before all else, and
 * what it is to run: the file read again, or while that has mistakes what the
 * guardian has had from the start.
 */
static const struct conf *
succeed(struct engine *e, pid_t reaper)
{
	static struct conf fresh;
	const struct run *run = e->run;
	const struct runner_base base = { run->signals, &run->nofile, reaper };
	bool has_file = !run->command && !run->several && run->source != NULL;
	bool loaded =
	    has_file && runner_load(&fresh, run->file, run->source, &base);
	struct record r;

	record_begin(&r, RECORD_ENGINE_STARTED);
	record_number(&r, "pid", getpid());
	if (has_file)
		record_flag(&r, "reread", loaded);
	engine_record(e, &r);
	serve_diags(e, NULL, &fresh.diags);
	return loaded ? &fresh : run->conf;
}

/* The child of `sup` that has the name of `added`. */
static struct child *
namesake(const struct sup *sup, const struct child *added)
{
	const char *name = node_name(added);
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order)
		if (!child->forgotten && strcmp(node_name(child), name) == 0)
			return child;
	return NULL;
}

static int
init_tree(struct engine *e, const struct conf *conf)
{
	int64_t seed = clock_wall_ns() ^ (int64_t)getpid() << 32;
	int error = nodes_init(&e->nodes, &e->root, conf->root, &e->next_id);

	if (error < 0)
		return error;
	e->conf = conf;
	tree_init(&e->tree, &e->root.sup, (uint64_t)seed);
	e->tree.namesake = namesake;
	e->tree.successor = reload_successor;
	if (!tree_reserve(&e->tree, conf->nchildren + 1))
		return -ENOMEM;
	ties_look(e);
	return environment_init(&e->environment, conf->root, mark_text());
}

/*
 * The children of `run` have no terminal for input, and no pipe either, unless
 * they are to have it.
 */
static int
close_input(struct engine *e)
{
	int null;

	if (e->run->command)
		return 0;
	e->input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, FD_FIRST);
	if (e->input == -1)
		return -errno;
	null = fd_null();
	if (null < 0)
		return null;
	if (dup2(null, STDIN_FILENO) == -1) {
		int error = -errno;

		fd_close(&null);
		return error;
	}
	fd_close(&null);
	return 0;
}

static int
init_rest(struct engine *e, const struct engine_link *link)
{
	int error = spawner_init(&e->spawner, e->run->signals, &e->run->nofile);

	if (error == 0)
		error = orders_init(e, link);
	if (error == 0)
		error = outlets_init(e, link->log, link->logger);
	if (error == 0)
		error = close_input(e);
	if (error < 0)
		return error;
	e->guardian = link->guardian;
	e->witness = link->witness;
	e->inherited = link->inherited;
	upward_begin(e, link->upward);
	leaves_init(e, link->cgroup, link->cgroup_error);
	strays_follow(e, e->witness);
	if (e->strays.children == -1)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "no list of children in /proc: what leaves its group is "
		    "killed at the end of all");
	job_init(e);
	serve_init(e, link->again);
	return 0;
}

static void
fini(struct engine *e)
{
	reading_fini(e);
	adding_fini(e);
	inits_fini(&e->inits);
	serve_fini(e);
	job_fini(e);
	outlets_fini(e);
	strays_fini(&e->strays);
	environment_fini(&e->environment);
	reporter_fini(&e->reporter);
	spawner_fini(&e->spawner);
	fd_close(&e->input);
	tree_fini(&e->tree);
	ties_fini(e);
	nobody_fini(e);
	thrown_fini(&e->thrown);
	nodes_fini(&e->nodes);
	leaves_fini(e);
	supervisor_fini(&e->root);
	loop_fini(&e->loop);
}

/* Without this word the guardian would start another engine. */
static void
tell_done(const struct engine *e, int status)
{
	struct channel_message done = { .kind = MESSAGE_DONE, .value = status };

	for (int i = 0; i < DONE_TRIES; i++) {
		if (channel_send(e->channel.fd, &done) == 0)
			return;
		(void)poll(NULL, 0, DONE_REST_MS);
	}
}

static int
finish(struct engine *e)
{
	int status = outcome_status(e);

	if (e->channel.fd != -1)
		tell_done(e, status);
	fini(e);
	return status;
}

int
engine_run(const struct run *run, const struct engine_link *link)
{
	static struct engine engine; /* large, and zeroed */
	struct engine *e = &engine;
	const struct conf *conf = run->conf;
	int error;

	error = init_base(e, run, link->log);
	if (error == 0 && link->again)
		conf = succeed(e, link->witness);
	if (error == 0)
		error = init_tree(e, conf);
	if (error == 0)
		error = init_rest(e, link);
	if (error < 0) {
		dprintf(STDERR_FILENO,
		    "supervise: cannot start the engine: %s\n",
		    strerror(-error));
		return 1;
	}
	if (!e->refused)
		engine_feed(e, &(struct event){ .kind = EVENT_BOOT });
	/* That may be all that happens for long. */
	tell_turn(e);
	upward_turn(e);
	nobody_turn(e);
	reporter_flush(&e->reporter);
	while (!e->done)
		turn(e);
	return finish(e);
}
