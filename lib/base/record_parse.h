/* SPDX-License-Identifier: ISC */
#ifndef BASE_RECORD_PARSE_H
#define BASE_RECORD_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/record.h"

/*
 * Records read back: a line as record_logfmt() writes it becomes a list of
 * fields, in the caller's own buffer and without a copy. Whoever reads need
 * not know every event: a name from a newer version is passed on like any
 * other.
 */

/* Most fields of a line, `event` left out. */
#define RECORD_PARSED_MAX 64

/* Room for the JSON of a line of RECORD_LINE_MAX bytes, whatever is in it. */
#define RECORD_JSON_MAX ((size_t)8 * RECORD_LINE_MAX)

/* A line that was read; everything points into it. */
struct record_parsed {
	const char *stamp; /* NULL: the line has none */
	const char *event;
	size_t n;
	struct record_field fields[RECORD_PARSED_MAX];
};

/*
 * Reads a line of `len` bytes, the last of which is its newline, and
 * overwrites it on the way. An unquoted whole number is a number, an unquoted
 * true or false a flag, everything else text; `text` is set in each case.
 * False when it is no record: then neither is worth anything.
 */
bool record_parse(struct record_parsed *parsed, char *line, size_t len);

/* The field of that name, or NULL. */
const struct record_field *
record_parsed_get(const struct record_parsed *parsed, const char *key);

/*
 * Several at once, found[i] for keys[i]: at no cost worth speaking of when the
 * keys are in the order of the fields.
 */
void record_parsed_find(const struct record_parsed *parsed, size_t n,
    const char *const *keys, const struct record_field **found);

/* The text of the field of that name, or "". */
const char *
record_parsed_text(const struct record_parsed *parsed, const char *key);

/* The field of that name as a number, or `otherwise`. */
int64_t record_parsed_number(const struct record_parsed *parsed,
    const char *key, int64_t otherwise);

/* Whom the record is about: its child or supervisor. */
const char *record_parsed_subject(const struct record_parsed *parsed);

/* Writes it as record_logfmt() does, and returns the line's length. */
size_t record_parsed_logfmt(const struct record_parsed *parsed,
    char line[static RECORD_LINE_MAX]);

/* Writes it as record_json() does, and returns the line's length. */
size_t record_parsed_json(const struct record_parsed *parsed,
    char line[static RECORD_JSON_MAX]);

#endif
