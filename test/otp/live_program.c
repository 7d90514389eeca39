/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "live.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"

/* The program: how it is started, heard, asked, and ended. */

/* Room for the records of the longest step, which nobody reads meanwhile. */
#define PIPE_SIZE (1 << 20)

/* Between two looks whether the engine is stopped. */
#define REST_NS NS_PER_MS

static int64_t
deadline(void)
{
	return clock_now_ns() + LIVE_PATIENCE_S * NS_PER_S;
}

static void
write_file(struct live *l, const char *path)
{
	char *text = live_root_text(l);
	FILE *out = fopen(path, "w");

	if (out == NULL || fputs(text, out) == EOF || fclose(out) != 0)
		live_fail(l, "%s: %s", path, strerror(errno));
	free(text);
}

static _Noreturn void
become_supervise(const struct live *l, const char *conf, int records,
    pid_t player)
{
	char sock[PATH_MAX];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t set;

	snprintf(sock, sizeof(sock), "%s/sock", l->place->dir);
	/* Children get this mask: no signal finds them unprepared (U14). */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* Stops in order even if whoever plays is killed. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1 || getppid() != player)
		_exit(126);
	if (dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1 ||
	    dup2(records, STDERR_FILENO) == -1)
		_exit(126);
	execl(l->place->supervise, "supervise", "-S", sock, "-f", conf, "run",
	    "--log-format", "text", (char *)NULL);
	_exit(127);
}

void
live_launch(struct live *l)
{
	char conf[PATH_MAX];
	pid_t player = getpid();
	int ends[2];

	snprintf(conf, sizeof(conf), "%s/supervise.conf", l->place->dir);
	write_file(l, conf);
	if (pipe2(ends, O_CLOEXEC) == -1)
		live_fail(l, "pipe: %s", strerror(errno));
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
	l->guardian = fork();
	if (l->guardian == 0)
		become_supervise(l, conf, ends[1], player);
	fd_close(&ends[1]);
	l->records = ends[0];
	if (l->guardian == -1)
		live_fail(l, "fork: %s", strerror(errno));
}

/* Takes the whole lines of what was read. */
static void
take_lines(struct live *l)
{
	struct record_parsed parsed;
	size_t start = 0;
	char *end;

	while ((end = memchr(l->buffer + start, '\n', l->len - start)) !=
	    NULL) {
		char *line = l->buffer + start;
		size_t len = (size_t)(end + 1 - line);

		start += len;
		/* What is said to people is no record. */
		if (record_parse(&parsed, line, len))
			live_say(l, &parsed);
	}
	l->len -= start;
	memmove(l->buffer, l->buffer + start, l->len);
	if (l->len == sizeof(l->buffer))
		live_fail(l, "a line is too long");
}

/*
 * Reads records that are there, or waits for some. False when there are none,
 * and will be none any more if it was to wait.
 */
bool
live_read(struct live *l, bool wait)
{
	struct pollfd fd = { .fd = l->records, .events = POLLIN };
	ssize_t n;
	int got;

	if (l->eof)
		return false;
	got = poll(&fd, 1, wait ? LIVE_PATIENCE_S * 1000 : 0);
	if (got == 0 && wait)
		live_fail(l, "no record comes any more");
	if (got <= 0)
		return false;
	n = read(l->records, l->buffer + l->len, sizeof(l->buffer) - l->len);
	if (n <= 0) {
		l->eof = true;
		return false;
	}
	l->len += (size_t)n;
	take_lines(l);
	return true;
}

void
live_connect(struct live *l)
{
	struct control_place place = { 0 };
	char why[CONTROL_WHY_SIZE];

	snprintf(place.path, sizeof(place.path), "%s/sock", l->place->dir);
	if (control_session_open(&l->session, &place, deadline(), why) < 0)
		live_finish(l);
}

/*
 * Asks, and visits the records of the answer, the error that may end it
 * included. An enum control_got, or -1 when the program has ended instead.
 */
int
live_ask(struct live *l, size_t nwords, const char *const *words,
    void (*visit)(void *arg, const struct record_parsed *r), void *arg)
{
	struct record_parsed parsed;
	int got;

	if (l->over)
		return -1;
	got = control_session_ask(&l->session, nwords, words, deadline());
	if (got < 0)
		live_fail(l, "cannot ask %s: %s", words[0], strerror(-got));
	do {
		got = control_session_next(&l->session, &parsed, deadline());
		if (got >= 0 && got != CONTROL_GOT_OK && visit != NULL)
			visit(arg, &parsed);
	} while (got == CONTROL_GOT_RECORD);
	if (got == -ETIMEDOUT || got == -EPROTO)
		live_fail(l, "no answer to %s: %s", words[0], strerror(-got));
	if (got < 0 ||
	    (got == CONTROL_GOT_ERROR &&
		strcmp(record_parsed_text(&parsed, "code"), "ended") == 0)) {
		live_finish(l);
		return -1;
	}
	return got;
}

