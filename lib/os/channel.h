/* SPDX-License-Identifier: ISC */
#ifndef OS_CHANNEL_H
#define OS_CHANNEL_H

#include <sys/types.h>

#include <stdint.h>

/*
 * Messages of one size between the guardian and the engine, in order and
 * whole. Neither side ever waits for the other; when one has ended, by
 * whatever cause, the other reads the end.
 */

struct channel_message {
	int32_t kind; /* the two sides' own */
	int32_t value;
	pid_t pid;
};

/* Makes both ends, FD_FIRST or above; the caller owns them. 0 or -errno. */
int channel_open(int ends[2]);

/* 0; -EAGAIN when the other side is behind; -EPIPE when it is gone. */
int channel_send(int fd, const struct channel_message *message);

/* 1 and *message; 0 when the other side is gone; -EAGAIN if none; -errno. */
int channel_receive(int fd, struct channel_message *message);

#endif
