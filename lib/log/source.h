/* SPDX-License-Identifier: ISC */
#ifndef LOG_SOURCE_H
#define LOG_SOURCE_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "log/line.h"
#include "log/sink.h"
#include "os/loop.h"

struct logger;

/*
 * A stream of a child, or the records: the pipe that it is read from.
 *
 * The loop tells once that there is something; the source is then ready until
 * a read has emptied the pipe, or waits until its sink has room. So a pipe that
 * nobody may read for now costs nothing.
 */
struct source {
	struct loop_watch watch;
	TAILQ_ENTRY(source) link; /* logger->ready or sink->waiting */
	struct logger *logger;
	struct sink *sink; /* borrowed; NULL: there is no such source */
	uint32_t number;   /* see log/memory.h */
	uint32_t order;    /* bytes of an order that was carried out */
	uint64_t turn;     /* of the logger, when it was queued */
	bool queued;       /* in one of the lists */
	bool ended;        /* nobody writes to it any more */
	char *name;        /* owned, as the prefix */
	char *prefix;
	struct line_style style;
};

/*
 * Begins to read the source from `fd`, which it owns from now on, for `sink`;
 * or if it is read already only gives it that sink. 0 or -errno.
 */
int source_begin(struct source *source, int fd, struct sink *sink);

/* Says how its lines look. False when memory was short. */
bool source_look(struct source *source, const char *name, bool stamped);

/* Reads some of it and gives out the lines. */
void source_turn(struct source *source);

/*
 * Reads all that is in the pipe by now, as far as the sink has room; with `end`
 * half a line is given out as one.
 */
void source_drain(struct source *source, bool end);

/* Closes it: nobody writes to it any more. */
void source_end(struct source *source);

#endif
