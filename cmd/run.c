/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/detach.h"
#include "cmd/load.h"
#include "cmd/options.h"
#include "cmd/place.h"
#include "engine/guardian.h"

const char run_help[] =
    "  supervise run                   the tree of ./supervise.conf\n"
    "  supervise -f shop.conf run      of another file\n"
    "  supervise run -d                in the background, once it has started\n"
    "  supervise -f Procfile run       of foreman's format\n"
    "  supervise -L shop run -d        under a name for `supervise -L shop`\n"
    "\n"
    "Starts the tree in order and keeps it up until told to stop, or gives up.\n"
    "Nothing starts when the file has a mistake or runs under this label already.\n"
    "\n"
    "  TERM, INT (Ctrl-C), QUIT   stop everything in reverse order;\n"
    "                             a second one kills what is left\n"
    "  HUP                        read the file again; the terminal is gone: stop\n"
    "\n"
    "  -d                   detach; output is for >log 2>&1, else /dev/null\n"
    "  -q                   no records\n"
    "  -m web=2,worker=1    so many of each of a Procfile; --procfile: it is one\n"
    "  --log-format FORMAT  records as text or json, in json output, too\n"
    "  --timestamps         the time before each line that a child writes\n"
    "\n"
    "Ends with 0 when it was stopped, 1 when it gave up or could not start,\n"
    "2 for a wrong file. See supervise.conf(5), supervise-records(7).\n";

struct wishes {
	bool detached;
	bool timestamps;
	struct conf_wish conf; /* of the file */
};

static bool
take(void *arg, int option, const char *value)
{
	struct wishes *wishes = arg;

	if (load_take(&wishes->conf, option, value))
		return true;
	if (option == OPTION_TIMESTAMPS)
		wishes->timestamps = true;
	else
		wishes->detached = true;
	return true;
}

/* Standard error leads nowhere once there is no terminal. */
static enum reporter_form
form(const struct globals *globals, bool detached)
{
	if (detached && !detach_keeps_stderr() && !globals->quiet)
		return REPORTER_SYSLOG;
	return options_form(globals);
}

/* Runs what is loaded; the exit status. */
static int
run_conf(const struct globals *globals, const char *file,
    const struct conf *conf, const struct wishes *wishes)
{
	struct run run = {
		.conf = conf,
		.file = file,
		.source = load_source(),
		.detached = wishes->detached,
		.signals = globals->signals,
		.nofile = globals->nofile,
	};
	char path[PATH_MAX];
	struct place place;
	int status = place_take(globals, &place, &run);

	if (status != STATUS_OK)
		return status;
	run.path = realpath(file, path);
	if (wishes->detached)
		run.caller = detach(globals);
	if (run.caller < 0) {
		complain("cannot detach: %s", strerror(-run.caller));
		return STATUS_FAILED;
	}
	run.form = form(globals, wishes->detached);
	run.colours = options_colours();
	if (options_is_json(globals))
		run.look = WIRE_LOOK_JSON;
	else if (wishes->timestamps)
		run.look = WIRE_LOOK_STAMPED;
	return guardian_run(&run);
}

int
run_main(struct globals *globals, int argc, char **argv)
{
	static const struct option longs[] = {
		LOAD_LONGS,
		{ "timestamps", no_argument, NULL, OPTION_TIMESTAMPS },
		{ NULL, 0, NULL, 0 },
	};
	static struct wishes wishes;
	const struct options own = {
		.shorts = LOAD_SHORTS "d",
		.longs = longs,
		.take = take,
		.arg = &wishes,
	};
	struct conf conf;
	int status = STATUS_USAGE;
	const char *file;

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("run", argc, argv, 0, 0))
		return STATUS_USAGE;
	file = load(globals, &wishes.conf, &conf);
	if (file != NULL)
		status = run_conf(globals, file, &conf, &wishes);
	conf_fini(&conf);
	return status;
}
