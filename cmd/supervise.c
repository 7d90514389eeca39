/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/options.h"
#include "os/fd.h"

const struct command commands[] = {
	{ "run", "[-f FILE] [-q] [--log-format text|json]",
	    "run the tree of a file", run_help, run_main },
	{ "exec", "[-r RESTART] [-m MAX] [-t SECONDS] [-q] -- COMMAND ...",
	    "supervise one command without a file", exec_help, exec_main },
	{ "check", "[-f FILE] [-p]",
	    "say what is wrong with a file and what it amounts to", check_help,
	    check_main },
	{ "help", "[COMMAND]", "explain a command", help_help, help_main },
	{ NULL, NULL, NULL, NULL, NULL },
};

const struct command *
command_find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static bool
take(void *arg, int option, const char *value)
{
	(void)arg;
	(void)option;
	(void)value;
	return false;
}

int
main(int argc, char **argv)
{
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

	if (!options_read(&globals, argc, argv, "", take, NULL))
		return STATUS_USAGE;
	first = optind;
	if (argv[first] == NULL)
		return usage_error(NULL, "no command given");
	command = command_find(argv[first]);
	if (command == NULL)
		return usage_no_command(argv[first]);
	return command->main(&globals, argc - first, argv + first);
}
