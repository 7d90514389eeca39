/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "base/utf8.h"
#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/outlet.h"
#include "os/clock.h"
#include "os/fd.h"

/* The slots in which pipes are laid: the last, one for each stream. */
#define OUTLET_SLOT (FD_FIRST - LOG_NSTREAMS)

/* Names are padded to the longest, unless that is longer than this. */
#define WIDTH_MAX 24

/* How long the last report waits for what there is to report. */
#define SYNC_NS NS_PER_S

const struct log_spec *
outlet_log(const struct logs *logs, int stream)
{
	const struct log_spec *log =
	    stream == LOG_STDOUT ? &logs->out : &logs->err;

	/* Standard error goes where standard output does. */
	return log->word == LOG_AS_USUAL ? &logs->out : log;
}

static const struct logs *
logs_of(const struct worker *worker)
{
	return &worker->spec->spec->worker.logs;
}

enum outlet_kind
outlet_kind(const struct logs *logs, int stream)
{
	switch (outlet_log(logs, stream)->word) {
	case LOG_AS_USUAL:
	case LOG_PREFIX:
	case LOG_PATH:
		break;
	case LOG_INHERIT:
		return OUTLET_INHERIT;
	case LOG_NULL:
		return OUTLET_NULL;
	case LOG_TO:
		return OUTLET_CHILD;
	}
	return OUTLET_PIPE;
}

/* What a stream of its next run is. */
static enum outlet_kind
kind_of(const struct worker *worker, int stream)
{
	enum outlet_kind kind = outlet_kind(logs_of(worker), stream);

	/* Where nobody has that name, who looks at the output may see it. */
	if (kind == OUTLET_CHILD && !log_to_is_known(worker, stream))
		return OUTLET_PIPE;
	return kind;
}

static void
widen(void *arg, struct child *child)
{
	struct engine *e = arg;
	char path[NODE_PATH_SIZE];
	size_t width;

	if (child_is_sup(child))
		return;
	width = strlen(node_path(child, path));
	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	if (width > e->outlets.width)
		e->outlets.width = (uint32_t)width;
}

/* Tells the logger of one outlet. 0 or -errno. */
static int
tell(const struct engine *e, struct outlet *outlet)
{
	struct wire_target targets[LOG_NSTREAMS] = { { .where =
							   WIRE_NOWHERE } };
	char path[NODE_PATH_SIZE];
	int ends[LOG_NSTREAMS], error;

	for (int i = 0; i < LOG_NSTREAMS; i++) {
		const struct log_spec *log =
		    outlet_log(logs_of(outlet->worker), i);

		ends[i] = outlet->ends[i][0];
		if (ends[i] == -1)
			continue;
		targets[i] = (struct wire_target){
			.where = log->word == LOG_PATH ? WIRE_FILE : WIRE_OWN,
			.path = log->path,
			.stamped = log->timestamps,
			.max = log->max,
			.keep = log->keep,
		};
	}
	error = wire_tell_child(e->outlets.log, outlet->child,
	    node_path(&outlet->worker->child, path), e->outlets.width, targets,
	    ends);
	outlet->told = error == 0;
	return error;
}

