/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/client.h"
#include "control/server.h"
#include "os/clock.h"
#include "os/fd.h"

/* Connections accepted at once. */
#define ACCEPT_BATCH 64

/* What is read of a request whose sender is refused: bytes, how often. */
#define REFUSE_SIZE  4096
#define REFUSE_READS 16

/* Closes a connection with a word on why; what has come in is dropped. */
static void
refuse(int fd, enum control_code code, const char *message)
{
	char line[RECORD_LINE_MAX], dropped[REFUSE_SIZE];
	struct record record;
	size_t len;

	record_begin(&record, RECORD_ERROR);
	record_text(&record, "code", control_code_text[code]);
	record_text(&record, "message", message);
	len = record_logfmt(&record, NULL, line);
	(void)send(fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	/* A close with bytes unread would look like an accident. */
	for (int i = 0; i < REFUSE_READS; i++)
		if (recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT) <= 0)
			break;
	fd_close(&fd);
}

/* Takes a new connection in, or refuses it. */
static void
admit(struct control_server *server, int fd)
{
	struct control_peer peer;

	if (fd_raise(&fd) < 0)
		return;
	if (control_peer(fd, &peer) < 0 ||
	    (peer.uid != geteuid() && peer.uid != 0))
		refuse(fd, CONTROL_PERMISSION,
		    "this supervisor belongs to another user");
	else if (server->nclients >= CONTROL_CLIENTS_MAX)
		refuse(fd, CONTROL_BUSY,
		    "too many connections, try again later");
	else
		(void)client_new(server, fd);
}

/* Accepts nothing for a while, or until a client goes. */
static void
pause_accepting(struct control_server *server)
{
	if (loop_mod(server->loop, &server->watch, 0) == 0)
		server->pause_ns =
		    clock_now_ns() + CONTROL_PAUSE_MS * CLOCK_NS_PER_MS;
}

static void
resume_accepting(struct control_server *server)
{
	if (server->pause_ns == CLOCK_NEVER)
		return;
	if (server->reserve < 0)
		server->reserve = fd_null();
	if (loop_mod(server->loop, &server->watch, EPOLLIN) == 0)
		server->pause_ns = CLOCK_NEVER;
}

/* The next connection that waits, non-blocking, or -errno. */
static int
accept_next(const struct control_server *server)
{
	struct sockaddr_un address; /* of no use: clients have no name */
	socklen_t len = sizeof(address);
	int fd;

	fd = accept4(server->listener.fd, (struct sockaddr *)(void *)&address,
	    &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return fd == -1 ? -errno : fd;
}

/* Refuses a connection for which there is no descriptor but the reserve. */
static void
refuse_without_room(struct control_server *server)
{
	int fd;

	if (server->reserve >= 0)
		fd_close(&server->reserve);
	fd = accept_next(server);
	if (fd >= 0)
		refuse(fd, CONTROL_BUSY,
		    "no descriptor is left for a connection, try again later");
	server->reserve = fd_null();
	if (fd < 0 || server->reserve < 0)
		pause_accepting(server);
}

static void
listener_ready(struct loop_watch *watch, uint32_t events)
{
	struct control_server *server =
	    (struct control_server *)(void *)((char *)watch -
		offsetof(struct control_server, watch));

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		int fd = accept_next(server);

		if (fd >= 0) {
			admit(server, fd);
		} else if (fd == -EAGAIN) {
			return;
		} else if (fd != -EINTR && fd != -ECONNABORTED) {
			refuse_without_room(server);
			return;
		}
	}
}

/* Says why there can be no socket at `place`. */
static void
explain(int error, const struct control_place *place, pid_t rival,
    char why[static CONTROL_WHY_SIZE])
{
	const char *path = place->path;

	if (error == -EADDRINUSE && rival > 0 && *place->label != '\0')
		snprintf(why, CONTROL_WHY_SIZE,
		    "a supervisor is already running at %s (pid %jd): reach "
		    "it with supervise -L %s status",
		    path, (intmax_t)rival, place->label);
	else if (error == -EADDRINUSE && rival > 0)
		snprintf(why, CONTROL_WHY_SIZE,
		    "a supervisor is already running there (pid %jd): reach "
		    "it with supervise -S %s status",
		    (intmax_t)rival, path);
	else if (error == -EADDRINUSE)
		snprintf(why, CONTROL_WHY_SIZE,
		    "somebody is already listening at %s", path);
	else if (error == -ENOTSOCK)
		snprintf(why, CONTROL_WHY_SIZE,
		    "%s is there and is no socket: remove it, or say another "
		    "path with -S",
		    path);
	else if (error == -EAGAIN)
		snprintf(why, CONTROL_WHY_SIZE,
		    "the folder of %s is locked by another program", path);
	else
		snprintf(why, CONTROL_WHY_SIZE, "cannot listen at %s: %s", path,
		    error == -ENOENT && access("/proc/self/fd", F_OK) == -1 ?
			"/proc is not mounted" :
			strerror(-error));
}

