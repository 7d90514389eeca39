/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/prctl.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/behind.h"
#include "cmd/end.h"
#include "cmd/load.h"
#include "cmd/options.h"
#include "cmd/place.h"
#include "engine/guardian.h"
#include "engine/upward.h"
#include "os/fd.h"

const char with_help[] =
    "  supervise with -- make test          the whole tree, then the tests\n"
    "  supervise with db cache -- ./shell   these two and what comes before\n"
    "  supervise with -q -- psql            without a word of the tree\n"
    "\n"
    "Starts the tree of the file, waits until all of it is ready, runs the\n"
    "command, stops everything and ends as the command has. The terminal, job\n"
    "control, stdin and stdout are the command's, as without supervise; what\n"
    "the tree has to say goes to stderr. SUPERVISE_SOCKET is set.\n"
    "\n"
    "  NAME         start no more than these children, those before them in\n"
    "               the file, and those that they log to\n"
    "  -q           no records, and no output of children\n"
    "  -m web=2     so many of each of a Procfile; --procfile: it is one\n"
    "  --log-format FORMAT   records as text or json\n"
    "\n"
    "Signals go to the command; before it runs they stop the tree. When the\n"
    "tree ends first, the command gets TERM, and KILL 5 s later.\n"
    "\n"
    "Ends with the command's status, 128+N for signal N, 127 when it is not\n"
    "found, 126 when it cannot be executed; 125 when the tree could not start\n"
    "or has ended before the command, and for wrong usage or a wrong file.\n";

/* The time that the command has after SIGTERM when the tree has ended. */
#define GRACE_NS (5 * NS_PER_S)

struct with {
	const struct globals *globals;
	const char *const *argv; /* of the command */
	const char *file;
	struct errand errand;
	struct behind behind;
	struct loop_watch told; /* on behind.told */
	bool gone;              /* the tree stopped before the command ended */
};

/* ------------------------------------------------------------------- tree */

/*
 * What the tree writes goes to stderr, or nowhere; stdin and stdout are the
 * command's. The signals of the terminal are not for it.
 */
static void
stand_behind(const struct with *with)
{
	int null = fd_null();

	(void)setpgid(0, 0);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		if (with->globals->quiet)
			(void)dup2(null, STDERR_FILENO);
		fd_close(&null);
	}
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
}

/* The guardian: stops everything also when the one in front is killed. */
static _Noreturn void
be_behind(const struct with *with, struct run *run, pid_t front)
{
	stand_behind(with);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1 || getppid() != front)
		exit(EXEC_STATUS_OURS);
	exit(guardian_run(run));
}

/* ---------------------------------------------------------------- command */

static void
told(struct loop_watch *watch, uint32_t events)
{
	struct with *with = (struct with *)(void *)((char *)watch -
	    offsetof(struct with, told));
	struct behind *behind = &with->behind;

	(void)events;
	behind_take(behind);
	if (behind->told == -1)
		loop_forget(&with->errand.loop, watch);
	if (with->gone || (!behind->stops && behind->told != -1))
		return;
	with->gone = true;
	errand_end(&with->errand, GRACE_NS);
}

static int
cannot_begin(int error)
{
	complain("cannot begin: %s", strerror(-error));
	return EXEC_STATUS_OURS;
}

/* Runs the command; its status, or ours when the tree ended first. */
static int
run_command(struct with *with)
{
	struct errand *errand = &with->errand;
	struct errand_end end;
	int error = loop_add(&errand->loop, &with->told, with->behind.told,
	    EPOLLIN, told);

	if (error < 0)
		return cannot_begin(error);
	errand_run(errand, with->argv, (const char *const *)environ, &end);
	loop_del(&errand->loop, &with->told);
	if (end.error < 0)
		end_complain(&end, with->argv[0]);
	if (!with->gone)
		return end_status(&end);
	complain("the tree of %s has ended before %s, which was ended, too",
	    with->file, with->argv[0]);
	return EXEC_STATUS_OURS;
}

/* ------------------------------------------------------------- one by one */

/* The tree has not started: why not was said. */
static int
not_started(const struct with *with)
{
	(void)behind_status(&with->behind);
	if (with->behind.stop != 0)
		behind_die(&with->behind, with->globals);
	complain("%s was not run: the tree of %s did not start", with->argv[0],
	    with->file);
	return EXEC_STATUS_OURS;
}

