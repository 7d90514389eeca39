/* SPDX-License-Identifier: ISC */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <getopt.h>
#include <stdint.h>

#include "cmd/command.h"
#include "engine/reporter.h"

/*
 * Options, as every command reads them: getopt_long(3), the global ones
 * accepted everywhere, a near miss answered with what was probably meant.
 */

/* Long options without a letter have a value that is no character. */
#define OPTION_LOG_FORMAT   256
#define OPTION_JSON         257
#define OPTION_NO_WAIT      258
#define OPTION_DRY_RUN      259
#define OPTION_KEEP         260
#define OPTION_CATCH        261
#define OPTION_AFTER        262
#define OPTION_ANY          263
#define OPTION_TIMESTAMPS   264
#define OPTION_STOP_TIMEOUT 265
#define OPTION_STRATEGY     266
#define OPTION_PROCFILE     267

/* The options of one command, beside the global ones. */
struct options {
	const char *shorts;         /* getopt(3)'s form; NULL: none */
	const struct option *longs; /* ends with a NULL name; NULL: none */
	bool strict;                /* the first word that is none ends them */
	/*
	 * Called for each of them; false when its value is wrong, which has
	 * been complained about. NULL: there are none.
	 */
	bool (*take)(void *arg, int option, const char *value);
	void *arg;
};

/* The status to end with: another one if what was printed got nowhere. */
int options_flushed(int status);

/*
 * Reads the global options and `own`. True when all were understood and mean
 * something to the command; the words left start at argv[optind].
 */
bool options_read(struct globals *globals, int argc, char **argv,
    const struct options *own);

/*
 * The same for a command with no options of its own that takes at least `min`
 * and at most `max` words. The words, which end with NULL; or NULL after a
 * complaint.
 */
char **
options_words(struct globals *globals, int argc, char **argv, int min, int max);

/*
 * Whether every global option that was given means something to the command;
 * complains of one that does not. options_read() has asked.
 */
bool options_suit(const struct globals *globals, const struct command *command);

/* Complains unless there are `min` to `max` words at argv[optind]. */
bool
options_count(const char *command, int argc, char **argv, int min, int max);

/* Reads a duration; false after a complaint. */
bool options_duration(const char *command, char option, const char *value,
    int64_t *ms);

/* A time limit, as `-t` gives it. */
struct options_limit {
	const char *command;
	int64_t ms; /* -1: none */
};

/* For struct options; `arg` is a struct options_limit. */
bool options_take_limit(void *arg, int option, const char *value);

/* Complains about wrong usage of `command`, and returns STATUS_USAGE. */
int usage_error(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Complains that there is no command `word`, with the one that was probably
 * meant, and returns STATUS_USAGE.
 */
int usage_no_command(const char *word);

/* Says what went wrong on stderr, in one line. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains that memory is short, and ends the program. */
_Noreturn void no_memory(void);

/* Whether a terminal may have colours; and whether `fd` is one and may. */
bool options_colours(void);
bool options_colour(int fd);

/* Whether everything is to be JSON. */
bool options_is_json(const struct globals *globals);

/* How records are to be written, by the options and what stderr is. */
enum reporter_form options_form(const struct globals *globals);

#endif
