/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/loop.h"
#include "os_left.h"

#define PAIRS 200

/* A pipe whose read end is watched. */
struct pair {
	struct loop_watch watch;
	int ends[2];
	int calls;
};

static struct loop loop;
static struct pair pairs[PAIRS];

static struct pair *
pair_of(struct loop_watch *watch)
{
	return (struct pair *)(void *)((char *)watch -
	    offsetof(struct pair, watch));
}

static void
open_pair(struct pair *pair,
    void (*ready)(struct loop_watch *watch, uint32_t events))
{
	*pair = (struct pair){ .calls = 0 };
	CHECK(pipe2(pair->ends, O_CLOEXEC) == 0);
	CHECK(loop_add(&loop, &pair->watch, pair->ends[0], EPOLLIN, ready) ==
	    0);
}

static void
close_pair(struct pair *pair)
{
	loop_del(&loop, &pair->watch);
	fd_close(&pair->ends[0]);
	fd_close(&pair->ends[1]);
}

static void
fill(const struct pair *pair)
{
	CHECK(write(pair->ends[1], "x", 1) == 1);
}

static void
take_byte(struct loop_watch *watch, uint32_t events)
{
	struct pair *pair = pair_of(watch);
	char byte;

	CHECK(events == EPOLLIN);
	CHECK(read(watch->fd, &byte, 1) == 1);
	pair->calls++;
}

/* Whoever is first deletes the other, and its memory is overwritten. */
static void
delete_other(struct loop_watch *watch, uint32_t events)
{
	struct pair *pair = pair_of(watch);
	struct pair *other = &pairs[pair == &pairs[0] ? 1 : 0];

	(void)events;
	pair->calls++;
	loop_del(&loop, &other->watch);
	memset(&other->watch, 0xff, sizeof(other->watch));
	other->watch.fd = -1;
}

/* Deletes the other and watches it again, with the event still pending. */
static void
readd_other(struct loop_watch *watch, uint32_t events)
{
	struct pair *pair = pair_of(watch);
	struct pair *other = &pairs[pair == &pairs[0] ? 1 : 0];

	(void)events;
	pair->calls++;
	loop_del(&loop, watch);
	loop_del(&loop, &other->watch);
	CHECK(loop_add(&loop, &other->watch, other->ends[0], EPOLLIN,
		  take_byte) == 0);
}

static void
calls_owner(void)
{
	open_pair(&pairs[0], take_byte);
	open_pair(&pairs[1], take_byte);
	fill(&pairs[1]);
	CHECK(loop_wait(&loop, CLOCK_NEVER) == 1);
	CHECK(pairs[0].calls == 0 && pairs[1].calls == 1);
	CHECK(loop_wait(&loop, 0) == 0);

	fill(&pairs[0]);
	fill(&pairs[1]);
	CHECK(loop_wait(&loop, CLOCK_NEVER) == 2);
	CHECK(pairs[0].calls == 1 && pairs[1].calls == 2);

	CHECK(loop_mod(&loop, &pairs[0].watch, 0) == 0);
	fill(&pairs[0]);
	CHECK(loop_wait(&loop, 0) == 0);
	CHECK(loop_mod(&loop, &pairs[0].watch, EPOLLIN) == 0);
	CHECK(loop_wait(&loop, 0) == 1 && pairs[0].calls == 2);
	close_pair(&pairs[0]);
	close_pair(&pairs[1]);
	OK("an event calls its owner, as often as it holds");
}

static void
deleted_is_not_called(void)
{
	open_pair(&pairs[0], delete_other);
	open_pair(&pairs[1], delete_other);
	fill(&pairs[0]);
	fill(&pairs[1]);
	CHECK(loop_wait(&loop, CLOCK_NEVER) == 2);
	CHECK(pairs[0].calls + pairs[1].calls == 1);
	close_pair(&pairs[0]);
	close_pair(&pairs[1]);

	open_pair(&pairs[0], readd_other);
	open_pair(&pairs[1], readd_other);
	fill(&pairs[0]);
	fill(&pairs[1]);
	CHECK(loop_wait(&loop, CLOCK_NEVER) == 2);
	CHECK(pairs[0].calls + pairs[1].calls == 1);
	CHECK(loop_wait(&loop, 0) == 1);
	CHECK(pairs[0].calls + pairs[1].calls == 2);
	close_pair(&pairs[0]);
	close_pair(&pairs[1]);
	OK("what was deleted in a batch is not called in it");
}

static void
batches_are_fair(void)
{
	int i, n, total = 0;

	for (i = 0; i < PAIRS; i++) {
		open_pair(&pairs[i], take_byte);
		fill(&pairs[i]);
	}
	while ((n = loop_wait(&loop, 0)) > 0) {
		CHECK(n <= LOOP_BATCH);
		total += n;
	}
	CHECK(n == 0 && total == PAIRS);
	for (i = 0; i < PAIRS; i++) {
		CHECK(pairs[i].calls == 1);
		close_pair(&pairs[i]);
	}
	OK("more events than one batch holds are taken in turn");
}

static void
deadline_ends_wait(void)
{
	int64_t start_ns;

	start_ns = clock_now_ns();
	CHECK(loop_wait(&loop, start_ns + 20 * CLOCK_NS_PER_MS + 1) == 0);
	CHECK(clock_now_ns() > start_ns + 20 * CLOCK_NS_PER_MS);
	CHECK(loop_wait(&loop, 0) == 0);
	OK("U10: a wait never ends before its deadline");
}

static void
idle_does_not_wake(void)
{
	struct rusage before, after;
	int64_t deadline_ns;

	deadline_ns = clock_now_ns() + 200 * CLOCK_NS_PER_MS;
	CHECK(getrusage(RUSAGE_SELF, &before) == 0);
	CHECK(loop_wait(&loop, deadline_ns) == 0);
	CHECK(getrusage(RUSAGE_SELF, &after) == 0);
	CHECK(after.ru_nvcsw - before.ru_nvcsw <= 1);
	OK("one sleep until the deadline, without a wakeup");
}

static void
refuses(void)
{
	struct loop_watch watch;
	int fd;

	CHECK(loop_add(&loop, &watch, -1, EPOLLIN, take_byte) == -EBADF);
	CHECK(watch.fd == -1);
	loop_del(&loop, &watch);

	/* A plain file is always ready; epoll does not take it. */
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	CHECK(loop_add(&loop, &watch, fd, EPOLLIN, take_byte) == -EPERM);
	CHECK(watch.fd == -1);
	fd_close(&fd);
	OK("what cannot be watched is an error and is not watched");
}

int
main(void)
{
	left_start();
	CHECK(loop_init(&loop) == 0);
	CHECK(loop.epoll >= FD_FIRST);
	calls_owner();
	deleted_is_not_called();
	batches_are_fair();
	deadline_ends_wait();
	idle_does_not_wake();
	refuses();
	loop_fini(&loop);
	loop_fini(&loop);
	left_check();
	return 0;
}
