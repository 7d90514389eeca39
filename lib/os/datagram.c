/* SPDX-License-Identifier: ISC */
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/datagram.h"
#include "os/fd.h"

/* Room for what the kernel tells beside the bytes. */
union control {
	char bytes[CMSG_SPACE(sizeof(struct ucred)) +
	    CMSG_SPACE(DATAGRAM_FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

static int
open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

/* The address of a name; its length, or 0 if it is none. */
static socklen_t
fill_address(struct sockaddr_un *address, const char *name)
{
	size_t len = strlen(name);

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((*name != '@' && *name != '/') || len < 2 ||
	    len >= sizeof(address->sun_path))
		return 0;
	memcpy(address->sun_path, name, len);
	if (*name == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len +
	    (*name == '/'));
}

int
datagram_open(char name[static DATAGRAM_NAME_SIZE])
{
	struct sockaddr_un address;
	uint64_t random[2];
	socklen_t len;
	int on = 1, error = 0, fd;

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EAGAIN;
	snprintf(name, DATAGRAM_NAME_SIZE,
	    "@supervise/%016" PRIx64 "%016" PRIx64, random[0], random[1]);
	len = fill_address(&address, name);
	fd = open_socket();
	if (fd < 0)
		return fd;
	/* Before it can be found: no message comes without its sender. */
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == -1 ||
	    bind(fd, (const struct sockaddr *)(const void *)&address, len) ==
		-1) {
		error = -errno;
		fd_close(&fd);
	}
	return error < 0 ? error : fd;
}

/*
 * The close of a socket may wait until its bytes are sent, if it is told to
 * (socket(7)): who has given it away is not to hold us up so.
 */
static void
never_linger(int fd)
{
	struct linger linger;
	socklen_t len = sizeof(linger);

	/* It need not be a socket. */
	if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len) == -1 ||
	    linger.l_onoff == 0 || linger.l_linger == 0)
		return;
	linger.l_onoff = 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, len);
}

/* What came beside the bytes. */
static void
take_control(struct datagram *datagram, struct msghdr *message)
{
	struct cmsghdr *c;
	struct ucred cred;

	for (c = CMSG_FIRSTHDR(message); c != NULL;
	     c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&cred, CMSG_DATA(c), sizeof(cred));
			datagram->pid = cred.pid;
			datagram->uid = cred.uid;
		} else if (c->cmsg_type == SCM_RIGHTS) {
			datagram->nfds =
			    (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(datagram->fds, CMSG_DATA(c),
			    datagram->nfds * sizeof(int));
			for (size_t i = 0; i < datagram->nfds; i++)
				never_linger(datagram->fds[i]);
		}
	}
}

int
datagram_receive(int fd, struct datagram *datagram)
{
	union control control;
	struct iovec iov = {
		.iov_base = datagram->text,
		.iov_len = sizeof(datagram->text) - 1,
	};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n;

	do
		n = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN ? 0 : -errno;
	datagram->nfds = 0;
	datagram->pid = 0;
	datagram->uid = (uid_t)-1;
	datagram->len = (size_t)n;
	datagram->text[n] = '\0';
	datagram->cut = (message.msg_flags & MSG_TRUNC) != 0;
	take_control(datagram, &message);
	return 1;
}

static int
send_to(const char *name, const char *text, int fd, int flags)
{
	union control control = { .bytes = "" };
	struct sockaddr_un address;
	struct iovec iov = fd_iovec(text, strlen(text));
	struct msghdr message = {
		.msg_name = &address,
		.msg_namelen = fill_address(&address, name),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	int sock, error = 0;
	ssize_t n;

	if (message.msg_namelen == 0)
		return -EINVAL;
	if (fd != -1) {
		struct cmsghdr *c = &control.align;

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		message.msg_control = c;
		message.msg_controllen = CMSG_SPACE(sizeof(fd));
	}
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock == -1)
		return -errno;
	do
		n = sendmsg(sock, &message, MSG_NOSIGNAL | flags);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		error = -errno;
	fd_close(&sock);
	return error;
}

int
datagram_send(const char *name, const char *text, int fd)
{
	return send_to(name, text, fd, 0);
}

int
datagram_tell(const char *name, const char *text)
{
	return send_to(name, text, -1, MSG_DONTWAIT);
}

void
datagram_close(struct datagram *datagram)
{
	while (datagram->nfds > 0)
		fd_close(&datagram->fds[--datagram->nfds]);
}
