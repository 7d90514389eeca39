/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "base/units.h"
#include "conf/conf.h"
#include "core/tree.h"
#include "engine/act.h"
#include "engine/adding.h"
#include "engine/cgroup_leaf.h"
#include "engine/check.h"
#include "engine/follow.h"
#include "engine/gone.h"
#include "engine/guardian.h"
#include "engine/init.h"
#include "engine/listen_fds.h"
#include "engine/log_to.h"
#include "engine/nobody.h"
#include "engine/node.h"
#include "engine/outlet.h"
#include "engine/reading.h"
#include "engine/readings.h"
#include "engine/reload.h"
#include "engine/reporter.h"
#include "engine/signs.h"
#include "engine/strays.h"
#include "engine/thrown.h"
#include "engine/ties.h"
#include "engine/upward.h"
#include "engine/view.h"
#include "engine/waiters.h"
#include "os/loop.h"
#include "os/spawn.h"

/*
 * The engine: carries out what the core decides, and tells it what happened.
 *
 *	engine.c	the loop: events to the core, its actions to the others
 *	launch.c	starts a worker; environment.c what it finds there,
 *			readings.c what has to be read for that
 *	ready.c		hears that its start is complete
 *	check.c		asks whether it is ready, or well
 *	signs.c		what it tells of itself
 *	listen_fds.c	the descriptors that it is handed: listener.c opens
 *			sockets, listen_fds_share.c finds them new owners,
 *			fdstore.c keeps what runs have given away
 *	mailbox.c	what it is told
 *	outlet.c	where it writes, log_to.c if another child reads it
 *	reap.c		how it ends: status, group, what remains
 *	hook.c		the commands before and after a run
 *	strays.c	processes that left their group
 *	cgroup_leaf.c	the control group of a worker, cgroup_leaves.c of all
 *	orders.c	what guardian and witness pass on: signals, orphans
 *	job.c		the terminal of `exec`
 *	serve.c		requests from the socket; lookup.c finds names,
 *			view.c, query.c and metrics.c look, act.c, act_add.c,
 *			act_signal.c, act_link.c and act_throw.c change,
 *			health.c judges, waiters.c waits, monitors.c tells of
 *			ends, follow.c of what children write
 *	ties.c		links, and whom they mean, by census.c; nobody.c
 *			tells of names that mean none
 *	thrown.c	values that were thrown
 *	reload.c	the file read again: reload_plan.c what to do about it,
 *			reload_step.c does that; version.c what to keep;
 *			reading.c reads it, awaited.c whom it waits for
 *	runner.c	programs that print specifications, runner_strays.c
 *			what they leave behind; printing.c for
 *			whom: reading.c, adding.c, init.c
 *	init.c		the programs of supervisors that say what their children
 *			are; reload_init.c the same for a reload
 *	upward.c	what supervise tells of itself
 *	reporter.c	records, and people.c the same for people
 *	notes.c		what the core notes, as records; remember.c and
 *			history.c the same for `why`, gone.c of removed ones
 *	give_up.c	the report when the root gave up
 *	outcome.c	the exit status
 *
 * The two other processes are guardian.c and witness.c, with sweep.c to kill
 * what is left, attend.c for what the guardian hears and outbox.c for what it
 * tells; and the logger, logging.c to the guardian and outlet.c to the engine.
 *
 * It waits in the loop alone, but for a moment where it has to kill what it
 * has just forked (launch.c, runner.c), and before it has a tree (succeed()).
 * No failing system call ends it after its start: a failure becomes an event,
 * or is told and survived.
 */

/* The environment that children get. */
struct environment {
	const char **base; /* ours, less what is set anew; NULL at the end */
	size_t nbase;
	size_t room;                        /* slots of `scratch` */
	const char **scratch;               /* of the launch in hand */
	char *name;                         /* SUPERVISE_NAME=… */
	char run[40];                       /* SUPERVISE_RUN=… */
	char reason[24 + REASON_TEXT_SIZE]; /* SUPERVISE_LAST_REASON=… */
	char end[24 + REASON_TEXT_SIZE];    /* SUPERVISE_REASON=… */
	char ran[40];                       /* SUPERVISE_RAN_MS=… */
	char status[32];                    /* SUPERVISE_STATUS=… */
	char pid[32];                       /* SUPERVISE_PID=… */
	const char *mark;                   /* SUPERVISE_ID=…; borrowed */
	char *pids[3];                      /* where a child writes its own */
	char mailbox[24];                   /* SUPERVISE_MAILBOX=… */
	char *socket; /* SUPERVISE_SOCKET=…; owned; NULL: there is none */
	struct readings *readings; /* owned; NULL: no worker needs any */
};

