/* SPDX-License-Identifier: ISC */
#ifndef TODO_H
#define TODO_H

#include <stdbool.h>
#include <stddef.h>

/* Longest request or answer, its newline and a NUL included. */
#define TODO_LINE_MAX 4096

/* A socket that listens at `path`; ends where there can be none. */
int todo_listen(const char *path);

/*
 * Reads one line, without its newline, into `line`; false at the end or where
 * it is too long.
 */
bool todo_read_line(int fd, char line[static TODO_LINE_MAX]);

/* Writes `line` and a newline; false if nobody reads any more. */
bool todo_write_line(int fd, const char *line);

/* Asks the server at `path`; false if it has given no answer. */
bool todo_ask(const char *path, const char *request,
    char answer[static TODO_LINE_MAX]);

/* Says on descriptor 3 that this program is ready, if there is one. */
void todo_ready(void);

#endif
