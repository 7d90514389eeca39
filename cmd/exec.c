/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdint.h>
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
    "  supervise exec web='./web --port 80' worker=./work\n"
    "  ENTRYPOINT [\"supervise\", \"exec\", \"--\"]   in a container\n"
    "\n"
    "Runs one command without a file, as if the shell ran it: terminal,\n"
    "stdin, signals and status are the command's. Or several, NAME=COMMAND,\n"
    "quoted as in sh: their lines come out behind their names, stdin is empty.\n"
    "\n"
    "  -r RESTART   permanent: after any end; transient, the default: after a\n"
    "               crash or a status but 0; temporary: never\n"
    "  -m MAX, -t SECONDS          so many restarts, 3, in so much time, 5 s\n"
    "  --strategy STRATEGY         of several: one_for_one, one_for_all, ...\n"
    "  --stop-timeout TIME         a stop is over by then: what is left is killed\n"
    "  --tini                      first word: as tini(1), options and ways\n"
    "  -q           not a word when it gives up\n"
    "  -L LABEL     with a socket, as for `supervise -L LABEL why`\n"
    "\n"
    "TERM, INT and QUIT stop all, other signals are passed on. Ends with the\n"
    "last status of the command: 128+N for signal N, 127 not found, 126 not\n"
    "executable, 125 wrong usage; of several that of the last that failed.\n";

/* One of the words, or an error: `option` is what they were said for. */
static int
take_word(const char *option, const char *value, const char *const *words,
    int nwords, const char *expected)
{
	const char *near;

	for (int i = 0; i < nwords; i++)
		if (strcmp(value, words[i]) == 0)
			return i;
	near = near_find(value, words, (size_t)nwords);
	if (near != NULL)
		usage_error("exec", "%s %s: did you mean %s?", option, value,
		    near);
	else
		usage_error("exec", "%s %s: expected %s", option, value,
		    expected);
	return -1;
}

static bool
take_restart(struct conf_commands *wanted, const char *value)
{
	int word = take_word("-r", value, restart_text, RESTART_TEMPORARY + 1,
	    "permanent, transient or temporary");

	wanted->restart = (enum restart)word;
	return word >= 0;
}

/* `dynamic` is for children that are added later. */
static bool
take_strategy(struct conf_commands *wanted, const char *value)
{
	int word = take_word("--strategy", value, strategy_text,
	    STRATEGY_REST_FOR_ONE + 1,
	    "one_for_one, one_for_all or rest_for_one");

	wanted->strategy = (enum strategy)word;
	return word >= 0;
}

static bool
take_max(struct conf_commands *wanted, const char *value)
{
	const char *error;

	wanted->max_restarts =
	    (uint32_t)strtonum(value, 0, POLICY_MAX_RESTARTS, &error);
	if (error == NULL)
		return true;
	usage_error("exec", "-m %s: %s, expected a number of restarts", value,
	    error);
	return false;
}

static bool
take_seconds(struct conf_commands *wanted, const char *value)
{
	int64_t ms;

	if (!duration_parse(value, &ms) || ms < MS_PER_S ||
	    ms % MS_PER_S != 0) {
		usage_error("exec", "-t %s: expected whole seconds, 1 or more",
		    value);
		return false;
	}
	wanted->max_seconds = ms / MS_PER_S;
	return true;
}

