/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "log/logger.h"
#include "log/source.h"
#include "os/fd.h"

/* What came of giving out lines. */
enum given {
	GIVEN_ALL,     /* half a line may be left */
	GIVEN_BLOCKED, /* there was no room for the next one */
	GIVEN_ORDER,   /* the next one is an order */
};

static struct log_intake *
intake_of(const struct source *source)
{
	return &source->logger->wire->memory.head->intake;
}

static struct log_child *
child_of(const struct source *source)
{
	return log_child(&source->logger->wire->memory,
	    source->number / LOG_NSTREAMS);
}

static struct log_rest *
rest_of(const struct source *source)
{
	return &child_of(source)->rests[source->number % LOG_NSTREAMS];
}

static struct log_bounds *
bounds_of(const struct source *source)
{
	return &child_of(source)->bounds[source->number % LOG_NSTREAMS];
}

/*
 * Up to where the intake, from `done` on, is of one run; that may be beyond its
 * end. A run that ended right there has nothing more to say.
 */
static size_t
run_end(const struct source *source, uint32_t done)
{
	const struct log_intake *intake = intake_of(source);
	uint64_t bound =
	    log_bounds_after(bounds_of(source), intake->base + done);

	return bound == UINT64_MAX ? SIZE_MAX : (size_t)(bound - intake->base);
}

static void
readable(struct loop_watch *watch, uint32_t events)
{
	struct source *source = (struct source *)(void *)watch;

	(void)events;
	logger_queue(source->logger, source);
}

int
source_begin(struct source *source, int fd, struct sink *sink)
{
	struct sink *before = source->sink;
	struct logger *l = source->logger;
	int error;

	if (before != NULL) {
		fd_close(&fd);
		/* It may wait there; those that still must wait again. */
		logger_go_on(l, before);
	} else {
		/* Once for all that comes: it is read until it is empty. */
		error = loop_add(&l->loop, &source->watch, fd,
		    EPOLLIN | EPOLLET, readable);
		if (error < 0) {
			fd_close(&fd);
			return error;
		}
	}
	source->sink = sink;
	sink->nusers++;
	if (before != NULL)
		logger_unuse(before);
	logger_queue(l, source);
	return 0;
}

bool
source_look(struct source *source, const char *name, bool stamped)
{
	struct logger *l = source->logger;
	uint32_t stream = source->number % LOG_NSTREAMS;
	bool own = source->sink->memory->path[0] == '\0';
	bool coloured =
	    own && l->wire->colours && isatty(source->sink->writer.fd);
	size_t size = line_prefix_size(strlen(name), l->width);
	char *kept = strdup(name), *prefix = malloc(size);

	if (kept == NULL || prefix == NULL) {
		free(kept);
		free(prefix);
		return false;
	}
	free(source->name);
	free(source->prefix);
	source->name = kept;
	source->prefix = prefix;
	source->style = (struct line_style){
		.form = LINE_PLAIN,
		.stamped = stamped,
		.name = kept,
		.stream = log_stream_text[stream],
	};
	if (!own)
		return true;
	source->style.form =
	    l->wire->look == WIRE_LOOK_JSON ? LINE_JSON : LINE_PREFIX;
	source->style.stamped = l->wire->look == WIRE_LOOK_STAMPED;
	line_prefix(&source->style, prefix, kept, l->width, coloured);
	return true;
}

static void
intake_begin(const struct source *source)
{
	struct log_intake *intake = intake_of(source);
	struct log_rest *rest = rest_of(source);

	assert(intake->source == LOG_NOTHING);
	memcpy(intake->input,
	    child_of(source)->input[source->number % LOG_NSTREAMS], rest->len);
	intake->have = rest->len;
	intake->base = bounds_of(source)->taken - rest->len;
	intake->done = source->order;
	intake->amid = rest->amid;
	intake->reading = false;
	intake->source = source->number;
}

/* Puts back what is left. */
static void
intake_end(struct source *source)
{
	struct log_intake *intake = intake_of(source);
	struct log_rest *rest = rest_of(source);
	uint32_t left = intake->have - intake->done;

	memcpy(child_of(source)->input[source->number % LOG_NSTREAMS],
	    intake->input + intake->done, left);
	rest->len = left;
	rest->amid = intake->amid;
	intake->source = LOG_NOTHING;
	memset(intake->input, LOG_FILL, intake->have);
	source->order = 0;
}

