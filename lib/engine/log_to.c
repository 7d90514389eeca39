/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#include "conf/log.h"
#include "engine/engine.h"
#include "engine/log_to.h"
#include "os/fd.h"

static struct feeding *
feeding_of(struct worker *worker)
{
	if (worker->feeding == NULL)
		worker->feeding = calloc(1, sizeof(*worker->feeding));
	return worker->feeding;
}

static struct feed *
feed_new(int *error)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	*error = -ENOMEM;
	if (feed == NULL)
		return NULL;
	*error = fd_pipe(feed->ends, 0);
	/* Both may wait where descriptions of their own cannot be had. */
	if (*error == 0 && fcntl(feed->ends[0], F_SETFL, 0) == 0)
		return feed;
	fd_close(&feed->ends[0]);
	fd_close(&feed->ends[1]);
	free(feed);
	return NULL;
}

/* *use is `feed` from now on, or with NULL nothing. */
static void
use(struct feed **to, struct feed *feed)
{
	struct feed *before = *to;

	if (feed != NULL)
		feed->nusers++;
	*to = feed;
	if (before == NULL || --before->nusers > 0)
		return;
	fd_close(&before->ends[0]);
	fd_close(&before->ends[1]);
	free(before);
}

/* The worker, which has none, is who reads `feed`. */
static void
adopt(struct worker *worker, struct feed *feed)
{
	use(&worker->feeding->feed, feed);
	if (feed != NULL)
		feed->reader = worker;
}

/* The worker reads it no more. */
static void
abandon(struct worker *worker)
{
	struct feed *feed = worker->feeding->feed;

	if (feed != NULL && feed->reader == worker)
		feed->reader = NULL;
	use(&worker->feeding->feed, NULL);
}

/* Whether the next one in its reader's place may take it over. */
static bool
is_bereft(const struct feed *feed)
{
	return feed->reader == NULL || feed->reader->child.forgotten;
}

bool
log_to_declare(struct worker *worker, int stream, struct worker *target,
    const struct worker *before)
{
	struct feeding *from = feeding_of(worker), *to = feeding_of(target);
	struct feeder *feeder;

	if (from == NULL || to == NULL)
		return false;
	feeder = &from->streams[stream];
	feeder->to = target;
	LIST_INSERT_HEAD(&to->feeders, feeder, next);
	if (to->feed == NULL && before != NULL && before->feeding != NULL)
		adopt(target, before->feeding->feed);
	if (to->feed == NULL && feeder->given != NULL &&
	    is_bereft(feeder->given))
		adopt(target, feeder->given);
	return true;
}

bool
log_to_share(struct worker *second, struct worker *first)
{
	const struct feeding *from = first->feeding;
	struct feeding *to;

	if (from == NULL)
		return true;
	to = feeding_of(second);
	if (to == NULL)
		return false;
	use(&to->feed, from->feed);
	for (int i = 0; i < LOG_NSTREAMS; i++)
		if (from->streams[i].to != NULL &&
		    !log_to_declare(second, i, from->streams[i].to, NULL))
			return false;
	return true;
}

void
log_to_pass(struct worker *second, struct worker *first)
{
	struct feed *feed =
	    second->feeding != NULL ? second->feeding->feed : NULL;

	if (feed != NULL && feed->reader == first)
		feed->reader = second;
}

static void
undeclare(struct feeder *feeder)
{
	if (feeder->to != NULL)
		LIST_REMOVE(feeder, next);
	feeder->to = NULL;
}

void
log_to_undeclare(struct worker *worker)
{
	for (int i = 0; i < LOG_NSTREAMS && worker->feeding != NULL; i++)
		undeclare(&worker->feeding->streams[i]);
}

bool
log_to_is_known(const struct worker *worker, int stream)
{
	const struct worker *to = worker->feeding != NULL ?
	    worker->feeding->streams[stream].to :
	    NULL;

	return to != NULL && !to->child.forgotten;
}

/* What `worker` reads; NULL: -errno. */
static struct feed *
feed_of(struct worker *worker, int *error)
{
	struct feeding *feeding = feeding_of(worker);
	struct feed *made;

	if (feeding == NULL)
		*error = -ENOMEM;
	else if (feeding->feed == NULL && (made = feed_new(error)) != NULL)
		adopt(worker, made);
	return feeding != NULL ? feeding->feed : NULL;
}

/*
 * Each run gets a description of its own: what it does to that, as to make it
 * non-blocking, is not felt by others, nor by the next one.
 */
static int
open_end(const struct feed *feed, int end)
{
	int fd = fd_reopen(feed->ends[end], end == 0 ? O_RDONLY : O_WRONLY);

	if (fd < 0)
		fd = fcntl(feed->ends[end], F_DUPFD_CLOEXEC, FD_FIRST);
	return fd == -1 ? -errno : fd;
}

int
log_to_input(struct worker *worker)
{
	const struct attributes *a = worker->spec->spec->worker.attributes;
	bool by_file = worker->spec->fed ||
	    (attributes_have(a, ATTRIBUTE_STDIN) && a->input == INPUT_PIPE);
	struct feeding *feeding = worker->feeding;
	struct feed *feed;
	int error = 0;

	if (feeding == NULL && !by_file)
		return -ENOENT;
	/*
	 * A pipe that it has had it keeps, for what is in it, and because its
	 * program takes the end of input for the end of all.
	 */
	if (log_input_is_own(&worker->spec->spec->worker) ||
	    (!by_file && LIST_EMPTY(&feeding->feeders) &&
		feeding->feed == NULL)) {
		if (feeding != NULL) {
			abandon(worker);
			feeding->reads = false;
		}
		return -ENOENT;
	}
	feed = feed_of(worker, &error);
	if (feed == NULL)
		return error;
	worker->feeding->reads = true;
	return open_end(feed, 0);
}

int
log_to_output(struct engine *e, struct worker *worker, int stream)
{
	struct feeder *feeder = &worker->feeding->streams[stream];
	struct worker *to = feeder->to;
	bool fresh = to->feeding->feed == NULL;
	char path[NODE_PATH_SIZE];
	struct feed *feed;
	int error = 0;

	feed = feed_of(to, &error);
	if (feed == NULL)
		return error;
	if (fresh && to->pidfd != -1 && !to->feeding->reads)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "%s reads what is logged to it from its next start on",
		    node_path(&to->child, path));
	use(&feeder->given, feed);
	return open_end(feed, 1);
}

void
log_to_let_go(struct worker *worker, int stream)
{
	if (worker->feeding != NULL)
		use(&worker->feeding->streams[stream].given, NULL);
}

bool
log_to_close(struct engine *e, struct worker *worker)
{
	struct pollfd fd = { .fd = -1 };
	struct feed *feed;

	if (worker->feeding == NULL || !worker->feeding->reads)
		return false;
	feed = worker->feeding->feed;
	outlets_clear(e);
	fd_close(&feed->ends[1]);
	fd.fd = feed->ends[0];
	/* Somebody else may have the other end still. */
	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLHUP) != 0;
}

void
log_to_free(struct worker *worker)
{
	struct feeding *feeding = worker->feeding;
	struct feeder *feeder;

	if (feeding == NULL)
		return;
	log_to_undeclare(worker);
	while ((feeder = LIST_FIRST(&feeding->feeders)) != NULL)
		undeclare(feeder);
	abandon(worker);
	for (int i = 0; i < LOG_NSTREAMS; i++)
		use(&feeding->streams[i].given, NULL);
	free(feeding);
	worker->feeding = NULL;
}
