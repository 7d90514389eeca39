/* SPDX-License-Identifier: ISC */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * Diagnostics: what is wrong with a text that a person wrote, and where.
 * They are collected first and shown later, so that one run names every
 * mistake; the code that finds them prints nothing.
 *
 *	shop.conf:3:15: "abc" is no value of max_restarts, expected an …
 *	    max_restarts  abc
 *	                  ^^^
 *	    in supervisor web = pool(3) at shop.conf:20
 */

enum diag_severity {
	DIAG_ERROR,
	DIAG_WARNING
};

struct diag {
	enum diag_severity severity;
	const char *file;    /* or NULL: about no place */
	uint32_t line;       /* from 1; 0: about the file as a whole */
	uint32_t column;     /* from 1, in characters */
	const char *message; /* one line */
	const char *source;  /* the line or the part around it, or NULL */
	uint32_t caret;      /* bytes of `source` before the caret */
	uint32_t width;      /* characters under the caret; at least 1 */
	const char *note;    /* further lines, each ended by '\n', or NULL */
};

/* Of each severity this many are kept; the others are only counted. */
#define DIAG_SHOWN_MAX 100

struct diag_list {
	struct diag *items; /* in the arena given to diag_list_add() */
	size_t nitems;
	size_t room;
	size_t nerrors; /* all of them, kept or not */
	size_t nwarnings;
};

/*
 * Copies `diag`, its texts included, to the end of the list, all memory
 * coming from `arena`. One with the same place, severity and message as an
 * earlier one is dropped, and so is one beyond DIAG_SHOWN_MAX, which is
 * counted.
 */
void diag_list_add(struct diag_list *list, struct arena *arena,
    const struct diag *diag);

/* Orders by file (in the order of first mention), then line and column. */
void diag_list_sort(struct diag_list *list);

/* How many of `severity` were counted but not kept. */
size_t
diag_list_hidden(const struct diag_list *list, enum diag_severity severity);

/* Takes `len` bytes of rendered text. */
typedef void diag_write(void *ctx, const char *bytes, size_t len);

/* Renders one diagnostic as several whole lines, with colours if asked. */
void
diag_render(const struct diag *diag, bool colour, diag_write *write, void *ctx);

/* Renders all of the list, and a line that counts what is not shown. */
void diag_list_render(const struct diag_list *list, bool colour,
    diag_write *write, void *ctx);

/*
 * Renders one into `buf` of `size` bytes, cut at the end and always with a
 * NUL if size > 0. Returns the length of the whole text, as snprintf(3).
 */
size_t
diag_format(const struct diag *diag, bool colour, char *buf, size_t size);

#endif
