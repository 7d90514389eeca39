/* SPDX-License-Identifier: ISC */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/policy.h"
#include "core/link.h"
#include "core/reason.h"
#include "core/window.h"

/*
 * The nodes of the tree: children as their supervisor sees them, and
 * supervisors, which are children that have children.
 *
 *	          start          start complete
 *	 DOWN ------------> STARTING ------------> UP
 *	  ^ ^ ^               |  | |               | |
 *	  | | |  ignored,     |  | | told to stop  | | ends by itself
 *	  | | '---------------'  | '----.  .-------' |
 *	  | |    failed          |      v  v         v
 *	  | |                    |   STOPPING      ENDED
 *	  | |   gone             |    |    |         |
 *	  | '--------------------|----'    |         | dealt with
 *	  |                      v         v         |
 *	  |<------------------ RESTARTING <----------|  (failed; delayed)
 *	  '------------------------------------------'
 *
 * RESTARTING goes to STARTING when the attempt is repeated, and to DOWN when
 * it is called off. STOPPING goes to RESTARTING when a start that took too
 * long was ended. Whether a state may follow another is said in child.c.
 */
#define CHILD_STATES(X)                                                       \
	X(CHILD_DOWN, "down")         /* kept, not running */                 \
	X(CHILD_STARTING, "starting") /* start ordered, not complete */       \
	X(CHILD_UP, "up")                                                     \
	X(CHILD_STOPPING, "stopping")     /* told to stop, not gone */        \
	X(CHILD_ENDED, "ended")           /* by itself; not dealt with yet */ \
	X(CHILD_RESTARTING, "restarting") /* start to be tried again */

enum child_state {
#define CHILD_ENUM(name, text) name,
	CHILD_STATES(CHILD_ENUM)
#undef CHILD_ENUM
};
#define CHILD_NSTATES (CHILD_RESTARTING + 1)

extern const char *const child_state_text[];

/* What stands in a supervisor's inbox. */
enum mail_kind {
	MAIL_NONE,    /* not in an inbox */
	MAIL_DEATH,   /* a child ended by itself */
	MAIL_RETRY,   /* a start failed and is to be counted and repeated */
	MAIL_DUE,     /* the delay of a counted restart is over */
	MAIL_REQUEST, /* struct request */
};

struct request;

struct mail {
	union {
		TAILQ_ENTRY(mail) next;
		struct request *answers; /* of a child that was asked for */
	};
	uint8_t kind; /* enum mail_kind */
};

TAILQ_HEAD(inbox, mail);

/* Value of a deadline that is not set. */
#define NEVER_NS INT64_MAX

struct sup;

/* A node as its parent sees it. Sized with 10,000 of them in mind. */
struct child {
	struct mail mail; /* first: an inbox entry is its child */
	const struct child_policy *policy; /* borrowed from the configuration */
	struct sup *sup;                   /* parent; NULL for the root */
	TAILQ_ENTRY(child) order;          /* start order among siblings */
	int64_t deadline_ns;               /* the next of these, or NEVER_NS */
	int64_t limit_ns; /* of what it does now; UP: of its silence */
	int64_t check_ns; /* when a check begins, or has taken too long */
	union {
		int64_t started_ns; /* while a run lives: when it started */
		int64_t due_ns;     /* RESTARTING: when a delay is over */
	};
	struct link_ends links;
	STAILQ_ENTRY(child) telling; /* tree->telling: its end is to be told */
	struct child *by;            /* linked to it; its end ends this run */
	struct child *origin;        /* whose end was behind that; or NULL */
	struct child *second;        /* that is to take its place; or NULL */
	struct reason reason;        /* of the last end, or failed start */
	uint32_t heap_idx;           /* place among the deadlines */
	uint32_t run;                /* of its runs, the last; 1 is the first */
	uint32_t last_run; /* the highest number that is taken in its name */
	uint8_t state;     /* enum child_state; child_set_state() */
	uint8_t backoff;   /* doublings of the next delay */
	uint8_t fate;      /* enum reason_class; of one that is condemned */
	uint8_t behind;    /* enum note_cause; of the last end, or the first
			      of those that led to it by links */
	uint32_t wanted;   /* requests about it, not answered yet */
	uint32_t blamed;   /* runs that end by this one's, or one's below */
	uint32_t misses;   /* `alive` checks that have failed in a row */

	bool added : 1; /* not of the file: lost when its supervisor starts */
	bool forgotten : 1; /* no longer a child until its supervisor starts;
			       it runs only beside one that it replaces,
			       or that has replaced it */
	bool leaving : 1;   /* forgotten as soon as it is down */
	bool held : 1;      /* DOWN until it is started by name (D8) */
	bool missed : 1;    /* DOWN: a start that was asked for failed */
	bool blocked : 1;   /* STARTING or STOPPING without a process */
	bool remains : 1;   /* of an ended run something still lives */
	bool killed : 1;    /* SIGKILL was sent in this stop */
	bool late : 1;      /* STOPPING because start_timeout passed */
	bool unclean : 1;   /* stopped, not as asked, not yet reported */
	bool asked : 1;     /* mail.answers waits for this start */
	bool condemned : 1; /* an exit signal ends this run, with `reason` */
	bool tells : 1;     /* is in tree->telling */
	bool prepares : 1;  /* as its policy, at first */
	bool preparing : 1; /* what runs before its start does */
	bool checking : 1;  /* a check runs; EVENT_CHECKED is to come */
	bool counted : 1;   /* in the need_ms of its supervisor */
	bool cut : 1;       /* it has less time to stop than it might have */
};

