/* SPDX-License-Identifier: ISC */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Patterns of reasons, as `catch` has them: a reason as records write it, with
 * lists, ranges and `*` for its value, or `*` for any reason.
 *
 *	exit:75   exit:64-78,100   signal:SEGV,BUS   start:*   throw:disk*
 *	killed   shutdown   *
 *
 * A pattern stays the text that it is: nothing is made of it, so that whoever
 * has the text has the pattern.
 */

/* Room for what is wrong with a pattern. */
#define PATTERN_MESSAGE_SIZE 160

struct pattern_error {
	size_t at;  /* bytes before what is wrong */
	size_t len; /* bytes of it; 0: something is missing there */
	char message[PATTERN_MESSAGE_SIZE];
};

/* Whether `text` is a pattern; *error says what is wrong when it is none. */
bool pattern_check(const char *text, struct pattern_error *error);

/*
 * Whether the pattern means the reason, `exit:3`, as reason_text() writes it.
 * `pattern` has passed pattern_check().
 */
bool pattern_matches(const char *pattern, const char *reason);

/*
 * Whether each reason that `pattern` means is meant by `wide` as well, as far
 * as that is plain: `*`, `exit:*`, or the same text. Both are patterns.
 */
bool pattern_covers(const char *wide, const char *pattern);

#endif
