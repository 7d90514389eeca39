/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/lines.h"

int
lines_open(struct line_reader *lines, const char *path)
{
	struct stat st;
	int error = 0;

	lines->ended = false;
	lines->number = 0;
	lines->next = 0;
	lines->used = 0;
	lines->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (lines->fd == -1)
		return -errno;
	if (fstat(lines->fd, &st) == -1)
		error = -errno;
	else if (S_ISDIR(st.st_mode))
		error = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		error = -EINVAL;
	if (error < 0)
		fd_close(&lines->fd);
	return error;
}

/* Moves what is left to the front and reads more. 0 or -errno. */
static int
fill(struct line_reader *lines)
{
	size_t left = lines->used - lines->next;
	ssize_t n;

	if (left == LINES_SIZE - 1)
		return -EFBIG;
	memmove(lines->bytes, lines->bytes + lines->next, left);
	lines->next = 0;
	lines->used = left;
	do {
		n = read(lines->fd, lines->bytes + left, LINES_SIZE - 1 - left);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return -errno;
	lines->used += (size_t)n;
	lines->ended = n == 0;
	return 0;
}

int
lines_next(struct line_reader *lines, char **line)
{
	char *newline, *start;
	size_t len;
	int error;

	for (;;) {
		start = lines->bytes + lines->next;
		len = lines->used - lines->next;
		newline = memchr(start, '\n', len);
		if (newline != NULL || lines->ended)
			break;
		error = fill(lines);
		if (error < 0)
			return error;
	}
	if (len == 0)
		return 0;
	if (newline != NULL)
		len = (size_t)(newline - start);
	start[len] = '\0';
	lines->next += len + (newline != NULL);
	lines->number++;
	*line = start;
	return strlen(start) == len ? 1 : -EILSEQ;
}

void
lines_close(struct line_reader *lines)
{
	fd_close(&lines->fd);
}
