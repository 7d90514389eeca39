/* SPDX-License-Identifier: ISC */
#ifndef UNIT_CORE_FIXTURE_H
#define UNIT_CORE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>

#include "core/tree.h"

/*
 * A tree of lib/core from a few lines of text, played with processes that
 * exist on paper only and a clock that moves when it is told to. What comes
 * out is text again, one line for each thing that happened.
 *
 * The tree is given as lines (or parts between semicolons), the first of
 * which is the root:
 *
 *	sup ID [parent=ID|none] [strategy=] [max_restarts=] [max_seconds=]
 *	    [auto_shutdown=] [stop=] [restart=] [shutdown=] [significant=]
 *	    [init=1] [ignore=] [start=]
 *	dsup ID ...		a sup with strategy=dynamic, [max_children=]
 *	worker ID [parent=] [restart=] [shutdown=] [significant=] [term=]
 *	    [trap=] [start=] [ready=] [before=1] [start_timeout=]
 *[backoff=MIN..MAX] [stop_signal=] [normal=] [planned=] [ignore=] [remains=MS]
 *	    [kills=] [trap_exits=] [watchdog=MS] [check_every=MS]
 *	    [alive=EVERY/TIMEOUT/FAILURES]
 *	link ID ID		two of those above, as by the file
 *
 * Any of them has [catch=PATTERN/ACTION], as often as there are lines.
 *
 * The parent is the root unless given; one without a parent waits to be
 * added. start= lists how the first, second, … start comes out, the last one
 * for ever: ok, fail, ignore, early (ends with status 1 before it is ready),
 * hang (is never ready). term= says what the worker does when told to stop:
 * die, ignore, delay:MS, exit:REASON. Reasons: normal, shutdown,
 * shutdown:WORD, crash, crash:N, kill, exit:N, signal:NAME.
 *
 * Steps, between semicolons:
 *
 *	boot	run	show actions|notes|frees
 *	exit ID REASON [remains] [unasked]	signal ID REASON	kill ID
 *	prepared ID (what runs before its start has ended well)
 *	ready ID	gone ID		wait MS		state	deadline
 *	terminate SUP ID	restart SUP ID		delete SUP ID
 *	again SUP ID (stop and start)		start SUP worker ID [key=value]
 *	place SUP worker ID [key=value] (by the alphabet)	remove SUP ID
 *	count SUP	stop	slaughter
 *	link ID ID	unlink ID ID	noproc ID ID (the first to the second)
 *	throw ID WORD
 *	passed ID	failed ID	(the check that runs)
 *	alive ID [MS]	extended ID MS	settled ID
 *	together STEP, STEP …	these, and only then what follows from them
 */

#define FIXTURE_ID_SIZE  16
#define FIXTURE_PLAN_MAX 8

/* Lines of `catch` of one child, and the room of a pattern. */
#define FIXTURE_CATCHES_MAX  4
#define FIXTURE_PATTERN_SIZE 24

enum plan {
	PLAN_OK,
	PLAN_FAIL,
	PLAN_IGNORE,
	PLAN_EARLY,
	PLAN_HANG,
};

enum term {
	TERM_DIE,
	TERM_IGNORE,
	TERM_DELAY,
	TERM_EXIT,
};

/* What has a name, whichever child bears it. */
struct persona {
	char id[FIXTURE_ID_SIZE];
	enum plan plan[FIXTURE_PLAN_MAX];
	unsigned nplan;
	enum term term;
	int64_t term_ms;
	struct reason term_reason;
	bool trap;
	int64_t remains_ms; /* or -1: nothing remains of its runs */
	int kills;          /* that what remains can take and live on */
	unsigned tries;
	unsigned incarnation;
	TAILQ_ENTRY(persona) next;
};

