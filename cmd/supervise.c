/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/options.h"
#include "cmd/tini.h"
#include "os/fd.h"

#define COMMAND(name) name##_help, name##_main

const struct command commands[] = {
	{ SECTION_RUN, "run", WHERE_ANY,
	    "[-d] [-q] [-m FORMATION] [--procfile] [--log-format FORMAT] "
	    "[--timestamps]",
	    "run the tree of a file", COMMAND(run) },
	{ SECTION_RUN, "exec", WHERE_SOCKET,
	    "[-r RESTART] [-m MAX] [-t SECONDS] [--strategy STRATEGY] "
	    "[--stop-timeout TIME] [-q] [--log-format FORMAT] "
	    "-- COMMAND ... | NAME=COMMAND ...",
	    "supervise commands without a file", COMMAND(exec) },
	{ SECTION_RUN, "with", WHERE_ANY,
	    "[-q] [-m FORMATION] [--procfile] [--log-format FORMAT] "
	    "[NAME ...] -- COMMAND ...",
	    "run one command while the tree of a file is up", COMMAND(with) },
	{ SECTION_RUN, "check", WHERE_FILE,
	    "[-p] [-q] [-m FORMATION] [--procfile]",
	    "say what is wrong with a file and what it amounts to",
	    COMMAND(check) },
	{ SECTION_RUN, "try", WHERE_NONE,
	    "[--catch PATTERN COMMAND] [--after COMMAND] -- COMMAND ...",
	    "try, catch and after for one command", COMMAND(try) },
	{ SECTION_LOOK, "list", WHERE_NONE, "[--json]",
	    "the supervisors that are running", COMMAND(list) },
	{ SECTION_LOOK, "status", WHERE_ANY, "[-q] [--json] [NAME ...]",
	    "how children are, in a table", COMMAND(status) },
	{ SECTION_LOOK, "healthy", WHERE_ANY,
	    "[-t SECONDS] [-q] [--json] [NAME ...]",
	    "whether all is as it should be, for probes", COMMAND(healthy) },
	{ SECTION_LOOK, "tree", WHERE_ANY, "[--json]",
	    "draw the tree, with states and budgets", COMMAND(tree) },
	{ SECTION_LOOK, "top", WHERE_ANY, "[-b] [-d TIME] [-n NUMBER]",
	    "watch the tree live, and act on it by keys", COMMAND(top) },
	{ SECTION_LOOK, "why", WHERE_ANY, "[--json] NAME ...",
	    "the last ends of a child, and what caused them", COMMAND(why) },
	{ SECTION_LOOK, "logs", WHERE_ANY,
	    "[-f] [-n NUMBER] [--json] [NAME ...]",
	    "the last lines of children", COMMAND(logs) },
	{ SECTION_LOOK, "metrics", WHERE_ANY, "[-o FILE] [--json]",
	    "what is counted, for OpenMetrics", COMMAND(metrics) },
	{ SECTION_LOOK, "pid", WHERE_ANY, "[-q] [--json] NAME ...",
	    "the process of a child", COMMAND(pid) },
	{ SECTION_LOOK, "spec", WHERE_ANY, "[--json] NAME ...",
	    "the specification of a child", COMMAND(spec) },
	{ SECTION_LOOK, "count", WHERE_ANY, "[--json] [NAME]",
	    "count the children of a supervisor", COMMAND(count) },
	{ SECTION_LOOK, "events", WHERE_ANY, "[-n NUMBER] [--json]",
	    "follow what happens", COMMAND(events) },
	{ SECTION_LOOK, "wait", WHERE_ANY,
	    "[-t SECONDS] ready|up|down NAME ... | quiet",
	    "wait until a state holds", COMMAND(wait) },
	{ SECTION_LOOK, "monitor", WHERE_ANY,
	    "[-t SECONDS] [--any] [--json] NAME|PID ...",
	    "wait for ends, and say why", COMMAND(monitor) },
	{ SECTION_LOOK, "receive", WHERE_NONE,
	    "[-t SECONDS] [--json] [FIELD ...]",
	    "read a record of a worker's own mailbox", COMMAND(receive) },
	{ SECTION_ACT, "start", WHERE_ANY, "[-q] [--json] [--no-wait] NAME ...",
	    "start children that are down", COMMAND(start) },
	{ SECTION_ACT, "stop", WHERE_ANY,
	    "[-q] [--json] [--keep] [--no-wait] NAME ...", "stop children",
	    COMMAND(stop) },
	{ SECTION_ACT, "restart", WHERE_ANY,
	    "[-q] [--json] [--no-wait] NAME ...",
	    "stop children and start them", COMMAND(restart) },
	{ SECTION_ACT, "replace", WHERE_ANY,
	    "[-q] [--json] [--no-wait] NAME ...",
	    "start another run, then stop the first", COMMAND(replace) },
	{ SECTION_ACT, "signal", WHERE_ANY, "[-q] [--json] SIGNAL NAME ...",
	    "send a signal to children", COMMAND(signal) },
	{ SECTION_ACT, "link", WHERE_ANY, "[--json] [NAME [NAME]]",
	    "end two children with each other; or list links", COMMAND(link) },
	{ SECTION_ACT, "unlink", WHERE_ANY, "NAME NAME", "undo a link",
	    COMMAND(unlink) },
	{ SECTION_ACT, "add", WHERE_ANY,
	    "[-q] [--json] [--no-wait] SUPERVISOR TEXT",
	    "add a child and start it", COMMAND(add) },
	{ SECTION_ACT, "delete", WHERE_ANY,
	    "[-q] [--json] [--no-wait] NAME ...",
	    "remove children that are down", COMMAND(delete) },
	{ SECTION_ACT, "call", WHERE_ANY, "[-t SECONDS] NAME -- COMMAND ...",
	    "run a command that dies with a child", COMMAND(call) },
	{ SECTION_ACT, "throw", WHERE_NONE, "VALUE",
	    "end the worker that says it, for a reason of its own",
	    COMMAND(throw) },
	{ SECTION_ACT, "notify", WHERE_NONE,
	    "[--ready] [--reloading] [--stopping] [--status TEXT] "
	    "[WORD=VALUE ...]",
	    "tell what the worker that says it is doing", COMMAND(notify) },
	{ SECTION_ACT, "reload", WHERE_ANY, "[-q] [--json] [--dry-run]",
	    "apply the changed file, touching only what changed",
	    COMMAND(reload) },
	{ SECTION_ACT, "down", WHERE_ANY, "[-t SECONDS]",
	    "stop everything and end", COMMAND(down) },
	{ SECTION_HELP, "help", WHERE_NONE, "[COMMAND]", "explain a command",
	    COMMAND(help) },
	{ .name = NULL },
};

