/* SPDX-License-Identifier: ISC */
#ifndef OS_ERRAND_H
#define OS_ERRAND_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "os/loop.h"
#include "os/pidfd.h"
#include "os/signals.h"
#include "os/spawn.h"

/*
 * One command after the other, each run to its end for the person or script
 * that waits: in a process group of its own, with the terminal if it is ours
 * to lend, signals passed on to it, stopped and continued with us. When it
 * ends, what is left of its group is ended too.
 *
 * The process is one that does nothing else: it blocks all signals and adopts
 * the orphans of its commands from errand_init() on.
 */
struct errand {
	struct loop loop; /* the caller may watch more */
	struct signals signals;
	struct spawner spawner;
	pid_t spared;              /* the caller reaps it, and soon; 0: none */
	struct loop_watch changes; /* signals, SIGCHLD among them */
	struct loop_watch ended;   /* on pidfd */
	int64_t deadline_ns;       /* when a command is killed; CLOCK_NEVER */
	pid_t pid;                 /* of the command at work, and its group */
	int pidfd;                 /* of the same; owned; -1: there is none */
	int terminal;              /* that controls us, 0 to 2; -1: none */
	bool lent;                 /* the command has the terminal */
	bool left;                 /* a stopped command left child_modes */
	bool over;                 /* the command has ended */
	bool killed;               /* by us, with its group */
	bool expired;              /* because the deadline came */
	bool asked;                /* a signal asked us to end */
	struct termios modes;      /* as they were when we lent it */
	struct termios child_modes;
};

/* How a command ended. */
struct errand_end {
	pid_t pid;
	int64_t ran_ns;
	struct process_end end;
	int error;            /* 0; or -errno: it could not start, */
	enum spawn_step step; /* at this step */
};

/*
 * To be called once. Commands get `signals` and the limit `nofile` on open
 * files; NULL: what this process has now. 0 or -errno.
 */
int errand_init(struct errand *e, const struct signals *signals,
    const struct rlimit *nofile);

/* Runs a command, argv[0] being searched for, to its end. */
void errand_run(struct errand *e, const char *const *argv,
    const char *const *envp, struct errand_end *end);

/* From a watch, while one runs: kills it and its group. */
void errand_kill(struct errand *e);

/* The same: asks it to end, by SIGTERM, and kills it after that time. */
void errand_end(struct errand *e, int64_t grace_ns);

#endif
