/* SPDX-License-Identifier: ISC */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd/command.h"
#include "engine/reporter.h"

/*
 * Options, as every command reads them: getopt_long(3), the global ones
 * accepted everywhere, a near miss answered with what was probably meant.
 */

/* An option of one command. Long ones have a value that is no character. */
#define OPTION_LOG_FORMAT 256

/*
 * Reads the options of `globals` and those in `own` (getopt(3)'s short form,
 * without colon or plus in front; "" for none), up to the first word that is
 * none. Calls `take` for each own one, which returns false when its argument
 * is wrong and has been complained about. True when all were understood; the
 * words left start at argv[optind].
 */
bool
options_read(struct globals *globals, int argc, char **argv, const char *own,
    bool (*take)(void *arg, int option, const char *value), void *arg);

/* Complains about wrong usage of `command`, and returns STATUS_USAGE. */
int usage_error(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Complains that there is no command `word`, with the one that was probably
 * meant, and returns STATUS_USAGE.
 */
int usage_no_command(const char *word);

/* How records are to be written, by the options and what stderr is. */
enum reporter_form options_form(const struct globals *globals);

#endif
