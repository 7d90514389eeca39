/* SPDX-License-Identifier: ISC */
#ifndef OS_LISTEN_H
#define OS_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Sockets that others connect to, or send to. They are FD_FIRST or above,
 * close on execve, and hold their address; for connections listen_begin() is
 * to follow.
 */

/*
 * Opens one of a port, for connections if it is a `stream`, else for
 * datagrams. `address` is in network order; IPv6 is IPv6 alone. NULL: any
 * address of the machine, of both families where there are both. -errno.
 */
int
listen_open_port(bool stream, const uint8_t *address, bool ipv6, uint16_t port);

/*
 * Opens one with the file `path`, of `mode` unless that is negative, in place
 * of a socket there that nobody listens to. -errno: -EADDRINUSE when somebody
 * does, -EEXIST when it is no socket.
 */
int listen_open_path(const char *path, int mode);

/*
 * Opens the file at the path, if it is a socket, and no link to one, to be
 * told of and changed, FD_FIRST or above. -errno.
 */
int listen_open_file(const char *path);

/* Changes the file's mode, unless that is negative. 0 or -errno. */
int listen_file_mode(int file, int mode);

/* Takes connections; so many may wait, 0: as many as the system allows. */
int listen_begin(int fd, int backlog);

#endif
