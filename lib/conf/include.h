/* SPDX-License-Identifier: ISC */
#ifndef CONF_INCLUDE_H
#define CONF_INCLUDE_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/body.h"

/* Files: the first one, and those that `include` names. */

/*
 * Reads the file `path` into the supervisor `b`, as if its text stood at
 * `at` (no place for the first file). False if it cannot be read, which is
 * an error at `at`, or about the file if that is no place.
 */
bool include_file(struct loader *ld, struct body *b, const char *path,
    const struct spot *at);

/*
 * The bytes before the text of a file: the mark that some editors of other
 * systems begin every text with, or none.
 */
uint32_t include_mark(const struct source_file *file);

/* Reads the bytes alone, into *file; false after an error, as above. */
bool include_open(struct loader *ld, const char *path, const struct spot *at,
    struct source_file *file);

/* Reads the files that the words of an `include` stand for, in order. */
void
include_files(struct loader *ld, struct body *b, const struct statement *st);

#endif
