/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_HISTORY_H
#define ENGINE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/reason.h"
#include "engine/tally.h"

/*
 * The last ends of each child, for `supervise why`: when, for which reason,
 * after how long, and what made it start again or stay down.
 *
 * All rings stand in one array, made before anything starts: a page of it is
 * touched only when one of its children ends, and no end allocates.
 */

/* Ends that are remembered of one child. */
#define HISTORY_ENDS 10

/* Why a run ended. */
#define HISTORY_CAUSES(X)                                                  \
	X(HISTORY_ITSELF, "itself")           /* its own end */            \
	X(HISTORY_LATE, "start_timeout")      /* it was not ready */       \
	X(HISTORY_ALIVE, "alive")             /* its checks failed */      \
	X(HISTORY_WATCHDOG, "watchdog")       /* no sign of life */        \
	X(HISTORY_SIBLING, "sibling")         /* another one's; `by` */    \
	X(HISTORY_REQUEST, "request")         /* somebody asked */         \
	X(HISTORY_RELOAD, "reload")           /* the file has changed */   \
	X(HISTORY_REPLACED, "replaced")       /* by another; `by_run` */   \
	X(HISTORY_SUPERVISOR, "supervisor")   /* its supervisor stopped */ \
	X(HISTORY_LINK, "link")               /* a linked one's; `by` */   \
	X(HISTORY_SIGNAL, "signal")           /* one that was asked for */ \
	X(HISTORY_BEFORE, "before")           /* that failed */            \
	X(HISTORY_INIT, "init")               /* that failed */            \
	X(HISTORY_CHILD, "child")             /* one did not start */      \
	X(HISTORY_INTENSITY, "intensity")     /* it gave up */             \
	X(HISTORY_CATCH, "catch")             /* it gave up: it says so */ \
	X(HISTORY_SIGNIFICANT, "significant") /* auto_shutdown */

enum history_cause {
#define HISTORY_ENUM(name, text) name,
	HISTORY_CAUSES(HISTORY_ENUM)
#undef HISTORY_ENUM
};

extern const char *const history_cause_text[];

/* What its supervisor did about an end. */
#define HISTORY_OUTCOMES(X)                                                \
	X(HISTORY_NOTHING, "")                                             \
	X(HISTORY_RESTART, "restart")             /* and counted it */     \
	X(HISTORY_GROUP, "group")                 /* with its group */     \
	X(HISTORY_GAVE_UP, "gave_up")             /* the budget is used */ \
	X(HISTORY_AUTO_SHUTDOWN, "auto_shutdown") /* ended with it */      \
	X(HISTORY_IGNORED, "ignored")             /* it is not needed */   \
	X(HISTORY_CAUGHT, "caught")               /* catch says so */      \
	X(HISTORY_ESCALATED, "escalated")         /* catch says so */      \
	X(HISTORY_ANEW, "anew") /* gave up, and started it then */         \
	X(HISTORY_KEPT, "kept") /* was to replace `by_run`, which goes on */

enum history_outcome {
#define HISTORY_ENUM(name, text) name,
	HISTORY_OUTCOMES(HISTORY_ENUM)
#undef HISTORY_ENUM
};

extern const char *const history_outcome_text[];

/* What was behind the end of the first one, if not its own end. */
#define HISTORY_BEHINDS(X)                                            \
	X(BEHIND_NOTHING, "")                                         \
	X(BEHIND_STOP, "stop")             /* somebody asked */       \
	X(BEHIND_RESTART, "restart")       /* likewise */             \
	X(BEHIND_RELOAD, "reload")         /* the file has changed */ \
	X(BEHIND_SUPERVISOR, "supervisor") /* that stopped */         \
	X(BEHIND_SIGNAL, "signal")         /* one that was asked for */

enum history_behind {
#define HISTORY_ENUM(name, text) name,
	HISTORY_BEHINDS(HISTORY_ENUM)
#undef HISTORY_ENUM
};

extern const char *const history_behind_text[];

struct history_end {
	int64_t wall_ms; /* when it ended, since 1970 */
	uint32_t ran_ms; /* at most UINT32_MAX */
	uint32_t run;    /* which of its runs */
	struct reason reason;
	struct reason by_reason; /* of `by`: how that one had ended */
	struct reason first_reason;
	uint32_t by;         /* SIBLING, LINK: the other one's id */
	uint32_t first;      /* whose end was behind that of `by`, or 0 */
	uint32_t from, uid;  /* SIGNAL: who asked for it; 0: unknown */
	uint32_t by_run;     /* REPLACED: which is instead of it; or KEPT */
	int64_t memory;      /* the limit of memory in force, bytes; 0: none */
	int64_t error;       /* that ERRNO= has said, see sd_notify(3); or 0 */
	int64_t exit_status; /* that EXIT_STATUS= has; or 0 */
	bool oom;            /* the kernel killed it: memory was short */
	uint8_t signo;       /* SIGNAL */
	bool caught;         /* outcome RESTART: a `catch` line says so */
	uint8_t cause;       /* enum history_cause */
	uint8_t outcome;     /* enum history_outcome */
	uint8_t strategy;    /* enum strategy, at that time */
	uint8_t behind;      /* enum history_behind; of `first`, or `by` */
};

/* Room for what was wrong with a run, for a person. */
#define HISTORY_ERROR_SIZE 200

/* The ring of one child; all zero at first. */
struct history {
	struct history_end ends[HISTORY_ENDS];
	uint32_t n;                     /* ends so far */
	uint32_t error_run;             /* which run `error` is about */
	char error[HISTORY_ERROR_SIZE]; /* of the last that had one */
	struct tally tally;
};

/* Takes the next end of a child. */
void history_add(struct history *h, const struct history_end *end);

/* The latest end; NULL: there was none. */
struct history_end *history_last(struct history *h);

/* The `idx`th end that is remembered, 0 the latest; NULL: no more. */
const struct history_end *history_get(const struct history *h, size_t idx);

#endif
