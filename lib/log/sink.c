/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "log/file.h"
#include "log/logger.h"
#include "log/sink.h"
#include "os/fd.h"

static void
set_span(struct sink *sink, uint32_t begin, uint32_t end)
{
	struct log_span span = { begin, end };

	if (begin == end)
		span = (struct log_span){ 0, 0 };
	sink->memory->span = log_span_pack(span);
}

/* Where the next byte of a regular file goes to. */
static int64_t
position(const struct sink *sink)
{
	struct stat st;

	if (sink->appends)
		return fstat(sink->writer.fd, &st) == 0 ? st.st_size : 0;
	return lseek(sink->writer.fd, 0, SEEK_CUR);
}

/* How many bytes are in the pipe before it. */
static int
staged(const struct sink *sink)
{
	int n = 0;

	return ioctl(sink->stage[0], FIONREAD, &n) == -1 ? 0 : n;
}

/* What came of a write whose result nobody has seen. */
static void
recover(struct sink *sink)
{
	struct log_write *write = &sink->memory->write;
	int64_t n = 0;

	if (!write->active)
		return;
	if (sink->stage != NULL)
		n = staged(sink);
	else if (sink->regular)
		n = position(sink) - write->size;
	if (n > write->len)
		n = write->len;
	if (n > 0)
		set_span(sink, write->begin + (uint32_t)n, write->end);
	write->active = false;
}

/* Finds out what kind of file it is. */
static void
look_at(struct sink *sink)
{
	struct stat st;

	sink->regular = fstat(sink->writer.fd, &st) == 0 && S_ISREG(st.st_mode);
	sink->appends = (fcntl(sink->writer.fd, F_GETFL) & O_APPEND) != 0;
}

static void
open_file(struct sink *sink)
{
	sink->writer.way = WRITER_NONBLOCK;
	sink->writer.fd = file_open(sink->memory->path, &sink->size);
	if (sink->writer.fd < 0) {
		sink->error = sink->writer.fd;
		sink->writer.fd = -1;
		return;
	}
	look_at(sink);
}

int
sink_open(struct sink *sink, struct logger *l, uint32_t idx, int fd,
    const char *path)
{
	int error;

	*sink = (struct sink){
		.logger = l,
		.memory = log_sink(&l->wire->memory, idx),
		.idx = idx,
		.watch.fd = -1,
		.writer.fd = -1,
	};
	TAILQ_INIT(&sink->waiting);
	if (fd == -1) {
		if (strcmp(sink->memory->path, path) != 0)
			sink->memory->span = sink->memory->lost = 0;
		strlcpy(sink->memory->path, path, PATH_MAX);
		open_file(sink);
	} else {
		error = writer_open(&sink->writer, fd);
		if (error < 0)
			return error;
		if (l->wire->stages[idx][0] != -1)
			sink->stage = l->wire->stages[idx];
		look_at(sink);
	}
	sink->memory->used = true;
	if (idx >= l->wire->memory.head->nopened)
		l->wire->memory.head->nopened = idx + 1;
	/* What the logger before has lost is told when it can be written. */
	sink->failed = sink->memory->lost > 0;
	recover(sink);
	return 0;
}

void
sink_close(struct sink *sink)
{
	loop_del(&sink->logger->loop, &sink->watch);
	fd_close(&sink->writer.fd);
	sink->memory->used = false;
	sink->memory->span = 0;
	sink->memory = NULL;
}

bool
sink_is_empty(const struct sink *sink)
{
	return sink->memory->span == 0 &&
	    (sink->stage == NULL || staged(sink) == 0);
}

/* As many whole lines as `max` bytes hold; a longer one by itself. */
static size_t
whole_lines(const char *bytes, size_t len, size_t max)
{
	const char *end;

	if (len <= max)
		return len;
	end = memrchr(bytes, '\n', max);
	if (end == NULL)
		end = memchr(bytes + max, '\n', len - max);
	return end == NULL ? len : (size_t)(end - bytes) + 1;
}

/* Moves what is in the pipe before it on. 0, -EAGAIN or -errno. */
static int
move_on(const struct sink *sink)
{
	ssize_t n;

	do
		n = splice(sink->stage[0], NULL, sink->writer.fd, NULL,
		    LOG_OUTPUT_SIZE, SPLICE_F_NONBLOCK);
	while (n > 0 || (n == -1 && errno == EINTR));
	/* Nothing to move is the same error as no room. */
	if (n == -1 && (errno != EAGAIN || staged(sink) > 0))
		return -errno;
	return 0;
}

/* Writes some of the output: how many bytes, or -errno. */
static ssize_t
write_some(struct sink *sink, struct log_span span)
{
	const char *bytes = sink->memory->output + span.begin;
	struct log_write *pending = &sink->memory->write;
	size_t len = span.end - span.begin;
	ssize_t n;

	if (sink->stage != NULL)
		len = whole_lines(bytes, len, PIPE_BUF);
	else if (sink->max > 0)
		len = whole_lines(bytes, len,
		    sink->size < sink->max ? (size_t)(sink->max - sink->size) :
					     1);
	pending->begin = span.begin;
	pending->end = span.end;
	pending->len = (uint32_t)len;
	pending->size = sink->regular ? position(sink) : 0;
	pending->active = true;
	if (sink->stage != NULL) {
		n = write(sink->stage[1], bytes, len);
		n = n == -1 ? -errno : n;
	} else {
		n = writer_write(&sink->writer, bytes, len);
	}
	if (n > 0)
		set_span(sink, span.begin + (uint32_t)n, span.end);
	pending->active = false;
	return n;
}

