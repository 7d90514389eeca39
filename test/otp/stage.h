/* SPDX-License-Identifier: ISC */
#ifndef OTP_STAGE_H
#define OTP_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/tree.h"
#include "kept.h"
#include "scenario.h"
#include "trace.h"

/*
 * A scenario on lib/core alone: its tree, processes that exist on paper only
 * and do what the scenario says of them, and a clock that goes from one thing
 * that happens to the next.
 *
 * README.md beside this file says how the reasons and answers of OTP stand
 * for those of the core.
 */

/*
 * The statuses that stand for OTP's reasons, normal being 0. crash:N is N,
 * but for crash:1, since crash is 1 already.
 */
#define ENDING_STATUS_CRASH   1
#define ENDING_STATUS_CRASH_1 100
#define ENDING_STATUS_WORDS   101 /* and on: shutdown:WORD, planned */

/* A child, and its process. */
struct actor {
	union {
		struct child child; /* first */
		struct sup sup;
	};
	struct child_policy policy;
	int node;
	bool alive;  /* a worker's process: executed, its end not told */
	bool zombie; /* alive, and has ended */
	bool up;     /* its start was complete */
	bool said;   /* the end of this run stands in the trace already */
	TAILQ_ENTRY(actor) next;
};

/* What belongs to a name, whichever child bears it. */
struct persona {
	struct actor *actor; /* that started last, or NULL */
	unsigned ntries;
	unsigned nth;                  /* incarnation; 0: none yet */
	char last[TRACE_REST_SIZE];    /* reason of its last end */
	char failed[SCENARIO_ID_SIZE]; /* in a sup: who did not start */
};

/* Something that the kernel will tell. */
struct pending {
	struct event event;
	int64_t at_ns;
	TAILQ_ENTRY(pending) next;
};

/* A link of the core's. */
struct tie {
	struct link link; /* first */
	TAILQ_ENTRY(tie) next;
};

TAILQ_HEAD(actors, actor);
TAILQ_HEAD(ties, tie);
TAILQ_HEAD(pendings, pending);

struct stage {
	const struct scenario *s; /* borrowed */
	struct trace *trace;      /* borrowed */
	struct tree tree;
	struct actor *root;
	struct actors actors;
	struct pendings pendings;
	struct ties ties;
	struct persona personas[SCENARIO_NODES_MAX];
	struct kept kept;
	int64_t now_ns;
	bool booted; /* the root was up */
	bool held;   /* in a `together`: nothing is told to the tree */
};

/* Why `s` cannot be played on the core, or NULL. */
const char *stage_refuses(const struct scenario *s);

/*
 * The part of it that holds for processes too. `added`: nor may a
 * specification be added that is refused when it is read.
 */
const char *scenario_refuses(const struct scenario *s, bool added);

/* Plays `s`, which is not refused, and writes its trace. */
void stage_play(const struct scenario *s, struct trace *trace);

/*
 * What the tree decides by for a child `node` that was specified by `spec`:
 * the first line that has its id, or that of a step `start`.
 */
struct child_policy
stage_policy(const struct scenario *s, int node, const struct node *spec);

/* The reasons of Unix for those of OTP, and back. */
struct reason stage_reason(struct ending ending);
struct ending stage_ending(struct reason reason);

/* For the parts of the stage. */

static inline struct actor *
stage_actor(struct child *child)
{
	return (struct actor *)(void *)child;
}

static inline const struct node *
stage_node(const struct stage *st, const struct actor *actor)
{
	return &st->s->nodes[actor->node];
}

/* Whether a dsup behaves as OTP's simple_one_for_one. */
static inline bool
stage_is_simple(const struct node *node)
{
	return node->kind == NODE_DSUP && node->impl != IMPL_ELIXIR;
}

/* stage.c */
struct actor *
stage_new_actor(struct stage *st, int node, const struct node *spec);
void stage_grow(struct stage *st, int parent, struct sup *sup);
struct actor *stage_member(const struct sup *sup, int node);
void stage_release(struct stage *st, struct actor *actor);
void stage_feed(struct stage *st, const struct event *event);
void stage_settle(struct stage *st, int64_t until_ns);

/* stage_link.c */
void stage_link_actor(struct stage *st, struct actor *actor);
void stage_unlink_actor(struct stage *st, const struct actor *actor);
void stage_link(struct stage *st, struct actor *a, struct actor *b);
void stage_unlink(struct stage *st, struct actor *a, struct actor *b);
void stage_untie(struct stage *st, struct link *link);

/* stage_kernel.c: processes */
void stage_after(struct stage *st, struct actor *actor, int64_t ms,
    const struct event *event);
struct event stage_spawn(struct stage *st, struct actor *actor);
void stage_tell(struct stage *st, struct actor *actor, struct ending told);
void stage_end(struct stage *st, struct actor *actor, struct ending ending);
void stage_kill(struct stage *st, struct actor *actor);
void stage_silence(struct stage *st, const struct actor *actor);

/* stage_say.c: what the tree says, as events of the trace */
void stage_say_note(struct stage *st, const struct action *action);
void stage_say_end(struct stage *st, struct actor *actor, const char *reason);
void stage_say_state(struct stage *st, struct sup *sup);

/* stage_step.c */
void stage_step(struct stage *st, const struct step *step);
void stage_answer(struct stage *st, struct request *request);

#endif
