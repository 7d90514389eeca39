/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "os/fd.h"
#include "os/port.h"

socklen_t
port_fill(union port_address *to, const uint8_t *address, bool ipv6,
    uint16_t port)
{
	memset(to, 0, sizeof(*to));
	if (ipv6) {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = htons(port);
		memcpy(&to->v6.sin6_addr, address, sizeof(to->v6.sin6_addr));
		return sizeof(to->v6);
	}
	to->v4.sin_family = AF_INET;
	to->v4.sin_port = htons(port);
	memcpy(&to->v4.sin_addr, address, sizeof(to->v4.sin_addr));
	return sizeof(to->v4);
}

int
port_connect(const uint8_t *address, bool ipv6, uint16_t port)
{
	union port_address to;
	socklen_t len = port_fill(&to, address, ipv6, port);
	int error, fd;

	fd = socket(to.any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	if (error < 0)
		return error;
	if (connect(fd, &to.any, len) == -1 && errno != EINPROGRESS) {
		error = -errno;
		fd_close(&fd);
	}
	return error < 0 ? error : fd;
}

int
port_result(int fd)
{
	union port_address ours, theirs;
	socklen_t ours_len = sizeof(ours), theirs_len = sizeof(theirs);
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return -errno;
	if (error != 0)
		return -error;
	memset(&ours, 0, sizeof(ours));
	memset(&theirs, 0, sizeof(theirs));
	if (getsockname(fd, &ours.any, &ours_len) == -1 ||
	    getpeername(fd, &theirs.any, &theirs_len) == -1)
		return -errno;
	/* The kernel may choose the very port and connect it to itself. */
	return ours_len == theirs_len && memcmp(&ours, &theirs, ours_len) == 0 ?
	    -ECONNREFUSED :
	    0;
}