static bool
take_stop_timeout(struct conf_commands *wanted, const char *value)
{
	if (duration_parse(value, &wanted->stop_timeout_ms) &&
	    wanted->stop_timeout_ms > 0)
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
	case OPTION_STRATEGY:
		return take_strategy(arg, value);
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

/* ---------------------------------------------------------------- several */

/* How long the name before `=` is; 0: the word is no NAME=COMMAND. */
static size_t
name_len(const char *word)
{
	size_t len = strcspn(word, "=/ ");

	return word[len] == '=' ? len : 0;
}

/* What `word` says, NAME=COMMAND, which it cuts; false after an error. */
static bool
take_named(char *word, struct conf_command *command, struct conf *words)
{
	size_t len = name_len(word);
	static const char more[] = ".-abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	const char *name = word, *text = word + len + 1;

	if (len == 0) {
		usage_error("exec",
		    "%s is no NAME=COMMAND like those before it; a variable "
		    "of one command: exec -- env NAME=VALUE COMMAND",
		    word);
		return false;
	}
	word[len] = '\0';
	command->name = name;
	if (len > CONF_NAME_SIZE_MAX || strspn(name, plain) == 0 ||
	    strspn(name, plain) + strspn(name + strspn(name, plain), more) <
		len) {
		usage_error("exec",
		    "%s is no name, expected letters, digits, _, and behind "
		    "the first also . and -",
		    name);
		return false;
	}
	if (!conf_parse_words(words, name, text, strlen(text))) {
		load_show(&words->diags);
		return false;
	}
	command->argv = words->words;
	if (words->nwords > 0)
		return true;
	usage_error("exec", "%s= has no command", name);
	return false;
}

/* Takes all of them; false after an error. */
static bool
take_several(char **argv, struct conf_command *list, struct conf *words,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!take_named(argv[i], &list[i], &words[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(list[k].name, list[i].name) == 0) {
				usage_error("exec", "%s is named twice",
				    list[i].name);
				return false;
			}
	}
	return true;
}

/* -------------------------------------------------------------------- run */

/* Runs what the commands amount to; the exit status. */
static int
run_conf(const struct globals *globals, const struct conf *conf,
    const char *name, bool several)
{
	struct run run = {
		.conf = conf,
		.file = name,
		.command = !several,
		.several = several,
		.source = load_source(),
		.signals = globals->signals,
		.nofile = globals->nofile,
		.quiet = globals->quiet,
		.colours = options_colours(),
		.form = globals->log_format != NULL ? options_form(globals) :
						      REPORTER_QUIET,
	};
	struct place place;

	if (several && options_is_json(globals))
		run.look = WIRE_LOOK_JSON;
	/* Nobody looks after commands unless it is asked for. */
	if ((globals->label != NULL || globals->socket != NULL) &&
	    place_take(globals, &place, &run) != STATUS_OK)
		return EXEC_STATUS_OURS;
	return guardian_run(&run);
}

static int
run_commands(const struct globals *globals, const struct conf_commands *wanted,
    const char *name)
{
	struct conf conf;
	int status = EXEC_STATUS_OURS;

	if (conf_from_commands(&conf, wanted))
		status = run_conf(globals, &conf, name, !wanted->inherit);
	else
		usage_error(NULL, "%s", strerror(ENOMEM));
	conf_fini(&conf);
	return status;
}

static int
run_one(const struct globals *globals, struct conf_commands *wanted,
    char **argv)
{
	char name[CONF_NAME_SIZE_MAX + 1];
	const struct conf_command command = {
		.name = name,
		.argv = (const char *const *)argv,
	};
	int status;

	if (wanted->strategy != STRATEGY_ONE_FOR_ONE) {
		usage_error("exec",
		    "--strategy is for several, expected NAME=COMMAND ...");
		return EXEC_STATUS_OURS;
	}
	make_name(argv[0], name);
	wanted->inherit = true;
	wanted->list = &command;
	wanted->n = 1;
	status = run_commands(globals, wanted, argv[0]);
	wanted->list = NULL;
	return status;
}

static int
run_several(const struct globals *globals, struct conf_commands *wanted,
    char **argv)
{
	size_t n = 0;
	struct conf_command *list;
	struct conf *words;
	int status = EXEC_STATUS_OURS;

	while (argv[n] != NULL)
		n++;
	list = calloc(n + 1, sizeof(*list));
	words = calloc(n + 1, sizeof(*words));
	if (list == NULL || words == NULL)
		no_memory();
	wanted->list = list;
	wanted->n = n;
	if (take_several(argv, list, words, n))
		status = run_commands(globals, wanted, "exec");
	for (size_t i = 0; i < n; i++)
		conf_fini(&words[i]);
	free(words);
	free(list);
	return status;
}

int
exec_main(struct globals *globals, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "restart", required_argument, NULL, 'r' },
		{ "max-restarts", required_argument, NULL, 'm' },
		{ "max-seconds", required_argument, NULL, 't' },
		{ "strategy", required_argument, NULL, OPTION_STRATEGY },
		{ "stop-timeout", required_argument, NULL,
		    OPTION_STOP_TIMEOUT },
		{ NULL, 0, NULL, 0 },
	};
	struct conf_commands wanted = {
		.restart = RESTART_TRANSIENT,
		.max_restarts = 3,
		.max_seconds = 5,
	};
	const struct options own = {
		.shorts = "r:m:t:",
		.longs = longs,
		.strict = true,
		.take = take,
		.arg = &wanted,
	};

	if (!options_read(globals, argc, argv, &own))
		return EXEC_STATUS_OURS;
	argv += optind;
	if (argv[0] == NULL) {
		usage_error("exec", "no command given");
		return EXEC_STATUS_OURS;
	}
	return name_len(argv[0]) > 0 ? run_several(globals, &wanted, argv) :
				       run_one(globals, &wanted, argv);
}
