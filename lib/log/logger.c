/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "log/logger.h"
#include "os/clock.h"
#include "os/fd.h"

/* At the end: so long a reader may take for anything at all. */
#define FINISH_NS (5 * NS_PER_S)

void
logger_queue(struct logger *l, struct source *source)
{
	if (source->queued)
		return;
	source->queued = true;
	source->turn = l->turn;
	TAILQ_INSERT_TAIL(&l->ready, source, link);
}

void
logger_go_on(struct logger *l, struct sink *sink)
{
	TAILQ_CONCAT(&l->ready, &sink->waiting, link);
}

void
logger_report(struct logger *l, struct sink *sink)
{
	const char *path = log_sink_name(&l->wire->memory, sink->idx);
	int error = 0;

	if (sink->failed && !sink->told) {
		error =
		    wire_report(l->wire, WIRE_FAILED, path, -sink->error, 0);
		sink->told = error == 0;
	} else if (!sink->failed && sink->memory->lost > 0) {
		error = wire_report(l->wire, WIRE_LOST, path, 0,
		    sink->memory->lost);
		if (error == 0)
			sink->memory->lost = 0;
	}
	l->unreported = l->unreported || error == -EAGAIN;
}

void
logger_rouse(struct logger *l)
{
	l->news = false;
	/* If it is behind it looks by itself, when it has read the others. */
	if (!atomic_exchange(&l->wire->memory.head->roused, true))
		(void)wire_report(l->wire, WIRE_NEWS, "", 0, 0);
}

const char *
logger_stamp(struct logger *l)
{
	l->now_ns = clock_wall_ns();
	l->stamp = record_clock_stamp(&l->clock, l->now_ns);
	return l->stamp;
}

static struct source *
source_of(struct logger *l, uint32_t child, int stream)
{
	uint32_t number = child * LOG_NSTREAMS + (uint32_t)stream;

	for (; l->nsources <= number; l->nsources++) {
		l->sources[l->nsources].logger = l;
		l->sources[l->nsources].number = l->nsources;
		l->sources[l->nsources].watch.fd = -1;
	}
	return &l->sources[number];
}

void
logger_unuse(struct sink *sink)
{
	if (--sink->nusers > 0 || sink->memory->path[0] == '\0')
		return;
	(void)sink_flush(sink);
	sink_close(sink);
}

void
logger_release(struct logger *l, struct source *source)
{
	uint32_t child = source->number / LOG_NSTREAMS;

	logger_unuse(source->sink);
	source->sink = NULL;
	if (child != LOG_NO_CHILD &&
	    source_of(l, child, LOG_STDOUT)->sink == NULL &&
	    source_of(l, child, LOG_STDERR)->sink == NULL)
		log_child(&l->wire->memory, child)->owner = 0;
}

/* The sink of that file; NULL: there is no room for one more. */
static struct sink *
sink_of_file(struct logger *l, const char *path)
{
	const struct log_memory *memory = &l->wire->memory;
	uint32_t found = memory->nsinks;

	for (uint32_t i = LOG_SINK_ERR + 1; i < memory->nsinks; i++) {
		bool used = log_sink(memory, i)->used;

		if (used && strcmp(log_sink(memory, i)->path, path) == 0) {
			found = i;
			break;
		}
		if (!used && found == memory->nsinks)
			found = i;
		if (i >= l->nsinks)
			break;
	}
	if (found == memory->nsinks)
		return NULL;
	if (found >= l->nsinks)
		l->nsinks = found + 1;
	if (l->sinks[found].memory == NULL)
		(void)sink_open(&l->sinks[found], l, found, -1, path);
	return &l->sinks[found];
}

/* Names are padded to the longest one: says how all look then. */
static void
widen(struct logger *l, uint32_t width)
{
	if (width <= l->width)
		return;
	l->width = width;
	for (uint32_t i = 0; i < l->nsources; i++) {
		struct source *source = &l->sources[i];
		char *name = source->name;

		if (name != NULL)
			(void)source_look(source, name, source->style.stamped);
	}
}

