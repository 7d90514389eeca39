/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/options.h"
#include "cmd/place.h"
#include "control/session.h"
#include "os/clock.h"

const char top_help[] =
    "  supervise top           watch the tree; `?` tells the keys\n"
    "  supervise top -b -n 1   print once what it shows\n"
    "\n"
    "Shows, as it happens, state, restarts and budgets, processor time and\n"
    "memory of the process groups, and what was written last. Keys start,\n"
    "stop, restart and signal the chosen child and follow its output.\n"
    "\n"
    "  -b         print, one table after another\n"
    "  -d TIME    look so often, at least; 1s unless said\n"
    "  -n NUMBER  with -b: end after so many tables\n";

/* The program beside this one that is executed. */
#define TOP_PROGRAM "supervise-top"

/* Room of a number. */
#define NUMBER_SIZE 24

/* Least time between two looks. */
#define DELAY_MIN_MS 50

struct wanted {
	bool batch;
	int64_t delay_ms;
	long long count; /* 0: no end */
};

static bool
take(void *arg, int option, const char *value)
{
	struct wanted *wanted = arg;
	const char *error;

	switch (option) {
	case 'b':
		wanted->batch = true;
		return true;
	case 'd':
		if (!options_duration("top", 'd', value, &wanted->delay_ms))
			return false;
		if (wanted->delay_ms >= DELAY_MIN_MS &&
		    wanted->delay_ms <= INT_MAX)
			return true;
		usage_error("top", "-d %s: expected 50ms to 24 days", value);
		return false;
	default:
		wanted->count = strtonum(value, 1, INT_MAX, &error);
		if (error == NULL)
			return true;
		usage_error("top", "-n %s: %s, expected a number of tables",
		    value, error);
		return false;
	}
}

/* Executes the program beside this one, or else by PATH; returns the error. */
static int
execute(char **argv)
{
	static const char name[] = "/" TOP_PROGRAM;
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path));
	char *slash;

	if (len > 0 && (size_t)len < sizeof(path)) {
		path[len] = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL &&
		    (size_t)(slash - path) + sizeof(name) <= sizeof(path)) {
			(void)strlcpy(slash, name,
			    sizeof(path) - (size_t)(slash - path));
			(void)execv(path, argv);
		}
	}
	(void)execvp(TOP_PROGRAM, argv);
	return errno;
}

/* Where the supervisor is; it must answer. */
static int
find(const struct globals *globals, struct control_place *place)
{
	static char why[CONTROL_WHY_SIZE];
	const struct control_wish wish = place_wish(globals);
	int error = control_place_find(&wish, place, why);

	if (error == 0)
		return STATUS_OK;
	complain("%s", why);
	return error == -EINVAL || error == -ENAMETOOLONG ?
	    STATUS_USAGE :
	    STATUS_NO_SUPERVISOR;
}

int
top_main(struct globals *globals, int argc, char **argv)
{
	struct wanted wanted = { .delay_ms = MS_PER_S };
	const struct options own = {
		.shorts = "bd:n:",
		.take = take,
		.arg = &wanted,
	};
	char program[] = TOP_PROGRAM, batch[] = "-b", colour[] = "-c";
	char delay[NUMBER_SIZE], count[NUMBER_SIZE];
	static struct control_place place;
	int status, error;

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("top", argc, argv, 0, 0))
		return STATUS_USAGE;
	if (wanted.count > 0 && !wanted.batch)
		return usage_error("top", "-n is for -b");
	if (!wanted.batch && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		return usage_error("top",
		    "this is no terminal; -b prints what it would show");
	status = find(globals, &place);
	if (status != STATUS_OK)
		return status;
	(void)snprintf(delay, sizeof(delay), "-d%" PRId64, wanted.delay_ms);
	(void)snprintf(count, sizeof(count), "-n%lld", wanted.count);
	error = execute((char *[]){ program, delay, count,
	    wanted.batch          ? batch :
		options_colours() ? colour :
				    delay,
	    place.path, place.label, NULL });
	complain("cannot run %s, which shows this: %s", TOP_PROGRAM,
	    strerror(error));
	return STATUS_FAILED;
}
