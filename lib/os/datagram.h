/* SPDX-License-Identifier: ISC */
#ifndef OS_DATAGRAM_H
#define OS_DATAGRAM_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/*
 * Sockets for datagrams with an abstract name that nobody guesses: no file,
 * nothing to clear up. The kernel says who has sent what.
 */

/* Room for a name, `@…`, its NUL included. */
#define DATAGRAM_NAME_SIZE 48

/* The most descriptors that come with one; the kernel's limit. */
#define DATAGRAM_FDS_MAX 253

/* One that was received. */
struct datagram {
	char text[4096 + 1]; /* ends with NUL */
	size_t len;
	bool cut;  /* it was longer */
	pid_t pid; /* of its sender, who may have ended; 0: not to be told */
	uid_t uid;
	int fds[DATAGRAM_FDS_MAX]; /* nfds of them; the receiver's to close */
	size_t nfds;
};

/*
 * Makes a socket and writes its name. The descriptor, FD_FIRST or above, never
 * blocks; or -errno.
 */
int datagram_open(char name[static DATAGRAM_NAME_SIZE]);

/* Takes the next one: 1; 0 there is none; -errno. */
int datagram_receive(int fd, struct datagram *datagram);

/*
 * Sends `text`, with a descriptor unless `fd` is -1, to the socket with that
 * name or, if it begins with a slash, at that path. Waits for room there. 0 or
 * -errno.
 */
int datagram_send(const char *name, const char *text, int fd);

/* Sends `text` there without waiting: -EAGAIN when there is no room. */
int datagram_tell(const char *name, const char *text);

/* Closes the descriptors that came with it. */
void datagram_close(struct datagram *datagram);

#endif
