/* SPDX-License-Identifier: ISC */
#ifndef UNIT_OS_RUN_H
#define UNIT_OS_RUN_H

#include <sys/resource.h>

#include <stdbool.h>

#include "os/pidfd.h"
#include "os/signals.h"
#include "os/spawn.h"

/*
 * Running programs under a spawner. The programs are mostly the test itself:
 * as `probe WORD…` it says on its standard output what it finds itself to be,
 * as `sleep` it waits for ever.
 */

#define RUN_SELF "/proc/self/exe"

/* The report of a run goes through this slot; the other one is free. */
#define RUN_SLOT_REPORT FD_SLOT
#define RUN_SLOT_OTHER  (FD_SLOT + 1)

extern struct signals run_signals; /* SIGUSR2 blocked, SIGHUP ignored … */
extern struct rlimit run_nofile;   /* the limit that children get */
extern struct spawner run_spawner;

/*
 * To be called first in main: is the probe if the words say so; else starts
 * with signals and limits that are not the default.
 */
void run_start(int argc, char *argv[]);

/*
 * Calls `cases` once for each way of spawning that a kernel may need, with
 * the spawner made, and checks that nothing is left each time.
 */
void run_each_way(void (*cases)(void));

/* A plan that passes the report's slot as standard output. */
struct spawn_plan run_plan(const char *const *argv);

/* The plan of a probe. */
struct spawn_plan run_plan_probe(void);

/* Runs the plan to its end and keeps what it printed. */
struct process_end run_to_end(const struct spawn_plan *plan);

/* Runs a probe that must end well. */
void run_probe(const struct spawn_plan *plan);

/* Did the last run print this line? */
bool run_reported(const char *line);

#endif
