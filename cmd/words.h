/* SPDX-License-Identifier: ISC */
#ifndef CMD_WORDS_H
#define CMD_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How commands write for people: times, and lines of a drawing.
 */

/* Room of a number or a time. */
#define WORDS_SIZE 32

/* A number >= 0. */
const char *words_number(int64_t number, char text[static WORDS_SIZE]);

/* A span of time in two units at most: `350ms`, `1.9s`, `3m12s`, `2h05m`. */
const char *words_span(int64_t ms, char text[static WORDS_SIZE]);

/*
 * The time of a record's stamp on the local clock, with the day unless it is
 * today's; the stamp itself if it is none.
 */
const char *words_time(const char *stamp, char text[static WORDS_SIZE]);

/* How a state is to be taken, which makes its colour. */
enum words_mood {
	MOOD_GOOD,     /* it is up */
	MOOD_CHANGING, /* soon it is in another state */
	MOOD_OVER,     /* it is down as it was to be */
	MOOD_BAD,      /* it is down because of an error */
};

/* `reason` is that of the last end, or "". */
enum words_mood words_mood(const char *state, const char *reason);

/* Whether the locale can show UTF-8; else ASCII has to do. */
bool words_utf8(void);

/*
 * What stands in front of a node in a drawing as tree(1) has it, and in front
 * of what is below it: four columns each.
 */
const char *words_branch(bool last);
const char *words_trunk(bool last);

#endif
