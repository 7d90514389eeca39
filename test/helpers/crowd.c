/* SPDX-License-Identifier: ISC */
/*
 * Many connections to a socket at once, for the tests.
 *
 *	crowd PATH N [TEXT]
 *
 * Opens N connections to the socket PATH, in which it may have to wait for
 * the other side, and writes TEXT to each. Then it prints a line, waits for
 * the end of its standard input, and prints what came over the last one.
 */

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		fail("socket");
	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		fail(path);
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	while (connect(fd, (const struct sockaddr *)&address,
		   sizeof(address)) == -1)
		if (errno != EINTR)
			fail(path);
	return fd;
}

/* Prints what can be read within a second. */
static void
print(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	while (poll(&pollfd, 1, 1000) == 1) {
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			return;
		fwrite(bytes, 1, (size_t)n, stdout);
	}
}

int
main(int argc, char **argv)
{
	struct rlimit limit;
	char byte;
	int last = -1;

	if (argc < 3) {
		fputs("usage: crowd PATH N [TEXT]\n", stderr);
		return 2;
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (long n = strtol(argv[2], NULL, 10); n > 0; n--) {
		last = connect_to(argv[1]);
		/* The other side may have refused this one and closed it. */
		if (argc > 3 &&
		    send(last, argv[3], strlen(argv[3]), MSG_NOSIGNAL) == -1 &&
		    errno != EPIPE && errno != ECONNRESET)
			fail("send");
	}
	puts("connected");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	if (last != -1)
		print(last);
	return 0;
}
