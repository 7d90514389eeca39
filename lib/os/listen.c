/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/listen.h"
#include "os/port.h"

static int
open_socket(int family, int type)
{
	int error, fd;

	fd = socket(family, type | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

static int
set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == -1 ?
	    -errno :
	    0;
}

/* `fd`, or `error` with the socket closed. */
static int
give(int fd, int error)
{
	if (error < 0)
		fd_close(&fd);
	return error < 0 ? error : fd;
}

/* Two sockets of datagrams with SO_REUSEADDR would steal from one another. */
static int
open_port(bool stream, const uint8_t *address, bool ipv6, uint16_t port,
    bool alone)
{
	union port_address to;
	socklen_t len = port_fill(&to, address, ipv6, port);
	int fd =
	    open_socket(to.any.sa_family, stream ? SOCK_STREAM : SOCK_DGRAM);
	int error = fd;

	if (fd < 0)
		return fd;
	if (stream)
		error = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (error >= 0 && ipv6)
		error = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, alone);
	if (error >= 0 && bind(fd, &to.any, len) == -1)
		error = -errno;
	return give(fd, error);
}

int
listen_open_port(bool stream, const uint8_t *address, bool ipv6, uint16_t port)
{
	static const uint8_t any[sizeof(struct in6_addr)];
	int fd;

	if (address != NULL)
		return open_port(stream, address, ipv6, port, true);
	fd = open_port(stream, any, true, port, false);
	/* There may be no IPv6, or none that is switched on. */
	if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
		fd = open_port(stream, any, false, port, true);
	return fd;
}

/* Removes a socket that nobody listens to. */
static int
remove_stale(const struct sockaddr_un *to)
{
	const struct sockaddr *any = (const struct sockaddr *)(const void *)to;
	struct stat st;
	int error, fd;

	if (lstat(to->sun_path, &st) == -1)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = open_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
	if (fd < 0)
		return fd;
	error = connect(fd, any, sizeof(*to)) == -1 ? -errno : 0;
	fd_close(&fd);
	if (error == -ENOENT)
		return 0;
	if (error != -ECONNREFUSED)
		return error == -EACCES ? error : -EADDRINUSE;
	return unlink(to->sun_path) == -1 ? -errno : 0;
}

int
listen_open_path(const char *path, int mode)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const struct sockaddr *any = (const struct sockaddr *)(const void *)&to;
	mode_t mask = 0;
	int error, fd;

	if (strlcpy(to.sun_path, path, sizeof(to.sun_path)) >=
	    sizeof(to.sun_path))
		return -ENAMETOOLONG;
	error = remove_stale(&to);
	if (error < 0)
		return error;
	fd = open_socket(AF_UNIX, SOCK_STREAM);
	if (fd < 0)
		return fd;
	/* The file has it from the start, and by nothing at that path. */
	if (mode >= 0) {
		(void)fchmod(fd, (mode_t)mode);
		mask = umask(0);
	}
	if (bind(fd, any, sizeof(to)) == -1)
		error = -errno;
	if (mode >= 0)
		(void)umask(mask);
	return give(fd, error);
}

int
listen_open_file(const char *path)
{
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int error;

	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	if (error == 0 && fstat(fd, &st) == -1)
		error = -errno;
	if (error == 0 && !S_ISSOCK(st.st_mode))
		error = -EEXIST;
	return give(fd, error);
}

int
listen_file_mode(int file, int mode)
{
	char link[32];

	/* fchmod(2) does not take such a descriptor. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	return mode >= 0 && chmod(link, (mode_t)mode) == -1 ? -errno : 0;
}

int
listen_begin(int fd, int backlog)
{
	return listen(fd, backlog > 0 ? backlog : SOMAXCONN) == -1 ? -errno : 0;
}
