/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/request.h"
#include "control/server.h"
#include "control/session.h"
#include "control/socket.h"
#include "os/clock.h"
#include "os/fd.h"

/* Bytes received at once; the longest record is much shorter. */
#define SESSION_BUFFER_SIZE ((size_t)16 << 10)

/* How long apart a supervisor is tried that has no time to accept. */
#define CONNECT_REST_MS 10

/* Says why there is nobody to talk to. */
static void
explain(int error, const struct control_place *place,
    char why[static CONTROL_WHY_SIZE])
{
	if (error == -ENOENT || error == -ECONNREFUSED)
		snprintf(why, CONTROL_WHY_SIZE,
		    "no supervisor is running at %s%s", place->path,
		    *place->label == '\0' ?
			", which -S or SUPERVISE_SOCKET says" :
			"");
	else if (error == -EACCES || error == -EPERM)
		snprintf(why, CONTROL_WHY_SIZE,
		    "the supervisor at %s belongs to another user",
		    place->path);
	else if (error == -ENOTSOCK)
		snprintf(why, CONTROL_WHY_SIZE, "%s is no socket", place->path);
	else if (error == -ETIMEDOUT)
		snprintf(why, CONTROL_WHY_SIZE,
		    "the supervisor at %s does not answer", place->path);
	else
		snprintf(why, CONTROL_WHY_SIZE, "cannot connect to %s: %s",
		    place->path, strerror(-error));
}

/* Connects; waits while too many others do. */
static int
connect_until(const char *path, struct control_peer *peer, int64_t deadline_ns)
{
	int fd = control_connect(path, peer);

	while (fd == -EAGAIN) {
		if (clock_now_ns() >= deadline_ns)
			return -ETIMEDOUT;
		(void)poll(NULL, 0, CONNECT_REST_MS);
		fd = control_connect(path, peer);
	}
	return fd;
}

int
control_session_open(struct control_session *session,
    const struct control_place *place, int64_t deadline_ns,
    char why[static CONTROL_WHY_SIZE])
{
	struct control_peer peer;
	int fd;

	*session = (struct control_session){ .fd = -1 };
	fd = connect_until(place->path, &peer, deadline_ns);
	if (fd >= 0) {
		session->fd = fd;
		session->pid = peer.pid;
		session->buffer = malloc(SESSION_BUFFER_SIZE);
		/* Whoever took the path could answer anything. */
		if (peer.uid != geteuid() && peer.uid != 0 && geteuid() != 0)
			fd = -EPERM;
		else if (session->buffer == NULL)
			fd = -ENOMEM;
	}
	if (fd >= 0)
		return 0;
	explain(fd, place, why);
	control_session_close(session);
	return fd;
}

/* Waits for events on the socket. 0, -ETIMEDOUT or -errno. */
static int
wait_for(const struct control_session *session, short events,
    int64_t deadline_ns)
{
	struct pollfd pollfd = { .fd = session->fd, .events = events };
	int n;

	do {
		n = poll(&pollfd, 1,
		    clock_timeout_ms(clock_now_ns(), deadline_ns));
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return -errno;
	return n == 0 ? -ETIMEDOUT : 0;
}

/* Sends everything; that nobody is there any more is no error. */
static int
send_all(const struct control_session *session, const char *bytes, size_t len,
    int64_t deadline_ns)
{
	while (len > 0) {
		ssize_t n = send(session->fd, bytes, len, MSG_NOSIGNAL);
		int error = 0;

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EPIPE || errno == ECONNRESET) {
			return 0;
		} else if (errno == EAGAIN) {
			error = wait_for(session, POLLOUT, deadline_ns);
		} else if (errno != EINTR) {
			error = -errno;
		}
		if (error < 0)
			return error;
	}
	return 0;
}

int
control_session_ask(struct control_session *session, size_t nwords,
    const char *const *words, int64_t deadline_ns)
{
	/* Not from the heap, which would be given back and taken again. */
	static char request[CONTROL_REQUEST_MAX];
	bool control;
	size_t len;
	int error;

	len = request_write(nwords, words, request, CONTROL_REQUEST_MAX,
	    &control);
	if (len > 0)
		error = send_all(session, request, len, deadline_ns);
	else
		error = control ? -EINVAL : -E2BIG;
	return error;
}

/* Receives more behind what is there of a line. */
static int
receive(struct control_session *session, int64_t deadline_ns)
{
	ssize_t n;

	if (session->start > 0) {
		session->len -= session->start;
		memmove(session->buffer, session->buffer + session->start,
		    session->len);
		session->start = 0;
	}
	if (session->len == SESSION_BUFFER_SIZE)
		return -EPROTO;
	for (;;) {
		int error;

		n = recv(session->fd, session->buffer + session->len,
		    SESSION_BUFFER_SIZE - session->len, 0);
		if (n > 0)
			break;
		if (n == 0)
			return -ECONNRESET;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		error = wait_for(session, POLLIN, deadline_ns);
		if (error < 0)
			return error;
	}
	session->len += (size_t)n;
	return 0;
}

/* What a record means for the answer that it is in. */
static enum control_got
classify(const struct record_parsed *parsed)
{
	const char *event = parsed->event;

	if (*event == 'o' && strcmp(event, "ok") == 0)
		return CONTROL_GOT_OK;
	if (*event == 'e' && strcmp(event, "error") == 0 &&
	    record_parsed_get(parsed, "code") != NULL)
		return CONTROL_GOT_ERROR;
	return CONTROL_GOT_RECORD;
}

int
control_session_next(struct control_session *session,
    struct record_parsed *parsed, int64_t deadline_ns)
{
	size_t looked = session->start;
	char *line, *end;
	int error;

	for (;;) {
		line = session->buffer + session->start;
		end = memchr(session->buffer + looked, '\n',
		    session->len - looked);
		if (end != NULL)
			break;
		looked = session->len - session->start;
		error = receive(session, deadline_ns);
		if (error < 0)
			return error;
	}
	session->start = (size_t)(end - session->buffer) + 1;
	if (!record_parse(parsed, line, (size_t)(end - line) + 1))
		return -EPROTO;
	return (int)classify(parsed);
}

void
control_session_close(struct control_session *session)
{
	fd_close(&session->fd);
	free(session->buffer);
	*session = (struct control_session){ .fd = -1 };
}