int
control_server_open(struct control_server *server, struct loop *loop,
    const struct control_place *place, const struct control_handler *handler,
    pid_t *rival, char why[static CONTROL_WHY_SIZE])
{
	int error;

	*server = (struct control_server){
		.loop = loop,
		.handler = *handler,
		.pause_ns = CLOCK_NEVER,
		.watch.fd = -1,
		.reserve = -1,
	};
	TAILQ_INIT(&server->clients);
	TAILQ_INIT(&server->changed);
	TAILQ_INIT(&server->asking);
	TAILQ_INIT(&server->followers);
	*rival = 0;
	error = control_listen(&server->listener, place->path, rival);
	if (error == 0)
		error = server->reserve = fd_null();
	if (error >= 0)
		error = loop_add(loop, &server->watch, server->listener.fd,
		    EPOLLIN, listener_ready);
	if (error < 0) {
		explain(error, place, *rival, why);
		control_server_close(server);
	}
	return error;
}

int64_t
control_server_turn(struct control_server *server)
{
	struct control_client *client;
	size_t nclients = server->nclients;

	client = TAILQ_FIRST(&server->asking);
	if (client != NULL) {
		TAILQ_REMOVE(&server->asking, client, asking_entry);
		client_serve(client);
	}
	while ((client = TAILQ_FIRST(&server->changed)) != NULL) {
		TAILQ_REMOVE(&server->changed, client, changed_entry);
		client->changed = false;
		client_settle(client);
	}
	if (server->pause_ns != CLOCK_NEVER &&
	    (server->nclients < nclients || clock_now_ns() >= server->pause_ns))
		resume_accepting(server);
	return TAILQ_EMPTY(&server->asking) ? server->pause_ns : 0;
}

/* Tells those whose request is open, or has not had its turn, of the end. */
static void
end_requests(struct control_server *server)
{
	struct control_client *client;

	TAILQ_FOREACH(client, &server->clients, entry) {
		if (client->open)
			server->handler.closed(server->handler.ctx, client);
		client->open = client->open || client->asking;
		if (client->open)
			control_error(client, CONTROL_ENDED,
			    "supervise has ended");
	}
}

/* Those that do not take all of their answer at once, for poll(2). */
static nfds_t
find_slow(struct control_server *server, struct pollfd *slow)
{
	struct control_client *client;
	nfds_t n = 0;

	TAILQ_FOREACH(client, &server->clients, entry) {
		client->blocked = false;
		client_write(client);
		if (client->blocked)
			slow[n++] = (struct pollfd){ .fd = client->fd,
				.events = POLLOUT };
	}
	return n;
}

/* Writes what is left, for a while. */
static void
write_rest(struct control_server *server)
{
	int64_t deadline_ns =
	    clock_now_ns() + CONTROL_CLOSE_MS * CLOCK_NS_PER_MS;
	struct pollfd slow[CONTROL_CLIENTS_MAX];
	nfds_t n;

	do {
		n = find_slow(server, slow);
	} while (n > 0 &&
	    poll(slow, n, clock_timeout_ms(clock_now_ns(), deadline_ns)) > 0);
}

void
control_server_close(struct control_server *server)
{
	struct control_client *client;

	if (server->loop == NULL)
		return;
	loop_del(server->loop, &server->watch);
	control_listener_close(&server->listener);
	fd_close(&server->reserve);
	end_requests(server);
	write_rest(server);
	while ((client = TAILQ_FIRST(&server->clients)) != NULL)
		client_free(client);
	*server = (struct control_server){ 0 };
}