TAILQ_HEAD(children, child);
STAILQ_HEAD(dead, child);

/* What a supervisor is doing. In all but OP_IDLE its inbox waits. */
#define SUP_OPS(X)                                                           \
	X(OP_IDLE, "idle")                                                   \
	X(OP_PREPARE, "prepare")         /* its `init` runs */               \
	X(OP_BOOT, "boot")               /* starts its children in order */  \
	X(OP_GROUP_STOP, "group_stop")   /* first half of a group restart */ \
	X(OP_GROUP_START, "group_start") /* second half */                   \
	X(OP_CHILD_START, "child_start") /* one child, asked for */          \
	X(OP_CHILD_STOP, "child_stop")   /* one child, asked for */          \
	X(OP_SHUTDOWN, "shutdown")       /* stops all its children */        \
	X(OP_SWEEP, "sweep")             /* dynamic: reports, forgets them */

enum sup_op {
#define SUP_ENUM(name, text) name,
	SUP_OPS(SUP_ENUM)
#undef SUP_ENUM
};

/* Why a supervisor shuts down. */
enum sup_cause {
	CAUSE_NONE,
	CAUSE_ASKED,       /* by its parent; the root's is the user */
	CAUSE_GAVE_UP,     /* restarts too frequent */
	CAUSE_AUTO,        /* auto_shutdown */
	CAUSE_BOOT_FAILED, /* a child did not start */
	CAUSE_INIT_FAILED, /* nothing printed what its children are */
	CAUSE_IGNORED,     /* that said that it is not needed */
};

struct sup {
	struct child child; /* first: a supervisor is a child */
	struct children children;
	struct inbox inbox;
	TAILQ_ENTRY(sup) agenda;
	struct window window;

	struct child *cursor;    /* next to stop or start; NULL: phase done */
	struct child *target;    /* of a group restart; of a request's op */
	struct request *request; /* that the op carries out, or NULL */
	struct reason culprit;   /* of the child that caused the shutdown */
	int64_t need_ms;         /* of the children that are still to stop, */
	int64_t stop_by_ns;      /* and until when: see budget.c */
	uint32_t nchildren;      /* not forgotten */
	uint32_t nactive;        /* not DOWN */
	uint32_t nsignificant;   /* significant and not DOWN */
	uint32_t ngoing;         /* STOPPING, or with remains */
	uint8_t op;              /* enum sup_op */
	uint8_t cause;           /* enum sup_cause; of OP_SHUTDOWN */
	bool on_agenda : 1;
	bool kill : 1; /* OP_SHUTDOWN by SIGKILL, all at once */
	bool told : 1; /* OP_GROUP_STOP: all were told, now they are awaited */
	bool escalated : 1; /* CAUSE_GAVE_UP, because a `catch` line says so */
};

/* The supervisor that `child` is. */
struct sup *child_sup(struct child *child);

static inline bool
child_is_sup(const struct child *child)
{
	return child->policy->kind == KIND_SUPERVISOR;
}

/* Whether `sup` stops its children all at once. */
bool sup_stops_together(const struct sup *sup);

static inline bool
sup_is_dynamic(const struct sup *sup)
{
	return sup->child.policy->sup.strategy == STRATEGY_DYNAMIC;
}

/*
 * Prepares a zeroed child, or a zeroed supervisor, as the last child of
 * `parent` (NULL for the root). Nothing is started. sup_init() returns
 * false when memory is short. `policy` is borrowed for the child's life.
 */
void child_init(struct child *child, struct sup *parent,
    const struct child_policy *policy);
bool sup_init(struct sup *sup, struct sup *parent,
    const struct child_policy *policy);
void sup_fini(struct sup *sup);

/* Takes a child out of its supervisor's list. */
void child_unlink(struct child *child);

/* The only ways to change what a supervisor counts about its children. */
void child_set_state(struct child *child, enum child_state state);
void child_set_remains(struct child *child, bool remains);
void child_set_forgotten(struct child *child, bool forgotten);

/*
 * Tells `child`, which has replaced another one, how that has ended: under
 * their name it is the last end, until `child` ends itself.
 */
void child_set_ended(struct child *child, struct reason reason);

/*
 * Gives `child` another policy of the same kind, without touching what runs:
 * it applies from the next decision on (S199, S203). False, with all as
 * before, when memory is short.
 */
bool child_set_policy(struct child *child, const struct child_policy *policy);

/* Moves `child` in the start order to before `next`, or to the end. */
void child_move(struct child *child, struct child *next);

/* Whether `child` has a process, or is a supervisor that works. */
bool child_runs(const struct child *child);

/* Whether `child` is up, and not told to end by an exit signal. */
bool child_lives(const struct child *child);

/*
 * Whether an exit signal can end the run of `child`: it is a worker's, and is
 * not ended by anything else.
 */
bool child_is_mortal(const struct child *child);

/* The class of the reason of its last end: of an exit signal, the sender's. */
enum reason_class child_class(const struct child *child);

/* Whether nothing of `child` lives. */
bool child_is_gone(const struct child *child);

/* Whether `child` last ended with a status of its `ignore` line (U7). */
bool child_said_ignore(const struct child *child);

/* The child whose place `child`, which starts, is to take; or NULL. */
struct child *child_first(const struct child *child);

/* Whether a state may follow another. */
bool child_state_legal(enum child_state from, enum child_state to);

#endif