const struct command *
command_find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* Descriptors of supervise itself, beside one for each child that runs. */
#define NOFILE_MIN (FD_FIRST + 16)

/*
 * What a command that only asks has no use for, nor time. 0; -errno; or 1
 * after a complaint.
 */
static int
prepare_run(struct globals *globals)
{
	static struct signals signals;

	(void)fd_limit_raise(&globals->nofile);
	if (globals->nofile.rlim_max < NOFILE_MIN) {
		complain("too few descriptors: ulimit -n is %ju, at least %d "
			 "are needed, and one for each child",
		    (uintmax_t)globals->nofile.rlim_max, NOFILE_MIN);
		return 1;
	}
	globals->signals = &signals;
	return signals_block(&signals);
}

static bool
has_children(const struct command *command)
{
	return command->main == run_main || command->main == exec_main ||
	    command->main == with_main;
}

/*
 * Whether one of the words is a command that has children: those processes get
 * a title, for which arguments and environment are copied first. That takes
 * longer than to ask a supervisor, and pointers to them come after it.
 */
static bool
may_run(char **argv)
{
	const struct command *command;

	for (; *argv != NULL; argv++) {
		command = command_find(*argv);
		if (command != NULL && has_children(command))
			return true;
	}
	return false;
}

/*
 * The mailbox where one of the words is `receive`: all that is inherited is
 * closed before they are understood. It closes on execve, and is no slot.
 */
static int
keep_mailbox(char **argv)
{
	const char *number = getenv("SUPERVISE_MAILBOX"), *wrong;
	int fd;

	while (*argv != NULL && strcmp(*argv, "receive") != 0)
		argv++;
	if (*argv == NULL || number == NULL)
		return -ENOENT;
	fd = (int)strtonum(number, 0, INT_MAX, &wrong);
	if (wrong != NULL)
		return -EINVAL;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, FD_FIRST);
	return fd == -1 ? -errno : fd;
}

int
main(int argc, char **argv)
{
	static const struct options none = { .strict = true };
	struct globals globals = { .file = NULL };
	const struct command *command;
	int first, error;

	/* Before all else: what it inherits is its program's. */
	if (tini_called(argv) != NULL)
		return tini_main(tini_called(argv));
	globals.mailbox = keep_mailbox(argv);
	error = fd_clean(globals.mailbox < 0 ? -1 : globals.mailbox);
	if (may_run(argv))
		setproctitle_init(argc, argv, environ);
	if (!options_read(&globals, argc, argv, &none))
		return STATUS_USAGE;
	first = optind;
	if (argv[first] == NULL)
		return usage_error(NULL, "no command given");
	command = command_find(argv[first]);
	if (command == NULL)
		return usage_no_command(argv[first]);
	if (error == 0 && has_children(command))
		error = prepare_run(&globals);
	if (error < 0)
		complain("cannot begin: %s", strerror(-error));
	if (error != 0)
		return command->main == run_main ? STATUS_FAILED :
						   EXEC_STATUS_OURS;
	return options_flushed(command->main(&globals, argc - first,
	    argv + first));
}
