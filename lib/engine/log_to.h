/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_LOG_TO_H
#define ENGINE_LOG_TO_H

#include <sys/queue.h>

#include <stdbool.h>

#include "log/memory.h"

struct child;
struct engine;
struct worker;

/*
 * What children write that other children read (`log to`): a pipe from one or
 * several workers to one, which it reads from as its standard input. It is made
 * when the first of them starts and both ends are kept open here: so whoever
 * restarts, or is down, what was written waits in it.
 *
 * A pipe outlives its reader as long as some run may write to it: who comes in
 * the place of that reader, by a reload or an `add`, takes it over.
 */
struct feed {
	const struct worker *reader; /* NULL: it is gone */
	unsigned nusers;             /* workers that have it below */
	int ends[2]; /* owned; the last of them -1: closed for the end */
};

/* One stream of a worker. */
struct feeder {
	LIST_ENTRY(feeder) next; /* of to->feeding->feeders */
	struct worker *to;       /* whom it is to log to; NULL: nobody */
	struct feed *given;      /* what its last run may write to; or NULL */
};

LIST_HEAD(feeders, feeder);

/* A worker that logs to others, or is logged to. */
struct feeding {
	struct feed *feed; /* that it reads; NULL: it was never needed */
	struct feeders feeders;
	struct feeder streams[LOG_NSTREAMS];
	bool reads; /* its last run has the pipe */
};

/*
 * What `stream` of `worker` writes goes to `target`. `before`, or NULL, has the
 * place that it is to take. False: no memory.
 */
bool log_to_declare(struct worker *worker, int stream, struct worker *target,
    const struct worker *before);

/*
 * `second`, which is to take the place of `first`, logs to whom that does, and
 * reads what that reads. From log_to_pass() on that is its own alone.
 */
bool log_to_share(struct worker *second, struct worker *first);
void log_to_pass(struct worker *second, struct worker *first);

/* Undoes that for both streams, to be declared anew. */
void log_to_undeclare(struct worker *worker);

/* Whether it is known whom the stream goes to. */
bool log_to_is_known(const struct worker *worker, int stream);

/*
 * A descriptor, the caller's, that the next run of `worker` is to read from, or
 * write that stream to. -ENOENT: there is none; or -errno.
 */
int log_to_input(struct worker *worker);
int log_to_output(struct engine *e, struct worker *worker, int stream);

/* The stream of the next run goes elsewhere. */
void log_to_let_go(struct worker *worker, int stream);

/*
 * For a stop of everything: closes what `worker` reads. Whether that is now at
 * its end, so that `worker` ends by itself when it has read all.
 */
bool log_to_close(struct engine *e, struct worker *worker);

/* The worker is to be freed. */
void log_to_free(struct worker *worker);

#endif
