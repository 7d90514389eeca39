/* SPDX-License-Identifier: ISC */
#ifndef OTP_VERDICT_H
#define OTP_VERDICT_H

#include <stdbool.h>

#include "expect.h"

/*
 * What becomes of the traces that a player has made: they are printed, or
 * compared with those of a file; and what could not be played is counted.
 */
struct verdict {
	const char *traces; /* file to compare with; NULL: print */
	bool quiet;         /* of what is as expected only the sum */
	long unplayed_max;  /* that may not be played; 0: 2 in 100 */
	struct expect expect;
	unsigned long nplayed, nunplayed, ndifferent;
};

/* The first three are set, the rest is zeroed. */
void verdict_open(struct verdict *v);

/*
 * The trace of a scenario, in the order of the traces expected; `failed`: the
 * playing went wrong, whatever the trace has.
 */
void verdict_played(struct verdict *v, const char *name, const char *trace,
    bool failed);

/* It was not played, and why. */
void verdict_unplayed(struct verdict *v, const char *name, const char *why);

/* Says the sum, and returns the status that a player ends with. */
int verdict_close(struct verdict *v);

#endif
