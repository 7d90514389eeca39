/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/record.h"
#include "base/signal_name.h"
#include "engine/engine.h"
#include "engine/listen_fds.h"
#include "engine/mailbox.h"

/* The slot in which the pipe is laid. */
#define MAILBOX_SLOT (FD_SLOT + 1)

/*
 * What a run finds it at, if nothing else is there: one digit, which is all
 * that some shells take.
 */
#define MAILBOX_FD 3

int
mailbox_number(const struct worker *worker)
{
	const struct worker_spec *spec = &worker->spec->spec->worker;
	int number = MAILBOX_FD;

	if (!worker->child.policy->worker.trap_exits &&
	    spec->peers.monitors.n == 0)
		return 0;
	number += (int)listen_fds_count(worker);
	return spec->ready_fd == number ? number + 1 : number;
}

/* A record is at most what a pipe takes whole or not at all. */
static bool
put(const struct mailbox *box, const struct record *r)
{
	char line[RECORD_LINE_MAX];
	size_t len = record_logfmt(r, NULL, line);
	ssize_t n;

	do
		n = write(box->fd, line, len);
	while (n == -1 && errno == EINTR);
	/* What nobody can read any more is no loss. */
	return n != -1 || errno != EAGAIN;
}

static bool
put_lost(const struct mailbox *box)
{
	struct record r;

	record_begin(&r, RECORD_LOST);
	record_number(&r, "count", box->lost);
	return put(box, &r);
}

static void
has_room(struct loop_watch *watch, uint32_t events)
{
	struct mailbox *box = (struct mailbox *)(void *)watch;
	struct engine *e = engine_of(&box->worker->child);

	(void)events;
	if (!put_lost(box))
		return;
	box->lost = 0;
	loop_del(&e->loop, &box->watch);
}

void
mailbox_put(struct engine *e, struct worker *worker, const struct record *r)
{
	struct mailbox *box = worker->mailbox;

	if (box == NULL || box->fd == -1)
		return;
	/* What comes later does not overtake the word of what was lost. */
	if (box->lost == 0 && put(box, r))
		return;
	if (box->lost++ == 0 &&
	    loop_add(&e->loop, &box->watch, box->fd, EPOLLOUT, has_room) < 0)
		box->lost = 0;
}

struct mailbox *
mailbox_of(struct worker *worker)
{
	struct mailbox *box = worker->mailbox;

	if (box != NULL)
		return box;
	box = calloc(1, sizeof(*box));
	if (box == NULL)
		return NULL;
	box->watch.fd = -1;
	box->worker = worker;
	box->fd = -1;
	worker->mailbox = box;
	return box;
}

void
mailbox_free(struct worker *worker)
{
	struct monitor *monitor, *next;

	if (worker->mailbox == NULL)
		return;
	LIST_FOREACH_SAFE(monitor, &worker->mailbox->monitors, of_watcher, next)
		free(monitor);
	free(worker->mailbox);
	worker->mailbox = NULL;
}

int
mailbox_begin(struct engine *e, struct worker *worker, struct spawn_fd *fd)
{
	int number = mailbox_number(worker);
	struct mailbox *box;
	int ends[2], error;

	if (number == 0)
		return 0;
	box = mailbox_of(worker);
	if (box == NULL)
		return -ENOMEM;
	error = fd_pipe(ends, 1);
	if (error < 0)
		return error;
	error = spawner_lay(&e->spawner, MAILBOX_SLOT, ends[0]);
	fd_close(&ends[0]);
	if (error < 0) {
		fd_close(&ends[1]);
		return error;
	}
	box->fd = ends[1];
	*fd = (struct spawn_fd){ .from = MAILBOX_SLOT, .to = number };
	return 1;
}

void
mailbox_passed(struct engine *e, const struct worker *worker)
{
	if (mailbox_number(worker) != 0)
		(void)spawner_lay(&e->spawner, MAILBOX_SLOT, -1);
}

void
mailbox_over(struct engine *e, struct worker *worker)
{
	struct mailbox *box = worker->mailbox;

	if (box == NULL)
		return;
	if (box->lost > 0)
		loop_del(&e->loop, &box->watch);
	box->lost = 0;
	fd_close(&box->fd);
}

void
mailbox_exit(struct engine *e, struct worker *worker, const struct note *note)
{
	char path[NODE_PATH_SIZE], reason[REASON_TEXT_SIZE];
	struct child *from = note->sibling;
	struct record r;

	record_begin(&r, RECORD_EXIT);
	record_text(&r, "from", node_path(from, path));
	if (!child_is_sup(from) && note->reason.kind != REASON_NOPROC)
		record_number(&r, "pid", node_worker(from)->pid);
	record_text(&r, "reason", reason_text(note->reason, reason));
	mailbox_put(e, worker, &r);
}

void
mailbox_stop(struct engine *e, struct worker *worker, int signo)
{
	char name[SIGNAL_NAME_SIZE];
	struct record r;

	if (!worker->child.policy->worker.trap_exits)
		return;
	record_begin(&r, RECORD_STOP);
	record_text(&r, "signal", signal_name(signo, name));
	mailbox_put(e, worker, &r);
}
