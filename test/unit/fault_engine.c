/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "conf_files.h"
#include "engine/guardian.h"
#include "fault.h"
#include "fault_scenarios.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"
#include "os/signals.h"

/*
 * The whole program with one fault: a small tree whose children crash, become
 * ready, leave their group and are stopped, over and over, each time with
 * another call of one of the processes of supervise failing. However that
 * comes out, everything ends in time, with a status that fits and a message,
 * and nothing is left.
 */

/* Longer than any of the trees takes: it hangs. */
#define DEADLINE_MS 20000

/* So many drivers at a time, each of which tries every Nth call. */
#define NDRIVERS 16

/* The sanitized program takes long: for each call tried, so many are not. */
#ifdef __SANITIZE_ADDRESS__
#define SKIPPED 3
#else
#define SKIPPED 0
#endif

/*
 * A call fails in one of its ways, the next call in another one; with
 * FAULT_WAYS=all in the environment each in all of them.
 */
#define WAYS 3

/* Late calls are mostly the same ones for other processes. */
#define GAP(nth) ((nth) < 180 ? 0 : (nth))

#define OUTPUT_SIZE 65536

/* One run of the program, and what came of it. */
static struct session {
	const struct scenario *scenario;
	int nth;
	int way;
	struct process_end end; /* of the guardian */
	size_t len;
	char output[OUTPUT_SIZE];
} session;

/* Descriptors of an engine, as printed when nothing had failed. */
static int most_fds = 1 << 20;

/* The folder in which a driver's trees run. */
static char folder[] = "/tmp/fault_engine.XXXXXX";

static void
leave_folder(void)
{
	(void)rmdir("once");
	(void)unlink("one.sock");
	(void)unlink("two.sock");
	(void)unlink("socket");
	(void)rmdir(folder);
}

static _Noreturn void
fail(const char *what)
{
	struct fault fault;
	bool more;

	(void)fault_came(&fault, &more);
	(void)fprintf(stderr,
	    "%s: call %d, way %d: %s fails with %s: %s (ended by %s %d)\n%.*s\n",
	    session.scenario->name, session.nth, session.way,
	    fault.symbol != NULL ? fault.symbol : "nothing",
	    fault.error != 0 ? strerrorname_np(fault.error) : "nothing", what,
	    session.end.by_signal ? "signal" : "status", session.end.status,
	    (int)session.len, session.output);
	leave_folder();
	_exit(1);
}

/* ---- what runs */

static void
arm_if(bool wanted)
{
	if (wanted)
		fault_arm(session.nth, session.way);
	else
		fault_disarm();
}

/* The guardian forks witnesses, and its nth witness forks the nth engine. */
static void
forked(int nth)
{
	static int witness;
	int role = witness == 0 ? 2 * nth - 1 : 2 * witness;

	witness = nth;
	arm_if((int)session.scenario->role == role);
}

static _Noreturn void
be_supervise(int output)
{
	const struct scenario *scenario = session.scenario;
	struct signals signals;
	struct control_place place = { .label = "" };
	struct conf conf;
	struct run run = {
		.conf = &conf,
		.place = scenario->asked ? &place : NULL,
		.file = "t.conf",
		.command = scenario->command,
		.form = REPORTER_TEXT,
		.signals = &signals,
	};
	char pid[16];
	int status;

	(void)snprintf(place.path, sizeof(place.path), "%s/socket", folder);
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	(void)setenv("GUARDIAN", pid, 1);
	CHECK(dup2(output, STDOUT_FILENO) != -1);
	CHECK(dup2(output, STDERR_FILENO) != -1);
	CHECK(fd_clean(-1) == 0);
	CHECK(signals_block(&signals) == 0);
	CHECK(fd_limit_raise(&run.nofile) == 0);
	CHECK(load_text(&conf, scenario->text));
	fault_forked = forked;
	arm_if(scenario->role == ROLE_GUARDIAN);
	status = guardian_run(&run);
	fault_disarm();
	conf_fini(&conf);
	_exit(status);
}

/* ---- what watches it */

static int
kill_one(pid_t pid, void *arg)
{
	(*(int *)arg)++;
	(void)kill(pid, SIGKILL);
	return 0;
}

/* Kills every child, again and again: how many there were at first. */
static int
kill_all(void)
{
	int children = proc_children_open(getpid());
	int first = -1, n;

	CHECK(children >= 0);
	do {
		n = 0;
		CHECK(proc_children_each(children, kill_one, &n) == 0);
		first = first == -1 ? n : first;
		while (waitpid(-1, NULL, n > 0 ? 0 : WNOHANG) > 0)
			;
	} while (n > 0);
	fd_close(&children);
	return first;
}

/* Reaps children until `pid` (0: the last) has ended. False if it hangs. */
static bool
wait_until(pid_t pid, int64_t deadline_ns)
{
	struct process_end end;
	pid_t got;
	int n;

	for (;;) {
		n = process_reap_any(&got, &end);
		if (n == -ECHILD)
			return true;
		if (n == 1 && got == pid) {
			session.end = end;
			return true;
		}
		if (n == 1)
			continue;
		if (clock_now_ns() > deadline_ns)
			return false;
		(void)poll(NULL, 0, 1);
	}
}

