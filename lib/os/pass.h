/* SPDX-License-Identifier: ISC */
#ifndef OS_PASS_H
#define OS_PASS_H

#include <sys/types.h>

#include <stddef.h>

/*
 * Messages with descriptors between two processes: in order, whole, and
 * without ever waiting for the other side. What was sent and not yet received
 * stays as long as anybody holds the other end.
 */

/* The most descriptors of a message. */
#define PASS_FDS_MAX 4

/* Makes both ends, FD_FIRST or above; the caller owns them. 0 or -errno. */
int pass_open(int ends[2]);

/*
 * Sends `len` bytes, not 0, and `nfds` descriptors, which the caller keeps. 0;
 * -EAGAIN when the other side is behind; -EPIPE when it is gone.
 */
int
pass_send(int end, const void *bytes, size_t len, const int *fds, size_t nfds);

/*
 * Receives a message of at most `size` bytes: how many, or 0 when the other
 * side is gone, or -errno: -EAGAIN if there is none. fds[] holds its
 * descriptors, owned by the caller, closed on execve, and -1 behind them.
 */
ssize_t
pass_receive(int end, void *bytes, size_t size, int fds[static PASS_FDS_MAX]);

#endif
