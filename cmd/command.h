/* SPDX-License-Identifier: ISC */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <sys/resource.h>

#include <stdbool.h>

#include "os/signals.h"

/* Exit statuses of every command (supervise(1), EXIT STATUS). */
#define STATUS_OK     0
#define STATUS_FAILED 1
#define STATUS_USAGE  2

/* Options that stand before the command, or among its own. */
struct globals {
	const char *file;              /* -f; NULL: not given */
	bool quiet;                    /* -q */
	const char *log_format;        /* --log-format; NULL: not given */
	const struct signals *signals; /* as the program was started */
	struct rlimit nofile;
};

/* A subcommand. */
struct command {
	const char *name;
	const char *synopsis; /* what follows the name */
	const char *summary;  /* one line */
	const char *help;     /* examples first; under 25 lines */
	/* argv[0] is the command's name. Returns the exit status. */
	int (*main)(struct globals *globals, int argc, char **argv);
};

/* Ends with a NULL name. */
extern const struct command commands[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

int run_main(struct globals *globals, int argc, char **argv);
int exec_main(struct globals *globals, int argc, char **argv);
int check_main(struct globals *globals, int argc, char **argv);
int help_main(struct globals *globals, int argc, char **argv);

extern const char run_help[];
extern const char exec_help[];
extern const char check_help[];
extern const char help_help[];

#endif
