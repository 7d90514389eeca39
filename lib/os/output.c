/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/output.h"

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
		n = writer_write(&output->writer, bytes + done, len - done);
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

int
output_init(struct output *output, int fd)
{
	struct output made = { .writer.fd = -1 };
	int error;

	error = writer_open(&made.writer, fd);
	if (error < 0)
		return error;
	made.buffer = malloc(OUTPUT_BUFFER_SIZE);
	if (made.buffer == NULL) {
		fd_close(&made.writer.fd);
		return -ENOMEM;
	}
	*output = made;
	return 0;
}

void
output_fini(struct output *output)
{
	fd_close(&output->writer.fd);
	free(output->buffer);
	*output = (struct output){ .writer.fd = -1 };
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
	return output->used > 0 ? output->writer.fd : -1;
}

void
output_flush(struct output *output)
{
	(void)ring_write(output);
}

int
output_drain(struct output *output, int64_t deadline_ns)
{
	struct pollfd poll_fd = { .fd = output->writer.fd, .events = POLLOUT };
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
