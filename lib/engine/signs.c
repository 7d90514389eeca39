/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/errno_name.h"
#include "base/notify.h"
#include "base/units.h"
#include "base/utf8.h"
#include "engine/act.h"
#include "engine/engine.h"
#include "engine/listen_fds.h"
#include "engine/signs.h"
#include "os/clock.h"

/* Messages that are taken in a row: who floods it must not keep us here. */
#define MESSAGES_MAX 64

/* The name of those that are given without one. */
#define DEFAULT_NAME "stored"

enum variable {
	NOTIFY_SOCKET,
	WATCHDOG_USEC,
	WATCHDOG_PID,
};

static const char *const names[SIGNS_NVARIABLES] = {
	[NOTIFY_SOCKET] = "NOTIFY_SOCKET=",
	[WATCHDOG_USEC] = "WATCHDOG_USEC=",
	[WATCHDOG_PID] = "WATCHDOG_PID=",
};

/* What a run is warned of once. */
enum warning {
	WARN_STRANGER,
	WARN_CUT,
	WARN_MAINPID,
	WARN_FULL,
};

static const char *const warnings[] = {
	[WARN_STRANGER] = "a message of a stranger was refused",
	[WARN_CUT] = "a message that is too long, or has a NUL byte in it, "
		     "was refused",
	[WARN_MAINPID] = "it names another main process; the one that was "
			 "executed is watched",
	[WARN_FULL] = "it has more descriptors kept than fdstore_max allows; "
		      "the last are closed",
};

/* Those of the launch in hand. */
static char values[SIGNS_NVARIABLES][80];

/* The message in hand. */
static struct datagram datagram;

static bool
notifies(const struct worker *worker)
{
	return worker_notifies(&worker->child.policy->worker);
}

