/* SPDX-License-Identifier: ISC */
#ifndef OTP_EXPECT_H
#define OTP_EXPECT_H

#include <stdbool.h>

/*
 * The traces that a player is expected to print, in canonical form, one
 * after the other in the order of the scenarios.
 */
struct expect {
	char *text; /* owned */
	char *next; /* the trace to come */
};

/* Reads `file`; ends the program with status 2 when it cannot be read. */
void expect_open(struct expect *e, const char *file);
void expect_close(struct expect *e);

/*
 * Takes the next trace and compares it with `trace`. When they differ, says
 * on standard output where, as a diff from what was expected to `trace`.
 */
bool expect_same(struct expect *e, const char *trace);

/* Takes the next trace and looks not at it. */
void expect_skip(struct expect *e);

#endif
