/* SPDX-License-Identifier: ISC */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <sys/resource.h>

#include <stdbool.h>

#include "os/signals.h"

/* Exit statuses of every command (supervise(1), EXIT STATUS). */
#define STATUS_OK            0
#define STATUS_FAILED        1
#define STATUS_USAGE         2
#define STATUS_NOT_UP        3
#define STATUS_NO_SUCH_NAME  4
#define STATUS_NO_SUPERVISOR 5
#define STATUS_TIME_LIMIT    124
#define STATUS_MAILBOX_OVER  5   /* of receive */
#define EXEC_STATUS_OURS     125 /* of exec, with, try, call; see env(1) */

/* Options that stand before the command, or among its own. */
struct globals {
	const char *file;              /* -f; NULL: not given */
	const char *label;             /* -L; NULL: not given */
	const char *socket;            /* -S; NULL: not given */
	bool quiet;                    /* -q */
	bool json;                     /* --json */
	const char *log_format;        /* --log-format; NULL: not given */
	const struct signals *signals; /* as the program was started */
	struct rlimit nofile;
	int mailbox; /* of `receive`: to read from; or -errno */
};

/* What commands are for; `supervise help` lists them by it. */
enum section {
	SECTION_RUN,
	SECTION_LOOK,
	SECTION_ACT,
	SECTION_HELP,
};

/* Which of -f, -L and -S mean something to a command. */
enum whereabouts {
	WHERE_NONE,
	WHERE_FILE,   /* -f: it reads a file */
	WHERE_SOCKET, /* -L, -S: it has a socket */
	WHERE_ANY,    /* all: it has both, or means a supervisor */
};

/* The options of each, as in a synopsis. */
extern const char *const where_text[];

/* A subcommand. */
struct command {
	enum section section;
	const char *name;
	enum whereabouts where;
	const char *synopsis; /* what follows the name; in brackets, options */
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
int with_main(struct globals *globals, int argc, char **argv);
int check_main(struct globals *globals, int argc, char **argv);
int try_main(struct globals *globals, int argc, char **argv);
int list_main(struct globals *globals, int argc, char **argv);
int status_main(struct globals *globals, int argc, char **argv);
int tree_main(struct globals *globals, int argc, char **argv);
int logs_main(struct globals *globals, int argc, char **argv);
int why_main(struct globals *globals, int argc, char **argv);
int top_main(struct globals *globals, int argc, char **argv);
int metrics_main(struct globals *globals, int argc, char **argv);
int healthy_main(struct globals *globals, int argc, char **argv);
int pid_main(struct globals *globals, int argc, char **argv);
int spec_main(struct globals *globals, int argc, char **argv);
int count_main(struct globals *globals, int argc, char **argv);
int events_main(struct globals *globals, int argc, char **argv);
int wait_main(struct globals *globals, int argc, char **argv);
int monitor_main(struct globals *globals, int argc, char **argv);
int receive_main(struct globals *globals, int argc, char **argv);
int call_main(struct globals *globals, int argc, char **argv);
int start_main(struct globals *globals, int argc, char **argv);
int stop_main(struct globals *globals, int argc, char **argv);
int restart_main(struct globals *globals, int argc, char **argv);
int replace_main(struct globals *globals, int argc, char **argv);
int delete_main(struct globals *globals, int argc, char **argv);
int signal_main(struct globals *globals, int argc, char **argv);
int link_main(struct globals *globals, int argc, char **argv);
int unlink_main(struct globals *globals, int argc, char **argv);
int add_main(struct globals *globals, int argc, char **argv);
int throw_main(struct globals *globals, int argc, char **argv);
int notify_main(struct globals *globals, int argc, char **argv);
int reload_main(struct globals *globals, int argc, char **argv);
int down_main(struct globals *globals, int argc, char **argv);
int help_main(struct globals *globals, int argc, char **argv);

extern const char run_help[];
extern const char exec_help[];
extern const char with_help[];
extern const char check_help[];
extern const char try_help[];
extern const char list_help[];
extern const char status_help[];
extern const char tree_help[];
extern const char logs_help[];
extern const char why_help[];
extern const char top_help[];
extern const char metrics_help[];
extern const char healthy_help[];
extern const char pid_help[];
extern const char spec_help[];
extern const char count_help[];
extern const char events_help[];
extern const char wait_help[];
extern const char monitor_help[];
extern const char receive_help[];
extern const char call_help[];
extern const char start_help[];
extern const char stop_help[];
extern const char restart_help[];
extern const char replace_help[];
extern const char delete_help[];
extern const char signal_help[];
extern const char link_help[];
extern const char unlink_help[];
extern const char add_help[];
extern const char throw_help[];
extern const char notify_help[];
extern const char reload_help[];
extern const char down_help[];
extern const char help_help[];

#endif
