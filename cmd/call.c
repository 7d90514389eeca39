/* SPDX-License-Identifier: ISC */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/ask.h"
#include "cmd/end.h"
#include "cmd/options.h"
#include "os/clock.h"
#include "os/fd.h"

const char call_help[] =
    "  supervise call db -- psql -c 'select 1'   it dies with db\n"
    "  supervise call -t 2s web -- curl -s localhost:8080\n"
    "\n"
    "Runs a command that is tied to a child: when that run of the child ends,\n"
    "for whatever reason, a stop or a restart too, the command is killed with\n"
    "its process group, and the call says the reason on stderr. If the child\n"
    "does not run (noproc), nothing is started. The child is never hurt.\n"
    "\n"
    "  -t SECONDS   kill it after that time (timeout)\n"
    "\n"
    "The command finds SUPERVISE_SOCKET, and a terminal and signals as with\n"
    "exec.\n"
    "\n"
    "Ends with the command's status, 128+N for signal N, 127 and 126 when it\n"
    "cannot be executed; 125 when the child does not run or has ended, and for\n"
    "wrong usage; 124 at the limit.\n";

/* The word of a server's end is on its way. */
#define DOWN_NS NS_PER_S

struct call {
	struct errand errand;
	struct ask ask;
	struct loop_watch told; /* on the connection */
	const char *name;
	int server; /* pidfd of what is called; owned; -1: it has none */
	bool down;  /* its end was told, and why */
	char reason[REASON_TEXT_SIZE];
	char unknown[512]; /* that nothing has the name, if so */
};

/* Takes what there is to read about the server. */
static void
read_some(struct call *c, bool (*next)(struct ask *ask))
{
	while (!c->down && next(&c->ask)) {
		if (strcmp(c->ask.record.event, "warning") == 0)
			strlcpy(c->unknown, ask_text(&c->ask, "message"),
			    sizeof(c->unknown));
		if (strcmp(c->ask.record.event, "monitor") == 0)
			return;
		if (strcmp(c->ask.record.event, "down") != 0)
			continue;
		c->down = true;
		strlcpy(c->reason, ask_text(&c->ask, "reason"),
		    sizeof(c->reason));
	}
}

/* Whether the server is gone, or who could tell that it is. */
static bool
is_gone(const struct call *c)
{
	return c->down || c->ask.over;
}

static void
told(struct loop_watch *watch, uint32_t events)
{
	struct call *c = (struct call *)(void *)((char *)watch -
	    offsetof(struct call, told));

	(void)events;
	read_some(c, ask_try);
	if (!is_gone(c))
		return;
	loop_del(&c->errand.loop, watch);
	errand_kill(&c->errand);
}

/* What the call ends with when its server is gone. */
static int
gone(const struct call *c)
{
	/* Else what has happened to the supervisor has been said. */
	if (c->down)
		complain("%s has ended: %s", c->name, c->reason);
	return EXEC_STATUS_OURS;
}

/*
 * A command that fails because its server is dying may be the faster one. The
 * kernel knows who is dead already; then the word of it is waited for.
 */
static bool
has_died_before(struct call *c)
{
	struct pollfd pollfd = { .fd = c->server, .events = POLLIN };

	if (is_gone(c))
		return true;
	if (c->server < 0 || poll(&pollfd, 1, 0) != 1)
		return false;
	c->ask.deadline_ns = clock_now_ns() + DOWN_NS;
	read_some(c, ask_next);
	return true;
}

static int
run(struct call *c, const char *const *argv)
{
	struct errand_end end;

	errand_run(&c->errand, argv, (const char *const *)environ, &end);
	if (end.error < 0) {
		end_complain(&end, argv[0]);
		return end_status(&end);
	}
	/* What was killed too late has its own status. */
	if (c->errand.killed && end.end.by_signal &&
	    end.end.status == SIGKILL) {
		if (!c->errand.expired)
			return gone(c);
		complain("%s: not within the time limit: timeout", c->name);
		return STATUS_TIME_LIMIT;
	}
	if (end_status(&end) != STATUS_OK && has_died_before(c))
		return gone(c);
	return end_status(&end);
}

static int
begin(struct call *c, const char *const *argv)
{
	int error;

	(void)setenv("SUPERVISE_SOCKET", c->ask.place->path, 1);
	c->server = pidfd_of((pid_t)ask_number(&c->ask, "pid", 0));
	error = errand_init(&c->errand, NULL, NULL);
	c->errand.deadline_ns = c->ask.deadline_ns;
	if (error == 0)
		error = loop_add(&c->errand.loop, &c->told, c->ask.session.fd,
		    EPOLLIN, told);
	if (error < 0) {
		complain("cannot begin: %s", strerror(-error));
		return EXEC_STATUS_OURS;
	}
	/* With the word that it runs may have come that it does not. */
	read_some(c, ask_try);
	return is_gone(c) ? gone(c) : run(c, argv);
}

static int
call(struct call *c, char **argv)
{
	static const char *const verb[] = { "monitor", NULL };
	char *words[] = { argv[0], NULL };
	int status = EXEC_STATUS_OURS;

	c->name = argv[0];
	argv++;
	if (*argv != NULL && strcmp(*argv, "--") == 0) {
		argv++;
	} else if (*argv != NULL && **argv == '-') {
		usage_error("call",
		    "%s is behind %s, expected options before the name, or --",
		    *argv, c->name);
		return EXEC_STATUS_OURS;
	}
	if (*argv == NULL) {
		usage_error("call", "no command given");
		return EXEC_STATUS_OURS;
	}
	if (strpbrk(c->name, "*?[") != NULL) {
		usage_error("call", "%s is a pattern, expected one name",
		    c->name);
		return EXEC_STATUS_OURS;
	}
	ask_for(&c->ask, verb, words);
	read_some(c, ask_next);
	if (c->down && *c->unknown != '\0')
		complain("%s: %s", c->unknown, c->reason);
	else if (c->down)
		complain("%s does not run: %s", c->name, c->reason);
	else if (c->ask.status == STATUS_TIME_LIMIT)
		status = STATUS_TIME_LIMIT;
	else if (!c->ask.over)
		status = begin(c, (const char *const *)argv);
	(void)ask_end(&c->ask);
	return status;
}

int
call_main(struct globals *globals, int argc, char **argv)
{
	struct options_limit limit = { .command = "call", .ms = -1 };
	const struct options own = {
		.shorts = "t:",
		.strict = true,
		.take = options_take_limit,
		.arg = &limit,
	};
	/* Too much for the stack to be cleared for it. */
	static struct call c;

	if (!options_read(globals, argc, argv, &own))
		return EXEC_STATUS_OURS;
	if (!options_count("call", argc, argv, 1, argc))
		return EXEC_STATUS_OURS;
	c.server = -1;
	ask_begin(&c.ask, globals);
	ask_limit(&c.ask, limit.ms);
	return call(&c, argv + optind);
}