static void
take_stream(struct logger *l, const struct wire_message *m, int stream,
    const char *name, const char *path, int fd)
{
	struct source *source = source_of(l, m->child, stream);
	struct sink *sink = l->out[stream], *file = NULL;

	if (m->streams[stream].where == WIRE_FILE)
		file = sink_of_file(l, path);
	/* Without room for one more file it goes where others go. */
	if (file != NULL) {
		file->max = m->streams[stream].max;
		file->keep = m->streams[stream].keep;
		sink = file;
	}
	/* What cannot be read here is left in the pipe, for the next one. */
	if (source_begin(source, fd, sink) < 0)
		return;
	/* Without memory it looks as it did, or is bare. */
	(void)source_look(source, name, m->streams[stream].stamped);
}

/* Nobody tells of those any more that are not known by now. */
static void
forget_unknown(struct logger *l)
{
	const struct log_memory *memory = &l->wire->memory;

	for (uint32_t i = LOG_NO_CHILD + 1; i < memory->head->nused; i++)
		if (log_child(memory, i)->owner != 0 &&
		    source_of(l, i, LOG_STDOUT)->sink == NULL &&
		    source_of(l, i, LOG_STDERR)->sink == NULL)
			log_child(memory, i)->owner = 0;
	for (uint32_t i = LOG_SINK_ERR + 1; i < memory->head->nopened; i++) {
		struct log_sink *left = log_sink(memory, i);

		if (!left->used || l->sinks[i].memory != NULL)
			continue;
		(void)sink_open(&l->sinks[i], l, i, -1, left->path);
		(void)sink_flush(&l->sinks[i]);
		sink_close(&l->sinks[i]);
	}
}

static void
take_message(struct logger *l, const struct wire_message *m,
    const char *texts[static WIRE_NTEXTS], int fds[static LOG_NSTREAMS])
{
	int next = 0;

	switch (m->kind) {
	case WIRE_CHILD:
		widen(l, m->width);
		for (int i = 0; i < LOG_NSTREAMS; i++)
			if (m->streams[i].where != WIRE_NOWHERE) {
				take_stream(l, m, i, texts[0], texts[1 + i],
				    fds[next]);
				fds[next++] = -1;
			}
		break;
	case WIRE_ALL:
		forget_unknown(l);
		break;
	case WIRE_REOPEN:
		for (uint32_t i = 0; i < l->nsinks; i++)
			if (l->sinks[i].memory != NULL)
				sink_reopen(&l->sinks[i]);
		break;
	case WIRE_FAILED:
	case WIRE_LOST:
	case WIRE_SYNCED:
	case WIRE_NEWS:
		break;
	}
	for (int i = 0; i < LOG_NSTREAMS; i++)
		fd_close(&fds[i]);
}

static void
take_messages(struct loop_watch *watch, uint32_t events)
{
	struct logger *l = (struct logger *)(void *)((char *)watch -
	    offsetof(struct logger, channel));
	static _Alignas(struct wire_message) char bytes[WIRE_MESSAGE_SIZE];
	const char *texts[WIRE_NTEXTS];
	int fds[LOG_NSTREAMS], got;

	(void)events;
	while ((got = wire_receive(watch->fd, bytes, texts, fds)) == 1)
		take_message(l, (const void *)bytes, texts, fds);
	if (got == 0) {
		loop_del(&l->loop, watch);
		l->finishing = true;
	}
}

void
logger_order(struct logger *l, const char *text)
{
	unsigned long child = strtoul(text + 1, NULL, 10);

	if (*text == WIRE_SYNC) {
		(void)wire_report(l->wire, WIRE_SYNCED, "", 0, child);
		return;
	}
	if (child == LOG_NO_CHILD || child >= l->wire->memory.nchildren)
		return;
	/* It may have been told of in the meantime. */
	if (l->channel.fd != -1)
		take_messages(&l->channel, EPOLLIN);
	for (int i = 0; i < LOG_NSTREAMS; i++) {
		struct source *source = source_of(l, (uint32_t)child, i);
		struct sink *sink = source->sink;

		source_drain(source, *text == WIRE_END);
		if (sink != NULL && !sink->blocked)
			(void)sink_flush(sink);
	}
}

/* Whether both write to the same file, or the same end of something. */
static bool
same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	    x.st_ino == y.st_ino && x.st_rdev == y.st_rdev;
}

