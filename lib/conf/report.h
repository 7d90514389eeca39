/* SPDX-License-Identifier: ISC */
#ifndef CONF_REPORT_H
#define CONF_REPORT_H

#include "conf/loader.h"

/*
 * Messages of the loader: a spot becomes file, line, column, the source line
 * and the uses of specs that led there.
 */

/* A user's word as it may stand in a message: in quotes, cut, one line. */
struct shown {
	char text[100];
};

/* Uses of specs that are named in one message. */
#define REPORT_USES_MAX 4

/* Makes `word` fit to be shown, in *buf, and returns the text there. */
const char *show(const char *word, struct shown *buf);

/* Adds an error at `at`, which says what is wrong and what was expected. */
void report_error(struct loader *ld, const struct spot *at, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* The same; further lines of text, of whatever kind, come below. */
void report_told(struct loader *ld, const struct spot *at, const char *told,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same as a warning. */
void report_warning(struct loader *ld, const struct spot *at,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds an error or a warning about the file `path` as a whole. */
void
report_file(struct loader *ld, enum diag_severity severity, const char *path,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
