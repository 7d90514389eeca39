/* SPDX-License-Identifier: ISC */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The supervisors that are compared, one row of a table each: how each is
 * told to run N children, how it is told to stop, and what it cannot do.
 * None of them is set up as a service of the machine.
 */

enum {
	PLAN_ARGV_MAX = 12
};

/* One start of a contender. */
struct plan {
	size_t nchildren;
	bool reverse;       /* stop one after the other, if it can */
	char dir[PATH_MAX]; /* its own folder, where it is started */

	const char *argv[PLAN_ARGV_MAX]; /* ends with NULL */
	char count[32];                  /* an argument that argv points to */
};

struct contender {
	const char *name;
	const char *program; /* a path, or a name looked for on PATH */
	const char *command; /* for the report */
	void (*prepare)(struct plan *plan); /* writes files, sets argv */
	int stop_signal;
	bool peer;         /* measured in fewer rounds */
	bool stops_either; /* knows both orders of stopping */

	/* A child younger than this is not restarted at once. */
	int64_t lived_ns;

	size_t children_max; /* 0: no limit of its own */
	size_t fds_per_child;
	size_t processes_per_child;
};

extern const struct contender contenders[];
extern const size_t ncontenders;

/* The contender of that name, or NULL. */
const struct contender *contender_find(const char *name);

/* supervise itself, the children and the program answer.c; absolute. */
extern char contender_supervise[PATH_MAX];
extern char contender_child[PATH_MAX];
extern char contender_answer[PATH_MAX];

/* Whether a program is there: at its path, or by its name on PATH. */
bool contender_is_there(const char *program);

/* Finds the programs built here, beside the benchmark. Once. */
void contenders_init(void);

/*
 * Writes why `c` cannot run `nchildren` here into `why`, and returns false;
 * or returns true.
 */
bool contender_can(const struct contender *c, size_t nchildren, char *why,
    size_t why_size);

#endif
