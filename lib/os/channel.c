/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <errno.h>

#include "os/channel.h"
#include "os/fd.h"

int
channel_open(int ends[2])
{
	int error, pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, pair) == -1)
		return -errno;
	error = fd_raise(&pair[0]);
	if (error == 0)
		error = fd_raise(&pair[1]);
	if (error < 0) {
		fd_close(&pair[0]);
		fd_close(&pair[1]);
		return error;
	}
	ends[0] = pair[0];
	ends[1] = pair[1];
	return 0;
}

int
channel_send(int fd, const struct channel_message *message)
{
	ssize_t n;

	do {
		n = send(fd, message, sizeof(*message),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	return n == -1 ? -errno : 0;
}

int
channel_receive(int fd, struct channel_message *message)
{
	struct channel_message received;
	ssize_t n;

	/*
	 * An end that died with messages unread resets the connection. That
	 * is said once, before the messages that it had sent.
	 */
	do {
		n = recv(fd, &received, sizeof(received), MSG_DONTWAIT);
	} while (n == -1 && (errno == EINTR || errno == ECONNRESET));
	if (n == 0)
		return 0;
	if (n == -1)
		return -errno;
	if (n != (ssize_t)sizeof(received))
		return -EPROTO;
	*message = received;
	return 1;
}
