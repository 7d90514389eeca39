/* SPDX-License-Identifier: ISC */
#ifndef CONF_LOG_H
#define CONF_LOG_H

#include <stdbool.h>

#include "conf/body.h"

/*
 * `log` and `log_stderr`: where the output of a worker goes, and for a file
 * how large it may get.
 */

/* Takes the words of the statement; false after an error. */
bool log_parse(struct loader *ld, struct body *b, const struct statement *st);

/* Several may log to one file: then all rotate it alike. */
void log_check(struct loader *ld, const struct body *b);

/* Whether children cannot log to that worker, for what its `stdin` says. */
bool log_input_is_own(const struct worker_spec *worker);

#endif
