/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "todo.h"

static struct sockaddr_un
address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		errx(1, "%s: the path is too long for a socket", path);
	memcpy(address.sun_path, path, strlen(path));
	return address;
}

static int
make_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		err(1, "socket");
	return fd;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int fd = make_socket();

	if (connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)) ==
	    -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

int
todo_listen(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int fd = make_socket();

	(void)unlink(path);
	if (bind(fd, (struct sockaddr *)(void *)&address, sizeof(address)) ==
		-1 ||
	    listen(fd, SOMAXCONN) == -1)
		err(1, "%s", path);
	return fd;
}

bool
todo_read_line(int fd, char line[static TODO_LINE_MAX])
{
	size_t len = 0;

	/* One by one, so that nothing behind the line is taken. */
	while (len < TODO_LINE_MAX - 1 && read(fd, &line[len], 1) == 1) {
		if (line[len] == '\n') {
			line[len] = '\0';
			return true;
		}
		len++;
	}
	return false;
}

bool
todo_write_line(int fd, const char *line)
{
	return dprintf(fd, "%s\n", line) > 0;
}

bool
todo_ask(const char *path, const char *request,
    char answer[static TODO_LINE_MAX])
{
	int fd = connect_to(path);
	bool answered;

	if (fd == -1)
		return false;
	answered = todo_write_line(fd, request) && todo_read_line(fd, answer);
	(void)close(fd);
	return answered;
}

void
todo_ready(void)
{
	if (write(3, "\n", 1) == 1)
		(void)close(3);
}
