/* SPDX-License-Identifier: ISC */
#ifndef CORE_TREE_H
#define CORE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/child.h"
#include "core/deadline.h"
#include "core/request.h"

/*
 * The whole of OTP's supervision without one system call: an event with its
 * time goes in, a bounded array of actions comes out.
 *
 * Each supervisor works as its Erlang counterpart does, one thing after the
 * other: deaths, retries and requests wait in its inbox while it starts or
 * stops children. Supervisors that have something to do stand on the agenda,
 * and tree_step() goes on with them until all wait for something outside.
 * Nothing recurses down the tree, and no step looks at children that its
 * event does not concern, so an event costs the same in a large tree.
 */

enum event_kind {
	EVENT_BOOT,         /* start the root */
	EVENT_SHUTDOWN,     /* stop the root, in order */
	EVENT_SLAUGHTER,    /* stop the root by SIGKILL, all at once */
	EVENT_TICK,         /* time has passed; go on with what there is */
	EVENT_SPAWNED,      /* answers ACTION_SPAWN: it was executed */
	EVENT_SPAWN_FAILED, /* answers ACTION_SPAWN: reason */
	EVENT_PREPARED,     /* what runs before the start of one ended well;
			       a supervisor has the children it said */
	EVENT_READY,        /* a STARTING worker says that it is ready */
	EVENT_EXITED,       /* a worker's leader ended: reason, remains …;
			       or the init of a supervisor, for nothing */
	EVENT_GONE,         /* nothing is left of an ended run */
	EVENT_REQUEST,      /* request */
	EVENT_NOPROC,       /* `child` links itself to `peer`, not running */
	EVENT_THROWN,       /* a process of `child` throws: reason */
	EVENT_CHECKED,      /* answers ACTION_CHECK: passed */
	EVENT_ALIVE,        /* `child` gives a sign of life; the next is due
			       at until_ns, or NEVER_NS */
	EVENT_EXTENDED,     /* `child` needs until until_ns to start or stop */
	EVENT_SETTLED,      /* `child` says that all is well: its next restart
			       is delayed as a first one */
};

struct event {
	enum event_kind kind;
	struct child *child;
	struct reason reason; /* as the kernel tells it */
	int stop_signal;      /* EXITED: the one sent, if not the policy's */
	bool remains;         /* EXITED: members of its group live on */
	bool unasked;         /* EXITED: ended before the stop signal */
	struct request *request;
	struct child *peer; /* NOPROC */
	bool passed;        /* CHECKED */
	int64_t until_ns;   /* ALIVE, EXTENDED */
};

/* What happened, for people, logs and watchers. */
enum note_kind {
	NOTE_STARTING,      /* executed, or boot begun; not complete */
	NOTE_STARTED,       /* start complete */
	NOTE_START_FAILED,  /* reason */
	NOTE_IGNORED,       /* the start said ignore: reason */
	NOTE_EXITED,        /* reason, ran_ns */
	NOTE_CAUGHT,        /* reason, caught: what a `catch` line decides */
	NOTE_RESTARTING,    /* restarts, delay_ms */
	NOTE_REPORT,        /* OTP's supervisor report: context, reason */
	NOTE_GAVE_UP,       /* restarts; child: whose restart was refused,
			       or whose end was to be escalated: restarts 0 */
	NOTE_AUTO_SHUTDOWN, /* reason; child: the significant one */
	NOTE_ENDED,         /* a supervisor: reason */
	NOTE_REMOVED,       /* no longer a child */
	NOTE_REPLACING,     /* another run starts beside it: `sibling` */
	NOTE_REPLACED,      /* that run is its own; sibling: whose it was */
	NOTE_TRAPPED,       /* was told that `sibling`, linked, ended */
};

/* Contexts of OTP's supervisor reports (S164). */
#define REPORT_CONTEXTS(X)                             \
	X(REPORT_START_ERROR, "start_error")           \
	X(REPORT_CHILD_TERMINATED, "child_terminated") \
	X(REPORT_SHUTDOWN_ERROR, "shutdown_error")     \
	X(REPORT_SHUTDOWN, "shutdown")

enum report_context {
#define REPORT_ENUM(name, text) name,
	REPORT_CONTEXTS(REPORT_ENUM)
#undef REPORT_ENUM
};

extern const char *const report_context_text[];

/* What ended a run. */
enum note_cause {
	CAUSED_BY_ITSELF,
	CAUSED_BY_SIBLING, /* its group is restarted; see `sibling` */
	CAUSED_BY_REQUEST,
	CAUSED_BY_RESTART,    /* that one was asked for */
	CAUSED_BY_RELOAD,     /* a request of one */
	CAUSED_BY_SUPERVISOR, /* which shuts down */
	CAUSED_BY_LINK,       /* an exit signal from `sibling` */
	CAUSED_BY_SUCCESSOR,  /* which has its place now */
};

