/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/ready.h"

/* The slot in which the pipe is laid. */
#define READY_SLOT FD_SLOT

/* How often a pipe is read in a row; 64 KiB are in it at most. */
#define READY_READS 128

static bool
has_pipe(const struct worker *worker)
{
	return worker->child.policy->worker.ready == READY_FD;
}

void
ready_over(struct engine *e, struct worker *worker)
{
	struct readiness *ready = worker->ready;
	int fd;

	if (ready == NULL || ready->watch.fd == -1)
		return;
	fd = ready->watch.fd;
	loop_del(&e->loop, &ready->watch);
	fd_close(&fd);
}

bool
ready_heard(struct engine *e, struct worker *worker)
{
	struct readiness *ready = worker->ready;
	bool heard = false;
	char bytes[512];
	int reads = 0;
	ssize_t n;

	if (ready == NULL || ready->watch.fd == -1)
		return false;
	/* Not to the end: who floods it must not keep the engine here. */
	do {
		n = read(ready->watch.fd, bytes, sizeof(bytes));
		heard = n > 0 && memchr(bytes, '\n', (size_t)n) != NULL;
	} while (!heard && (n > 0 || (n == -1 && errno == EINTR)) &&
	    ++reads < READY_READS);

	/* Without a newline it is not ready: more may come, unless it ended. */
	if (heard || n == 0)
		ready_over(e, worker);
	return heard;
}

static void
readable(struct loop_watch *watch, uint32_t events)
{
	struct readiness *ready = (struct readiness *)(void *)watch;
	struct worker *worker = ready->worker;
	struct engine *e = engine_of(&worker->child);

	(void)events;
	if (ready_heard(e, worker))
		engine_feed(e,
		    &(struct event){
			.kind = EVENT_READY, .child = &worker->child });
}

int
ready_begin(struct engine *e, const struct worker *worker, struct spawn_fd *fd)
{
	int ends[2], error;

	if (!has_pipe(worker))
		return 0;
	error = fd_pipe(ends, 0);
	if (error < 0)
		return error;
	error = spawner_lay(&e->spawner, READY_SLOT, ends[1]);
	fd_close(&ends[1]);
	if (error == 0)
		error = loop_add(&e->loop, &worker->ready->watch, ends[0],
		    EPOLLIN, readable);
	if (error < 0) {
		ready_passed(e, worker);
		fd_close(&ends[0]);
		return error;
	}
	*fd = (struct spawn_fd){
		.from = READY_SLOT,
		.to = worker->spec->spec->worker.ready_fd,
	};
	return 1;
}

void
ready_passed(struct engine *e, const struct worker *worker)
{
	if (has_pipe(worker))
		(void)spawner_lay(&e->spawner, READY_SLOT, -1);
}
