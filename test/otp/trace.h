/* SPDX-License-Identifier: ISC */
#ifndef OTP_TRACE_H
#define OTP_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario.h"

/*
 * The trace of a scenario: for each step what happened, the answer, and the
 * state of every supervisor after it. README.md beside this file describes
 * the text.
 *
 * What happens in a step is collected, and written when the step is over:
 * as it came, or in canonical form, where what has no order between its
 * groups is regrouped as the scenario's `compare` asks for. Two players agree
 * when their canonical texts are the same.
 */

/* What may happen to a child; the word in the trace. */
#define TRACE_EVENTS(X)                 \
	X(TRACE_START, "start")         \
	X(TRACE_UP, "up")               \
	X(TRACE_STARTFAIL, "startfail") \
	X(TRACE_IGNORE, "ignore")       \
	X(TRACE_EXIT, "exit")           \
	X(TRACE_TRAPPED, "trapped")     \
	X(TRACE_REPORT, "report")

enum trace_kind {
#define TRACE_ENUM(name, text) name,
	TRACE_EVENTS(TRACE_ENUM)
#undef TRACE_ENUM
};

#define TRACE_REST_SIZE 96

struct trace_event {
	enum trace_kind kind;
	int node;     /* whom it is about; -1: `*`, in a sum report */
	int sup;      /* REPORT: who makes it */
	unsigned nth; /* START, UP, EXIT, TRAPPED: which incarnation */
	char
	    rest[TRACE_REST_SIZE]; /* context and reason, as they are printed */
	unsigned seq;              /* place in its step */
};

struct trace {
	const struct scenario *s; /* borrowed */
	bool canonical;
	char *text; /* owned; what is written so far */
	size_t len, size;
	struct trace_event *events; /* owned */
	unsigned nevents, nroom;
	unsigned nsteps;
	char reply[TRACE_REST_SIZE];
};

/* Prepares a zeroed trace; trace_fini() frees what it holds. */
void trace_init(struct trace *t, bool canonical);
void trace_fini(struct trace *t);

/* Begins the trace of `s` with its head. Drops what was written before. */
void trace_begin(struct trace *t, const struct scenario *s);

/* The next step; the first one of a scenario is its boot. */
void trace_step(struct trace *t, const char *text);

/* `rest` is the reason of EXIT, FROM and REASON of TRAPPED, else NULL. */
void trace_event(struct trace *t, enum trace_kind kind, int node, unsigned nth,
    const char *rest);
/* Moves the event that came last before the one at `place` of this step. */
void trace_move_last(struct trace *t, unsigned place);
void trace_report(struct trace *t, int sup, const char *context, int node,
    const char *reason);

/* The answer to a step, at most one. */
__attribute__((format(printf, 2, 3))) void
trace_reply(struct trace *t, const char *format, ...);

/* All that belongs to the step has happened; its state follows. */
void trace_settled(struct trace *t);

/* `state SUP`, the children of it (`ID=VALUE`), other words; its line ends. */
void trace_state(struct trace *t, int sup);
__attribute__((format(printf, 2, 3))) void
trace_state_word(struct trace *t, const char *format, ...);
void trace_state_end(struct trace *t);

/* The last line: how the root ended. */
void trace_end(struct trace *t, const char *reason);

#endif
