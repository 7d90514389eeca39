/* SPDX-License-Identifier: ISC */
#ifndef LOG_SINK_H
#define LOG_SINK_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "log/memory.h"
#include "os/loop.h"
#include "os/writer.h"

struct logger;
struct source;

TAILQ_HEAD(sources, source);

/*
 * Where lines go to: our standard output, our standard error, which may be the
 * same, or a file. Lines are gathered in the shared memory and written many at
 * once, but to a pipe, which others may write to as well, at most PIPE_BUF
 * bytes of whole lines, so that no line is torn; a longer line by itself.
 *
 * A sink that takes no more is blocked: nothing is read for it until it does.
 * One that cannot be written, be it a full disk, loses lines, and nothing else
 * does: the engine is told once, and when it works again, how many. If it never
 * does the guardian finds that in the memory.
 */
struct sink {
	struct logger *logger;
	struct log_sink *memory;
	uint32_t idx;
	struct loop_watch watch; /* for room, while it is blocked */
	struct writer writer;    /* fd -1: a file that is not open */
	const int *stage;        /* the pipe before it, if it is one; or NULL */
	struct sources waiting;  /* for room */
	bool blocked;
	bool appends;  /* what is written goes to the end of the file */
	bool regular;  /* whose size tells what was written */
	bool failed;   /* what was tried last */
	bool told;     /* of the failure at hand */
	bool hopeless; /* it was waited for in vain, at the end */
	bool repairs;  /* its first byte ends what was written by half */
	int error;
	uint32_t nusers; /* sources */
	int64_t size;    /* of a file of ours */
	int64_t max;     /* for rotation; 0: none */
	uint32_t keep;
};

/*
 * Prepares the sink `idx` of the memory to write to `fd`, or with -1 to the
 * file `path`, and finishes what a logger that was killed was writing to it.
 * 0, or -errno when there is no way to write to `fd`.
 */
int sink_open(struct sink *sink, struct logger *l, uint32_t idx, int fd,
    const char *path);

/* Closes it; what it has is lost. */
void sink_close(struct sink *sink);

/*
 * Where `bound` bytes can be put, after which the caller commits a change of
 * the memory; or NULL when it is blocked.
 */
char *sink_room(struct sink *sink, size_t bound);

/* Whether nothing is left in it. */
bool sink_is_empty(const struct sink *sink);

/* Writes what it has, as far as it takes it. False when it is blocked. */
bool sink_flush(struct sink *sink);

/* At the end: what it has, and what still comes for it, is lost, if blocked. */
void sink_abandon(struct sink *sink);

/* Opens a file anew, under the same name. */
void sink_reopen(struct sink *sink);

#endif
