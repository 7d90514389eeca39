/* SPDX-License-Identifier: ISC */
#ifndef CMD_ACT_H
#define CMD_ACT_H

#include <getopt.h>
#include <stdbool.h>

#include "cmd/ask.h"

/* What the commands that change the tree have in common. */
struct act_options {
	bool no_wait;
	bool keep; /* `stop` alone */
};

extern const struct option act_longs[]; /* without --keep */

/* For struct options; `arg` is a struct act_options. */
bool act_take(void *arg, int option, const char *value);

/* The end of their help. */
#define ACT_OPTIONS                                                             \
	"  --no-wait   return when it is begun\n"                               \
	"  -q          print nothing; else a row for each child that changed\n" \
	"\n"                                                                    \
	"Ends with 0 when it has happened, 1 when it has not, 4 when nothing\n" \
	"has that name.\n"

/*
 * Asks for something to be done, prints the rows that changed, and returns
 * the exit status.
 */
int
act_ask(const struct globals *globals, const char *const *verb, char **words);

#endif
