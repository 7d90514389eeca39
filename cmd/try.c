/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pattern.h"
#include "base/units.h"
#include "cmd/end.h"
#include "cmd/options.h"

const char try_help[] =
    "  supervise try --catch exit:75 'sleep 9; ./send' -- ./send\n"
    "  supervise try --catch signal:SEGV,BUS 'mv core* kept' -- ./server\n"
    "  supervise try --after 'rm -f lock' -- ./build all\n"
    "\n"
    "Runs a command in a process group of its own; sh runs the others:\n"
    "\n"
    "  --catch PATTERN COMMAND   if that is how it has failed: the first that\n"
    "                            matches, and its status is the result\n"
    "  --after COMMAND           always, and last; its status changes nothing\n"
    "\n"
    "PATTERN is exit:75, exit:64-78,100, signal:SEGV,BUS, killed (SIGKILL),\n"
    "start:ENOENT, or * for any. They find SUPERVISE_REASON (such as exit:75),\n"
    "SUPERVISE_STATUS, SUPERVISE_RAN_MS, SUPERVISE_PID, and SUPERVISE_CORE if\n"
    "there was a core dump. What the command leaves of its group is ended.\n"
    "\n"
    "Ends with the command's status, or that of what has caught it: 128+N for\n"
    "signal N, 127 when it is not found, 126 when it cannot be executed, 125\n"
    "for wrong usage.\n";

struct clause {
	const char *pattern;
	const char *command;
};

struct
try {
	char **argv;
	struct clause *catches; /* owned */
	size_t n;
	const char *after; /* NULL: none */
};

/* Whether a command that failed can have ended so; `exit:0` is no failure. */
static bool
can_be(const char *pattern)
{
	static const char *const kinds[] = { "exit:", "signal:", "killed",
		"start:", "*" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strncmp(pattern, kinds[i], strlen(kinds[i])) == 0)
			return strcmp(pattern, "exit:0") != 0;
	return false;
}

/* The second word of --catch is the one that comes next. */
static bool
take_catch(struct try *try, const char *pattern)
{
	const char *command = try->argv[optind];
	struct pattern_error error;

	if (!pattern_check(pattern, &error)) {
		usage_error("try", "--catch %s: %s", pattern, error.message);
		return false;
	}
	if (!can_be(pattern)) {
		usage_error("try",
		    "--catch %s: no failure of a command is that, expected "
		    "exit:1-255, signal:, killed, start: or *",
		    pattern);
		return false;
	}
	if (command == NULL || strcmp(command, "--") == 0) {
		usage_error("try", "--catch %s: no command behind it", pattern);
		return false;
	}
	optind++;
	try->catches[try->n++] = (struct clause){ pattern, command };
	return true;
}

static bool
take(void *arg, int option, const char *value)
{
	struct try *try = arg;

	if (option == OPTION_CATCH)
		return take_catch(try, value);
	if (try->after != NULL) {
		usage_error("try", "--after is given twice");
		return false;
	}
	try->after = value;
	return true;
}

static void
set_number(const char *name, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	(void)setenv(name, text, 1);
}

/* What the other commands are to know of the end. */
static void
tell(const struct errand_end *end, const char *reason)
{
	(void)setenv("SUPERVISE_REASON", reason, 1);
	set_number("SUPERVISE_STATUS", end_status(end));
	set_number("SUPERVISE_RAN_MS", end->ran_ns / NS_PER_MS);
	(void)unsetenv("SUPERVISE_PID");
	(void)unsetenv("SUPERVISE_CORE");
	if (end->error == 0)
		set_number("SUPERVISE_PID", end->pid);
	if (end->end.core)
		(void)setenv("SUPERVISE_CORE", "true", 1);
}

static void
run_shell(struct errand *errand, const char *command, struct errand_end *end)
{
	const char *const argv[] = { "sh", "-c", "--", command, NULL };

	errand_run(errand, argv, (const char *const *)environ, end);
	if (end->error < 0)
		end_complain(end, argv[0]);
}

/* The command that catches this end; NULL: none. */
static const char *
catcher(const struct try *try, const char *reason)
{
	/* As in OTP nothing catches what has not failed. */
	if (strcmp(reason, "exit:0") == 0)
		return NULL;
	for (size_t i = 0; i < try->n; i++)
		if (pattern_matches(try->catches[i].pattern, reason))
			return try->catches[i].command;
	return NULL;
}

static int
run(const struct try *try, struct errand *errand)
{
	const char *const *argv = (const char *const *)try->argv + optind;
	char reason[REASON_TEXT_SIZE];
	const char *catch;
	struct errand_end end;
	int status;

	errand_run(errand, argv, (const char *const *)environ, &end);
	tell(&end, end_reason(&end, reason));
	status = end_status(&end);
	catch = catcher(try, reason);
	if (catch != NULL) {
		run_shell(errand, catch, &end);
		status = end_status(&end);
	} else if (end.error < 0) {
		end_complain(&end, argv[0]);
	}
	if (try->after != NULL) {
		run_shell(errand, try->after, &end);
		if (end.error == 0 && end_status(&end) != 0)
			complain("the command of --after: %s",
			    end_reason(&end, reason));
	}
	return status;
}

int
try_main(struct globals *globals, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "catch", required_argument, NULL, OPTION_CATCH },
		{ "after", required_argument, NULL, OPTION_AFTER },
		{ NULL, 0, NULL, 0 },
	};
	struct try try = { .argv = argv };
	const struct options own = {
		.longs = longs,
		.strict = true,
		.take = take,
		.arg = &try,
	};
	/* Too much for the stack to be cleared for it. */
	static struct errand errand;
	int status = EXEC_STATUS_OURS, error;

	try.catches = calloc((size_t)argc, sizeof(*try.catches));
	if (try.catches == NULL)
		no_memory();
	if (!options_read(globals, argc, argv, &own)) {
		/* It has been said. */
	} else if (argv[optind] == NULL) {
		usage_error("try", "no command given");
	} else if ((error = errand_init(&errand, NULL, NULL)) < 0) {
		complain("cannot begin: %s", strerror(-error));
	} else {
		status = run(&try, &errand);
	}
	free(try.catches);
	return status;
}
