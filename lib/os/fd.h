/* SPDX-License-Identifier: ISC */
#ifndef OS_FD_H
#define OS_FD_H

#include <sys/resource.h>
#include <sys/uio.h>

/*
 * File descriptors: which numbers belong to whom.
 *
 * 0, 1 and 2 are always open. The numbers from FD_SLOT up to FD_FIRST are
 * slots, in which a spawner lays what a child is to get; every other descriptor
 * of the program is FD_FIRST or above and closes on execve. So a child that
 * takes a private copy of the first FD_FIRST descriptors takes all that it may
 * need and nothing that it must not have, however many there are above.
 */

/* The first slot. */
#define FD_SLOT 3

/* The lowest number of a descriptor of the program's own. */
#define FD_FIRST 16

/* Closes *fd unless it is -1, and makes it -1. Twice is harmless. */
void fd_close(int *fd);

/*
 * Moves *fd, which the caller owns, to a number of FD_FIRST or above that
 * closes on execve. 0, or -errno: then *fd is closed and -1.
 */
int fd_raise(int *fd);

/*
 * Opens what reads as empty and swallows what is written: /dev/null, or where
 * there is none a pipe that nobody writes to. The number is FD_FIRST or above
 * and closes on execve. -errno when neither can be had.
 */
int fd_null(void);

/*
 * Makes a pipe, both ends FD_FIRST or above and closed on execve. `ours`, 0 to
 * read or 1 to write, is the end that never blocks. 0; -errno: both are -1.
 */
int fd_pipe(int ends[2], int ours);

/*
 * Opens what `fd` has open, a pipe or a terminal, anew, with open(2)'s `flags`:
 * a description of its own, FD_FIRST or above, closed on execve. -errno: none
 * can be had.
 */
int fd_reopen(int fd, int flags);

/* `bytes`, borrowed, to be written: the kernel does not change them. */
struct iovec fd_iovec(const void *bytes, size_t len);

/* Closes every descriptor above 2 but `keep`, which may be -1. */
void fd_close_others(int keep);

/*
 * To be called first in main: closes every descriptor above 2 that the
 * program inherited but `keep`, which may be -1, and opens those of 0, 1 and 2
 * that are closed as fd_null() does. 0 or -errno.
 */
int fd_clean(int keep);

/*
 * Raises the soft limit on open files to the hard one and stores what it was
 * before in *original. 0, or -errno: then the limit is as before, and
 * *original is that limit whenever it could be read.
 */
int fd_limit_raise(struct rlimit *original);

#endif
