/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/buffer.h"
#include "control/request.h"
#include "control/server.h"
#include "os/loop.h"

/*
 * One connection of the server, inside. What happens to it, from the loop or
 * by an answer, is only noted; client_settle() draws the conclusions, so
 * that a client is freed in one place, where nobody else has it in hand.
 *
 * A request goes this way: its bytes come in, it is found to be complete
 * (`asking`), it is carried out in its turn (`open`) and ended, its answer is
 * written; then the next one is looked for. Only a client that is nowhere on
 * this way is read from.
 */

/* What is wrong with the request that has come in. */
enum client_fault {
	CLIENT_NO_FAULT,
	CLIENT_TOO_LONG,
	CLIENT_CONTROL,    /* a control character */
	CLIENT_UNFINISHED, /* no newline at the end of all input */
};

struct control_client {
	TAILQ_ENTRY(control_client) entry; /* of server->clients */
	TAILQ_ENTRY(control_client) changed_entry;
	TAILQ_ENTRY(control_client) asking_entry;
	TAILQ_ENTRY(control_client) follower_entry;
	struct control_server *server; /* borrowed */
	struct loop_watch watch;
	uint32_t watched; /* events that the watch is for */
	int fd;           /* owned */

	struct buffer in;
	struct request_scan scan;
	size_t scanned; /* bytes of `in`: the request, once asking */
	enum client_fault fault;

	struct buffer out;
	uint64_t lost; /* broadcasts since the last one sent */

	bool changed; /* in server->changed */
	bool asking;  /* in server->asking */
	bool open;    /* the handler has its request */
	bool follows; /* in server->followers */
	bool skips;   /* drops what comes in up to the request's end */
	bool cut;     /* its answer has grown too long */
	bool more;    /* what is there of its answer is soon longer */
	bool blocked; /* the kernel takes no more at present */
	bool over;    /* no more input comes */
	bool dead;    /* to be freed */
};

/* Takes `fd`, connected and non-blocking. 0, or -errno: fd is closed. */
int client_new(struct control_server *server, int fd);

/* Closes and frees. The handler is told if its request is open. */
void client_free(struct control_client *client);

/* Puts it among those that client_settle() is called for. */
void client_changed(struct control_client *client);

/* Carries out the request, whose turn it is; it is in no list `asking`. */
void client_serve(struct control_client *client);

/* Writes, looks for the next request, and frees a dead client. */
void client_settle(struct control_client *client);

/* How much of an answer is sent at once: each piece wakes its reader. */
#define CLIENT_SEND_SIZE ((size_t)64 << 10)

/* Writes what the kernel takes of the answer. */
void client_write(struct control_client *client);

/* Tells it of the broadcasts that it has lost, if there is room. */
void client_tell_lost(struct control_client *client);

/* Leaves the followers, if it is one. */
void client_unfollow(struct control_client *client);

#endif
