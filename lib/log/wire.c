/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "log/wire.h"
#include "os/fd.h"
#include "os/pass.h"

/* Descriptors of the wire, for loops over them. */
#define NENDS 2

const struct wire wire_none = {
	.records = { -1, -1 },
	.channel = { -1, -1 },
	.stages = { { -1, -1 }, { -1, -1 } },
};

static bool
is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* A pipe whose ends never block: neither is anybody's but ours. */
static int
open_pipe(int ends[2])
{
	int error = fd_pipe(ends, 0);

	if (error == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == -1)
		error = -errno;
	return error;
}

int
wire_open(struct wire *wire, uint32_t nchildren)
{
	int error;

	*wire = wire_none;
	error = open_pipe(wire->records);
	if (error == 0)
		error = pass_open(wire->channel);
	for (int i = 0; i < LOG_NSTREAMS && error == 0; i++) {
		if (!is_pipe(STDOUT_FILENO + i))
			continue;
		error = open_pipe(wire->stages[i]);
		/* For the longest line in JSON; without it, in pieces. */
		if (error == 0)
			(void)fcntl(wire->stages[i][1], F_SETPIPE_SZ,
			    LOG_OUTPUT_SIZE);
	}
	/* An engine may follow before the lines of the last are all out. */
	if (error == 0)
		error = log_memory_map(&wire->memory, 2 * nchildren + 256,
		    2 * nchildren + 64);
	if (error < 0)
		wire_close(wire);
	return error;
}

void
wire_close_engine(struct wire *wire)
{
	fd_close(&wire->records[1]);
	fd_close(&wire->channel[0]);
}

void
wire_close_logger(struct wire *wire)
{
	fd_close(&wire->records[0]);
	fd_close(&wire->channel[1]);
	for (int i = 0; i < LOG_NSTREAMS; i++)
		for (int k = 0; k < NENDS; k++)
			fd_close(&wire->stages[i][k]);
}

void
wire_close(struct wire *wire)
{
	wire_close_engine(wire);
	wire_close_logger(wire);
	log_memory_unmap(&wire->memory);
}

/* Adds a text with its NUL behind the `len` bytes; returns how many then. */
static size_t
add_text(char *bytes, size_t len, const char *text)
{
	size_t text_len = strlen(text);

	if (text_len >= PATH_MAX)
		text_len = PATH_MAX - 1;
	memcpy(bytes + len, text, text_len);
	bytes[len + text_len] = '\0';
	return len + text_len + 1;
}

int
wire_tell_child(const struct wire *wire, uint32_t child, const char *name,
    uint32_t width, const struct wire_target targets[static LOG_NSTREAMS],
    const int ends[static LOG_NSTREAMS])
{
	struct wire_message message = {
		.kind = WIRE_CHILD,
		.child = child,
		.width = width,
	};
	char bytes[WIRE_MESSAGE_SIZE];
	size_t len = sizeof(message), nfds = 0;
	int fds[LOG_NSTREAMS];

	len = add_text(bytes, len, name);
	for (int i = 0; i < LOG_NSTREAMS; i++) {
		const struct wire_target *target = &targets[i];

		message.streams[i].where = target->where;
		message.streams[i].stamped = target->stamped;
		message.streams[i].keep = target->keep;
		message.streams[i].max = target->max;
		len = add_text(bytes, len,
		    target->where == WIRE_FILE ? target->path : "");
		if (target->where != WIRE_NOWHERE)
			fds[nfds++] = ends[i];
	}
	memcpy(bytes, &message, sizeof(message));
	return pass_send(wire->channel[0], bytes, len, fds, nfds);
}

int
wire_tell(const struct wire *wire, enum wire_kind kind)
{
	const struct wire_message message = { .kind = kind };

	return pass_send(wire->channel[0], &message, sizeof(message), NULL, 0);
}

int
wire_report(const struct wire *wire, enum wire_kind kind, const char *path,
    int error, uint64_t count)
{
	const struct wire_message message = {
		.kind = kind,
		.error = error,
		.count = count,
	};
	char bytes[WIRE_MESSAGE_SIZE];
	size_t len = add_text(bytes, sizeof(message), path);

	memcpy(bytes, &message, sizeof(message));
	return pass_send(wire->channel[1], bytes, len, NULL, 0);
}

int
wire_receive(int end, void *bytes, const char *texts[static WIRE_NTEXTS],
    int *fds)
{
	char *text = (char *)bytes + sizeof(struct wire_message);
	int passed[PASS_FDS_MAX];
	ssize_t n = pass_receive(end, bytes, WIRE_MESSAGE_SIZE - 1, passed);
	char *last;

	if (n <= 0)
		return (int)n;
	assert((size_t)n >= sizeof(struct wire_message));
	last = (char *)bytes + n;
	*last = '\0';
	for (int i = 0; i < WIRE_NTEXTS; i++) {
		texts[i] = text;
		text += text < last ? strlen(text) + 1 : 0;
	}
	for (int i = 0; i < PASS_FDS_MAX; i++)
		if (fds != NULL && i < LOG_NSTREAMS)
			fds[i] = passed[i];
		else if (passed[i] != -1)
			fd_close(&passed[i]);
	return 1;
}

size_t
wire_order(char text[static WIRE_ORDER_SIZE], enum wire_order order,
    uint32_t child)
{
	text[0] = '\0';
	return 1 +
	    (size_t)snprintf(text + 1, WIRE_ORDER_SIZE - 1, "%c%" PRIu32 "\n",
		(char)order, child);
}