/* Tells what the logger does not know yet, until it is behind. */
static void
tell_all(struct engine *e)
{
	struct outlets *o = &e->outlets;
	struct outlet *outlet;
	int error = 0;

	LIST_FOREACH(outlet, &o->list, link)
		if (!outlet->told && (error = tell(e, outlet)) < 0)
			break;
	if (error == 0 && o->all)
		error = wire_tell(o->log, WIRE_ALL);
	o->all = o->all && error < 0;
	if (error == 0 && o->reopen)
		error = wire_tell(o->log, WIRE_REOPEN);
	o->reopen = o->reopen && error < 0;
	if (o->behind == (error < 0))
		return;
	o->behind = error < 0;
	(void)loop_mod(&e->loop, &o->watch,
	    o->behind ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* What the logger says. */
static void
take(struct engine *e, const struct wire_message *m, const char *path)
{
	struct record r;

	if (m->kind == WIRE_SYNCED) {
		e->outlets.synced = true;
	} else if (m->kind == WIRE_FAILED) {
		reporter_message(&e->reporter, RECORD_WARNING,
		    "cannot write to %s: %s", path, strerror(m->error));
	} else if (m->kind == WIRE_LOST) {
		record_begin(&r, RECORD_LOST);
		record_number(&r, "count", (int64_t)m->count);
		record_text(&r, "file", path);
		engine_record(e, &r);
	}
}

static void
take_all(struct engine *e)
{
	static _Alignas(struct wire_message) char bytes[WIRE_MESSAGE_SIZE];
	const char *texts[WIRE_NTEXTS];

	while (wire_receive(e->outlets.log->channel[0], bytes, texts, NULL) ==
	    1)
		take(e, (const void *)bytes, texts[0]);
}

static void
readable(struct loop_watch *watch, uint32_t events)
{
	struct engine *e = (struct engine *)(void *)((char *)watch -
	    offsetof(struct engine, outlets.watch));

	take_all(e);
	if ((events & EPOLLOUT) != 0)
		tell_all(e);
}

int
outlets_init(struct engine *e, const struct wire *log, pid_t logger)
{
	struct outlets *o = &e->outlets;

	LIST_INIT(&o->list);
	o->log = log;
	o->logger = logger;
	o->watch.fd = -1;
	if (log == NULL)
		return 0;
	lookup_walk(&e->root.sup.child, widen, e);
	return loop_add(&e->loop, &o->watch, log->channel[0], EPOLLIN,
	    readable);
}

void
outlets_fini(struct engine *e)
{
	if (e->outlets.log != NULL)
		loop_del(&e->loop, &e->outlets.watch);
	/* The slots go with the spawner. */
	e->outlets.laid = NULL;
}

void
outlets_renew(struct engine *e, pid_t logger)
{
	struct outlet *outlet;

	e->outlets.logger = logger;
	e->outlets.all = true;
	LIST_FOREACH(outlet, &e->outlets.list, link)
		outlet->told = false;
	tell_all(e);
}

void
outlets_look(struct engine *e)
{
	struct outlet *outlet;

	if (e->outlets.log == NULL)
		return;
	LIST_FOREACH(outlet, &e->outlets.list, link)
		if (!outlet->fits)
			outlet->told = false;
	tell_all(e);
}

void
outlets_reopen(struct engine *e)
{
	e->outlets.reopen = e->outlets.log != NULL;
	if (e->outlets.reopen)
		tell_all(e);
}

static struct outlet *
make(struct engine *e, struct worker *worker)
{
	struct outlet *outlet = calloc(1, sizeof(*outlet));

	if (outlet == NULL)
		return NULL;
	outlet->child = log_child_take(&e->outlets.log->memory,
	    (uint32_t)getpid(), e->outlets.last);
	if (outlet->child == LOG_NO_CHILD) {
		free(outlet);
		return NULL;
	}
	e->outlets.last = outlet->child;
	outlet->engine = e;
	outlet->worker = worker;
	outlet->users = 1;
	for (int i = 0; i < LOG_NSTREAMS; i++)
		outlet->ends[i][0] = outlet->ends[i][1] = -1;
	LIST_INSERT_HEAD(&e->outlets.list, outlet, link);
	worker->outlet = outlet;
	/* Who wants to know is seen when there is something. */
	follow_outlet(e, worker, !LIST_EMPTY(&e->follows.list));
	return outlet;
}

/* Makes the pipes that the worker is to have, beside those that it had. */
static int
fit(struct engine *e, struct outlet *outlet)
{
	int error = 0;

	for (int i = 0; i < LOG_NSTREAMS && error == 0; i++) {
		bool piped = kind_of(outlet->worker, i) == OUTLET_PIPE;
		int *ends = outlet->ends[i];

		if (piped && ends[0] == -1)
			error = fd_pipe(ends, 0);
	}
	if (error < 0)
		return error;
	outlet->fits = true;
	outlet->told = false;
	e->outlets.laid = NULL;
	widen(e, &outlet->worker->child);
	/* Later, if the logger is behind: the pipes hold what is written. */
	if (e->outlets.behind || tell(e, outlet) < 0)
		tell_all(e);
	return 0;
}

/* The end of the pipe that the next run writes to, -1 without one. */
static int
pipe_of(const struct outlet *outlet, int stream)
{
	if (outlet == NULL || kind_of(outlet->worker, stream) != OUTLET_PIPE)
		return -1;
	return outlet->ends[stream][1];
}

/* Lays the pipes where the child finds them. 0 or -errno. */
static int
lay(struct engine *e, const struct outlet *outlet)
{
	int error = 0;

	/* They stay there: a restart of the same one has nothing to do. */
	if (e->outlets.laid == outlet && !e->outlets.other)
		return 0;
	e->outlets.laid = NULL;
	e->outlets.other = false;
	for (int i = 0; i < LOG_NSTREAMS && error == 0; i++)
		error = spawner_lay(&e->spawner, OUTLET_SLOT + i,
		    pipe_of(outlet, i));
	if (error == 0)
		e->outlets.laid = outlet;
	return error;
}

/* Lays the pipe to whom the stream of `worker` goes to. 0 or -errno. */
static int
lay_feed(struct engine *e, struct worker *worker, int stream)
{
	int fd = log_to_output(e, worker, stream), error;

	if (fd < 0)
		return fd;
	e->outlets.other = true;
	error = spawner_lay(&e->spawner, OUTLET_SLOT + stream, fd);
	fd_close(&fd);
	return error;
}

/* Makes pipes to the logger where the worker is to have some and has none. */
static int
fit_worker(struct engine *e, struct worker *worker)
{
	const struct outlet *outlet = worker->outlet;
	bool fits = outlet == NULL || outlet->fits;

	for (int i = 0; i < LOG_NSTREAMS; i++)
		if (kind_of(worker, i) == OUTLET_PIPE)
			fits =
			    fits && outlet != NULL && outlet->ends[i][0] != -1;
	if (fits || e->outlets.log == NULL)
		return 0;
	if (outlet == NULL && make(e, worker) == NULL)
		return 0;
	return fit(e, worker->outlet);
}

int
outlet_begin(struct engine *e, struct worker *worker,
    struct spawn_fd fds[static LOG_NSTREAMS])
{
	int n = 0, error = fit_worker(e, worker);

	if (error == 0)
		error = lay(e, worker->outlet);
	for (int i = 0; i < LOG_NSTREAMS && error == 0; i++) {
		enum outlet_kind kind = kind_of(worker, i);

		if (kind == OUTLET_CHILD)
			error = lay_feed(e, worker, i);
		else
			log_to_let_go(worker, i);
		/* Without a logger there is nothing better than our own. */
		if (kind == OUTLET_INHERIT ||
		    (kind == OUTLET_PIPE && worker->outlet == NULL))
			continue;
		fds[n++] = (struct spawn_fd){
			.from = OUTLET_SLOT + i,
			.to = STDOUT_FILENO + i,
		};
	}
	return error < 0 ? error : n;
}

void
outlets_clear(struct engine *e)
{
	if (e->outlets.other)
		(void)lay(e, NULL);
}

void
outlet_drain(struct engine *e, const struct worker *worker)
{
	const struct outlet *outlet = worker->outlet;
	bool waits = false, noted = true;

	if (outlet == NULL)
		return;
	for (int i = 0; i < LOG_NSTREAMS; i++)
		if (outlet->ends[i][0] != -1)
			waits |= log_child_bound(&e->outlets.log->memory,
			    outlet->child, (enum log_stream)i,
			    outlet->ends[i][0], &noted);
	/* Who has said nothing, or whose words are out, costs no order. */
	if (waits)
		reporter_order(&e->reporter, noted ? WIRE_DRAIN : WIRE_END,
		    outlet->child);
}

size_t
outlet_last(const struct engine *e, const struct worker *worker,
    struct log_last *lines, size_t max)
{
	if (worker->outlet == NULL)
		return 0;
	return log_child_last(&e->outlets.log->memory, worker->outlet->child,
	    lines, max);
}

void
outlet_text(const struct log_last *line, char *text, size_t size)
{
	size_t len = line->len < size ? line->len : size - 1;

	memcpy(text, line->text, len);
	utf8_tame(text, len, false, ' ');
	text[len] = '\0';
}

void
outlets_sync(struct engine *e)
{
	struct outlets *o = &e->outlets;
	int64_t deadline_ns = clock_now_ns() + SYNC_NS;
	struct pollfd fds[2];

	if (o->log == NULL)
		return;
	o->synced = false;
	reporter_order(&e->reporter, WIRE_SYNC, 0);
	reporter_flush(&e->reporter);
	fds[0] = (struct pollfd){ .fd = o->log->channel[0], .events = POLLIN };
	while (!o->synced && clock_now_ns() < deadline_ns) {
		/* The order may be behind records that there was no room for.
		 */
		fds[1] = (struct pollfd){
			.fd = output_wants(&e->reporter.output),
			.events = POLLOUT,
		};
		(void)poll(fds, 2,
		    clock_timeout_ms(clock_now_ns(), deadline_ns));
		reporter_flush(&e->reporter);
		take_all(e);
	}
}

void
outlet_free(struct worker *worker)
{
	struct outlet *outlet = worker->outlet;

	if (outlet == NULL)
		return;
	if (!outlet_leave(worker))
		return;
	if (outlet->engine->outlets.laid == outlet)
		(void)lay(outlet->engine, NULL);
	for (int i = 0; i < LOG_NSTREAMS; i++) {
		fd_close(&outlet->ends[i][0]);
		fd_close(&outlet->ends[i][1]);
	}
	LIST_REMOVE(outlet, link);
	outlet->engine->follows.latest = NULL;
	free(outlet);
}

void
outlets_freed(struct child *child)
{
	struct child *below;

	if (!child_is_sup(child)) {
		outlet_free(node_worker(child));
		return;
	}
	TAILQ_FOREACH(below, &child_sup(child)->children, order)
		outlets_freed(below);
}
