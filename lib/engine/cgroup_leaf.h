/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_CGROUP_LEAF_H
#define ENGINE_CGROUP_LEAF_H

#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cgroup.h"
#include "base/record.h"
#include "os/loop.h"

struct engine;
struct child;
struct worker;
struct spawn_plan;
struct spawn_result;
struct spec;

/*
 * Leaves: the control group of a worker, in which its runs and the commands
 * around them start, one after the other. It is made at the first start and
 * kept until the worker is removed, so that a restart costs the start in it
 * alone. Who leaves the process group stays in the leaf: a run is over when
 * that is empty, which the kernel tells (U3).
 *
 * Nothing is made unless a worker has a limit or the root says `cgroup`: the
 * hierarchy may be somebody else's, systemd's or a container manager's. Then
 * the folder supervise.PID, of the guardian, is made in the group that
 * supervise was started in or that `cgroup` names, and leaves in it. The kernel
 * has no processes in a group that hands controllers on: where that keeps a
 * limit from being in force, supervise itself, and what it has started without
 * a leaf, moves to the folder `self` beside the leaves. Where groups cannot be
 * made, or a controller is missing, that is told once, and all else works.
 *
 * cgroup_leaves.c has the folder and the controllers, cgroup_leaf.c the leaves.
 */
struct leaf {
	struct engine *engine; /* borrowed, as the next */
	struct worker *worker;
	char name[NAME_MAX];
	struct loop_watch watch;  /* on cgroup.events, while somebody is in it
				     after the end of a run; owned; -1 */
	struct cgroup_said force; /* the limits that are in force */
	uint32_t told;            /* by controller: that it has none of it */
	int64_t oom_kills;        /* of the kernel in it, as seen last */
};

/* All of them. */
struct leaves {
	const char *base; /* the group in which the folder is; borrowed */
	int error;        /* why there can be none, -errno */
	int folder;       /* supervise.PID; owned; -1 */
	char name[32];    /* of that */
	bool tried;       /* to make it */
	uint32_t asked;   /* bits by controller: whether it can be had */
	int errors[CGROUP_CONTROLLERS]; /* why it cannot, -errno; 0: it can */
};

/* Where groups of this process are made: `said` by the root, or its own. */
int leaves_find(const char *said, char base[]);

/* `base` may be "", then `error` says why. */
void leaves_init(struct engine *e, const char *base, int error);
void leaves_fini(struct engine *e);

/* Ends what is in the leaves of the supervisor `guardian`. */
void leaves_kill(const char *base, pid_t guardian);

/* Removes them; the last to do that leaves their folder before. */
void leaves_remove(const char *base, pid_t guardian, bool last);

/*
 * The file was read again, and `root` is to be: says when the folder is to be
 * elsewhere, which was settled at the start.
 */
void leaves_read_again(struct engine *e, const struct spec *root);

/* Makes the folder, once; false, which is told: there are no leaves here. */
bool leaves_have_folder(struct engine *e);

/* Whether leaves can have limits of it: 0, or -errno. */
int leaves_controller(struct engine *e, enum cgroup_controller controller);

/* spawner_spawn(), in the leaf of `worker`, if it is to have one. */
int leaf_spawn(struct engine *e, struct worker *worker, struct spawn_plan *plan,
    struct spawn_result *result);

/* Whether a run of `spec` would need a leaf that the run at hand has not. */
bool leaf_is_missing(struct worker *worker, const struct spec *spec);

/* Puts limits that have changed in force. */
void leaves_look(struct engine *e);

/* Calls `visit` with each process in the leaf, if there is one. */
void leaf_each(const struct worker *worker, int (*visit)(pid_t pid, void *arg),
    void *arg);

/* Whether `pid` is in the leaf. */
bool leaf_has(const struct worker *worker, pid_t pid);

/*
 * Whether somebody is left in the leaf after the end of a run, who is killed
 * when the time for that has come. The end of the last asks for a look.
 */
bool leaf_remains(struct engine *e, struct worker *worker);

/* Notes whether the end of a run was the kernel's doing: memory was short. */
void leaf_note_end(struct worker *worker);

/* The limit of memory in force, in bytes; 0: there is none. */
int64_t leaf_memory(const struct worker *worker);

/* Room for that limit as text. */
#define LEAF_MEMORY_SIZE 24

/* Adds that it was, to a record that borrows `text`. */
void leaf_tell_oom(struct record *record, bool oom, int64_t memory,
    char text[static LEAF_MEMORY_SIZE]);

/* Removes the leaf; and those of a child and all below it. */
void leaf_free(struct worker *worker);
void leaves_freed(struct child *child);

#endif
