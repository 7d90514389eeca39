/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "os/fd.h"
#include "os/pass.h"

/* A control message, aligned as it must be. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(PASS_FDS_MAX * sizeof(int))];
};

int
pass_open(int ends[2])
{
	int error;

	ends[0] = ends[1] = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, ends) == -1)
		return -errno;
	error = fd_raise(&ends[0]);
	if (error == 0)
		error = fd_raise(&ends[1]);
	if (error < 0) {
		fd_close(&ends[0]);
		fd_close(&ends[1]);
	}
	return error;
}

int
pass_send(int end, const void *bytes, size_t len, const int *fds, size_t nfds)
{
	struct iovec part = fd_iovec(bytes, len);
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control = { .bytes = { 0 } };
	ssize_t n;

	assert(nfds <= PASS_FDS_MAX);
	if (nfds > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, nfds * sizeof(int));
	}
	do
		n = sendmsg(end, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n == -1 ? -errno : 0;
}

ssize_t
pass_receive(int end, void *bytes, size_t size, int fds[static PASS_FDS_MAX])
{
	struct iovec part = { .iov_base = bytes, .iov_len = size };
	union control control;
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *header;
	ssize_t n;

	for (size_t i = 0; i < PASS_FDS_MAX; i++)
		fds[i] = -1;
	do
		n = recvmsg(end, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n == -1 && (errno == EINTR || errno == ECONNRESET));
	if (n == -1)
		return -errno;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	for (size_t i = 0; i < PASS_FDS_MAX; i++)
		if (fds[i] != -1)
			(void)fd_raise(&fds[i]);
	return n;
}
