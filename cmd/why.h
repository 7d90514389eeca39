/* SPDX-License-Identifier: ISC */
#ifndef CMD_WHY_H
#define CMD_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/history.h"
#include "log/memory.h"

/*
 * What `why` has heard about children, and how it tells that to people.
 */

/* One of a child's last ends. */
struct past {
	const char *at; /* the stamp */
	const char *reason;
	const char *cause;
	const char *by; /* cause `sibling`, `link`: its path, or words */
	const char *by_reason;
	const char *first; /* what was behind the end of that one, or "" */
	const char *first_reason;
	const char *behind; /* of `first`, or of `by`; or "" */
	const char *strategy;
	const char *outcome;
	const char *oom;    /* "true": the kernel killed it, */
	const char *memory; /* with that limit of memory; "" */
	const char *said;   /* the name of an error that it had said; "" */
	const char *error;  /* what was wrong with it; "" */
	const char *caught; /* "true": by a `catch` line */
	const char *signal; /* cause `signal` */
	int64_t run;
	int64_t by_run; /* cause `replaced`, outcome `kept`; -1 */
	int64_t ran_ms;
	int64_t exit_status; /* that it had said; 0 */
	int64_t from;        /* cause `signal`: the process that asked; -1 */
	int64_t uid;
};

/* What there is to tell about a child. */
struct story {
	const char *name;
	const char *state;
	const char *pid;
	const char *reason; /* of the last end */
	const char *restart;
	const char *under; /* its supervisor; "": it is the root */
	const char *strategy;
	int64_t run;
	int64_t up_ms;  /* -1: is not up */
	int64_t due_ms; /* -1: no start is due */
	int64_t restarts;
	int64_t max_restarts;
	int64_t max_seconds;
	struct past past[HISTORY_ENDS];
	size_t npast;
	const char *lines[LOG_LAST_MAX]; /* that it wrote last */
	size_t nlines;
};

/* Tells a story: its state, its ends, its budget, and its last lines. */
void why_tell(const struct story *story, bool colour);

#endif
