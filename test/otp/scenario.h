/* SPDX-License-Identifier: ISC */
#ifndef OTP_SCENARIO_H
#define OTP_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/policy.h"

/*
 * A scenario: a tree of supervisors and workers and what happens to it, in
 * words that hold for Erlang's processes as for those of Unix. README.md
 * beside this file describes the text; here it becomes data.
 *
 * Several scenarios may follow each other in one text: the line
 * `scenario NAME` after a `run` begins the next one.
 */

#define SCENARIO_ID_SIZE   32
#define SCENARIO_NODES_MAX 256
#define SCENARIO_STEPS_MAX 1024
#define SCENARIO_LINKS_MAX 64
#define SCENARIO_WORDS_MAX 16
#define SCENARIO_PLAN_MAX  16

/* How two traces are compared; see trace.h. */
#define SCENARIO_COMPARES(X)        \
	X(COMPARE_RAW, "raw")       \
	X(COMPARE_PARENT, "parent") \
	X(COMPARE_ID, "id")

#define SCENARIO_NODES(X)        \
	X(NODE_WORKER, "worker") \
	X(NODE_SUP, "sup")       \
	X(NODE_DSUP, "dsup")

/* What a worker does when it is told to stop. */
#define SCENARIO_TERMS(X)         \
	X(TERM_DIE, "die")        \
	X(TERM_IGNORE, "ignore")  \
	X(TERM_DELAY, "delay:MS") \
	X(TERM_EXIT, "exit:REASON")

/* How one start comes out. */
#define SCENARIO_PLANS(X)    \
	X(PLAN_OK, "ok")     \
	X(PLAN_FAIL, "fail") \
	X(PLAN_IGNORE, "ignore")

/* Which of OTP's two dynamic supervisors a dsup stands for. */
#define SCENARIO_IMPLS(X)        \
	X(IMPL_AUTO, "auto")     \
	X(IMPL_ELIXIR, "elixir") \
	X(IMPL_OTP, "otp")

/* Reasons, and the text that they start with. */
#define SCENARIO_ENDINGS(X)            \
	X(ENDING_NORMAL, "normal")     \
	X(ENDING_SHUTDOWN, "shutdown") \
	X(ENDING_WORD, "shutdown:")    \
	X(ENDING_CRASH, "crash")       \
	X(ENDING_CRASH_N, "crash:")    \
	X(ENDING_KILL, "kill")         \
	X(ENDING_KILLED, "killed")

/* Steps, and how many words follow the first; -1: see scenario_step.c. */
#define SCENARIO_STEPS(X)                 \
	X(STEP_EXIT, "exit", 2)           \
	X(STEP_SIGNAL, "signal", 2)       \
	X(STEP_KILL, "kill", 1)           \
	X(STEP_TERMINATE, "terminate", 2) \
	X(STEP_RESTART, "restart", 2)     \
	X(STEP_DELETE, "delete", 2)       \
	X(STEP_START, "start", -1)        \
	X(STEP_COUNT, "count", 1)         \
	X(STEP_LINK, "link", 2)           \
	X(STEP_UNLINK, "unlink", 2)       \
	X(STEP_WAIT, "wait", 1)           \
	X(STEP_ALIGN, "align", 1)         \
	X(STEP_TOGETHER, "together", -1)  \
	X(STEP_STOP, "stop", -1)

#define SCENARIO_ENUM(name, ...) name,
enum compare {
	SCENARIO_COMPARES(SCENARIO_ENUM)
};
enum node_kind {
	SCENARIO_NODES(SCENARIO_ENUM)
};
enum term {
	SCENARIO_TERMS(SCENARIO_ENUM)
};
enum plan {
	SCENARIO_PLANS(SCENARIO_ENUM)
};
enum impl {
	SCENARIO_IMPLS(SCENARIO_ENUM)
};
enum ending_kind {
	SCENARIO_ENDINGS(SCENARIO_ENUM)
};
enum step_kind {
	SCENARIO_STEPS(SCENARIO_ENUM)
};
#undef SCENARIO_ENUM

