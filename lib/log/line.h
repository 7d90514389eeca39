/* SPDX-License-Identifier: ISC */
#ifndef LOG_LINE_H
#define LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/record.h"

/*
 * What becomes of a line on its way out.
 *
 *	plain	the bytes as they are, after a time stamp if one is wanted
 *	prefix	web/front | text		stamp, name and a bar before it
 *	json	{"time":…,"event":"output","child":…,"stream":…,"text":…}
 *
 * Bytes pass as they are, but in JSON, which cannot hold them: there NUL and
 * other control characters are escaped, and what is no UTF-8 becomes U+FFFD.
 *
 * A line of more than LOG_LINE_MAX bytes is given out in parts. Plain, nothing
 * shows it. With a prefix each part is a line of its own, and all but the first
 * have a plus instead of the bar; in JSON all but the last say "more":true.
 */

enum line_form {
	LINE_PLAIN,
	LINE_PREFIX,
	LINE_JSON,
};

/* How the lines of one source look. */
struct line_style {
	enum line_form form;
	bool stamped;
	const char *name;   /* for JSON; borrowed */
	const char *stream; /* likewise */
	const char *prefix; /* up to the text, blank included; borrowed */
	size_t prefix_len;
	size_t bar; /* where in it the bar is */
};

/* A line, or a part of one. */
struct line {
	const char *text; /* without the newline */
	size_t len;
	bool amid;       /* a part came before */
	bool more;       /* another one follows */
	uint32_t number; /* of the child's lines */
};

/* Room for any prefix of a name of `len` bytes, padded to `width`. */
size_t line_prefix_size(size_t len, size_t width);

/*
 * Writes the prefix of `name`, padded to `width`, in its colour or in none, and
 * completes `style` with it.
 */
void line_prefix(struct line_style *style, char *prefix, const char *name,
    size_t width, bool coloured);

/* How much room the line takes at most. */
size_t line_bound(const struct line_style *style, size_t len);

/* Writes it where there is room for line_bound(), and returns its length. */
size_t line_write(const struct line_style *style, const char *stamp,
    const struct line *line, char *bytes);

/* How much of the `len` bytes, LOG_LINE_MAX or more, makes a part. */
size_t line_part(const char *text, size_t len);

#endif