static void
read_output(int fd)
{
	ssize_t n;

	session.len = 0;
	do {
		n = read(fd, session.output + session.len,
		    sizeof(session.output) - 1 - session.len);
		session.len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	session.output[session.len] = '\0';
}

static bool
said(const char *text)
{
	return strstr(session.output, text) != NULL;
}

/* The last line of digits only, or -1. */
static int
printed_number(void)
{
	const char *line = session.output;
	int found = -1;

	while (*line != '\0') {
		size_t len = strcspn(line, "\n");

		if (len > 0 && strspn(line, "0123456789") == len)
			found = atoi(line);
		line += len + (line[len] == '\n' ? 1 : 0);
	}
	return found;
}

/* A status other than the usual one needs a reason and a message. */
static void
judge_status(const struct fault *fault)
{
	const struct scenario *scenario = session.scenario;

	if (scenario->guardian_dies && session.end.by_signal &&
	    session.end.status == SIGKILL)
		return;
	if (session.end.by_signal)
		fail("the guardian died");
	if (session.end.status == scenario->status)
		return;
	if (session.end.status != 1 && session.end.status < 125)
		fail("an odd status");
	if (fault->symbol == NULL)
		fail("another status, without a fault");
	/* Only where somebody listens are there too many who wait for that. */
	if (strcmp(fault->symbol, "connect") == 0 && fault->error == EAGAIN &&
	    said("somebody is already listening"))
		return;
	if (!said(strerror(fault->error)) &&
	    !said(strerrorname_np(fault->error)))
		fail("it does not say what failed");
}

static void
judge(const struct fault *fault)
{
	const struct scenario *scenario = session.scenario;

	judge_status(fault);
	if (fault->symbol == NULL && scenario->says != NULL &&
	    !said(scenario->says))
		fail("what should happen did not");
	if (said("event=guardian_died") && !scenario->guardian_dies)
		fail("the engine thinks that the guardian died");
	if (said("event=engine_died") && !scenario->engine_dies &&
	    !said("cannot start the engine"))
		fail("the engine died");
	if (said("reason=signal:ABRT") || said("anitizer") ||
	    said("runtime error"))
		fail("it broke");
	/* While this one and its remains come and go they have some. */
	if (printed_number() > most_fds + (said("child=messy") ? 3 : 0))
		fail("descriptors are left open");
}

static void
run_session(void)
{
	int64_t deadline_ns = clock_now_ns() + DEADLINE_MS * CLOCK_NS_PER_MS;
	struct fault fault;
	bool more, over;
	int ends[2];
	pid_t pid;

	(void)rmdir("once");
	fault_arm(INT_MAX, 0);
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	CHECK(pid != -1);
	if (pid == 0)
		be_supervise(ends[1]);
	fd_close(&ends[1]);

	over = wait_until(pid, deadline_ns);
	if (over && session.end.by_signal)
		over = wait_until(0, deadline_ns);
	if (kill_all() > 0 && over) {
		read_output(ends[0]);
		fail("processes are left");
	}
	read_output(ends[0]);
	fd_close(&ends[0]);
	if (!over)
		fail("it hangs");
	(void)fault_came(&fault, &more);
	judge(&fault);
}

/* Every NDRIVERS-th call from `first` on. Returns how many faults there were.
 */
static int
drive(int first)
{
	bool all = getenv("FAULT_WAYS") != NULL, came = true, more;
	struct fault fault;
	int faults = 0;

	for (session.nth = first; came;
	     session.nth += NDRIVERS * (1 + SKIPPED) + GAP(session.nth)) {
		session.way = all ? 0 : session.nth / NDRIVERS % WAYS;
		do {
			run_session();
			came = fault_came(&fault, &more);
			faults += came ? 1 : 0;
			session.way++;
		} while (all && came && more);
	}
	return faults;
}

static _Noreturn void
be_driver(int first, int results)
{
	int faults;

	CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
	CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	fault_share();

	/* Once without a fault, to know how that is. */
	session.nth = INT_MAX;
	run_session();
	if (printed_number() != -1)
		most_fds = printed_number();
	faults = drive(first);
	CHECK(write(results, &faults, sizeof(faults)) == sizeof(faults));
	leave_folder();
	_exit(0);
}

static void
try_scenario(const struct scenario *scenario)
{
	int faults = 0, results[2], status, one;
	bool good = true;

	session.scenario = scenario;
	CHECK(pipe2(results, O_CLOEXEC) == 0);
	for (int i = 0; i < NDRIVERS; i++) {
		pid_t pid = fork();

		CHECK(pid != -1);
		if (pid == 0)
			be_driver(i, results[1]);
	}
	fd_close(&results[1]);
	while (waitpid(-1, &status, 0) > 0)
		good = good && status == 0;
	while (read(results[0], &one, sizeof(one)) == sizeof(one))
		faults += one;
	fd_close(&results[0]);
	CHECK(good);
	(void)printf("ok - U9: %s: %d faults\n", scenario->name, faults);
	(void)fflush(stdout);
}

int
main(int argc, char *argv[])
{
	char program[PATH_MAX];

	setproctitle_init(argc, argv, environ);
	CHECK(realpath("build/supervise", program) != NULL);
	CHECK(setenv("SUPERVISE", program, 1) == 0);
	for (size_t i = 0; i < nscenarios; i++)
		if (argc < 2 || strstr(scenarios[i].name, argv[1]) != NULL)
			try_scenario(&scenarios[i]);
	return 0;
}