/* A child, and its process. */
struct actor {
	union {
		struct child child; /* first */
		struct sup sup;
	};
	struct child_policy policy;
	struct catch_rule catches[FIXTURE_CATCHES_MAX];
	char patterns[FIXTURE_CATCHES_MAX][FIXTURE_PATTERN_SIZE];
	struct persona *persona;
	char failed[FIXTURE_ID_SIZE]; /* whose start failed last, in a sup */
	bool alive;                   /* a process runs */
	bool up;                      /* its start was complete */
	bool remains;                 /* of its group, after its end */
	TAILQ_ENTRY(actor) next;
};

/* Something that the kernel will tell. */
struct pending {
	struct event event;
	int64_t at_ns;
	uint32_t run; /* of event.child, that it concerns */
	TAILQ_ENTRY(pending) next;
};

TAILQ_HEAD(personas, persona);
TAILQ_HEAD(actors, actor);
TAILQ_HEAD(pendings, pending);

struct fixture {
	struct tree tree;
	struct actor *root;
	struct personas personas;
	struct actors actors;
	struct pendings pendings;
	int64_t now_ns;
	bool otp;          /* the words of OTP; time passes by itself */
	bool show_actions; /* spawn, stop, kill */
	bool show_notes;   /* restarting, gave_up, auto_shutdown, removed */
	bool show_frees;
	bool ended;
	bool held; /* in `together` */
	FILE *out;
	char *text;
	size_t text_len;
	size_t taken;                    /* up to here of `text` */
	char words[16][FIXTURE_ID_SIZE]; /* of shutdown:WORD, throw */
	char reply[80];                  /* otp: printed after the step */
};

/* A tree from `text`; ends the program when the text is wrong. */
struct fixture *fixture_new(const char *text, bool otp);
void fixture_free(struct fixture *f);

/* Plays one step. */
void fixture_step(struct fixture *f, const char *step);

/* What was said since the last call; borrowed until the next one. */
const char *fixture_take(struct fixture *f);

/*
 * A case: the steps are played, and what they say must be `trace`, whose
 * lines may end with `; ` as well. The boot comes first by itself, and its
 * lines are left out, unless `boot` is one of the steps.
 */
struct fixture_case {
	const char *name;
	const char *tree;
	const char *steps;
	const char *trace;
};

/* Plays the cases, prints `ok - NAME` for each; the status of the program. */
int fixture_cases(const struct fixture_case *cases, size_t n);

/* core_fixture_link.c */
void fixture_link(struct fixture *f, char *words, bool lasting);
bool fixture_step_link(struct fixture *f, const char *word, char *rest);
void fixture_untie(struct link *link);
void fixture_untie_actor(struct fixture *f, const struct actor *actor);

/* For the parts of the fixture. */
struct actor *fixture_declare(struct fixture *f, char *line);
void fixture_attributes(struct fixture *f, struct actor *actor, char *words,
    bool all);
/* Keeps a word; its place in f->words. */
int fixture_word(struct fixture *f, const char *word);
struct reason fixture_reason(struct fixture *f, const char *word);
bool fixture_waits(const struct fixture *f, const struct actor *actor);
struct actor *fixture_find(struct fixture *f, const char *id);
struct actor *fixture_member(const struct sup *sup, const char *id);
struct actor *fixture_actor(struct child *child);
struct actor *
fixture_new_actor(struct fixture *f, const char *id, enum kind kind);
void fixture_attach(struct actor *actor, struct actor *sup);
void fixture_feed(struct fixture *f, const struct event *event);
void fixture_after(struct fixture *f, struct actor *actor, int64_t ms,
    const struct event *event);
void fixture_react(struct fixture *f, struct actor *actor, struct reason told);
void fixture_die(struct fixture *f, struct actor *actor, struct reason reason,
    bool unasked);
void fixture_kill(struct fixture *f, struct actor *actor);
void fixture_settle(struct fixture *f, int64_t until_ns);
void fixture_say_note(struct fixture *f, const struct action *action);
void fixture_say_state(struct fixture *f, struct sup *sup);
void fixture_wrong(const char *what, const char *where);

#endif
