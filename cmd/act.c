/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "cmd/act.h"
#include "cmd/options.h"
#include "cmd/rows.h"

const char start_help[] =
    "  supervise start migrate           run it again\n"
    "  supervise start --no-wait web     without waiting until it is ready\n"
    "\n"
    "Starts children that are down; what `ready` says must have happened\n"
    "before this returns. One that is up already is no mistake of its own,\n"
    "but an error, as in OTP (restart_child).\n"
    "\n" ACT_OPTIONS;

const char stop_help[] =
    "  supervise stop web/api        one child\n"
    "  supervise stop 'web/*'        several\n"
    "  supervise stop -q web         a supervisor with all its children\n"
    "\n"
    "Stops children, each by its stop_signal and after its shutdown time by\n"
    "SIGKILL. They stay down until they are started, by name or because their\n"
    "supervisor starts anew or restarts its group, as in OTP (terminate_child).\n"
    "Stopping one that is down is no error.\n"
    "\n"
    "  --keep      hold them down until they are started by name\n" ACT_OPTIONS;

const char restart_help[] =
    "  supervise restart web/api     stop it, start it\n"
    "  supervise restart 'web/*'     each of them\n"
    "\n"
    "Stops children and starts them again; siblings stay as they are, and no\n"
    "restart is counted. A child that is down is started.\n"
    "\n" ACT_OPTIONS;

const char replace_help[] =
    "  supervise replace web/api     start another run, then stop the first\n"
    "  supervise replace 'web/*'     each of them\n"
    "\n"
    "Starts a second run of workers that are up beside the first. When `ready`\n"
    "says that its start is complete, the first is stopped. When its start\n"
    "fails the first goes on, and no restart is counted. With sockets that the\n"
    "two have by `listen` nothing is ever refused.\n"
    "\n" ACT_OPTIONS;

const char delete_help[] =
    "  supervise stop web/api && supervise delete web/api\n"
    "\n"
    "Removes the specification of children that are down (delete_child).\n"
    "One that the file has comes back when its supervisor starts anew.\n"
    "\n"
    "Ends with 1 for a child that is not down, 4 when nothing has that name.\n";

bool
act_take(void *arg, int option, const char *value)
{
	struct act_options *options = arg;

	(void)value;
	options->no_wait = options->no_wait || option == OPTION_NO_WAIT;
	options->keep = options->keep || option == OPTION_KEEP;
	return true;
}

const struct option act_longs[] = {
	{ "no-wait", no_argument, NULL, OPTION_NO_WAIT },
	{ NULL, 0, NULL, 0 },
};

static const struct option stop_longs[] = {
	{ "keep", no_argument, NULL, OPTION_KEEP },
	{ "no-wait", no_argument, NULL, OPTION_NO_WAIT },
	{ NULL, 0, NULL, 0 },
};

static bool
has_pattern(char **words)
{
	while (*words != NULL && strpbrk(*words, "*?[") == NULL)
		words++;
	return *words != NULL;
}

int
act_ask(const struct globals *globals, const char *const *verb, char **words)
{
	struct rows rows;
	struct ask ask;
	size_t n = 0;

	rows_init(&rows);
	ask_begin(&ask, globals);
	ask_for(&ask, verb, words);
	while (ask_next(&ask)) {
		if (strcmp(ask.record.event, "line") == 0) {
			/* What is wrong with a text. */
			fprintf(stderr, "%s\n", ask_text(&ask, "text"));
		} else if (strcmp(ask.record.event, "warning") == 0) {
			complain("%s", ask_text(&ask, "message"));
		} else if (!globals->quiet) {
			rows_add(&rows, &ask);
			n++;
		}
	}
	if (!globals->quiet)
		rows_print(&rows, false);
	if (n > 0 && !globals->json && has_pattern(words))
		printf("%zu %s\n", n, n == 1 ? "child" : "children");
	rows_fini(&rows);
	return ask_end(&ask);
}

static int
act_main(struct globals *globals, int argc, char **argv,
    const struct option *longs)
{
	const char *verb[] = { argv[0], NULL, NULL, NULL };
	struct act_options options = { .no_wait = false };
	const struct options own = {
		.longs = longs,
		.take = act_take,
		.arg = &options,
	};
	size_t n = 1;

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count(verb[0], argc, argv, 1, argc))
		return STATUS_USAGE;
	if (options.no_wait)
		verb[n++] = "--no-wait";
	if (options.keep)
		verb[n++] = "--keep";
	return act_ask(globals, verb, argv + optind);
}

int
start_main(struct globals *globals, int argc, char **argv)
{
	return act_main(globals, argc, argv, act_longs);
}

int
stop_main(struct globals *globals, int argc, char **argv)
{
	return act_main(globals, argc, argv, stop_longs);
}

int
restart_main(struct globals *globals, int argc, char **argv)
{
	return act_main(globals, argc, argv, act_longs);
}

int
replace_main(struct globals *globals, int argc, char **argv)
{
	return act_main(globals, argc, argv, act_longs);
}

int
delete_main(struct globals *globals, int argc, char **argv)
{
	return act_main(globals, argc, argv, act_longs);
}
