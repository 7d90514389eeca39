/* SPDX-License-Identifier: ISC */
#ifndef BENCH_PROC_H
#define BENCH_PROC_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

/*
 * What /proc says about the processes below this one. The benchmark is their
 * sub-reaper and runs one contender at a time, so all of them are that
 * contender's: the supervised children, whose numbers are known, and its own.
 */

struct proc_usage {
	size_t nprocs;
	int64_t private_kb;      /* of no other process */
	int64_t proportional_kb; /* shared pages divided among their users */
	int64_t switches;        /* context switches since each began */
};

/*
 * Lists all processes below this one, zombies too. *pids is allocated and the
 * caller's to free, also when the list is empty. Returns the count.
 */
size_t proc_below(pid_t **pids);

/*
 * Sums up the processes below this one except the `nchildren` in `children`.
 * Processes that end meanwhile are left out.
 */
void
proc_usage(const pid_t *children, size_t nchildren, struct proc_usage *usage);

/*
 * The share of all processors' time, 0 to 1, that anybody used during the
 * next `ms` milliseconds. Sleeps for so long.
 */
double proc_load(int ms);

#endif
