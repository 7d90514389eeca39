/* SPDX-License-Identifier: ISC */
#ifndef OTP_KEPT_H
#define OTP_KEPT_H

#include <stdbool.h>

#include "trace.h"

/*
 * Reports of stops in a simple_one_for_one, kept until it is known whose stop
 * it was: one for each child, or, as it does when it ends itself, one for
 * each reason (S123).
 */
struct kept_report {
	int sup;
	int node;
	char reason[ENDING_TEXT_SIZE];
};

struct kept {
	struct kept_report *reports; /* owned */
	unsigned n, nroom;
};

/* Frees; a zeroed one is empty. */
void kept_fini(struct kept *kept);

void kept_add(struct kept *kept, int sup, int node, const char *reason);

/* Says, and drops, those of `sup`, or all (-1): of each child, or in sum. */
void kept_say(struct kept *kept, struct trace *trace, int sup, bool sum);

#endif
