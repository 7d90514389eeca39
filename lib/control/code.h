/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_CODE_H
#define CONTROL_CODE_H

/*
 * Why a request failed: `code` of the record `error` that ends an answer, for
 * programs, as the message beside it is for people.
 */

/* Every code, its name, the exit status of the command, what it means. */
#define CONTROL_CODES(X)                                                     \
	X(CONTROL_FAILED, "failed", 1, "it could not be done")               \
	X(CONTROL_USAGE, "usage", 2, "no such request, or wrong words")      \
	X(CONTROL_SYNTAX, "syntax", 2, "the request cannot be read")         \
	X(CONTROL_TOO_LONG, "too_long", 2, "the request is over 64 KiB")     \
	X(CONTROL_TOO_MUCH, "too_much", 1, "too much is waiting to be read") \
	X(CONTROL_PERMISSION, "permission", 1, "the peer is another user")   \
	X(CONTROL_BUSY, "busy", 1, "too many connections")                   \
	X(CONTROL_NO_SUCH_NAME, "no_such_name", 4, "nothing has that name")  \
	X(CONTROL_AMBIGUOUS, "ambiguous", 4, "several have that name")       \
	X(CONTROL_ENDED, "ended", 1, "supervise has ended before the answer")

enum control_code {
#define CONTROL_ENUM(name, text, status, summary) name,
	CONTROL_CODES(CONTROL_ENUM)
#undef CONTROL_ENUM
};
#define CONTROL_NCODES (CONTROL_ENDED + 1)

extern const char *const control_code_text[];

/* The exit status that belongs to a code's name; 1 for one not known. */
int control_code_status(const char *text);

#endif
