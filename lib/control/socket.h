/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_SOCKET_H
#define CONTROL_SOCKET_H

#include <sys/types.h>

/*
 * Unix sockets by their path, of whatever length: what does not fit into an
 * address is reached through a descriptor of its folder or of itself, below
 * /proc/self/fd.
 */

/* A listening socket and what is needed to remove it. */
struct control_listener {
	int fd;     /* owned; -1: none */
	int folder; /* in which it is; owned; -1 */
	char *name; /* in that folder; owned; NULL */
	dev_t dev;  /* which file it is there */
	ino_t ino;
};

/* Who is at the other end of a socket, as of its connect or listen. */
struct control_peer {
	pid_t pid;
	uid_t uid;
};

/*
 * Listens at `path` with mode 0600, in place of a socket that nobody listens
 * to any more; of several who try at once one succeeds. The socket can be
 * connected to as soon as it has its name. 0, or -errno: -EADDRINUSE when
 * somebody listens there, with its pid in *rival (0 when it cannot be told),
 * -ENOTSOCK when there is something else, -EAGAIN when somebody keeps the
 * folder locked.
 */
int control_listen(struct control_listener *listener, const char *path,
    pid_t *rival);

/*
 * Stops listening. The file is removed unless it is another one by now.
 * Twice is harmless.
 */
void control_listener_close(struct control_listener *listener);

/*
 * Connects to `path` without waiting, and says who listens. A descriptor,
 * FD_FIRST or above, non-blocking, closed on execve; or -errno: -ENOENT,
 * -ECONNREFUSED when nobody listens, -EAGAIN when too many connections wait
 * to be accepted, -EACCES, -ENOTSOCK.
 */
int control_connect(const char *path, struct control_peer *peer);

/* The peer of a connected socket. 0 or -errno. */
int control_peer(int fd, struct control_peer *peer);

#endif