/* What became of the tree, for the exit status and the last report. */
struct outcome {
	int status;                 /* of the last worker, as sh tells it, */
	uint32_t failed;            /* and of several commands, whose */
	bool worker;                /* a worker failed last: this one */
	bool oom;                   /* the kernel killed it: no memory */
	bool core;                  /* it left a core dump */
	bool backs_off;             /* its restarts are delayed */
	bool link;                  /* it ended by one */
	bool start;                 /* it was a start that failed, */
	bool before;                /* by its `before` */
	uint32_t id;                /* its node's; it may be freed */
	uint32_t run;               /* of its runs, the one that failed */
	struct reason reason;       /* of that failure */
	char child[NODE_PATH_SIZE]; /* its path */
	char why[1200];             /* what happened, for a person */
};

/* The terminal that `exec` lends to its child. */
struct job {
	int terminal; /* that controls us, 0 to 2; -1: there is none */
	int tty;      /* the same while it is ours to lend; else -1 */
	int signals;  /* signalfd of SIGCHLD; owned; -1 */
	struct loop_watch watch;
	struct termios modes;       /* as they were when it became ours */
	struct termios child_modes; /* as a suspended child left them, */
	bool left;                  /* if it had the terminal */
	bool seated;                /* we had a controlling terminal at first */
};

/* How often somebody who waits for a stop is told what it waits for. */
#define ENGINE_REMIND_NS NS_PER_S

struct engine {
	const struct run *run;    /* borrowed */
	const struct conf *conf;  /* what the tree was made from; borrowed */
	struct versions versions; /* of the file, since the first reload */
	struct reload *reload;    /* at work; owned; or NULL */
	struct reading *reading;  /* for the next one; owned; or NULL */
	struct loop loop;
	struct tree tree;
	struct supervisor root;
	struct nodes nodes;
	uint32_t next_id; /* of the next node */
	struct spawner spawner;
	struct reporter reporter;
	struct outlets outlets;
	struct environment environment;
	struct job job;
	struct strays strays;
	struct leaves leaves;
	struct outcome outcome;

	struct control_server server;
	int64_t began_ns;       /* when the engine did */
	int64_t wall_offset_ns; /* from that clock to the wall's */
	uint64_t nevents;       /* that the core was fed */
	int64_t serve_ns;       /* when it is to be looked after again */
	struct views views;
	struct follows follows; /* of lines of children */
	struct waiters waiters;
	struct watchers watchers;
	struct orders orders;
	size_t nacts;           /* of all of them, not yet answered */
	struct additions freed; /* in this turn */
	struct addings addings; /* whose programs run */
	struct inits inits;     /* of supervisors that start */
	struct ties ties;       /* every link */
	struct nobody nobody;   /* names that mean none */
	struct answers answers; /* of checks, that the core has not had */
	struct listen_fds_list handed;  /* descriptors of workers, */
	struct listen_fds_list keeping; /* and of those, of what does not run */
	struct listeners listeners;     /* sockets that are kept for workers */
	struct thrown thrown;           /* values that reasons have */
	struct gone_ring gone; /* the children that were removed last */

	pid_t guardian;
	pid_t witness;
	pid_t reaper; /* who adopts orphans; 0: nobody but ourselves */
	const struct inherited *inherited; /* of the guardian; borrowed */
	struct loop_watch channel;         /* to the guardian; -1: it is dead */
	struct loop_watch signals;         /* to us, when it is dead */
	struct loop_watch orphans;         /* from our parent; -1: it is dead */

	struct workers ended;     /* in the batch at hand */
	struct workers remaining; /* of whose last run something remains */
	int64_t look_ns;          /* when to look again by itself */

	int input;          /* what `run` was started with; owned; -1 */
	char failure[1024]; /* why the last spawn failed, for a person */
	int stop_signal;    /* instead of the workers' own; 0: theirs */
	int nstops;         /* how often it was told to stop */
	int nsignals;       /* of those, since it died, that told it to stop */
	int64_t remind_ns;  /* when to say again whom the stop waits for */

	struct upward_said upward; /* to whoever has started us */

	int64_t sweep_ns; /* when strays get SIGKILL */

	bool serving;      /* there is a socket */
	bool linked;       /* some specification has had links */
	bool changed;      /* something waiters may wait for */
	bool told;         /* the caller knows that all has started, */
	bool told_stop;    /* and that all stops */
	bool refused;      /* another one runs here: nothing starts */
	bool reload_again; /* SIGHUP came while one was at work */
	bool more;         /* the core has work left: after a look around */
	bool look;         /* remains may be gone: after this batch */
	bool slaughter;    /* told to stop a second time: by SIGKILL */
	bool orphaned;     /* the guardian is dead */
	bool sweeping;     /* the tree has ended; strays may be left */
	bool done;
};

/* engine.c: gives one event to the core and carries out what follows. */
void engine_feed(struct engine *e, const struct event *event);