/* Whether the file has to make place for another one before these bytes. */
static bool
is_full(const struct sink *sink, struct log_span span)
{
	const char *bytes = sink->memory->output + span.begin;
	size_t len = span.end - span.begin;
	size_t room;

	if (sink->max == 0 || sink->size == 0 || !sink->regular)
		return false;
	if (sink->size >= sink->max)
		return true;
	room = (size_t)(sink->max - sink->size);
	return whole_lines(bytes, len, room) > room;
}

static void
rotate(struct sink *sink)
{
	int fd = file_rotate(sink->memory->path, sink->writer.fd, sink->keep);

	/* Rather a file that is too long than lines that are lost. */
	if (fd < 0)
		return;
	fd_close(&sink->writer.fd);
	sink->writer.fd = fd;
	sink->size = 0;
}

static uint64_t
count_lines(const char *bytes, size_t len)
{
	const char *end = bytes + len, *at;
	uint64_t n = 0;

	for (; (at = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL;
	     bytes = at + 1)
		n++;
	return n;
}

/* Gives up what it has, since it cannot be written for `error`. */
static void
drop(struct sink *sink, int error)
{
	struct log_span span = log_span_get(sink->memory);
	char bytes[PIPE_BUF];
	bool torn =
	    span.begin > 0 && sink->memory->output[span.begin - 1] != '\n';
	ssize_t n;

	sink->memory->lost += count_lines(sink->memory->output + span.begin,
	    span.end - span.begin);
	/* The newline before the lines is none of them, until it is written. */
	if (sink->repairs && span.begin == 0)
		sink->memory->lost--;
	while (sink->stage != NULL &&
	    (n = read(sink->stage[0], bytes, sizeof(bytes))) > 0)
		sink->memory->lost += count_lines(bytes, (size_t)n);
	if (!sink->failed || sink->error != error)
		sink->told = false;
	sink->failed = true;
	sink->error = error;
	/* After half a line the next one starts on its own. */
	sink->memory->output[0] = '\n';
	sink->repairs = torn || sink->repairs;
	set_span(sink, 0, sink->repairs ? 1 : 0);
	logger_report(sink->logger, sink);
}

static int
write_all(struct sink *sink)
{
	struct log_span span;
	ssize_t n = 0;
	int error;

	for (;;) {
		error = sink->stage != NULL ? move_on(sink) : 0;
		span = log_span_get(sink->memory);
		if (error < 0)
			return error;
		if (span.begin == span.end) {
			sink->repairs = false;
			return 0;
		}
		if (is_full(sink, span))
			rotate(sink);
		n = write_some(sink, span);
		if (n < 0)
			return (int)n;
		sink->size += n;
	}
}

/* It takes more, or what it had is dropped. */
static void
unblock(struct sink *sink)
{
	loop_del(&sink->logger->loop, &sink->watch);
	if (sink->blocked)
		logger_go_on(sink->logger, sink);
	sink->blocked = false;
}

/* There may be room again. */
static void
writable(struct loop_watch *watch, uint32_t events)
{
	struct sink *sink = (struct sink *)(void *)((char *)watch -
	    offsetof(struct sink, watch));

	(void)events;
	(void)sink_flush(sink);
}

static void
block(struct sink *sink)
{
	sink->blocked = true;
	/* Where it cannot be watched each turn tries again. */
	if (sink->watch.fd == -1)
		(void)loop_add(&sink->logger->loop, &sink->watch,
		    sink->writer.fd, EPOLLOUT, writable);
}

bool
sink_flush(struct sink *sink)
{
	bool is_file = sink->memory->path[0] != '\0';
	int error;

	if (sink_is_empty(sink)) {
		unblock(sink);
		return true;
	}
	if (is_file && sink->writer.fd == -1)
		open_file(sink);
	if (sink->hopeless)
		error = -ETIMEDOUT;
	else
		error = sink->writer.fd == -1 ? sink->error : write_all(sink);
	if (error == -EAGAIN) {
		block(sink);
		return false;
	}
	unblock(sink);
	if (error < 0) {
		drop(sink, error);
	} else if (sink->failed) {
		sink->failed = false;
		logger_report(sink->logger, sink);
	}
	return true;
}

char *
sink_room(struct sink *sink, size_t bound)
{
	struct log_span span = log_span_get(sink->memory);

	assert(bound <= LOG_OUTPUT_SIZE);
	if (LOG_OUTPUT_SIZE - span.end < bound) {
		if (sink->blocked || !sink_flush(sink))
			return NULL;
		span = log_span_get(sink->memory);
	}
	return sink->memory->output + span.end;
}

void
sink_abandon(struct sink *sink)
{
	sink->hopeless = sink->blocked;
	(void)sink_flush(sink);
}

void
sink_reopen(struct sink *sink)
{
	if (sink->memory->path[0] == '\0')
		return;
	(void)sink_flush(sink);
	unblock(sink);
	fd_close(&sink->writer.fd);
	open_file(sink);
}