/* The status of the command; or ours, when it is not to be run any more. */
static int
run_unless_over(struct with *with)
{
	const struct behind *behind = &with->behind;

	/* It may have been told to stop when it had just started. */
	if (behind->stop != 0)
		return EXEC_STATUS_OURS;
	if (!behind->stops && behind->told != -1)
		return run_command(with);
	complain("%s was not run: the tree of %s has ended before it",
	    with->argv[0], with->file);
	return EXEC_STATUS_OURS;
}

static int
in_front(struct with *with, const struct run *run)
{
	struct behind *behind = &with->behind;
	int status;

	/* The other process tells whoever listens; the command is not to. */
	upward_hide();
	if (!behind_await_start(behind))
		return not_started(with);
	if (run->place != NULL)
		(void)setenv("SUPERVISE_SOCKET", run->place->path, 1);
	status = run_unless_over(with);
	behind_end(behind);
	(void)behind_status(behind);
	if (with->behind.stop != 0 && status == EXEC_STATUS_OURS)
		behind_die(behind, with->globals);
	return status;
}

/* Goes on in two processes, of which this one gets the status, or -errno. */
static int
part(struct with *with, struct run *run)
{
	const struct globals *globals = with->globals;
	struct behind *behind = &with->behind;
	pid_t front = getpid(), pid;
	int error, signals;
	sigset_t set;

	signals_forwardable(&set);
	signals = signals_open(&set);
	if (signals < 0)
		return signals;
	pid = behind_fork(behind, globals, signals, &run->caller);
	if (pid == 0) {
		fd_close(&signals);
		be_behind(with, run, front);
	}
	if (pid < 0)
		return pid;
	behind->silent = !globals->quiet;
	error = errand_init(&with->errand, globals->signals, &globals->nofile);
	with->errand.spared = pid;
	if (error == 0)
		return in_front(with, run);
	behind_end(behind);
	return error;
}

static int
run_with(struct with *with, const struct conf *conf)
{
	const struct globals *globals = with->globals;
	struct run run = {
		.conf = conf,
		.file = with->file,
		.source = load_source(),
		.signals = globals->signals,
		.nofile = globals->nofile,
		.quiet = globals->quiet,
		.form = options_form(globals),
		.colours = options_colours(),
		.look = options_is_json(globals) ? WIRE_LOOK_JSON : 0,
	};
	char path[PATH_MAX];
	struct place place;
	int status;

	if (place_take(globals, &place, &run) != STATUS_OK)
		return EXEC_STATUS_OURS;
	run.path = realpath(with->file, path);
	status = part(with, &run);
	return status < 0 ? cannot_begin(status) : status;
}

/*
 * The names before the command, if there are any: then `--` is behind them. It
 * was overread where there is none.
 */
static bool
take_words(struct with *with, struct conf_wish *wish, char **argv)
{
	char **names = argv + optind, **command = names;
	bool dashes = strcmp(argv[optind - 1], "--") == 0;

	while (!dashes && *command != NULL && strcmp(*command, "--") != 0)
		command++;
	if (!dashes && *command == NULL) {
		usage_error("with", "no command given, expected it behind --");
		return false;
	}
	if (!dashes) {
		wish->only = (const char *const *)names;
		wish->nonly = (size_t)(command - names);
		command++;
	}
	if (*command == NULL) {
		usage_error("with", "no command given");
		return false;
	}
	with->argv = (const char *const *)command;
	return true;
}

static bool
take(void *arg, int option, const char *value)
{
	return load_take(arg, option, value);
}

int
with_main(struct globals *globals, int argc, char **argv)
{
	static const struct option longs[] = {
		LOAD_LONGS,
		{ NULL, 0, NULL, 0 },
	};
	static struct conf_wish wish;
	const struct options own = {
		.shorts = LOAD_SHORTS,
		.longs = longs,
		.strict = true,
		.take = take,
		.arg = &wish,
	};
	/* Too much for the stack to be cleared for it. */
	static struct with with;
	int status = EXEC_STATUS_OURS;
	struct conf conf;

	with.globals = globals;
	if (!options_read(globals, argc, argv, &own) ||
	    !take_words(&with, &wish, argv))
		return EXEC_STATUS_OURS;
	with.file = load(globals, &wish, &conf);
	if (with.file != NULL)
		status = run_with(&with, &conf);
	conf_fini(&conf);
	return status;
}
