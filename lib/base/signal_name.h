/* SPDX-License-Identifier: ISC */
#ifndef BASE_SIGNAL_NAME_H
#define BASE_SIGNAL_NAME_H

/*
 * Signals by name, both ways, without a table of libc (musl has none).
 * The short form (TERM, RTMIN+3) is the one in files and records.
 */

/* Room for the longest name, `RTMIN+15`, or a number, and the NUL. */
#define SIGNAL_NAME_SIZE 20

/*
 * The number of the signal that `text` names: TERM, SIGTERM, RTMIN, RTMIN+3,
 * RTMAX-2, or a number from 1 to SIGRTMAX. -1 if it names none.
 */
int signal_number(const char *text);

/*
 * Writes the short name of `signo` to `buf` and returns `buf`. A number that
 * has no name is written as a number.
 */
const char *signal_name(int signo, char buf[static SIGNAL_NAME_SIZE]);

/*
 * The n-th name that signal_number() takes, counted from 0, for lists and
 * suggestions; NULL after the last. Real-time signals are not among them.
 * Static.
 */
const char *signal_known(unsigned n);

#endif
