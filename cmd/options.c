/* SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "cmd/options.h"

#define SHORT_SIZE 64

static const struct option long_options[] = {
	{ "file", required_argument, NULL, 'f' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "log-format", required_argument, NULL, OPTION_LOG_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

int
usage_error(const char *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "supervise: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (command != NULL)
		fprintf(stderr, "\nusage: supervise %s %s\n", command,
		    command_find(command)->synopsis);
	else
		fprintf(stderr, "\n`supervise help` lists the commands\n");
	return STATUS_USAGE;
}

int
usage_no_command(const char *word)
{
	struct near near = near_start(word);

	for (const struct command *c = commands; c->name != NULL; c++)
		near_try(&near, c->name);
	if (near.best != NULL)
		return usage_error(NULL, "no command %s, did you mean %s?",
		    word, near.best);
	return usage_error(NULL, "no command %s", word);
}

static void
complain(const char *command, const char *word, int option)
{
	struct near near = near_start(word + strspn(word, "-"));

	for (const struct option *o = long_options; o->name != NULL; o++)
		near_try(&near, o->name);
	if (option == ':')
		usage_error(command, "option %s needs an argument", word);
	else if (near.best != NULL && strncmp(word, "--", 2) == 0)
		usage_error(command, "unknown option %s, did you mean --%s?",
		    word, near.best);
	else
		usage_error(command, "unknown option %s", word);
}

static bool
take_format(struct globals *globals, const char *command, const char *value)
{
	if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0) {
		usage_error(command, "--log-format %s: expected text or json",
		    value);
		return false;
	}
	globals->log_format = value;
	return true;
}

static bool
take_global(struct globals *globals, const char *command, int option,
    const char *value)
{
	switch (option) {
	case 'f':
		globals->file = value;
		return true;
	case 'q':
		globals->quiet = true;
		return true;
	case OPTION_LOG_FORMAT:
		return take_format(globals, command, value);
	case 'h':
		exit(help_main(globals, command == NULL ? 1 : 2,
		    (char *[]){ (char *)"help", (char *)command, NULL }));
	case 'V':
		printf("supervise %s\n", SUPERVISE_VERSION);
		exit(STATUS_OK);
	default:
		return false;
	}
}

static bool
is_global(int option)
{
	for (const struct option *o = long_options; o->name != NULL; o++)
		if (o->val == option)
			return true;
	return false;
}

bool
options_read(struct globals *globals, int argc, char **argv, const char *own,
    bool (*take)(void *arg, int option, const char *value), void *arg)
{
	const struct command *command = command_find(argv[0]);
	const char *name = command != NULL ? command->name : NULL;
	char shorts[SHORT_SIZE];
	int option;

	snprintf(shorts, sizeof(shorts), "+:f:qhV%s", own);
	optind = 0; /* glibc: start anew, and read `+` again */
	while ((option = getopt_long(argc, argv, shorts, long_options, NULL)) !=
	    -1) {
		if (option == '?' || option == ':') {
			complain(name, argv[optind - 1], option);
			return false;
		}
		if (is_global(option)) {
			if (!take_global(globals, name, option, optarg))
				return false;
		} else if (!take(arg, option, optarg)) {
			return false;
		}
	}
	return true;
}

static bool
is_colour_terminal(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return (no_color == NULL || *no_color == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

enum reporter_form
options_form(const struct globals *globals)
{
	if (globals->quiet)
		return REPORTER_QUIET;
	if (globals->log_format != NULL)
		return strcmp(globals->log_format, "json") == 0 ?
		    REPORTER_JSON :
		    REPORTER_TEXT;
	if (!isatty(STDERR_FILENO))
		return REPORTER_TEXT;
	return is_colour_terminal() ? REPORTER_PEOPLE_COLOUR : REPORTER_PEOPLE;
}
