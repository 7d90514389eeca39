/* SPDX-License-Identifier: ISC */
/*
 * The front end, on the loopback:
 *
 *	web PORT CACHE
 *
 *	GET /add?list=NAME&item=TEXT	adds to a list
 *	GET /all?list=NAME		its items, one a line
 *	GET /crash?list=NAME		has the server of that list crash
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <ctype.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "todo.h"

#define USAGE "usage: web PORT CACHE"

/* Copies the value of `name` in a query, decoded, or nothing. */
static void
take_parameter(const char *query, const char *name, char *value, size_t size)
{
	size_t len = strlen(name), n = 0;
	char hex[3] = "";

	while (query != NULL &&
	    (strncmp(query, name, len) != 0 || query[len] != '=')) {
		query = strchr(query, '&');
		query = query != NULL ? query + 1 : NULL;
	}
	for (query = query != NULL ? query + len + 1 : "";
	     *query != '\0' && *query != '&' && n < size - 1; query++) {
		char byte = *query == '+' ? ' ' : *query;

		if (byte == '%' && isxdigit((unsigned char)query[1]) &&
		    isxdigit((unsigned char)query[2])) {
			memcpy(hex, query + 1, 2);
			byte = (char)strtol(hex, NULL, 16);
			query += 2;
		}
		/* A line has one request, and a bar is between two items. */
		value[n++] =
		    iscntrl((unsigned char)byte) || byte == '|' ? ' ' : byte;
	}
	value[n] = '\0';
}

/* Asks the server of the list in `query`; false if there is no answer. */
static bool
ask_list(const char *cache, const char *verb, const char *query,
    char answer[static TODO_LINE_MAX])
{
	char list[64], item[1024], request[TODO_LINE_MAX],
	    server[TODO_LINE_MAX];

	take_parameter(query, "list", list, sizeof(list));
	take_parameter(query, "item", item, sizeof(item));
	if (!todo_ask(cache, list, server) || *server != '/')
		return false;
	(void)snprintf(request, sizeof(request), "%s %s", verb, item);
	return todo_ask(server, request, answer);
}

static void
answer_to(int client, const char *cache, char *line)
{
	char answer[TODO_LINE_MAX] = "";
	char *path = strchr(line, ' '), *query, *end;
	bool good;

	path = path != NULL ? path + 1 : line;
	end = strchr(path, ' ');
	if (end != NULL)
		*end = '\0';
	query = strchr(path, '?');
	if (query != NULL)
		*query++ = '\0';
	good = *path == '/' && query != NULL &&
	    ask_list(cache, path + 1, query, answer);
	for (char *bar = answer; (bar = strchr(bar, '|')) != NULL;)
		*bar = '\n';
	(void)dprintf(client,
	    "HTTP/1.0 %s\r\nContent-Type: text/plain\r\n\r\n%s%s",
	    good ? "200 OK" : "500 Internal Server Error", answer,
	    *answer != '\0' ? "\n" : "");
}

/* Reads up to the empty line, so that nothing is thrown away with an error. */
static bool
skip_headers(int client, char header[static TODO_LINE_MAX])
{
	while (todo_read_line(client, header))
		if (*header == '\0' || strcmp(header, "\r") == 0)
			return true;
	return false;
}

static int
listen_at(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(fd, (struct sockaddr *)(void *)&address, sizeof(address)) ==
		-1 ||
	    listen(fd, SOMAXCONN) == -1)
		err(1, "port %s", port);
	return fd;
}

int
main(int argc, char **argv)
{
	char line[TODO_LINE_MAX], header[TODO_LINE_MAX];
	int listener, client;

	if (argc != 3)
		errx(2, USAGE);
	(void)signal(SIGPIPE, SIG_IGN);
	listener = listen_at(argv[1]);
	todo_ready();
	for (;;) {
		client = accept(listener, NULL, NULL);
		if (client == -1)
			err(1, "accept");
		if (todo_read_line(client, line) &&
		    skip_headers(client, header))
			answer_to(client, argv[2], line);
		(void)close(client);
	}
}
