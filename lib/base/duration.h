/* SPDX-License-Identifier: ISC */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Durations as people write them: `500ms`, `5s`, `2m`, `1h`, `7d`; a bare
 * number is seconds; `1.5s` is 1500 ms. Inside they are milliseconds.
 */

/* The longest duration that is accepted: 365 days. */
#define DURATION_MAX_MS INT64_C(31536000000)

/* Room for the longest text of duration_text() and its NUL. */
#define DURATION_TEXT_SIZE 24

/*
 * Reads all of `text` as a duration. False, with *ms untouched, when it is
 * none, is no whole number of milliseconds, or is over DURATION_MAX_MS.
 */
bool duration_parse(const char *text, int64_t *ms);

/*
 * Writes `ms` (>= 0) with the largest unit that leaves no fraction, so that
 * duration_parse() gives exactly `ms` again. Returns `buf`.
 */
const char *duration_text(int64_t ms, char buf[static DURATION_TEXT_SIZE]);

#endif