static int
open_sinks(struct logger *l)
{
	const struct log_memory *memory = &l->wire->memory;
	int error;

	/* Those of files, too, that the logger before has left. */
	l->nsinks = LOG_SINK_ERR + 1;
	for (uint32_t i = l->nsinks; i < memory->head->nopened; i++)
		if (log_sink(memory, i)->used)
			l->nsinks = i + 1;
	l->out[LOG_STDOUT] = &l->sinks[LOG_SINK_OUT];
	l->out[LOG_STDERR] = &l->sinks[LOG_SINK_ERR];
	error = sink_open(&l->sinks[LOG_SINK_OUT], l, LOG_SINK_OUT,
	    STDOUT_FILENO, "");
	if (error == 0 && same_file(STDOUT_FILENO, STDERR_FILENO))
		l->out[LOG_STDERR] = l->out[LOG_STDOUT];
	else if (error == 0)
		error = sink_open(&l->sinks[LOG_SINK_ERR], l, LOG_SINK_ERR,
		    STDERR_FILENO, "");
	return error;
}

static int
init(struct logger *l, const struct wire *wire)
{
	const struct log_memory *memory = &wire->memory;
	struct source *records;
	int error;

	*l = (struct logger){ .wire = wire };
	log_memory_recover(memory);
	TAILQ_INIT(&l->ready);
	l->sources = calloc((size_t)memory->nchildren * LOG_NSTREAMS,
	    sizeof(*l->sources));
	l->sinks = calloc(memory->nsinks, sizeof(*l->sinks));
	if (l->sources == NULL || l->sinks == NULL)
		return -ENOMEM;
	error = loop_init(&l->loop);
	if (error == 0)
		error = open_sinks(l);
	if (error < 0)
		return error;
	records = source_of(l, LOG_NO_CHILD, LOG_STDOUT);
	records->style.form = LINE_PLAIN;
	error = source_begin(records, wire->records[0], l->out[LOG_STDERR]);
	if (error == 0)
		error = loop_add(&l->loop, &l->channel, wire->channel[1],
		    EPOLLIN, take_messages);
	return error;
}

/* Writes what was gathered; false when something could not be. */
static bool
flush(struct logger *l)
{
	bool all = true, unreported = l->unreported;

	l->unreported = false;
	for (uint32_t i = 0; i < l->nsinks; i++) {
		struct sink *sink = &l->sinks[i];

		if (sink->memory == NULL)
			continue;
		if (!sink->blocked || sink->watch.fd == -1)
			(void)sink_flush(sink);
		all = all && !sink->blocked;
		if (unreported)
			logger_report(l, sink);
	}
	return all;
}

/* Each source that is ready has a turn. */
static void
turn(struct logger *l)
{
	uint64_t now = l->turn++;
	struct source *source;

	/* Those that get ready meanwhile have the next one. */
	while ((source = TAILQ_FIRST(&l->ready)) != NULL &&
	    source->turn <= now) {
		TAILQ_REMOVE(&l->ready, source, link);
		source->queued = false;
		source_turn(source);
	}
	(void)flush(l);
}

/* Nobody says anything more: what is in the pipes is all that there is. */
static void
finish(struct logger *l)
{
	int64_t deadline_ns = clock_now_ns() + FINISH_NS;

	for (uint32_t i = 0; i < l->nsources; i++)
		if (l->sources[i].sink != NULL)
			logger_queue(l, &l->sources[i]);
	for (;;) {
		turn(l);
		if (!TAILQ_EMPTY(&l->ready))
			continue;
		if (flush(l))
			break;
		/* A reader that takes something may take all. */
		if (loop_wait(&l->loop, deadline_ns) > 0)
			deadline_ns = clock_now_ns() + FINISH_NS;
		else if (clock_now_ns() >= deadline_ns)
			break;
	}
	for (uint32_t i = 0; i < l->nsinks; i++)
		if (l->sinks[i].memory != NULL)
			sink_abandon(&l->sinks[i]);
	for (uint32_t i = 0; i < l->nsources; i++)
		if (l->sources[i].sink != NULL)
			source_drain(&l->sources[i], true);
	(void)flush(l);
}

int
logger_run(const struct wire *wire)
{
	static struct logger logger;
	struct logger *l = &logger;

	if (init(l, wire) < 0)
		return 1;
	while (!l->finishing) {
		(void)loop_wait(&l->loop,
		    TAILQ_EMPTY(&l->ready) ? CLOCK_NEVER : 0);
		turn(l);
	}
	finish(l);
	return 0;
}
