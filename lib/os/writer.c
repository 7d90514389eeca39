/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/writer.h"

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

int
writer_open(struct writer *writer, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -errno;
	writer->fd = -1;
	if (S_ISREG(st.st_mode)) {
		writer->way = WRITER_PLAIN;
	} else if (S_ISSOCK(st.st_mode)) {
		writer->way = WRITER_SOCKET;
	} else {
		writer->way = WRITER_NONBLOCK;
		/* On a shared one it would make the writes of others fail. */
		writer->fd = fd_reopen(fd, O_WRONLY | O_NONBLOCK);
		if (writer->fd < 0)
			writer->way = WRITER_POLLED;
	}
	if (writer->fd < 0)
		writer->fd = fcntl(fd, F_DUPFD_CLOEXEC, FD_FIRST);
	return writer->fd == -1 ? -errno : fd_raise(&writer->fd);
}

ssize_t
writer_write(const struct writer *writer, const void *bytes, size_t len)
{
	ssize_t n;
	int error;

	if (writer->way == WRITER_POLLED) {
		error = poll_room(writer->fd);
		if (error < 0)
			return error;
		len = len < PIPE_BUF ? len : PIPE_BUF;
	}
	do {
		if (writer->way == WRITER_SOCKET)
			n = send(writer->fd, bytes, len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			n = write(writer->fd, bytes, len);
	} while (n == -1 && errno == EINTR);
	return n == -1 ? -errno : n;
}
