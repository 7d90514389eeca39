/* SPDX-License-Identifier: ISC */
#ifndef CONF_BYTES_H
#define CONF_BYTES_H

#include <stdbool.h>

#include "conf/loader.h"

/*
 * What may stand in a file: any text with tabs and newlines, in UTF-8 or
 * not, but no other control characters. Values that come from elsewhere keep
 * to it as well, so that what was read can be printed and read again.
 */

/* Whether all bytes of `text` may stand in a file. */
bool bytes_are_text(const char *text);

/*
 * Reports the bytes of `file` that may not, and lines that end in CR LF (the
 * first one only). The lexer takes them as they come.
 */
void bytes_check(struct loader *ld, const struct source_file *file);

#endif
