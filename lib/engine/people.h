/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_PEOPLE_H
#define ENGINE_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/record.h"

/*
 * Writes a record as a sentence for somebody who watches a terminal: padded
 * name, what happened and why, signals in words. Returns the length of the
 * line, newline included; 0 for records that say nothing new to a person.
 */
size_t people_line(const struct record *record, bool colour,
    char line[static RECORD_LINE_MAX]);

/* What a reason means, in words: `signal:SEGV` is "segmentation fault". */
const char *people_reason(const char *reason, char *text, size_t size);

/*
 * The same of an end by SIGKILL that was the kernel's, for want of memory;
 * `limit` is that of the child, or "".
 */
const char *people_oom(const char *limit, char *text, size_t size);

/*
 * What a run had said about how it fails, the name of an error and an exit
 * status: ", having said ENOENT"; empty if it had said neither, "" and below 1.
 */
const char *
people_said(const char *error, int64_t exit_status, char *text, size_t size);

/* The same of an end with that behind it, one of history_behind_text[]. */
const char *
people_end(const char *reason, const char *behind, char *text, size_t size);

#endif
