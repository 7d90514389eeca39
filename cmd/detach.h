/* SPDX-License-Identifier: ISC */
#ifndef CMD_DETACH_H
#define CMD_DETACH_H

#include "cmd/command.h"

/*
 * Goes on in a new process, in a session of its own and without the terminal:
 * stdin is /dev/null, and so are stdout and stderr unless they are files. In
 * that process it returns the descriptor for struct run's `caller`. The
 * process that has called prints what comes from there, and ends as soon as
 * everything has started, or with the new one's status.
 *
 * -errno, in the process that has called, when it could not be done.
 */
int detach(const struct globals *globals);

/* Whether what detach() has left for stderr keeps what is written. */
bool detach_keeps_stderr(void);

#endif