/* The texts of the lists above, indexed by the enums. */
extern const char *const compare_text[];
extern const char *const node_kind_text[];
extern const char *const plan_text[];
extern const char *const step_text[];

/* A reason as scenarios and traces have it. */
struct ending {
	enum ending_kind kind;
	int value; /* CRASH_N: N, from 1 to 99; WORD: which of `words` */
};

/* A part of a worker's `life`. */
struct life {
	int64_t after_ms; /* or -1: for ever */
	struct ending ending;
};

/*
 * A child: its specification, and what its process does. The names of
 * children are unique in a scenario, so a node is that name's as well.
 */
struct node {
	char id[SCENARIO_ID_SIZE];
	enum node_kind kind;
	int parent;   /* index, or -1: the root */
	bool dynamic; /* comes from a step `start` alone */
	unsigned line;
	struct child_policy policy; /* a dsup's strategy is dynamic */

	enum term term;
	int64_t term_ms;           /* TERM_DELAY */
	struct ending term_ending; /* TERM_EXIT */
	bool trap;                 /* it takes signals, whatever its term */
	enum plan start[SCENARIO_PLAN_MAX];
	struct life life[SCENARIO_PLAN_MAX];
	unsigned nstart; /* at least 1; the last one repeats */
	unsigned nlife;

	enum impl impl;             /* a dsup's */
	enum restart child_restart; /* the template where impl is otp */
	int64_t child_shutdown_ms;
};

/*
 * Nodes are given by their index, -1 where the name is nobody's. `id` is the
 * name that stands in the text.
 */
struct step {
	enum step_kind kind;
	const char *text; /* with single blanks */
	unsigned line;
	int sup; /* that is asked, or the first of a link */
	int node;
	char sup_id[SCENARIO_ID_SIZE];
	char id[SCENARIO_ID_SIZE];
	struct ending ending;
	int64_t ms;
	struct node spec;  /* STEP_START: what is to be started */
	unsigned nmembers; /* STEP_TOGETHER: that many of the next steps */
	bool member;       /* of a STEP_TOGETHER before it */
};

struct pair {
	int a, b;
};

struct scenario {
	const char *name;
	enum compare compare;
	/* As declared, then in order of their first `start`. */
	struct node nodes[SCENARIO_NODES_MAX];
	unsigned nnodes;
	int root;
	struct pair links[SCENARIO_LINKS_MAX];
	unsigned nlinks;
	struct step steps[SCENARIO_STEPS_MAX];
	unsigned nsteps;
	/* WORD of each `shutdown:WORD`. */
	char words[SCENARIO_WORDS_MAX][SCENARIO_ID_SIZE];
	unsigned nwords;
};

/* A text that scenarios are read from. */
struct scenario_text {
	const char *file; /* for messages; borrowed */
	char *text;       /* owned */
	char *next;       /* the line to come, or NULL */
	unsigned line;    /* number of the last one taken */
};

/* Reads `file`, or standard input when it is NULL; ends the program with
 * status 2 when it cannot be read. */
void scenario_open(struct scenario_text *t, const char *file);
void scenario_close(struct scenario_text *t);

/*
 * The next scenario, false when there is none. What is wrong in the text is
 * said on standard error as FILE:LINE: MESSAGE and ends the program with
 * status 2. Texts in `s` are borrowed from `t`.
 */
bool scenario_next(struct scenario_text *t, struct scenario *s);

/* The node of that name, or -1. */
int scenario_find(const struct scenario *s, const char *id);

/* A reason's text; `text` is returned. */
#define ENDING_TEXT_SIZE (SCENARIO_ID_SIZE + 16)
const char *ending_text(const struct scenario *s, struct ending ending,
    char text[static ENDING_TEXT_SIZE]);

/* How the `nth` start of a node comes out, the first being 0. */
enum plan node_plan(const struct node *node, unsigned nth);
struct life node_life(const struct node *node, unsigned nth);

#endif
