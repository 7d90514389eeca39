/* SPDX-License-Identifier: ISC */
#ifndef BASE_ATTRIBUTES_H
#define BASE_ATTRIBUTES_H

#include <sys/resource.h>

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cgroup.h"
#include "base/resource.h"

/*
 * The attributes of a process that a file can set: who it is, what it may
 * have and use, what it sees. Names of users and of files stay names: they
 * are looked up at each start.
 */

/* In the order in which they are printed. */
enum attribute {
	ATTRIBUTE_USER,
	ATTRIBUTE_GROUP,
	ATTRIBUTE_GROUPS,
	ATTRIBUTE_UMASK,
	ATTRIBUTE_NICE,
	ATTRIBUTE_OOM_SCORE_ADJ,
	ATTRIBUTE_IOPRIO,
	ATTRIBUTE_CPUS,
	ATTRIBUTE_LIMIT,
	ATTRIBUTE_MEMORY, /* these as enum cgroup_controller */
	ATTRIBUTE_PIDS,
	ATTRIBUTE_CPU,
	ATTRIBUTE_NO_NEW_PRIVILEGES,
	ATTRIBUTE_CAPABILITIES,
	ATTRIBUTE_CHROOT,
	ATTRIBUTE_PRIVATE_TMP,
	ATTRIBUTE_ENV_FILE,
	ATTRIBUTE_ENV_CLEAR,
	ATTRIBUTE_STDIN
};
#define ATTRIBUTES_COUNT (ATTRIBUTE_STDIN + 1)

/* Where the standard input comes from. */
enum input {
	INPUT_NULL,
	INPUT_INHERIT,
	INPUT_PIPE, /* what children log to it */
	INPUT_FILE
};

extern const char *const input_text[INPUT_FILE + 1];

struct env_file {
	const char *path;
	bool optional; /* need not be there */
};

#define OOM_SCORE_ADJ_SIZE 8

/* As ioprio_set(2) has them: a class, from 1, and a level in it. */
enum ioprio_class {
	IOPRIO_REALTIME = 1,
	IOPRIO_BEST_EFFORT,
	IOPRIO_IDLE
};
#define IOPRIO_CLASS_SHIFT 13

/* By class, from 0. */
extern const char *const ioprio_text[IOPRIO_IDLE];

/* Each field counts only if its attribute was said. */
struct attributes {
	uint32_t said;             /* bits by enum attribute */
	uint32_t limited;          /* bits by index into resources[] */
	const char *user;          /* name or number */
	const char *group;         /* likewise */
	const char *const *groups; /* likewise, ends with NULL */
	unsigned umask;
	int nice;
	int ioprio;
	char oom_score_adj[OOM_SCORE_ADJ_SIZE]; /* decimal */
	cpu_set_t cpus;
	struct rlimit limits[RESOURCES]; /* as resources[] */
	struct cgroup_said cgroup;
	uint64_t capabilities; /* bits by number */
	const char *chroot;
	const struct env_file *env_files;
	size_t nenv_files;
	const char *const *env_keep; /* names, ends with NULL */
	enum input input;
	const char *input_path; /* of INPUT_FILE, else NULL */
};

/* Whether it was said; `a` may be NULL: nothing was. */
static inline bool
attributes_have(const struct attributes *a, enum attribute attribute)
{
	return a != NULL && (a->said & UINT32_C(1) << attribute) != 0;
}

#endif
