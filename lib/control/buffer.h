/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_BUFFER_H
#define CONTROL_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes on their way: put in at the end, taken at the start. It holds memory
 * only while there are any. Zeroed it is empty.
 */

struct buffer {
	char *bytes; /* owned; NULL: no memory held */
	size_t room;
	size_t start; /* of those not taken yet */
	size_t end;
};

/* How many bytes are in it, and where they begin. */
size_t buffer_len(const struct buffer *buffer);
const char *buffer_bytes(const struct buffer *buffer);

/*
 * Makes room for `len` > 0 bytes more and returns where they go, to be followed
 * by buffer_added(). NULL if there is no memory: then all is as before.
 */
char *buffer_reserve(struct buffer *buffer, size_t len);

/* `len` bytes were written where buffer_reserve() said. */
void buffer_added(struct buffer *buffer, size_t len);

/* Adds a copy. False if there is no memory: then all is as before. */
bool buffer_add(struct buffer *buffer, const char *bytes, size_t len);

/* Takes `len` bytes from the start. */
void buffer_take(struct buffer *buffer, size_t len);

/* Takes everything. */
void buffer_clear(struct buffer *buffer);

#endif
