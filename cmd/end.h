/* SPDX-License-Identifier: ISC */
#ifndef CMD_END_H
#define CMD_END_H

#include "core/reason.h"
#include "os/errand.h"

/*
 * Ends of processes, as commands tell them: by their reasons, `exit:3`, and by
 * the status that sh gives to them.
 */

/* Writes the reason of an end and returns `text`. */
const char *end_process_reason(const struct process_end *end,
    char text[static REASON_TEXT_SIZE]);
const char *
end_reason(const struct errand_end *end, char text[static REASON_TEXT_SIZE]);

/*
 * The status that says what the reason does: the exit status, 128+N for signal
 * N, 0 for `shutdown`, 1 for any other. For a command that did not start 127,
 * 126 or 125, which end_status() knows.
 */
int end_reason_status(const char *reason);
int end_status(const struct errand_end *end);

/* Complains that a command could not start, and why. */
void end_complain(const struct errand_end *end, const char *name);

#endif