/* Reads what is there: how much, 0 at the end, or -errno. *room is what fits */
static ssize_t
intake_read(struct source *source, size_t *room)
{
	struct log_intake *intake = intake_of(source);
	ssize_t n;

	*room = LOG_INPUT_SIZE - intake->have;
	if (*room == 0)
		return -EAGAIN;
	intake->reading = true;
	do
		n = read(source->watch.fd, intake->input + intake->have, *room);
	while (n == -1 && errno == EINTR);
	n = n == -1 ? -errno : n;
	if (n > 0) {
		intake->have += (uint32_t)n;
		bounds_of(source)->taken = intake->base + intake->have;
	}
	intake->reading = false;
	return n;
}

/* Lines up to `done` are in the sink up to `end`: both, or neither. */
static void
commit(const struct source *source, uint32_t done, bool amid, uint32_t end)
{
	struct log_intake *intake = intake_of(source);
	struct log_change *change = &source->logger->wire->memory.head->change;
	struct log_sink *sink = source->sink->memory;
	struct log_span span = log_span_get(sink);

	span.end = end;
	change->done = done;
	change->amid = amid;
	change->sink = source->sink->idx;
	change->span = log_span_pack(span);
	change->active = true;
	intake->done = done;
	intake->amid = amid;
	sink->span = change->span;
	change->active = false;
}

/*
 * Finds the next line, or part of a line that is too long; *eaten is what it
 * takes of the input. False when it is not whole yet; with `end` it is.
 */
static bool
next_line(const char *text, size_t len, bool end, struct line *line,
    size_t *eaten)
{
	size_t look = len <= LOG_LINE_MAX ? len : LOG_LINE_MAX + 1;
	const char *newline = memchr(text, '\n', look);

	line->text = text;
	line->more = false;
	if (newline != NULL) {
		line->len = (size_t)(newline - text);
		*eaten = line->len + 1;
		return true;
	}
	if (len > LOG_LINE_MAX) {
		line->len = line_part(text, LOG_LINE_MAX);
		line->more = true;
	} else if (end && (len > 0 || line->amid)) {
		line->len = len;
	} else {
		return false;
	}
	*eaten = line->len;
	return true;
}

/* The line, for those who look at what its child has said. */
static struct log_said
said_of(const struct source *source, const struct line *line)
{
	return (struct log_said){
		.stream = (enum log_stream)(source->number % LOG_NSTREAMS),
		.at_ns = source->logger->now_ns,
		.number = line->number,
		.text = line->text,
		.len = line->len,
		.cut = line->more,
	};
}

/*
 * Counts and keeps a line, and tells it to those who follow. Who begins to do
 * so says that first and then looks at what is kept: here it is the other way
 * round, so that one of the two has the line.
 */
static void
count_line(const struct source *source, struct line *line)
{
	struct log_child *child = child_of(source);
	struct log_said said;

	if (line->amid || source->number == LOG_RECORDS)
		return;
	line->number = ++child->nlines;
	said = said_of(source, line);
	log_child_keep(child, &said);
	if (!child->followed)
		return;
	log_news_put(&source->logger->wire->memory,
	    source->number / LOG_NSTREAMS, &said);
	source->logger->news = true;
}

/* A record passes as it is; what begins with a NUL is an order. */
static bool
is_order(const struct source *source, const struct line *line)
{
	return source->number == LOG_RECORDS && line->len > 0 &&
	    line->text[0] == '\0';
}

/* Lines on their way from the intake to the sink. */
struct giving {
	struct line line;
	uint32_t done; /* of the intake */
	char *base;    /* of the sink's output; NULL: nothing is there */
	char *to;
	size_t room;
};

/* Finds room for `bound` bytes in the sink; false: it is blocked. */
static bool
make_room(const struct source *source, struct giving *g, size_t bound)
{
	if (g->room >= bound)
		return true;
	if (g->base != NULL)
		commit(source, g->done, g->line.amid,
		    (uint32_t)(g->to - g->base));
	g->base = NULL;
	g->to = sink_room(source->sink, bound);
	if (g->to == NULL)
		return false;
	g->base = source->sink->memory->output;
	g->room = LOG_OUTPUT_SIZE - (size_t)(g->to - g->base);
	return true;
}

