/* SPDX-License-Identifier: ISC */
#ifndef OS_LOOP_H
#define OS_LOOP_H

#include <sys/epoll.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Waiting for descriptors: epoll, one deadline, and nothing else.
 *
 * loop_wait() takes one batch of events, calls their owners and returns, so
 * that the caller can do once a batch what is too much for every event. It
 * sleeps until something happens or the caller's deadline comes, and
 * allocates nothing.
 */

/* The most events of one batch. */
#define LOOP_BATCH 128

/*
 * A descriptor that is watched. Its owner keeps it inside a structure of its
 * own and finds that structure again from the pointer that `ready` gets. The
 * loop borrows it from loop_add() to loop_del().
 */
struct loop_watch {
	void (*ready)(struct loop_watch *watch, uint32_t events);
	int fd;       /* borrowed; -1 when not in a loop */
	int position; /* in the batch at hand; the loop's own */
};

struct loop {
	int epoll;   /* owned */
	int nevents; /* of the batch at hand */
	struct epoll_event events[LOOP_BATCH];
};

/* Makes an empty loop. 0 or -errno. */
int loop_init(struct loop *loop);

/* Closes the loop; watches are forgotten. Twice is harmless. */
void loop_fini(struct loop *loop);

/*
 * Starts watching `fd` for `events` (EPOLLIN, EPOLLOUT …; EPOLLHUP and
 * EPOLLERR always). `ready` is called from loop_wait() for as long as one of
 * them holds; it may add, change and delete any watch, its own included, and
 * free it after loop_del(). 0 or -errno: then nothing is watched.
 */
int loop_add(struct loop *loop, struct loop_watch *watch, int fd,
    uint32_t events, void (*ready)(struct loop_watch *watch, uint32_t events));

/* Watches for `events` instead. 0 or -errno: then all is as before. */
int loop_mod(struct loop *loop, struct loop_watch *watch, uint32_t events);

/*
 * Stops watching; to be called before the descriptor is closed. From now on
 * `ready` is not called, even for an event that was already taken from the
 * kernel. Nothing happens if watch->fd is -1.
 */
void loop_del(struct loop *loop, struct loop_watch *watch);

/*
 * The same for a descriptor that is closed before the next loop_wait(), of
 * which nobody has a duplicate: closing it is all that the kernel needs.
 */
void loop_forget(struct loop *loop, struct loop_watch *watch);

/*
 * Waits until there are events or until `deadline_ns` of the monotonic clock
 * (CLOCK_NEVER: for ever; any past time: only looks), calls the owners and
 * returns the number of events taken: 0 at the deadline. -errno on failure.
 * A wait ends at most one millisecond after its deadline, never before.
 */
int loop_wait(struct loop *loop, int64_t deadline_ns);

#endif
