/* SPDX-License-Identifier: ISC */
#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a control group limits: the one table of the words of a file and of the
 * kernel's files. Controllers are called as the kernel and the directives call
 * them.
 */

enum cgroup_controller {
	CGROUP_MEMORY,
	CGROUP_PIDS,
	CGROUP_CPU
};
#define CGROUP_CONTROLLERS (CGROUP_CPU + 1)

extern const char *const cgroup_controller_text[CGROUP_CONTROLLERS];

enum cgroup_unit {
	CGROUP_BYTES,
	CGROUP_COUNT,
	CGROUP_WEIGHT,
	CGROUP_PERCENT /* of one processor */
};

/* Without a limit: the value of one that has to be said. */
#define CGROUP_INFINITY INT64_MAX

struct cgroup_limit {
	enum cgroup_controller controller;
	enum cgroup_unit unit;
	const char *word; /* before the value; "": the directive alone */
	const char *file;
	int64_t max;
	int64_t usual; /* what a new group has */
};

#define CGROUP_LIMITS 6

/* Those of one controller together, the one without a word first. */
extern const struct cgroup_limit cgroup_limits[CGROUP_LIMITS];

/* The limit whose kill by the kernel is told: a place in the table. */
#define CGROUP_MEMORY_MAX 0

/* What is said of them. */
struct cgroup_said {
	uint32_t bits; /* by place in cgroup_limits[] */
	int64_t values[CGROUP_LIMITS];
};

/* Room for what is written to a file. */
#define CGROUP_TEXT_SIZE 48

/* Writes what the file of the limit is to have, and returns `text`. */
const char *cgroup_limit_text(const struct cgroup_limit *limit, int64_t value,
    char text[static CGROUP_TEXT_SIZE]);

#endif
