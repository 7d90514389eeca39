/* SPDX-License-Identifier: ISC */
#ifndef CORE_REASON_H
#define CORE_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/policy.h"

/*
 * Why a child ended, or why its start failed: OTP's exit reason for a Unix
 * process. The class of a reason decides about a restart, never who caused
 * the end (OTP supervisor(3), restart types).
 */

/* Kind, text, and what the value is. */
#define REASON_KINDS(X)                                                        \
	X(REASON_NONE, "none")           /* has not ended yet */               \
	X(REASON_EXIT, "exit")           /* value: exit status */              \
	X(REASON_SIGNAL, "signal")       /* value: signal, not SIGKILL */      \
	X(REASON_KILLED, "killed")       /* by SIGKILL, from whomever */       \
	X(REASON_SHUTDOWN, "shutdown")   /* ended as asked */                  \
	X(REASON_START, "start")         /* could not start; value: errno */   \
	X(REASON_TIMEOUT, "timeout")     /* start_timeout passed */            \
	X(REASON_UNHEALTHY, "unhealthy") /* its `alive` checks failed */       \
	X(REASON_NOPROC, "noproc")       /* linked to one that does not run */ \
	X(REASON_THROW, "throw")         /* by itself; thrown: the value */    \
	X(REASON_FAILED_CHILD, "shutdown:failed_to_start_child")               \
	X(REASON_INTENSITY, "reached_max_restart_intensity")

enum reason_kind {
#define REASON_ENUM(name, text) name,
	REASON_KINDS(REASON_ENUM)
#undef REASON_ENUM
};

struct reason {
	uint8_t kind;  /* enum reason_kind */
	int32_t value; /* see REASON_KINDS; else 0 */
	/*
	 * Borrowed from whoever has told the tree of it, who keeps it while
	 * the reason is anywhere; else NULL.
	 */
	const char *thrown;
};

enum reason_class {
	CLASS_NORMAL,   /* `normal` */
	CLASS_PLANNED,  /* `shutdown` and `{shutdown, Term}` */
	CLASS_ABNORMAL, /* all else, `killed` included */
};

/* Most bytes of a value that is thrown. */
#define REASON_THROWN_MAX 64

/* Longest text of a reason, its NUL included. */
#define REASON_TEXT_SIZE (sizeof("throw:") + REASON_THROWN_MAX)

/* The reason of a process that left `status`, or died of `signal`. */
struct reason reason_exit(int status);
struct reason reason_signal(int signal);

/* The class of `reason` for a child under `policy`. */
enum reason_class
reason_class(const struct child_policy *policy, struct reason reason);

/*
 * Whether `reason` is how a child ends that is asked to, from whomever: by
 * its stop signal or SIGTERM, or with 128 + its stop signal.
 */
bool reason_is_stop(const struct child_policy *policy, struct reason reason);

/*
 * The reason of a worker that was asked to stop by `stop_signal` and then
 * left `reason`: `shutdown` when it ended as asked, else its own.
 */
struct reason reason_after_stop(const struct child_policy *policy,
    struct reason reason, int stop_signal);

/* Writes `exit:3`, `signal:SEGV`, `start:ENOENT` … and returns `text`. */
const char *
reason_text(struct reason reason, char text[static REASON_TEXT_SIZE]);

/*
 * What is wrong with a value that is to be thrown: not 1 to REASON_THROWN_MAX
 * bytes of UTF-8 without control characters. NULL: nothing.
 */
const char *reason_thrown_wrong(const char *value);

#endif