/* A snapshot: `child` may have moved on when the note is read. */
struct note {
	enum note_kind kind;
	enum report_context context;
	struct reason reason;
	uint32_t run;
	uint32_t restarts;
	int64_t delay_ms;
	int64_t ran_ns;
	enum note_cause cause;  /* EXITED, ENDED */
	enum note_cause behind; /* BY_LINK: of the first end */
	uint8_t shut;   /* ENDED, START_FAILED of a supervisor: sup_cause */
	bool escalated; /* with CAUSE_GAVE_UP: a `catch` line says so */
	bool preparing; /* it is about what runs before the start */
	bool group;     /* a group restart starts it */
	bool anew;      /* the start of its supervisor does */
	enum catch_action caught;
	struct child *sibling; /* or NULL; not freed before the next step */
	struct child *origin;  /* BY_LINK: that ended `sibling`; as that */
};

enum action_kind {
	ACTION_SPAWN,   /* answer with SPAWNED or SPAWN_FAILED; if
			   child->preparing, of what runs before its start */
	ACTION_STOP,    /* stop signal to the group of `child` */
	ACTION_ABORT,   /* the same by SIGABRT: no sign of life came */
	ACTION_KILL,    /* SIGKILL to the group; GONE if nothing remains;
			   to the init of a supervisor, which then EXITED */
	ACTION_CHECK,   /* begin a check; answer, later, with CHECKED */
	ACTION_UNCHECK, /* it has taken too long, and is to be answered now.
			   Any other end of a check says itself: the run is
			   told to stop, or has ended */
	ACTION_NOTE,    /* note */
	ACTION_REPLY,   /* request->result is there; give it back */
	ACTION_FREE,    /* `child` is not used any more */
	ACTION_UNLINK,  /* `link` is not used any more */
	ACTION_END,     /* the root is down; see root->cause, ->culprit */
};

struct action {
	enum action_kind kind;
	struct child *child;
	union {
		struct note note;
		struct request *request;
		struct link *link;
	};
};

/* Most actions of one step. */
#define TREE_ACTIONS_MAX 64

TAILQ_HEAD(agenda, sup);

struct tree {
	struct sup *root; /* borrowed */
	struct deadlines deadlines;
	struct agenda agenda;
	struct dead telling;   /* whose links are to be told of their end */
	struct link_end *told; /* of the first of them: next to be told */
	bool halfway;          /* of the first of them some are told */
	int64_t stop_by_ns;    /* when the stop of all is over; NEVER_NS */
	int64_t now_ns;        /* of the event in hand; never goes back */
	uint64_t random;       /* state of the jitter of delays */
	struct action *out;
	size_t nout;
	bool spawning;   /* this step has ordered a spawn */
	uint64_t nturns; /* of supervisors and deadlines so far */
	/*
	 * The child of `sup` that has the name of `added`, or NULL. Names
	 * belong to the caller.
	 */
	struct child *(*namesake)(const struct sup *sup,
	    const struct child *added);
	/* The child of `sup` before which `placed` starts; NULL: the last. */
	struct child *(*successor)(const struct sup *sup,
	    const struct child *placed);
};

/*
 * Prepares a tree around `root`, which sup_init() has made. `seed` moves the
 * jitter of delays.
 */
void tree_init(struct tree *t, struct sup *root, uint64_t seed);

/* Frees what the tree allocated; supervisors and children are the caller's. */
void tree_fini(struct tree *t);

/*
 * Makes room for `n` more children; false when memory is short. To be called
 * before they can be started.
 */
bool tree_reserve(struct tree *t, size_t n);

/*
 * Gives back the room of `n` children that are not used any more: after
 * ACTION_FREE, of the child and of all below it, and after a refused
 * REQUEST_ADD.
 */
void tree_unreserve(struct tree *t, size_t n);

/*
 * Takes one event, returns the number of actions in `out`, which are to be
 * carried out in their order. ACTION_SPAWN is always the last of them, and
 * its answer must be the next event. Otherwise, while the number is not 0,
 * EVENT_TICK must follow, if not at once: there may be more work than fits.
 */
size_t tree_step(struct tree *t, const struct event *event, int64_t now_ns,
    struct action out[static TREE_ACTIONS_MAX]);

/*
 * Undoes a link: no end goes along it any more. Not for one that ACTION_UNLINK
 * tells to be gone already. All links of a child are undone before its memory
 * is used otherwise.
 */
void link_fini(struct tree *t, struct link *link);

/* When an EVENT_TICK is due if nothing else happens, or NEVER_NS. */
int64_t tree_deadline(const struct tree *t);

/* The delay before the next restart of `child`, jitter left out, in ms. */
int64_t restart_delay_ms(const struct child *child);

#endif