void
live_mark(struct live *l)
{
	l->marked = false;
	if (!l->over && kill(l->guardian, SIGUSR1) == -1)
		live_fail(l, "cannot signal supervise: %s", strerror(errno));
	while (!l->marked && live_read(l, true))
		;
}

/* It is ending: hears the rest, and reaps it. */
void
live_finish(struct live *l)
{
	int status;

	while (live_read(l, true))
		;
	if (waitpid(l->guardian, &status, 0) != l->guardian)
		live_fail(l, "cannot wait for supervise: %s", strerror(errno));
	/* Any status may be that of a significant child (U12). */
	if (WIFSIGNALED(status))
		live_fail(l, "signal %d has ended supervise", WTERMSIG(status));
	l->over = true;
}

/* Waits until something holds that no descriptor tells. */
static void
await_state(struct live *l, bool (*holds)(pid_t pid), pid_t pid)
{
	const struct timespec rest = { .tv_nsec = REST_NS };
	int64_t deadline_ns = deadline();

	while (!holds(pid)) {
		if (clock_now_ns() > deadline_ns)
			live_fail(l, "supervise does not react");
		nanosleep(&rest, NULL);
	}
}

static bool
is_stopped(pid_t pid)
{
	struct proc_stat stat;

	return proc_stat(pid, &stat) < 0 || stat.state == 'T';
}

/* Stops one of supervise's processes until live_release(). */
static void
hold(struct live *l, pid_t pid)
{
	if (kill(pid, SIGSTOP) == -1)
		live_fail(l, "cannot hold supervise: %s", strerror(errno));
	await_state(l, is_stopped, pid);
	l->held = pid;
}

/* Tells it to stop. An engine that is held finds that when it goes on. */
void
live_stop(struct live *l)
{
	bool held = l->held != 0;

	/* It would wake the engine up, as it does when it goes on. */
	if (held)
		hold(l, l->guardian);
	if (kill(l->guardian, SIGTERM) == -1)
		live_fail(l, "cannot stop supervise: %s", strerror(errno));
	if (!held)
		live_finish(l);
}

void
live_hold(struct live *l)
{
	hold(l, l->session.pid);
}

void
live_release(struct live *l)
{
	if (kill(l->held, SIGCONT) == -1)
		live_fail(l, "cannot go on: %s", strerror(errno));
	l->held = 0;
}

void
live_send(struct live *l, int node, int signo, int value)
{
	const union sigval with = { .sival_int = value };

	if (sigqueue(l->personas[node].pid, signo, with) == -1)
		live_fail(l, "cannot signal %s: %s", l->s->nodes[node].id,
		    strerror(errno));
}

void
live_await_zombie(struct live *l, int node)
{
	struct pollfd fd = { .events = POLLIN };

	fd.fd = pidfd_of(l->personas[node].pid);
	if (fd.fd < 0)
		live_fail(l, "%s has no process", l->s->nodes[node].id);
	if (poll(&fd, 1, LIVE_PATIENCE_S * 1000) != 1)
		live_fail(l, "%s does not end", l->s->nodes[node].id);
	fd_close(&fd.fd);
}

static void
say_killed(struct live *l, pid_t pid)
{
	for (unsigned i = 0; i < l->s->nnodes; i++)
		if (l->personas[i].pid == pid && l->personas[i].up)
			live_say_end(l, (int)i, "killed");
}

/*
 * Kills the root: guardian, witness and engine. Whoever plays inherits all
 * below them and sees how they end (U8).
 */
void
live_slaughter(struct live *l)
{
	struct proc_stat engine;
	struct process_end end;
	int status, got;
	pid_t pid;

	/* One alone would be replaced, or missed. */
	if (proc_stat(l->session.pid, &engine) < 0 ||
	    kill(l->guardian, SIGSTOP) == -1 ||
	    waitpid(l->guardian, &status, WUNTRACED) != l->guardian ||
	    kill(engine.ppid, SIGKILL) == -1 ||
	    kill(l->session.pid, SIGKILL) == -1 ||
	    kill(l->guardian, SIGKILL) == -1 ||
	    waitpid(l->guardian, &status, 0) != l->guardian)
		live_fail(l, "cannot kill supervise: %s", strerror(errno));
	live_say_end(l, l->s->root, "killed");
	while ((got = process_reap_any(&pid, &end)) != -ECHILD) {
		if (got == 1 && end.by_signal && end.status == SIGKILL)
			say_killed(l, pid);
		if (got == 0)
			(void)poll(NULL, 0, 1);
	}
	while (live_read(l, true))
		;
	l->over = true;
}

static int
kill_one(pid_t pid, void *arg)
{
	unsigned *n = arg;

	++*n;
	(void)kill(pid, SIGKILL);
	return 0;
}

unsigned
live_clear(void)
{
	int children = proc_children_open(getpid());
	struct process_end end;
	unsigned n = 0;
	pid_t pid;

	if (children < 0)
		return 0;
	while (process_reap_any(&pid, &end) != -ECHILD) {
		if (proc_children_each(children, kill_one, &n) < 0)
			break;
		(void)poll(NULL, 0, 1);
	}
	fd_close(&children);
	return n;
}
