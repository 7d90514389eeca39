/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_TALLY_H
#define ENGINE_TALLY_H

#include <stdint.h>

/*
 * What is counted of a child as long as there is one, however often it is
 * started again, for `supervise metrics`. It stands beside the child's last
 * ends, and is touched when these are: counting allocates nothing.
 */

/* Kinds of ends: of these words each end has one. */
#define TALLY_ENDS(X)                                                    \
	X(TALLY_NORMAL, "normal")       /* a normal end */               \
	X(TALLY_PLANNED, "planned")     /* as if asked to, or as such */ \
	X(TALLY_SHUTDOWN, "shutdown")   /* as it was asked to */         \
	X(TALLY_EXIT, "exit")           /* another status */             \
	X(TALLY_SIGNAL, "signal")       /* another signal */             \
	X(TALLY_KILLED, "killed")       /* SIGKILL */                    \
	X(TALLY_START, "start")         /* could not be started */       \
	X(TALLY_TIMEOUT, "timeout")     /* not ready in time */          \
	X(TALLY_UNHEALTHY, "unhealthy") /* its checks failed */          \
	X(TALLY_NOPROC, "noproc")       /* linked to nobody */           \
	X(TALLY_THROW, "throw")         /* a value was thrown */         \
	X(TALLY_LINK, "link")           /* a linked one's end */         \
	X(TALLY_CHILD, "child")         /* one of it did not start */    \
	X(TALLY_INTENSITY, "intensity") /* it gave up */

enum tally_end {
#define TALLY_ENUM(name, text) name,
	TALLY_ENDS(TALLY_ENUM)
#undef TALLY_ENUM
};
#define TALLY_NENDS (TALLY_INTENSITY + 1)

extern const char *const tally_end_text[];

struct tally {
	int64_t cpu_ns; /* of runs that have ended, and what those reaped */
	uint32_t ends[TALLY_NENDS];
	uint32_t restarts; /* of it, that its supervisor has counted */
	uint32_t counted;  /* of its children, that it has counted */
	uint32_t gave_up;
};

#endif
