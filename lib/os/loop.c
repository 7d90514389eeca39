/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "base/assert.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/loop.h"

static int
control(const struct loop *loop, int operation, struct loop_watch *watch,
    uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (epoll_ctl(loop->epoll, operation, watch->fd, &event) == -1)
		return -errno;
	return 0;
}

/* epoll_wait() that goes on after a signal, with the time that is left. */
static int
wait_events(struct loop *loop, int64_t deadline_ns)
{
	int n;

	do {
		n = epoll_wait(loop->epoll, loop->events, LOOP_BATCH,
		    clock_timeout_ms(clock_now_ns(), deadline_ns));
	} while (n == -1 && errno == EINTR);
	return n == -1 ? -errno : n;
}

int
loop_init(struct loop *loop)
{
	loop->nevents = 0;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll == -1)
		return -errno;
	return fd_raise(&loop->epoll);
}

void
loop_fini(struct loop *loop)
{
	fd_close(&loop->epoll);
	loop->nevents = 0;
}

int
loop_add(struct loop *loop, struct loop_watch *watch, int fd, uint32_t events,
    void (*ready)(struct loop_watch *watch, uint32_t events))
{
	int error;

	*watch = (struct loop_watch){ .fd = fd, .ready = ready };
	error = control(loop, EPOLL_CTL_ADD, watch, events);
	if (error < 0)
		watch->fd = -1;
	return error;
}

int
loop_mod(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
	return control(loop, EPOLL_CTL_MOD, watch, events);
}

void
loop_del(struct loop *loop, struct loop_watch *watch)
{
	if (watch->fd == -1)
		return;

	/* Fails only if the descriptor was closed, which deletes as well. */
	(void)control(loop, EPOLL_CTL_DEL, watch, 0);
	loop_forget(loop, watch);
}

void
loop_forget(struct loop *loop, struct loop_watch *watch)
{
	watch->fd = -1;
	if (watch->position < loop->nevents &&
	    loop->events[watch->position].data.ptr == watch)
		loop->events[watch->position].data.ptr = NULL;
}

int
loop_wait(struct loop *loop, int64_t deadline_ns)
{
	struct loop_watch *watch;
	int i, n;

	assert(loop->nevents == 0);
	n = wait_events(loop, deadline_ns);
	if (n <= 0)
		return n;

	for (i = 0; i < n; i++) {
		watch = loop->events[i].data.ptr;
		watch->position = i;
	}
	loop->nevents = n;
	for (i = 0; i < n; i++) {
		watch = loop->events[i].data.ptr;
		if (watch != NULL)
			watch->ready(watch, loop->events[i].events);
	}
	loop->nevents = 0;
	return n;
}
