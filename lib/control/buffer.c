/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "control/buffer.h"

/* The least memory that is held. */
#define ROOM_MIN 4096

size_t
buffer_len(const struct buffer *buffer)
{
	return buffer->end - buffer->start;
}

const char *
buffer_bytes(const struct buffer *buffer)
{
	return buffer->bytes + buffer->start;
}

/* Makes it hold at least `needed` bytes. */
static bool
grow(struct buffer *buffer, size_t needed)
{
	size_t room = buffer->room < ROOM_MIN ? ROOM_MIN : buffer->room;
	char *bytes;

	while (room < needed)
		room *= 2;
	bytes = realloc(buffer->bytes, room);
	if (bytes == NULL)
		return false;
	buffer->bytes = bytes;
	buffer->room = room;
	return true;
}

char *
buffer_reserve(struct buffer *buffer, size_t len)
{
	size_t used = buffer_len(buffer);

	/* Moved only over as many bytes as were taken: no byte moves often. */
	if (buffer->room - buffer->end < len && buffer->start >= used &&
	    used > 0) {
		memcpy(buffer->bytes, buffer_bytes(buffer), used);
		buffer->start = 0;
		buffer->end = used;
	}
	if (buffer->room - buffer->end < len &&
	    !grow(buffer, buffer->end + len))
		return NULL;
	return buffer->bytes + buffer->end;
}

void
buffer_added(struct buffer *buffer, size_t len)
{
	assert(len <= buffer->room - buffer->end);
	buffer->end += len;
	if (buffer_len(buffer) == 0)
		buffer_clear(buffer);
}

bool
buffer_add(struct buffer *buffer, const char *bytes, size_t len)
{
	char *to;

	if (len == 0)
		return true;
	to = buffer_reserve(buffer, len);
	if (to == NULL)
		return false;
	memcpy(to, bytes, len);
	buffer_added(buffer, len);
	return true;
}

void
buffer_take(struct buffer *buffer, size_t len)
{
	assert(len <= buffer_len(buffer));
	buffer->start += len;
	if (buffer_len(buffer) == 0)
		buffer_clear(buffer);
}

void
buffer_clear(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){ 0 };
}
