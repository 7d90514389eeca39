/* SPDX-License-Identifier: ISC */
#ifndef OS_SPAWN_H
#define OS_SPAWN_H

#include <sys/resource.h>
#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "os/fd.h"
#include "os/signals.h"

/*
 * Starting a program, at a cost that does not depend on how much memory or
 * how many descriptors the caller has.
 *
 * The child runs on a stack of the spawner's own, in the caller's memory,
 * while the caller is held (CLONE_VM | CLONE_VFORK), and makes system calls
 * only. It starts with the caller's descriptor table (CLONE_FILES) and at once
 * leaves it for a private one of the first FD_FIRST descriptors, so that
 * nothing above is copied or closed. What the child needs is laid in the
 * slots, 3 to FD_FIRST - 1, before. A step that fails in the child comes back
 * through the shared memory, with its errno.
 *
 * A child with a control group is born in it, where clone3(2) can be called:
 * moving there by itself would hold the caller until the kernel has waited for
 * all processors, 5 to 50 ms. clone3() knows no stack of our own in C, so that
 * such a child has a copy of the memory, and shares the area alone.
 *
 * The caller has one thread and no signal handlers. A spawner never
 * allocates after spawner_init() and leaves no process behind that it did not
 * report.
 */

/*
 * What can fail in a start, in the order of doing, with the text that a
 * message begins with.
 */
#define SPAWN_STEPS(X)                                             \
	X(SPAWN_PROCESS, "cannot create a process")                \
	X(SPAWN_PIDFD, "cannot watch the new process")             \
	X(SPAWN_CGROUP, "cgroup: cannot start in")                 \
	X(SPAWN_TABLE, "cannot separate the descriptors")          \
	X(SPAWN_PARENT, "cannot be tied to the engine")            \
	X(SPAWN_GROUP, "cannot make a process group")              \
	X(SPAWN_TERMINAL, "cannot take the terminal")              \
	X(SPAWN_DESCRIPTORS, "cannot pass the descriptors")        \
	X(SPAWN_INPUT, "stdin: cannot open")                       \
	X(SPAWN_OOM_SCORE, "oom_score_adj: cannot be set to")      \
	X(SPAWN_NICE, "nice: cannot be set")                       \
	X(SPAWN_IOPRIO, "ioprio: cannot be set")                   \
	X(SPAWN_CPUS, "cpus: cannot be set")                       \
	X(SPAWN_LIMIT, "cannot restore the limit on open files")   \
	X(SPAWN_LIMITS, "limit: cannot set")                       \
	X(SPAWN_MOUNTS, "private_tmp: cannot separate the mounts") \
	X(SPAWN_ROOT, "chroot: cannot change the root to")         \
	X(SPAWN_TMP, "private_tmp: cannot mount on")               \
	X(SPAWN_GROUPS, "groups: cannot be set")                   \
	X(SPAWN_GID, "group: cannot be set to")                    \
	X(SPAWN_USER, "user: cannot become")                       \
	X(SPAWN_CAPABILITIES, "capabilities: cannot be set")       \
	X(SPAWN_PRIVILEGES, "no_new_privileges: cannot be set")    \
	X(SPAWN_FOLDER, "cannot change to folder")                 \
	X(SPAWN_SIGNALS, "cannot restore the signals")             \
	X(SPAWN_SEARCH, "command not found")                       \
	X(SPAWN_EXECUTE, "cannot execute")                         \
	X(SPAWN_INTERPRETER, "interpreter not found")

#define SPAWN_ENUM(name, text) name,
enum spawn_step {
	SPAWN_STEPS(SPAWN_ENUM)
};
#undef SPAWN_ENUM

/* The texts of SPAWN_STEPS, indexed by enum spawn_step. */
extern const char *const spawn_step_text[];

/* The most descriptors that a plan can pass. */
#define SPAWN_FDS_MAX 88

/* Room for a pid as text, its NUL included. */
#define SPAWN_PID_SIZE 12

/* The most words of a script that has no `#!` line; more gives E2BIG. */
#define SPAWN_SCRIPT_MAX 4096

/* The search path where the plan has none, as execvp(3) has it. */
#define SPAWN_PATH_DEFAULT "/bin:/usr/bin"

struct attributes;

