/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/output.h"

/* Room for "/proc/self/fd/N". */
#define LINK_SIZE 64

/* Is there room for PIPE_BUF bytes, or an error to be told? */
static int
poll_room(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	int n;

	do {
		n = poll(&poll_fd, 1, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return -errno;
	return n == 0 ? -EAGAIN : 0;
}

/* Writes some of the bytes without waiting: how many, or -errno. */
static ssize_t
write_some(const struct output *output, const char *bytes, size_t len)
{
	ssize_t n;
	int error;

	if (output->way == OUTPUT_POLLED) {
		error = poll_room(output->fd);
		if (error < 0)
			return error;
		len = len < PIPE_BUF ? len : PIPE_BUF;
	}
	do {
		if (output->way == OUTPUT_SOCKET)
			n = send(output->fd, bytes, len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			n = write(output->fd, bytes, len);
	} while (n == -1 && errno == EINTR);
	return n == -1 ? -errno : n;
}

/*
 * Writes until all is written or nothing more can be: how many bytes.
 * *error is why it ended early, or 0.
 */
static size_t
write_all(const struct output *output, const char *bytes, size_t len,
    int *error)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < len && n >= 0) {
		n = write_some(output, bytes + done, len - done);
		done += n > 0 ? (size_t)n : 0;
	}
	*error = n < 0 ? (int)n : 0;
	return done;
}

static size_t
ring_end(const struct output *output)
{
	return (output->start + output->used) % OUTPUT_BUFFER_SIZE;
}

/* The caller has looked that it fits. */
static void
ring_add(struct output *output, const char *bytes, size_t len)
{
	size_t end, first;

	assert(len <= OUTPUT_BUFFER_SIZE - output->used);
	end = ring_end(output);
	first = OUTPUT_BUFFER_SIZE - end;
	if (first > len)
		first = len;
	memcpy(output->buffer + end, bytes, first);
	memcpy(output->buffer, bytes + first, len - first);
	output->used += len;
}

/*
 * Gives up what is in the ring and counts its lines. If its first line was
 * written in part, a newline that comes first is no line.
 */
static void
ring_drop(struct output *output)
{
	size_t i;

	for (i = output->torn ? 1 : 0; i < output->used; i++)
		if (output->buffer[(output->start + i) % OUTPUT_BUFFER_SIZE] ==
		    '\n')
			output->dropped++;
	output->start = 0;
	output->used = 0;
}

/*
 * Writes what is in the ring: 0, or -EAGAIN when some is left for later, or
 * -errno when it cannot be written and was dropped.
 */
static int
ring_write(struct output *output)
{
	size_t first, n;
	int error = 0;

	while (output->used > 0 && error == 0) {
		first = OUTPUT_BUFFER_SIZE - output->start;
		if (first > output->used)
			first = output->used;
		n = write_all(output, output->buffer + output->start, first,
		    &error);
		if (n > 0)
			output->torn =
			    output->buffer[output->start + n - 1] != '\n';
		output->start = (output->start + n) % OUTPUT_BUFFER_SIZE;
		output->used -= n;
	}
	if (error < 0 && error != -EAGAIN)
		ring_drop(output);
	if (output->used == 0)
		output->start = 0;
	return error;
}

/*
 * A description of our own for the same pipe or terminal: O_NONBLOCK on a
 * shared one would make the writes of other processes fail. -1 if none can be
 * had.
 */
static int
reopen(int fd)
{
	char link[LINK_SIZE];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return open(link, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/*
 * Finds out how to write without waiting and takes a descriptor of our own
 * for it. 0 or -errno.
 */
static int
choose_way(struct output *output, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -errno;
	output->fd = -1;
	if (S_ISREG(st.st_mode)) {
		output->way = OUTPUT_PLAIN;
	} else if (S_ISSOCK(st.st_mode)) {
		output->way = OUTPUT_SOCKET;
	} else {
		output->way = OUTPUT_NONBLOCK;
		output->fd = reopen(fd);
		if (output->fd == -1)
			output->way = OUTPUT_POLLED;
	}
	if (output->fd == -1)
		output->fd = fcntl(fd, F_DUPFD_CLOEXEC, FD_FIRST);
	return output->fd == -1 ? -errno : fd_raise(&output->fd);
}

int
output_init(struct output *output, int fd)
{
	struct output made = { .fd = -1 };
	int error;

	error = choose_way(&made, fd);
	if (error < 0)
		return error;
	made.buffer = malloc(OUTPUT_BUFFER_SIZE);
	if (made.buffer == NULL) {
		fd_close(&made.fd);
		return -ENOMEM;
	}
	*output = made;
	return 0;
}

void
output_fini(struct output *output)
{
	fd_close(&output->fd);
	free(output->buffer);
	*output = (struct output){ .fd = -1 };
}

void
output_keep(struct output *output, const char *line, size_t len)
{
	bool repair;

	assert(len > 0 && line[len - 1] == '\n');
	if (len >= OUTPUT_BUFFER_SIZE - output->used)
		(void)ring_write(output);

	/* After half a line that could not be finished, start a new one. */
	repair = output->torn && output->used == 0;
	if (len + (repair ? 1 : 0) > OUTPUT_BUFFER_SIZE - output->used) {
		output->dropped++;
		return;
	}
	if (repair)
		ring_add(output, "\n", 1);
	ring_add(output, line, len);
}

int
output_wants(const struct output *output)
{
	return output->used > 0 ? output->fd : -1;
}

void
output_flush(struct output *output)
{
	(void)ring_write(output);
}

int
output_drain(struct output *output, int64_t deadline_ns)
{
	struct pollfd poll_fd = { .fd = output->fd, .events = POLLOUT };
	int error, n;

	for (;;) {
		error = ring_write(output);
		if (error != -EAGAIN)
			return error;
		n = poll(&poll_fd, 1,
		    clock_timeout_ms(clock_now_ns(), deadline_ns));
		if (n == -1 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -ETIMEDOUT;
	}
}
