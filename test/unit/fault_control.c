/* SPDX-License-Identifier: ISC */
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "control/list.h"
#include "control/server.h"
#include "control/socket.h"
#include "fault.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os_left.h"

#define ROUNDS 40

static char folder[] = "/tmp/supervise-test-XXXXXX";
static struct control_place place;
static struct control_client *held;
static struct loop loop;
static struct control_server server;

static void
request(void *ctx, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct record record;

	(void)ctx;
	CHECK(nwords > 0);
	record_begin(&record, RECORD_WARNING);
	record_text(&record, "word", words[0]);
	control_broadcast(&server, &record, NULL);
	if (strcmp(words[0], "follow") == 0) {
		control_follow(client);
		held = client;
		return;
	}
	for (int i = 0; i < 100; i++)
		control_record(client, &record, NULL);
	control_ok(client);
}

static void
closed(void *ctx, struct control_client *client)
{
	(void)ctx;
	CHECK(client == held);
	held = NULL;
}

static const struct control_handler handler = {
	.request = request,
	.closed = closed,
};

static void
rounds(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		(void)loop_wait(&loop, 0);
		(void)control_server_turn(&server);
	}
}

/* Connects, asks and reads what comes, whatever of it fails. */
static void
try_client(const char *text)
{
	static char answer[1 << 16];
	struct control_peer peer;
	int fd = control_connect(place.path, &peer);

	if (fd < 0)
		return;
	rounds();
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
	rounds();
	(void)recv(fd, answer, sizeof(answer), 0);
	rounds();
	fd_close(&fd);
	rounds();
}

/* Whether the server answers, now that nothing fails. */
static bool
works(void)
{
	static char answer[1 << 16];
	struct control_peer peer;
	ssize_t n;
	int fd = control_connect(place.path, &peer);

	CHECK(fd >= 0);
	server.pause_ns = server.pause_ns == CLOCK_NEVER ? CLOCK_NEVER : 0;
	rounds();
	CHECK(send(fd, "echo\n", 5, MSG_NOSIGNAL) == 5);
	rounds();
	n = recv(fd, answer, sizeof(answer), 0);
	fd_close(&fd);
	rounds();
	return n > 10 && memcmp(answer + n - 10, "\nevent=ok\n", 10) == 0;
}

static int
serve(void)
{
	char why[CONTROL_WHY_SIZE];
	pid_t rival;
	int error;

	error = loop_init(&loop);
	if (error < 0)
		return error;
	held = NULL;
	error =
	    control_server_open(&server, &loop, &place, &handler, &rival, why);
	if (error == 0) {
		try_client("echo 'a b'\nfollow\n");
		try_client("echo\necho {\n\x01\necho");
		fault_disarm();
		CHECK(works() && held == NULL);
		CHECK(server.nclients == 0 && server.kept == 0);
	}
	control_server_close(&server);
	loop_fini(&loop);
	CHECK(access(place.path, F_OK) == -1);
	return error;
}

/* The end, with somebody there and something to say. */
static int
end(void)
{
	char why[CONTROL_WHY_SIZE];
	struct control_peer peer;
	pid_t rival;
	int error, fd;

	error = loop_init(&loop);
	if (error < 0)
		return error;
	error =
	    control_server_open(&server, &loop, &place, &handler, &rival, why);
	error = error == 0 ? control_connect(place.path, &peer) : error;
	fd = error;
	if (fd >= 0) {
		(void)send(fd, "follow\n", 7, MSG_NOSIGNAL);
		rounds();
	}
	control_server_close(&server);
	loop_fini(&loop);
	if (fd >= 0)
		fd_close(&fd);

	/* What could not be looked at stays, and is found to be dead. */
	fault_disarm();
	(void)unlink(place.path);
	return error < 0 ? error : 0;
}

/*
 * Has root list three sockets that nobody listens at. Those of the machine
 * would be a case for each call about each of them: minutes.
 */
static void
make_sockets(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (geteuid() != 0 || unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("none", "/run", "tmpfs", 0, NULL) == -1)
		return;
	CHECK(mkdir("/run/supervise", S_IRWXU) == 0);
	for (int i = 0; i < 3; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		snprintf(address.sun_path, sizeof(address.sun_path),
		    "/run/supervise/%d.sock", i);
		CHECK(bind(fd, (struct sockaddr *)(void *)&address,
			  sizeof(address)) == 0);
		CHECK(close(fd) == 0);
	}
}

static int
list(void)
{
	struct control_list found;
	int error = control_list_read(&found);

	if (error == 0)
		control_list_free(&found);
	return error;
}

/* Whether the server could not be made is told; the rest is survived. */
static bool
is_told(const struct fault *fault, int result)
{
	return result == 0 || fault_is_reported(fault, result) ||
	    result == -EADDRINUSE;
}

int
main(void)
{
	left_start();
	CHECK(mkdtemp(folder) != NULL);
	snprintf(place.path, sizeof(place.path), "%s/s", folder);
	fault_each("serving", serve, is_told);
	fault_each("the end of serving", end, is_told);
	make_sockets();
	fault_each("listing", list, is_told);
	CHECK(rmdir(folder) == 0);
	return 0;
}
