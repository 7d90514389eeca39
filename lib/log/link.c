/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "log/link.h"
#include "os/fd.h"
#include "os/pass.h"

/* Descriptors of the link, for loops over them. */
#define NENDS 2

const struct log_link log_link_none = {
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
log_link_open(struct log_link *link, uint32_t nchildren)
{
	int error;

	*link = log_link_none;
	error = open_pipe(link->records);
	if (error == 0)
		error = pass_open(link->channel);
	for (int i = 0; i < LOG_NSTREAMS && error == 0; i++) {
		if (!is_pipe(STDOUT_FILENO + i))
			continue;
		error = open_pipe(link->stages[i]);
		/* For the longest line in JSON; without it, in pieces. */
		if (error == 0)
			(void)fcntl(link->stages[i][1], F_SETPIPE_SZ,
			    LOG_OUTPUT_SIZE);
	}
	/* An engine may follow before the lines of the last are all out. */
	if (error == 0)
		error = log_memory_map(&link->memory, 2 * nchildren + 256,
		    2 * nchildren + 64);
	if (error < 0)
		log_link_close(link);
	return error;
}

void
log_link_close_engine(struct log_link *link)
{
	fd_close(&link->records[1]);
	fd_close(&link->channel[0]);
}

void
log_link_close_logger(struct log_link *link)
{
	fd_close(&link->records[0]);
	fd_close(&link->channel[1]);
	for (int i = 0; i < LOG_NSTREAMS; i++)
		for (int k = 0; k < NENDS; k++)
			fd_close(&link->stages[i][k]);
}

void
log_link_close(struct log_link *link)
{
	log_link_close_engine(link);
	log_link_close_logger(link);
	log_memory_unmap(&link->memory);
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
log_tell_child(const struct log_link *link, uint32_t child, const char *name,
    uint32_t width, const struct log_target targets[static LOG_NSTREAMS],
    const int ends[static LOG_NSTREAMS])
{
	struct log_message message = {
		.kind = LOG_CHILD,
		.child = child,
		.width = width,
	};
	char bytes[LOG_MESSAGE_SIZE];
	size_t len = sizeof(message), nfds = 0;
	int fds[LOG_NSTREAMS];

	len = add_text(bytes, len, name);
	for (int i = 0; i < LOG_NSTREAMS; i++) {
		const struct log_target *target = &targets[i];

		message.streams[i].where = target->where;
		message.streams[i].stamped = target->stamped;
		message.streams[i].keep = target->keep;
		message.streams[i].max = target->max;
		len = add_text(bytes, len,
		    target->where == LOG_FILE ? target->path : "");
		if (target->where != LOG_NOWHERE)
			fds[nfds++] = ends[i];
	}
	memcpy(bytes, &message, sizeof(message));
	return pass_send(link->channel[0], bytes, len, fds, nfds);
}

int
log_tell(const struct log_link *link, enum log_kind kind)
{
	const struct log_message message = { .kind = kind };

	return pass_send(link->channel[0], &message, sizeof(message), NULL, 0);
}

int
log_report(const struct log_link *link, enum log_kind kind, const char *path,
    int error, uint64_t count)
{
	const struct log_message message = {
		.kind = kind,
		.error = error,
		.count = count,
	};
	char bytes[LOG_MESSAGE_SIZE];
	size_t len = add_text(bytes, sizeof(message), path);

	memcpy(bytes, &message, sizeof(message));
	return pass_send(link->channel[1], bytes, len, NULL, 0);
}

int
log_receive(int end, void *bytes, const char *texts[static LOG_NTEXTS],
    int *fds)
{
	char *text = (char *)bytes + sizeof(struct log_message);
	int passed[PASS_FDS_MAX];
	ssize_t n = pass_receive(end, bytes, LOG_MESSAGE_SIZE - 1, passed);
	char *last;

	if (n <= 0)
		return (int)n;
	assert((size_t)n >= sizeof(struct log_message));
	last = (char *)bytes + n;
	*last = '\0';
	for (int i = 0; i < LOG_NTEXTS; i++) {
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
log_order(char text[static LOG_ORDER_SIZE], enum log_order order,
    uint32_t child)
{
	text[0] = '\0';
	return 1 +
	    (size_t)snprintf(text + 1, LOG_ORDER_SIZE - 1, "%c%" PRIu32 "\n",
		(char)order, child);
}