bool
signs_is_variable(const char *variable)
{
	for (size_t i = 0; i < SIGNS_NVARIABLES; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static struct signs *
signs_of(struct worker *worker)
{
	struct signs *signs = worker->signs;

	if (signs != NULL)
		return signs;
	signs = calloc(1, sizeof(*signs));
	if (signs == NULL)
		return NULL;
	signs->watch.fd = -1;
	signs->worker = worker;
	worker->signs = signs;
	return signs;
}

/* What is said about a worker that is not a record of its own. */
static void
warn(struct engine *e, struct worker *worker, enum warning what)
{
	unsigned bit = 1U << what;
	char path[NODE_PATH_SIZE];

	if (worker->signs == NULL || (worker->signs->warned & bit) != 0)
		return;
	worker->signs->warned |= bit;
	reporter_message(&e->reporter, RECORD_WARNING, "%s: %s",
	    node_path(&worker->child, path), warnings[what]);
}

/*
 * Whether the message is the worker's. Its socket tells that, but its name can
 * be found in /proc: so what is neither this user's, nor root's, nor of the
 * user that the worker runs as, must come from one of its processes.
 */
static bool
is_own(const struct worker *worker)
{
	char proc[32];
	struct stat st;

	if (datagram.uid == geteuid() || datagram.uid == 0)
		return true;
	snprintf(proc, sizeof(proc), "/proc/%ld", (long)worker->pid);
	return (stat(proc, &st) == 0 && st.st_uid == datagram.uid) ||
	    (datagram.pid > 0 && act_descends_from(datagram.pid, worker->pid));
}

/* Copies the status; what is not printable is escaped, what is UTF-8 stays. */
static void
keep_status(struct signs *signs, const char *text)
{
	char *to = signs->status, *end = to + sizeof(signs->status) - 8;

	while (*text != '\0' && to < end) {
		size_t n = utf8_length(text);

		if (n == 0 || utf8_is_control(text)) {
			to += snprintf(to, 5, "\\%03o", (unsigned char)*text);
			text++;
			continue;
		}
		memcpy(to, text, n);
		to += n;
		text += n;
	}
	*to = '\0';
}

static void
feed(struct engine *e, struct worker *worker, enum event_kind kind,
    int64_t until_ns)
{
	engine_feed(e,
	    &(struct event){
		.kind = kind,
		.child = &worker->child,
		.until_ns = until_ns,
	    });
}

/* The next sign of life is due so long from now on. */
static void
feed_alive(struct engine *e, struct worker *worker)
{
	int64_t watchdog_ns = worker->signs->watchdog_ns;

	feed(e, worker, EVENT_ALIVE,
	    watchdog_ns == 0 ? NEVER_NS : clock_now_ns() + watchdog_ns);
}

static void
take_phase(struct engine *e, struct worker *worker,
    const struct notify *message)
{
	struct signs *signs = worker->signs;

	if (message->reloading)
		signs->phase = "reloading";
	if (message->stopping)
		signs->phase = "stopping";
	if (!message->ready)
		return;
	if (signs->phase != NULL && strcmp(signs->phase, "reloading") == 0 &&
	    !message->reloading)
		signs->phase = NULL;
	if (worker->child.state != CHILD_STARTING)
		return;
	feed(e, worker, EVENT_READY, NEVER_NS);
	/* It may have asked for another time before. */
	if (signs->watchdog_ns !=
	    worker->child.policy->worker.watchdog_ms * NS_PER_MS)
		feed_alive(e, worker);
}

static void
take_watchdog(struct engine *e, struct worker *worker,
    const struct notify *message)
{
	struct signs *signs = worker->signs;
	bool fed =
	    message->watchdog != NULL && strcmp(message->watchdog, "1") == 0;

	if (message->watchdog_us != NOTIFY_UNSAID) {
		signs->watchdog_ns = message->watchdog_us * 1000;
		fed = true;
	}
	if (fed)
		feed_alive(e, worker);
	if (message->watchdog != NULL &&
	    strcmp(message->watchdog, "trigger") == 0)
		feed(e, worker, EVENT_ALIVE, 0);
}

static void
take_fds(struct engine *e, struct worker *worker, const struct notify *message)
{
	struct listen_fds *handed;
	const char *name =
	    message->fdname != NULL ? message->fdname : DEFAULT_NAME;
	bool room = true;

	if (!message->fdstore && !message->fdstore_remove)
		return;
	/* What one that was replaced gives away is for who took its place. */
	if (worker->outgoing)
		worker = node_worker(node_holder(&worker->child));
	handed = listen_fds_of(e, worker);
	if (handed == NULL)
		return;
	if (!notify_name_valid(name))
		name = DEFAULT_NAME;
	if (message->fdstore_remove && message->fdname != NULL)
		fdstore_remove(&handed->store, message->fdname);
	for (size_t i = 0; message->fdstore && i < datagram.nfds; i++)
		room = fdstore_add(&handed->store, &datagram.fds[i], name,
			   listen_fds_most_stored(worker)) &&
		    room;
	if (!room)
		warn(e, worker, WARN_FULL);
}

static void
take(struct engine *e, struct worker *worker)
{
	struct signs *signs = worker->signs;
	struct notify message;

	if (!is_own(worker)) {
		warn(e, worker, WARN_STRANGER);
		return;
	}
	if (datagram.cut || strlen(datagram.text) != datagram.len) {
		warn(e, worker, WARN_CUT);
		return;
	}
	notify_parse(datagram.text, &message);
	take_fds(e, worker, &message);
	if (message.mainpid > 0 && message.mainpid != worker->pid)
		warn(e, worker, WARN_MAINPID);
	if (message.status != NULL)
		keep_status(signs, message.status);
	if (message.error != NOTIFY_UNSAID && message.error <= ERRNO_MAX)
		signs->error = message.error;
	if (message.exit_status != NOTIFY_UNSAID)
		signs->exit_status = message.exit_status;
	if (message.extend_us != NOTIFY_UNSAID)
		feed(e, worker, EVENT_EXTENDED,
		    clock_now_ns() + message.extend_us * 1000);
	if (message.restart_reset)
		feed(e, worker, EVENT_SETTLED, NEVER_NS);
	take_watchdog(e, worker, &message);
	take_phase(e, worker, &message);
	e->changed = true;
}

void
signs_tell(struct record *record, int64_t error, int64_t exit_status)
{
	if (error > 0)
		record_text(record, "errno", errno_name((int)error));
	if (exit_status > 0)
		record_number(record, "exit_status", exit_status);
}

void
signs_heard(struct engine *e, struct worker *worker)
{
	struct signs *signs = worker->signs;

	/* A barrier is its descriptor, closed when it is its turn. */
	for (int n = 0; signs != NULL && n < MESSAGES_MAX; n++) {
		if (signs->watch.fd == -1 ||
		    datagram_receive(signs->watch.fd, &datagram) <= 0)
			return;
		take(e, worker);
		datagram_close(&datagram);
	}
}

static void
readable(struct loop_watch *watch, uint32_t events)
{
	struct signs *signs = (struct signs *)(void *)watch;

	(void)events;
	signs_heard(engine_of(&signs->worker->child), signs->worker);
}

int
signs_begin(struct engine *e, struct worker *worker)
{
	struct signs *signs;
	int error, fd;

	if (!notifies(worker))
		return 0;
	signs = signs_of(worker);
	if (signs == NULL)
		return -ENOMEM;
	fd = datagram_open(signs->name);
	if (fd < 0)
		return fd;
	error = loop_add(&e->loop, &signs->watch, fd, EPOLLIN, readable);
	if (error < 0) {
		fd_close(&fd);
		return error;
	}
	signs->watchdog_ns =
	    worker->child.policy->worker.watchdog_ms * NS_PER_MS;
	signs->error = signs->exit_status = NOTIFY_UNSAID;
	signs->phase = NULL;
	signs->status[0] = '\0';
	signs->warned = 0;
	return 0;
}

void
signs_over(struct engine *e, struct worker *worker)
{
	struct signs *signs = worker->signs;
	int fd;

	if (signs == NULL || signs->watch.fd == -1)
		return;
	fd = signs->watch.fd;
	loop_del(&e->loop, &signs->watch);
	fd_close(&fd);
	signs->phase = NULL;
	signs->status[0] = '\0';
}

/* Writes one of the variables. */
static const char *
put_number(enum variable variable, int64_t number)
{
	snprintf(values[variable], sizeof(values[variable]), "%s%" PRId64,
	    names[variable], number);
	return values[variable];
}

size_t
signs_environment(struct worker *worker, const char **env, char **pid)
{
	const struct signs *signs = worker->signs;
	size_t len = strlen(names[WATCHDOG_PID]);
	size_t n = 0;

	*pid = NULL;
	if (!notifies(worker) || signs == NULL)
		return 0;
	snprintf(values[NOTIFY_SOCKET], sizeof(values[NOTIFY_SOCKET]), "%s%s",
	    names[NOTIFY_SOCKET], signs->name);
	env[n++] = values[NOTIFY_SOCKET];
	if (signs->watchdog_ns == 0)
		return n;
	env[n++] = put_number(WATCHDOG_USEC, signs->watchdog_ns / 1000);
	memcpy(values[WATCHDOG_PID], names[WATCHDOG_PID], len);
	*pid = values[WATCHDOG_PID] + len;
	env[n++] = values[WATCHDOG_PID];
	return n;
}

void
signs_free(struct worker *worker)
{
	struct signs *signs = worker->signs;

	if (signs == NULL)
		return;
	free(signs);
	worker->signs = NULL;
}
