/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_NODE_H
#define ENGINE_NODE_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "core/tree.h"
#include "engine/history.h"
#include "engine/monitors.h"
#include "engine/version.h"
#include "os/loop.h"
#include "os/pidfd.h"

struct addition;
struct listen_fds;
struct mailbox;
struct check;
struct feeding;
struct leaf;
struct outlet;
struct signs;

/*
 * The nodes of the running tree: what the core knows of a child, together
 * with its specification and, for a worker, its process.
 */

/* The pipe on which a worker with `ready fd N` says that it is ready. */
struct readiness {
	struct loop_watch watch;
	struct worker *worker;
};

/* The last signal that `supervise signal` has sent. */
struct sent {
	uint32_t from; /* the process that asked; 0: unknown */
	uint32_t uid;  /* of that */
	uint8_t signo; /* 0: there was none */
};

/* Sized with 10,000 of them in mind. */
struct worker {
	struct child child;            /* first */
	struct addition *addition;     /* whose top it is, or NULL */
	struct loop_watch watch;       /* on pidfd, while the run lives */
	const struct child_spec *spec; /* borrowed from the configuration */
	struct history *history;       /* its last ends */
	struct monitors monitors;      /* of the run; borrowed */
	struct readiness *ready;       /* NULL without `ready fd N` */
	struct mailbox *mailbox;       /* owned; NULL: has not had one */
	struct signs *signs;           /* the same */
	struct check *check;           /* the same */
	struct listen_fds *handed;     /* the same */
	struct outlet *outlet;         /* the same */
	struct feeding *feeding;       /* the same */
	struct leaf *leaf;             /* the same */
	STAILQ_ENTRY(worker) link;     /* engine->ended or ->remaining */
	pid_t pid;              /* of the run or its remains; also its group */
	int pidfd;              /* of the same; owned; -1: nothing lives */
	struct process_end end; /* of the last run */
	uint32_t id;            /* of this node alone, for ever */
	struct sent sent;       /* by requests, to its run */
	uint32_t ncaught;       /* `catch` commands after the last run */
	uint32_t lines;         /* sum of its `catch` lines at that end */
	pid_t last_pid;         /* of the last run, */
	struct process_end last_end; /* also while a command follows it */
	bool own_ready : 1;          /* `ready` was made for it alone; owned */
	bool unasked : 1;            /* it had ended when it was told to stop */
	bool asked : 1;              /* it was sent its stop signal */
	bool members : 1;    /* its group has some, as of the last look */
	bool group_gone : 1; /* its group has nobody left who can do anything */
	bool killed : 1;     /* its time is over: it was sent SIGKILL */
	bool silent : 1;     /* it gave no sign of life, and was sent SIGABRT */
	bool denied : 1;     /* its leader may not be signalled */
	bool suspended : 1;  /* job control has stopped it */
	bool follows : 1;    /* commands are to run when nothing remains */
	bool after : 1;      /* its process is one of these */
	bool last_hook : 1;  /* that of `after` has run, or was not there */
	bool oom : 1;        /* the kernel killed the last run: no memory */
	bool uncaught : 1;   /* its end was asked for: nothing catches it */
	bool unlimited : 1;  /* that it has no control group was told */
	bool second : 1;     /* it is to take the place of another one, or */
	bool outgoing : 1;   /* another one has taken its place */
};

STAILQ_HEAD(workers, worker);

struct supervisor {
	struct sup sup;                /* first */
	struct addition *addition;     /* whose top it is, or NULL */
	const struct child_spec *spec; /* NULL for the root */
	const struct spec *body;       /* it is that: of `spec`, or printed */
	struct versions versions;      /* of what its init has printed; owned */
	struct history *history;
	struct monitors monitors;
	size_t census_idx; /* of its node, while there is a census */
	uint32_t id;
	uint32_t nnumbered; /* children that were given numbers for names */
	uint32_t culprit;   /* last to fail in it, or end it: its id */
	struct reason culprit_reason;
};

/* Nodes that were made together, from a configuration or by `add`. */
struct nodes {
	struct worker *workers; /* owned, as the others */
	size_t nworkers;
	struct supervisor *supervisors;
	size_t nsupervisors;
	struct readiness *readies;
	size_t nreadies;
	struct history *histories; /* of the workers, then the supervisors */
	size_t nhistories;
};

/* Room for a path of names, its NUL included. */
#define NODE_PATH_SIZE (CONF_NESTING_MAX * (CONF_NAME_SIZE_MAX + 1) + 1)

/*
 * Makes the nodes of the tree under `root`, which is borrowed as long as
 * they live, below the supervisor `top`, which is prepared here. *next_id is
 * moved on. 0, or -ENOMEM with nothing left.
 */
int nodes_init(struct nodes *nodes, struct supervisor *top,
    const struct spec *root, uint32_t *next_id);

/*
 * The same for one child and what is below it, without a supervisor as yet:
 * it is *child.
 */
int nodes_init_child(struct nodes *nodes, const struct child_spec *spec,
    uint32_t *next_id, struct child **child);

/* How many nodes there are. */
size_t nodes_count(const struct nodes *nodes);

void nodes_fini(struct nodes *nodes);

/* Frees what the supervisor `top` of nodes_init() has by itself. */
void supervisor_fini(struct supervisor *top);

/* The worker or supervisor that `child` is. */
struct worker *node_worker(struct child *child);
struct supervisor *node_supervisor(struct child *child);

/* Whether `child` is `top` or somewhere below it. */
bool node_is_within(const struct child *child, const struct child *top);

/* Its specification; NULL for the root. */
const struct child_spec *node_spec(const struct child *child);

/* What it is, as the file or the init of a supervisor says. */
const struct spec *node_body(const struct child *child);

/*
 * Gives it another specification, borrowed, for its next run. False when
 * memory was short for what that needs, and it has the old one.
 */
bool node_set_spec(struct child *child, const struct child_spec *spec);

/* Its number, which no other node has, before or after. */
uint32_t node_id(struct child *child);

/* The addition whose top it is; NULL: it came with others. */
struct addition **node_addition(struct child *child);

/*
 * Who has the name of `child`: mostly itself. Of two of which one is to take
 * the other's place it is one, and of both what happens is that one's history.
 */
struct child *node_holder(struct child *child);

/* The last ends in its name. */
struct history *node_history(struct child *child);

/* Who monitors its run. */
struct monitors *node_monitors(struct child *child);

/* The last part of its name; `root` for the root. */
const char *node_name(const struct child *child);

/* Writes its path, `web/api`, or `root`, and returns `path`. */
const char *
node_path(const struct child *child, char path[static NODE_PATH_SIZE]);

#endif