/* Puts lines of the intake, from g->done up to `until`, into the sink. */
static enum given
give_some(const struct source *source, struct giving *g, size_t until, bool end)
{
	const struct log_intake *intake = intake_of(source);
	const char *stamp = source->logger->stamp;
	struct line *line = &g->line;
	size_t eaten, n;

	while (next_line(intake->input + g->done, until - g->done, end, line,
	    &eaten)) {
		if (is_order(source, line))
			return GIVEN_ORDER;
		if (!make_room(source, g,
			line_bound(&source->style, line->len)))
			return GIVEN_BLOCKED;
		n = line_write(&source->style, stamp, line, g->to);
		g->to += n;
		g->room -= n;
		count_line(source, line);
		g->done += (uint32_t)eaten;
		line->amid = line->more;
	}
	return GIVEN_ALL;
}

/* Puts the lines of the intake into the sink. */
static enum given
give(struct source *source, bool end)
{
	const struct log_intake *intake = intake_of(source);
	struct giving g = {
		.line.amid = intake->amid,
		.done = intake->done,
	};
	enum given given;
	size_t limit;

	(void)logger_stamp(source->logger);
	do {
		limit = run_end(source, g.done);
		given = give_some(source, &g,
		    limit <= intake->have ? limit : intake->have,
		    end || limit <= intake->have);
	} while (given == GIVEN_ALL && limit <= intake->have);
	if (g.base != NULL)
		commit(source, g.done, g.line.amid, (uint32_t)(g.to - g.base));
	if (source->logger->news)
		logger_rouse(source->logger);
	return given;
}

/* Its lines wait until the sink has room. */
static void
wait_for_room(struct source *source)
{
	source->queued = true;
	TAILQ_INSERT_TAIL(&source->sink->waiting, source, link);
}

/* The order is carried out when nothing is at work, and eaten after it. */
static void
obey(struct source *source)
{
	const char *text =
	    child_of(source)->input[source->number % LOG_NSTREAMS];
	const struct log_rest *rest = rest_of(source);
	const char *newline = memchr(text, '\n', rest->len);

	/* Half of one: who wrote it was killed. */
	if (newline == NULL) {
		source->order = rest->len;
		return;
	}
	logger_order(source->logger, text + 1);
	source->order = (uint32_t)(newline - text) + 1;
}

/* One piece of it: how many bytes were read; *more says that there are more. */
static size_t
take(struct source *source, bool end, bool *more)
{
	enum given given;
	size_t room = 0;
	ssize_t n = 0;

	*more = false;
	intake_begin(source);
	given = give(source, false);
	if (given == GIVEN_ALL) {
		n = intake_read(source, &room);
		source->ended = n == 0;
		given = give(source, end || source->ended);
		*more = (size_t)n == room || room == 0;
	}
	intake_end(source);
	if (given == GIVEN_BLOCKED) {
		*more = false;
		wait_for_room(source);
	} else if (given == GIVEN_ORDER) {
		obey(source);
		*more = true;
	} else if (source->ended) {
		source_end(source);
	}
	return n > 0 ? (size_t)n : 0;
}

void
source_turn(struct source *source)
{
	bool more;

	if (source->sink->blocked) {
		wait_for_room(source);
		return;
	}
	(void)take(source, false, &more);
	if (more)
		logger_queue(source->logger, source);
}

void
source_drain(struct source *source, bool end)
{
	bool more = true, queued = source->queued;
	int n = 0;

	if (source->sink == NULL || source->sink->blocked)
		return;
	/* What is there now: who goes on writing must not keep us here. */
	(void)ioctl(source->watch.fd, FIONREAD, &n);
	if (n == 0 && rest_of(source)->len == 0 && !rest_of(source)->amid)
		return;
	if (queued) {
		/* It is not blocked: so it is in that list. */
		TAILQ_REMOVE(&source->logger->ready, source, link);
		source->queued = false;
	}
	/* A rest may be all that there is of a run that has ended. */
	do {
		n -= (int)take(source, false, &more);
	} while (more && n > 0);
	if (end && source->sink != NULL && !source->queued)
		(void)take(source, true, &more);
	if ((queued || more) && source->sink != NULL)
		logger_queue(source->logger, source);
}

void
source_end(struct source *source)
{
	int fd = source->watch.fd;

	loop_del(&source->logger->loop, &source->watch);
	fd_close(&fd);
	rest_of(source)->len = 0;
	rest_of(source)->amid = false;
	logger_release(source->logger, source);
	free(source->name);
	free(source->prefix);
	source->name = NULL;
	source->prefix = NULL;
	source->sink = NULL;
	source->ended = false;
}
