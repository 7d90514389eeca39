/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_RUNNER_H
#define ENGINE_RUNNER_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "os/loop.h"
#include "os/spawn.h"

/*
 * Runs the programs that print specifications (conf/program.h), several at a
 * time, each in a process group of its own, while the loop goes on: nothing
 * here waits. One that takes more than CONF_PROGRAM_SECONDS or prints too
 * much is killed. When one has ended what is left of its group is killed, and
 * when all have, what has left the group as well.
 */

/* So many run at a time. */
#define RUNNER_MAX 8

/* So much of what one tells on its standard error is kept, the last of it. */
#define RUNNER_TOLD_MAX 2048

struct runner;

/* A program that runs. */
struct running {
	struct runner *runner;   /* whose it is */
	struct program *program; /* NULL: this place is free */
	struct loop_watch end;   /* of its pidfd, owned */
	struct loop_watch out;   /* of what it prints; the pipe is owned; -1 */
	struct loop_watch err;   /* of what it tells; likewise */
	pid_t pid;
	int64_t deadline_ns; /* when it is killed, or after that given up */
	bool killed;
	char *bytes; /* printed so far; owned */
	size_t len;
	size_t room;
	char told[RUNNER_TOLD_MAX + 1];
	size_t told_len;
	char why[1200]; /* nothing can come of it; "": it can */
};

struct runner {
	struct programs *programs; /* borrowed, as are these */
	struct loop *loop;
	struct spawner *spawner;
	const int *children; /* list of the children of who adopts orphans */
	const char **envp;   /* of the programs; owned */
	size_t nrunning;
	char mark[64];         /* in their environment */
	int64_t look_ns;       /* for what they left; or CLOCK_NEVER */
	int64_t look_until_ns; /* since all have ended */
	struct running all[RUNNER_MAX];
};

/*
 * Prepares to run what is wanted in `programs`, with the variables `given`
 * (NULL: none) beside those of this process; all is borrowed until
 * runner_fini(). 0 or -ENOMEM.
 */
int
runner_init(struct runner *runner, struct programs *programs, struct loop *loop,
    struct spawner *spawner, const int *children, const char *const *given);

/*
 * Kills what is late, and starts what can be. True when all is done: every
 * program is, and nothing of them is left.
 */
bool runner_turn(struct runner *runner);

/* When runner_turn() is to be called at the latest, in ns; or CLOCK_NEVER. */
int64_t runner_deadline(const struct runner *runner);

/*
 * runner_strays.c: makes the environment of the programs, with a mark that
 * what they leave behind has as well. 0 or -ENOMEM.
 */
int runner_mark(struct runner *runner, const char *const *given);

/* Kills what is seen of it; whether there was, or may be, something. */
bool runner_strays_kill(struct runner *runner);

/* The same, again and again until true: nothing is left that can be killed. */
bool runner_strays_ended(struct runner *runner, int64_t now_ns);

/* Kills what runs, and frees. Harmless when done twice, or before the init. */
void runner_fini(struct runner *runner);

/* What a process has that reads a file before all else. */
struct runner_base {
	const struct signals *signals; /* at the start; NULL: none blocked */
	const struct rlimit *nofile;   /* likewise; NULL: as it is now */
	pid_t reaper; /* who adopts orphans; 0: this process is made to */
};

/*
 * Does what conf_load() does, and waits for the programs that it wants. A
 * signal that asks the process to end does so meanwhile, and leaves no
 * program.
 */
bool runner_load(struct conf *conf, const char *file,
    const struct conf_source *source, const struct runner_base *base);

#endif
