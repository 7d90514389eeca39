/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "control/client.h"
#include "os/fd.h"

/* Most bytes read at once from one client. */
#define READ_SIZE ((size_t)16 << 10)

void
client_changed(struct control_client *client)
{
	if (client->changed)
		return;
	client->changed = true;
	TAILQ_INSERT_TAIL(&client->server->changed, client, changed_entry);
}

void
client_unfollow(struct control_client *client)
{
	if (client->follows)
		TAILQ_REMOVE(&client->server->followers, client,
		    follower_entry);
	client->follows = false;
}

/* Has the request that has come in, or what is wrong with it, take its turn. */
static void
ask(struct control_client *client, enum client_fault fault)
{
	client->fault = fault;
	client->asking = true;
	TAILQ_INSERT_TAIL(&client->server->asking, client, asking_entry);
}

/* Looks for the end of the request in what has come in. */
static void
look_for_request(struct control_client *client)
{
	bool ended;

	client->scanned += request_scan(&client->scan,
	    buffer_bytes(&client->in) + client->scanned,
	    buffer_len(&client->in) - client->scanned, &ended);
	if (client->scan.control)
		ask(client, CLIENT_CONTROL);
	else if (client->scanned > CONTROL_REQUEST_MAX)
		ask(client, CLIENT_TOO_LONG);
	else if (ended)
		ask(client, CLIENT_NO_FAULT);
	client->skips = client->asking && !ended;
	if (ended)
		client->scan = (struct request_scan){ 0 };
}

/* Drops what still belongs to a request that was refused. */
static size_t
skip(struct control_client *client, const char *bytes, size_t len)
{
	bool ended;
	size_t skipped = request_scan(&client->scan, bytes, len, &ended);

	if (ended) {
		client->scan = (struct request_scan){ 0 };
		client->skips = false;
	}
	return skipped;
}

static void
read_some(struct control_client *client)
{
	char bytes[READ_SIZE];
	size_t skipped = 0;
	ssize_t n;

	n = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			client->dead = true;
		return;
	}
	if (n == 0) {
		client->over = true;
		client->skips = false;
		return;
	}
	if (client->skips)
		skipped = skip(client, bytes, (size_t)n);
	if (!buffer_add(&client->in, bytes + skipped, (size_t)n - skipped))
		client->dead = true;
}

static struct control_client *
client_of(struct loop_watch *watch)
{
	return (struct control_client *)(void *)((char *)watch -
	    offsetof(struct control_client, watch));
}

static void
client_ready(struct loop_watch *watch, uint32_t events)
{
	struct control_client *client = client_of(watch);

	if (events & EPOLLOUT)
		client->blocked = false;
	if (events & EPOLLIN)
		read_some(client);
	else if (events & (EPOLLHUP | EPOLLERR) && !client->asking)
		client->dead = true;
	client_changed(client);
}

int
client_new(struct control_server *server, int fd)
{
	struct control_client *client = calloc(1, sizeof(*client));
	int error = -ENOMEM;

	if (client != NULL)
		error = loop_add(server->loop, &client->watch, fd, EPOLLIN,
		    client_ready);
	if (error < 0) {
		free(client);
		fd_close(&fd);
		return error;
	}
	client->server = server;
	client->watched = EPOLLIN;
	client->fd = fd;
	TAILQ_INSERT_TAIL(&server->clients, client, entry);
	server->nclients++;
	return 0;
}

void
client_free(struct control_client *client)
{
	struct control_server *server = client->server;

	client_unfollow(client);
	if (client->asking)
		TAILQ_REMOVE(&server->asking, client, asking_entry);
	if (client->open)
		server->handler.closed(server->handler.ctx, client);
	if (client->changed)
		TAILQ_REMOVE(&server->changed, client, changed_entry);
	TAILQ_REMOVE(&server->clients, client, entry);
	server->nclients--;
	server->kept -= buffer_len(&client->out);
	buffer_clear(&client->in);
	buffer_clear(&client->out);
	loop_forget(server->loop, &client->watch);
	fd_close(&client->fd);
	free(client);
}

