/* SPDX-License-Identifier: ISC */
#ifndef CONF_LOG_H
#define CONF_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/body.h"

/*
 * `log` and `log_stderr`: where the output of a worker goes, and for a file
 * how large it may get.
 */

/* Room for a size as text. */
#define LOG_SIZE_TEXT 24

/* Takes the words of the statement; false after an error. */
bool log_parse(struct loader *ld, struct body *b, const struct statement *st);

/* Writes a size, `10M` where that is exact, and returns `text`. */
const char *log_size_text(int64_t bytes, char text[static LOG_SIZE_TEXT]);

#endif