/* One descriptor that a child gets: `from` of the caller's, as number `to`. */
struct spawn_fd {
	int from; /* below FD_FIRST: 0 to 2 or a slot; if the plan says
		     `anywhere`, any descriptor */
	int to;   /* no number twice */
};

/* The most supplementary groups of a process here. */
#define SPAWN_GROUPS_MAX 1024

/* Who a process becomes. */
struct identity {
	bool sets_uid; /* of the three, those that are not set stay */
	bool sets_gid;
	bool sets_groups;
	uid_t uid;
	gid_t gid;
	size_t ngroups; /* <= SPAWN_GROUPS_MAX */
	gid_t groups[SPAWN_GROUPS_MAX];
};

/*
 * What to start. All pointers are borrowed for the call. Of the caller's
 * descriptors the child gets 0, 1, 2 and those in `fds`, whose numbers may
 * overlap in any way.
 */
struct spawn_plan {
	const char *const *argv;    /* ends with NULL; at least one word */
	const char *const *envp;    /* NAME=VALUE, ends with NULL */
	const char *path;           /* where to search argv[0], or NULL */
	const char *cwd;            /* folder to start in, or NULL */
	const struct spawn_fd *fds; /* nfds of them; may be NULL if none */
	size_t nfds;                /* <= SPAWN_FDS_MAX */
	char *const *pids;          /* texts of SPAWN_PID_SIZE, in which the
				       child writes its pid before it executes;
				       ends with NULL; NULL: there are none */
	bool anywhere;              /* costs a copy of all descriptors */
	const struct attributes *attributes; /* or NULL; names in it of users
						and files are not looked at */
	const struct identity *identity;     /* or NULL: who the caller is */
	const char *input; /* file that becomes standard input, or NULL */
	int cgroup;        /* folder of the control group that it starts in, if
			      `grouped`; costs a copy of the caller's memory
			      tables */
	bool grouped;
	int tty; /* make the child's group the foreground group of this
	  terminal, below FD_FIRST; or -1 */
};

/* What came of it. */
struct spawn_result {
	pid_t pid;            /* also the process group */
	int pidfd;            /* owned by the caller */
	enum spawn_step step; /* which step failed */
	const char *file;     /* what was found to execute but could not be, or
				 NULL; borrowed, valid until the next spawn */
	const char *subject;  /* of the step, if it does several things; NULL;
				 static */
};

struct spawn_area;

struct spawner {
	struct spawn_area *area; /* stack and buffers of the child; owned */
	const struct signals *signals; /* borrowed for the spawner's life */
	struct rlimit nofile;          /* limit on open files for children */
	pid_t parent;       /* the process that called spawner_init() */
	int null;           /* what lies in an empty slot; owned */
	int slots_end;      /* the slots below are taken */
	bool limit_changed; /* nofile is not the caller's own limit */
	bool private_table; /* close_range(CLOSE_RANGE_UNSHARE) works */
	bool clone_pidfd;   /* clone(CLONE_PIDFD) works */
	bool clone_cgroup;  /* clone3(CLONE_INTO_CGROUP) works */
};

/*
 * Makes a spawner for the calling process and takes the slots FD_SLOT to
 * FD_FIRST - 1, which must be closed (-EBUSY). Children get the signals of
 * `signals` and the limit `nofile` on open files. 0 or -errno.
 */
int spawner_init(struct spawner *spawner, const struct signals *signals,
    const struct rlimit *nofile);

/* Closes the slots and frees what the spawner has. Twice is harmless. */
void spawner_fini(struct spawner *spawner);

/*
 * Lays a copy of `fd` in `slot`, FD_SLOT to FD_FIRST - 1, or with -1 empties
 * the slot. The caller keeps its own copy. 0 or -errno.
 */
int spawner_lay(const struct spawner *spawner, int slot, int fd);

/*
 * Starts the program of `plan` in a process group of its own that gets
 * SIGKILL when the caller ends, with the signals and the limit on open files
 * as at the program's start. argv[0] is searched as execvp(3) does.
 *
 * 0: *result has pid and pidfd. -errno: nothing is left of the child, and
 * result->step says which step failed; if the plan has a terminal, its
 * foreground group may be the lost child's.
 */
int spawner_spawn(struct spawner *spawner, const struct spawn_plan *plan,
    struct spawn_result *result);

#endif
