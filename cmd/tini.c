/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signal_name.h"
#include "cmd/tini.h"

/* The names under which it is called, and the release whose part it has. */
static const char *const names[] = { "tini", "tini-static", "docker-init" };
#define NNAMES       (sizeof(names) / sizeof(names[0]))
#define TINI_RELEASE "0.19.0"

/* With which tini ends when it cannot do what it is for. */
#define TINI_FAILED 1

static const char version[] =
    "tini version " TINI_RELEASE " - supervise " SUPERVISE_VERSION "\n";

static const char usage[] =
    "usage: %s [OPTION ...] -- PROGRAM [WORD ...]\n"
    "\n"
    "Runs a program as its parent, or as the first process of a container:\n"
    "passes signals on, reaps orphans, and ends with the program's status.\n"
    "This is supervise in the part of tini: see supervise-containers(7).\n"
    "\n"
    "  -s         adopt orphans where it is not the first process\n"
    "  -g         signals go to the whole process group of the program\n"
    "  -e STATUS  end with 0 instead of this status; may be repeated\n"
    "  -p SIGNAL  get this signal, and pass it on, when the parent ends\n"
    "  -w         say which orphans were reaped\n"
    "  -v         say more; up to three times\n"
    "  -l         print the licence\n"
    "  -h         print this\n"
    "  --version  print the version, if it is the only word\n"
    "\n"
    "TINI_SUBREAPER is -s, TINI_KILL_PROCESS_GROUP is -g, and\n"
    "TINI_VERBOSITY a number from 0 to 4, 1 where it is not set.\n";

static const char licence[] =
    "supervise is free software under the ISC licence; it comes without any\n"
    "warranty. The text stands in the file LICENSE of its sources.\n";

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

char **
tini_called(char **argv)
{
	if (argv[0] == NULL)
		return NULL;
	for (size_t i = 0; i < NNAMES; i++)
		if (strcmp(last_part(argv[0]), names[i]) == 0)
			return argv;
	if (argv[1] == NULL || strcmp(argv[1], "exec") != 0 ||
	    argv[2] == NULL || strcmp(argv[2], "--tini") != 0)
		return NULL;
	return argv + 2;
}

void
tini_say(const struct tini *tini, enum tini_level level, const char *format,
    ...)
{
	static const char *const tags[] = { "FATAL", "WARN ", "INFO ", "DEBUG",
		"TRACE" };
	char message[512];
	va_list args;

	if ((int)level > tini->level && level != TINI_FATAL)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	dprintf(level <= TINI_WARN ? STDERR_FILENO : STDOUT_FILENO,
	    "[%s tini (%d)] %s\n", tags[level], (int)getpid(), message);
}

static bool
take_status(struct tini *tini, const char *value)
{
	const char *wrong;
	long long status = strtonum(value, 0, 255, &wrong);

	if (wrong == NULL)
		tini->fine[status] = true;
	else
		tini_say(tini, TINI_FATAL,
		    "-e %s: expected a status from 0 to 255", value);
	return wrong == NULL;
}

static bool
take_parent(struct tini *tini, const char *value)
{
	tini->parent = signal_number(value);
	if (tini->parent > 0)
		return true;
	tini_say(tini, TINI_FATAL, "-p %s: expected a signal, as in -p SIGTERM",
	    value);
	return false;
}

/* What one option does. -1: goes on; or the status to end with. */
static int
take(struct tini *tini, int option, const char *value, const char *name)
{
	switch (option) {
	case 's':
		tini->reaper = true;
		return -1;
	case 'g':
		tini->group = true;
		return -1;
	case 'w':
		tini->warns = true;
		return -1;
	case 'v':
		tini->level++;
		return -1;
	case 'e':
		return take_status(tini, value) ? -1 : TINI_FAILED;
	case 'p':
		return take_parent(tini, value) ? -1 : TINI_FAILED;
	case 'l':
		fputs(licence, stdout);
		return fflush(stdout) == 0 ? 0 : TINI_FAILED;
	case 'h':
		printf(usage, name);
		return fflush(stdout) == 0 ? 0 : TINI_FAILED;
	default:
		fprintf(stderr, usage, name);
		return TINI_FAILED;
	}
}

static void
take_environment(struct tini *tini)
{
	const char *level = getenv("TINI_VERBOSITY");

	if (getenv("TINI_SUBREAPER") != NULL)
		tini->reaper = true;
	if (getenv("TINI_KILL_PROCESS_GROUP") != NULL)
		tini->group = true;
	if (level != NULL)
		tini->level = (int)strtol(level, NULL, 10);
}

/*
 * Reads the words. The first that is no option is the program, whose own
 * options are left to it; a `--` behind it is dropped, as where the options of
 * tini may stand anywhere. -1: goes on; or the status to end with.
 */
static int
read_words(struct tini *tini, char **argv)
{
	const char *name = last_part(argv[0]);
	int argc = 0, option, status = -1;

	if (*name == '-')
		name = names[0];
	while (argv[argc] != NULL)
		argc++;
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		fputs(version, stdout);
		return fflush(stdout) == 0 ? 0 : TINI_FAILED;
	}
	while (status < 0 && (option = getopt(argc, argv, "+e:ghlp:svw")) != -1)
		status = take(tini, option, optarg, name);
	if (status >= 0)
		return status;
	tini->argv = argv + optind;
	if (tini->argv[0] == NULL)
		return take(tini, '?', NULL, name);
	/* Of two the second is the program's. */
	if (strcmp(argv[optind - 1], "--") != 0 && tini->argv[1] != NULL &&
	    strcmp(tini->argv[1], "--") == 0) {
		tini->argv[1] = tini->argv[0];
		tini->argv++;
	}
	return -1;
}

int
tini_main(char **argv)
{
	struct tini tini = { .level = TINI_WARN };
	int status = read_words(&tini, argv);

	if (status >= 0)
		return status;
	take_environment(&tini);
	return tini_run(&tini);
}
