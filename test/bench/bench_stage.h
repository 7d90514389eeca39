/* SPDX-License-Identifier: ISC */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What every benchmark stands on: a scratch folder in memory, precedence over
 * whatever else runs, and a process of its own to measure in, so that whatever
 * ends it, no contender, no child and no file stays behind.
 */

struct stage {
	bool realtime; /* SCHED_RR: being nice does not go before a compiler */
	char dir[64];  /* made by stage_run() */
	void (*measure)(struct stage *stage);
};

/* Calls `measure` and clears away what it left. Returns the exit status. */
int stage_run(struct stage *stage);

/*
 * Has this process come after everything that is measured, though before the
 * rest of the machine.
 */
void stage_step_back(const struct stage *stage);

/* A number from 1 to `max` of a command line; ends the program if it is none.
 */
size_t stage_number(const char *text, size_t max);

#endif
