/* SPDX-License-Identifier: ISC */
#ifndef OS_LINES_H
#define OS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A file line by line, in room that is there before: reading allocates
 * nothing, and never waits for what is no file.
 */

/* The longest line, with the newline or NUL behind it. */
#define LINES_SIZE 65536

struct line_reader {
	int fd;          /* owned */
	bool ended;      /* the file has been read */
	uint32_t number; /* of the last line, from 1 */
	size_t next;     /* where the next line begins in bytes[] */
	size_t used;
	char bytes[LINES_SIZE];
};

/* Opens a regular file. 0; -errno: -EINVAL for other things, all is closed. */
int lines_open(struct line_reader *lines, const char *path);

/*
 * The next line, without its newline, in *line: 1. It may be written to and is
 * valid until the next call. 0 at the end; -errno: -EFBIG if it is too long,
 * -EILSEQ if there is a NUL in it.
 */
int lines_next(struct line_reader *lines, char **line);

void lines_close(struct line_reader *lines);

#endif
