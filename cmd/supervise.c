/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/options.h"
#include "os/fd.h"

#define COMMAND(name) name##_help, name##_main

const struct command commands[] = {
	{ "run", WHERE_ANY, "[-d] [-q] [--log-format FORMAT]",
	    "run the tree of a file", COMMAND(run) },
	{ "exec", WHERE_SOCKET,
	    "[-r RESTART] [-m MAX] [-t SECONDS] [-q] [--log-format FORMAT] "
	    "-- COMMAND ...",
	    "supervise one command without a file", COMMAND(exec) },
	{ "check", WHERE_FILE, "[-p] [-q]",
	    "say what is wrong with a file and what it amounts to",
	    COMMAND(check) },
	{ "list", WHERE_NONE, "[--json]", "the supervisors that are running",
	    COMMAND(list) },
	{ "status", WHERE_ANY, "[-q] [--json] [NAME ...]",
	    "how children are, in a table", COMMAND(status) },
	{ "tree", WHERE_ANY, "[--json]",
	    "draw the tree, with states and budgets", COMMAND(tree) },
	{ "why", WHERE_ANY, "[--json] NAME ...",
	    "the last ends of a child, and what caused them", COMMAND(why) },
	{ "pid", WHERE_ANY, "[-q] [--json] NAME ...", "the process of a child",
	    COMMAND(pid) },
	{ "spec", WHERE_ANY, "[--json] NAME ...",
	    "the specification of a child", COMMAND(spec) },
	{ "count", WHERE_ANY, "[--json] [NAME]",
	    "count the children of a supervisor", COMMAND(count) },
	{ "events", WHERE_ANY, "[-n NUMBER] [--json]", "follow what happens",
	    COMMAND(events) },
	{ "wait", WHERE_ANY, "[-t SECONDS] ready|up|down NAME ... | quiet",
	    "wait until a state holds", COMMAND(wait) },
	{ "start", WHERE_ANY, "[-q] [--json] [--no-wait] NAME ...",
	    "start children that are down", COMMAND(start) },
	{ "stop", WHERE_ANY, "[-q] [--json] [--no-wait] NAME ...",
	    "stop children", COMMAND(stop) },
	{ "restart", WHERE_ANY, "[-q] [--json] [--no-wait] NAME ...",
	    "stop children and start them", COMMAND(restart) },
	{ "signal", WHERE_ANY, "SIGNAL NAME ...", "send a signal to children",
	    COMMAND(signal) },
	{ "add", WHERE_ANY, "[-q] [--json] [--no-wait] SUPERVISOR TEXT",
	    "add a child and start it", COMMAND(add) },
	{ "delete", WHERE_ANY, "[-q] [--no-wait] NAME ...",
	    "remove children that are down", COMMAND(delete) },
	{ "reload", WHERE_ANY, "[-q] [--json] [--dry-run]",
	    "apply the changed file, touching only what changed",
	    COMMAND(reload) },
	{ "down", WHERE_ANY, "", "stop everything and end", COMMAND(down) },
	{ "help", WHERE_NONE, "[COMMAND]", "explain a command", COMMAND(help) },
	{ NULL, WHERE_NONE, NULL, NULL, NULL, NULL },
};

const struct command *
command_find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int
main(int argc, char **argv)
{
	static const struct options none = { .strict = true };
	struct globals globals = { .file = NULL };
	struct signals signals;
	const struct command *command;
	int first, error;

	error = fd_clean();
	if (error == 0)
		error = signals_block(&signals);
	if (error < 0) {
		fprintf(stderr, "supervise: cannot begin: %s\n",
		    strerror(-error));
		return STATUS_FAILED;
	}
	(void)fd_limit_raise(&globals.nofile);
	globals.signals = &signals;
	setproctitle_init(argc, argv, environ);

	if (!options_read(&globals, argc, argv, &none))
		return STATUS_USAGE;
	first = optind;
	if (argv[first] == NULL)
		return usage_error(NULL, "no command given");
	command = command_find(argv[first]);
	if (command == NULL)
		return usage_no_command(argv[first]);
	return command->main(&globals, argc - first, argv + first);
}