static void
refuse(struct control_client *client)
{
	switch (client->fault) {
	case CLIENT_NO_FAULT:
		break;
	case CLIENT_TOO_LONG:
		control_error(client, CONTROL_TOO_LONG,
		    "the request is too long, expected at most %zu bytes",
		    CONTROL_REQUEST_MAX);
		break;
	case CLIENT_CONTROL:
		control_error(client, CONTROL_SYNTAX,
		    "the request has a control character in it, expected "
		    "text");
		break;
	case CLIENT_UNFINISHED:
		control_error(client, CONTROL_SYNTAX,
		    "the request is not complete, expected a newline at its "
		    "end%s",
		    client->scan.state == REQUEST_SINGLE ?
			", and a ' before it" :
			client->scan.state == REQUEST_DOUBLE ?
			", and a \" before it" :
			"");
		break;
	}
}

/* Gives the words of the request, or what is wrong with them, an answer. */
static void
carry_out(struct control_client *client, const struct conf *conf)
{
	const struct control_handler *handler = &client->server->handler;
	const struct diag *diag;

	if (conf->words == NULL) {
		diag = &conf->diags.items[0];
		control_error(client, CONTROL_SYNTAX, "request:%u:%u: %s",
		    diag->line, diag->column, diag->message);
	} else if (conf->nwords == 0) {
		client->open = false;
	} else {
		handler->request(handler->ctx, client, conf->nwords,
		    conf->words);
	}
}

void
client_serve(struct control_client *client)
{
	struct conf conf;

	client->asking = false;
	client_changed(client);
	if (client->dead)
		return;
	client->open = true;
	if (client->fault != CLIENT_NO_FAULT) {
		refuse(client);
		if (client->fault == CLIENT_UNFINISHED)
			client->scan = (struct request_scan){ 0 };
		buffer_take(&client->in, client->scanned);
		client->scanned = 0;
		return;
	}
	(void)conf_parse_words(&conf, "request", buffer_bytes(&client->in),
	    client->scanned);
	buffer_take(&client->in, client->scanned);
	client->scanned = 0;
	carry_out(client, &conf);
	conf_fini(&conf);
}

void
client_write(struct control_client *client)
{
	ssize_t n;

	while (!client->blocked && buffer_len(&client->out) > 0) {
		n = send(client->fd, buffer_bytes(&client->out),
		    buffer_len(&client->out), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0) {
			client->server->kept -= (size_t)n;
			buffer_take(&client->out, (size_t)n);
		} else if (errno == EAGAIN) {
			client->blocked = true;
		} else if (errno != EINTR) {
			client->dead = true;
			return;
		}
	}
}

/* Goes on to the next request, or to the end. */
static void
go_on(struct control_client *client)
{
	if (client->asking || client->open || buffer_len(&client->out) > 0)
		return;
	if (!client->skips && buffer_len(&client->in) > 0)
		look_for_request(client);
	if (!client->over || client->asking)
		return;
	if (buffer_len(&client->in) > 0)
		ask(client, CLIENT_UNFINISHED);
	else
		client->dead = true;
}

/* Whether what is there is better sent with what comes next. */
static bool
gathers(const struct control_client *client)
{
	return client->more && buffer_len(&client->out) < CLIENT_SEND_SIZE;
}

/* Watches for what can be done next. */
static void
watch(struct control_client *client)
{
	bool idle =
	    !client->asking && !client->open && buffer_len(&client->out) == 0;
	uint32_t events = 0;

	if (buffer_len(&client->out) > 0 && !gathers(client))
		events |= EPOLLOUT;
	if ((idle || client->skips) && !client->over)
		events |= EPOLLIN;
	if (events != client->watched &&
	    loop_mod(client->server->loop, &client->watch, events) < 0)
		client->dead = true;
	client->watched = events;
}

void
client_settle(struct control_client *client)
{
	if (!client->dead && !gathers(client))
		client_write(client);
	if (!client->dead)
		client_tell_lost(client);
	if (!client->dead)
		go_on(client);
	if (!client->dead)
		watch(client);
	if (client->dead)
		client_free(client);
}
