/* SPDX-License-Identifier: ISC */
/*
 * The least that a command can do which asks a server: it connects, reads
 * until the server has no more to say, and ends. `supervise status` is
 * measured against it, on as many bytes.
 *
 *	answer PATH
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <string.h>
#include <unistd.h>

enum {
	ANSWER_BATCH = 65536
};

int
main(int argc, char **argv)
{
	static char bytes[ANSWER_BATCH];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	ssize_t n;
	int fd;

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		errx(2, "usage: answer PATH");
	(void)strcpy(address.sun_path, argv[1]);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)) ==
		-1)
		err(1, "%s", argv[1]);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		;
	return n == 0 ? 0 : 1;
}