/* engine.c: tells a record to stderr and to those who follow. */
void engine_record(struct engine *e, const struct record *record);

/* engine.c: the process that ends last, of those there still are. */
pid_t engine_last(const struct engine *e);

/* engine.c: stops everything; the second time at once. */
void engine_shutdown(struct engine *e);

/* environment.c */
int environment_init(struct environment *env, const struct spec *spec,
    const char *mark);
/* Makes room for what the workers of `spec` set. 0 or -ENOMEM. */
int environment_fit(struct environment *env, const struct spec *spec);
void environment_fini(struct environment *env);
/* Whether each child gets this NAME=VALUE anew, if at all. */
bool environment_is_own(const char *variable);

/*
 * The environment of the next run of `worker`, or of what runs `beside` it and
 * has none of its descriptors; valid until the next call.
 */
const char *const *
environment_of(struct engine *e, struct worker *worker, bool beside);

/*
 * launch.c: starts a run of `worker`. True, or false with the reason in *reason
 * and the story in e->failure.
 */
bool launch(struct engine *e, struct worker *worker, struct reason *reason);

/*
 * Starts the command `argv` of `after`, or another directive, as the process
 * of `worker`, whose run has ended. 0, or -errno with the story in e->failure.
 */
int launch_after(struct engine *e, struct worker *worker,
    const char *const *argv, const char *directive);

/* The same for a check, whose process is its own. -errno with the story. */
int
launch_check(struct engine *e, struct worker *worker, const char *const *argv,
    struct spawn_result *result, char *story, size_t size);

/* reap.c */
/*
 * Signals the group of a run, and its leader by itself where it has left that
 * group: nothing sent to the group reaches it (S67). 0, or -errno when it
 * reached neither.
 */
int reap_signal(const struct worker *worker, int signo);

/* What ends the remains of a run: SIGTERM while there is time, or SIGKILL. */
int reap_signo(const struct worker *worker);

/* What was left of the run of `worker` is gone: its next run may start. */
void reap_gone(struct engine *e, struct worker *worker);

void reap_watch_ready(struct loop_watch *watch, uint32_t events);
/* The signal that asks it to end; and asks it by one. */
int reap_stop_signal(const struct engine *e, const struct worker *worker);
void reap_stop(struct engine *e, struct worker *worker, int signo);
void reap_kill(struct engine *e, struct worker *worker);
void reap_batch(struct engine *e);
void reap_sweep_begin(struct engine *e);
void reap_sweep_tick(struct engine *e);

/* hook.c */
/* Whether the end at hand is that of `before`, and its program may start. */
bool hook_prepared(const struct worker *worker);

/* Tells in e->failure how the command of `before` ended. */
void hook_failed(struct engine *e, const struct worker *worker,
    struct reason reason);

/* The run of `worker` has ended: sees whether commands are to follow. */
void hook_begin(const struct engine *e, struct worker *worker);

/* Runs the next of them; reap_gone() follows when there is none left. */
void hook_after(struct engine *e, struct worker *worker);

/* It has ended. */
void hook_ended(struct engine *e, struct worker *worker);

/* orders.c */
int orders_init(struct engine *e, const struct engine_link *link);
void orders_remind(struct engine *e);
/* Tells the guardian that a stop was asked for: it holds without us, too. */
void orders_stop(const struct engine *e);

/*
 * The command of `exec` was interrupted at its terminal, which its `status`
 * tells: stops as if the signal had come to us, and returns it.
 */
int orders_interrupt(struct engine *e, int status);

/* job.c */
void job_init(struct engine *e);
void job_fini(struct engine *e);
void job_take_back(struct engine *e, const struct worker *worker);
void job_continue(struct engine *e);
void job_start_failed(struct engine *e);

/* The terminal that the next child is to have, or -1. */
int job_tty(struct engine *e);

/* Whether the controlling terminal that we had is gone; of `run`, too. */
bool job_hung_up(const struct engine *e);

/*
 * Whether `worker`, which has the terminal, ended as if by Ctrl-C or Ctrl-\,
 * or by the hang-up of the terminal: by that signal, or with the status that
 * sh gives to it.
 */
bool job_interrupted(const struct engine *e, const struct worker *worker);

/* give_up.c: the report for a person (U13). */
void
give_up_note(struct engine *e, struct child *child, const struct note *note);
void give_up_report(struct engine *e);
/* Tells who waits for a start that there will be none, and why. */
void give_up_tell_caller(const struct engine *e, const char *text);

/* outcome.c: what supervise ends with (U12). */
void outcome_ended(struct engine *e, const struct worker *worker);
void outcome_failed(struct engine *e, const struct worker *worker,
    enum spawn_step step, int error);
int outcome_status(const struct engine *e);

/* The engine whose tree `child` is in. */
struct engine *engine_of(struct child *child);

#endif
