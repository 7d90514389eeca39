/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/duration.h"
#include "base/near.h"
#include "cmd/options.h"

/* Room of the letters, and of the long names, of a command. */
#define SHORT_SIZE 64
#define LONG_MAX_N 16

static const struct option long_options[] = {
	{ "file", required_argument, NULL, 'f' },
	{ "label", required_argument, NULL, 'L' },
	{ "socket", required_argument, NULL, 'S' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "log-format", required_argument, NULL, OPTION_LOG_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* `supervise: ` and what there is to say, on stderr, without a newline. */
static void
say(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static void
say(const char *format, va_list args)
{
	fflush(stdout);
	fputs("supervise: ", stderr);
	vfprintf(stderr, format, args);
}

void
complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	fputc('\n', stderr);
}

void
no_memory(void)
{
	complain("no memory");
	exit(STATUS_FAILED);
}

int
options_flushed(int status)
{
	/* Stays if an earlier write has failed; why is not known any more. */
	errno = 0;
	if ((fflush(stdout) == 0 && !ferror(stdout)) || status != STATUS_OK)
		return status;
	complain("cannot write to standard output%s%s", errno == 0 ? "" : ": ",
	    errno == 0 ? "" : strerror(errno));
	return STATUS_FAILED;
}

int
usage_error(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
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

/* About an option that is none, or lacks its argument; `last` has it. */
static void
refuse(const char *command, const struct option *longs, const char *last,
    int option)
{
	/* Of several letters in a word it is this one. */
	const char letter[] = { '-', (char)optopt, '\0' };
	bool is_letter = optopt > ' ' && optopt < OPTION_LOG_FORMAT;
	const char *word = is_letter ? letter : last;
	struct near near = near_start(word + strspn(word, "-"));

	for (const struct option *o = longs; o->name != NULL; o++)
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
	assert(value != NULL);
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
	struct globals none = { .file = NULL };

	switch (option) {
	case 'f':
		globals->file = value;
		return true;
	case 'L':
		globals->label = value;
		return true;
	case 'S':
		globals->socket = value;
		return true;
	case 'q':
		globals->quiet = true;
		return true;
	case OPTION_JSON:
		globals->json = true;
		return true;
	case OPTION_LOG_FORMAT:
		return take_format(globals, command, value);
	case 'h':
		exit(options_flushed(help_main(&none, command == NULL ? 1 : 2,
		    (char *[]){ (char *)"help", (char *)command, NULL })));
	case 'V':
		printf("supervise %s\n", SUPERVISE_VERSION);
		exit(options_flushed(STATUS_OK));
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

/* The global long options and the command's own, in one list. */
static void
join(const struct option *own, struct option list[static LONG_MAX_N])
{
	size_t n = 0;

	for (const struct option *o = long_options; o->name != NULL; o++)
		list[n++] = *o;
	for (; own != NULL && own->name != NULL && n < LONG_MAX_N - 1; own++)
		list[n++] = *own;
	list[n] = (struct option){ .name = NULL };
}

bool
options_suit(const struct globals *globals, const struct command *command)
{
	/* What is given, and how its command says that it takes it. */
	const struct {
		const void *given;
		const char *taken;
	} all[] = {
		{ globals->file, "-f FILE" },
		{ globals->label, "-L LABEL" },
		{ globals->socket, "-S SOCKET" },
		{ globals->label != NULL ? globals->socket : NULL,
		    "-L beside -S" },
		{ globals->quiet ? globals : NULL, "-q" },
		{ globals->json ? globals : NULL, "--json" },
		{ globals->log_format, "--log-format FORMAT" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		bool asks = command->where >= WHERE_SOCKET ||
		    (all[i].given != globals->label &&
			all[i].given != globals->socket);

		if (all[i].given != NULL &&
		    strstr(command->synopsis, all[i].taken) == NULL &&
		    strstr(where_text[command->where], all[i].taken) == NULL) {
			usage_error(command->name, "%s takes no %s%s",
			    command->name, all[i].taken,
			    asks ? "" : ": it asks no supervisor that runs");
			return false;
		}
	}
	return true;
}

bool
options_read(struct globals *globals, int argc, char **argv,
    const struct options *own)
{
	const struct command *command = command_find(argv[0]);
	const char *name = command != NULL ? command->name : NULL;
	const char *own_shorts = own->shorts != NULL ? own->shorts : "";
	struct option longs[LONG_MAX_N];
	char shorts[SHORT_SIZE];
	int option;

	join(own->longs, longs);
	/* The first of two that are the same letter counts. */
	snprintf(shorts, sizeof(shorts), "%s:%sf:L:S:qhV",
	    own->strict ? "+" : "", own_shorts);
	optind = 0; /* glibc: start anew, and read `+` again */
	while ((option = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (option == '?' || option == ':') {
			refuse(name, longs, argv[optind - 1], option);
			return false;
		}
		if (is_global(option) &&
		    (optarg != NULL || strchr(own_shorts, option) == NULL)) {
			if (!take_global(globals, name, option, optarg))
				return false;
		} else if (own->take == NULL ||
		    !own->take(own->arg, option, optarg)) {
			return false;
		}
	}
	return command == NULL || options_suit(globals, command);
}

bool
options_count(const char *command, int argc, char **argv, int min, int max)
{
	int n = argc - optind;

	if (n < min)
		usage_error(command, "%s: something is missing", command);
	else if (n > max && max == 0)
		usage_error(command, "%s takes no words, not %s", command,
		    argv[optind]);
	else if (n > max)
		usage_error(command, "%s: too many words, the first is %s",
		    command, argv[optind + max]);
	return n >= min && n <= max;
}

char **
options_words(struct globals *globals, int argc, char **argv, int min, int max)
{
	static const struct options none = { .shorts = NULL };

	if (!options_read(globals, argc, argv, &none) ||
	    !options_count(argv[0], argc, argv, min, max))
		return NULL;
	return argv + optind;
}

bool
options_duration(const char *command, char option, const char *value,
    int64_t *ms)
{
	if (duration_parse(value, ms))
		return true;
	usage_error(command, "-%c %s: expected a time such as 5s, 500ms or 2m",
	    option, value);
	return false;
}

bool
options_take_limit(void *arg, int option, const char *value)
{
	struct options_limit *limit = arg;

	return options_duration(limit->command, (char)option, value,
	    &limit->ms);
}

bool
options_colours(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return (no_color == NULL || *no_color == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

bool
options_colour(int fd)
{
	return isatty(fd) && options_colours();
}

bool
options_is_json(const struct globals *globals)
{
	return globals->log_format != NULL &&
	    strcmp(globals->log_format, "json") == 0;
}

enum reporter_form
options_form(const struct globals *globals)
{
	if (globals->quiet)
		return REPORTER_QUIET;
	if (globals->log_format != NULL)
		return options_is_json(globals) ? REPORTER_JSON : REPORTER_TEXT;
	if (!isatty(STDERR_FILENO))
		return REPORTER_TEXT;
	return options_colour(STDERR_FILENO) ? REPORTER_PEOPLE_COLOUR :
					       REPORTER_PEOPLE;
}
