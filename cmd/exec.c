/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/near.h"
#include "base/units.h"
#include "cmd/load.h"
#include "cmd/options.h"
#include "cmd/place.h"
#include "conf/conf.h"
#include "engine/guardian.h"

const char exec_help[] =
    "  supervise exec -- ./server --port 80     restart it when it crashes\n"
    "  supervise exec -r permanent -- ./server  whenever it ends\n"
    "  supervise exec -m 10 -t 1m -- ./server   ten times a minute at most\n"
    "  ENTRYPOINT [\"supervise\", \"exec\", \"--\"]   in a container\n"
    "\n"
    "Runs one command without a file, as if the shell ran it: terminal,\n"
    "stdin, signals and exit status are the command's.\n"
    "\n"
    "  -r RESTART   permanent: after any end; transient, the default: after\n"
    "               a crash or a status other than 0; temporary: never\n"
    "  -m MAX       restarts that are allowed, 3 by default, ...\n"
    "  -t SECONDS   ... in so much time, 5 s by default\n"
    "  --stop-timeout TIME  a stop is over by then: what is left is killed\n"
    "  --tini       as first word: with the options and ways of tini instead\n"
    "  -q           not a word when it gives up\n"
    "  -L LABEL     with a socket, for `supervise -L LABEL why` and others;\n"
    "               -S PATH says where\n"
    "\n"
    "TERM, INT and QUIT stop the command, other signals are passed to it.\n"
    "Ends with the command's last status, 128+N for signal N, 127 when it is\n"
    "not found, 126 when it cannot be executed, 125 for wrong usage.\n";

static bool
take_restart(struct conf_command *command, const char *value)
{
	const char *near;

	for (int i = RESTART_PERMANENT; i <= RESTART_TEMPORARY; i++)
		if (strcmp(value, restart_text[i]) == 0) {
			command->restart = (enum restart)i;
			return true;
		}
	near = near_find(value, restart_text, RESTART_TEMPORARY + 1);
	if (near != NULL)
		usage_error("exec", "-r %s: did you mean %s?", value, near);
	else
		usage_error("exec",
		    "-r %s: expected permanent, transient or temporary", value);
	return false;
}

static bool
take_max(struct conf_command *command, const char *value)
{
	const char *error;

	command->max_restarts =
	    (uint32_t)strtonum(value, 0, POLICY_MAX_RESTARTS, &error);
	if (error == NULL)
		return true;
	usage_error("exec", "-m %s: %s, expected a number of restarts", value,
	    error);
	return false;
}

static bool
take_seconds(struct conf_command *command, const char *value)
{
	int64_t ms;

	if (!duration_parse(value, &ms) || ms < MS_PER_S ||
	    ms % MS_PER_S != 0) {
		usage_error("exec", "-t %s: expected whole seconds, 1 or more",
		    value);
		return false;
	}
	command->max_seconds = ms / MS_PER_S;
	return true;
}

static bool
take_stop_timeout(struct conf_command *command, const char *value)
{
	if (duration_parse(value, &command->stop_timeout_ms) &&
	    command->stop_timeout_ms > 0)
		return true;
	usage_error("exec", "--stop-timeout %s: expected a time over 0, as 9s",
	    value);
	return false;
}

static bool
take(void *arg, int option, const char *value)
{
	switch (option) {
	case 'r':
		return take_restart(arg, value);
	case 'm':
		return take_max(arg, value);
	case 't':
		return take_seconds(arg, value);
	case OPTION_STOP_TIMEOUT:
		return take_stop_timeout(arg, value);
	default:
		return false;
	}
}

/* The last part of the command's path, as a name of a worker. */
static void
make_name(const char *command, char name[static CONF_NAME_SIZE_MAX + 1])
{
	const char *base = strrchr(command, '/');
	size_t n = 0;

	base = base == NULL ? command : base + 1;
	for (; *base != '\0' && n < CONF_NAME_SIZE_MAX; base++) {
		bool plain = (*base >= 'a' && *base <= 'z') ||
		    (*base >= 'A' && *base <= 'Z') ||
		    (*base >= '0' && *base <= '9') || *base == '_' ||
		    (n > 0 && (*base == '.' || *base == '-'));

		name[n++] = plain ? *base : '_';
	}
	if (n == 0)
		name[n++] = '_';
	name[n] = '\0';
}

/* Runs what the command amounts to; the exit status. */
static int
run_conf(const struct globals *globals, const struct conf *conf,
    const char *name)
{
	struct run run = {
		.conf = conf,
		.file = name,
		.command = true,
		.source = load_source(),
		.signals = globals->signals,
		.nofile = globals->nofile,
		.quiet = globals->quiet,
		.form = globals->log_format != NULL ? options_form(globals) :
						      REPORTER_QUIET,
	};
	struct place place;

	/* Nobody looks after a single command unless it is asked for. */
	if ((globals->label != NULL || globals->socket != NULL) &&
	    place_take(globals, &place, &run) != STATUS_OK)
		return EXEC_STATUS_OURS;
	return guardian_run(&run);
}

int
exec_main(struct globals *globals, int argc, char **argv)
{
	char name[CONF_NAME_SIZE_MAX + 1];
	struct conf_command command = {
		.name = name,
		.restart = RESTART_TRANSIENT,
		.max_restarts = 3,
		.max_seconds = 5,
	};
	static const struct option longs[] = {
		{ "stop-timeout", required_argument, NULL,
		    OPTION_STOP_TIMEOUT },
		{ NULL, 0, NULL, 0 },
	};
	const struct options own = {
		.shorts = "r:m:t:",
		.longs = longs,
		.strict = true,
		.take = take,
		.arg = &command,
	};
	struct conf conf;
	int status;

	if (!options_read(globals, argc, argv, &own))
		return EXEC_STATUS_OURS;
	if (argv[optind] == NULL) {
		usage_error("exec", "no command given");
		return EXEC_STATUS_OURS;
	}
	make_name(argv[optind], name);
	command.argv = (const char *const *)&argv[optind];
	if (!conf_from_command(&conf, &command)) {
		usage_error(NULL, "%s", strerror(ENOMEM));
		conf_fini(&conf);
		return EXEC_STATUS_OURS;
	}
	status = run_conf(globals, &conf, argv[optind]);
	conf_fini(&conf);
	return status;
}
