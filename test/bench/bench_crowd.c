/* SPDX-License-Identifier: ISC */
#include "bench_crowd.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	CROWD_BATCH = 65536,
	CROWD_ANSWER_MAX = 1 << 20
};

static const char crowd_requests[] = "status w.7\nstatus\n";

void
crowd_init(struct crowd *crowd, const char *path)
{
	*crowd = (struct crowd){ .path = path };
	crowd->nanswered = mmap(NULL, sizeof(*crowd->nanswered),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crowd->nanswered == MAP_FAILED)
		err(1, "mmap");
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)) ==
		-1)
		err(1, "%s", path);
	return fd;
}

void
crowd_add(struct crowd *crowd, size_t n, const char *request)
{
	for (size_t i = 0; i < n; i++) {
		int fd = connect_to(crowd->path);

		if (write(fd, request, strlen(request)) == -1)
			err(1, "%s", crowd->path);
		if (crowd->nfds == CROWD_FDS_MAX)
			errx(1, "too many clients");
		crowd->fds[crowd->nfds++] = fd;
	}
}

static _Noreturn void
flood(const char *path, uint64_t *nanswered)
{
	static char bytes[CROWD_BATCH];
	struct pollfd pollfd = { .fd = connect_to(path),
		.events = POLLIN | POLLOUT };
	ssize_t n;

	(void)fcntl(pollfd.fd, F_SETFL, O_NONBLOCK);
	for (;;) {
		(void)poll(&pollfd, 1, -1);
		/* Both are short, so no request is written in part. */
		if (pollfd.revents & POLLOUT)
			(void)send(pollfd.fd, crowd_requests,
			    sizeof(crowd_requests) - 1, MSG_NOSIGNAL);
		n = read(pollfd.fd, bytes, sizeof(bytes));
		if (n == 0 || (n == -1 && errno != EAGAIN))
			_exit(1);
		if (n > 0)
			*nanswered += (uint64_t)n;
	}
}

void
crowd_make_flooder(struct crowd *crowd, const struct stage *stage)
{
	crowd->flooder = fork();
	if (crowd->flooder == -1)
		err(1, "fork");
	if (crowd->flooder == 0) {
		stage_step_back(stage);
		(void)raise(SIGSTOP);
		flood(crowd->path, crowd->nanswered);
	}
	if (waitpid(crowd->flooder, NULL, WUNTRACED) == -1)
		err(1, "waitpid");
}

void
crowd_flood(const struct crowd *crowd, bool on)
{
	if (kill(crowd->flooder, on ? SIGCONT : SIGSTOP) == -1)
		err(1, "flooder");
}

void
crowd_leave(struct crowd *crowd)
{
	while (crowd->nfds > 0)
		(void)close(crowd->fds[--crowd->nfds]);
}

size_t
crowd_answer_len(const char *path, const char *request)
{
	static const char last[] = "event=ok\n";
	static char bytes[CROWD_ANSWER_MAX];
	size_t len = 0;
	int fd = connect_to(path);
	ssize_t n;

	if (write(fd, request, strlen(request)) == -1)
		err(1, "%s", path);
	do {
		n = read(fd, bytes + len, sizeof(bytes) - len);
		if (n <= 0)
			errx(1, "%s: no answer", path);
		len += (size_t)n;
	} while (len < sizeof(last) ||
	    memcmp(bytes + len - (sizeof(last) - 1), last, sizeof(last) - 1) !=
		0);
	(void)close(fd);
	return len;
}

static _Noreturn void
serve(int listener, size_t len)
{
	static char bytes[CROWD_ANSWER_MAX];

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		size_t done = 0;
		ssize_t n = 1;

		while (done < len && n > 0) {
			n = send(fd, bytes + done, len - done, MSG_NOSIGNAL);
			done += n > 0 ? (size_t)n : 0;
		}
		(void)close(fd);
	}
}

void
crowd_serve(const char *path, size_t len)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd == -1 || len > CROWD_ANSWER_MAX ||
	    bind(fd, (struct sockaddr *)(void *)&address, sizeof(address)) ==
		-1 ||
	    listen(fd, 1) == -1)
		err(1, "%s", path);
	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0)
		serve(fd, len);
	(void)close(fd);
}

void
crowd_fini(struct crowd *crowd)
{
	if (crowd->flooder > 0) {
		(void)kill(crowd->flooder, SIGKILL);
		(void)waitpid(crowd->flooder, NULL, 0);
		crowd->flooder = 0;
	}
	crowd_leave(crowd);
	(void)munmap(crowd->nanswered, sizeof(*crowd->nanswered));
}
