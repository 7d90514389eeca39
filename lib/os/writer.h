/* SPDX-License-Identifier: ISC */
#ifndef OS_WRITER_H
#define OS_WRITER_H

#include <sys/types.h>

#include <stddef.h>

/*
 * Writing to a descriptor that somebody may read slowly, late or never,
 * without waiting for them, and without O_NONBLOCK on an open file that other
 * processes share.
 */

/* How it is written to without waiting. */
enum writer_way {
	WRITER_PLAIN,    /* a file: a write does not wait for anybody */
	WRITER_NONBLOCK, /* a description of our own, with O_NONBLOCK */
	WRITER_SOCKET,   /* send with MSG_DONTWAIT */
	WRITER_POLLED    /* shared description: poll, then a small write */
};

struct writer {
	enum writer_way way;
	int fd; /* what is written to; owned; -1: none */
};

/*
 * Prepares to write to where `fd` writes. The caller keeps `fd`. 0 or -errno.
 */
int writer_open(struct writer *writer, int fd);

/*
 * Writes some of the bytes without waiting: how many, or -errno. SIGPIPE must
 * be ignored or blocked.
 */
ssize_t
writer_write(const struct writer *writer, const void *bytes, size_t len);

#endif
